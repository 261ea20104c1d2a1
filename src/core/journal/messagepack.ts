/**
 * The part of MessagePack that the journal writes, written straight into a growing buffer and read
 * back without an object in between. Anything made here decodes with any MessagePack library.
 *
 * M1. A writer never keeps what it is given: strings and bytes are copied.
 * M2. A reader never throws and never reads outside its range. After the first thing that is not
 *     what was asked for it has `failed`, and every later answer is empty; so a caller asks for all
 *     fields of a record and looks at `failed` once.
 * M3. Integers are exact up to 2^53; a reader fails on larger ones. A number that is no integer,
 *     and -0, is a float64, so that every number comes back as it was.
 */
import { invariant } from "../kernel/assert.ts";
import { copyRange, ViewMemo } from "../kernel/bytes.ts";
import { utf8Length, utf8Read, utf8Write } from "./utf8.ts";

const WORD = 0x1_0000_0000;

export class MessagePackWriter {
  #bytes: Uint8Array;
  #view: DataView;
  #length = 0;
  /** Of what `binary` is given: packets of one read come in a row. */
  readonly #sources = new ViewMemo();

  /** @param capacityBytes what to begin with, >= 16; grows by doubling */
  constructor(capacityBytes: number) {
    invariant(capacityBytes >= 16, "capacity of a writer", capacityBytes);
    this.#bytes = new Uint8Array(capacityBytes);
    this.#view = new DataView(this.#bytes.buffer);
  }

  /** Bytes written since the last `clear`. */
  get length(): number {
    return this.#length;
  }

  /** What was written so far. Borrowed: valid until the next write. */
  get written(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  /**
   * Forgets what was written; keeps the buffer.
   *
   * @param reserved bytes at the beginning that are left to the caller
   */
  clear(reserved = 0): void {
    this.#length = 0;
    this.#reserve(reserved);
    this.#length = reserved;
  }

  /** Leaves room for so many bytes that the caller fills in. */
  skip(count: number): void {
    this.#reserve(count);
    this.#length += count;
  }

  /** Gives away what was written with the buffer under it, and goes on, cleared, in another. */
  take(buffer: Uint8Array): Uint8Array {
    const { written } = this;
    this.#bytes = buffer;
    this.#view = new DataView(buffer.buffer);
    this.#length = 0;
    return written;
  }

  /** How much fits before the buffer grows. */
  get capacity(): number {
    return this.#bytes.length;
  }

  array(count: number): void {
    this.#container(count, { fixed: 0x90, wide: 0xdc });
  }

  map(count: number): void {
    this.#container(count, { fixed: 0x80, wide: 0xde });
  }

  nil(): void {
    this.#reserve(1);
    this.#byte(0xc0);
  }

  /** @param value an integer, 0..2^53-1 */
  unsigned(value: number): void {
    this.#reserve(9);
    if (value >>> 0 !== value) {
      invariant(Number.isSafeInteger(value) && value >= 0, "an unsigned integer", value);
      this.#tagged64(0xcf, value);
    } else if (value < 0x80) this.#byte(value);
    else if (value < 0x100) this.#tagged8(0xcc, value);
    else if (value < 0x1_0000) this.#tagged16(0xcd, value);
    else this.#tagged32(0xce, value);
  }

  /** Any number. */
  number(value: number): void {
    if (Number.isSafeInteger(value) && (value > 0 || Object.is(value, 0))) {
      return this.unsigned(value);
    }
    this.#reserve(9);
    if (Number.isSafeInteger(value) && value < 0) return this.#tagged64(0xd3, value);
    this.#byte(0xcb);
    this.#view.setFloat64(this.#length, value);
    this.#length += 8;
  }

  /** Five bytes whatever the value, so that `patch32` can change it. Returns where the value is. */
  fixed32(value: number): number {
    this.#reserve(5);
    this.#tagged32(0xce, value);
    return this.#length - 4;
  }

  /** An array whose count is not known yet: five bytes. Returns where `patch32` puts the count. */
  openArray(): number {
    this.#reserve(5);
    this.#tagged32(0xdd, 0);
    return this.#length - 4;
  }

  /** @param at what `fixed32` or `openArray` returned, @param value 0..2^32-1 */
  patch32(at: number, value: number): void {
    invariant(at > 0 && at + 4 <= this.#length, "a patch outside of what was written", at);
    this.#view.setUint32(at, value);
  }

  /**
   * @param value without lone surrogates: UTF-8 cannot hold them, and a replay must see the same
   */
  string(value: string): void {
    invariant(value.isWellFormed(), "a string with a lone surrogate");
    const length = utf8Length(value);
    this.#reserve(length + 5);
    if (length < 0x20) this.#byte(0xa0 | length);
    else if (length < 0x100) this.#tagged8(0xd9, length);
    else if (length < 0x1_0000) this.#tagged16(0xda, length);
    else this.#tagged32(0xdb, length);
    utf8Write(value, this.#bytes, this.#length);
    this.#length += length;
  }

  /**
   * How every event begins, in one go, because there are as many of them as packets: an array of
   * `count` items, the first of which is `code`, the second `value` and the third a `fixed32` of 0.
   * Returns what `fixed32` would.
   *
   * @param count 0..15, @param code 0..127, @param value as `unsigned`'s
   */
  opening(count: number, code: number, value: number): number {
    this.#reserve(2 + 9 + 5);
    const bytes = this.#bytes;
    let at = this.#length;
    bytes[at] = 0x90 | count;
    bytes[at + 1] = code;
    if (value < 0x80) {
      bytes[at + 2] = value;
      at += 3;
    } else {
      this.#length = at + 2;
      this.unsigned(value);
      at = this.#length;
    }
    bytes[at] = 0xce;
    this.#view.setInt32(at + 1, 0);
    this.#length = at + 5;
    return at + 1;
  }

  /** `value[start..end)`. */
  binary(value: Uint8Array, start: number = 0, end: number = value.length): void {
    const length = end - start;
    this.#reserve(length + 5);
    if (length < 0x100) this.#tagged8(0xc4, length);
    else if (length < 0x1_0000) this.#tagged16(0xc5, length);
    else this.#tagged32(0xc6, length);
    const at = this.#length;
    copyRange(this.#view, at, this.#sources.of(value), start, end);
    this.#length = at + length;
  }

  #container(count: number, code: { fixed: number; wide: number }): void {
    invariant(count < 0x1_0000, "a container of a record is small", count);
    this.#reserve(3);
    if (count < 16) this.#byte(code.fixed | count);
    else this.#tagged16(code.wide, count);
  }

  #byte(value: number): void {
    this.#bytes[this.#length] = value;
    this.#length += 1;
  }

  #tagged8(tag: number, value: number): void {
    this.#byte(tag);
    this.#byte(value);
  }

  #tagged16(tag: number, value: number): void {
    this.#byte(tag);
    this.#view.setUint16(this.#length, value);
    this.#length += 2;
  }

