/**
 * One direction of a link: keeps the order of what travels, adds the delays, cuts writes into
 * pieces, and is where faults of the network strike.
 *
 * 1. What departs first arrives first.
 * 2. What was on its way when the link was cut, or departs afterwards, never arrives.
 */
import type { RandomStream } from "../../core/kernel/random.ts";
import type { Decisions, Subject } from "../decisions.ts";
import { strikes } from "../drawing.ts";
import type { FaultCounters } from "../faults.ts";
import type { NetworkOptions } from "../options.ts";
import type { Scheduler, Task } from "../scheduler.ts";
import type { Endpoint, Link } from "./tcp.ts";

export interface LinkParts {
  readonly scheduler: Scheduler;
  readonly decisions: Decisions;
  readonly faults: FaultCounters;
  readonly options: NetworkOptions;
}

/** What travels. */
export type Segment =
  | { readonly kind: "bytes"; readonly bytes: Uint8Array; readonly write: number }
  | { readonly kind: "end" }
  | { readonly kind: "reset" };

export const endSegment: Segment = { kind: "end" };
export const resetSegment: Segment = { kind: "reset" };

/** The first repetition of what was not answered; each later one waits twice as long. */
export const retransmissionMicros = 200_000;
/** Linux gives up on a silent peer after 15 of them. */
const giveUpMicros = 924_600_000;
/** Far enough apart that a reader which is quick sees each piece by itself. */
const pieceGapMicros = 300;

interface Flight {
  readonly atMicros: number;
  readonly segment: Segment;
}

export class Path {
  readonly link: Link;
  isCut = false;
  readonly #parts: LinkParts;
  readonly #subjects: PathSubjects;
  #from: Endpoint | null = null;
  #to: Endpoint | null = null;
  #flights: Flight[] = [];
  #arrival: Task | null = null;
  #lastArrivalMicros = 0;
  #writes = 0;
  #willGiveUp = false;
  // One function for all landings of a path.
  readonly #landing = (): void => this.#land();

