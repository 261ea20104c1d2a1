/**
 * Cuts a byte stream into frames: 4 bytes of length, then that many bytes of content.
 *
 * What goes in: chunks as the network gave them, in any split, with `push`. What comes out: the
 * contents of whole frames in order, with `find`, until it says false. Push again, ask again.
 *
 * A chunk is not copied: a frame that lies in one chunk is a range of it. Only a frame that spans
 * chunks is put together, in memory of its own. Small chunks that wait behind others are put
 * together too, because a chunk of one byte costs a hundred.
 *
 * 1. The frames are the same for every split of the same bytes.
 * 2. What was returned is never written again: the caller may keep it for ever.
 * 3. Memory is at most a small multiple of the bytes received and not yet returned. A promised
 *    length reserves nothing.
 * 4. Every byte is copied a bounded number of times, whatever the split.
 * 5. After a length of 0 or above the limit the framing is lost: `broken`, nothing more comes, and
 *    nothing is kept.
 */
import { apiRule, invariant } from "../kernel/assert.ts";
import { limits } from "../kernel/limits.ts";

export type LengthEndian = "little" | "big";

export interface DeframerOptions {
  readonly lengthEndian: LengthEndian;
  /** The longest content of a frame, 1..65,536. */
  readonly frameBytesMax: number;
}

export class Deframer {
  private readonly littleEndian: boolean;
  private readonly frameBytesMax: number;
  /** After `find`: the content of the frame is `bytes[start..end)`. */
  bytes: Uint8Array = nothing;
  start = 0;
  end = 0;
  /** The chunk being cut, and how far. */
  private chunk: Uint8Array = nothing;
  private at = 0;
  /**
   * The beginning of a frame whose end has not come: `partial[0..partialBytes)`, prefix included.
   */
  private partial: Uint8Array = nothing;
  private partialBytes = 0;
  /** Chunks behind `chunk`; those before `waitingAt` are used up. */
  private waiting: Uint8Array[] = [];
  private waitingAt = 0;
  /** Small chunks put together behind all others; not yet in `waiting`, so still growing. */
  private tail: Uint8Array = nothing;
  private tailBytes = 0;
  private buffered = 0;
  private lost = false;

  constructor({ lengthEndian, frameBytesMax }: DeframerOptions) {
    apiRule(
      Number.isInteger(frameBytesMax) &&
        frameBytesMax >= 1 &&
        frameBytesMax <= limits.frameBytesMax,
      "frameBytesMax must be 1..65,536",
    );
    this.littleEndian = lengthEndian === "little";
    this.frameBytesMax = frameBytesMax;
  }

  /** Received and not yet returned. */
  get bufferedBytes(): number {
    return this.buffered;
  }

  /** True when the framing is lost. */
  get broken(): boolean {
    return this.lost;
  }

  /** Takes the next bytes of the stream. Ownership passes: nobody writes them afterwards. */
  push(chunk: Uint8Array): void {
    if (this.lost || chunk.length === 0) return;
    // A subclass such as Node's Buffer would make subclass views of every frame.
    const plain =
      Object.getPrototypeOf(chunk) === Uint8Array.prototype
        ? chunk
        : new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    if (this.at === this.chunk.length && this.buffered === this.partialBytes) {
      this.chunk = plain;
      this.at = 0;
    } else if (plain.length < smallChunkBytes) {
      this.appendToTail(plain);
    } else {
      this.closeTail();
      this.waiting.push(plain);
    }
    this.buffered += plain.length;
  }

  /** The content of the next whole frame as a view, or null when it has not come in full. */
  next(): Uint8Array | null {
    return this.find() ? this.bytes.subarray(this.start, this.end) : null;
  }

  /**
   * Finds the next whole frame; false when it has not come in full. The content is a range and not
   * a view, because a view of each packet costs as much as reading its envelope.
   */
  find(): boolean {
    for (;;) {
      const chunk = this.chunk;
      const available = chunk.length - this.at;
      if (this.partialBytes > 0 || available < limits.framePrefixBytes) {
        if (available > 0 && this.fillPartial()) return true;
        if (this.lost || !this.advance()) return this.findNothing();
        continue;
      }
      const length = this.lengthAt(chunk, this.at);
      if (length === 0 || length > this.frameBytesMax) return this.abandon();
      const start = this.at + limits.framePrefixBytes;
      const end = start + length;
      if (end <= chunk.length) {
        this.at = end;
        this.buffered -= limits.framePrefixBytes + length;
        if (this.bytes !== chunk) this.bytes = chunk; // See `Visits.#poll`.
        this.start = start;
        this.end = end;
        return true;
      }
      this.fillPartial();
    }
  }

