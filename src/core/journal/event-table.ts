/**
 * The numbers that stand for names in a batch. They are in journals for ever: the tables are only
 * added to, lists at their end, and no number is given twice.
 */
import type { CallResult, ConnectionOpened, EventType, PacketMalformed } from "../contract.ts";

interface EventShape {
  readonly code: number;
  /** Items of the event's array behind the code, the time and the effect digest. */
  readonly fields: number;
}

export const eventTable = {
  "server.started": { code: 1, fields: 6 },
  "connection.opened": { code: 2, fields: 3 },
  "packet.received": { code: 3, fields: 3 },
  "packet.refused": { code: 4, fields: 5 },
  "packet.malformed": { code: 5, fields: 2 },
  "connection.congested": { code: 6, fields: 1 },
  "connection.writable": { code: 7, fields: 1 },
  "connection.ended": { code: 8, fields: 1 },
  "connection.closed": { code: 9, fields: 2 },
  "time.reached": { code: 10, fields: 0 },
  "call.completed": { code: 11, fields: 3 },
  "config.changed": { code: 12, fields: 1 },
  "clock.corrected": { code: 13, fields: 1 },
  "host.stalled": { code: 14, fields: 1 },
  "journal.low": { code: 15, fields: 1 },
  "journal.recovered": { code: 16, fields: 2 },
  "step.failed": { code: 17, fields: 3 },
  "drain.requested": { code: 18, fields: 1 },
  "journal.ample": { code: 19, fields: 0 },
} as const satisfies Record<EventType, EventShape>;

/** The code, the time and the effect digest. */
export const commonItems = 3;

/** A state digest stands between the events and is none: `[0, table, digest]`. */
export const stateDigestCode = 0;
export const stateDigestItems = 3;

export const eventTypes = Object.keys(eventTable) as readonly EventType[];

const types: readonly (EventType | undefined)[] = eventTypes.reduce<EventType[]>((list, type) => {
  list[eventTable[type].code] = type;
  return list;
}, []);

/** The event of that code, or null for a code that this build does not know. */
export const eventTypeOf = (code: number): EventType | null => types[code] ?? null;

export const securities = ["plain", "tls"] as const satisfies ConnectionOpened["security"][];

export const transports = ["stream", "datagram"] as const;

export const malformedReasons = [
  "frame-length",
  "envelope",
  "size",
  "sequence",
  "compressed",
  "transport",
] as const satisfies PacketMalformed["reason"][];

type CallFailure = Extract<CallResult, { ok: false }>["code"];

/** A call's outcome is 0 for an answer, or a failure's place in this list, counted from 1. */
export const callFailures = [
  "UNAVAILABLE",
  "SEALED_LOST",
  "INTERNAL",
  "LIMIT_REACHED",
] as const satisfies CallFailure[];
