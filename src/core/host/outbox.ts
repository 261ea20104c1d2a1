/**
 * The outbox of a server that runs: turns what a step orders into frames and hands them on when the
 * step has ended well.
 *
 *     begin -> payload, send, close, call, log, count ... -> finish | abandon
 *
 * B1. Nothing leaves before `finish`. After `abandon` nothing of the step ever does.
 * B2. The digest is that of `EffectDigest`, over every order in the order of the calls: also over
 *     those for connections that are gone, because a replay knows of no connections.
 * B3. A slab is written forwards only. What was handed on is never written again, so the platform
 *     may keep views of it.
 * B4. Secrets are filled in after the digest was taken; the digest holds references.
 */
import type {
  CallEffect,
  CloseMode,
  Delivery,
  Digest,
  LogFields,
  LogLevel,
  PayloadRef,
  Syscalls,
} from "../contract.ts";
import { fillSecrets } from "../edge/index.ts";
import type { SecretVault } from "../edge/index.ts";
import { invariant } from "../kernel/assert.ts";
import { EffectDigest, payloadDigest } from "../kernel/effects.ts";
import type { ReplayOutbox } from "../kernel/effects.ts";
import type { ErrorCode } from "../kernel/errors.ts";
import type { CallId, ConnectionId, Micros, PacketType } from "../kernel/ids.ts";
import { limits } from "../kernel/limits.ts";
import type { PlainData } from "../kernel/plain.ts";
import { packetFrameBytesMax, writeFrame } from "../wire/index.ts";
import type { PacketRules } from "../wire/index.ts";
import type { CallOrder } from "./calls.ts";
import type { HostConfig } from "./config.ts";
import type { Connections, HostConnection } from "./connections.ts";
import type { HostCounters } from "./counters.ts";
import type { FrameRun } from "./outbound.ts";

/** Takes what a step that ended well has ordered. */
export interface EffectReceiver {
  frames(connection: HostConnection, run: SentRun): void;
  close(connection: HostConnection, mode: CloseMode): void;
  call(order: CallOrder): void;
}

/** A run of frames, and when it may leave. */
export interface SentRun extends FrameRun {
  readonly delivery: Delivery;
}

export interface HostOutboxOptions {
  readonly config: HostConfig;
  readonly rules: PacketRules;
  readonly vault: SecretVault;
  readonly connections: Connections;
  readonly counters: HostCounters;
  readonly syscalls: Pick<Syscalls, "log">;
  readonly receiver: EffectReceiver;
}

/** A run while its step is under way. */
interface StagedRun {
  connection: HostConnection;
  slab: Uint8Array;
  start: number;
  end: number;
  frames: number;
  delivery: Delivery;
}

