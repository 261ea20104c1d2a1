/**
 * Performs the operations of the login and game roles: `accounts.verify`, `logins.open`,
 * `tokens.verify`, `logins.end` and `directory.report`.
 *
 * 1. Every `accounts.verify` costs one argon2id of the same parameters, whether the name is known
 *    or not, so that its time tells nobody which names there are. (An account whose hash was made
 *    by older settings takes the time of those until its next login, which hashes it anew.)
 * 2. A call asked again under its id, also by the next start, takes effect once.
 */
import { z } from "zod";
import { isAccountName } from "../../core/features/accounts/index.ts";
import type {
  Account,
  LoginKey,
  ServerInfo,
  VerifyAccountAnswer,
} from "../../core/features/accounts/index.ts";
import { playerId } from "../../core/kernel/ids.ts";
import type { CallId } from "../../core/kernel/ids.ts";
import type { PlainData } from "../../core/kernel/plain.ts";
import type { Performer, PerformerLimits } from "../performers.ts";
import { hashOfNobody, isOutdated } from "./argon2.ts";
import type { HashParameters } from "./argon2.ts";
import type { HashPool } from "./hash-pool.ts";
import { CallFailure } from "../performers.ts";
import { StoreFailure } from "./store-client.ts";
import type { AsyncStore } from "./store-client.ts";
import type { SigningKey } from "./token-keys.ts";
import { signToken } from "./tokens.ts";
import type { TokenChecker } from "./tokens.ts";

export interface AccountParts {
  readonly store: AsyncStore;
  readonly hashes: HashPool;
  readonly hashParameters: HashParameters;
  readonly checker: TokenChecker;
  /** Null where no login server runs. */
  readonly signing: SigningKey | null;
  /** Registers strangers. */
  readonly isDevelopment: boolean;
  /** Says what went wrong behind an answer that was given all the same. */
  readonly warn: (message: string, reason: unknown) => void;
}

/** Who asks: one role of one data folder. */
export interface Asker {
  /** A text that no other asker has. */
  readonly scope: string;
  /** The game server that asks, with 0 players; null for a login server. */
  readonly card: () => ServerInfo | null;
}

/** The line is that of the hashes, which knows when it is too long. */
const unbounded: Partial<PerformerLimits> = { runningMax: Infinity };

export function accountPerformers(
  parts: AccountParts,
  asker: Asker,
): Readonly<Record<string, Performer>> {
  const verify = (request: PlainData, _call: CallId, signal: AbortSignal): Promise<PlainData> =>
    verifyAccount(parts, requests.verifyAccount.parse(request), signal);
  return guarded({
    "accounts.verify": Object.assign(verify, { limits: unbounded }),
    "logins.open": (request, call) =>
      openLogin(parts, { ...requests.openLogin.parse(request), call: named(asker, call) }),
    "logins.end": async (request, call) => ({
      ended: await parts.store.end({
        ...requests.endLogin.parse(request),
        call: named(asker, call),
      }),
    }),
    "tokens.verify": (request) => verifyToken(parts, requests.verifyToken.parse(request), asker),
    "directory.report": reporter(parts, asker),
  });
}

const player = z.int().min(1).transform(playerId);
const key = z.tuple([player, z.string()]).transform(([who, tokenId]): LoginKey => [who, tokenId]);
const keys = z.array(key);
const bytes = z.instanceof(Uint8Array);

const requests = {
  verifyAccount: z.object({ name: z.string(), password: bytes }),
  openLogin: z.object({
    player,
    passwordVersion: z.int(),
    device: z.string(),
    graceMs: z.int(),
    lifetimeMs: z.int(),
  }),
  endLogin: z.object({ player, tokenId: z.string() }),
  verifyToken: z.object({ token: bytes, leaving: z.literal(true).optional() }),
  report: z.object({
    players: z.int().min(0),
    entered: keys,
    left: keys,
    reset: z.boolean(),
    evicted: keys,
  }),
};

const named = ({ scope }: Asker, call: CallId): string => `${scope}/${call}`;

