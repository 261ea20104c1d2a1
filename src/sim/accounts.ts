/**
 * Accounts in the simulator: performs what `src/io/accounts` performs, on a store in memory and
 * with neither argon2 nor signatures. What stands for those keeps their promises towards the core:
 * a wrong password is refused, a token that the source did not make is malformed, and a token is
 * no part of anything that the core may see.
 */
import { isAccountName } from "../core/features/accounts/index.ts";
import type {
  AccountStore,
  EndLoginRequest,
  Grant,
  LoginKey,
  OpenLoginRequest,
  ReportRequest,
  ServerInfo,
  StoreSource,
  VerifyAccountAnswer,
  VerifyTokenRequest,
} from "../core/features/accounts/index.ts";
import { digestStart, digestString } from "../core/kernel/digest.ts";
import { playerId } from "../core/kernel/ids.ts";
import type { CallId } from "../core/kernel/ids.ts";
import type { PlainData } from "../core/kernel/plain.ts";
import type { SimulatedPerformer } from "./calls.ts";

/** What the store was made with, and what tells real tokens from forged ones. */
export interface AccountSource extends StoreSource {
  readonly tokenSecret: string;
}

/** Which server's calls are performed. */
export interface AccountAsker {
  /** A text that no other server has: each counts its calls by itself. */
  readonly scope: string;
  /** The game server that reports, with 0 players; null for a login server. */
  readonly card: ServerInfo | null;
}

/** Of these the store keeps its answers for whoever asks again. */
export const rememberedOperations: ReadonlySet<string> = new Set(["logins.open", "logins.end"]);

/**
 * Performers for one server. All servers of a simulation share the store and the source.
 *
 * @param store as `memoryStore(source)` made it
 */
export function accountPerformers(
  store: AccountStore,
  source: AccountSource,
  { scope, card }: AccountAsker,
): Readonly<Record<string, SimulatedPerformer>> {
  const named = (call: CallId): string => `${scope}/${call}`;
  return {
    "accounts.verify": (request) => verifyAccount(store, source, request as VerifyRequest),
    "logins.open": (request, call) => {
      const outcome = store.open({ ...(request as OpenLoginRequest), call: named(call) });
      if (outcome.kind !== "opened") return outcome;
      const { grant, replaced, servers } = outcome;
      const { tokenId, expiresAtMs } = grant;
      const token = { sealed: simulatedToken(grant, source) };
      return { kind: "opened", token, tokenId, expiresAtMs, replaced, servers: [...servers] };
    },
    "logins.end": (request, call) => ({
      ended: store.end({ ...(request as EndLoginRequest), call: named(call) }),
    }),
    "tokens.verify": (request) =>
      verifyToken(store, source, request as TokenRequest, { scope, card }),
    "directory.report": (request) => {
      if (card === null) return { evict: [] };
      const { players, ...status } = request as ReportRequest;
      const server = { ...card, players };
      const evict = store.report({ ...status, instance: scope, server });
      if (evict === null) return { evict: [], isSupplanted: true };
      return { evict: evict.map(([player, tokenId]: LoginKey) => [player, tokenId]) };
    },
  };
}

/** What the store keeps of a password in place of a hash. For accounts that a plan begins with. */
export const simulatedHash = (password: string): string => `plain:${password}`;

/**
 * A password or the secret part of a token. All of them have `secretMark` in them, so that a secret
 * is found wherever it must not be, whichever it is.
 */
export const secretText = (text: string): string => `${secretMark}${text}`;
export const secretMark = "~zQ7kept!~";

/** What a traveller's account is called, and what opens it. */
export const credentialsOf = (account: string) => ({
  username: `traveller-${account}`,
  password: secretText(account),
});

/** The token of a grant: what `logins.open` seals. */
export function simulatedToken(
  { player, tokenId }: Pick<Grant, "player" | "tokenId">,
  { tokenSecret }: AccountSource,
): Uint8Array {
  const body = `${player}.${tokenId}`;
  const tag = digestString(digestString(digestStart, tokenSecret), body).toString(16);
  return asBytes(`${body}.${secretText(tag)}`);
}

/** A request as it is performed: with the secret in place of its name. */
type VerifyRequest = {
  readonly name: string;
  readonly password: Uint8Array;
};

function verifyAccount(
  store: AccountStore,
  { mode }: AccountSource,
  { name, password }: VerifyRequest,
): VerifyAccountAnswer {
  const passwordHash = simulatedHash(asText(password));
  const isNew = mode === "development" && isAccountName(name);
  const found = store.find(name);
  const account =
    found ??
    (isNew ? store.add({ name, passwordHash, role: "player", origin: "development" }) : null);
  if (account?.passwordHash !== passwordHash) return { kind: "refused" };
  const { player, role, bannedUntilMs: bannedUntil, passwordVersion } = account;
  return { kind: "verified", player, name: account.name, role, bannedUntil, passwordVersion };
}

/** More than a player, two random words, a tag and what stands between them. */
const tokenBytesMax = 100;

type TokenRequest = Pick<VerifyTokenRequest, "leaving"> & { readonly token: Uint8Array };

function verifyToken(
  store: AccountStore,
  source: AccountSource,
  { token, leaving }: TokenRequest,
  { scope, card }: AccountAsker,
): PlainData {
  // Of some that were never given one, it is as long as a packet.
  if (token.length > tokenBytesMax) return { kind: "invalid", reason: "malformed" };
  const text = asText(token);
  const [number = "", tokenId = ""] = text.split(".");
  const player = /^[1-9]\d{0,14}$/.test(number) ? playerId(Number(number)) : null;
  if (player === null || asText(simulatedToken({ player, tokenId }, source)) !== text) {
    return { kind: "invalid", reason: "malformed" };
  }
  const server = leaving === true ? null : (card?.id ?? 0);
  const standing = store.standing({ player, tokenId, server, instance: scope });
  if (standing.kind === "invalid") return standing;
  const { grant } = standing;
  if (grant.expiresAtMs <= source.nowMs()) return { kind: "invalid", reason: "expired" };
  return { kind: "valid", ...grant };
}

function asText(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}

const asBytes = (ascii: string): Uint8Array =>
  Uint8Array.from(ascii, (letter) => letter.charCodeAt(0));
