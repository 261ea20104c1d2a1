/**
 * A world for one host that keeps what is written as a platform does: the host's own bytes, read
 * when all is over. Whatever is written over in between shows.
 */
import type { SocketId } from "../../src/core/contract.ts";
import { Deframer, EnvelopeReader } from "../../src/core/wire/index.ts";
import type { Heard, Peer } from "./host-world.ts";
import { HostWorld } from "./host-world.ts";

export interface Kept extends Heard {
  /** Milliseconds since the epoch. */
  readonly timestamp: number;
  /** The whole packet, without the frame's length. */
  readonly bytes: Uint8Array;
}

export class KeepingWorld extends HostWorld {
  /** Called inside every write, before the platform takes it. */
  duringWrite: () => void = () => undefined;
  readonly #kept = new Map<SocketId, Uint8Array[]>();

  override write(socket: SocketId, bytes: Uint8Array): number {
    const views = this.#kept.get(socket) ?? [];
    views.push(bytes);
    this.#kept.set(socket, views);
    this.duringWrite();
    return super.write(socket, bytes);
  }

  /** Every packet that the peer was sent, in order. */
  keptOf({ socket }: Peer): readonly Kept[] {
    return packetsIn(this.#kept.get(socket) ?? []);
  }
}

/** @throws Error for bytes that are no whole packets */
export function packetsIn(chunks: readonly Uint8Array[]): readonly Kept[] {
  const deframer = new Deframer({ lengthEndian: "little", frameBytesMax: 65_536 });
  const reader = new EnvelopeReader();
  const packets: Kept[] = [];
  for (const chunk of chunks) {
    deframer.push(chunk.slice());
    for (let frame = deframer.next(); frame !== null; frame = deframer.next()) {
      if (!reader.read(frame)) throw new Error("the host sent an unreadable packet");
      const { type, sequence, inReplyTo, timestamp, payloadStart, payloadEnd } = reader;
      const bytes = frame.slice();
      const payload = bytes.subarray(payloadStart, payloadEnd);
      packets.push({ type, sequence, inReplyTo, timestamp, payload, bytes });
    }
  }
  return packets;
}
