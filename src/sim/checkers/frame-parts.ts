/**
 * Reads frames as the protocol has them, written apart from the codec that is judged by it: four
 * bytes of length, lowest first, then a header with its fields in ascending order and a payload.
 *
 * Protobuf allows more than anybody here writes. What is allowed and not usual is "unusual", and
 * whoever asks must not conclude anything from it.
 */

/** `sound`: see the fields. `unusual`: a packet, or none. */
export type FrameVerdict = "sound" | "unusual";

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

  /** @param start of the content, behind the length */
  read(bytes: Uint8Array, start: number, end: number): FrameVerdict {
    this.type = this.size = this.sequence = this.timestamp = this.inReplyTo = 0;
    this.isCompressed = false;
    this.#at = start;
    if (bytes[this.#at++] !== 0x0a) return "unusual";
    const headerEnd = this.#varint(bytes) + this.#at;
    if (headerEnd > end || !this.#header(bytes, headerEnd)) return "unusual";
    this.payloadStart = this.payloadEnd = end;
    if (this.#at === end) return "sound";
    if (bytes[this.#at++] !== 0x12) return "unusual";
    const length = this.#varint(bytes);
    this.payloadStart = this.#at;
    return this.#at + length === end ? "sound" : "unusual";
  }

  /** False for a field that is unknown, twice there, or out of its order. */
  #header(bytes: Uint8Array, end: number): boolean {
    let last = 0;
    while (this.#at < end) {
      const tag = this.#varint(bytes);
      const value = this.#varint(bytes);
      if (tag <= last) return false;
      last = tag;
      if (tag === 8) this.type = value;
      else if (tag === 16) this.size = value;
      else if (tag === 24) this.sequence = value;
      else if (tag === 32) this.timestamp = value;
      else if (tag === 40) this.isCompressed = value !== 0;
      else if (tag === 128) this.inReplyTo = value;
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