export class HostOutbox implements ReplayOutbox {
  readonly #options: HostOutboxOptions;
  readonly #effects = new EffectDigest();
  // The payloads of this step, by reference.
  #payloads: Uint8Array[] = [];
  #payloadTypes: PacketType[] = [];
  #payloadDigests: number[] = [];
  // The orders of this step.
  #runs: StagedRun[] = [];
  #closes: { readonly connection: HostConnection; readonly mode: CloseMode }[] = [];
  #calls: CallOrder[] = [];
  #logs: { readonly level: LogLevel; readonly message: string; readonly fields: LogFields }[] = [];
  #counts: { readonly counter: string; readonly by: number }[] = [];
  // Where frames are written.
  #slab = new Uint8Array(0);
  #slabAt = 0;
  readonly #header = {
    type: 0,
    sequence: 0,
    timestamp: 0,
    isCompressed: false,
    inReplyTo: 0,
  };

  constructor(options: HostOutboxOptions) {
    this.#options = options;
  }

  /** Begins the step of an event at `at`. */
  begin(at: Micros): void {
    this.#effects.begin();
    this.#header.timestamp = Math.floor(at / 1_000);
  }

  /** Of the effects since `begin`. */
  digest(): Digest {
    return this.#effects.value();
  }

  /** The step has ended well: hands its orders on, in their order. */
  finish(): void {
    const { receiver, counters, syscalls } = this.#options;
    for (const run of this.#runs) receiver.frames(run.connection, run);
    for (const { connection, mode } of this.#closes) receiver.close(connection, mode);
    for (const order of this.#calls) receiver.call(order);
    for (const { level, message, fields } of this.#logs) syscalls.log(level, message, fields);
    for (const { counter, by } of this.#counts) counters.count(counter, by);
    this.#clear();
  }

  /** The step threw: forgets its orders. */
  abandon(): void {
    for (const { connection } of this.#closes) connection.closeStaged = false;
    this.#clear();
  }

  payload(type: PacketType, bytes: Uint8Array): PayloadRef {
    this.#payloadTypes.push(type);
    this.#payloadDigests.push(payloadDigest(type, bytes));
    return (this.#payloads.push(bytes) - 1) as PayloadRef;
  }

  send(
    connection: ConnectionId,
    payload: PayloadRef,
    delivery: Delivery,
    sequence: number,
    inReplyTo: number,
  ): void {
    const bytes = this.#payloads[payload];
    const type = this.#payloadTypes[payload];
    const digest = this.#payloadDigests[payload];
    invariant(
      bytes !== undefined && type !== undefined && digest !== undefined,
      "a payload of this step",
      payload,
    );
    this.#effects.send(connection, digest, delivery, sequence, inReplyTo);
    const target = this.#target(connection);
    if (target === null) return;
    const header = this.#header;
    header.type = type;
    header.sequence = sequence;
    header.inReplyTo = inReplyTo;
    this.#frame(target, delivery, this.#filled(type, bytes));
  }

  close(id: ConnectionId, mode: CloseMode, code: ErrorCode): void {
    this.#effects.close(id, mode, code);
    const connection = this.#target(id);
    if (connection === null) return;
    connection.closeStaged = true;
    this.#closes.push({ connection, mode });
  }

  call(call: CallId, operation: string, request: PlainData, effect: CallEffect): void {
    this.#effects.call(call, operation, request, effect);
    this.#calls.push({ call, operation, request, effect });
  }

  log(level: LogLevel, message: string, fields: LogFields = noFields): void {
    this.#logs.push({ level, message, fields });
  }

  count(counter: string, by = 1): void {
    this.#counts.push({ counter, by });
  }

  /** The connection when it takes orders; otherwise the order is counted and forgotten. */
  #target(id: ConnectionId): HostConnection | null {
    const connection = this.#options.connections.ofId(id);
    if (
      connection !== undefined &&
      connection.phase === "open" &&
      connection.gone === null &&
      !connection.closeStaged
    ) {
      return connection;
    }
    this.#options.counters.add("orders_ignored_total");
    return null;
  }

  /** The payload with its secrets, when the type has any. */
  #filled(type: PacketType, payload: Uint8Array): Uint8Array {
    const { rules, vault } = this.#options;
    const seals = rules.get(type)?.seals ?? [];
    if (seals.length === 0) return payload;
    const filled = fillSecrets(payload, seals, vault);
    if (filled !== null) return filled;
    // The secret was lost in a crash. The peer gets the reference, which opens nothing.
    this.log("error", "a secret to be sent is lost", { packetType: type });
    return payload;
  }

  /** Writes one frame and puts it to the run before if it continues that. */
  #frame(connection: HostConnection, delivery: Delivery, payload: Uint8Array): void {
    const slab = this.#room(packetFrameBytesMax(payload.length));
    const start = this.#slabAt;
    const { lengthEndian } = this.#options.config;
    const end = writeFrame(slab, start, this.#header, payload, 0, payload.length, lengthEndian);
    this.#slabAt = end;
    const last = this.#runs[this.#runs.length - 1];
    const continues =
      last !== undefined &&
      last.connection === connection &&
      last.slab === slab &&
      last.end === start &&
      last.delivery === delivery;
    if (continues) {
      last.end = end;
      last.frames += 1;
    } else {
      this.#runs.push({ connection, slab, start, end, frames: 1, delivery });
    }
  }

  /** A slab with room for so many bytes from `#slabAt`. */
  #room(bytes: number): Uint8Array {
    if (this.#slab.length - this.#slabAt < bytes) {
      this.#slab = new Uint8Array(Math.max(limits.slabBytes, bytes));
      this.#slabAt = 0;
    }
    return this.#slab;
  }

  #clear(): void {
    // A new array costs less than emptying one only where there is something to empty.
    if (this.#payloads.length > 0) {
      this.#payloads = [];
      this.#payloadTypes = [];
      this.#payloadDigests = [];
    }
    if (this.#runs.length > 0) this.#runs = [];
    if (this.#closes.length > 0) this.#closes = [];
    if (this.#calls.length > 0) this.#calls = [];
    if (this.#logs.length > 0) this.#logs = [];
    if (this.#counts.length > 0) this.#counts = [];
  }
}

const noFields: LogFields = {};
