/** The database of accounts, as a command opens it beside the servers that use it. */
import { existsSync } from "node:fs";
import { databaseFailure, databaseOf } from "../io/accounts/accounts.ts";
import { openSqliteStore } from "../io/accounts/sqlite-store.ts";
import type { SqliteStore } from "../io/accounts/sqlite-store.ts";
import type { ServerConfig } from "../io/config.ts";
import { CommandError } from "./command-error.ts";

/**
 * @param mode of the reader: production does not see accounts that development has made
 * @param mayCreate whether a database that is named and not there is made; a misspelt one is not
 * @throws CommandError that says what to set
 */
export function openAccountStore(
  config: ServerConfig,
  mode: ServerConfig["mode"],
  mayCreate = false,
): SqliteStore {
  if (config.accounts.store === "memory") {
    throw new CommandError("accounts.store is memory: there is nothing outside of the server");
  }
  const database = { ...databaseOf(config), mode };
  if (!existsSync(config.dataDir) && config.accounts.database === null) {
    throw new CommandError(
      `there is no data folder ${config.dataDir}; name it with --data-dir DIR, ` +
        "or the database with --set accounts.database=FILE",
    );
  }
  const isNamed = config.accounts.database !== null;
  if (isNamed && !mayCreate && !existsSync(database.path)) {
    throw new CommandError(
      `there is no database ${database.path}; reprise accounts add makes one with its first account`,
    );
  }
  try {
    return openSqliteStore(database);
  } catch (error) {
    throw new CommandError(databaseFailure(database.path, String(error)));
  }
}

export const unknownAccount = (name: string): CommandError =>
  new CommandError(`no account is called ${JSON.stringify(name)}; see reprise accounts list`);
