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
import { ApiMisuseError, apiRule } from "../kernel/assert.ts";
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
  if (!prepared.has(message)) {
    plainDefaults(message);
    prepared.add(message);
  }
  reader.buf = bytes;
  reader.pos = start;
  reader.len = end;
  reader.view = null;
  reader.discardUnknown = true;
  try {
    return message.decode(reader) as Decoded<M>;
  } catch {
    // Only the peer's bytes can be at fault: static code throws for nothing else.
    return null;
  } finally {
    reader.buf = nothing;
  }
}

/**
 * Encodes `value`; the bytes are the caller's.
 *
 * @throws ApiMisuseError when the value is no such message (a nested one is missing, a structure
 * contains itself) or is longer than a frame may be. Nothing is half written.
 */
export function encodePayload<M extends AnyMessage>(message: M, value: Encodable<M>): Uint8Array {
  writer.pos = 0;
  writer.states = null;
  try {
    message.encode(value as never, writer);
  } catch (error) {
    const detail = error instanceof Error ? error.message : "no reason given";
    throw new ApiMisuseError(`encodePayload: the value cannot be encoded: ${detail}`);
  }
  apiRule(writer.pos <= payloadBytesMax, `encodePayload: longer than ${payloadBytesMax} bytes`);
  return writer.buf.slice(0, writer.pos);
}

/** Copies the bytes of a `bytes` field, which protobufjs would return as a view of the packet. */
class PayloadReader extends protobuf.Reader {
  declare view: DataView | null;
  override raw(start: number, end: number): Uint8Array {
    return this.buf.slice(start, end);
  }
}

/** Writes half of a surrogate pair as U+FFFD, as every other encoder does: readers refuse it. */
class PayloadWriter extends protobuf.Writer {
  declare buf: Uint8Array;
  declare states: number[] | null;
  override string(value: string): protobuf.Writer {
    return super.string(value.isWellFormed() ? value : value.toWellFormed());
  }
}

const nothing = new Uint8Array(0);
const prepared = new Set<AnyMessage>();

// One of each for all payloads: neither calls back, so no payload begins inside another.
const reader = new PayloadReader(nothing);
const writer = new PayloadWriter();
