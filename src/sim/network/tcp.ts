/**
 * One TCP connection at the level of bytes, as two kernels see it.
 *
 *     program --send--> kernel queue --(window)--> path, in order, with delays --> receive buffer
 *     --> program
 *
 * What is modelled is what a program can observe: how bytes are cut and joined, when they arrive,
 * when the kernel takes no more, and what the last word on a connection is. Loss is not: TCP turns
 * a lost segment into a late one, so a loss is a delay of a retransmission time-out, for everything
 * behind it too. Sequence numbers, congestion control and the handshake's own segments are left
 * out for the same reason.
 *
 * T1. Bytes arrive in the order in which they were sent, each once, or not at all.
 * T2. The bytes on their way and in the receiver's buffer never exceed the receiver's window, those
 *     that wait in the sender's kernel never exceed its send buffer.
 * T3. Bytes that arrived before a reset can still be read; the error comes after them.
 * T4. A reset reads as ECONNRESET; once the peer's end has arrived, it is EPIPE for writes and the
 *     end goes on reading as an end. (Linux does so.)
 * T5. Closing with unread bytes resets the connection, closing without ends it.
 * T6. Bytes that arrive at a closed socket are answered by a reset.
 */
import { invariant } from "../../core/kernel/assert.ts";
import type { RandomStream } from "../../core/kernel/random.ts";
import type { Decisions, Subject } from "../decisions.ts";
import { strikes } from "../drawing.ts";
import type { FaultCounters } from "../faults.ts";
import type { NetworkOptions } from "../options.ts";
import type { Scheduler, Task } from "../scheduler.ts";

/** What a program is told by its kernel about one socket. */
export interface EndpointOwner {
  /** There is something to read: bytes, the end, or an error. */
  readable(): void;
  /** The kernel takes bytes again, after `send` took fewer than it was given. */
  writable(): void;
}

export interface LinkParts {
  readonly scheduler: Scheduler;
  readonly decisions: Decisions;
  readonly faults: FaultCounters;
  readonly options: NetworkOptions;
}

/** Linux gives up on a silent peer after 15 retransmissions. */
const RETRANSMISSION_TIMEOUT_MICROS = 924_600_000;
const RETRANSMISSION_FIRST_MICROS = 200_000;
/** A kernel that took only a part of a write has room again after this. */
const SHORT_WRITE_PAUSE_MICROS = 50;

/** Both ends of one connection and the two paths between them. */
export class Link {
  /** `client.attempt`, the same in every run of the same workload. */
  readonly name: string;
  readonly client: Endpoint;
  readonly server: Endpoint;
  readonly #toServer: Path;
  readonly #toClient: Path;

