/**
 * What the login and game roles ask of the outside: accounts, logins, tokens and the directory of
 * game servers. Whoever performs these operations shares the pure rules of `login-rows.ts` and
 * `directory.ts`, so that every store decides alike.
 *
 * A login is one grant of a token to a player. Its id, the `tokenId`, is no secret: without the
 * signature of the token it opens nothing. A player has one login at most that is not void.
 */
import { seconds } from "../../kernel/ids.ts";
import type { PlayerId, SecretRef } from "../../kernel/ids.ts";
import type { PlainData } from "../../kernel/plain.ts";
import type { PlayerRole } from "../../kernel/roles.ts";
import { operation } from "../../realm/index.ts";
import { invalid } from "../../wire/index.ts";
import type { Invalid } from "../../wire/index.ts";
import {
  booleanOf,
  fieldsOf,
  integerOf,
  listOf,
  pairOf,
  playerOf,
  roleOf,
  textOf,
} from "./read.ts";
import type { Fields } from "./read.ts";

// Types and not interfaces: only those are plain data to the compiler.

/** A login's player and token id. */
export type LoginKey = readonly [player: PlayerId, tokenId: string];

/** A game server that can be entered, as the directory knows it. */
export type ServerInfo = {
  readonly id: number;
  readonly name: string;
  readonly address: string;
  readonly port: number;
  /** How many are in, 0..max - 1. */
  readonly players: number;
  readonly max: number;
};

export type VerifyAccountRequest = {
  readonly name: string;
  readonly password: { readonly secret: SecretRef };
  /** The peer's address without its port, for the audit. */
  readonly address: string;
};

export type VerifyAccountAnswer =
  /** Unknown name or wrong password: nobody is told which. */
  | { readonly kind: "refused" }
  | {
      readonly kind: "verified";
      readonly player: PlayerId;
      /** As the account has it, which may differ from what was typed in case. */
      readonly name: string;
      readonly role: PlayerRole;
      /** Milliseconds since the epoch; 0: not banned; -1: for ever. */
      readonly bannedUntil: number;
      /** Which of the account's passwords it was, for the login that is opened by it. */
      readonly passwordVersion: number;
    };

/**
 * Checks name and password with one argon2id of equal parameters, whether the name is known or not.
 */
export const verifyAccount = operation<VerifyAccountRequest, VerifyAccountAnswer>(
  "accounts.verify",
  { effect: "none", deadline: seconds(10), answer: readVerifyAccount },
);

export type OpenLoginRequest = {
  readonly player: PlayerId;
  readonly name: string;
  readonly role: PlayerRole;
  /** As `accounts.verify` answered it. */
  readonly passwordVersion: number;
  /** What the client calls its device; "" is no device, and equal to none. */
  readonly device: string;
  /** How long a token that nobody has played with keeps other devices out. */
  readonly graceMs: number;
  readonly lifetimeMs: number;
};

/** Why no login was opened. */
export type LoginNotOpened =
  /** The player is alive on another device. */
  | { readonly kind: "refused" }
  /** The password has been changed since it was checked. */
  | { readonly kind: "stale" }
  /** No server has room; `known` of them have reported in time. */
  | { readonly kind: "full"; readonly known: number };

export type OpenLoginAnswer =
  | LoginNotOpened
  | {
      readonly kind: "opened";
      /** The signed token; performers answer `{ sealed: bytes }`. */
      readonly token: { readonly secret: SecretRef };
      readonly tokenId: string;
      /** Milliseconds since the epoch. */
      readonly expiresAtMs: number;
      /** A login of this player that had not ended is void from now on. */
      readonly replaced: boolean;
      /** By load, then id. Empty only where the call was performed before. */
      readonly servers: readonly ServerInfo[];
    };

/** Opens a login in one transaction, see `decideLogin`. The same call gives the same login. */
export const openLogin = operation<OpenLoginRequest, OpenLoginAnswer>("logins.open", {
  effect: "once",
  deadline: seconds(10),
  answer: readOpenLogin,
});

export type VerifyTokenRequest = {
  readonly token: { readonly secret: SecretRef };
  /** Who leaves enters nowhere: where his player is makes no difference, and nothing is `busy`. */
  readonly leaving?: true;
};

/**
 * - `malformed`: no token, or not signed by us for this audience
 * - `expired`: its time is over
 * - `revoked`: its login has ended or was replaced
 * - `busy`: another game server still has this player's session and has been told to end it
 */
const tokenFaults = ["malformed", "expired", "revoked", "busy"] as const;
export type TokenFault = (typeof tokenFaults)[number];

export type VerifyTokenAnswer =
  | { readonly kind: "invalid"; readonly reason: TokenFault }
  | {
      readonly kind: "valid";
      readonly tokenId: string;
      readonly player: PlayerId;
      readonly name: string;
      readonly role: PlayerRole;
      readonly issuedAtMs: number;
      readonly expiresAtMs: number;
    };

/** Checks the signature by the public key, then the login's row, see `tokenStanding`. */
export const verifyToken = operation<VerifyTokenRequest, VerifyTokenAnswer>("tokens.verify", {
  effect: "none",
  deadline: seconds(10),
  answer: readVerifyToken,
});

export type EndLoginRequest = { readonly player: PlayerId; readonly tokenId: string };
/** `ended` is false when that login had ended or was replaced before. */
export type EndLoginAnswer = { readonly ended: boolean };

/** Ends a login: its token is void and the account free at once. */
export const endLogin = operation<EndLoginRequest, EndLoginAnswer>("logins.end", {
  effect: "once",
  deadline: seconds(10),
  answer: readEndLogin,
});

