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
 * B4. Secrets are filled in after the digest was taken; the digest holds references. One that was
 *     sent is forgotten when the step has ended well. For one that is lost, the peer gets an ERROR
 *     in place of the packet, which keeps its sequence.
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
import { invariant } from "../kernel/assert.ts";
import { copyRange, ViewMemo } from "../kernel/bytes.ts";
import { EffectDigest, payloadDigest } from "../kernel/effects.ts";
import type { ReplayOutbox } from "../kernel/effects.ts";
import { errorTable } from "../kernel/errors.ts";
import type { ErrorCode } from "../kernel/errors.ts";
import type { CallId, ConnectionId, Micros, PacketType, SecretRef } from "../kernel/ids.ts";
import { limits } from "../kernel/limits.ts";
import type { PlainData } from "../kernel/plain.ts";
import {
  controlPackets,
  encodePayload,
  packetFrameBytesMax,
  writeFrameHead,
} from "../wire/index.ts";
import type { PacketRules } from "../wire/index.ts";
import type { CallOrder } from "./calls.ts";
import type { HostConfig } from "./config.ts";
import type { Connections, HostConnection } from "./connections.ts";
import type { HostCounters } from "./counters.ts";
import type { FrameRun } from "./outbound.ts";
import type { MemoryVault } from "./vault.ts";

const noBytes = new Uint8Array(0);
const noView = new DataView(noBytes.buffer);

/** Takes what a step that ended well has ordered. */
export interface EffectReceiver {
  /** `run` is borrowed until this returns. */
  frames(connection: HostConnection, run: SentRun): void;
  close(connection: HostConnection, mode: CloseMode): void;
  /** @param asker whose the secrets of its answer will be */
  call(order: CallOrder, asker: ConnectionId | null): void;
}

/** A run of frames, and when it may leave. */
export interface SentRun extends FrameRun {
  readonly delivery: Delivery;
}

export interface HostOutboxOptions {
  readonly config: HostConfig;
  readonly rules: PacketRules;
  readonly vault: MemoryVault;
  readonly connections: Connections;
  readonly counters: HostCounters;
  readonly syscalls: Pick<Syscalls, "log">;
  readonly receiver: EffectReceiver;
}

/** A run while its step is under way. Used again by later steps, so it keeps nobody alive. */
class StagedRun implements SentRun {
  connection: HostConnection | null = null;
  slab: Uint8Array = noBytes;
  start = 0;
  end = 0;
  frames = 0;
  delivery: Delivery = "committed";
}

/** A payload of the step. Used again by later steps. */
class StagedPayload {
  type = 0 as PacketType;
  bytes: Uint8Array = noBytes;
  view: DataView = noView;
  start = 0;
  end = 0;
  digest = 0;
}

