/**
 * Reads a batch back. Whoever journalled it had a checksum made of it, so a batch that cannot be
 * read means a bug or a forger; either way it is a value, not an exception.
 *
 * R1. All or nothing: no event is handed out of a batch that has anything wrong in it.
 * R2. What the block's header says of the batch (count, times, flags, effect chain) is checked.
 */
import type { Digest, Event, EventType } from "../contract.ts";
import { ApiMisuseError, assertNever } from "../kernel/assert.ts";
import { mix } from "../kernel/digest.ts";
import {
  callId,
  connectionId,
  eventSequence,
  incarnation,
  INCARNATION_MAX,
  micros,
  packetType,
  type EventSequence,
  type Micros,
} from "../kernel/ids.ts";
import { decodePlain, type PlainData } from "../kernel/plain.ts";
import { closeReasons, refusalReasons } from "../kernel/reasons.ts";
import type { JournalBlock } from "./block.ts";
import {
  callFailures,
  commonItems,
  eventTable,
  eventTypeOf,
  malformedReasons,
  securities,
  stateDigestCode,
  stateDigestItems,
  transports,
} from "./event-table.ts";
import { blockFlags, type Read } from "./format.ts";
import { MessagePackReader } from "./messagepack.ts";

/** What a block holds. */
export interface BatchContent {
  /**
   * In order; the first has the block's `firstSequence`. Bytes are views of the block's payload.
   */
  readonly events: readonly Event[];
  /** The effect digest of each event; 0 where the step did not end. */
  readonly effects: readonly Digest[];
  /** In order of `after`. */
  readonly stateDigests: readonly StateDigest[];
}

/** The digest of one table of the state after an event. */
export interface StateDigest {
  readonly after: EventSequence;
  readonly table: number;
  readonly digest: Digest;
}

/** The events of a block. Cost grows with the payload; about 0.1 us an event. */
export const readEvents = (block: JournalBlock): Read<BatchContent> => {
  const batch = new BatchReader(block);
  const detail = batch.readAll();
  if (detail === null) return { ok: true, value: batch };
  return { ok: false, problem: { code: "content-malformed", detail } };
};

class BatchReader implements BatchContent {
  readonly events: Event[] = [];
  readonly effects: Digest[] = [];
  readonly stateDigests: StateDigest[] = [];
  readonly #block: JournalBlock;
  readonly #reader: MessagePackReader;
  #at: Micros;

  constructor(block: JournalBlock) {
    this.#block = block;
    this.#reader = new MessagePackReader(block.payload);
    this.#at = block.header.firstAt;
  }

  /** Returns what is wrong, or null. */
  readAll(): string | null {
    const reader = this.#reader;
    const items = reader.array();
    for (let index = 0; index < items && !reader.failed; index += 1) {
      const length = reader.array();
      const code = reader.unsigned();
      const detail = code === stateDigestCode ? this.#digest(length) : this.#event(code, length);
      if (detail !== null) return `${detail}, item ${index}`;
    }
    if (reader.failed || !reader.atEnd) return `it is no batch, from byte ${reader.offset} on`;
    return this.#compareWithHeader();
  }

  #digest(length: number): string | null {
    if (length !== stateDigestItems) return "a state digest of another length";
    if (this.events.length === 0) return "a state digest before any event";
    this.stateDigests.push({
      after: eventSequence(this.#block.header.firstSequence + this.events.length - 1),
      table: this.#reader.unsigned32(),
      digest: this.#reader.unsigned32(),
    });
    return null;
  }