  #tagged32(tag: number, value: number): void {
    this.#byte(tag);
    this.#view.setUint32(this.#length, value);
    this.#length += 4;
  }

  // Two's complement of a negative one comes out of the floor: -1 is (-1, 2^32 - 1).
  #tagged64(tag: number, value: number): void {
    const high = Math.floor(value / WORD);
    this.#byte(tag);
    this.#view.setInt32(this.#length, high | 0);
    this.#view.setUint32(this.#length + 4, value - high * WORD);
    this.#length += 8;
  }

  #reserve(count: number): void {
    const needed = this.#length + count;
    if (needed > this.#bytes.length) this.#grow(needed);
  }

  #grow(needed: number): void {
    const larger = new Uint8Array(Math.max(needed, this.#bytes.length * 2));
    larger.set(this.written);
    this.#bytes = larger;
    this.#view = new DataView(larger.buffer);
  }
}

export class MessagePackReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;
  #failed = false;

  /** @param bytes borrowed; what `binary` returns are views of it */
  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** True once something was not what was asked for, or the bytes ended. Stays true. */
  get failed(): boolean {
    return this.#failed;
  }

  /** Where the next value begins. */
  get offset(): number {
    return this.#at;
  }

  get atEnd(): boolean {
    return this.#at === this.#bytes.length;
  }

  /** What the next value is, as far as anybody asks. */
  nextKind(): "string" | "unsigned" | "array" | "other" {
    const tag = this.#bytes[this.#at] ?? 0xc0;
    if (tag < 0x80 || (tag >= 0xcc && tag <= 0xcf)) return "unsigned";
    if ((tag >= 0xa0 && tag < 0xc0) || (tag >= 0xd9 && tag <= 0xdb)) return "string";
    if ((tag >= 0x90 && tag < 0xa0) || tag === 0xdc || tag === 0xdd) return "array";
    return "other";
  }

  /** The count of an array's items, which follow. */
  array(): number {
    const tag = this.#octet();
    if (tag >= 0x90 && tag <= 0x9f) return tag & 0x0f;
    if (tag === 0xdc) return this.#unsigned16();
    if (tag === 0xdd) return this.#unsigned32();
    return this.#fail();
  }

  /** The count of a map's pairs, which follow: key, value, key, value. */
  map(): number {
    const tag = this.#octet();
    if (tag >= 0x80 && tag <= 0x8f) return tag & 0x0f;
    if (tag === 0xde) return this.#unsigned16();
    if (tag === 0xdf) return this.#unsigned32();
    return this.#fail();
  }

  /** Takes a nil if one is next. */
  nil(): boolean {
    if (this.#failed || this.#bytes[this.#at] !== 0xc0) return false;
    this.#at += 1;
    return true;
  }

  /** An integer, 0..2^53-1. */
  unsigned(): number {
    const tag = this.#octet();
    if (tag < 0x80) return tag;
    switch (tag) {
      case 0xcc:
        return this.#octet();
      case 0xcd:
        return this.#unsigned16();
      case 0xce:
        return this.#unsigned32();
      case 0xcf: {
        const value = this.#unsigned32() * WORD + this.#unsigned32();
        return value <= Number.MAX_SAFE_INTEGER ? value : this.#fail();
      }
      default:
        return this.#fail();
    }
  }

  /** An integer, 0..2^32-1. */
  unsigned32(): number {
    const value = this.unsigned();
    return value < WORD ? value : this.#fail();
  }

  /** Any number. */
  number(): number {
    const tag = this.#bytes[this.#at];
    if (tag === 0xcb) {
      this.#at += 1;
      return this.#float64();
    }
    if (tag !== 0xd3) return this.unsigned();
    this.#at += 1;
    const value = (this.#unsigned32() | 0) * WORD + this.#unsigned32();
    return Number.isSafeInteger(value) ? value : this.#fail();
  }

  string(): string {
    const tag = this.#octet();
    let length: number;
    if (tag >= 0xa0 && tag <= 0xbf) length = tag & 0x1f;
    else if (tag === 0xd9) length = this.#octet();
    else if (tag === 0xda) length = this.#unsigned16();
    else if (tag === 0xdb) length = this.#unsigned32();
    else length = this.#fail();
    const start = this.#skip(length);
    const text = this.#failed ? null : utf8Read(this.#bytes, start, this.#at);
    if (text === null) this.#fail();
    return text ?? "";
  }

  /** A view of the reader's bytes. */
  binary(): Uint8Array {
    const tag = this.#octet();
    let length: number;
    if (tag === 0xc4) length = this.#octet();
    else if (tag === 0xc5) length = this.#unsigned16();
    else if (tag === 0xc6) length = this.#unsigned32();
    else length = this.#fail();
    const start = this.#skip(length);
    return this.#bytes.subarray(start, this.#failed ? start : this.#at);
  }

  /** Passes over the next value with all that is in it, extension types excepted. */
  skip(): void {
    let values = 1;
    while (values > 0 && !this.#failed) values += this.#skipTagged(this.#octet()) - 1;
  }

  // Returns how many more values the tag brings with it.
  #skipTagged(tag: number): number {
    if (tag < 0x80 || tag >= 0xe0) return 0;
    if (tag < 0x90) return 2 * (tag & 0x0f);
    if (tag < 0xa0) return tag & 0x0f;
    if (tag < 0xc0) return this.#skipBytes(tag & 0x1f);
    switch (tag) {
      case 0xc0: // nil, false, true
      case 0xc2:
      case 0xc3:
        return 0;
      case 0xc4: // bytes and strings
      case 0xd9:
        return this.#skipBytes(this.#octet());
      case 0xc5:
      case 0xda:
        return this.#skipBytes(this.#unsigned16());
      case 0xc6:
      case 0xdb:
        return this.#skipBytes(this.#unsigned32());
      case 0xcc: // integers and floats
      case 0xd0:
        return this.#skipBytes(1);
      case 0xcd:
      case 0xd1:
        return this.#skipBytes(2);
      case 0xca:
      case 0xce:
      case 0xd2:
        return this.#skipBytes(4);
      case 0xcb:
      case 0xcf:
      case 0xd3:
        return this.#skipBytes(8);
      case 0xdc: // arrays and maps
        return this.#unsigned16();
      case 0xdd:
        return this.#unsigned32();
      case 0xde:
        return 2 * this.#unsigned16();
      case 0xdf:
        return 2 * this.#unsigned32();
      default:
        return this.#fail();
    }
  }

  #skipBytes(count: number): 0 {
    this.#skip(count);
    return 0;
  }

  #octet(): number {
    const at = this.#skip(1);
    return this.#failed ? 0 : (this.#bytes[at] as number);
  }

  #unsigned16(): number {
    const at = this.#skip(2);
    return this.#failed ? 0 : this.#view.getUint16(at);
  }

  #unsigned32(): number {
    const at = this.#skip(4);
    return this.#failed ? 0 : this.#view.getUint32(at);
  }

  #float64(): number {
    const at = this.#skip(8);
    return this.#failed ? 0 : this.#view.getFloat64(at);
  }

  #skip(count: number): number {
    const at = this.#at;
    if (this.#failed || count > this.#bytes.length - at) {
      this.#fail();
      return 0;
    }
    this.#at = at + count;
    return at;
  }

  #fail(): number {
    this.#failed = true;
    return 0;
  }
}