export class HostOutbox implements ReplayOutbox {
  /** Whose event is being stepped, when it is somebody's: nearly every order is for him. */
  focus: HostConnection | null = null;
  readonly #options: HostOutboxOptions;
  readonly #effects = new EffectDigest();
  readonly #lengthEndian: HostConfig["lengthEndian"];
  /** Fields to fill in, of the types that have any. */
  readonly #seals: ReadonlyMap<PacketType, readonly number[]>;
  // The payloads and runs of this step: the first so many. The objects stay for the next step,
  // because every packet that is answered needs one of each.
  readonly #payloads: StagedPayload[] = [];
  #payloadCount = 0;
  readonly #runs: StagedRun[] = [];
  #runCount = 0;
  // What few steps have; `#hasOthers` when this one does.
  #hasOthers = false;
  #closes: { readonly connection: HostConnection; readonly mode: CloseMode }[] = [];
  #calls: { readonly order: CallOrder; readonly asker: ConnectionId | null }[] = [];
  #sentSecrets: SecretRef[] = [];
  #logs: { readonly level: LogLevel; readonly message: string; readonly fields: LogFields }[] = [];
  #counts: { readonly counter: string; readonly by: number }[] = [];
  // Where frames are written.
  #slab: Uint8Array = noBytes;
  #slabView: DataView = noView;
  #slabAt = 0;
  /** Of payloads, which share slabs, too. */
  readonly #views = new ViewMemo();
  readonly #header = {
    type: 0,
    sequence: 0,
    timestamp: 0,
    isCompressed: false,
    inReplyTo: 0,
  };

  constructor(options: HostOutboxOptions) {
    this.#options = options;
    this.#lengthEndian = options.config.lengthEndian;
    const sealed = [...options.rules].filter(([, { seals }]) => seals.length > 0);
    this.#seals = new Map(sealed.map(([type, { seals }]) => [type, seals]));
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
    const { receiver } = this.#options;
    for (let index = 0; index < this.#runCount; index += 1) {
      const run = this.#runs[index];
      const connection = run?.connection ?? null;
      if (run === undefined || connection === null) continue;
      receiver.frames(connection, run);
      run.connection = null;
    }
    if (this.#hasOthers) this.#finishOthers();
    this.#clear();
  }

  #finishOthers(): void {
    const { receiver, counters, syscalls, vault } = this.#options;
    for (const { connection, mode } of this.#closes) receiver.close(connection, mode);
    for (const { order, asker } of this.#calls) receiver.call(order, asker);
    for (const ref of this.#sentSecrets) vault.drop(ref);
    for (const { level, message, fields } of this.#logs) syscalls.log(level, message, fields);
    for (const { counter, by } of this.#counts) counters.count(counter, by);
  }

  /** The step threw: forgets its orders. */
  abandon(): void {
    for (const { connection } of this.#closes) connection.closeStaged = false;
    this.#clear();
  }

  payload(type: PacketType, bytes: Uint8Array, start = 0, end = bytes.length): PayloadRef {
    const ref = this.#payloadCount;
    this.#payloadCount += 1;
    const payload = (this.#payloads[ref] ??= new StagedPayload());
    payload.type = type;
    const view = this.#views.of(bytes);
    if (payload.bytes !== bytes) {
      payload.bytes = bytes;
      payload.view = view;
    }
    payload.start = start;
    payload.end = end;
    payload.digest = payloadDigest(type, view, start, end);
    return ref as PayloadRef;
  }

  send(
    connection: ConnectionId,
    ref: PayloadRef,
    delivery: Delivery,
    sequence: number,
    inReplyTo: number,
  ): void {
    const payload = this.#payloads[ref];
    invariant(payload !== undefined && ref < this.#payloadCount, "a payload of this step", ref);
    const { type } = payload;
    this.#effects.send(connection, payload.digest, delivery, sequence, inReplyTo);
    const target = this.#target(connection);
    if (target === null) return;
    const header = this.#header;
    header.type = type;
    header.sequence = sequence;
    header.inReplyTo = inReplyTo;
    const seals = this.#seals.size === 0 ? undefined : this.#seals.get(type);
    if (seals === undefined) {
      this.#frame(target, delivery, payload.view, payload.start, payload.end);
    } else {
      const filled = this.#filled(payload.bytes.subarray(payload.start, payload.end), seals);
      this.#frame(target, delivery, this.#views.of(filled), 0, filled.length);
    }
  }

  close(id: ConnectionId, mode: CloseMode, code: ErrorCode): void {
    this.#effects.close(id, mode, code);
    const connection = this.#target(id);
    if (connection === null) return;
    connection.closeStaged = true;
    this.#hasOthers = true;
    this.#closes.push({ connection, mode });
  }

  call(
    call: CallId,
    operation: string,
    request: PlainData,
    effect: CallEffect,
    asker: ConnectionId | null = null,
  ): void {
    this.#effects.call(call, operation, request, effect);
    this.#hasOthers = true;
    this.#calls.push({ order: { call, operation, request, effect }, asker });
  }

  log(level: LogLevel, message: string, fields: LogFields = noFields): void {
    this.#hasOthers = true;
    this.#logs.push({ level, message, fields });
  }

  count(counter: string, by = 1): void {
    this.#hasOthers = true;
    this.#counts.push({ counter, by });
  }

  /** The connection when it takes orders; otherwise the order is counted and forgotten. */
  #target(id: ConnectionId): HostConnection | null {
    const { focus } = this;
    const connection = focus?.id === id ? focus : this.#options.connections.ofId(id);
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

  /** The payload with its secrets, or what is said in its place, and its type in the header. */
  #filled(payload: Uint8Array, seals: readonly number[]): Uint8Array {
    const { vault, counters } = this.#options;
    const open = (ref: SecretRef): Uint8Array | null => {
      const bytes = vault.open(ref);
      if (bytes !== null) this.#sentSecrets.push(ref);
      return bytes;
    };
    const filled = fillSecrets(payload, seals, { open });
    this.#hasOthers ||= this.#sentSecrets.length > 0;
    if (filled !== null) return filled;
    const header = this.#header;
    counters.add("secrets_lost_total");
    this.log("error", "a secret to be sent is lost", { packetType: header.type });
    const { type, message } = controlPackets.error;
    const { code, meaning } = errorTable.SEALED_LOST;
    header.type = type;
    return encodePayload(message, { code, message: meaning });
  }

  /** Writes one frame and puts it to the run before if it continues that. */
  #frame(
    connection: HostConnection,
    delivery: Delivery,
    payload: DataView,
    payloadStart: number,
    payloadEnd: number,
  ): void {
    const size = payloadEnd - payloadStart;
    const slab = this.#room(packetFrameBytesMax(size));
    const start = this.#slabAt;
    const at = writeFrameHead(slab, start, this.#header, size, this.#lengthEndian);
    copyRange(this.#slabView, at, payload, payloadStart, payloadEnd);
    const end = at + size;
    this.#slabAt = end;
    // Index -1 is no element but a property by that name, and looking that up takes long.
    const last = this.#runCount === 0 ? undefined : this.#runs[this.#runCount - 1];
    const continues =
      last !== undefined &&
      last.connection === connection &&
      last.slab === slab &&
      last.end === start &&
      last.delivery === delivery;
    const run = continues ? last : this.#newRun(connection, slab, start, delivery);
    run.end = end;
    run.frames += 1;
  }

  #newRun(
    connection: HostConnection,
    slab: Uint8Array,
    start: number,
    delivery: Delivery,
  ): StagedRun {
    const run = (this.#runs[this.#runCount] ??= new StagedRun());
    this.#runCount += 1;
    run.connection = connection;
    if (run.slab !== slab) run.slab = slab;
    run.start = start;
    run.frames = 0;
    run.delivery = delivery;
    return run;
  }

  /** A slab with room for so many bytes from `#slabAt`. */
  #room(bytes: number): Uint8Array {
    if (this.#slab.length - this.#slabAt < bytes) {
      this.#slab = new Uint8Array(Math.max(limits.slabBytes, bytes));
      this.#slabView = new DataView(this.#slab.buffer);
      this.#slabAt = 0;
    }
    return this.#slab;
  }

  #clear(): void {
    this.#payloadCount = 0;
    this.#runCount = 0;
    // A broadcast to thousands may leave so many places; they are not kept for one.
    if (this.#runs.length > placesKeptMax) this.#runs.length = placesKeptMax;
    if (this.#payloads.length > placesKeptMax) this.#payloads.length = placesKeptMax;
    if (!this.#hasOthers) return;
    this.#hasOthers = false;
    this.#closes = [];
    this.#calls = [];
    this.#sentSecrets = [];
    this.#logs = [];
    this.#counts = [];
  }
}

const noFields: LogFields = {};
/** One for each player of a full server, so that a tick makes none. */
const placesKeptMax = 8_192;
