/**
 * The schema of the accounts database, as a list of migrations. What is in the list is never
 * changed: a new shape is a new migration behind the others.
 */
import type { DatabaseSync } from "node:sqlite";

/** "RPRS": tells this kind of file from the databases of others. */
const applicationId = 0x52_50_52_53;

interface Migration {
  readonly name: string;
  readonly sql: string;
}

const migrations: readonly Migration[] = [
  {
    name: "accounts, logins, servers",
    sql: `
      CREATE TABLE accounts (
        player INTEGER PRIMARY KEY AUTOINCREMENT,
        name TEXT NOT NULL,
        name_key TEXT NOT NULL UNIQUE,
        role TEXT NOT NULL CHECK (role IN ('player', 'moderator', 'operator')),
        password_hash TEXT NOT NULL,
        banned_until_ms INTEGER NOT NULL,
        ban_reason TEXT NOT NULL,
        origin TEXT NOT NULL CHECK (origin IN ('operator', 'development')),
        created_at_ms INTEGER NOT NULL
      ) STRICT;
      CREATE TABLE logins (
        player INTEGER PRIMARY KEY REFERENCES accounts (player),
        token_id TEXT NOT NULL,
        device TEXT NOT NULL,
        state TEXT NOT NULL CHECK (state IN ('issued', 'playing', 'ended')),
        server INTEGER CHECK ((server IS NULL) = (state <> 'playing')),
        seen_at_ms INTEGER NOT NULL,
        opened_by TEXT NOT NULL,
        issued_at_ms INTEGER NOT NULL,
        expires_at_ms INTEGER NOT NULL
      ) STRICT;
      CREATE INDEX logins_by_server ON logins (server) WHERE server IS NOT NULL;
      CREATE TABLE servers (
        id INTEGER PRIMARY KEY,
        name TEXT NOT NULL,
        address TEXT NOT NULL,
        port INTEGER NOT NULL,
        players INTEGER NOT NULL,
        max INTEGER NOT NULL,
        seen_at_ms INTEGER NOT NULL,
        instance TEXT NOT NULL
      ) STRICT;
      CREATE TABLE evictions (
        number INTEGER PRIMARY KEY,
        server INTEGER NOT NULL,
        player INTEGER NOT NULL,
        token_id TEXT NOT NULL,
        at_ms INTEGER NOT NULL,
        UNIQUE (server, player, token_id)
      ) STRICT;
      CREATE INDEX evictions_by_player ON evictions (player);
      CREATE INDEX evictions_by_time ON evictions (at_ms);
      CREATE TABLE answers (
        call TEXT PRIMARY KEY,
        token_id TEXT NOT NULL,
        issued_at_ms INTEGER NOT NULL,
        expires_at_ms INTEGER NOT NULL,
        replaced INTEGER NOT NULL,
        at_ms INTEGER NOT NULL
      ) STRICT, WITHOUT ROWID;
      CREATE INDEX answers_by_time ON answers (at_ms);
    `,
  },
  {
    name: "versions of passwords",
    sql: "ALTER TABLE accounts ADD COLUMN password_version INTEGER NOT NULL DEFAULT 0",
  },
];

/** The database is not one that this build can use. The message completes "PATH ...". */
export class SchemaError extends Error {
  override readonly name = "SchemaError";
}

/**
 * Brings the database to this build's schema, one transaction a migration. Several processes may
 * do so at once: each looks again once it is its turn.
 *
 * @throws SchemaError for a database of something else, or of a newer build
 */
export function migrate(database: DatabaseSync, nowMs: number): void {
  const read = (): number => versionOf(database);
  const known = migrations.length;
  // Looked at first without the lock that changes need: usually there is nothing to change.
  for (let version = alone(database, "DEFERRED", read); version < known;) {
    version = alone(database, "IMMEDIATE", () => {
      const now = read();
      if (now < known) apply(database, now, nowMs);
      return now + 1;
    });
  }
}

/** A transaction: what the body reads is of one moment, and what it changes is changed at once. */
function alone<T>(database: DatabaseSync, kind: "DEFERRED" | "IMMEDIATE", body: () => T): T {
  database.exec(`BEGIN ${kind}`);
  try {
    const result = body();
    database.exec("COMMIT");
    return result;
  } catch (error) {
    if (database.isTransaction) database.exec("ROLLBACK");
    throw error;
  }
}

function apply(database: DatabaseSync, version: number, nowMs: number): void {
  const { name, sql } = migrations[version] as Migration;
  if (version === 0) {
    database.exec(`PRAGMA application_id = ${applicationId}`);
    database.exec(`CREATE TABLE migrations (
      version INTEGER PRIMARY KEY, name TEXT NOT NULL, applied_at_ms INTEGER NOT NULL) STRICT`);
  }
  database.exec(sql);
  database
    .prepare("INSERT INTO migrations (version, name, applied_at_ms) VALUES (?, ?, ?)")
    .run(version + 1, name, nowMs);
}

function versionOf(database: DatabaseSync): number {
  const id = numberIn(database, "PRAGMA application_id", "application_id");
  if (id !== applicationId) {
    const tables = numberIn(database, "SELECT count(*) AS tables FROM sqlite_schema", "tables");
    if (id !== 0 || tables > 0) throw new SchemaError("is a database of something else");
    return 0;
  }
  const version = numberIn(database, "SELECT max(version) AS version FROM migrations", "version");
  if (version > migrations.length) {
    throw new SchemaError(
      `was written by a newer build (schema ${version}, this one knows ${migrations.length})`,
    );
  }
  return version;
}

const numberIn = (database: DatabaseSync, sql: string, column: string): number =>
  Number(database.prepare(sql).get()?.[column] ?? 0);
