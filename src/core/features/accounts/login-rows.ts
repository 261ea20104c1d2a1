/**
 * The rules on the table `logins`: at most one row for each player, and what a row turns into. Pure
 * functions, so that every store that keeps the rows decides alike; a store reads the row, asks
 * here and writes what it is told, all in one transaction.
 *
 *     issued <-> playing -> ended, and a new login replaces any of them
 *
 * O1. A player has one token that is not void: the row's, unless that has ended.
 * O2. A row that is alive is replaced only from its own device.
 * O3. A row that nobody keeps alive stops being alive by time alone: after `graceMs` when issued,
 *     and three report periods after its server's last report when playing. So nobody is locked
 *     out for longer than that plus the time until the server notices the cut.
 * O4. Every rule applied twice in a row does what it does once.
 *
 * Clocks may step back. What seems to come from the future is not alive: replacing it voids its
 * token, while waiting for it could lock its player out for as long as the step.
 */
import { assertNever } from "../../kernel/assert.ts";
import type { PlayerId } from "../../kernel/ids.ts";

/** How often a game server reports. */
export const reportPeriodMs = 1_000;
/** A server that has been silent for this long plays nobody. */
export const serverAliveMs = 3 * reportPeriodMs;

export interface LoginRow {
  readonly player: PlayerId;
  readonly tokenId: string;
  /** "" is no device, and equal to none. */
  readonly device: string;
  readonly state: "issued" | "playing" | "ended";
  /** The id of the server it plays on; null in the other states. */
  readonly server: number | null;
  /** When it was issued or last left a server, milliseconds since the epoch. */
  readonly seenAtMs: number;
  /** Names the call that opened it. */
  readonly openedBy: string;
}

/** When a server last reported, milliseconds since the epoch; null when it is not known. */
export type ServerSeen = (server: number) => number | null;

/** A wish to log in, with all that a new row needs. */
export interface LoginAttempt {
  readonly player: PlayerId;
  /** Fresh: the id of the token that will be issued. */
  readonly tokenId: string;
  readonly device: string;
  readonly graceMs: number;
  readonly nowMs: number;
  /** Names the call, so that performing it again opens no second login. */
  readonly call: string;
}

/** What a server is asked to do: end the session of that login. */
export interface Eviction {
  readonly server: number;
  readonly player: PlayerId;
  readonly tokenId: string;
}

export type LoginDecision =
  /** Alive on another device: nothing changes. */
  | { readonly kind: "refused" }
  /** The call was performed before: its row stands, and its token is issued again. */
  | { readonly kind: "repeated"; readonly row: LoginRow }
  | {
      readonly kind: "opened";
      readonly row: LoginRow;
      /** A token that was not void is void from now on. */
      readonly replaced: boolean;
      readonly evict: Eviction | null;
    };

/**
 * Decides a login.
 *
 * @param row the player's row, null when there is none
 */
export function decideLogin(
  row: LoginRow | null,
  attempt: LoginAttempt,
  serverSeen: ServerSeen,
): LoginDecision {
  if (row?.openedBy === attempt.call) return { kind: "repeated", row };
  const { player, tokenId, device, graceMs, nowMs, call } = attempt;
  const isSameDevice = device !== "" && row?.device === device;
  if (row !== null && !isSameDevice && isAlive(row, { graceMs, nowMs }, serverSeen)) {
    return { kind: "refused" };
  }
  return {
    kind: "opened",
    row: {
      player,
      tokenId,
      device,
      state: "issued",
      server: null,
      seenAtMs: nowMs,
      openedBy: call,
    },
    replaced: row !== null && row.state !== "ended",
    evict: row === null ? null : evictionOf(row),
  };
}

/** Whether somebody may be behind the row. */
function isAlive(
  row: LoginRow,
  { graceMs, nowMs }: { readonly graceMs: number; readonly nowMs: number },
  serverSeen: ServerSeen,
): boolean {
  switch (row.state) {
    case "issued":
      return isWithin(row.seenAtMs, graceMs, nowMs);
    case "playing":
      return row.server !== null && isServerAlive(row.server, nowMs, serverSeen);
    case "ended":
      return false;
    default:
      return assertNever(row.state);
  }
}

