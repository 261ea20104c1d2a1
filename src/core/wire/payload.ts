/**
 * Payloads: the messages inside packets, by protobufjs static code. These two functions are the
 * only places where that code meets bytes, because it has to be kept from four things: keeping
 * unknown fields (they would be echoed), returning views of memory that belongs to somebody else,
 * returning Node's `Buffer`, and writing text that no reader accepts.
 *
 * Depth is bounded by protobufjs (100 messages inside each other). A promised length reserves
 * nothing there: each is compared with the bytes that are left first.
 */
import protobuf from "protobufjs/minimal.js";
import { ApiMisuseError } from "../kernel/assert.ts";
import type { AnyMessage, Decoded, Encodable } from "./contract.ts";
import { payloadBytesMax } from "./envelope.ts";
import { plainDefaults } from "./plain-defaults.ts";

/**
 * Decodes the message in `bytes[start..end)`. Null when the bytes are not one: never throws.
 *
 * What is returned shares no memory with `bytes`. Text is valid UTF-8, unknown fields are gone.
 */
export function decodePayload<M extends AnyMessage>(
  message: M,
  bytes: Uint8Array,
  start: number,
  end: number,
): Decoded<M> | null {
  if (message !== recent) prepare(message);
  if (reader.buf !== bytes) reader.buf = bytes;
  reader.pos = start;
  reader.len = end;
  reader.view = null;
  reader.discardUnknown = true;
  try {
    return message.decode(reader) as Decoded<M>;
  } catch {
    // Only the peer's bytes can be at fault: static code throws for nothing else.
    return null;
  }
}

/**
 * Encodes `value`. Nobody writes the bytes again, but they share a slab with other payloads, which
 * lives as long as any of them: whoever keeps them for long keeps a copy.
 *
 * @throws ApiMisuseError when the value is no such message (a nested one is missing, a structure
 * contains itself) or is longer than a frame may be. Nothing is half written.
 */
export function encodePayload<M extends AnyMessage>(message: M, value: Encodable<M>): Uint8Array {
  encoder.encode(message, value);
  return encoder.bytes.subarray(encoder.start, encoder.end);
}

/** Encodes payloads one behind the other, for somebody who reads them before the next `rewind`. */
export class PayloadEncoder {
  /** After `encode`: the payload is `bytes[start..end)`. */
  bytes: Uint8Array = nothing;
  start = 0;
  end = 0;
  private readonly writer = new PayloadWriter();

  /** What `encodePayload` does and throws, without a view. */
  encode<M extends AnyMessage>(message: M, value: Encodable<M>): void {
    const { writer } = this;
    // A payload for which the slab has no room gets a larger one from protobufjs, for itself alone.
    const isOwn = writer.buf.length !== slabBytes;
    if (isOwn || writer.pos > slabBytes - slabRestBytes) writer.startSlab();
    const start = writer.pos;
    writer.states = null;
    try {
      message.encode(value as never, writer);
    } catch (error) {
      writer.pos = start;
      const detail = error instanceof Error ? error.message : "no reason given";
      throw new ApiMisuseError(`encodePayload: the value cannot be encoded: ${detail}`);
    }
    const { buf, pos } = writer;
    // No rule with a message: the text would be made for every payload.
    if (pos - start > payloadBytesMax) {
      throw new ApiMisuseError(`encodePayload: longer than ${payloadBytesMax} bytes`);
    }
    if (this.bytes !== buf) this.bytes = buf;
    this.start = start;
    this.end = pos;
  }

  /** Nobody reads the payloads so far any more: the next ones stand in their place. */
  rewind(): void {
    this.writer.pos = 0;
  }
}

/**
 * Slabs hold many payloads one behind the other: Node allocates every array of bytes outside its
 * heap, which costs more than encoding or decoding most payloads does.
 */
const slabBytes = 65_536;
/** What is left of a slab when the next is begun; nearly every payload is smaller. */
const slabRestBytes = 1_024;
/** Of a slab for decoded `bytes` fields: what one short field that is kept keeps at most. */
const fieldSlabBytes = 8_192;
/** Longer fields have an array of their own. */
const fieldSharedBytesMax = 256;
const heapBytesMax = 64;

const nothing = new Uint8Array(0);

/** Copies the bytes of a `bytes` field, which protobufjs would return as a view of the packet. */
class PayloadReader extends protobuf.Reader {
  declare view: DataView | null;
  private slab: Uint8Array = nothing;
  private slabAt = 0;

  override raw(start: number, end: number): Uint8Array {
    const size = end - start;
    // The engine keeps the shortest arrays in its own heap: those cost no more than a view.
    if (size <= heapBytesMax || size > fieldSharedBytesMax) return this.buf.slice(start, end);
    if (this.slabAt + size > this.slab.length) {
      this.slab = new Uint8Array(fieldSlabBytes);
      this.slabAt = 0;
    }
    const { slab, slabAt, buf } = this;
    for (let index = 0; index < size; index++) slab[slabAt + index] = buf[start + index] as number;
    this.slabAt += size;
    return slab.subarray(slabAt, this.slabAt);
  }
}

/** Writes half of a surrogate pair as U+FFFD, as every other encoder does: readers refuse it. */
class PayloadWriter extends protobuf.Writer {
  declare buf: Uint8Array;
  declare view: DataView | null;
  declare states: number[] | null;

  startSlab(): void {
    this.buf = new Uint8Array(slabBytes);
    this.view = null;
    this.pos = 0;
  }

  override string(value: string): protobuf.Writer {
    return super.string(value.isWellFormed() ? value : value.toWellFormed());
  }
}

const prepared = new Set<AnyMessage>();
/** The message decoded last: the same one comes many times in a row. */
let recent: AnyMessage | null = null;

function prepare(message: AnyMessage): void {
  if (!prepared.has(message)) {
    plainDefaults(message);
    prepared.add(message);
  }
  recent = message;
}

// One of each for all payloads: neither calls back, so no payload begins inside another.
const reader = new PayloadReader(nothing);
const encoder = new PayloadEncoder();
