/** `reprise sessions`: who is on a running server, and ending a session. */
import { setTimeout as sleep } from "node:timers/promises";
import { Refusal } from "../../client/index.ts";
import { loggedName } from "../../core/features/accounts/index.ts";
import type { operateContract } from "../../core/features/contracts.ts";
import { limits } from "../../core/kernel/limits.ts";
import { playerRoles } from "../../core/kernel/roles.ts";
import type { PlayerRole } from "../../core/kernel/roles.ts";
import { toSafeNumber } from "../../core/wire/index.ts";
import type { Decoded } from "../../core/wire/index.ts";
import { flag, readArguments, text, UsageError } from "../arguments.ts";
import type { Values } from "../arguments.ts";
import type { Command } from "../command.ts";
import { CommandError } from "../command-error.ts";
import { operating, operatingHelp, operatingOptions } from "../operating.ts";
import { printJson } from "../output.ts";

const options = { ...operatingOptions, reason: text(""), "by-name": flag() };
type Given = Values<typeof options>;

interface Action {
  readonly positionals: readonly string[];
  run(given: Given, who: string): Promise<void>;
}

export const sessions: Command = {
  name: "sessions",
  summary: "who is on a running server; end a session",
  help: `\
Usage: reprise sessions list --as NAME [--json]
       reprise sessions kick ID|NAME --as NAME [--reason TEXT]

Lists the sessions of a running server, or ends one: by its id in the list, or by its player's name.
Whoever is kicked is told so and may come back; to keep a player out, reprise accounts ban NAME. A
moderator may list, without addresses, and kick whoever is no operator.

Options:
  --reason TEXT    why, for the server's log
  --by-name        ID|NAME is a name, even if it is a number
${operatingHelp}

Exit codes: 0 done, 1 failed (no server, nobody there, not permitted, ...), 2 bad usage.`,
  async run(argv) {
    const [word = "", ...rest] = argv;
    const action = actionOf(word);
    const { values, positionals } = readArguments(rest, options, action.positionals);
    await action.run(values, positionals[0] ?? "");
    return 0;
  },
};

const actions: Readonly<Record<string, Action>> = {
  list: { positionals: [], run: list },
  kick: { positionals: ["ID|NAME"], run: kick },
};

function actionOf(word: string): Action {
  const action = Object.hasOwn(actions, word) ? actions[word] : undefined;
  if (action !== undefined) return action;
  if (word === "" || word.startsWith("-")) throw new UsageError("say what to do: list, kick");
  throw new UsageError(`unknown action "${word}": list, kick`);
}

// ---------------------------------------------------------------- list

type Info = Decoded<(typeof operateContract.entries.sessions)["reply"]>["sessions"][number];

interface Listed {
  readonly session: number;
  readonly state: string;
  readonly player: number | null;
  readonly name: string;
  readonly role: PlayerRole;
  /** Empty when it is not for the reader. */
  readonly remote: string;
  readonly secure: boolean;
  readonly openedAt: string;
  readonly heardAt: string;
}

async function list(given: Given): Promise<void> {
  if (given.reason !== "") throw new UsageError("list takes no --reason");
  if (given["by-name"]) throw new UsageError("list takes no --by-name");
  const found = await operating(given, async (on) => {
    const all: Listed[] = [];
    for (;;) {
      const afterSessionId = all.at(-1)?.session ?? 0;
      const page = await patiently(() => on.sessions({ afterSessionId, limit: 0 }));
      all.push(...page.sessions.map(listed));
      if (!page.more || page.sessions.length === 0) return all;
    }
  });
  if (given.json) return printJson({ role: given.role, sessions: found });
  for (const one of found) console.log(lineOf(one));
}

/** A list is longer than the server's budget for asking: the rest a little later. */
async function patiently<T>(ask: () => Promise<T>): Promise<T> {
  for (let refusals = 0; ; refusals += 1) {
    try {
      return await ask();
    } catch (error) {
      const isEarly = error instanceof Refusal && error.code === "RATE_LIMITED";
      if (!isEarly || refusals === refusalsMax) throw error;
      await sleep(Math.max(error.retryAfterMs, pauseMs));
    }
  }
}

const pauseMs = 100;
/** In a row. */
const refusalsMax = 50;

/** In the order of their numbers on the wire. */
const states = ["handshaking", "connected", "authenticated", "inWorld", "disconnecting"] as const;

const listed = (info: Info): Listed => ({
  session: numberOf(info.sessionId),
  state: states[info.state ?? 0] ?? "unknown",
  player: numberOf(info.playerId) === 0 ? null : numberOf(info.playerId),
  name: info.playerName ?? "",
  role: playerRoles[info.role ?? 0] ?? "player",
  remote: info.remote ?? "",
  secure: info.secure ?? false,
  openedAt: new Date(numberOf(info.openedAt)).toISOString(),
  heardAt: new Date(numberOf(info.heardAt)).toISOString(),
});

const numberOf = (value: Info["sessionId"]): number => toSafeNumber(value ?? 0) ?? 0;

function lineOf({ session, state, player, name, role, remote, openedAt }: Listed): string {
  const notes = [
    ...(player === null ? [] : [`player ${player}`, role]),
    state,
    ...(remote === "" ? [] : [remote]),
    `since ${openedAt}`,
  ];
  const who = player === null ? "nobody yet" : loggedName(name);
  return `${String(session).padStart(6)}  ${who}  (${notes.join(", ")})`;
}

// ---------------------------------------------------------------- kick

async function kick(given: Given, who: string): Promise<void> {
  const { reason } = given;
  if (Buffer.byteLength(reason) > limits.kickReasonBytesMax) {
    throw new UsageError(`--reason is longer than ${limits.kickReasonBytesMax} bytes`);
  }
  const isId = !given["by-name"] && /^[1-9][0-9]{0,14}$/.test(who);
  if (who === "" || Buffer.byteLength(who) > limits.usernameBytesMax) {
    throw new UsageError("ID|NAME is a session's id or a player's name");
  }
  const whom = isId ? { sessionId: Number(who) } : { playerName: who };
  const { sessionId, playerId, playerName } = await operating(given, async (on) => {
    try {
      return await on.kick({ ...whom, reason });
    } catch (error) {
      throw error instanceof Refusal && error.code === "NOT_FOUND" ? absent(who, isId) : error;
    }
  });
  const session = numberOf(sessionId);
  const player = numberOf(playerId) === 0 ? null : numberOf(playerId);
  if (given.json) return printJson({ role: given.role, session, player, name: playerName });
  const name = player === null ? "" : ` of ${loggedName(playerName)}`;
  console.log(`kicked session ${session}${name}`);
}

const absent = (who: string, isId: boolean): CommandError =>
  new CommandError(
    `${isId ? `no session ${who} is` : `nobody called ${JSON.stringify(who)} is`} there; ` +
      "see reprise sessions list",
    { code: "NOT_FOUND" },
  );