  constructor(parts: LinkParts, name: string) {
    this.name = name;
    this.#toServer = new Path(parts, this, "toServer");
    this.#toClient = new Path(parts, this, "toClient");
    this.client = new Endpoint(parts, this.#toServer);
    this.server = new Endpoint(parts, this.#toClient);
    this.#toServer.goesTo(this.client, this.server);
    this.#toClient.goesTo(this.server, this.client);
  }

  /** Nothing gets through any more, in either direction, and nobody is told. */
  cut(): void {
    this.#toServer.cut();
    this.#toClient.cut();
  }

  /**
   * A device on the way breaks the connection: both ends are reset, what was on its way is lost.
   */
  reset(): void {
    this.cut();
    this.client.breakOff("ECONNRESET");
    this.server.breakOff("ECONNRESET");
  }

  get isCut(): boolean {
    return this.#toServer.isCut;
  }
}

type Segment =
  | { readonly kind: "bytes"; readonly bytes: Uint8Array; readonly write: number }
  | { readonly kind: "end" }
  | { readonly kind: "reset" };

const endSegment: Segment = { kind: "end" };
const resetSegment: Segment = { kind: "reset" };

/** One socket as its kernel keeps it. */
export class Endpoint {
  /** Told when something changes. Null while nobody has accepted the connection yet. */
  owner: EndpointOwner | null = null;
  readonly #parts: LinkParts;
  readonly #out: Path;
  #peer: Endpoint | null = null;
  /** `forgotten`: the machine lost its power, and knows of no such connection. */
  #state: "open" | "closed" | "forgotten" = "open";
  #machineIsDown = false;
  #askedWhileDown = false;

  // The sending half.
  readonly #queue: Uint8Array[] = [];
  #queuedBytes = 0;
  /** Sent and not yet read by the program on the other side. */
  #unreadBytes = 0;
  #end: "open" | "queued" | "sent" = "open";
  #programWaits = false;

  // The receiving half.
  #received: { bytes: Uint8Array; write: number }[] = [];
  #receivedBytes = 0;
  #endArrived = false;
  #error: string | null = null;
  #broken = false;

  constructor(parts: LinkParts, out: Path) {
    this.#parts = parts;
    this.#out = out;
  }

  /** Called once, by the path that ends here. */
  meets(peer: Endpoint): void {
    this.#peer = peer;
  }

  /**
   * Hands bytes to the kernel, which copies what it takes.
   *
   * @returns how many bytes it took, or the error's code
   */
  send(bytes: Uint8Array): number | string {
    invariant(this.#state === "open" && this.#end === "open", "sending on an open socket");
    if (this.#broken) return this.#takeError() ?? "EPIPE";
    const windowBytes = this.#windowBytes();
    const room = this.#sendRoom() + windowBytes;
    let taken = Math.min(bytes.length, room);
    const short = this.#out.shortWrite(taken);
    if (short !== null) {
      taken = short;
      this.#parts.scheduler.after(SHORT_WRITE_PAUSE_MICROS, () => this.#tellWritable());
    }
    if (taken < bytes.length) {
      this.#programWaits = true;
      if (short === null) this.#parts.faults.hit("network.window-full", this.#out.link.name);
    }
    if (taken > 0) this.#take(bytes.slice(0, taken), windowBytes);
    return taken;
  }

  /**
   * Takes received bytes out of the kernel's buffer.
   *
   * @returns at most `bytesMax` bytes that belong to the caller, or null when there are none
   */
  receive(bytesMax: number): Uint8Array | null {
    const first = this.#received[0];
    if (first === undefined) return null;
    let bytes: Uint8Array;
    if (this.#received.length === 1 && first.bytes.length <= bytesMax) {
      bytes = first.bytes;
      this.#received = [];
    } else {
      bytes = this.#gather(bytesMax);
    }
    this.#receivedBytes -= bytes.length;
    this.#peer?.wasRead(bytes.length);
    return bytes;
  }

  /** True when every byte was read and the peer will send no more. */
  get hasEnded(): boolean {
    return this.#endArrived && this.#received.length === 0;
  }

  /** False once the program, or its end, has given the socket back. */
  get isOpen(): boolean {
    return this.#state === "open";
  }

  get hasBytes(): boolean {
    return this.#received.length > 0;
  }

  /** The code of what broke the connection, once, and after every byte was read; otherwise null. */
  readError(): string | null {
    return this.#received.length > 0 || this.#endArrived ? null : this.#takeError();
  }

  /** Ends the sending half, after what the kernel still holds. */
  shutdown(): void {
    if (this.#end !== "open") return;
    this.#end = "queued";
    this.#pump();
  }

  /** Gives the socket back to the kernel, which ends the connection, or resets it (T5). */
  close(): void {
    if (this.#state !== "open") return;
    if (this.#received.length > 0) return this.abort();
    this.#state = "closed";
    this.owner = null;
    this.shutdown();
  }

  /** Resets the connection. What the kernel still held is lost. */
  abort(): void {
    if (this.#state !== "open") return;
    this.#state = "closed";
    this.owner = null;
    this.#dropQueue();
    if (!this.#broken) this.#out.transmit(resetSegment);
    this.#broken = true;
  }

  /** The machine lost its power: it answers nothing now, and will know nothing of this later. */
  powerLost(): void {
    this.#state = "forgotten";
    this.#machineIsDown = true;
    this.owner = null;
    this.#dropQueue();
  }

  /**
   * The machine is up again. A peer that went on sending learns now that the connection is gone.
   */
  powerBack(): void {
    this.#machineIsDown = false;
    if (!this.#askedWhileDown) return;
    this.#parts.scheduler.after(RETRANSMISSION_FIRST_MICROS, () => {
      this.#out.transmit(resetSegment);
    });
  }

  /** The connection is broken from outside, see `Link.reset`. */
  breakOff(code: string): void {
    if (this.#broken || this.#state !== "open") return;
    this.#broken = true;
    this.#error = this.#endArrived ? "EPIPE" : code;
    this.#dropQueue();
    this.owner?.readable();
  }

  /** Called by the path: a segment is here. */
  arrive(segment: Segment): void {
    if (this.#state !== "open") return this.#answerFromTheGrave(segment);
    if (this.#broken) return;
    switch (segment.kind) {
      case "bytes":
        this.#received.push({ bytes: segment.bytes, write: segment.write });
        this.#receivedBytes += segment.bytes.length;
        break;
      case "end":
        this.#endArrived = true;
        break;
      case "reset":
        return this.breakOff("ECONNRESET");
    }
    this.owner?.readable();
  }

  /** Called by the peer: its program has read, so that many bytes more may be sent. */
  wasRead(bytes: number): void {
    this.#unreadBytes -= bytes;
    invariant(this.#unreadBytes >= 0, "no more was read than was sent");
    if (this.#queuedBytes === 0 && !this.#programWaits) return;
    // The window's news takes as long as any segment.
    const news = this.#parts.options.delayMicros;
    this.#parts.scheduler.after(news, () => this.#pump());
  }

  #windowBytes(): number {
    return this.#queuedBytes > 0
      ? 0
      : Math.max(0, this.#parts.options.receiveBufferBytes - this.#unreadBytes);
  }

  #sendRoom(): number {
    return Math.max(0, this.#parts.options.sendBufferBytes - this.#queuedBytes);
  }

  #take(bytes: Uint8Array, windowBytes: number): void {
    const now = Math.min(bytes.length, windowBytes);
    if (now > 0) this.#transmit(now === bytes.length ? bytes : bytes.subarray(0, now));
    if (now === bytes.length) return;
    this.#queue.push(bytes.subarray(now));
    this.#queuedBytes += bytes.length - now;
  }

  #transmit(bytes: Uint8Array): void {
    this.#unreadBytes += bytes.length;
    this.#out.transmitBytes(bytes);
  }

  /** Sends what the window lets through, then the end when it is its turn. */
  #pump(): void {
    if (this.#broken) return;
    for (;;) {
      const first = this.#queue[0];
      const window = this.#parts.options.receiveBufferBytes - this.#unreadBytes;
      if (first === undefined || window <= 0) break;
      const count = Math.min(window, first.length);
      this.#transmit(first.subarray(0, count));
      this.#queuedBytes -= count;
      if (count === first.length) this.#queue.shift();
      else this.#queue[0] = first.subarray(count);
    }
    if (this.#end === "queued" && this.#queuedBytes === 0) {
      this.#end = "sent";
      this.#out.transmit(endSegment);
    }
    this.#tellWritable();
  }

  #tellWritable(): void {
    if (!this.#programWaits || this.#sendRoom() + this.#windowBytes() === 0) return;
    this.#programWaits = false;
    this.owner?.writable();
  }

  #gather(bytesMax: number): Uint8Array {
    const length = Math.min(bytesMax, this.#receivedBytes);
    const all = new Uint8Array(length);
    const firstWrite = this.#received[0]?.write;
    let filled = 0;
    let joined = false;
    while (filled < length) {
      const first = this.#received[0];
      invariant(first !== undefined, "as many bytes as were counted");
      joined ||= first.write !== firstWrite;
      const part = first.bytes.subarray(0, length - filled);
      all.set(part, filled);
      filled += part.length;
      if (part.length === first.bytes.length) this.#received.shift();
      else first.bytes = first.bytes.subarray(part.length);
    }
    if (joined) this.#parts.faults.hit("network.coalesce", this.#out.link.name);
    return all;
  }

  #answerFromTheGrave(segment: Segment): void {
    if (segment.kind === "reset") return;
    if (this.#machineIsDown) {
      this.#askedWhileDown = true;
      return;
    }
    // An end is expected after an orderly close; a machine that knows nothing expects nothing.
    const isExpected = segment.kind === "end" && this.#state === "closed";
    if (isExpected || this.#broken) return;
    this.#broken = true;
    this.#dropQueue();
    this.#out.transmit(resetSegment);
  }

  #takeError(): string | null {
    const error = this.#error;
    this.#error = null;
    return error;
  }

  #dropQueue(): void {
    this.#queue.length = 0;
    this.#queuedBytes = 0;
  }
}

interface Flight {
  readonly atMicros: number;
  readonly segment: Segment;
}

/** One direction of a link: keeps the order, adds the delays, cuts writes into pieces. */
class Path {
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
      const timeout = RETRANSMISSION_FIRST_MICROS * (1 << random.below(5));
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
      this.#depart({ kind: "bytes", bytes: piece, write }, delayMicros + pieces * PIECE_GAP_MICROS);
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
    this.#parts.scheduler.after(RETRANSMISSION_TIMEOUT_MICROS, () => {
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

/** Far enough apart that a reader which is quick sees each piece by itself. */
const PIECE_GAP_MICROS = 300;

/**
 * Mostly a few cuts anywhere; now and then one after each of the first bytes, where headers are.
 */
const drawCuts = (random: RandomStream, length: number): readonly number[] | null => {
  if (length < 2) return null;
  if (random.chance(1, 8)) return Array.from({ length: Math.min(length - 1, 12) }, (_, i) => i + 1);
  const cuts = Array.from({ length: random.between(1, 3) }, () => random.between(1, length - 1));
  return cuts.sort((left, right) => left - right);
};
