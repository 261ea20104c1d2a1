/**
 * Commands to a running server, given as one of its operators. There is no private door: the
 * command logs an account in, on the database that the server uses and with the key that it
 * believes in, and is a client of the server like any other. Whoever may read both files is
 * whoever runs the server.
 *
 * The login is ended afterwards, whatever happened. One that a killed command has left behind is
 * replaced by the next command of the account, because all of them come from one device.
 */
import { randomUUID } from "node:crypto";
import { connect, Refusal } from "../client/index.ts";
import type { Game } from "../client/index.ts";
import { operateContract } from "../core/features/contracts.ts";
import { isBanned } from "../core/features/accounts/index.ts";
import type { Account, AccountStore, Grant } from "../core/features/accounts/index.ts";
import { openSigningKey } from "../io/accounts/token-keys.ts";
import { signToken } from "../io/accounts/tokens.ts";
import type { ServerConfig } from "../io/config.ts";
import { runningServers } from "../io/run-record.ts";
import type { RunRecord } from "../io/run-record.ts";
import { openAccountStore, unknownAccount } from "./account-store.ts";
import { flag, text, UsageError } from "./arguments.ts";
import type { Values } from "./arguments.ts";
import { CommandError } from "./command-error.ts";
import { loadServerConfig, serverOptions } from "./server-arguments.ts";

/** The options of every such command. */
export const operatingOptions = {
  as: text(null),
  role: text("game"),
  config: serverOptions.config,
  "data-dir": serverOptions["data-dir"],
  set: serverOptions.set,
  json: flag(),
};

export const operatingHelp = `\
  --as NAME        the account that operates: an operator's or, to list and kick, a moderator's
  --role ROLE      which server: game (default) or login
  --config FILE    the settings that the server runs with, from a YAML file
  --data-dir DIR   the server's data folder (default: data)
  --set KEY=VALUE  one of its settings, as accounts.database=FILE or tokens.keyFile=FILE
  --json           print one JSON object`;

type Face = Game<readonly [typeof operateContract]>["operate"];
type Given = Values<typeof operatingOptions>;

/** The token is shown at once; a session that has begun needs it no more. */
const lifetimeMs = 60_000;
const device = "reprise command line";

/**
 * Does something on the server as the account that `--as` names.
 *
 * @throws UsageError, and CommandError in one line for all that can be wrong: no such server or
 *   account, the account's role, an answer that is no success
 */
export async function operating<T>(given: Given, work: (on: Face) => Promise<T>): Promise<T> {
  const { as: name, role } = given;
  if (role !== "game" && role !== "login") {
    throw new UsageError(`--role is game or login, not "${role}"`);
  }
  if (name === null) throw new UsageError("--as NAME is missing: the account that operates");
  const { config } = loadServerConfig({ ...given, role: null });
  const server = runningServer(config, role);
  const opened = openAccountStore(config, server.mode);
  const { store } = opened;
  try {
    const account = operatorCalled(store, name);
    const grant = loggedIn(store, account);
    try {
      const token = await tokenOf(grant, config);
      return await connected(server, role, async (on) => {
        await on.begin({ sessionToken: token });
        return work(on);
      });
    } catch (error) {
      throw error instanceof Refusal ? explained(error, account) : error;
    } finally {
      const { player, tokenId } = grant;
      store.end({ player, tokenId, call: callName() });
    }
  } finally {
    opened.close();
  }
}

function runningServer({ dataDir, mode }: ServerConfig, role: "login" | "game"): RunRecord {
  const found = runningServers(dataDir).find(({ urls }) => urls[role] !== undefined);
  if (found === undefined) {
    throw new CommandError(`no ${role} server is running on data folder ${dataDir}`);
  }
  if (found.mode === mode) return found;
  throw new CommandError(
    `the server runs in ${found.mode}, these settings are of ${mode}: ` +
      "give those that it runs with, by --config FILE or --set KEY=VALUE",
  );
}

function operatorCalled(store: AccountStore, name: string): Account {
  const account = store.find(name);
  if (account === null) throw unknownAccount(name);
  if (isBanned(account, Date.now())) throw new CommandError(`${account.name} is banned`);
  if (account.role !== "player") return account;
  throw new CommandError(
    `${account.name} is a player; to make an operator: ` +
      `reprise accounts role ${account.name} operator`,
  );
}

function loggedIn(store: AccountStore, { player, name, passwordVersion }: Account): Grant {
  const whose = { call: callName(), player, passwordVersion, device };
  const wish = { ...whose, graceMs: lifetimeMs, lifetimeMs, needsServer: false };
  const outcome = store.open(wish);
  if (outcome.kind === "opened") return outcome.grant;
  throw new CommandError(
    `${name} is logged in elsewhere, or was until a moment ago; log out there, ` +
      "or operate as another account",
  );
}

/** Names an asking as no server's does: theirs begin with a scope. */
const callName = (): string => `command ${randomUUID()}`;

async function tokenOf(grant: Grant, { mode, dataDir, tokens }: ServerConfig): Promise<string> {
  const key = openSigningKey({ mode, dataDir, keyFile: tokens.keyFile });
  return Buffer.from(await signToken(grant, key)).toString("latin1");
}

async function connected<T>(
  { urls, fingerprint }: RunRecord,
  role: "login" | "game",
  work: (on: Face) => Promise<T>,
): Promise<T> {
  const trust = fingerprint === null ? {} : { fingerprint };
  const contracts = [operateContract] as const;
  const game = await connect(urls[role] ?? "", { contracts, ...trust, reconnect: null });
  try {
    return await work(game.operate);
  } finally {
    await game.close();
  }
}

function explained({ code, message }: Refusal, { name, role }: Account): CommandError {
  switch (code) {
    case "INVALID_CREDENTIALS":
      return new CommandError(
        "the server does not believe this login: give the settings that it runs with, " +
          "--config FILE, --set accounts.database=FILE or --set tokens.keyFile=FILE",
        { code },
      );
    case "NOT_PERMITTED":
      return new CommandError(`${name} is a ${role}, who may not do this`, { code });
    default:
      return new CommandError(message, { code });
  }
}