/**
 * A server says that a player has entered with that token: the row plays there from now on. Null
 * when he must be evicted again: the token is void, or is played with on another living server.
 */
export function loginEntered(
  row: LoginRow | null,
  at: { readonly tokenId: string; readonly server: number; readonly nowMs: number },
  serverSeen: ServerSeen,
): LoginRow | null {
  if (row === null || row.tokenId !== at.tokenId || row.state === "ended") return null;
  if (playsElsewhere(row, at.server, at.nowMs, serverSeen)) return null;
  return { ...row, state: "playing", server: at.server };
}

/**
 * A server says that the player of that token has left it, by a cut or in order. The token stays
 * good for coming back, and keeps other devices out for the grace only.
 */
export function loginLeft(
  row: LoginRow,
  at: { readonly tokenId: string; readonly server: number; readonly nowMs: number },
): LoginRow {
  const isHis = row.tokenId === at.tokenId && row.state !== "ended";
  if (!isHis || (row.server !== null && row.server !== at.server)) return row;
  return { ...row, state: "issued", server: null, seenAtMs: at.nowMs };
}

/** The login ends: null when that one had ended or was replaced before. */
export function loginEnded(
  row: LoginRow | null,
  tokenId: string,
): { readonly row: LoginRow; readonly evict: Eviction | null } | null {
  if (row === null || row.tokenId !== tokenId || row.state === "ended") return null;
  return { row: { ...row, state: "ended", server: null }, evict: evictionOf(row) };
}

/** A server has started anew and plays nobody: whoever was on it may come back. */
export const loginReset = (
  row: LoginRow,
  at: { readonly server: number; readonly nowMs: number },
): LoginRow =>
  row.state === "playing" && row.server === at.server
    ? { ...row, state: "issued", server: null, seenAtMs: at.nowMs }
    : row;

/**
 * Why a token whose signature is good does not let its player in, or null when it does.
 *
 * @param at `server`: where he wants to enter, null for nowhere; `isHolder`: whether that server
 *   has reported, and no other one under its number since, without which nobody tells it whom to
 *   end; `evicting`: the servers that still have to end a session of this player
 */
export function tokenStanding(
  row: LoginRow | null,
  at: {
    readonly tokenId: string;
    readonly server: number | null;
    readonly isHolder: boolean;
    readonly nowMs: number;
    readonly evicting: readonly number[];
  },
  serverSeen: ServerSeen,
): "revoked" | "busy" | null {
  if (row === null || row.tokenId !== at.tokenId || row.state === "ended") return "revoked";
  const { server: here } = at;
  if (here === null) return null;
  if (!at.isHolder || playsElsewhere(row, here, at.nowMs, serverSeen)) return "busy";
  const isBusy = at.evicting.some(
    (server) => server !== here && isServerAlive(server, at.nowMs, serverSeen),
  );
  return isBusy ? "busy" : null;
}

function playsElsewhere(
  row: LoginRow,
  server: number,
  nowMs: number,
  serverSeen: ServerSeen,
): boolean {
  if (row.server === null || row.server === server) return false;
  return isServerAlive(row.server, nowMs, serverSeen);
}

const evictionOf = ({ server, player, tokenId }: LoginRow): Eviction | null =>
  server === null ? null : { server, player, tokenId };

/** Whether the server has reported within three periods. */
export function isServerAlive(server: number, nowMs: number, serverSeen: ServerSeen): boolean {
  const seenAtMs = serverSeen(server);
  return seenAtMs !== null && isWithin(seenAtMs, serverAliveMs, nowMs);
}

const isWithin = (sinceMs: number, spanMs: number, nowMs: number): boolean =>
  nowMs >= sinceMs && nowMs - sinceMs < spanMs;
