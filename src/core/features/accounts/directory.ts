/** Which game servers a player may be sent to. */
import { reportPeriodMs } from "./login-rows.ts";
import type { ServerInfo } from "./operations.ts";

/** Numbers older than this are not shown to anybody: two report periods. */
export const serverListedMs = 2 * reportPeriodMs;

/** A server as its last report left it in the directory. */
export type ServerReport = ServerInfo & {
  /** When it came, milliseconds since the epoch. */
  readonly seenAtMs: number;
};

/** The servers that can be entered, and how many there would be if none of them were full. */
export interface ServerChoice {
  /** Reported within two periods and not full; by load, then id. */
  readonly servers: readonly ServerInfo[];
  /** Those that reported within two periods, full ones included. */
  readonly known: number;
}

/** Cost: sorting as many as there are servers. */
export function chooseServers(reports: Iterable<ServerReport>, nowMs: number): ServerChoice {
  const servers: ServerInfo[] = [];
  let known = 0;
  for (const { seenAtMs, ...server } of reports) {
    const ageMs = nowMs - seenAtMs;
    if (ageMs < 0 || ageMs > serverListedMs) continue;
    known += 1;
    if (server.players < server.max) servers.push(server);
  }
  // Compared by cross products: equal loads are equal, which quotients would not promise.
  servers.sort((a, b) => a.players * b.max - b.players * a.max || a.id - b.id);
  return { servers, known };
}

/** How full a server is, 0..1. */
export const loadFactor = ({ players, max }: Pick<ServerInfo, "players" | "max">): number =>
  Math.min(players / max, 1);
