/** Arbitrary events of every type, for property tests. */
import * as fc from "fast-check";
import type { Event, EventType } from "../../src/core/contract.ts";
import type {
  CallId,
  ConnectionId,
  EventSequence,
  Incarnation,
  Micros,
  PacketType,
} from "../../src/core/kernel/ids.ts";
import { INCARNATION_MAX } from "../../src/core/kernel/ids.ts";
import { closeReasons, refusalReasons } from "../../src/core/kernel/reasons.ts";
import { anyPlainData } from "../property/kernel/plain-data.ts";

const word = fc.nat({ max: 0xffff_ffff });
const integer = fc.oneof(fc.nat({ max: 300 }), word, fc.maxSafeNat());
const branded = <T extends number>(): fc.Arbitrary<T> => integer as unknown as fc.Arbitrary<T>;
const connection = branded<ConnectionId>();
const text = fc.string({ unit: "binary", maxLength: 40 });

type Fields<T extends EventType> = {
  readonly [
    K in keyof Omit<Extract<Event, { type: T }>, "type" | "at" | "start" | "end">
  ]: fc.Arbitrary<Extract<Event, { type: T }>[K]>;
};

const fields: { readonly [T in EventType]: Fields<T> } = {
  "server.started": {
    incarnation: fc.integer({ min: 1, max: INCARNATION_MAX }) as fc.Arbitrary<Incarnation>,
    seed: fc.tuple(word, word, word, word),
    config: anyPlainData,
  },
  "connection.opened": { connection, remote: text, security: fc.constantFrom("tls", "plain") },
  "packet.received": {
    connection,
    transport: fc.constantFrom("stream", "datagram"),
    bytes: fc.uint8Array({ maxLength: 400, size: "max" }),
  },
  "packet.refused": {
    connection,
    packetType: word as unknown as fc.Arbitrary<PacketType>,
    reason: fc.constantFrom(...refusalReasons),
    count: integer,
    sequence: integer,
  },
  "packet.malformed": {
    connection,
    reason: fc.constantFrom(
      "frame-length",
      "envelope",
      "size",
      "sequence",
      "compressed",
      "transport",
    ),
  },
  "connection.congested": { connection },
  "connection.writable": { connection },
  "connection.ended": { connection },
  "connection.closed": { connection, reason: fc.constantFrom(...closeReasons) },
  "time.reached": {},
  "call.completed": {
    call: branded<CallId>(),
    result: fc.oneof(
      anyPlainData.map((answer) => ({ ok: true as const, answer })),
      fc
        .constantFrom("UNAVAILABLE", "SEALED_LOST", "INTERNAL", "LIMIT_REACHED")
        .map((code) => ({ ok: false as const, code })),
    ),
  },
  "config.changed": { config: anyPlainData },
  "clock.corrected": { offsetMicros: fc.oneof(fc.maxSafeInteger(), fc.double(), fc.integer()) },
  "host.stalled": { duration: branded<Micros>() },
  "journal.low": { freeBytes: integer },
  "journal.recovered": { events: integer, cutBytes: integer },
  "step.failed": {
    failed: branded<EventSequence>(),
    connection: fc.option(connection),
    feature: text,
  },
  "drain.requested": { deadline: branded<Micros>() },
  "journal.ample": {},
};

export const eventTypes = Object.keys(fields) as readonly EventType[];

/** An event of that type at 0, to be moved by `inTime`. A packet is all of its bytes. */
export const anyEventOf = (type: EventType): fc.Arbitrary<Event> => {
  const record = fc.record(
    { type: fc.constant(type), at: fc.constant(0), ...fields[type] },
    { noNullPrototype: true },
  ) as unknown as fc.Arbitrary<Event>;
  return record.map((event) =>
    event.type === "packet.received" ? { ...event, start: 0, end: event.bytes.length } : event,
  );
};

export const anyEvent: fc.Arbitrary<Event> = fc.oneof(
  { arbitrary: anyEventOf("packet.received"), weight: 6 },
  ...eventTypes.map((type) => ({ arbitrary: anyEventOf(type), weight: 1 })),
);

/** Batches of events whose time never goes back; some steps are long, most are short or none. */
export const anyBatches = (max: {
  readonly batches: number;
  readonly events: number;
}): fc.Arbitrary<readonly (readonly Event[])[]> =>
  fc
    .tuple(
      fc.nat({ max: 2 ** 51 }),
      fc.array(
        fc.array(fc.tuple(fc.oneof(fc.nat({ max: 200 }), fc.nat({ max: 2 ** 40 })), anyEvent), {
          minLength: 1,
          maxLength: max.events,
        }),
        { minLength: 1, maxLength: max.batches },
      ),
    )
    .map(([start, batches]) => {
      let at = start;
      return batches.map((batch) =>
        batch.map(([elapsed, event]) => {
          at += elapsed;
          return { ...event, at: at as Micros };
        }),
      );
    });