  /** Ends the stream: nothing more comes and nothing is kept. Returns false for brevity. */
  abandon(): false {
    this.lost = true;
    this.bytes = this.chunk = this.partial = this.tail = nothing;
    this.at = this.partialBytes = this.tailBytes = this.waitingAt = this.buffered = 0;
    this.waiting = [];
    this.start = this.end = 0;
    return false;
  }

  /** Nothing is kept of a frame that was found before. */
  private findNothing(): false {
    this.bytes = nothing;
    this.start = this.end = 0;
    return false;
  }

  /** Moves bytes of the chunk to the partial frame. True once that is whole, and found. */
  private fillPartial(): boolean {
    const prefix = limits.framePrefixBytes;
    if (this.partialBytes < prefix) this.take(prefix - this.partialBytes);
    if (this.partialBytes < prefix) return false;
    const length = this.lengthAt(this.partial, 0);
    if (length === 0 || length > this.frameBytesMax) return this.abandon();
    this.take(prefix + length - this.partialBytes);
    if (this.partialBytes < prefix + length) return false;
    this.bytes = this.partial;
    this.start = prefix;
    this.end = prefix + length;
    this.buffered -= prefix + length;
    this.partial = nothing;
    this.partialBytes = 0;
    return true;
  }

  /** Moves at most `wanted` bytes from the chunk to the partial frame. */
  private take(wanted: number): void {
    const count = Math.min(wanted, this.chunk.length - this.at);
    if (count === 0) return;
    const total = this.partialBytes + count;
    this.partial = withRoom(this.partial, this.partialBytes, total);
    copyInto(this.partial, this.partialBytes, this.chunk, this.at, count);
    this.partialBytes = total;
    this.at += count;
  }

  /** Makes the next waiting chunk the current one. False when none waits. */
  private advance(): boolean {
    invariant(this.at === this.chunk.length, "deframer: a chunk is left before its end");
    this.chunk = nothing;
    this.at = 0;
    if (this.waitingAt === this.waiting.length) {
      this.waiting.length = this.waitingAt = 0;
      this.closeTail();
      if (this.waiting.length === 0) return false;
    }
    this.chunk = this.waiting[this.waitingAt] as Uint8Array;
    this.waiting[this.waitingAt++] = nothing;
    // A reader that never catches up would otherwise leave an ever longer row of used places.
    if (this.waitingAt >= 64 && 2 * this.waitingAt >= this.waiting.length) {
      this.waiting = this.waiting.slice(this.waitingAt);
      this.waitingAt = 0;
    }
    return true;
  }

  private appendToTail(chunk: Uint8Array): void {
    const total = this.tailBytes + chunk.length;
    this.tail = withRoom(this.tail, this.tailBytes, total);
    copyInto(this.tail, this.tailBytes, chunk, 0, chunk.length);
    this.tailBytes = total;
  }

  /** Queues the tail as it is; the next small chunk begins another. */
  private closeTail(): void {
    if (this.tailBytes === 0) return;
    this.waiting.push(this.tail.subarray(0, this.tailBytes));
    this.tail = nothing;
    this.tailBytes = 0;
  }

  private lengthAt(bytes: Uint8Array, at: number): number {
    const first = bytes[at] as number;
    const second = bytes[at + 1] as number;
    const third = bytes[at + 2] as number;
    const fourth = bytes[at + 3] as number;
    return this.littleEndian
      ? ((fourth << 24) | (third << 16) | (second << 8) | first) >>> 0
      : ((first << 24) | (second << 16) | (third << 8) | fourth) >>> 0;
  }
}

const nothing = new Uint8Array(0);

/** Chunks below this are put together while they wait: an array costs about a hundred bytes. */
const smallChunkBytes = 1_024;

/** The same bytes with room for `needed`: at least doubled, so that growing costs O(1) a byte. */
function withRoom(bytes: Uint8Array, used: number, needed: number): Uint8Array {
  if (needed <= bytes.length) return bytes;
  const roomier = new Uint8Array(Math.max(needed, 2 * bytes.length));
  copyInto(roomier, 0, bytes, 0, used);
  return roomier;
}

/** Copies; a loop beats `set` for a few bytes because it makes no view. */
function copyInto(
  target: Uint8Array,
  targetAt: number,
  source: Uint8Array,
  sourceAt: number,
  count: number,
): void {
  if (count > 64) {
    target.set(source.subarray(sourceAt, sourceAt + count), targetAt);
    return;
  }
  for (let index = 0; index < count; index++) {
    target[targetAt + index] = source[sourceAt + index] as number;
  }
}
