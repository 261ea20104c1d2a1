/**
 * The digest of an event's effects: what `send`, `close` and `call` were ordered in its step, in
 * the
 * order of the calls. It stands in the journal next to the event, so that whoever replays the
 * journal finds the first event that had other effects.
 *
 * 1. One definition for all: production's outbox embeds an `EffectDigest`, replay and follower use
 *    `DigestingOutbox`, which does nothing else.
 * 2. A payload is digested once, however many connections it is sent to.
 * 3. `log` and `count` are no effects: they may differ between two builds that do the same.
 * 4. The digest is never 0. In the journal 0 says that a step did not end.
 */
import type {
  CallEffect,
  CloseMode,
  Delivery,
  Digest,
  LogFields,
  LogLevel,
  Outbox,
  PayloadRef,
} from "../contract.ts";
import { invariant } from "./assert.ts";
import { ViewMemo } from "./bytes.ts";
import { digestPlain, digestRange, digestStart, digestString, finish, mix } from "./digest.ts";
import { errorTable, type ErrorCode } from "./errors.ts";
import type { CallId, ConnectionId, Micros, PacketType } from "./ids.ts";
import type { PlainData } from "./plain.ts";

// Part of every digest, hence of every journal: only added to.
const kinds = { send: 1, close: 2, call: 3 } as const;

const WORD = 0x1_0000_0000;

// Ids carry the incarnation in their upper half; an integer is below 2^53.
const mixInteger = (hash: number, value: number): number =>
  mix(mix(hash, value >>> 0), (value / WORD) | 0);

/** The digest of a payload, for `EffectDigest.send`. Cost grows with its length. */
export const payloadDigest = (
  type: PacketType,
  view: DataView,
  start: number,
  end: number,
): number => digestRange(mix(digestStart, type), view, start, end);

/** Folds the effects of one event. */
export class EffectDigest {
  #hash = digestStart;

  /** Begins an event's. */
  begin(): void {
    this.#hash = digestStart;
  }

  /** @param payload what `payloadDigest` said of it */
  send(
    connection: ConnectionId,
    payload: number,
    delivery: Delivery,
    sequence: number,
    inReplyTo: number,
  ): void {
    const how = delivery === "committed" ? 0 : 1;
    const head = mix(mix(this.#hash, kinds.send), how);
    const link = mix(mixInteger(head, connection), payload);
    this.#hash = mixInteger(mixInteger(link, sequence), inReplyTo);
  }

  close(connection: ConnectionId, mode: CloseMode, code: ErrorCode): void {
    const how = mode === "flush" ? 0 : 1;
    const head = mix(mix(this.#hash, kinds.close), how);
    this.#hash = mix(mixInteger(head, connection), errorTable[code].code);
  }

  call(call: CallId, operation: string, request: PlainData, effect: CallEffect): void {
    const how = effect === "none" ? 0 : 1;
    const head = mix(mix(this.#hash, kinds.call), how);
    this.#hash = digestPlain(digestString(mixInteger(head, call), operation), request);
  }

  /** Of all effects since `begin`. 1..2^32-1. */
  value(): Digest {
    return finish(this.#hash) || 1;
  }
}

/** An outbox that also says what it was given. */
export interface ReplayOutbox extends Outbox {
  /** Begins the step of an event. Payloads of the step before are gone. */
  begin(at: Micros): void;
  /** Of the effects since `begin`. */
  digest(): Digest;
}

/** Takes effects in and keeps nothing but their digest: for replay, where nothing may leave. */
export class DigestingOutbox implements ReplayOutbox {
  readonly #effects = new EffectDigest();
  readonly #payloads: number[] = [];
  readonly #views = new ViewMemo();

  begin(_at: Micros): void {
    this.#effects.begin();
    this.#payloads.length = 0;
  }

  digest(): Digest {
    return this.#effects.value();
  }

  payload(type: PacketType, bytes: Uint8Array, start = 0, end = bytes.length): PayloadRef {
    this.#payloads.push(payloadDigest(type, this.#views.of(bytes), start, end));
    return (this.#payloads.length - 1) as PayloadRef;
  }

  send(
    connection: ConnectionId,
    payload: PayloadRef,
    delivery: Delivery,
    sequence: number,
    inReplyTo: number,
  ): void {
    const digest = this.#payloads[payload];
    invariant(digest !== undefined, "a payload of this step", payload);
    this.#effects.send(connection, digest, delivery, sequence, inReplyTo);
  }

  close(connection: ConnectionId, mode: CloseMode, code: ErrorCode): void {
    this.#effects.close(connection, mode, code);
  }

  call(call: CallId, operation: string, request: PlainData, effect: CallEffect): void {
    this.#effects.call(call, operation, request, effect);
  }

  log(_level: LogLevel, _message: string, _fields?: LogFields): void {
    // Rule 3.
  }

  count(_counter: string, _by?: number): void {
    // Rule 3.
  }
}
