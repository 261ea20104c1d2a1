/**
 * What is kept of accounts, logins and game servers, and what every store of them promises. There
 * are two: in memory (`memory-store.ts`) and in a database. Both keep tables and leave the rules to
 * `transactions.ts`, and both pass the same tests.
 *
 * A1. Each method is one transaction. What several callers do at once, in one process or in many,
 *     comes out as if one had done it after the other.
 * A2. `open` and `end` take effect once for each call: asked again under the same name, they answer
 *     what they answered then, and change nothing. Whose account was banned or got a new password
 *     since is told of that instead: his login has ended.
 * A3. Names that differ only in the case of ASCII letters are one account.
 * A4. An eviction is told to its server until that says that it is done.
 * A5. Accounts that development has made are strangers to production.
 * A6. A game server's number is held by the instance that reported under it last, until that is
 *     silent and another one reports. Nobody enters a server that does not hold its number: two of
 *     one number would take each other's players for their own.
 */
import type { PlayerId } from "../../kernel/ids.ts";
import type { PlayerRole } from "../../kernel/roles.ts";
import type { LoginKey, LoginNotOpened, ServerInfo } from "./operations.ts";

export type AccountOrigin = "operator" | "development";

export interface Account {
  /** Never given again. */
  readonly player: PlayerId;
  /** As it was written when the account was made. */
  readonly name: string;
  readonly role: PlayerRole;
  /** What a password is checked against; its form is the business of whoever made it. */
  readonly passwordHash: string;
  /** How often the password was changed; hashing the same one anew is no change. */
  readonly passwordVersion: number;
  /** Milliseconds since the epoch; 0: not banned, `bannedForEver`: without an end. */
  readonly bannedUntilMs: number;
  /** The operator's words; empty when there are none. */
  readonly banReason: string;
  readonly origin: AccountOrigin;
  readonly createdAtMs: number;
}

export const bannedForEver = -1;

export type NewAccount = Pick<Account, "name" | "passwordHash" | "role" | "origin">;

/** A wish to log in. */
export interface OpenRequest {
  /** Names the asking over all processes and starts. */
  readonly call: string;
  readonly player: PlayerId;
  /** The account's, when the password was checked: one that has changed since opens nothing. */
  readonly passwordVersion: number;
  /** "" is no device. */
  readonly device: string;
  /** For how long a token that nobody has played with keeps other devices out. */
  readonly graceMs: number;
  readonly lifetimeMs: number;
  /**
   * Default true: nobody is let in while no game server has room for him. False for whoever means
   * to enter none.
   */
  readonly needsServer?: boolean;
}

/** What a token says, beside its signature. */
export interface Grant {
  readonly player: PlayerId;
  readonly tokenId: string;
  readonly name: string;
  readonly role: PlayerRole;
  readonly issuedAtMs: number;
  readonly expiresAtMs: number;
}

export type OpenOutcome =
  | LoginNotOpened
  | {
      readonly kind: "opened";
      readonly grant: Grant;
      /** A token that was not void is void by this. */
      readonly replaced: boolean;
      readonly servers: readonly ServerInfo[];
    };

export interface EndRequest {
  readonly call: string;
  readonly player: PlayerId;
  readonly tokenId: string;
}

/** A token whose signature is good. */
export interface StandingRequest {
  readonly player: PlayerId;
  readonly tokenId: string;
  /** Where its player wants to enter; null is nowhere, which makes no token `busy`. */
  readonly server: number | null;
  /** Of that server, as in its reports. */
  readonly instance: string;
}

export type Standing =
  | { readonly kind: "invalid"; readonly reason: "revoked" | "busy" }
  | { readonly kind: "valid"; readonly grant: Grant };

/** What a game server says of itself. Lists as in `ReportRequest`. */
export interface ServerStatus {
  readonly server: ServerInfo;
  /** Tells this server from another one that was given the same number. */
  readonly instance: string;
  readonly entered: readonly LoginKey[];
  readonly left: readonly LoginKey[];
  readonly reset: boolean;
  readonly evicted: readonly LoginKey[];
}

export interface AccountStore {
  /** Null when the name is taken. */
  add(account: NewAccount): Account | null;
  /** Null when there is none, or none that counts here. See A5. */
  find(name: string): Account | null;
  /** In the order of their players: at most `limit` of those behind `after`. */
  list(after: number, limit: number): readonly Account[];
  /**
   * An operator's password, who thereby takes on an account that development has made. Ends the
   * player's login, and voids what is under way to one: whoever knew the old password may be behind
   * it. Null: no such account.
   */
  setPassword(name: string, passwordHash: string): Account | null;
  /** The same password, hashed anew. False when its hash is no longer `from`. */
  rehash(player: PlayerId, from: string, to: string): boolean;
  /** Null: no such account. */
  setRole(name: string, role: PlayerRole): Account | null;
  /** Ends the player's login, too, unless it lifts a ban. Null: no such account. */
  ban(name: string, untilMs: number, reason: string): Account | null;
  open(request: OpenRequest): OpenOutcome;
  /** False when that login had ended or was replaced before. */
  end(request: EndRequest): boolean;
  standing(request: StandingRequest): Standing;
  /**
   * Takes a server's report; answers whose sessions it has to end. Null, and nothing is taken,
   * while the server's number is held by another one that is alive (A6).
   */
  report(status: ServerStatus): readonly LoginKey[] | null;
}

/** What a store takes from outside. */
export interface StoreSource {
  /** The wall clock, milliseconds since the epoch. */
  readonly nowMs: () => number;
  /** A text that was never given before and that nobody can guess. */
  readonly tokenId: () => string;
  /** Whether accounts that development has made count. */
  readonly mode: "development" | "production";
}
