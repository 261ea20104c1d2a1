/**
 * The envelope: `Packet { header, payload }` of packet.proto, read without copying and written in
 * one pass. protobufjs needs three to ten times as long, and this is done for every packet.
 *
 * Reading accepts the same bytes as protobufjs and finds the same values: fields in any order,
 * unknown fields skipped, of a repeated scalar the last, repeated headers merged. Writing gives the
 * same bytes as protobufjs: fields in order, zeros left out.
 *
 * 1. A header written here is shorter than 128 bytes, so its length takes one byte.
 * 2. Numbers are exact up to 2^53-1. A peer's number above that reads as `Infinity`.
 */
import { invariant } from "../kernel/assert.ts";
import { limits } from "../kernel/limits.ts";
import { FieldCursor } from "./fields.ts";
import type { LengthEndian } from "./frame.ts";

/** What a header says besides the payload's size, which is counted. */
export interface EnvelopeHeader {
  /** 0..65,535. */
  readonly type: number;
  /** From 1, counted by the sender. */
  readonly sequence: number;
  /** Milliseconds since the epoch. */
  readonly timestamp: number;
  readonly isCompressed: boolean;
  /** The sequence of the packet that this answers, or 0. */
  readonly inReplyTo: number;
}

const nothing = new Uint8Array(0);

/** Reads one envelope after the other into its own fields. */
export class EnvelopeReader implements EnvelopeHeader {
  /** As carried, a uint32: not yet known to be any packet's number. */
  type = 0;
  /** What the header says; whoever reads compares it with the payload. */
  size = 0;
  sequence = 0;
  timestamp = 0;
  isCompressed = false;
  inReplyTo = 0;
  /** The payload is `bytes[payloadStart..payloadEnd)` of the bytes read; empty when absent. */
  payloadStart = 0;
  payloadEnd = 0;
  private readonly cursor = new FieldCursor();
  /** What was read last, until somebody asked for it again. */
  private isRecent = false;
  private recentBytes: Uint8Array = nothing;
  private recentStart = 0;
  private recentEnd = 0;

  /**
   * Reads the encoded `Packet` in `bytes[start..end)`, the content of one frame. False when it is
   * malformed; the fields mean nothing then.
   */
  read(bytes: Uint8Array, start: number = 0, end: number = bytes.length): boolean {
    this.isRecent = false;
    if (!this.readCommon(bytes, start, end) && !this.readAny(bytes, start, end)) return false;
    this.isRecent = true;
    if (this.recentBytes !== bytes) this.recentBytes = bytes;
    this.recentStart = start;
    this.recentEnd = end;
    return true;
  }

  /**
   * What `read` does, but for nothing when that has just read the same range: nobody writes it in
   * between. Only once, so that bytes that are lent again with another content are read again.
   */
  readAgain(bytes: Uint8Array, start: number, end: number): boolean {
    const isRead =
      this.isRecent &&
      this.recentBytes === bytes &&
      this.recentStart === start &&
      this.recentEnd === end;
    if (!isRead) return this.read(bytes, start, end);
    this.isRecent = false;
    return true;
  }

  /**
   * Reads what every writer writes: one short header, then at most one payload, and in the header
   * known fields with their tags and values at their shortest or nearly so. False when anything is
   * otherwise; that says nothing about the bytes.
   */
  private readCommon(bytes: Uint8Array, start: number, end: number): boolean {
    if (end - start < 2 || bytes[start] !== packetTags.header) return false;
    const headerBytes = bytes[start + 1] as number;
    const headerEnd = start + 2 + headerBytes;
    if (headerBytes >= 0x80 || headerEnd > end) return false;
    this.clear();
    let at = start + 2;
    while (at < headerEnd) {
      const tag = bytes[at++] as number;
      if (tag === headerTags.inReplyTo && (at >= headerEnd || bytes[at++] !== 1)) return false;
      // All fields are varints: up to four bytes into `low`, up to three more into `high`.
      let low = 0;
      let high = 0;
      let shift = 0;
      for (;;) {
        if (at >= headerEnd || shift === 49) return false;
        const byte = bytes[at++] as number;
        if (shift < 28) low |= (byte & 0x7f) << shift;
        else high |= (byte & 0x7f) << (shift - 28);
        if (byte < 0x80) break;
        shift += 7;
      }
      if (!this.setField(tag, low, high)) return false;
    }
    return this.readCommonPayload(bytes, headerEnd, end);
  }

