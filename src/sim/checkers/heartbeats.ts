/**
 * What the answer to a heartbeat says is so: it has the server's time, and for how long the packet
 * was under way by the two clocks, as far as that is between none and a minute.
 */
import { heartbeatContract } from "../../core/features/contracts.ts";
import { decodePayload, EnvelopeReader, toSafeNumber } from "../../core/wire/index.ts";
import { CheckFailure } from "./checker.ts";
import type { Checker, Step, StepSend } from "./checker.ts";
import { readPayload } from "./replies.ts";

const { beat } = heartbeatContract.entries;

/** The answer, which it reads. */
export const heartbeatReplyType = beat.replyType;

const latencyMaxMs = 60_000;

export class HeartbeatsChecker implements Checker {
  readonly name = "heartbeats";
  readonly missesEncore = true;
  readonly missesReplays = true;
  /** Counts answers to heartbeats with a time. */
  checked = 0;
  readonly #envelope = new EnvelopeReader();

  stepped({ event, sends }: Step): void {
    if (event.type !== "packet.received" || sends.length === 0) return;
    for (const send of sends) {
      if (send.type === beat.replyType && send.payload !== null) {
        this.#answered(event, send, send.payload);
      }
    }
  }

  #answered(
    { bytes, start, end, at }: Extract<Step["event"], { type: "packet.received" }>,
    { connection }: StepSend,
    payload: Uint8Array,
  ): void {
    const envelope = this.#envelope;
    if (!envelope.read(bytes, start, end)) return;
    const { payloadStart, payloadEnd } = envelope;
    const asked = decodePayload(beat.message, bytes, payloadStart, payloadEnd);
    const answer = readPayload(beat.reply, payload);
    if (asked === null || answer === null) return;
    const about = `connection ${String(connection)}`;
    const server = toSafeNumber(answer.serverTimestamp ?? 0);
    if (server !== Math.floor(at / 1_000)) this.#fail("a heartbeat's answer has the time", about);
    const client = toSafeNumber(asked.timestamp ?? 0) ?? 0;
    if (client > 0) this.checked += 1;
    const apart = client === 0 ? 0 : server - client;
    const latency = Math.max(0, Math.min(apart, latencyMaxMs));
    if (answer.latencyMs === latency) return;
    const detail = `${about}: ${String(answer.latencyMs)} ms instead of ${String(latency)}`;
    this.#fail("a heartbeat's answer says how long it took", detail);
  }

  #fail(rule: string, detail: string): never {
    throw new CheckFailure(this.name, rule, detail);
  }
}
