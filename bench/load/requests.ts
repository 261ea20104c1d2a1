/** The requests of loads, echoes of 60 bytes, and their answers. */
import { reprise as pb } from "../../src/core/wire/gen/packet.js";

/** EchoRequest { bytes = 58 bytes }: a payload of 60 bytes. */
const payload = new Uint8Array(60).fill(0x61);
payload.set([0x0a, 58]);

/** A whole frame, made by protobufjs. */
function frame(type: number, sequence: number): Uint8Array {
  const packet = pb.v1.Packet.encode({
    header: { type, size: payload.length, sequence, timestamp: 0 },
    payload,
  }).finish();
  const bytes = new Uint8Array(4 + packet.length);
  new DataView(bytes.buffer).setUint32(0, packet.length, true);
  bytes.set(packet, 4);
  return bytes;
}

/**
 * The requests of one connection, numbered from 1. Frames differ in the sequence alone, so each
 * is a copy of the template whose sequence takes as many bytes, with the sequence written over.
 */
export class Requests {
  readonly #type: number;
  readonly #templates = new Map<number, Uint8Array>();
  #sequence = 0;

  constructor(type: number) {
    this.#type = type;
  }

  take(count: number): Buffer {
    const parts: Uint8Array[] = [];
    for (let index = 0; index < count; index += 1) {
      this.#sequence += 1;
      parts.push(this.#next());
    }
    return Buffer.concat(parts);
  }

  #next(): Uint8Array {
    const size = varintBytes(this.#sequence);
    let template = this.#templates.get(size);
    if (template === undefined) {
      template = frame(this.#type, 2 ** (7 * (size - 1)));
      this.#templates.set(size, template);
    }
    const bytes = template.slice();
    // Before it: the frame's length 4, the header's tag and length 2, type 3, size 2, sequence's
    // tag 1.
    let value = this.#sequence;
    for (let index = 0; index < size; index += 1) {
      bytes[12 + index] = (value & 0x7f) | (index < size - 1 ? 0x80 : 0);
      value = Math.floor(value / 128);
    }
    return bytes;
  }
}

/** Counts the answers of one connection. */
export class Answers {
  #rest: Buffer = Buffer.alloc(0);

  /** How many are whole with these bytes. */
  take(chunk: Buffer): number {
    const bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    let offset = 0;
    let count = 0;
    while (bytes.length - offset >= 4) {
      const length = bytes.readUInt32LE(offset);
      if (bytes.length - offset - 4 < length) break;
      offset += 4 + length;
      count += 1;
    }
    this.#rest = bytes.subarray(offset);
    return count;
  }
}

const varintBytes = (value: number): number =>
  value < 128 ? 1 : 1 + varintBytes(Math.floor(value / 128));
