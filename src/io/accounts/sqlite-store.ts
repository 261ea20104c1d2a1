/**
 * The accounts store in an SQLite file, which several processes may have open at a time. Every call
 * blocks its thread, so a server uses it through `store-thread.ts`; the command line does not mind.
 *
 * Write-ahead log: readers and the writer do not wait for each other. A commit returns when it is
 * on the disk (`synchronous = FULL`), so that nothing that was answered is lost with the power.
 */
import { randomBytes } from "node:crypto";
import fs from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { StatementSync } from "node:sqlite";
import { storeOver } from "../../core/features/accounts/index.ts";
import type {
  Account,
  AccountStore,
  Eviction,
  KeptAnswer,
  KeptLogin,
  LoginKey,
  LoginRow,
  ServerReport,
  StoreSource,
  Tables,
} from "../../core/features/accounts/index.ts";
import { playerId } from "../../core/kernel/ids.ts";
import type { PlayerId } from "../../core/kernel/ids.ts";
import { makeFolderSync } from "../folders.ts";
import { migrate } from "./schema.ts";

export interface SqliteOptions {
  readonly path: string;
  readonly mode: StoreSource["mode"];
  /** How long to wait for another process's transaction. */
  readonly busyTimeoutMs: number;
}

export interface SqliteStore {
  readonly store: AccountStore;
  close(): void;
}

/**
 * Opens the file, making it (mode 0600) and its schema if need be.
 *
 * @throws SchemaError, and what `node:sqlite` and `node:fs` throw when it cannot be opened
 */
export function openSqliteStore(
  options: SqliteOptions,
  source: Partial<StoreSource> = {},
): SqliteStore {
  const nowMs = source.nowMs ?? Date.now;
  makeFolderSync(dirname(options.path), 0o700);
  // SQLite gives its other files the mode of this one; left to itself it lets everybody read.
  fs.closeSync(fs.openSync(options.path, "a", 0o600));
  const database = new DatabaseSync(options.path, {
    timeout: options.busyTimeoutMs,
    enableForeignKeyConstraints: true,
  });
  try {
    database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL");
    migrate(database, nowMs());
    const tokenId = source.tokenId ?? (() => randomBytes(16).toString("base64url"));
    const store = storeOver(new SqliteTables(database), { mode: options.mode, nowMs, tokenId });
    return { store, close: () => database.close() };
  } catch (error) {
    database.close();
    throw error;
  }
}

type Row = Readonly<Record<string, unknown>>;
type Value = string | number | null;

