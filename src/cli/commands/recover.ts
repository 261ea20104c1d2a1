/**
 * `reprise recover`: ends a journal's tail in order, so that the next build may go on from it. The
 * build that wrote the tail steps it, which is this one or another that `--build` names, and leaves
 * a checkpoint, as an orderly end of its server would have.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { Server } from "../../io/server.ts";
import { flag, readArguments, text, UsageError } from "../arguments.ts";
import { CommandError } from "../command-error.ts";
import type { Command } from "../command.ts";
import { grouped, printJson } from "../output.ts";
import { loadServerConfig, serverOptions, serverOptionsHelp } from "../server-arguments.ts";

const help = `\
Usage: reprise recover [--build PATH | --adopt-tail] [OPTIONS]

Recovers a server that has not ended in order, and ends it in order: steps what its journal has
behind the newest checkpoint, leaves a checkpoint, and serves nobody. From there on any build that
knows the states of the one before can start. The server itself must not run.

  --build PATH     the build that wrote the tail, where it is not this one: its checkout, or its
                   folder in node_modules. Only the build that wrote events is sure to read them
                   the same way
  --adopt-tail     step the tail with this build, whoever wrote it. Where the two differ in what
                   they make of these events, what players were told is no longer true

${serverOptionsHelp}
  --json           print one JSON object

Calls to the outside that were in flight are made again, as by any start. Settings must be those of
the server; of its ports none is used.

Exit code 0: there is a checkpoint. 1: it cannot be recovered; one line says why. 2: bad usage.

Examples:
  reprise recover --data-dir data --role game
  reprise recover --data-dir data --build ../reprise-0.1.0`;

const options = {
  ...serverOptions,
  build: text(null),
  "adopt-tail": flag(),
  json: flag(),
};

/** Whoever connects to a server that is about to end would only be sent away. */
const ownSets = ["ports.login=0", "ports.game=0", "metrics.enabled=false", "log.level=error"];

/** Fields may be added, never renamed. */
interface Recovered {
  /** Null: this one. */
  readonly build: string | null;
  /** Events stepped, by role; null where there was no journal. */
  readonly events: Readonly<Record<string, number | null>>;
}

export const recover: Command = {
  name: "recover",
  summary: "end a journal's tail in order, with the build that wrote it",
  help,
  async run(argv) {
    const { values } = readArguments(argv, options);
    const { build, json } = values;
    if (build !== null && values["adopt-tail"]) {
      throw new UsageError("--build and --adopt-tail are two ways of the same: choose one");
    }
    const adopting = values["adopt-tail"] ? ["journal.adoptTail=true"] : [];
    const given = { ...values, set: [...values.set, ...ownSets, ...adopting] };
    const recovered =
      build === null ? await recoverHere(given) : await recoverWith(build, argumentsOf(given));
    if (json) printJson(recovered);
    else tell(recovered);
    return 0;
  },
};

async function recoverHere(values: Parameters<typeof loadServerConfig>[0]): Promise<Recovered> {
  const server = new Server({ config: loadServerConfig(values).config });
  await server.start();
  const events = eventsOf(server.recovered);
  const { code, message } = await server.stop();
  if (code !== 0) throw new CommandError(`it was recovered, and did not end in order: ${message}`);
  return { build: null, events };
}

/** A server of that build, from its start to an orderly end. */
async function recoverWith(build: string, argv: readonly string[]): Promise<Recovered> {
  const program = programOf(build);
  const child = spawn(process.execPath, [program, "serve", "--json", ...argv], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  let out = "";
  let errors = "";
  child.stdout.on("data", (piece: Buffer) => {
    out += piece.toString();
    if (out.includes("\n")) child.kill("SIGTERM");
  });
  child.stderr.on("data", (piece: Buffer) => (errors += piece.toString()));
  await once(child, "close");
  const { recovered } = JSON.parse(out.split("\n")[0] || "{}") as Partial<Announced>;
  if (child.exitCode === 0 && recovered !== undefined) {
    return { build: resolve(build), events: eventsOf(recovered) };
  }
  throw new CommandError(`the build at ${build} did not do it: ${lastWords(errors)}`);
}

interface Announced {
  readonly recovered: Readonly<Record<string, { readonly events: number } | null>>;
}

const eventsOf = (
  recovered: Readonly<Partial<Record<string, { readonly events: number } | null>>>,
): Recovered["events"] =>
  Object.fromEntries(Object.entries(recovered).map(([role, one]) => [role, one?.events ?? null]));

/** Behind the log's lines, what the command itself has said. */
function lastWords(errors: string): string {
  const lines = errors.split("\n").filter((line) => line !== "" && !line.startsWith("{"));
  return lines.at(-1)?.replace(/^reprise serve: /, "") ?? "it ended without a word";
}

/** @throws CommandError that says what is there instead */
function programOf(build: string): string {
  const stats = statSync(build, { throwIfNoEntry: false });
  if (stats === undefined) throw new CommandError(`${build} does not exist`);
  const places = ["src/io/main.js", "dist/io/main.js"].map((place) => join(build, place));
  const program = stats.isFile() ? build : places.find((place) => existsSync(place));
  if (program !== undefined) return program;
  throw new CommandError(`${build} is no build of Reprise: it has no ${places.join(" and no ")}`);
}

/** For a program in another folder, which is run in this one. */
function argumentsOf(values: Parameters<typeof loadServerConfig>[0]): readonly string[] {
  const { config, role } = values;
  const dataDir = values["data-dir"];
  return [
    ...(config === null ? [] : ["--config", config]),
    ...(role === null ? [] : ["--role", role]),
    ...(dataDir === null ? [] : ["--data-dir", dataDir]),
    ...values.set.flatMap((each) => ["--set", each]),
  ];
}

function tell({ build, events }: Recovered): void {
  const by = build === null ? "this build" : `the build at ${build}`;
  for (const [role, count] of Object.entries(events)) {
    const what = count === null ? "there was no journal" : `${grouped(count)} events stepped`;
    console.log(`${role}: ${what} by ${by}; there is a checkpoint, and another build can start`);
  }
}
