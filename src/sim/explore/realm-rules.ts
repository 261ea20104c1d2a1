/**
 * What must hold of one realm after every step, beside the rules that realm and features check of
 * themselves: no call without somebody who waits for it, and nobody who waits without a call.
 */
import type { PlainData } from "../../core/kernel/plain.ts";
import type { Contents } from "./canonical.ts";
import type { Holder } from "./parts.ts";

type Fields = Readonly<Record<string, PlainData>>;

interface WaitingCall {
  readonly feature: string;
  readonly name: string;
  readonly session: number;
  readonly carry: PlainData;
}

export interface RealmFindings {
  readonly calls: readonly number[];
  readonly connections: readonly number[];
  readonly broken: string | null;
}

export function realmRules({ tables }: Contents): RealmFindings {
  const calls = tables.get("calls") as unknown as ReadonlyMap<number, WaitingCall>;
  const connections = sessionsIn(tables).map(({ connection }) => connection);
  const waiting = [...calls.values()];
  const broken = loginRule(tables, waiting) ?? entryRule(tables, waiting);
  return { calls: [...calls.keys()].toSorted((a, b) => a - b), connections, broken };
}

function loginRule(
  tables: ReadonlyMap<string, PlainData>,
  waiting: readonly WaitingCall[],
): string | null {
  const state = tables.get("feature:login") as Fields | undefined;
  if (state === undefined) return null;
  const mine = waiting.filter(({ feature, name }) => feature === "login" && name !== "end");
  const attempts = [...(state["attempts"] as ReadonlyMap<number, string>).keys()];
  for (const session of attempts) {
    if (mine.some((call) => call.session === session)) continue;
    return `a login is under way of session ${String(session)}, and no call`;
  }
  const opening = [...(state["opening"] as ReadonlySet<number>)];
  const opened = mine.filter(({ name }) => name === "open").map(({ carry }) => playerIn(carry));
  for (const player of opening) {
    if (!opened.includes(player)) return `player ${String(player)} is kept out by no login`;
  }
  if (new Set(opened).size < opened.length) return "two logins of one player are being opened";
  return null;
}

function entryRule(
  tables: ReadonlyMap<string, PlainData>,
  waiting: readonly WaitingCall[],
): string | null {
  const state = tables.get("feature:entry") as Fields | undefined;
  if (state === undefined) return null;
  const reports = waiting.filter(({ feature }) => feature === "entry").length;
  if (reports === (state["isReporting"] === true ? 1 : 0)) return null;
  return `${String(reports)} reports are under way`;
}

const playerIn = (carry: PlainData): number => Number((carry as Fields)["player"]);

interface SessionRow {
  readonly id: number;
  readonly connection: number;
  readonly state: string;
}

const sessionsIn = (tables: ReadonlyMap<string, PlainData>): readonly SessionRow[] =>
  (tables.get("sessions") as unknown as readonly [number, readonly SessionRow[]])[1];

/** Sessions that hold a player, by their connections. */
export function holdersOf({ tables }: Contents): readonly Holder[] {
  const table = tables.get("sessions") as unknown as readonly [
    number,
    readonly SessionRow[],
    (readonly (readonly [number, number, string, string, string])[])?,
  ];
  const [, sessions, known = []] = table;
  const who = new Map(known.map(([id, player, , , login]) => [id, { player, login }]));
  const holders: Holder[] = [];
  for (const { id, connection, state } of sessions) {
    const holder = who.get(id);
    const holds = state === "authenticated" || state === "inWorld";
    if (holder !== undefined && holds) {
      holders.push({ connection, ...holder, inWorld: state === "inWorld" });
    }
  }
  return holders.toSorted((one, other) => one.connection - other.connection);
}
