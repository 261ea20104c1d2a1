/**
 * What a step orders, kept until the next one begins: for whoever shows or compares effects and not
 * only their digest.
 */
import type {
  CallEffect,
  CloseMode,
  Delivery,
  LogFields,
  LogLevel,
  PayloadRef,
} from "../../core/contract.ts";
import { DigestingOutbox } from "../../core/kernel/effects.ts";
import type { ErrorCode } from "../../core/kernel/errors.ts";
import type { CallId, ConnectionId, Micros, PacketType } from "../../core/kernel/ids.ts";
import type { PlainData } from "../../core/kernel/plain.ts";

export interface SendEffect {
  readonly kind: "send";
  readonly connection: ConnectionId;
  readonly type: PacketType;
  /** The payload, a copy. */
  readonly payload: Uint8Array;
  readonly delivery: Delivery;
  readonly sequence: number;
  readonly inReplyTo: number;
}

export interface CloseEffect {
  readonly kind: "close";
  readonly connection: ConnectionId;
  readonly mode: CloseMode;
  readonly code: ErrorCode;
}

export interface CallOrderEffect {
  readonly kind: "call";
  readonly call: CallId;
  readonly operation: string;
  readonly request: PlainData;
  readonly effect: CallEffect;
}

export type Effect = SendEffect | CloseEffect | CallOrderEffect;

/** Keeps the effects of one step, besides their digest. */
export class EffectRecorder extends DigestingOutbox {
  /** In the order of the orders. */
  effects: Effect[] = [];
  /** What the step logged: no effects, but good to know. */
  logged: string[] = [];
  readonly #payloads: { readonly type: PacketType; readonly payload: Uint8Array }[] = [];

  override begin(at: Micros): void {
    super.begin(at);
    this.effects = [];
    this.logged = [];
    this.#payloads.length = 0;
  }

  override payload(type: PacketType, bytes: Uint8Array, start = 0, end = bytes.length): PayloadRef {
    this.#payloads.push({ type, payload: bytes.slice(start, end) });
    return super.payload(type, bytes, start, end);
  }

  override send(
    connection: ConnectionId,
    payload: PayloadRef,
    delivery: Delivery,
    sequence: number,
    inReplyTo: number,
  ): void {
    super.send(connection, payload, delivery, sequence, inReplyTo);
    const sent = this.#payloads[payload];
    if (sent === undefined) return;
    this.effects.push({ kind: "send", connection, ...sent, delivery, sequence, inReplyTo });
  }

  override close(connection: ConnectionId, mode: CloseMode, code: ErrorCode): void {
    super.close(connection, mode, code);
    this.effects.push({ kind: "close", connection, mode, code });
  }

  override call(call: CallId, operation: string, request: PlainData, effect: CallEffect): void {
    super.call(call, operation, request, effect);
    this.effects.push({ kind: "call", call, operation, request, effect });
  }

  override log(level: LogLevel, message: string, _fields?: LogFields): void {
    this.logged.push(`${level}: ${message}`);
  }
}
