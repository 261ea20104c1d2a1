/**
 * A socket as a Node program has it: `net.Socket` or `tls.TLSSocket` over one kernel endpoint. Both
 * the simulated server and the simulated clients use it, as the real ones use Node's.
 *
 * N1. `data` in order, then at most one `end`, then exactly one `close`; nothing after `close`.
 * N2. Events happen in a pass of the owner's loop, never inside a call to the stream.
 * N3. A paused stream goes on reading into a buffer of 64 KiB, as Node's does. So it learns of a
 *     reset while it is paused, and what it had buffered is lost with it. One that reads into
 *     memory of its owner's has no such buffer: while it is paused it reads nothing, and learns of
 *     no end and no reset unless it writes.
 * N4. `unsentBytes` counts a write until the kernel has taken all of it; over TLS until the next
 *     pass in any case. Writes that wait behind another one go to the kernel together.
 * N5. With both halves ended the stream closes by itself. A write behind its own end breaks it.
 * N6. The end is told while paused too, where it is read and no bytes are kept that come before it.
 * N7. The FIN leaves in the pass after everything else has left. Until then a reset only closes:
 *     libuv refuses it, and `src/io/links.ts` and the clients do what this one does.
 * N8. A write that the kernel refuses at once breaks the stream only after the turn that made it.
 *     Whoever destroys or resets it before that is told of no error.
 * N9. Over TLS a close_notify is the end. What comes behind it is read and thrown away, an error
 *     too: a reset there is told to nobody, and the next write finds EPIPE.
 * N10. What a pause had kept comes out in the pass after a resume, also when the stream was
 *     destroyed between the two.
 *
 * Known to differ: on one machine a peer that is gone answers a long write before the call is over,
 * and libuv, which tries twice, has its EPIPE before it reads the end that came before. Between two
 * machines the answer takes longer, as it always does here: the end is told, then EPIPE.
 *
 * Left out: error events apart from the code that `close` carries, because nobody here can do
 * anything between the two.
 */
import { invariant } from "../../core/kernel/assert.ts";
import { joined } from "../bytes.ts";
import type { IoLoop, LoopWork } from "../loop.ts";
import type { Scheduler } from "../scheduler.ts";
import type { Endpoint, EndpointOwner } from "./tcp.ts";
import { SecureSession } from "./tls.ts";
import type { SecureOptions } from "./tls.ts";

export interface StreamEvents {
  data(bytes: Uint8Array): void;
  /** The peer will send no more. */
  end(): void;
  /** @param code of what broke the stream, null when nothing did */
  close(code: string | null): void;
  /** The kernel has taken all of a write that it could not take at once. */
  written(unsentBytes: number): void;
  /** The handshake is done. Over plain TCP it never happens. */
  secured(): void;
  /** The handshake failed; the stream is still open, and plain. */
  insecure(reason: "protocol" | "plaintext"): void;
}

export interface StreamParts {
  readonly scheduler: Pick<Scheduler, "after">;
  readonly loop: IoLoop;
  readonly endpoint: Endpoint;
  /** Null: plain. */
  readonly secure: SecureOptions | null;
  /** False: the stream ends its own half as soon as the peer has ended the other. */
  readonly allowHalfOpen: boolean;
  /** What is read in one pass is told as one piece, as a platform may that is not Node. */
  readonly joinsReads?: boolean;
  /** False: see N3. True when left out. */
  readonly readsWhilePaused?: boolean;
}

const readBytesMax = 65_536;
const highWaterBytes = 65_536;
/** Of a piece that is joined, more than any frame. */
const joinedBytesMax = 262_144;
/** libuv reads so often from one socket before it looks at the others. */
const readsPerPass = 32;

export class Stream implements LoopWork, EndpointOwner {
  isWoken = false;
  allowHalfOpen: boolean;
  readonly #parts: StreamParts;
  readonly #events: StreamEvents;
  readonly #secure: SecureSession | null;
  readonly #joinsReads: boolean;
  /** `failing`: a write has failed within a call, which destroys the stream in the next pass. */
  #state: "open" | "failing" | "destroyed" | "closed" = "open";
  #code: string | null = null;

  /** The handshake failed: what is still said is said in clear. */
  #isPlainAfterAll = false;

  // Reading.
  #isFlowing = true;
  #buffer: Uint8Array[] = [];
  #bufferedBytes = 0;
  #end: "none" | "seen" | "told" = "none";
  /** The peer's end was answered with one of our own, unasked. */
  #isEndedByPeer = false;

  // Writing.
  /** What the kernel has not taken yet of the write that it is taking. */
  #current: Uint8Array | null = null;
  #currentBytes = 0;
  /** The kernel has the current write, and nobody was told yet. */
  #isTaken = false;
  #waiting: Uint8Array[] = [];
  #waitingBytes = 0;
  /** `ending`: all but the FIN is in the kernel's hands; that goes with the next pass. */
  #finish: "open" | "asked" | "ending" | "done" = "open";

