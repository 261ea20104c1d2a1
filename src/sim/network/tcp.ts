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
 *     that wait in the sender's kernel never exceed its send buffer. An end takes room in the
 *     window, too: it waits where there is none. (RFC 9293 §3.4: a FIN has a sequence number.)
 * T3. Bytes that arrived before a reset can still be read; the error comes after them.
 * T4. A reset reads as ECONNRESET; once the peer's end has arrived, it is EPIPE for writes and the
 *     end goes on reading as an end. (Linux does so.)
 * T5. Closing with unread bytes resets the connection, closing without ends it.
 * T6. Bytes that arrive at a closed socket are answered by a reset.
 * T7. Who waits for room in a window asks for it again and again, ever more rarely. So he learns of
 *     a peer that is gone, as he would of anything that he sends.
 * T8. While a path is held, the other direction's sender learns nothing of what was read: its
 *     window closes. Which bytes were changed on the way is known to the endpoint, for TLS to find
 *     out.
 */
import { invariant } from "../../core/kernel/assert.ts";
import { copied, newBytes } from "../bytes.ts";
import { endSegment, resetSegment, retransmissionMaxMicros, retransmissionMicros } from "./path.ts";
import type { LinkParts, Path, Segment } from "./path.ts";
import type { DamageReport } from "./tls.ts";

/** What a program is told by its kernel about one socket. */
export interface EndpointOwner {
  /** There is something to read: bytes, the end, or an error. */
  readable(): void;
  /** The kernel takes bytes again, after `send` took fewer than it was given. */
  writable(): void;
}

const undamaged: readonly number[] = [];
/** A kernel that took only a part of a write has room again after this. */
const shortWritePauseMicros = 50;

/** A program that reads its socket a little at a time. */
export interface Trickle {
  /** Its receive buffer. */
  readonly windowBytes: number;
  readonly readBytes: number;
  readonly everyMicros: number;
}

/** One socket as its kernel keeps it. */
export class Endpoint implements DamageReport {
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
  #end: "open" | "queued" | "sent" | "lost" = "open";
  #programWaits = false;
  /** Will ask for room in the window, see T7. */
  #isProbing = false;

  // The receiving half.
  #received: { bytes: Uint8Array; write: number }[] = [];
  #receivedBytes = 0;
  #endArrived = false;
  #error: string | null = null;
  #broken = false;
  /** Broken by its own kernel, which has told nobody. */
  #isGivenUp = false;
  #damage: readonly number[] = undamaged;
  /** Read by the peer's program, which cannot be heard. */
  #unheardBytes = 0;
  #windowMax: number;
  #trickle: Trickle | null = null;
  #mayRead = true;

  constructor(parts: LinkParts, out: Path) {
    this.#parts = parts;
    this.#out = out;
    this.#windowMax = parts.options.receiveBufferBytes;
  }

  /** Where in the stream that comes here bytes were changed on the way: offsets, rising. */
  get damage(): readonly number[] {
    return this.#damage;
  }

  /** Called by the path: the byte at this offset is not as it was sent. */
  wasDamaged(offset: number): void {
    this.#damage = [...this.#damage, offset];
  }

  damageFound(): void {
    this.#parts.faults.hit("tls.bad-record", this.#out.link.name);
  }

  /** The program reads so slowly from here on, and the kernel has so little room for it. */
  trickle(trickle: Trickle): void {
    this.#trickle = trickle;
    this.#windowMax = trickle.windowBytes;
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
      this.#parts.scheduler.after(shortWritePauseMicros, () => this.#tellWritable());
    }
    if (taken < bytes.length) {
      this.#programWaits = true;
      if (short === null) this.#parts.faults.hit("network.window-full", this.#out.link.name);
    }
    if (taken > 0) this.#take(copied(bytes, 0, taken), windowBytes);
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
    if (this.#trickle !== null) {
      if (!this.#mayRead) return null;
      if (this.#parts.decisions.calm) return this.#readQuickly(bytesMax);
      bytesMax = this.#rest(this.#trickle, bytesMax);
    }
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

  /** True when every byte was read and nothing more will come. */
  get hasEnded(): boolean {
    // An error is told once, by whichever call comes first. After it reads find an end.
    const isOver = this.#endArrived || (this.#broken && this.#error === null);
    return isOver && this.#received.length === 0;
  }

  /** The next read finds an end or an error, when no bytes are left. */
  get hasNews(): boolean {
    return this.#endArrived || this.#broken;
  }

  /** How many bytes the kernel would take now. */
  get room(): number {
    return this.#sendRoom() + this.#windowBytes();
  }

  /** The sending half is open, and nothing has broken it. */
  get mayEnd(): boolean {
    return this.#state === "open" && this.#end === "open" && !this.#broken;
  }

  /** False once the program, or its end, has given the socket back. */
  get isOpen(): boolean {
    return this.#state === "open";
  }

  get hasBytes(): boolean {
    return this.#received.length > 0 && this.#mayRead;
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
    if (this.#received.length > 0) {
      this.#parts.faults.hit("network.reset-unread", this.#out.link.name);
      return this.abort();
    }
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
    this.#parts.scheduler.after(retransmissionMicros, () => {
      this.#out.transmit(resetSegment);
    });
  }