  #event(code: number, length: number): string | null {
    const type = eventTypeOf(code);
    if (type === null) return `event code ${code} is unknown to this build`;
    if (length !== commonItems + eventTable[type].fields) return `a ${type} of another length`;
    const at = this.#at + this.#reader.unsigned();
    if (!Number.isSafeInteger(at)) return `a ${type} beyond all time`;
    this.#at = micros(at);
    this.effects.push(this.#reader.unsigned32());
    const event = readFields(type, this.#at, this.#reader);
    if (event === null) return `a ${type} with a value that is none`;
    this.events.push(event);
    return null;
  }

  #compareWithHeader(): string | null {
    const { header, effectsBefore } = this.#block;
    if (this.events.length !== header.events) return "its header counts other events";
    if (this.#at !== header.lastAt) return "its header ends at another time";
    const failed = this.events.some((event) => event.type === "step.failed");
    if (failed !== ((header.flags & blockFlags.stepFailed) !== 0)) return "its flags are wrong";
    let chain = effectsBefore;
    for (const digest of this.effects) chain = mix(chain, digest);
    return chain >>> 0 === header.effects ? null : "its effect digests are not those of its header";
  }
}

const readFields = (type: EventType, at: Micros, from: MessagePackReader): Event | null => {
  switch (type) {
    case "packet.received": {
      const connection = connectionId(from.unsigned());
      const transport = transports[from.unsigned()];
      const bytes = from.binary();
      const range = { start: 0, end: bytes.length };
      return transport ? { type, at, connection, transport, bytes, ...range } : null;
    }
    case "server.started":
      return readServerStarted(at, from);
    case "connection.opened": {
      const connection = connectionId(from.unsigned());
      const remote = from.string();
      const security = securities[from.unsigned()];
      return security ? { type, at, connection, remote, security } : null;
    }
    case "packet.refused":
      return readPacketRefused(at, from);
    case "packet.malformed": {
      const connection = connectionId(from.unsigned());
      const reason = malformedReasons[from.unsigned()];
      return reason ? { type, at, connection, reason } : null;
    }
    case "connection.congested":
    case "connection.writable":
    case "connection.ended":
      return { type, at, connection: connectionId(from.unsigned()) };
    case "connection.closed": {
      const connection = connectionId(from.unsigned());
      const reason = closeReasons[from.unsigned()];
      return reason ? { type, at, connection, reason } : null;
    }
    case "time.reached":
      return { type, at };
    case "call.completed":
      return readCallCompleted(at, from);
    case "config.changed": {
      const config = readPlain(from);
      return config ? { type, at, config: config.value } : null;
    }
    default:
      return readHostEvent(type, at, from);
  }
};

type HostEventType =
  | "clock.corrected"
  | "host.stalled"
  | "journal.low"
  | "journal.ample"
  | "journal.recovered"
  | "step.failed"
  | "drain.requested";

const readHostEvent = (type: HostEventType, at: Micros, from: MessagePackReader): Event => {
  switch (type) {
    case "clock.corrected":
      return { type, at, offsetMicros: from.number() };
    case "host.stalled":
      return { type, at, duration: micros(from.unsigned()) };
    case "journal.low":
      return { type, at, freeBytes: from.unsigned() };
    case "journal.ample":
      return { type, at };
    case "journal.recovered":
      return { type, at, events: from.unsigned(), cutBytes: from.unsigned() };
    case "step.failed": {
      const failed = eventSequence(from.unsigned());
      const connection = from.nil() ? null : connectionId(from.unsigned());
      return { type, at, failed, connection, feature: from.string() };
    }
    case "drain.requested":
      return { type, at, deadline: micros(from.unsigned()) };
    default:
      return assertNever(type);
  }
};

const readServerStarted = (at: Micros, from: MessagePackReader): Event | null => {
  const start = from.unsigned();
  const seed = [
    from.unsigned32(),
    from.unsigned32(),
    from.unsigned32(),
    from.unsigned32(),
  ] as const;
  const config = readPlain(from);
  if (config === null || start < 1 || start > INCARNATION_MAX) return null;
  return {
    type: "server.started",
    at,
    incarnation: incarnation(start),
    seed,
    config: config.value,
  };
};

const readPacketRefused = (at: Micros, from: MessagePackReader): Event | null => {
  const connection = connectionId(from.unsigned());
  const refused = packetType(from.unsigned32());
  const reason = refusalReasons[from.unsigned()];
  const count = from.unsigned();
  const sequence = from.unsigned();
  if (reason === undefined) return null;
  return { type: "packet.refused", at, connection, packetType: refused, reason, count, sequence };
};

const readCallCompleted = (at: Micros, from: MessagePackReader): Event | null => {
  const type = "call.completed";
  const call = callId(from.unsigned());
  const outcome = from.unsigned();
  if (outcome === 0) {
    const answer = readPlain(from);
    return answer && { type, at, call, result: { ok: true, answer: answer.value } };
  }
  const code = callFailures[outcome - 1];
  if (code === undefined || !from.nil()) return null;
  return { type, at, call, result: { ok: false, code } };
};

// In a box, because plain data may itself be null.
const readPlain = (from: MessagePackReader): { readonly value: PlainData } | null => {
  const bytes = from.binary();
  if (from.failed) return null;
  try {
    return { value: decodePlain(bytes) };
  } catch (error) {
    if (error instanceof ApiMisuseError) return null;
    throw error;
  }
};