  constructor(parts: StreamParts, events: StreamEvents) {
    this.#parts = parts;
    this.#events = events;
    this.allowHalfOpen = parts.allowHalfOpen;
    this.#joinsReads = parts.joinsReads === true;
    this.#secure =
      parts.secure === null
        ? null
        : new SecureSession({ report: parts.endpoint, ...parts.secure }, this.#secureEvents());
    parts.endpoint.owner = this;
  }

  /** Begins to read, and the handshake where there is one. Call once, first. */
  open(): this {
    this.#secure?.start();
    this.#wake();
    return this;
  }

  get isDestroyed(): boolean {
    return this.#state === "destroyed" || this.#state === "closed";
  }

  /** Its end was asked for, by its owner or by the peer's. */
  get isEnding(): boolean {
    return this.#finish !== "open";
  }

  get unsentBytes(): number {
    return this.#currentBytes + this.#waitingBytes;
  }

  /** Queues bytes; nobody may change them afterwards. Returns `unsentBytes`. */
  write(bytes: Uint8Array): number {
    if (this.isDestroyed) return 0;
    if (this.#finish !== "open") {
      this.destroy(this.#isEndedByPeer ? "EPIPE" : "ERR_STREAM_WRITE_AFTER_END");
      return 0;
    }
    if (this.#state === "failing" || this.#current !== null || this.#isTaken) {
      this.#waiting.push(bytes);
      this.#waitingBytes += bytes.length;
      return this.unsentBytes;
    }
    this.#current = this.#sealed(bytes);
    this.#currentBytes = bytes.length;
    this.#flush(false);
    return this.unsentBytes;
  }

  pause(): void {
    if (!this.isDestroyed) this.#isFlowing = false;
  }

  resume(): void {
    if (this.isDestroyed) return;
    this.#isFlowing = true;
    this.#wake();
  }

  /** Sends what is queued, then ends this half. */
  end(): void {
    if (this.#finish !== "open" || this.#state !== "open") return;
    this.#finish = "asked";
    this.#finishIfDone();
    this.#wake();
  }

  /** Closes at once; what is queued and what was not read is lost. */
  destroy(code: string | null = null): void {
    if (this.isDestroyed) return;
    this.#destroyed(code);
    this.#parts.endpoint.close();
  }

  /** Closes at once; the peer sees a reset, but for N7. */
  reset(): void {
    if (this.isDestroyed) return;
    if (this.#finish === "ending") return this.destroy();
    // The TCP stream below closes first, and nothing comes up from it any more.
    if (this.#secure !== null) this.#buffer = [];
    this.#destroyed(null);
    this.#parts.endpoint.abort();
  }

  // What the kernel tells.

  readable(): void {
    this.#wake();
  }

  writable(): void {
    this.#wake();
  }

  /** One pass of the owner's loop. */
  poll(): void {
    if (this.#state === "failing") this.destroy(this.#code);
    if (this.#state === "open") {
      if (this.#finish === "ending") this.#shutdown();
      // What a pause had kept goes first, and makes room for more.
      this.#deliver();
      this.#read();
      this.#deliver();
      this.#flush(true);
      this.#deliver();
      this.#closeIfOver();
    }
    if (this.#state === "destroyed") {
      this.#deliverBytes();
      this.#state = "closed";
      this.#buffer = [];
      this.#events.close(this.#code);
    }
  }

  #wake(): void {
    this.#parts.loop.wake(this);
  }

  /** What fails within a call of the program is told after it. */
  #fail(code: string): void {
    if (this.#state !== "open") return;
    this.#state = "failing";
    this.#code = code;
    this.#current = null;
    this.#currentBytes = 0;
    this.#wake();
  }

  #destroyed(code: string | null): void {
    this.#state = "destroyed";
    this.#code = code;
    this.#current = null;
    this.#isTaken = false;
    this.#waiting = [];
    this.#currentBytes = 0;
    this.#waitingBytes = 0;
    this.#wake();
  }

  #read(): void {
    const { endpoint } = this.#parts;
    if (this.#end !== "none") return this.#readBehindEnd();
    let reads = 0;
    for (; reads < readsPerPass && this.#wantsBytes(); reads += 1) {
      const bytes = endpoint.receive(readBytesMax);
      if (bytes === null) break;
      if (this.#secure === null) this.#push(bytes);
      else this.#secure.feed(bytes);
      // Delivered now, or the buffer would look full to the next read.
      if (!this.#joinsReads) this.#deliver();
    }
    if (this.#joinsReads) this.#deliver();
    const mayReadOn = this.#secure !== null && this.#end !== "none";
    if (!this.#wantsBytes() && !mayReadOn) return;
    // An end or an error behind bytes is the next pass's news.
    if (endpoint.hasBytes || (reads > 0 && endpoint.hasNews)) return this.#wake();
    if (mayReadOn) return;
    const error = endpoint.readError();
    if (error !== null) return this.destroy(error);
    if (endpoint.hasEnded) this.#end = "seen";
  }

  /** Nobody hears of what comes behind a close_notify, not even of an error. */
  #readBehindEnd(): void {
    const { endpoint } = this.#parts;
    if (this.#secure === null) return;
    if (!endpoint.hasBytes) return void endpoint.readError();
    while (endpoint.receive(readBytesMax) !== null);
    this.#wake();
  }

  #wantsBytes(): boolean {
    if (!this.#isFlowing && this.#parts.readsWhilePaused === false) return false;
    const bytesMax = this.#joinsReads && this.#isFlowing ? joinedBytesMax : highWaterBytes;
    return this.#state === "open" && this.#end === "none" && this.#bufferedBytes < bytesMax;
  }

  #push(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    this.#buffer.push(bytes);
    this.#bufferedBytes += bytes.length;
  }

  #deliver(): void {
    this.#deliverBytes();
    if (this.#end !== "seen" || this.#buffer.length > 0 || this.#state !== "open") return;
    this.#end = "told";
    this.#events.end();
    if (this.allowHalfOpen || this.#finish !== "open") return;
    this.#isEndedByPeer = true;
    this.end();
  }

  #deliverBytes(): void {
    while (this.#isFlowing) {
      const bytes = this.#joinsReads ? this.#takeBuffer() : this.#buffer.shift();
      if (bytes === undefined) break;
      this.#bufferedBytes -= bytes.length;
      this.#events.data(bytes);
    }
  }

  #takeBuffer(): Uint8Array | undefined {
    if (this.#buffer.length === 0) return undefined;
    const all = joined(this.#buffer);
    this.#buffer = [];
    return all;
  }

  #closeIfOver(): void {
    if (this.#state !== "open" || this.#end !== "told" || this.#finish !== "done") return;
    this.destroy();
  }

  /** @param isPass whether this is a pass of the loop, in which events may be told */
  #flush(isPass: boolean): void {
    if (isPass && this.#isTaken) this.#written(true);
    while (this.#current !== null && this.#state === "open") {
      const taken = this.#parts.endpoint.send(this.#current);
      if (typeof taken === "string") return isPass ? this.destroy(taken) : this.#fail(taken);
      if (taken < this.#current.length) {
        this.#current = this.#current.subarray(taken);
        return;
      }
      this.#current = null;
      if (isPass || this.#secure === null) this.#written(isPass);
      else {
        this.#isTaken = true;
        this.#wake();
      }
    }
    this.#finishIfDone();
  }

  /** The current write is done: the next one has its turn. */
  #written(isPass: boolean): void {
    this.#isTaken = false;
    this.#currentBytes = 0;
    this.#takeWaiting();
    if (isPass) this.#events.written(this.unsentBytes);
  }

  #takeWaiting(): void {
    if (this.#waiting.length === 0) return;
    this.#current = this.#sealed(joined(this.#waiting));
    this.#currentBytes = this.#waitingBytes;
    this.#waiting = [];
    this.#waitingBytes = 0;
  }

  #finishIfDone(): void {
    if (this.#finish !== "asked" || this.#state !== "open") return;
    if (this.#current !== null || this.#isTaken) return;
    if (this.#secure?.isOpen === true) {
      // As much of it as the kernel takes: the FIN behind it says the same.
      this.#parts.endpoint.send(this.#secure.closeNotify());
    }
    this.#finish = "ending";
    this.#wake();
  }

  #shutdown(): void {
    this.#finish = "done";
    this.#parts.endpoint.shutdown();
  }

  #sealed(bytes: Uint8Array): Uint8Array {
    if (this.#secure === null || this.#isPlainAfterAll) return bytes;
    return this.#secure.seal(bytes);
  }

  #secureEvents(): ConstructorParameters<typeof SecureSession>[1] {
    return {
      reply: (bytes, computeMicros) => this.#reply(bytes, computeMicros),
      secured: () => this.#events.secured(),
      data: (bytes) => this.#push(bytes),
      ended: () => {
        if (this.#end === "none") this.#end = "seen";
      },
      failed: (reason) => {
        this.#isPlainAfterAll = true;
        this.#events.insecure(reason);
      },
    };
  }

  /** The handshake's own bytes. They are few, and go ahead of whatever waits. */
  #reply(bytes: Uint8Array, computeMicros: number): void {
    if (computeMicros > 0) {
      this.#parts.scheduler.after(computeMicros, () => this.#reply(bytes, 0));
      return;
    }
    // Neither a peer that ended in the middle of it gets an answer, nor one of a dead process.
    if (this.#state !== "open" || this.#finish !== "open" || !this.#parts.endpoint.isOpen) return;
    // An alert would stand in the middle of a record that the kernel has taken in part.
    if (this.#current !== null) return;
    const taken = this.#parts.endpoint.send(bytes);
    if (typeof taken === "string") return this.destroy(taken);
    if (taken === bytes.length) return;
    invariant(this.#current === null, "nothing is written before the handshake is done");
    this.#current = bytes.subarray(taken);
  }
}