  /**
   * The connection is broken from outside, see `Link.reset`, or given up by its own kernel.
   *
   * @returns whether there was one
   */
  breakOff(code: string): boolean {
    if (this.#broken || this.#state !== "open") return false;
    this.#broken = true;
    this.#isGivenUp = code === "ETIMEDOUT";
    this.#error = this.#endArrived ? "EPIPE" : code;
    this.#dropQueue();
    this.owner?.readable();
    return true;
  }

  /** The path has lost the reset: whoever sends on is to be told once more. */
  resetWasLost(): void {
    if (this.#state === "closed") this.#broken = false;
  }

  /** Called by the path that ends here: the peer's news of what it has read get through again. */
  hearNews(): void {
    if (this.#unheardBytes === 0) return;
    this.#unreadBytes -= this.#unheardBytes;
    this.#unheardBytes = 0;
    this.#pump();
  }

  /** Called by the path: a segment is here. */
  arrive(segment: Segment): void {
    if (this.#state !== "open") return this.#answerFromTheGrave(segment);
    if (this.#broken) {
      if (this.#isGivenUp && segment.kind !== "reset") this.#denyAll();
      return;
    }
    switch (segment.kind) {
      case "bytes":
        this.#received.push({ bytes: segment.bytes, write: segment.write });
        this.#receivedBytes += segment.bytes.length;
        break;
      case "end":
        this.#endArrived = true;
        break;
      case "probe":
        return;
      case "reset":
        this.breakOff("ECONNRESET");
        return;
    }
    this.owner?.readable();
  }

  /** Called by the peer: its program has read, so that many bytes more may be sent. */
  wasRead(bytes: number): void {
    if (this.#peer !== null && this.#peer.#out.isHeld) {
      this.#unheardBytes += bytes;
      return;
    }
    this.#unreadBytes -= bytes;
    invariant(this.#unreadBytes >= 0, "no more was read than was sent");
    if (this.#queuedBytes === 0 && this.#end !== "queued" && !this.#programWaits) return;
    // The window's news takes as long as any segment.
    const news = this.#parts.options.delayMicros;
    this.#parts.scheduler.after(news, () => this.#pump());
  }

  /** The program has thought better of it. */
  #readQuickly(bytesMax: number): Uint8Array | null {
    this.#trickle = null;
    this.#windowMax = this.#parts.options.receiveBufferBytes;
    return this.receive(bytesMax);
  }

  /** One read, after which the program does something else for a while. */
  #rest({ readBytes, everyMicros }: Trickle, bytesMax: number): number {
    this.#mayRead = false;
    this.#parts.scheduler.after(everyMicros, () => {
      this.#mayRead = true;
      if (this.#received.length > 0) this.owner?.readable();
    });
    return Math.min(bytesMax, readBytes);
  }

  get #peerWindow(): number {
    return this.#peer === null ? 0 : this.#peer.#windowMax;
  }

  #windowBytes(): number {
    return this.#queuedBytes > 0 ? 0 : Math.max(0, this.#peerWindow - this.#unreadBytes);
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
    this.#probe(retransmissionMicros);
  }

  get #waitsForRoom(): boolean {
    return this.#queuedBytes > 0 || this.#end === "queued";
  }

  /** Asks for room in the window after so long, and again, for as long as it waits for some. */
  #probe(afterMicros: number): void {
    if (this.#isProbing) return;
    this.#isProbing = true;
    this.#parts.scheduler.after(afterMicros, () => {
      this.#isProbing = false;
      if (this.#broken || !this.#waitsForRoom) return;
      this.#out.probe();
      this.#probe(Math.min(2 * afterMicros, retransmissionMaxMicros));
    });
  }

  #transmit(bytes: Uint8Array): void {
    this.#unreadBytes += bytes.length;
    this.#out.transmitBytes(bytes);
  }

  /** Sends what the window lets through, then the end when it is its turn. */
  #pump(): void {
    if (this.#broken) return;
    let window = this.#peerWindow - this.#unreadBytes;
    while (window > 0) {
      const first = this.#queue[0];
      if (first === undefined) break;
      const count = Math.min(window, first.length);
      this.#transmit(first.subarray(0, count));
      window -= count;
      this.#queuedBytes -= count;
      if (count === first.length) this.#queue.shift();
      else this.#queue[0] = first.subarray(count);
    }
    if (this.#end === "queued" && this.#queuedBytes === 0 && window > 0) {
      this.#end = "sent";
      this.#out.transmit(endSegment);
    }
    if (this.#waitsForRoom) this.#probe(retransmissionMicros);
    this.#tellWritable();
  }

  #tellWritable(): void {
    if (!this.#programWaits || this.#sendRoom() + this.#windowBytes() === 0) return;
    this.#programWaits = false;
    this.owner?.writable();
  }

  #gather(bytesMax: number): Uint8Array {
    const length = Math.min(bytesMax, this.#receivedBytes);
    const all = newBytes(length);
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
    // No bytes are expected after an orderly close; a machine that knows nothing expects nothing.
    if (this.#isGivenUp) return this.#denyAll();
    const isExpected = segment.kind !== "bytes" && this.#state === "closed";
    if (isExpected || this.#broken) return;
    this.#broken = true;
    this.#dropQueue();
    this.#out.transmit(resetSegment);
  }

  /** A kernel that gave up on a peer knows nothing of it when it is heard again. */
  #denyAll(): void {
    this.#isGivenUp = false;
    this.#out.transmit(resetSegment);
  }

  #takeError(): string | null {
    const error = this.#error;
    this.#error = null;
    return error;
  }

  /** Its end with it: who was to be reset must not read of a stream that it is whole. */
  #dropQueue(): void {
    if (this.#end === "queued") this.#end = "lost";
    this.#queue.length = 0;
    this.#queuedBytes = 0;
  }
}
