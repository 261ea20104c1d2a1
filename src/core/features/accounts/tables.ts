/**
 * The tables of an account store, as `transactions.ts` uses them: each method is one look-up or one
 * change, and decides nothing.
 */
import type { PlayerId } from "../../kernel/ids.ts";
import type { ServerReport } from "./directory.ts";
import type { Eviction, LoginRow } from "./login-rows.ts";
import type { LoginKey } from "./operations.ts";
import type { Account } from "./store.ts";

/** A login with what only its token needs. */
export interface KeptLogin {
  readonly row: LoginRow;
  readonly issuedAtMs: number;
  readonly expiresAtMs: number;
}

/** What a call was answered when it took effect. */
export interface KeptAnswer {
  readonly tokenId: string;
  readonly issuedAtMs: number;
  readonly expiresAtMs: number;
  readonly replaced: boolean;
}

export interface Tables {
  /** Runs the body alone: nobody else's change comes in between, and all of its changes or none. */
  transaction<T>(body: () => T): T;
  /** The same for a body that changes nothing. */
  snapshot<T>(body: () => T): T;

  /** Gives the next player; null when the key of the name is there. */
  addAccount(account: Omit<Account, "player">, key: string): Account | null;
  /** Replaces the account of that player. */
  putAccount(account: Account): void;
  accountOfName(key: string): Account | null;
  accountOf(player: PlayerId): Account | null;
  accounts(after: number, limit: number): readonly Account[];

  login(player: PlayerId): KeptLogin | null;
  /** The player's only one: replaces what is there. */
  putLogin(login: KeptLogin): void;
  loginsOn(server: number): readonly KeptLogin[];

  servers(): Iterable<ServerReport>;
  serverSeen(server: number): number | null;
  /** Who reported under that number last; null when nobody has. */
  instanceOf(server: number): string | null;
  putServer(report: ServerReport, instance: string): void;

  /** In the order in which they were added. */
  evictionsOf(server: number): readonly LoginKey[];
  /** The servers that still have to end a session of that player. */
  evicting(player: PlayerId): readonly number[];
  /** Nothing when it is there. */
  addEviction(eviction: Eviction, nowMs: number): void;
  removeEviction(eviction: Eviction): void;
  /** Forgets those of one server. */
  clearEvictions(server: number): void;

  /** What the call was answered; null for one that is new, or long gone. */
  answer(call: string): KeptAnswer | null;
  keepAnswer(call: string, answer: KeptAnswer, nowMs: number): void;
  /** Forgets answers and evictions that are older. */
  forget(before: { readonly answersMs: number; readonly evictionsMs: number }): void;
}
