/**
 * The canonical form of a realm's checkpoint: equal for states that differ only in what sessions
 * and calls are called and in which order they were made known, when nothing that a feature does
 * depends on that. Without it, two links that open in either order would never lead to one state.
 *
 * N1. It is a state that a realm can be in: sessions are called by their connections, which is what
 *     some order of opening would have called them; calls by what they were made for.
 * N2. What stands in an insertion order stands in ascending order. Random streams begin anew.
 * N3. Where no timer can come due before the end, it makes no difference when one was set, nor when
 *     a session was heard last.
 *
 * So what is played is every order of events up to the choice of names: a bug that shows only when
 * an older session has the greater number is out of sight here, and the simulator's to find.
 */
import { invariant } from "../../core/kernel/assert.ts";
import { decodePlain, encodePlain } from "../../core/kernel/plain.ts";
import type { PlainData } from "../../core/kernel/plain.ts";

/** What sessions are called: by the connection, out of the way of other numbers. */
const sessionOf = (connection: number): number => 10_000 + connection;
const sessionMax = 99_999;

type Fields = Readonly<Record<string, PlainData>>;

/** A checkpoint taken apart. */
export interface Contents {
  readonly versions: PlainData;
  readonly tables: ReadonlyMap<string, PlainData>;
}

export function contentsOf(bytes: Uint8Array): Contents {
  const [versions, tables] = decodePlain(bytes) as [PlainData, ReadonlyMap<string, PlainData>];
  return { versions, tables };
}

/** The checkpoint of a realm that will call its next session after that connection. */
export function expecting(bytes: Uint8Array, connection: number): Uint8Array {
  const { versions, tables } = contentsOf(bytes);
  const [, ...rest] = sessionsOf(tables);
  const sessions: PlainData = [sessionOf(connection) - 1, ...rest];
  return encodePlain([versions, new Map(tables).set("sessions", sessions)]);
}

/**
 * The same state in its canonical form.
 *
 * @param areTimersFar see N3
 */
export function canonical({ versions, tables }: Contents, areTimersFar: boolean): Uint8Array {
  const sorted = new Map<string, PlainData>();
  for (const [name, table] of tables) {
    sorted.set(name, canonicalTable(name, table, areTimersFar));
  }
  return encodePlain([versions, sorted]);
}

function canonicalTable(name: string, table: PlainData, areTimersFar: boolean): PlainData {
  switch (name) {
    case "kernel":
      return { ...(table as Fields), calls: 0 };
    case "sessions": {
      const [, sessions, known] = sessionsOf(new Map([[name, table]]));
      const byId = (one: PlainData, other: PlainData): number => idOf(one) - idOf(other);
      const times = areTimersFar ? { openedAt: 0, heardAt: 0, refusedSince: 0 } : {};
      const list = sessions.toSorted(byId).map((one) => ({ ...(one as Fields), ...times }));
      if (known === undefined) return [sessionMax, list];
      return [sessionMax, list, known.toSorted(byFirst)];
    }
    case "timers":
      return (table as readonly PlainData[]).map((kind) => sortedTimers(kind, areTimersFar));
    case "streams":
      return new Map();
    default:
      return sorted(table);
  }
}

type SessionsTable = readonly [number, readonly PlainData[], (readonly PlainData[])?];

const sessionsOf = (tables: ReadonlyMap<string, PlainData>): SessionsTable =>
  tables.get("sessions") as unknown as SessionsTable;

const idOf = (session: PlainData): number => (session as Fields)["id"] as number;

/** Later than any corner ends. */
const far = 2 ** 52;

function sortedTimers(kind: PlainData, areTimersFar: boolean): PlainData {
  const { ids, dueAt, data, ...rest } = kind as unknown as {
    readonly ids: readonly (number | string)[];
    readonly dueAt: Float64Array;
    readonly data: readonly PlainData[];
  };
  const order = ids.map((_, index) => index);
  order.sort((one, other) => compare(ids[one], ids[other]));
  return {
    ...rest,
    ids: order.map((index) => ids[index]),
    dueAt: Float64Array.from(order, (index) => (areTimersFar ? far : (dueAt[index] ?? 0))),
    data: order.map((index) => data[index]),
  };
}

/** Maps and sets in ascending order, however deep. */
function sorted(value: PlainData): PlainData {
  if (typeof value !== "object" || value === null || ArrayBuffer.isView(value)) return value;
  if (value instanceof Map) {
    const entries = [...(value as ReadonlyMap<PlainData, PlainData>)];
    return new Map(entries.toSorted(byFirst).map(([key, item]) => [key, sorted(item)]));
  }
  if (value instanceof Set) return new Set([...(value as Set<PlainData>)].toSorted(compare));
  if (Array.isArray(value)) return (value as PlainData[]).map(sorted);
  const fields = Object.entries(value as Fields);
  return Object.fromEntries(fields.map(([key, item]) => [key, sorted(item)]));
}

function byFirst(one: PlainData, other: PlainData): number {
  return compare((one as readonly PlainData[])[0], (other as readonly PlainData[])[0]);
}

function compare(one: PlainData, other: PlainData): number {
  invariant(typeof one === typeof other, "what is sorted is of one kind");
  if (typeof one === "number" && typeof other === "number") return one - other;
  invariant(typeof one === "string" && typeof other === "string", "numbers and texts are sorted");
  if (one === other) return 0;
  return one < other ? -1 : 1;
}
