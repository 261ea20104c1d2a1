/**
 * Nobody writes on what somebody else still holds: a packet that was cut out of a stream is the
 * same a while later, whatever has come since. Those who read along at the clients' ends keep some.
 */
import { CheckFailure } from "./checker.ts";
import type { Checker, ClientPacket } from "./checker.ts";

/** Of each so many packets one is kept, until so many others were. */
const keptEvery = 4;
const keptMax = 4;
/** So much of it is compared. */
const bytesMax = 64;

interface Kept {
  readonly packet: ClientPacket;
  readonly copy: Uint8Array;
}

export class KeptChecker implements Checker {
  readonly name = "kept";
  /** Counts packets that were compared. */
  checked = 0;
  readonly #kept: Kept[] = [];
  #count = 0;

  clientReceived(packet: ClientPacket): void {
    this.#count += 1;
    if (this.#count % keptEvery !== 0 || packet.payload.length === 0) return;
    this.#kept.push({ packet, copy: packet.payload.slice(0, bytesMax) });
    if (this.#kept.length > keptMax) this.#compare(this.#kept.shift());
  }

  #compare(kept: Kept | undefined): void {
    if (kept === undefined) return;
    this.checked += 1;
    const { copy, packet } = kept;
    if (isBeginning(copy, packet.payload)) return;
    const { link, type, sequence } = packet;
    throw new CheckFailure(
      this.name,
      "a packet that was kept stays as it was",
      `link ${link}, sequence ${String(sequence)}, type ${String(type)}`,
    );
  }
}

function isBeginning(copy: Uint8Array, of: Uint8Array): boolean {
  for (let at = 0; at < copy.length; at += 1) if (copy[at] !== of[at]) return false;
  return true;
}