  private setField(tag: number, low: number, high: number): boolean {
    const value = high === 0 ? low : high * 0x1000_0000 + low;
    switch (tag) {
      case headerTags.type:
        this.type = value;
        return high < 0x10;
      case headerTags.size:
        this.size = value;
        return high < 0x10;
      case headerTags.sequence:
        this.sequence = value;
        return true;
      case headerTags.timestamp:
        this.timestamp = value;
        return true;
      case headerTags.isCompressed:
        this.isCompressed = value !== 0;
        return true;
      case headerTags.inReplyTo:
        this.inReplyTo = value;
        return true;
      default:
        return false;
    }
  }

  private readCommonPayload(bytes: Uint8Array, start: number, end: number): boolean {
    if (start === end) return true;
    if (start + 2 > end || bytes[start] !== packetTags.payload) return false;
    const first = bytes[start + 1] as number;
    let at = start + 2;
    let size = first;
    if (first >= 0x80) {
      if (at === end) return false;
      const second = bytes[at++] as number;
      // Longer ones are rare enough for the other way.
      if (second >= 0x80) return false;
      size = (second << 7) | (first & 0x7f);
    }
    this.payloadStart = at;
    this.payloadEnd = end;
    return at + size === end;
  }

  private clear(): void {
    this.type = 0;
    this.size = 0;
    this.sequence = 0;
    this.timestamp = 0;
    this.isCompressed = false;
    this.inReplyTo = 0;
    this.payloadStart = 0;
    this.payloadEnd = 0;
  }

  /** Reads whatever protobuf allows. */
  private readAny(bytes: Uint8Array, start: number, end: number): boolean {
    this.clear();
    const cursor = this.cursor;
    cursor.reset(bytes, start, end);
    while (cursor.at < end) {
      const tag = cursor.tag();
      if (tag === packetTags.header) {
        const size = cursor.size();
        if (size < 0 || !this.readHeader(cursor, size)) return false;
        cursor.end = end;
      } else if (tag === packetTags.payload) {
        const size = cursor.size();
        if (size < 0) return false;
        this.payloadStart = cursor.at;
        cursor.at += size;
        this.payloadEnd = cursor.at;
      } else if (tag < 0 || !cursor.skip(tag, 0)) {
        return false;
      }
    }
    return true;
  }

  /** Leaves the cursor's end at the header's. */
  private readHeader(cursor: FieldCursor, size: number): boolean {
    const end = cursor.at + size;
    cursor.end = end;
    while (cursor.at < end) {
      const tag = cursor.tag();
      let value: number;
      switch (tag) {
        case headerTags.type:
          this.type = value = cursor.uint32();
          break;
        case headerTags.size:
          this.size = value = cursor.uint32();
          break;
        case headerTags.sequence:
          this.sequence = value = cursor.uint64();
          break;
        case headerTags.timestamp:
          this.timestamp = value = cursor.uint64();
          break;
        case headerTags.isCompressed:
          value = cursor.bool();
          this.isCompressed = value === 1;
          break;
        case headerTags.inReplyTo:
          this.inReplyTo = value = cursor.uint64();
          break;
        default:
          value = tag;
          if (tag >= 0 && !cursor.skip(tag, 1)) return false;
      }
      if (value < 0) return false;
    }
    return true;
  }
}

