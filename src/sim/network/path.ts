/**
 * One direction of a link: keeps the order of what travels, adds the delays, cuts writes into
 * pieces, and is where faults of the network strike.
 *
 * 1. What departs first arrives first.
 * 2. What was on its way when the link was cut, or departs afterwards, never arrives.
 * 3. A path that is held delivers nothing until nobody holds it any more. What was lost meanwhile
 *    comes with the kernel's next repetition, what was only late comes at once. A reset that is
 *    lost is not repeated.
 * 4. A kernel whose bytes, or whose peer's acknowledgements, do not get through for as long as
 *    `giveUpMicros` breaks the connection off.
 */
import type { RandomStream } from "../../core/kernel/random.ts";
import type { Decisions, Subject } from "../decisions.ts";
import type { FaultCounters } from "../faults.ts";
import type { NetworkOptions } from "../options.ts";
import type { Scheduler, Task } from "../scheduler.ts";
import type { Link } from "./link.ts";
import type { Endpoint } from "./tcp.ts";

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
  /** Nothing but a question: is there room by now? */
  | { readonly kind: "probe" }
  | { readonly kind: "reset" };

export const endSegment: Segment = { kind: "end" };
export const resetSegment: Segment = { kind: "reset" };
const probeSegment: Segment = { kind: "probe" };

/** The first repetition of what was not answered; each later one waits twice as long. */
export const retransmissionMicros = 200_000;
/** It does not grow beyond this. */
export const retransmissionMaxMicros = 120_000_000;
/** Far enough apart that a reader which is quick sees each piece by itself. */
const pieceGapMicros = 300;

interface Flight {
  atMicros: number;
  readonly segment: Segment;
}

/** What becomes of what a held path does not deliver. */
export type Hold = "lost" | "late";

