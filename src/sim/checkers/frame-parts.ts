/**
 * Reads frames as the protocol has them, written apart from the codec that is judged by it: four
 * bytes of length, lowest first, then a header with its fields in ascending order and a payload.
 *
 * Protobuf allows more than servers and usual clients write. What some clients write all the same,
 * another order of fields and one that is unknown, is "odd". What is allowed beyond that is
 * "unusual", and whoever asks must not conclude anything from it.
 */

/** `sound` and `odd`: see the fields. `unusual`: a packet, or none. */
export type FrameVerdict = "sound" | "odd" | "unusual";

const headerTag = 0x0a;
const payloadTag = 0x12;
/** Of a field that nobody knows, with a number in it, in a header or beside it. */
const unknownTag = 0x78;
const inReplyToTag = 128;

export class FrameParts {
  type = 0;
  size = 0;
  sequence = 0;
  timestamp = 0;
  isCompressed = false;
  inReplyTo = 0;
  payloadStart = 0;
  payloadEnd = 0;
  #at = 0;
  #isOdd = false;

  /** @param start of the content, behind the length */
  read(bytes: Uint8Array, start: number, end: number): FrameVerdict {
    this.type = this.size = this.sequence = this.timestamp = this.inReplyTo = 0;
    this.isCompressed = false;
    this.#at = start;
    this.#isOdd = false;
    const first = bytes[this.#at++];
    if (first === payloadTag || first === unknownTag) return this.#odd(bytes, start, end);
    if (first !== headerTag) return "unusual";
    const headerEnd = this.#varint(bytes) + this.#at;
    if (headerEnd > end || !this.#header(bytes, headerEnd)) return "unusual";
    this.payloadStart = this.payloadEnd = end;
    const sound = this.#isOdd ? "odd" : "sound";
    if (this.#at === end) return sound;
    if (bytes[this.#at++] !== payloadTag) return "unusual";
    const length = this.#varint(bytes);
    this.payloadStart = this.#at;
    return this.#at + length === end ? sound : "unusual";
  }

  /** What does not begin with its header: each part once, and any number of unknown fields. */
  #odd(bytes: Uint8Array, start: number, end: number): FrameVerdict {
    this.payloadStart = this.payloadEnd = end;
    this.#at = start;
    let hasHeader = false;
    while (this.#at < end) {
      const tag = bytes[this.#at++];
      const number = this.#varint(bytes);
      if (tag === unknownTag) continue;
      const partEnd = this.#at + number;
      if (partEnd > end) return "unusual";
      if (tag === headerTag && !hasHeader) {
        hasHeader = true;
        if (!this.#header(bytes, partEnd)) return "unusual";
      } else if (tag === payloadTag && this.payloadStart === end) {
        this.payloadStart = this.#at;
        this.payloadEnd = this.#at = partEnd;
      } else return "unusual";
    }
    return hasHeader && this.#at === end ? "odd" : "unusual";
  }

  /** False for a field that is twice there, and for most that are unknown. */
  #header(bytes: Uint8Array, end: number): boolean {
    let last = 0;
    let seen = 0;
    while (this.#at < end) {
      const tag = this.#varint(bytes);
      const value = this.#varint(bytes);
      if (tag === unknownTag) {
        this.#isOdd = true;
        continue;
      }
      const bit = 1 << (tag >> 3);
      if ((tag & 7) !== 0 || tag > inReplyToTag || (seen & bit) !== 0) return false;
      seen |= bit;
      if (tag < last) this.#isOdd = true;
      last = tag;
      if (tag === 8) this.type = value;
      else if (tag === 16) this.size = value;
      else if (tag === 24) this.sequence = value;
      else if (tag === 32) this.timestamp = value;
      else if (tag === 40) this.isCompressed = value !== 0;
      else if (tag === inReplyToTag) this.inReplyTo = value;
      else return false;
    }
    return this.#at === end;
  }

  /** Numbers above 2^53 lose their last digits; beyond the bytes there is 0. */
  #varint(bytes: Uint8Array): number {
    let value = 0;
    let scale = 1;
    for (let count = 0; count < 10; count += 1) {
      const byte = bytes[this.#at++] ?? 0;
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
      scale *= 128;
    }
    return value;
  }
}

/** The length in front of a frame. */
export const lengthAt = (bytes: Uint8Array, at: number): number =>
  (bytes[at] ?? 0) +
  (bytes[at + 1] ?? 0) * 0x100 +
  (bytes[at + 2] ?? 0) * 0x1_0000 +
  (bytes[at + 3] ?? 0) * 0x100_0000;

/** Of the length in front of a frame, and of what may stand behind it. */
export const prefixBytes = 4;
export const contentBytesMax = 65_536;
