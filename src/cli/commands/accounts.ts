/** `reprise accounts`: who may play, as what, and who may not. */
import {
  bannedForEver,
  isAccountName,
  isBanned,
  loggedName,
} from "../../core/features/accounts/index.ts";
import type { Account, AccountStore } from "../../core/features/accounts/index.ts";
import { playerRoles } from "../../core/kernel/roles.ts";
import type { PlayerRole } from "../../core/kernel/roles.ts";
import { clientHash, hashPassword } from "../../io/accounts/argon2.ts";
import type { ServerConfig } from "../../io/config.ts";
import { openAccountStore, unknownAccount } from "../account-store.ts";
import { decimal, flag, readArguments, text, UsageError } from "../arguments.ts";
import type { Values } from "../arguments.ts";
import { CommandError } from "../command-error.ts";
import type { Command } from "../command.ts";
import { printJson } from "../output.ts";
import { passwordFromInput, passwordFromTerminal } from "../password.ts";
import { loadServerConfig, serverOptions } from "../server-arguments.ts";

const dayMs = 86_400_000;
const pageAccounts = 1_000;

const options = {
  config: serverOptions.config,
  "data-dir": serverOptions["data-dir"],
  set: serverOptions.set,
  "password-stdin": flag(),
  role: text(null),
  until: text(null),
  days: decimal(null, { min: 0.001, max: 36_500 }),
  reason: text(""),
  json: flag(),
};

type Given = Values<typeof options>;

interface Order {
  readonly store: AccountStore;
  readonly config: ServerConfig;
  readonly given: Given;
  readonly name: string;
  /** What stands behind the name; empty when nothing does. */
  readonly word: string;
}

interface Action {
  /** What follows the action's name on the command line. */
  readonly positionals: readonly string[];
  /** The options that only some actions have. */
  readonly takes: readonly (keyof Given)[];
  /** Says what was done, or gives the account that it was done to. */
  run(order: Order): Promise<Account> | Account | null;
}

export const accounts: Command = {
  name: "accounts",
  summary: "add players, set passwords and roles, ban and unban, list",
  help: `\
Usage: reprise accounts add NAME [--role ROLE] [--password-stdin]
       reprise accounts password NAME [--password-stdin]
       reprise accounts role NAME ROLE
       reprise accounts ban NAME [--until DATE | --days N] [--reason TEXT]
       reprise accounts unban NAME
       reprise accounts list

Works on the database of accounts, also while servers use it. A new password, like a ban, ends the
player's login at once: a game server turns him out with its next report, within a second or two.
An account that development registered by itself is worth nothing in production until it is given
a password here.

Options:
  --role ROLE        player (default), moderator or operator
  --password-stdin   take the password from the first line of standard input; without this it is
                     asked for at the terminal. It is never an argument, which others could read
  --until DATE       the ban's end, as 2031-05-01 or 2031-05-01T18:00:00Z
  --days N           the ban's end, that many days from now; without an end it is for ever
  --reason TEXT      kept with the ban
  --config FILE      read the server's settings from a YAML file
  --data-dir DIR     the server's data folder (default: data)
  --set KEY=VALUE    set one of its settings, as accounts.database=FILE
  --json             print one JSON object

Exit codes: 0 done, 1 failed (no such account, name taken, ...), 2 bad usage.`,
  async run(argv) {
    const [word = "", ...rest] = argv;
    const action = actionOf(word);
    const { values, positionals } = readArguments(rest, options, action.positionals);
    checkOptions(word, action, values);
    const { config } = loadServerConfig({ ...values, role: null });
    // An operator sees every account, also those that count in development only.
    const opened = openAccountStore(config, "development", word === "add");
    try {
      const [name = "", role = ""] = positionals;
      const order = { store: opened.store, config, given: values, name, word: role };
      const account = await action.run(order);
      if (account === null) list(order);
      else say(word, account, values.json);
    } finally {
      opened.close();
    }
    return 0;
  },
};

const actions: Readonly<Record<string, Action>> = {
  add: { positionals: ["NAME"], takes: ["role", "password-stdin"], run: add },
  password: { positionals: ["NAME"], takes: ["password-stdin"], run: setPassword },
  role: {
    positionals: ["NAME", "ROLE"],
    takes: [],
    run: ({ store, name, word }) => known(name, store.setRole(name, roleOf(word))),
  },
  ban: {
    positionals: ["NAME"],
    takes: ["until", "days", "reason"],
    run: ({ store, given, name }) => known(name, store.ban(name, endOf(given), given.reason)),
  },
  unban: {
    positionals: ["NAME"],
    takes: [],
    run: ({ store, name }) => known(name, store.ban(name, 0, "")),
  },
  list: { positionals: [], takes: [], run: () => null },
};

function actionOf(word: string): Action {
  const action = Object.hasOwn(actions, word) ? actions[word] : undefined;
  if (action !== undefined) return action;
  const names = Object.keys(actions).join(", ");
  if (word === "" || word.startsWith("-")) throw new UsageError(`say what to do: ${names}`);
  throw new UsageError(`unknown action "${word}": ${names}`);
}