/**
 * For the edge, which reads each packet, and the realm, which reads it again a moment later. It
 * holds nothing that one of them keeps.
 */
export const packetEnvelope = new EnvelopeReader();

/** The most bytes that an envelope round a payload of so many bytes takes. */
export const envelopeBytesMax = (payloadBytes: number): number => overheadBytesMax + payloadBytes;

/** The most bytes that a frame with a payload of so many bytes takes, its length included. */
export const packetFrameBytesMax = (payloadBytes: number): number =>
  limits.framePrefixBytes + overheadBytesMax + payloadBytes;

/**
 * Writes an encoded `Packet` with the payload `payload[payloadStart..payloadEnd)`.
 *
 * @param target has room for `envelopeBytesMax` of the payload's bytes from `offset`
 * @returns the offset after the last byte written
 */
export function writeEnvelope(
  target: Uint8Array,
  offset: number,
  header: EnvelopeHeader,
  payload: Uint8Array,
  payloadStart: number,
  payloadEnd: number,
): number {
  const size = payloadEnd - payloadStart;
  invariant(size >= 0 && payloadEnd <= payload.length, "envelope: no such payload");
  const at = writeHead(target, offset, header, size);
  copyPayload(target, at, payload, payloadStart, size);
  return at + size;
}

/** Writes all of an envelope but the payload's bytes; returns the offset where those belong. */
function writeHead(
  target: Uint8Array,
  offset: number,
  header: EnvelopeHeader,
  size: number,
): number {
  invariant(offset + overheadBytesMax + size <= target.length, "envelope: the target is too small");
  let at = offset + 2;
  if (header.type !== 0) {
    target[at] = headerTags.type;
    at = writeUint31(target, at + 1, header.type);
  }
  if (size !== 0) {
    target[at] = headerTags.size;
    at = writeUint31(target, at + 1, size);
  }
  if (header.sequence !== 0) {
    target[at] = headerTags.sequence;
    at = writeUint53(target, at + 1, header.sequence);
  }
  if (header.timestamp !== 0) {
    target[at] = headerTags.timestamp;
    at = writeTime(target, at + 1, header);
  }
  if (header.isCompressed) {
    target[at] = headerTags.isCompressed;
    target[at + 1] = 1;
    at += 2;
  }
  if (header.inReplyTo !== 0) {
    target[at] = headerTags.inReplyTo;
    target[at + 1] = 1;
    at = writeUint53(target, at + 2, header.inReplyTo);
  }
  target[offset] = packetTags.header;
  target[offset + 1] = at - offset - 2;
  if (size === 0) return at;
  target[at] = packetTags.payload;
  return writeUint31(target, at + 1, size);
}

/**
 * Writes a whole frame: the length in 4 bytes, then what `writeEnvelope` writes.
 *
 * @param target has room for `packetFrameBytesMax` of the payload's bytes from `offset`
 * @returns the offset after the last byte written
 */
export function writeFrame(
  target: Uint8Array,
  offset: number,
  header: EnvelopeHeader,
  payload: Uint8Array,
  payloadStart: number,
  payloadEnd: number,
  lengthEndian: LengthEndian,
): number {
  const size = payloadEnd - payloadStart;
  invariant(size >= 0 && payloadEnd <= payload.length, "frame: no such payload");
  const at = writeFrameHead(target, offset, header, size, lengthEndian);
  copyPayload(target, at, payload, payloadStart, size);
  return at + size;
}

/**
 * Writes all of a frame but the payload's bytes; returns the offset where those belong. The frame
 * ends behind them.
 *
 * @param size of the payload, bytes
 */
