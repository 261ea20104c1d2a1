/**
 * What a traveller who is in a world writes there now and then, and should not: bytes that are no
 * frame or no packet, packets that nobody serves, out of turn, or far too many. His client's
 * machine knows nothing of it; what comes of it, it takes as it would anything else.
 */
import { heartbeatContract } from "../../core/features/contracts.ts";
import { packetFrameBytesMax, writeFrame } from "../../core/wire/index.ts";
import type { Fault } from "../faults.ts";
import type { ClientDriver } from "./driver.ts";
import type { Outburst } from "./script.ts";

/** By which fault each is counted. */
export const outburstFaults: Readonly<Record<Outburst, Fault>> = {
  "garbage-frame": "peer.garbage",
  "zero-length": "peer.garbage",
  "huge-length": "peer.garbage",
  "wrong-sequence": "peer.garbage",
  "unknown-type": "peer.garbage",
  "garbage-move": "peer.garbage",
  flood: "peer.flood",
  "half-header": "peer.half-header",
  "half-frame": "peer.half-header",
};

/** Halves swallow what is written next. */
const bytesOf: Partial<Record<string, () => Uint8Array>> = {
  "garbage-frame": () => Uint8Array.of(5, 0, 0, 0, 255, 255, 255, 255, 255),
  "zero-length": () => Uint8Array.of(0, 0, 0, 0),
  "huge-length": () => Uint8Array.of(1, 0, 1, 0, 1, 2, 3, 4),
  "half-header": () => Uint8Array.of(9, 0),
  "half-frame": () => Uint8Array.of(200, 0, 0, 0, ...new Uint8Array(20)),
  "wrong-sequence": () => emptyFrame(heartbeatContract.entries.beat.type, 0xffff_0000),
};

/** With the sequences that are theirs; a movement to nowhere is none. */
const messages: Partial<Record<string, readonly [contract: string, key: string, times: number]>> = {
  "unknown-type": ["forged", "unknown", 1],
  "garbage-move": ["world", "move", 1],
  flood: ["forged", "unknown", 300],
};

/** @returns false when `what` is none, or the client has no link */
export function burstOut(what: string, driver: ClientDriver): boolean {
  const { link } = driver;
  if (driver.state !== "ready" || link.name === null) return false;
  const bytes = bytesOf[what];
  if (bytes !== undefined) {
    link.write(bytes());
    link.flush();
    return true;
  }
  const message = messages[what];
  if (message === undefined) return false;
  const [contract, key, times] = message;
  driver.input((machine, at) => {
    for (let time = 0; time < times; time += 1) machine.tell(contract, key, {}, at);
  });
  return true;
}

function emptyFrame(type: number, sequence: number): Uint8Array {
  const header = { type, sequence, timestamp: 0, isCompressed: false, inReplyTo: 0 };
  const target = new Uint8Array(packetFrameBytesMax(0));
  return target.slice(0, writeFrame(target, 0, header, new Uint8Array(0), 0, 0, "little"));
}
