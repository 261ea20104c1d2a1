/**
 * The `reprise` command: finds the command by its name and runs it. A command's module is loaded
 * when it is wanted and not before, so that `reprise inspect` does not pay for a server.
 *
 * Exit codes: 0 done, 1 failed (one line on standard error says why), 2 bad usage.
 */
import { readFile } from "node:fs/promises";
import { ApiMisuseError } from "../core/kernel/assert.ts";
import { UsageError } from "./arguments.ts";
import { CommandError } from "./command-error.ts";
import type { Command } from "./command.ts";
import { nearest } from "../core/kernel/nearest.ts";
import { printJson } from "./output.ts";

/** By name, in the order of the list that `--help` prints. */
const commands: Readonly<Record<string, () => Promise<Command>>> = {
  serve: async () => (await import("./commands/serve.ts")).serve,
  load: async () => (await import("./commands/load.ts")).load,
  watch: async () => (await import("./commands/watch.ts")).watch,
  replay: async () => (await import("./commands/replay.ts")).replay,
  inspect: async () => (await import("./commands/inspect.ts")).inspect,
  export: async () => (await import("./commands/export.ts")).exportCommand,
  diff: async () => (await import("./commands/diff.ts")).diff,
  recover: async () => (await import("./commands/recover.ts")).recover,
  sim: async () => (await import("./commands/sim.ts")).sim,
  accounts: async () => (await import("./commands/accounts.ts")).accounts,
  sessions: async () => (await import("./commands/sessions.ts")).sessions,
  announce: async () => (await import("./commands/announce.ts")).announce,
  capture: async () => (await import("./commands/capture.ts")).capture,
  kill: async () => (await import("./commands/kill.ts")).kill,
  cert: async () => (await import("./commands/cert.ts")).cert,
  config: async () => (await import("./commands/config.ts")).config,
};

/**
 * @param argv what follows the program's name. An option in place of a command, or nothing at all,
 * means `serve`.
 * @returns the exit code
 */
export async function main(argv: readonly string[]): Promise<number> {
  const [first = "serve", ...rest] = argv;
  if (first === "--help" || first === "-h" || first === "help") return help(rest);
  if (first === "--version" || first === "-v") return version();
  if (first.startsWith("-")) return run("serve", argv);
  return run(first, rest);
}

async function run(name: string, argv: readonly string[]): Promise<number> {
  const load = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (load === undefined) return unknown(name);
  try {
    const command = await load();
    if (asksForHelp(argv)) {
      console.log(command.help);
      return 0;
    }
    return await command.run(argv);
  } catch (error) {
    if (error instanceof UsageError) {
      // Where a message names the place to look already, there is no second one.
      const more = error.message.includes("; see ") ? "" : `; see reprise ${name} --help`;
      console.error(`reprise ${name}: ${error.message}${more}`);
      return 2;
    }
    const message = oneLine(error);
    console.error(`reprise ${name}: ${message}`);
    // Whoever asked for JSON gets an object also when it fails.
    const details = error instanceof CommandError ? error.details : {};
    if (argv.includes("--json")) printJson({ error: message, ...details });
    return error instanceof CommandError ? error.exitCode : 1;
  }
}

async function help(argv: readonly string[]): Promise<number> {
  const [name] = argv;
  if (name !== undefined) return run(name, ["--help"]);
  const lines: string[] = [];
  for (const load of Object.values(commands)) {
    const command = await load();
    lines.push(`  ${command.name.padEnd(9)} ${command.summary}`);
  }
  console.log(helpText(lines.join("\n")));
  return 0;
}

const helpText = (list: string): string => `\
Reprise: the game server that can play any moment again.

Usage: reprise [COMMAND] [OPTIONS]

Commands:
${list}

Without a command, reprise serves. \`reprise COMMAND --help\` says more.

Examples:
  reprise serve --data-dir data
  reprise load --scenario ping --clients 100 --rate 10 --seconds 20
  reprise load --scenario walk --clients 100 --rate 10 --seconds 20
  reprise watch
  reprise replay data/game/journal --check`;

async function version(): Promise<number> {
  const file = new URL("../../package.json", import.meta.url);
  const { version: number } = JSON.parse(await readFile(file, "utf8")) as { version: string };
  console.log(`reprise ${number} on Node ${process.versions.node}`);
  return 0;
}

function unknown(name: string): number {
  const close = nearest(name, Object.keys(commands));
  const hint = close === null ? "see" : `did you mean reprise ${close}? See`;
  console.error(`reprise: unknown command "${name}"; ${hint} reprise --help`);
  return 2;
}

/** Everything before `--` is the command's own. */
function asksForHelp(argv: readonly string[]): boolean {
  const end = argv.indexOf("--");
  const own = end < 0 ? argv : argv.slice(0, end);
  return own.includes("--help") || own.includes("-h");
}

/** A user gets one line that says what went wrong; a bug of ours also says where. */
function oneLine(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const isExpected =
    error instanceof CommandError || error instanceof ApiMisuseError || "code" in error;
  if (isExpected) return error.message.replaceAll("\n", " ");
  return error.stack ?? error.message;
}
