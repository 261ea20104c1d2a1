/**
 * What is kept of accounts, logins and game servers, and what every store of them promises. There
 * are two: one in memory (`memory-store.ts`) and one in a database; both pass the same tests.
 *
 * A1. Each method is one transaction. What two callers do at once, in one process or in several,
 *     comes out as if one had done it after the other.
 * A2. A player has at most one login that counts. Its token is the newest that was given out, and
 *     no older one is ever good again.
 * A3. `open` and `end` take effect once for each key: asked again with the same key and request,
 *     they answer what they answered then, and change nothing.
 * A4. Names that differ only in the case of ASCII letters are one account.
 * A5. An eviction is told to its server until the server says that it is done.
 */
import type { PlayerRole } from "../../kernel/roles.ts";

/** How an account came to be. Those of development are strangers to production. */
export type AccountOrigin = "operator" | "development";

export interface Account {
  /** From 1, never given again. */
  readonly player: number;
  /** As it was written when the account was made. */
  readonly name: string;
  readonly role: PlayerRole;
  /** What the password is checked against; how is the business of whoever made it. */
  readonly passwordHash: string;
  /** Milliseconds since the epoch; 0: not banned, `bannedForEver`: without an end. */
  readonly bannedUntilMs: number;
  /** The operator's words; empty when there are none. */
  readonly banReason: string;
  readonly origin: AccountOrigin;
  readonly createdAtMs: number;
}

export const bannedForEver = -1;

export type LoginState = "issued" | "playing" | "ended";

/** The newest login of a player. */
export interface Login {
  readonly player: number;
  readonly tokenId: string;
  /** What the client said of itself; may be empty. */
  readonly device: string;
  readonly state: LoginState;
  /** The game server that it was last seen on; 0 before the first. */
  readonly server: number;
  /** When the state became what it is, or was confirmed. */
  readonly seenAtMs: number;
  readonly issuedAtMs: number;
  readonly expiresAtMs: number;
}

/** A game server as it reports itself. */
export interface ServerCard {
  /** 1..2^32-1, the operator's choice. */
  readonly id: number;
  readonly name: string;
  readonly address: string;
  readonly port: number;
  /** Players that it has room for. */
  readonly max: number;
}

/** A game server as it is listed. */
export interface ListedServer extends ServerCard {
  /** Players on it. */
  readonly current: number;
  /** `current / max`, 0..1. */
  readonly loadFactor: number;
}

/** Says which asking this is, over all processes and starts. See A3. */
export interface OnceKey {
  /** Who asks: a text that no other asker has. */
  readonly scope: string;
  /** Counted by the asker, never used twice. */
  readonly call: number;
}

export interface OpenRequest {
  readonly key: OnceKey;
  readonly player: number;
  readonly device: string;
  /** How long a login that nobody plays keeps others out. */
  readonly graceMs: number;
  /** How long its token is good. */
  readonly lifetimeMs: number;
}

export type OpenOutcome =
  /** Another device has the account. */
  | { readonly kind: "refused" }
  | {
      readonly kind: "opened";
      readonly tokenId: string;
      readonly issuedAtMs: number;
      readonly expiresAtMs: number;
      /** True when an older login lost its token by this. */
      readonly replaced: boolean;
    };

export interface EndRequest {
  readonly key: OnceKey;
  readonly player: number;
  readonly tokenId: string;
}

/** A player and the token that he entered with. */
export type Visit = readonly [player: number, tokenId: string];

/** What a game server says of itself, every `reportPeriodMs`. */
export interface Report {
  readonly server: ServerCard;
  /** On it now. */
  readonly players: number;
  /** Who has entered since the last report that arrived, and stayed. */
  readonly entered: readonly Visit[];
  /** Who has gone since then without a logout. Applied before `entered`. */
  readonly left: readonly Visit[];
  /** True after a start: nobody is on it any more but those who have `entered`. */
  readonly reset: boolean;
  /** Evictions that it has carried out. */
  readonly evicted: readonly Visit[];
}

/** How often a game server reports. */
export const reportPeriodMs = 1_000;
/** A server whose last report is older is not listed. */
export const listedPeriods = 2;
/** A server whose last report is older plays nobody. */
export const alivePeriods = 3;
/** For how long an answer is kept for whoever asks again; a process restarts sooner. */
export const answersKeptMs = 86_400_000;
/** For how long an eviction waits for a server that does not report. */
export const evictionsKeptMs = 7 * 86_400_000;

/** What a store takes from outside. */
export interface StoreSource {
  /** The wall clock, milliseconds since the epoch. */
  nowMs(): number;
  /** A text that was never given before and that nobody can guess. */
  tokenId(): string;
}

export interface NewAccount {
  readonly name: string;
  readonly passwordHash: string;
  readonly role: PlayerRole;
  readonly origin: AccountOrigin;
}

export interface AccountStore {
  /** Null when the name is taken. */
  add(account: NewAccount): Account | null;
  find(name: string): Account | null;
  /** In the order of their players: those behind `after`, at most `limit`. */
  list(after: number, limit: number): readonly Account[];
  /**
   * A password from an operator, who thereby takes on an account that development has made. Ends
   * the player's login: whoever has the old password has his token, too. Null: no such account.
   */
  setPassword(name: string, passwordHash: string): Account | null;
  /** The same password hashed anew. False when the hash is no longer `from`. */
  rehash(player: number, from: string, to: string): boolean;
  /** Null: no such account. */
  setRole(name: string, role: PlayerRole): Account | null;
  /** Ends the player's login, too. `untilMs` as in `Account`; 0 lifts a ban. */
  ban(name: string, untilMs: number, reason: string): Account | null;
  /** Gives the player a new token, unless another device has the account. */
  open(request: OpenRequest): OpenOutcome;
  /** False when the token was not the player's newest, or the login had ended. */
  end(request: EndRequest): boolean;
  /** The newest login and whose it is; null when there was none yet. */
  login(player: number): { readonly account: Account; readonly login: Login } | null;
  /** Takes a server's report; answers whom it has to turn out. */
  report(report: Report): readonly Visit[];
  /** Those that are alive and have room, the emptiest first, then by id. */
  servers(): readonly ListedServer[];
}

/** A4: what names are compared by. */
export const nameKey = (name: string): string =>
  name.replace(/[A-Z]/g, (letter) => String.fromCharCode(letter.charCodeAt(0) + 32));

/** What `servers` makes of the reports. */
export function listed(
  reports: Iterable<{
    readonly server: ServerCard;
    readonly players: number;
    readonly reportedAtMs: number;
  }>,
  nowMs: number,
): readonly ListedServer[] {
  const open: ListedServer[] = [];
  for (const { server, players, reportedAtMs } of reports) {
    const isFresh = Math.abs(nowMs - reportedAtMs) <= listedPeriods * reportPeriodMs;
    if (!isFresh || players >= server.max) continue;
    open.push({ ...server, current: players, loadFactor: players / server.max });
  }
  return open.sort((left, right) => left.loadFactor - right.loadFactor || left.id - right.id);
}
