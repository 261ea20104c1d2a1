/**
 * Drives a realm by hand: makes events with their times, and keeps what each step ordered, decoded.
 * Like the host it tells the realm the time before any event that is past what it waits for.
 */
import type {
  CallEffect,
  CallResult,
  CloseMode,
  Delivery,
  Event,
  LogFields,
  LogLevel,
  Outbox,
  PayloadRef,
} from "../../src/core/contract.ts";
import { builtinFeatures } from "../../src/core/features/index.ts";
import type { ErrorCode } from "../../src/core/kernel/errors.ts";
import { connectionId, incarnation, micros, packetType } from "../../src/core/kernel/ids.ts";
import type { CallId, ConnectionId, Micros, PacketType } from "../../src/core/kernel/ids.ts";
import type { PlainData } from "../../src/core/kernel/plain.ts";
import { createRealm, realmConfig } from "../../src/core/realm/index.ts";
import type { Feature, Realm, RealmMachine } from "../../src/core/realm/index.ts";
import { encodePayload, envelopeBytesMax, writeEnvelope } from "../../src/core/wire/index.ts";
import type { AnyMessage } from "../../src/core/wire/index.ts";

export interface Sent {
  readonly connection: ConnectionId;
  readonly type: PacketType;
  readonly bytes: Uint8Array;
  readonly delivery: Delivery;
  readonly sequence: number;
  readonly inReplyTo: number;
}
export interface Called {
  readonly id: CallId;
  readonly operation: string;
  readonly request: PlainData;
  readonly effect: CallEffect;
}
export interface Closed {
  readonly connection: ConnectionId;
  readonly mode: CloseMode;
  readonly code: ErrorCode;
}

/** An outbox that keeps everything. */
export class RecordingOutbox implements Outbox {
  sent: Sent[] = [];
  closed: Closed[] = [];
  called: Called[] = [];
  logged: { level: LogLevel; message: string; fields: LogFields }[] = [];
  readonly counts = new Map<string, number>();
  #payloads: { type: PacketType; bytes: Uint8Array }[] = [];

  payload(type: PacketType, bytes: Uint8Array, start?: number, end?: number): PayloadRef {
    return (this.#payloads.push({ type, bytes: bytes.slice(start, end) }) - 1) as PayloadRef;
  }
  send(
    connection: ConnectionId,
    payload: PayloadRef,
    delivery: Delivery,
    sequence: number,
    inReplyTo: number,
  ): void {
    const encoded = this.#payloads[payload];
    if (encoded === undefined) throw new Error("a payload of another step");
    this.sent.push({ connection, ...encoded, delivery, sequence, inReplyTo });
  }
  close(connection: ConnectionId, mode: CloseMode, code: ErrorCode): void {
    this.closed.push({ connection, mode, code });
  }
  call(id: CallId, operation: string, request: PlainData, effect: CallEffect): void {
    this.called.push({ id, operation, request, effect });
  }
  log(level: LogLevel, message: string, fields: LogFields = {}): void {
    this.logged.push({ level, message, fields });
  }
  count(counter: string, by = 1): void {
    this.counts.set(counter, (this.counts.get(counter) ?? 0) + by);
  }
  /** Forgets the step's effects; counters stay. */
  clear(): void {
    this.sent = [];
    this.closed = [];
    this.called = [];
    this.logged = [];
    this.#payloads = [];
  }
}

export interface DriverOptions {
  readonly features?: readonly Feature[];
  readonly config?: Readonly<Record<string, number>>;
}

/** An encoded `Packet`, as the edge hands it to the realm. */
export function packetBytes(type: number, sequence: number, payload: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(envelopeBytesMax(payload.length));
  const header = { type, sequence, timestamp: 0, isCompressed: false, inReplyTo: 0 };
  return bytes.slice(0, writeEnvelope(bytes, 0, header, payload, 0, payload.length));
}

export class RealmDriver {
  readonly realm: Realm;
  readonly machine: RealmMachine;
  readonly outbox = new RecordingOutbox();
  /** Every event so far, for replays. */
  readonly events: Event[] = [];
  at: Micros = micros(1_700_000_000_000_000);
  #connections = 0;
  readonly #sequences = new Map<ConnectionId, number>();
  readonly #config: Readonly<Record<string, number>>;

  constructor({ features = builtinFeatures, config = {} }: DriverOptions = {}) {
    this.realm = createRealm({ features });
    this.machine = this.realm.create();
    this.#config = config;
  }

  start(number = 1): this {
    const config = { ...realmConfig(this.#config) } as unknown as PlainData;
    this.step({
      type: "server.started",
      at: this.at,
      incarnation: incarnation(number),
      seed: [1, 2, 3, 4],
      config,
    });
    return this;
  }

  /** Applies one event and keeps its effects until the next. */
  step(event: Event): RecordingOutbox {
    this.outbox.clear();
    const due = this.machine.nextTimeout();
    if (due !== null && due < event.at && event.type !== "time.reached") {
      this.step({ type: "time.reached", at: event.at });
    }
    const copy = "bytes" in event ? { ...event, bytes: event.bytes.slice() } : event;
    this.events.push(copy);
    this.machine.step(event, this.outbox);
    return this.outbox;
  }

  /** Lets time pass, waking the realm at every instant that it asks for. */
  pass(spanMicros: number): Sent[] {
    const end = micros(this.at + spanMicros);
    const sent: Sent[] = [];
    for (;;) {
      const due = this.machine.nextTimeout();
      if (due === null || due > end) break;
      this.at = due > this.at ? due : this.at;
      sent.push(...this.step({ type: "time.reached", at: this.at }).sent);
    }
    this.at = end;
    return sent;
  }

  connect(remote = `192.0.2.1:${this.#connections + 1}`): ConnectionId {
    this.#connections += 1;
    const connection = connectionId(this.#connections);
    this.step({ type: "connection.opened", at: this.at, connection, remote, security: "tls" });
    return connection;
  }

  /** A connection that has been greeted. */
  join(): ConnectionId {
    const connection = this.connect();
    this.packet(connection, 1_004, new Uint8Array());
    return connection;
  }

  /** One sound packet in sequence. */
  packet(connection: ConnectionId, type: number, payload: Uint8Array): RecordingOutbox {
    const sequence = (this.#sequences.get(connection) ?? 0) + 1;
    this.#sequences.set(connection, sequence);
    const bytes = packetBytes(type, sequence, payload);
    return this.step({
      type: "packet.received",
      at: this.at,
      connection,
      transport: "stream",
      bytes,
      start: 0,
      end: bytes.length,
    });
  }

  message(
    connection: ConnectionId,
    type: number,
    message: AnyMessage,
    value: unknown,
  ): RecordingOutbox {
    return this.packet(connection, type, encodePayload(message, value as never));
  }

  refused(connection: ConnectionId, count = 1): RecordingOutbox {
    return this.step({
      type: "packet.refused",
      at: this.at,
      connection,
      packetType: packetType(2_999),
      reason: "NOT_SERVED",
      count,
      sequence: 1,
    });
  }

  close(connection: ConnectionId): RecordingOutbox {
    return this.step({ type: "connection.closed", at: this.at, connection, reason: "peer" });
  }

  answer(call: CallId, result: CallResult): RecordingOutbox {
    return this.step({ type: "call.completed", at: this.at, call, result });
  }

  /** Plays the events so far on a machine of its own and returns it. */
  replay(events: readonly Event[] = this.events): RealmMachine {
    const machine = this.realm.create();
    const outbox = new RecordingOutbox();
    for (const event of events) {
      machine.step(event, outbox);
      outbox.clear();
    }
    return machine;
  }
}
