/**
 * Walks the fields of one protobuf message without making anything of them: for the envelope and
 * for cutting secrets, where decoding would cost more than all the rest.
 *
 * It accepts exactly the bytes that protobufjs accepts, oddities included, so that nobody can send
 * what one of the two understands otherwise than the other. Those oddities: a varint of 32 bits may
 * take 10 bytes and keeps its lower bits; an unknown varint may be of any length; groups are
 * skipped.
 *
 * 1. Nothing is read at or after `end`, whatever the bytes promise.
 * 2. A method that returns `malformed` (or false) leaves the cursor somewhere: the walk is over.
 * 3. Nothing throws and nothing is allocated.
 */

/** What the reading methods return for bytes that are not protobuf. */
export const malformed = -1;

/** The lower three bits of a tag. */
export const wireTypes = {
  varint: 0,
  fixed64: 1,
  lengthDelimited: 2,
  groupStart: 3,
  groupEnd: 4,
  fixed32: 5,
} as const;

/** Groups inside messages and groups; protobuf's own limit in all languages. */
const depthMax = 100;

export class FieldCursor {
  /** Where the next byte is read. */
  at = 0;
  /** The byte after the last; the caller narrows and widens it around a nested message. */
  end = 0;
  private bytes: Uint8Array = nothing;

  /** Begins at `start`; `end` is exclusive. */
  reset(bytes: Uint8Array, start: number, end: number): void {
    this.bytes = bytes;
    this.at = start;
    this.end = end;
  }

  /** Lets go of the bytes. */
  release(): void {
    this.bytes = nothing;
  }

  /** The next tag, a uint32 with a field number from 1; or `malformed`. */
  tag(): number {
    if (this.at >= this.end) return malformed;
    const first = this.bytes[this.at] as number;
    if (first >= 0x80) return this.longTag();
    this.at++;
    return first < 8 ? malformed : first;
  }

  /** The length of what follows, which is there in full; or `malformed`. */
  size(): number {
    if (this.at >= this.end) return malformed;
    const first = this.bytes[this.at] as number;
    let size = first;
    if (first < 0x80) this.at++;
    else size = this.shortVarint(7);
    return size > this.end - this.at ? malformed : size;
  }

  /** A varint's lower 32 bits, unsigned; or `malformed`. */
  uint32(): number {
    if (this.at >= this.end) return malformed;
    const first = this.bytes[this.at] as number;
    if (first < 0x80) {
      this.at++;
      return first;
    }
    return this.longUint32();
  }

  /** A varint of 64 bits: exact up to 2^53-1, `Infinity` above; or `malformed`. */
  uint64(): number {
    if (this.at >= this.end) return malformed;
    const first = this.bytes[this.at] as number;
    if (first < 0x80) {
      this.at++;
      return first;
    }
    return this.longUint64();
  }

  /** 0, or 1 for any other varint; or `malformed`. */
  bool(): number {
    let value = 0;
    for (let count = 0; count < 10; count++) {
      if (this.at >= this.end) return malformed;
      const byte = this.bytes[this.at++] as number;
      if ((byte & 0x7f) !== 0) value = 1;
      if (byte < 0x80) return value;
    }
    return malformed;
  }

  /**
   * Skips the field whose tag was read. False when it is malformed.
   *
   * @param depth messages and groups around the field, 0 in the outermost message
   */
  skip(tag: number, depth: number): boolean {
    if (depth > depthMax) return false;
    switch (tag & 7) {
      case wireTypes.varint:
        return this.skipVarint();
      case wireTypes.fixed64:
        return this.skipBytes(8);
      case wireTypes.lengthDelimited:
        return this.skipBytes(this.size());
      case wireTypes.groupStart:
        return this.skipGroup(tag >>> 3, depth);
      case wireTypes.fixed32:
        return this.skipBytes(4);
      default:
        return false;
    }
  }

  private skipBytes(count: number): boolean {
    if (count < 0 || count > this.end - this.at) return false;
    this.at += count;
    return true;
  }

  private skipVarint(): boolean {
    while (this.at < this.end) {
      if ((this.bytes[this.at++] as number) < 0x80) return true;
    }
    return false;
  }

  private skipGroup(field: number, depth: number): boolean {
    for (;;) {
      const tag = this.tag();
      if (tag === malformed) return false;
      if ((tag & 7) === wireTypes.groupEnd) return tag >>> 3 === field;
      if (!this.skip(tag, depth + 1)) return false;
    }
  }

  private longTag(): number {
    const tag = this.shortVarint(15);
    return tag < 8 ? malformed : tag;
  }

  /** A varint of at most 5 bytes of which the fifth is at most `fifthMax`; or `malformed`. */
  private shortVarint(fifthMax: number): number {
    let value = 0;
    for (let shift = 0; shift <= 28; shift += 7) {
      if (this.at >= this.end) return malformed;
      const byte = this.bytes[this.at++] as number;
      if (shift === 28 && byte > fifthMax) return malformed;
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value >>> 0;
    }
    return malformed;
  }

  private longUint32(): number {
    let value = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      if (this.at >= this.end) return malformed;
      const byte = this.bytes[this.at++] as number;
      // A shift counts modulo 32, so the bits above the 32nd have to be kept out by hand.
      if (shift < 32) value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value >>> 0;
    }
    return malformed;
  }

  private longUint64(): number {
    // 28 bits, 28 bits, and the 8 above, which must be empty for a number to hold the value.
    let low = 0;
    let middle = 0;
    let high = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      if (this.at >= this.end) return malformed;
      const byte = this.bytes[this.at++] as number;
      const bits = byte & 0x7f;
      if (shift < 28) low |= bits << shift;
      else if (shift < 56) middle |= bits << (shift - 28);
      else if (shift === 56) high = bits;
      else high |= bits & 1;
      if (byte < 0x80) {
        return high !== 0 || middle >= middleUnsafe ? Infinity : middle * 0x1000_0000 + low;
      }
    }
    return malformed;
  }
}

/** 2^53 / 2^28: the first value of the middle bits that a number does not hold exactly. */
const middleUnsafe = 0x200_0000;

const nothing = new Uint8Array(0);