/** What is left of a byte: one bit flipped, two, half of them, or all. */
const flips = [0x01, 0x80, 0x10, 0x04, 0x03, 0x41, 0x55, 0xff] as const;

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
  /** How many hold the path, and how many of them lose what it carries. */
  #holds = 0;
  #losses = 0;
  /** Something was lost since the path was held. */
  #hasLost = false;
  /** Since when what is due has been waiting for the path to be free. */
  #stuckSinceMicros: number | null = null;
  /** Counts the times at which the path became free. */
  #releases = 0;
  /** Bytes a second; 0: as many as there are. Null: not decided yet. */
  #bandwidth: number | null = null;
  /** When the last byte that departed has left the bottleneck. */
  #freeAtMicros = 0;
  #sentBytes = 0;
  /** The other direction. */
  #back: Path | null = null;
  // One function for all landings of a path.
  readonly #landing = (): void => this.#land();
  // Retransmission time-outs double, so do the delays that they cause.
  readonly #tail = (random: RandomStream): number =>
    Math.min(retransmissionMicros * (1 << random.below(5)), this.#parts.options.tailMaxMicros);

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
      corrupt: about("corrupt"),
      bandwidth: about("bandwidth"),
    };
  }

  goesTo(from: Endpoint, to: Endpoint, back: Path): void {
    this.#from = from;
    this.#to = to;
    this.#back = back;
    to.meets(from);
  }

  get isHeld(): boolean {
    return this.#holds > 0;
  }

  /** Delivers nothing more until it is released as often as it was held. */
  hold(what: Hold): void {
    this.#holds += 1;
    if (what === "late") return;
    this.#losses += 1;
    this.#hasLost = true;
  }

  release(what: Hold): void {
    this.#holds -= 1;
    if (what === "lost") this.#losses -= 1;
    if (this.#holds === 0) this.#resume();
  }

  /** Has as much room as it likes from here on, also for what is under way. */
  widen(): void {
    if (this.#bandwidth === null || this.#bandwidth === 0) return;
    this.#bandwidth = 0;
    const { scheduler, options } = this.#parts;
    const atMicros = scheduler.nowMicros + options.delayMicros;
    if (this.#lastArrivalMicros <= atMicros) return;
    this.#lastArrivalMicros = atMicros;
    for (const flight of this.#flights) flight.atMicros = Math.min(flight.atMicros, atMicros);
    this.#expect();
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
    const delayMicros = this.#delay() + this.#queueing(bytes.length);
    const carried = this.#corrupted(bytes);
    this.#sentBytes += bytes.length;
    const cuts = this.#cuts(bytes.length);
    if (cuts === null) this.#depart({ kind: "bytes", bytes: carried, write }, delayMicros);
    else this.#departInPieces(carried, cuts, { write, delayMicros });
    if (this.#strikes("reset", this.#parts.options.resetPerMillion) && !this.isCut) {
      this.#parts.faults.hit("network.reset", this.link.name);
      // Some of the write gets through before the device strikes.
      this.#parts.scheduler.after(delayMicros, () => this.link.reset());
    }
  }

  transmit(segment: Segment): void {
    this.#depart(segment, this.#delay());
  }

  /** It is as late as what came before it, and no fault strikes it by itself. */
  probe(): void {
    this.#depart(probeSegment, this.#parts.options.delayMicros);
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
    const tail = this.#subjects.tail.sometimes<number>(options.tailPerMillion, 0, this.#tail);
    if (extra > 0) faults.hit("network.delay", this.link.name);
    if (tail > 0) faults.hit("network.delay-tail", this.link.name);
    return options.delayMicros + extra + tail;
  }

  /** How long so many bytes wait until they are through the bottleneck, when there is one. */
  #queueing(length: number): number {
    this.#bandwidth ??= this.#decideBandwidth();
    if (this.#bandwidth === 0) return 0;
    const { nowMicros } = this.#parts.scheduler;
    const begins = Math.max(nowMicros, this.#freeAtMicros);
    this.#freeAtMicros = begins + Math.ceil((length * 1_000_000) / this.#bandwidth);
    return this.#freeAtMicros - nowMicros;
  }

  #decideBandwidth(): number {
    const { options, faults } = this.#parts;
    const step = this.#subjects.bandwidth.seldom(options.slowPathPerMillion, 10);
    if (step < 1 || step > 9) return 0;
    faults.hit("network.bandwidth", this.link.name);
    return options.slowPathBytes * (1 << (step - 1));
  }

  /** The bytes as they arrive. TCP's own sum has found nothing wrong with them. */
  #corrupted(bytes: Uint8Array): Uint8Array {
    const { options, faults } = this.#parts;
    const bit = this.#subjects.corrupt.seldom(options.corruptPerMillion, 8 * bytes.length);
    const at = bit >> 3;
    if (bit <= 0 || at >= bytes.length || this.isCut) return bytes;
    faults.corrupted.add(this.link.name);
    faults.hit("network.corrupt", this.link.name);
    const carried = bytes.slice();
    carried[at] = (carried[at] as number) ^ (flips[bit & 7] as number);
    this.#to?.wasDamaged(this.#sentBytes + at);
    return carried;
  }

  /** Where a write of so many bytes is cut; null: nowhere. */
  #cuts(length: number): readonly number[] | null {
    const perMillion = this.#parts.options.fragmentPerMillion;
    return this.#subjects.fragment.sometimes<readonly number[] | null>(perMillion, null, (random) =>
      drawCuts(random, length),
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
    if (this.#back !== null && this.#back.#losses > 0) this.#back.#waitForNews();
  }

  /** Lets everything that is due arrive at once, and waits for the next. */
  #land(): void {
    const { scheduler } = this.#parts;
    if (this.#holds > 0) return this.#getStuck();
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

  /** Waits for the first of those that are under way. */
  #expect(): void {
    const { scheduler } = this.#parts;
    if (this.#arrival !== null) scheduler.cancel(this.#arrival);
    const [first] = this.#flights;
    this.#arrival = first === undefined ? null : scheduler.at(first.atMicros, this.#landing);
  }

  // ---------------------------------------------------------------- held

  /** Something is due and cannot arrive. */
  #getStuck(): void {
    const { scheduler, options } = this.#parts;
    this.#arrival = null;
    if (this.#stuckSinceMicros !== null) return;
    this.#stuckSinceMicros = scheduler.nowMicros;
    if (this.#losses === 0) return;
    const before = this.#releases;
    scheduler.after(options.giveUpMicros, () => {
      if (this.#releases === before && this.#losses > 0) this.#giveUp();
    });
  }

  /** The sender on the other side hears of nothing that it sends. */
  #waitForNews(): void {
    if (this.#willGiveUp) return;
    this.#willGiveUp = true;
    const before = this.#releases;
    this.#parts.scheduler.after(this.#parts.options.giveUpMicros, () => {
      this.#willGiveUp = this.isCut;
      const isDeaf = this.#releases === before && this.#losses > 0;
      if (isDeaf && this.#back !== null) this.#back.#giveUp();
    });
  }

  #giveUp(): void {
    if (this.#from?.breakOff("ETIMEDOUT") !== true) return;
    this.#parts.faults.hit("network.timed-out", this.link.name);
    this.#flights = [];
  }

  #resume(): void {
    const { scheduler, options } = this.#parts;
    const since = this.#stuckSinceMicros;
    const hasLost = this.#hasLost;
    this.#releases += 1;
    this.#stuckSinceMicros = null;
    this.#hasLost = false;
    const waitMicros = hasLost ? untilRepetition(scheduler.nowMicros - (since ?? Infinity)) : 0;
    const atMicros = scheduler.nowMicros + waitMicros + options.delayMicros;
    // The window's news are repeated, too.
    scheduler.at(atMicros, () => this.#to?.hearNews());
    if (since === null) return;
    if (hasLost) this.#loseResets(scheduler.nowMicros);
    for (const flight of this.#flights) flight.atMicros = Math.max(flight.atMicros, atMicros);
    this.#lastArrivalMicros = Math.max(this.#lastArrivalMicros, atMicros);
    this.#expect();
  }

  #loseResets(untilMicros: number): void {
    const isLost = ({ atMicros, segment }: Flight): boolean =>
      segment.kind === "reset" && atMicros <= untilMicros;
    if (!this.#flights.some(isLost)) return;
    this.#flights = this.#flights.filter((flight) => !isLost(flight));
    this.#from?.resetWasLost();
  }

  /** The sender's kernel repeats what is never answered, and gives up in the end. */
  #departIntoNothing(): void {
    if (this.#willGiveUp) return;
    this.#willGiveUp = true;
    this.#parts.scheduler.after(this.#parts.options.giveUpMicros, () => this.#giveUp());
  }
}

/** How long until a kernel sends again what it has sent in vain for so long. */
function untilRepetition(sinceMicros: number): number {
  if (sinceMicros < 0) return 0;
  let nextMicros = retransmissionMicros;
  let waitMicros = retransmissionMicros;
  while (nextMicros < sinceMicros) {
    waitMicros = Math.min(2 * waitMicros, retransmissionMaxMicros);
    nextMicros += waitMicros;
  }
  return nextMicros - sinceMicros;
}

interface PathSubjects {
  readonly corrupt: Subject;
  readonly bandwidth: Subject;
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