export function writeFrameHead(
  target: Uint8Array,
  offset: number,
  header: EnvelopeHeader,
  size: number,
  lengthEndian: LengthEndian,
): number {
  const start = offset + limits.framePrefixBytes;
  const at = writeHead(target, start, header, size);
  const length = at + size - start;
  invariant(length <= limits.frameBytesMax, "frame: the packet is longer than a frame may be");
  if (lengthEndian === "little") {
    target[offset] = length & 0xff;
    target[offset + 1] = (length >>> 8) & 0xff;
    target[offset + 2] = length >>> 16;
    target[offset + 3] = 0;
  } else {
    target[offset] = 0;
    target[offset + 1] = length >>> 16;
    target[offset + 2] = (length >>> 8) & 0xff;
    target[offset + 3] = length & 0xff;
  }
  return at;
}

const packetTags = { header: 0x0a, payload: 0x12 } as const;
const headerTags = {
  type: 0x08,
  size: 0x10,
  sequence: 0x18,
  timestamp: 0x20,
  isCompressed: 0x28,
  /** Field 16, and so two bytes on the wire: 80 01. */
  inReplyTo: 0x80,
} as const;

/** Tags and values of the header's fields at their longest. */
const headerBytesMax = 1 + 5 + (1 + 5) + (1 + 8) + (1 + 8) + (1 + 1) + (2 + 8);
invariant(headerBytesMax < 0x80, "a header's length takes one byte");

/** Tag and length of the header, the header, tag and length of the payload. */
const overheadBytesMax = 2 + headerBytesMax + 1 + 5;

/** The longest payload that surely fits a frame, whatever its header says. */
export const payloadBytesMax = limits.frameBytesMax - overheadBytesMax;

/** A varint of 0..2^31-1. Returns the offset after it. */
function writeUint31(target: Uint8Array, offset: number, value: number): number {
  let at = offset;
  let rest = value;
  while (rest > 0x7f) {
    target[at++] = (rest & 0x7f) | 0x80;
    rest >>>= 7;
  }
  target[at] = rest;
  return at + 1;
}

/** A varint of 0..2^53-1. Returns the offset after it. */
function writeUint53(target: Uint8Array, offset: number, value: number): number {
  if (value < 0x1000_0000) return writeUint31(target, offset, value | 0);
  // 28 bits are four bytes of a varint; the rest, at most 25 bits, is another varint behind them.
  const low = value & 0xfff_ffff;
  target[offset] = (low & 0x7f) | 0x80;
  target[offset + 1] = ((low >>> 7) & 0x7f) | 0x80;
  target[offset + 2] = ((low >>> 14) & 0x7f) | 0x80;
  target[offset + 3] = (low >>> 21) | 0x80;
  return writeUint31(target, offset + 4, ((value - low) / 0x1000_0000) | 0);
}

/**
 * The header's time as `writeUint53` writes it. All packets of a turn have the same, and a number
 * above 2^31 that is passed on may need an object of its own, so what is passed is the header.
 */
function writeTime(
  target: Uint8Array,
  offset: number,
  header: Pick<EnvelopeHeader, "timestamp">,
): number {
  if (header.timestamp !== recentTime) {
    recentTime = header.timestamp;
    recentTimeBytes = writeUint53(timeBytes, 0, recentTime);
  }
  const length = recentTimeBytes;
  for (let index = 0; index < length; index++) target[offset + index] = timeBytes[index] as number;
  return offset + length;
}

/** The time that was written last, encoded. */
const timeBytes = new Uint8Array(8);
let recentTime = 0;
let recentTimeBytes = 1;

/** Copies; for few bytes a loop beats `set`, above all where that needs a view of the source. */
function copyPayload(
  target: Uint8Array,
  offset: number,
  payload: Uint8Array,
  start: number,
  size: number,
): void {
  const whole = size === payload.length;
  if (size <= (whole ? loopBytesMax : loopBytesMaxOfPart)) {
    for (let index = 0; index < size; index++) {
      target[offset + index] = payload[start + index] as number;
    }
    return;
  }
  target.set(whole ? payload : payload.subarray(start, start + size), offset);
}

const loopBytesMax = 12;
const loopBytesMaxOfPart = 48;
