/**
 * [NET-23] A client's round trip is that of the last heartbeat of its own that was answered: from
 * when it left until its answer came, by the client's clock.
 */
import { heartbeatContract } from "../../core/features/contracts.ts";
import { toSafeNumber } from "../../core/wire/index.ts";
import { clientEpochMicros } from "../clients/driver.ts";
import { CheckFailure } from "./checker.ts";
import type { Checker, ClientPacket } from "./checker.ts";
import { readPayload } from "./replies.ts";

const { beat } = heartbeatContract.entries;

export class RoundTripsChecker implements Checker {
  readonly name = "round-trips";
  /** Counts heartbeats that were answered. */
  checked = 0;
  readonly #nowMicros: () => number;
  /** By link, the heartbeat that has no answer yet. */
  readonly #beats = new Map<string, { readonly sequence: number; readonly atMicros: number }>();
  /** By link, when its machine last ordered a packet, and when one last left. */
  readonly #orderedAt = new Map<string, number>();
  readonly #sentAt = new Map<string, number>();
  /** The answer that came last and that nobody has judged. */
  #answered: { readonly link: string; readonly micros: number } | null = null;

  constructor(nowMicros: () => number) {
    this.#nowMicros = nowMicros;
  }

  clientOrdered(link: string): void {
    this.#orderedAt.set(link, this.#nowMicros());
  }

  clientSent({ link, type, sequence, payload }: ClientPacket): void {
    this.#sentAt.set(link, this.#nowMicros());
    if (type !== (beat.type as number)) return;
    const atMicros = this.#nowMicros();
    // What a user asks by hand is no business of the machine's, and says no time of its clock.
    const { timestamp } = readPayload(beat.message, payload) ?? {};
    const saidMs = Math.floor((clientEpochMicros + atMicros) / 1_000);
    if (toSafeNumber(timestamp ?? 0) === saidMs) this.#beats.set(link, { sequence, atMicros });
  }

  clientReceived({ link, type, inReplyTo }: ClientPacket): void {
    if (type !== (beat.replyType as number)) return;
    const asked = this.#beats.get(link);
    if (asked?.sequence !== inReplyTo) return;
    this.#beats.delete(link);
    this.#answered = { link, micros: this.#nowMicros() - asked.atMicros };
  }

  clientMeasured(link: string, roundTripMicros: number | null): void {
    const answered = this.#answered;
    if (answered === null) return;
    this.#answered = null;
    // A link on which the client was not ready any more is not measured.
    if (answered.link !== link) return;
    // What it has ordered and could not write may have been its next heartbeat.
    if ((this.#orderedAt.get(link) ?? 0) > (this.#sentAt.get(link) ?? 0)) return;
    this.checked += 1;
    if (roundTripMicros === answered.micros) return;
    throw new CheckFailure(
      this.name,
      "a client's round trip is that of its last heartbeat",
      `link ${link}: ${String(roundTripMicros)} us, not ${String(answered.micros)}`,
    );
  }
}