/** The performer adds which server it speaks for: id, name, address, port and maximum. */
export type ReportRequest = {
  /** How many are in the world or on their way into it. */
  readonly players: number;
  /** Who has come and gone since the last report that was answered. */
  readonly entered: readonly LoginKey[];
  readonly left: readonly LoginKey[];
  /** Nobody of before is here: the first report of a start, until one is answered. */
  readonly reset: boolean;
  /** What earlier answers asked for and what is done. */
  readonly evicted: readonly LoginKey[];
};

export type ReportAnswer = {
  /** Whose sessions this server has to end, until it says that it has. */
  readonly evict: readonly LoginKey[];
  /** Nothing was taken: another living server has this one's number and, with it, its players. */
  readonly isSupplanted?: true;
};

/**
 * Tells the directory that this game server lives and who is in. A report that failed may have
 * taken effect all the same, so its performer takes every part of it twice without harm.
 */
export const reportServer = operation<ReportRequest, ReportAnswer>("directory.report", {
  effect: "none",
  deadline: seconds(5),
  answer: readReport,
});

// ---------------------------------------------------------------- reading the answers

function readVerifyAccount(value: PlainData): VerifyAccountAnswer | Invalid {
  const fields = fieldsOf(value);
  if (fields["kind"] === "refused") return { kind: "refused" };
  const player = playerOf(fields["player"]);
  const name = textOf(fields["name"]);
  const role = roleOf(fields["role"]);
  const bannedUntil = integerOf(fields["bannedUntil"], -1);
  if (fields["kind"] !== "verified" || player === null || name === null) {
    return invalid("neither refused nor verified");
  }
  if (role === null || bannedUntil === null) return invalid("verified without role or ban");
  const passwordVersion = integerOf(fields["passwordVersion"], 0);
  if (passwordVersion === null) return invalid("verified by no password");
  return { kind: "verified", player, name, role, bannedUntil, passwordVersion };
}

function readOpenLogin(value: PlainData): OpenLoginAnswer | Invalid {
  const fields = fieldsOf(value);
  switch (fields["kind"]) {
    case "refused":
      return { kind: "refused" };
    case "stale":
      return { kind: "stale" };
    case "full": {
      const known = integerOf(fields["known"], 0);
      return known === null ? invalid("full without a number") : { kind: "full", known };
    }
    case "opened":
      return readOpened(fields);
    default:
      return invalid("neither refused, stale, full nor opened");
  }
}

function readOpened(fields: Fields): OpenLoginAnswer | Invalid {
  const secret = integerOf(fieldsOf(fields["token"])["secret"], 0);
  const tokenId = textOf(fields["tokenId"]);
  const expiresAtMs = integerOf(fields["expiresAtMs"], 0);
  const replaced = booleanOf(fields["replaced"]);
  const servers = listOf(fields["servers"], readServer);
  if (secret === null || tokenId === null || tokenId === "") return invalid("opened without token");
  if (expiresAtMs === null || replaced === null || servers === null) {
    return invalid("opened without expiry or servers");
  }
  const token = { secret: secret as SecretRef };
  return { kind: "opened", token, tokenId, expiresAtMs, replaced, servers };
}

function readServer(value: PlainData): ServerInfo | null {
  const fields = fieldsOf(value);
  const id = integerOf(fields["id"], 0);
  const name = textOf(fields["name"]);
  const address = textOf(fields["address"]);
  const port = integerOf(fields["port"], 0);
  const players = integerOf(fields["players"], 0);
  const max = integerOf(fields["max"], 1);
  if (id === null || name === null || address === null) return null;
  if (port === null || players === null || max === null) return null;
  return { id, name, address, port, players, max };
}

function readVerifyToken(value: PlainData): VerifyTokenAnswer | Invalid {
  const fields = fieldsOf(value);
  if (fields["kind"] === "invalid") {
    const reason = tokenFaults.find((known) => known === fields["reason"]);
    return reason === undefined
      ? invalid("invalid for no known reason")
      : { kind: "invalid", reason };
  }
  const tokenId = textOf(fields["tokenId"]);
  const player = playerOf(fields["player"]);
  const name = textOf(fields["name"]);
  const role = roleOf(fields["role"]);
  const issuedAtMs = integerOf(fields["issuedAtMs"], 0);
  const expiresAtMs = integerOf(fields["expiresAtMs"], 0);
  if (fields["kind"] !== "valid" || tokenId === null || tokenId === "" || player === null) {
    return invalid("neither invalid nor valid");
  }
  if (name === null || role === null || issuedAtMs === null || expiresAtMs === null) {
    return invalid("valid without its claims");
  }
  return { kind: "valid", tokenId, player, name, role, issuedAtMs, expiresAtMs };
}

function readEndLogin(value: PlainData): EndLoginAnswer | Invalid {
  const ended = booleanOf(fieldsOf(value)["ended"]);
  return ended === null ? invalid("neither ended nor not") : { ended };
}

function readReport(value: PlainData): ReportAnswer | Invalid {
  const fields = fieldsOf(value);
  const evict = listOf(fields["evict"], readLoginKey);
  if (evict === null) return invalid("evictions are pairs");
  return fields["isSupplanted"] === true ? { evict, isSupplanted: true } : { evict };
}

function readLoginKey(value: PlainData): LoginKey | null {
  const pair = pairOf(value);
  if (pair === null) return null;
  const player = playerOf(pair[0]);
  const tokenId = textOf(pair[1]);
  return player === null || tokenId === null ? null : [player, tokenId];
}
