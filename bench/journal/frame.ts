import { reprise as pb } from "../../src/core/wire/gen/packet.js";

/** A packet without contents, in its frame. */
export function frame(type: number, sequence: number): Uint8Array {
  const payload = new Uint8Array(0);
  const header = { type, size: 0, sequence, timestamp: 0 };
  const packet = pb.v1.Packet.encode({ header, payload }).finish();
  const bytes = new Uint8Array(4 + packet.length);
  new DataView(bytes.buffer).setUint32(0, packet.length, true);
  bytes.set(packet, 4);
  return bytes;
}
