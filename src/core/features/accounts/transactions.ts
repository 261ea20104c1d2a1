/**
 * The store's methods over whichever tables it has. Every method is one transaction, see
 * `store.ts`; what becomes of a login is decided by `login-rows.ts`.
 */
import type { PlayerId } from "../../kernel/ids.ts";
import { chooseServers } from "./directory.ts";
import {
  decideLogin,
  isServerAlive,
  loginEnded,
  loginEntered,
  loginLeft,
  loginReset,
  tokenStanding,
} from "./login-rows.ts";
import type { Eviction, LoginRow, ServerSeen } from "./login-rows.ts";
import type { LoginKey } from "./operations.ts";
import { bannedForEver } from "./store.ts";
import type {
  Account,
  AccountStore,
  EndRequest,
  Grant,
  NewAccount,
  OpenOutcome,
  OpenRequest,
  ServerStatus,
  Standing,
  StandingRequest,
  StoreSource,
} from "./store.ts";
import type { KeptAnswer, KeptLogin, Tables } from "./tables.ts";

/** A process that died starts again sooner, and asks again what was not answered. */
const answersKeptMs = 86_400_000;
/** A server that has not reported for so long has lost its players by other means. */
const evictionsKeptMs = 7 * 86_400_000;

/** Makes a store of tables. */
export function storeOver(tables: Tables, source: StoreSource): AccountStore {
  const parts: Parts = { tables, source, seen: (server) => tables.serverSeen(server) };
  const alone = <T>(body: () => T): T => tables.transaction(body);
  const changed = (name: string, change: (account: Account) => void): Account | null =>
    alone(() => changeAccount(parts, name, change));
  return {
    add: (account) => alone(() => add(parts, account)),
    find: (name) => counted(parts, tables.accountOfName(nameKey(name))),
    list: (after, limit) => tables.accounts(after, limit),
    setPassword: (name, passwordHash) =>
      changed(name, (account) => {
        const passwordVersion = account.passwordVersion + 1;
        tables.putAccount({ ...account, passwordHash, passwordVersion, origin: "operator" });
        endNewest(parts, account.player);
      }),
    rehash: (player, from, to) => alone(() => rehash(parts, player, { from, to })),
    setRole: (name, role) => changed(name, (account) => tables.putAccount({ ...account, role })),
    ban: (name, bannedUntilMs, banReason) =>
      changed(name, (account) => {
        tables.putAccount({ ...account, bannedUntilMs, banReason });
        if (bannedUntilMs !== 0) endNewest(parts, account.player);
      }),
    open: (request) => alone(() => open(parts, request)),
    end: (request) => alone(() => end(parts, request)),
    standing: (request) => tables.snapshot(() => standing(parts, request)),
    report: (status) => alone(() => report(parts, status)),
  };
}

/** A3: what names are compared by. */
export const nameKey = (name: string): string =>
  name.replace(/[A-Z]/g, (letter) => String.fromCharCode(letter.charCodeAt(0) + 32));

interface Parts {
  readonly tables: Tables;
  readonly source: StoreSource;
  readonly seen: ServerSeen;
}

function add({ tables, source }: Parts, account: NewAccount): Account | null {
  const createdAtMs = source.nowMs();
  const { name } = account;
  return tables.addAccount(
    { ...account, passwordVersion: 0, bannedUntilMs: 0, banReason: "", createdAtMs },
    nameKey(name),
  );
}

/** The account, unless it does not count here (A5). */
function counted({ source }: Parts, account: Account | null): Account | null {
  const isStranger = source.mode === "production" && account?.origin === "development";
  return isStranger ? null : account;
}

function changeAccount(
  { tables }: Parts,
  name: string,
  change: (account: Account) => void,
): Account | null {
  const account = tables.accountOfName(nameKey(name));
  if (account === null) return null;
  change(account);
  return tables.accountOf(account.player);
}

function rehash(
  { tables }: Parts,
  player: PlayerId,
  { from, to }: { readonly from: string; readonly to: string },
): boolean {
  const account = tables.accountOf(player);
  if (account?.passwordHash !== from) return false;
  tables.putAccount({ ...account, passwordHash: to });
  return true;
}

function open(parts: Parts, request: OpenRequest): OpenOutcome {
  const { tables, source, seen } = parts;
  const nowMs = source.nowMs();
  const account = counted(parts, tables.accountOf(request.player));
  // Banned since the password was checked.
  if (account === null || isBanned(account, nowMs)) return { kind: "refused" };
  // A change ended the login that there was, so an answer that is kept would give a void token.
  if (account.passwordVersion !== request.passwordVersion) return { kind: "stale" };
  const { servers, known } = chooseServers(tables.servers(), nowMs);
  const { player, device, graceMs, call, needsServer = true } = request;
  const login = tables.login(player);
  const kept = tables.answer(call) ?? repeated(login, call);
  if (kept !== null) return { kind: "opened", ...answered(account, kept), servers };
  const tokenId = source.tokenId();
  const attempt = { player, tokenId, device, graceMs, nowMs, call };
  const decision = decideLogin(login?.row ?? null, attempt, seen);
  // What is "repeated" has been answered above.
  if (decision.kind !== "opened") return { kind: "refused" };
  if (needsServer && servers.length === 0) return { kind: "full", known };
  const { row, replaced, evict } = decision;
  const answer = { tokenId, issuedAtMs: nowMs, expiresAtMs: nowMs + request.lifetimeMs, replaced };
  const { issuedAtMs, expiresAtMs } = answer;
  if (evict !== null) tables.addEviction(evict, nowMs);
  tables.putLogin({ row, issuedAtMs, expiresAtMs });
  keep(parts, call, answer);
  return { kind: "opened", ...answered(account, answer), servers };
}