  constructor(parts: LinkParts, link: Link, direction: "toServer" | "toClient") {
    this.#parts = parts;
    this.link = link;
    const about = (what: string): Subject =>
      parts.decisions.subject(`network/${link.name}/${direction}/${what}`);
    this.#subjects = {
      fragment: about("fragment"),
      delay: about("delay"),
      tail: about("tail"),
      short: about("short"),
      reset: about("reset"),
      cut: about("cut"),
    };
  }

  goesTo(from: Endpoint, to: Endpoint): void {
    this.#from = from;
    this.#to = to;
    to.meets(from);
  }

  /** How many of `bytes` bytes the kernel takes, when it does not take them all; otherwise null. */
  shortWrite(bytes: number): number | null {
    if (bytes < 2) return null;
    const { options, faults } = this.#parts;
    const short = this.#subjects.short.seldom(options.shortWritePerMillion, bytes);
    if (short === 0 || short >= bytes) return null;
    faults.hit("network.short-write", this.link.name);
    return short;
  }

  transmitBytes(bytes: Uint8Array): void {
    const write = this.#writes++;
    if (this.#strikes("cut", this.#parts.options.cutPerMillion)) {
      this.#parts.faults.hit("network.cut", this.link.name);
      this.link.cut();
    }
    const delayMicros = this.#delay();
    const cuts = this.#cuts(bytes.length);
    if (cuts === null) this.#depart({ kind: "bytes", bytes, write }, delayMicros);
    else this.#departInPieces(bytes, cuts, { write, delayMicros });
    if (this.#strikes("reset", this.#parts.options.resetPerMillion) && !this.isCut) {
      this.#parts.faults.hit("network.reset", this.link.name);
      // Some of the write gets through before the device strikes.
      this.#parts.scheduler.after(delayMicros, () => this.link.reset());
    }
  }

  transmit(segment: Segment): void {
    this.#depart(segment, this.#delay());
  }

  cut(): void {
    this.isCut = true;
    this.#flights = [];
    if (this.#arrival !== null) this.#parts.scheduler.cancel(this.#arrival);
    this.#arrival = null;
  }

  #strikes(what: "cut" | "reset", perMillion: number): boolean {
    return this.#subjects[what].strikes(perMillion);
  }

  #delay(): number {
    const { options, faults } = this.#parts;
    const extra = this.#subjects.delay.seldom(options.delayPerMillion, options.delayMaxMicros);
    const tail = this.#subjects.tail.next<number>(0, (random) => {
      if (!strikes(random, options.tailPerMillion)) return 0;
      // Retransmission time-outs double, so do the delays that they cause.
      const timeout = retransmissionMicros * (1 << random.below(5));
      return Math.min(timeout, options.tailMaxMicros);
    });
    if (extra > 0) faults.hit("network.delay", this.link.name);
    if (tail > 0) faults.hit("network.delay-tail", this.link.name);
    return options.delayMicros + extra + tail;
  }

  /** Where a write of so many bytes is cut; null: nowhere. */
  #cuts(length: number): readonly number[] | null {
    const perMillion = this.#parts.options.fragmentPerMillion;
    return this.#subjects.fragment.next<readonly number[] | null>(null, (random) =>
      strikes(random, perMillion) ? drawCuts(random, length) : null,
    );
  }

  /** Each piece comes a little later than the one before it. */
  #departInPieces(
    bytes: Uint8Array,
    cuts: readonly number[],
    { write, delayMicros }: { readonly write: number; readonly delayMicros: number },
  ): void {
    let from = 0;
    let pieces = 0;
    for (const cut of [...cuts, bytes.length]) {
      if (cut <= from || cut > bytes.length) continue;
      const piece = bytes.subarray(from, cut);
      this.#depart({ kind: "bytes", bytes: piece, write }, delayMicros + pieces * pieceGapMicros);
      pieces += 1;
      from = cut;
    }
    if (pieces > 1) this.#parts.faults.hit("network.fragment", this.link.name);
  }

  #depart(segment: Segment, delayMicros: number): void {
    if (this.isCut) return this.#departIntoNothing();
    const { scheduler } = this.#parts;
    const atMicros = Math.max(this.#lastArrivalMicros, scheduler.nowMicros + delayMicros);
    this.#lastArrivalMicros = atMicros;
    this.#flights.push({ atMicros, segment });
    this.#arrival ??= scheduler.at(atMicros, this.#landing);
  }

  /** Lets everything that is due arrive at once, and waits for the next. */
  #land(): void {
    const { scheduler } = this.#parts;
    const flights = this.#flights;
    let count = 0;
    while ((flights[count]?.atMicros ?? Infinity) <= scheduler.nowMicros) count += 1;
    this.#flights = count === flights.length ? [] : flights.slice(count);
    const next = this.#flights[0];
    this.#arrival = next === undefined ? null : scheduler.at(next.atMicros, this.#landing);
    for (let index = 0; index < count; index += 1) {
      const flight = flights[index];
      if (flight !== undefined) this.#to?.arrive(flight.segment);
    }
  }

  /** The sender's kernel repeats what is never answered, and gives up in the end. */
  #departIntoNothing(): void {
    if (this.#willGiveUp) return;
    this.#willGiveUp = true;
    this.#parts.scheduler.after(giveUpMicros, () => {
      this.#from?.breakOff("ETIMEDOUT");
    });
  }
}

interface PathSubjects {
  readonly fragment: Subject;
  readonly delay: Subject;
  readonly tail: Subject;
  readonly short: Subject;
  readonly reset: Subject;
  readonly cut: Subject;
}

/**
 * Mostly a few cuts anywhere; now and then one after each of the first bytes, where headers are.
 */
const drawCuts = (random: RandomStream, length: number): readonly number[] | null => {
  if (length < 2) return null;
  if (random.chance(1, 8)) return Array.from({ length: Math.min(length - 1, 12) }, (_, i) => i + 1);
  const cuts = Array.from({ length: random.between(1, 3) }, () => random.between(1, length - 1));
  return cuts.sort((left, right) => left - right);
};