/** A store that fails may be asked again: the feature hears that nobody answered. */
function guarded(
  performers: Readonly<Record<string, Performer>>,
): Readonly<Record<string, Performer>> {
  const guard = (performer: Performer): Performer =>
    Object.assign(
      async (...args: Parameters<Performer>) => {
        try {
          return await performer(...args);
        } catch (error) {
          if (error instanceof StoreFailure) throw new CallFailure("UNAVAILABLE", error.message);
          throw error;
        }
      },
      { limits: performer.limits ?? {} },
    );
  return Object.fromEntries(
    Object.entries(performers).map(([name, performer]) => [name, guard(performer)]),
  );
}

async function verifyAccount(
  parts: AccountParts,
  { name, password }: z.infer<typeof requests.verifyAccount>,
  signal: AbortSignal,
): Promise<VerifyAccountAnswer> {
  const { store, hashes, hashParameters, isDevelopment } = parts;
  const found = await store.find(name);
  if (found === null && isDevelopment && isAccountName(name)) {
    const passwordHash = await hashes.hash(password, hashParameters, signal);
    const account = { name, passwordHash, role: "player", origin: "development" } as const;
    const added = await store.add(account);
    if (added !== null) return verified(added);
  }
  // A name that was added since is somebody else's, who was quicker.
  const account = found ?? (isDevelopment ? await store.find(name) : null);
  const phc = account?.passwordHash ?? hashOfNobody(hashParameters);
  const fits = await hashes.verify(password, phc, signal);
  if (account === null || !fits) return { kind: "refused" };
  if (isOutdated(phc, hashParameters)) void rehash(parts, account, new Uint8Array(password));
  return verified(account);
}

/** @param account as it was read before the password was checked, not after */
const verified = (account: Account): VerifyAccountAnswer => ({
  kind: "verified",
  player: account.player,
  name: account.name,
  role: account.role,
  bannedUntil: account.bannedUntilMs,
  passwordVersion: account.passwordVersion,
});

/** After the answer, because it makes no difference to whoever waits for that. */
async function rehash(
  { store, hashes, hashParameters, warn }: AccountParts,
  account: Account,
  password: Uint8Array,
): Promise<void> {
  try {
    const passwordHash = await hashes.hash(password, hashParameters);
    await store.rehash(account.player, account.passwordHash, passwordHash);
  } catch (error) {
    warn("a password hash stays as older settings made it", error);
  }
}

async function openLogin(
  { store, signing }: AccountParts,
  request: z.infer<typeof requests.openLogin> & { readonly call: string },
): Promise<PlainData> {
  if (signing === null) throw new CallFailure("UNAVAILABLE", "this process signs no tokens");
  const outcome = await store.open(request);
  if (outcome.kind !== "opened") return outcome;
  const { grant, replaced, servers } = outcome;
  const { tokenId, expiresAtMs } = grant;
  const token = { sealed: await signToken(grant, signing) };
  return { kind: "opened", token, tokenId, expiresAtMs, replaced, servers: [...servers] };
}

async function verifyToken(
  { store, checker }: AccountParts,
  { token, leaving }: z.infer<typeof requests.verifyToken>,
  { card, scope }: Asker,
): Promise<PlainData> {
  const checked = await checker.check(token);
  if (checked.kind === "invalid") return checked;
  const server = leaving === true ? null : (card()?.id ?? 0);
  const standing = await store.standing({ ...checked.claims, server, instance: scope });
  if (standing.kind === "invalid") return standing;
  return { kind: "valid", ...standing.grant };
}

/** Says once, and not with every report, that another server has this one's number. */
function reporter(
  { store, warn }: AccountParts,
  { card, scope }: Asker,
): (request: PlainData) => Promise<PlainData> {
  let isSupplanted = false;
  return async (request) => {
    const { players, ...status } = requests.report.parse(request);
    const server = card();
    if (server === null) throw new CallFailure("UNAVAILABLE", "no game server runs here");
    const own = { ...server, players };
    const evict = await store.report({ ...status, instance: scope, server: own });
    const wasSupplanted = isSupplanted;
    isSupplanted = evict === null;
    if (evict !== null) return { evict: evict.map(([who, tokenId]) => [who, tokenId]) };
    if (!wasSupplanted) {
      const what = `nobody is let in: another game server runs as game.id ${server.id}`;
      warn(`${what}; give each its own: --set game.id=NUMBER`, "its reports are refused");
    }
    return { evict: [], isSupplanted };
  };
}
