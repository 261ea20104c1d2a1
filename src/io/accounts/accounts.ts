/**
 * All that a server needs of accounts, opened before it listens: the store, the hashes, the keys of
 * tokens. The roles of one process share it.
 */
import { availableParallelism } from "node:os";
import { dirname, join } from "node:path";
import { randomBytes } from "node:crypto";
import type { ServerInfo } from "../../core/features/accounts/index.ts";
import type { CounterEntry } from "../../core/kernel/counters.ts";
import { addressOf, hostConfigOf, rolesOf } from "../config.ts";
import type { Role, ServerConfig } from "../config.ts";
import type { Performer } from "../performers.ts";
import { hasRoom } from "../replace-file.ts";
import { StartError } from "../start-error.ts";
import { callScope } from "./call-scope.ts";
import { HashPool } from "./hash-pool.ts";
import { accountPerformers } from "./performers.ts";
import type { AccountParts } from "./performers.ts";
import type { SqliteOptions } from "./sqlite-store.ts";
import { openMemoryStore, openStoreThread } from "./store-client.ts";
import type { OpenStore } from "./store-client.ts";
import { keySetFile, openTokenKeys } from "./token-keys.ts";
import { TokenChecker } from "./tokens.ts";

export interface Accounts {
  /**
   * The performers of one role.
   *
   * @param port which the role listens on, asked for when it reports itself
   * @throws StartError when the role's folder cannot be written
   */
  performers(role: Role, port: () => number): Readonly<Record<string, Performer>>;
  entries(): Iterable<CounterEntry>;
  /** Resolves when everything that was ordered is done. */
  close(): Promise<void>;
}

/**
 * Opens what the configuration says. Development makes what is missing.
 *
 * @throws StartError ACCOUNTS_UNUSABLE or TOKEN_KEY_UNUSABLE, saying what to set
 */
export async function openAccounts(
  config: ServerConfig,
  warn: AccountParts["warn"],
): Promise<Accounts> {
  const { mode, accounts, tokens, dataDir } = config;
  const isDevelopment = mode === "development";
  checkReachable(config);
  checkHashes(config);
  const signs = rolesOf(config).includes("login");
  const keys = openTokenKeys({ ...tokens, mode, dataDir, signs });
  const keysFile = tokens.publicKeys ?? (isDevelopment ? keySetFile(dataDir) : null);
  const opened = await openStore(config);
  const threads = hashThreads(config);
  const hashes = new HashPool({ threads, waitingMax: accounts.hashesWaitingMax * threads });
  const parts: AccountParts = {
    store: opened.store,
    hashes,
    hashParameters: {
      memoryKib: accounts.hashMemoryKib,
      passes: accounts.hashPasses,
      lanes: accounts.hashLanes,
    },
    checker: new TokenChecker(keys.trusted, keysFile),
    signing: keys.signing,
    isDevelopment,
    warn,
  };
  return {
    performers: (role, port) =>
      accountPerformers(parts, {
        scope: callScope(join(dataDir, role)),
        card: () => (role === "game" ? cardOf(config, port()) : null),
      }),
    entries: () => hashes.entries(),
    close: async () => {
      await hashes.close();
      await opened.close();
    },
  };
}

/** The database that a server with this configuration uses. */
export function databaseOf({ mode, accounts, dataDir }: ServerConfig): SqliteOptions {
  const path = accounts.database ?? join(dataDir, "reprise.db");
  return { path, mode, busyTimeoutMs: accounts.busyTimeoutMs };
}

/** What the user is told of a database that cannot be opened. */
export const databaseFailure = (path: string, reason: string): string => {
  const what = reason.replace(/^(\w*Error: )+/, "");
  // SQLite calls it an I/O error when there is no room for its shared memory.
  const advice = hasRoom(dirname(path)) ? "" : "the disk is full: free space there, or ";
  return `the accounts database ${path} cannot be opened (${what}); ${advice}set another one with --set accounts.database=FILE`;
};

async function openStore(config: ServerConfig): Promise<OpenStore> {
  const { mode, accounts } = config;
  if (accounts.store === "memory") {
    if (mode === "production") throw unusable(memoryInProduction);
    const tokenId = (): string => randomBytes(16).toString("base64url");
    return openMemoryStore({ mode, tokenId, nowMs: Date.now });
  }
  if (mode === "production" && accounts.database === null) throw unusable(noDatabase);
  const options = databaseOf(config);
  try {
    return await openStoreThread(options);
  } catch (error) {
    throw unusable(databaseFailure(options.path, (error as Error).message));
  }
}

const memoryInProduction =
  "production does not keep accounts in memory: --set accounts.store=sqlite";
const noDatabase =
  "production needs a database of accounts: --set accounts.database=FILE, " +
  "and reprise accounts add NAME for each player";

function hashThreads({ accounts }: ServerConfig): number {
  // One core is left to the loop.
  return accounts.hashThreads === "auto"
    ? Math.max(1, availableParallelism() - 1)
    : accounts.hashThreads;
}

/** A game server that listens everywhere does not know by which address others reach it. */
function checkReachable(config: ServerConfig): void {
  const isListed = rolesOf(config).includes("game") && config.game.address === null;
  if (!isListed || !["0.0.0.0", "::"].includes(addressOf(config))) return;
  throw new StartError(
    "CONFIG_INVALID",
    "players must be told where this game server is: --set game.address=ADDRESS",
  );
}

/** RFC 9106 §3.1. */
function checkHashes({ accounts }: ServerConfig): void {
  if (accounts.hashMemoryKib >= 8 * accounts.hashLanes) return;
  throw new StartError(
    "CONFIG_INVALID",
    `accounts.hashMemoryKib must be at least 8 for each of ${accounts.hashLanes} lanes`,
  );
}

const cardOf = (config: ServerConfig, port: number): ServerInfo => ({
  id: config.game.id,
  name: config.game.name,
  address: config.game.address ?? addressOf(config),
  port,
  players: 0,
  max: hostConfigOf(config, "game").connectionsMax,
});

const unusable = (message: string): StartError => new StartError("ACCOUNTS_UNUSABLE", message);