/** The answer of a call that asks again after answers of its time are forgotten. */
function repeated(login: KeptLogin | null, call: string): KeptAnswer | null {
  if (login?.row.openedBy !== call) return null;
  const { row, issuedAtMs, expiresAtMs } = login;
  return { tokenId: row.tokenId, issuedAtMs, expiresAtMs, replaced: false };
}

/** Whether a ban holds at that time. */
export const isBanned = ({ bannedUntilMs }: Account, nowMs: number): boolean =>
  bannedUntilMs === bannedForEver || bannedUntilMs > nowMs;

function answered(
  account: Account,
  { replaced, ...answer }: KeptAnswer,
): { readonly grant: Grant; readonly replaced: boolean } {
  return { grant: grantOf(account, answer), replaced };
}

const grantOf = (
  { player, name, role }: Account,
  { tokenId, issuedAtMs, expiresAtMs }: Omit<KeptAnswer, "replaced">,
): Grant => ({ player, tokenId, name, role, issuedAtMs, expiresAtMs });

function keep({ tables, source }: Parts, call: string, answer: KeptAnswer): void {
  const nowMs = source.nowMs();
  tables.forget({ answersMs: nowMs - answersKeptMs, evictionsMs: nowMs - evictionsKeptMs });
  tables.keepAnswer(call, answer, nowMs);
}

function end(parts: Parts, { call, player, tokenId }: EndRequest): boolean {
  if (parts.tables.answer(call) !== null) return true;
  if (!endLogin(parts, player, tokenId)) return false;
  keep(parts, call, { tokenId, issuedAtMs: 0, expiresAtMs: 0, replaced: false });
  return true;
}

function endNewest(parts: Parts, player: PlayerId): void {
  const row = parts.tables.login(player)?.row;
  if (row !== undefined) endLogin(parts, player, row.tokenId);
}

function endLogin({ tables, source }: Parts, player: PlayerId, tokenId: string): boolean {
  const login = tables.login(player);
  const ended = loginEnded(login?.row ?? null, tokenId);
  if (login === null || ended === null) return false;
  tables.putLogin({ ...login, row: ended.row });
  if (ended.evict !== null) tables.addEviction(ended.evict, source.nowMs());
  return true;
}

function standing(parts: Parts, request: StandingRequest): Standing {
  const { player, tokenId, server, instance } = request;
  const { tables, source, seen } = parts;
  const nowMs = source.nowMs();
  const login = tables.login(player);
  const account = counted(parts, tables.accountOf(player));
  if (login === null || account === null) return { kind: "invalid", reason: "revoked" };
  // 0 takes nobody into a world and has no number that it could hold (A6).
  const isHolder = server === null || server === 0 || tables.instanceOf(server) === instance;
  const at = { tokenId, server, isHolder, nowMs, evicting: tables.evicting(player) };
  const reason = tokenStanding(login.row, at, seen);
  if (reason !== null) return { kind: "invalid", reason };
  const { issuedAtMs, expiresAtMs } = login;
  return { kind: "valid", grant: grantOf(account, { tokenId, issuedAtMs, expiresAtMs }) };
}

function report(parts: Parts, status: ServerStatus): readonly LoginKey[] | null {
  const { tables, source, seen } = parts;
  const nowMs = source.nowMs();
  const server = status.server.id;
  const isAnothers = (tables.instanceOf(server) ?? status.instance) !== status.instance;
  if (isAnothers && isServerAlive(server, nowMs, seen)) return null;
  tables.putServer({ ...status.server, seenAtMs: nowMs }, status.instance);
  if (status.reset) {
    tables.clearEvictions(server);
    for (const login of tables.loginsOn(server)) {
      tables.putLogin({ ...login, row: loginReset(login.row, { server, nowMs }) });
    }
  }
  for (const [player, tokenId] of status.evicted) {
    tables.removeEviction({ server, player, tokenId });
  }
  for (const key of status.left) left(parts, key, { server, nowMs });
  for (const key of status.entered) entered(parts, key, { server, nowMs });
  return tables.evictionsOf(server);
}

interface At {
  readonly server: number;
  readonly nowMs: number;
}

function left({ tables }: Parts, [player, tokenId]: LoginKey, at: At): void {
  const login = tables.login(player);
  if (login === null) return;
  const row = loginLeft(login.row, { ...at, tokenId });
  if (row !== login.row) tables.putLogin({ ...login, row });
}

function entered({ tables, seen }: Parts, [player, tokenId]: LoginKey, at: At): void {
  const login = tables.login(player);
  const row: LoginRow | null = loginEntered(login?.row ?? null, { ...at, tokenId }, seen);
  const eviction: Eviction = { server: at.server, player, tokenId };
  if (login === null || row === null) tables.addEviction(eviction, at.nowMs);
  else tables.putLogin({ ...login, row });
}