function checkOptions(word: string, { takes }: Action, given: Given): void {
  const own = ["password-stdin", "role", "until", "days", "reason"] as const;
  for (const name of own) {
    const isGiven = given[name] !== options[name].fallback;
    if (isGiven && !takes.includes(name)) throw new UsageError(`${word} takes no --${name}`);
  }
  const reason = given.reason.replaceAll(/["\\]/g, "");
  if (loggedName(reason) !== reason) throw new UsageError("--reason takes visible characters");
  if (given.until !== null && given.days !== null) {
    throw new UsageError("--until and --days are two ways to say one thing");
  }
}

async function add({ store, config, given, name }: Order): Promise<Account> {
  if (!isAccountName(name)) {
    throw new UsageError("NAME has 1 to 32 visible characters, none of them a space at its ends");
  }
  const role = given.role === null ? "player" : roleOf(given.role);
  // Before the password is asked for: nobody types one in vain.
  if (isThere(store, name)) throw taken(name);
  const passwordHash = await newHash(config, given);
  const account = store.add({ name, role, passwordHash, origin: "operator" });
  if (account === null) throw taken(name);
  return account;
}

async function setPassword({ store, config, given, name }: Order): Promise<Account> {
  if (!isThere(store, name)) throw unknownAccount(name);
  return known(name, store.setPassword(name, await newHash(config, given)));
}

async function newHash({ accounts: settings }: ServerConfig, given: Given): Promise<string> {
  const ask = given["password-stdin"] ? passwordFromInput : passwordFromTerminal;
  const password = await ask();
  const { hashMemoryKib, hashPasses, hashLanes } = settings;
  const parameters = { memoryKib: hashMemoryKib, passes: hashPasses, lanes: hashLanes };
  return hashPassword(clientHash(password), parameters);
}

function roleOf(word: string): PlayerRole {
  const role = playerRoles.find((each) => each === word);
  if (role !== undefined) return role;
  throw new UsageError(`ROLE is one of ${playerRoles.join(", ")}, not "${word}"`);
}

/** Milliseconds since the epoch. */
function endOf({ until, days }: Given): number {
  if (days !== null) return Math.round(Date.now() + days * dayMs);
  if (until === null) return bannedForEver;
  const isDate = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d)?(Z|[+-]\d\d:\d\d))?$/.test(until);
  const end = isDate ? Date.parse(until) : NaN;
  if (Number.isNaN(end)) {
    throw new UsageError(`--until is a date as 2031-05-01 or 2031-05-01T18:00:00Z, not "${until}"`);
  }
  if (end <= Date.now()) throw new UsageError(`--until ${until} is over`);
  return end;
}

const known = (name: string, account: Account | null): Account => {
  if (account === null) throw unknownAccount(name);
  return account;
};

const taken = (name: string): CommandError =>
  new CommandError(
    `an account is called ${JSON.stringify(name)} already; ` +
      "to change its password: reprise accounts password NAME",
  );

const isThere = (store: AccountStore, name: string): boolean => store.find(name) !== null;

function* everybody(store: AccountStore): Generator<Account> {
  for (let after = 0; ;) {
    const page = store.list(after, pageAccounts);
    yield* page;
    const last = page.at(-1);
    if (last === undefined) return;
    after = last.player;
  }
}

function list({ store, given }: Order): void {
  const shown = [...everybody(store)].map(describe);
  if (given.json) return printJson({ accounts: shown });
  if (shown.length === 0) console.log("no accounts; add one with reprise accounts add NAME");
  for (const account of shown) {
    const notes = [
      account.role,
      ...(account.banned ? [banText(account)] : []),
      ...(account.origin === "development" ? ["made by development"] : []),
    ];
    console.log(`${String(account.player).padStart(6)}  ${account.name}  (${notes.join(", ")})`);
  }
}

const said: Readonly<Record<string, (account: Description) => string>> = {
  add: ({ name, player, role }) => `added ${name} as player ${player} (${role})`,
  password: ({ name }) => `${name} has a new password; a login with the old one has ended`,
  role: ({ name, role }) => `${name} is ${role} from the next login on`,
  ban: (account) => `${account.name} is ${banText(account)}`,
  unban: ({ name }) => `${name} is not banned`,
};

function say(word: string, account: Account, json: boolean): void {
  const description = describe(account);
  if (json) printJson(description);
  else console.log(said[word]?.(description) ?? "");
}

interface Description {
  readonly player: number;
  readonly name: string;
  readonly role: PlayerRole;
  readonly origin: Account["origin"];
  readonly created: string;
  readonly banned: boolean;
  /** Null without a ban, or without an end of it. */
  readonly bannedUntil: string | null;
  readonly banReason: string;
}

function describe(account: Account): Description {
  const { player, name, role, origin, createdAtMs, bannedUntilMs, banReason } = account;
  const banned = isBanned(account, Date.now());
  const hasEnd = banned && bannedUntilMs !== bannedForEver;
  return {
    player,
    name,
    role,
    origin,
    created: new Date(createdAtMs).toISOString(),
    banned,
    bannedUntil: hasEnd ? new Date(bannedUntilMs).toISOString() : null,
    banReason: banned ? banReason : "",
  };
}

function banText({ bannedUntil, banReason }: Description): string {
  const end = bannedUntil === null ? "for ever" : `until ${bannedUntil}`;
  return `banned ${end}${banReason === "" ? "" : `: ${banReason}`}`;
}