const statements = {
  addAccount: `INSERT INTO accounts
    (name, name_key, role, password_hash, password_version, banned_until_ms, ban_reason, origin,
      created_at_ms)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  putAccount: `UPDATE accounts SET role = ?, password_hash = ?, password_version = ?,
    banned_until_ms = ?, ban_reason = ?, origin = ? WHERE player = ?`,
  accountOfName: "SELECT * FROM accounts WHERE name_key = ?",
  accountOf: "SELECT * FROM accounts WHERE player = ?",
  accounts: "SELECT * FROM accounts WHERE player > ? ORDER BY player LIMIT ?",
  login: "SELECT * FROM logins WHERE player = ?",
  putLogin: "INSERT OR REPLACE INTO logins VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
  loginsOn: "SELECT * FROM logins WHERE server = ? ORDER BY player",
  servers: "SELECT * FROM servers ORDER BY id",
  server: "SELECT * FROM servers WHERE id = ?",
  putServer: "INSERT OR REPLACE INTO servers VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
  evictionsOf: "SELECT player, token_id FROM evictions WHERE server = ? ORDER BY number",
  evicting: "SELECT server FROM evictions WHERE player = ? ORDER BY number",
  addEviction: `INSERT INTO evictions (server, player, token_id, at_ms) VALUES (?, ?, ?, ?)
    ON CONFLICT DO NOTHING`,
  removeEviction: "DELETE FROM evictions WHERE server = ? AND player = ? AND token_id = ?",
  clearEvictions: "DELETE FROM evictions WHERE server = ?",
  answer: "SELECT * FROM answers WHERE call = ?",
  keepAnswer: "INSERT INTO answers VALUES (?, ?, ?, ?, ?, ?)",
  forgetAnswers: "DELETE FROM answers WHERE at_ms < ?",
  forgetEvictions: "DELETE FROM evictions WHERE at_ms < ?",
} as const;

type StatementName = keyof typeof statements;

class SqliteTables implements Tables {
  readonly #database: DatabaseSync;
  readonly #prepared = new Map<StatementName, StatementSync>();

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  transaction<T>(body: () => T): T {
    // At once and not with the first write: what is decided on must not change before it is done.
    return this.#alone("BEGIN IMMEDIATE", body);
  }

  snapshot<T>(body: () => T): T {
    return this.#alone("BEGIN DEFERRED", body);
  }

  addAccount(account: Omit<Account, "player">, key: string): Account | null {
    // An insert that meets a conflict would use up a number.
    if (this.accountOfName(key) !== null) return null;
    const { name, role, passwordHash, passwordVersion } = account;
    const { bannedUntilMs, banReason, origin, createdAtMs } = account;
    const who = [name, key, role, passwordHash, passwordVersion];
    const since = [bannedUntilMs, banReason, origin, createdAtMs];
    const { lastInsertRowid } = this.#statement("addAccount").run(...who, ...since);
    return { ...account, player: playerId(Number(lastInsertRowid)) };
  }

  putAccount(account: Account): void {
    const { player, role, passwordHash, passwordVersion } = account;
    const { bannedUntilMs, banReason, origin } = account;
    const values = [role, passwordHash, passwordVersion, bannedUntilMs, banReason, origin];
    this.#run("putAccount", ...values, player);
  }

  accountOfName(key: string): Account | null {
    return this.#one("accountOfName", [key], accountOf);
  }

  accountOf(player: PlayerId): Account | null {
    return this.#one("accountOf", [player], accountOf);
  }

  accounts(after: number, limit: number): readonly Account[] {
    return this.#all("accounts", [after, limit], accountOf);
  }

  login(player: PlayerId): KeptLogin | null {
    return this.#one("login", [player], loginOf);
  }

  putLogin({ row, issuedAtMs, expiresAtMs }: KeptLogin): void {
    const { player, tokenId, device, state, server, seenAtMs, openedBy } = row;
    const own = [player, tokenId, device, state, server, seenAtMs, openedBy];
    this.#run("putLogin", ...own, issuedAtMs, expiresAtMs);
  }

  loginsOn(server: number): readonly KeptLogin[] {
    return this.#all("loginsOn", [server], loginOf);
  }

  servers(): Iterable<ServerReport> {
    return this.#all("servers", [], serverOf);
  }

  serverSeen(server: number): number | null {
    return this.#one("server", [server], serverOf)?.seenAtMs ?? null;
  }

  instanceOf(server: number): string | null {
    return this.#one("server", [server], (row) => row["instance"] as string);
  }

  putServer(report: ServerReport, instance: string): void {
    const { id, name, address, port, players, max, seenAtMs } = report;
    this.#run("putServer", id, name, address, port, players, max, seenAtMs, instance);
  }

  evictionsOf(server: number): readonly LoginKey[] {
    return this.#all("evictionsOf", [server], (row): LoginKey => [
      playerId(row["player"] as number),
      row["token_id"] as string,
    ]);
  }

  evicting(player: PlayerId): readonly number[] {
    return this.#all("evicting", [player], (row) => row["server"] as number);
  }

  addEviction({ server, player, tokenId }: Eviction, nowMs: number): void {
    this.#run("addEviction", server, player, tokenId, nowMs);
  }

  removeEviction({ server, player, tokenId }: Eviction): void {
    this.#run("removeEviction", server, player, tokenId);
  }

  clearEvictions(server: number): void {
    this.#run("clearEvictions", server);
  }

  answer(call: string): KeptAnswer | null {
    return this.#one("answer", [call], answerOf);
  }

  keepAnswer(call: string, answer: KeptAnswer, nowMs: number): void {
    const { tokenId, issuedAtMs, expiresAtMs, replaced } = answer;
    this.#run("keepAnswer", call, tokenId, issuedAtMs, expiresAtMs, replaced ? 1 : 0, nowMs);
  }

  forget(before: { readonly answersMs: number; readonly evictionsMs: number }): void {
    this.#run("forgetAnswers", before.answersMs);
    this.#run("forgetEvictions", before.evictionsMs);
  }

  #alone<T>(begin: string, body: () => T): T {
    this.#database.exec(begin);
    try {
      const result = body();
      this.#database.exec("COMMIT");
      return result;
    } catch (error) {
      if (this.#database.isTransaction) this.#database.exec("ROLLBACK");
      throw error;
    }
  }

  #run(name: StatementName, ...values: readonly Value[]): void {
    this.#statement(name).run(...values);
  }

  #one<T>(name: StatementName, values: readonly Value[], read: (row: Row) => T): T | null {
    const row = this.#statement(name).get(...values);
    return row === undefined ? null : read(row);
  }

  #all<T>(name: StatementName, values: readonly Value[], read: (row: Row) => T): readonly T[] {
    return this.#statement(name)
      .all(...values)
      .map(read);
  }

  #statement(name: StatementName): StatementSync {
    const known = this.#prepared.get(name);
    if (known !== undefined) return known;
    const prepared = this.#database.prepare(statements[name]);
    this.#prepared.set(name, prepared);
    return prepared;
  }
}

// The schema is strict, so a column holds what its type says.

const accountOf = (row: Row): Account => ({
  player: playerId(row["player"] as number),
  name: row["name"] as string,
  role: row["role"] as Account["role"],
  passwordHash: row["password_hash"] as string,
  passwordVersion: row["password_version"] as number,
  bannedUntilMs: row["banned_until_ms"] as number,
  banReason: row["ban_reason"] as string,
  origin: row["origin"] as Account["origin"],
  createdAtMs: row["created_at_ms"] as number,
});

const loginOf = (row: Row): KeptLogin => ({
  row: {
    player: playerId(row["player"] as number),
    tokenId: row["token_id"] as string,
    device: row["device"] as string,
    state: row["state"] as LoginRow["state"],
    server: row["server"] as number | null,
    seenAtMs: row["seen_at_ms"] as number,
    openedBy: row["opened_by"] as string,
  },
  issuedAtMs: row["issued_at_ms"] as number,
  expiresAtMs: row["expires_at_ms"] as number,
});

const serverOf = (row: Row): ServerReport => ({
  id: row["id"] as number,
  name: row["name"] as string,
  address: row["address"] as string,
  port: row["port"] as number,
  players: row["players"] as number,
  max: row["max"] as number,
  seenAtMs: row["seen_at_ms"] as number,
});

const answerOf = (row: Row): KeptAnswer => ({
  tokenId: row["token_id"] as string,
  issuedAtMs: row["issued_at_ms"] as number,
  expiresAtMs: row["expires_at_ms"] as number,
  replaced: row["replaced"] === 1,
});
