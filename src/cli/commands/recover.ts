/**
 * `reprise recover`: ends a journal's tail in order, so that the next build may go on from it. The
 * build that wrote the tail steps it, which is this one or another that `--build` names, and leaves
 * a checkpoint, as an orderly end of its server would have.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import {
  checkpointFolder,
  checkpointSequence,
  journalFolder,
  segmentSequence,
} from "../../core/journal/index.ts";
import type { Feature } from "../../core/realm/index.ts";
import { rolesOf } from "../../io/config.ts";
import { Server } from "../../io/server.ts";
import type { ServerOptions } from "../../io/server.ts";
import { flag, readArguments, text, UsageError } from "../arguments.ts";
import type { Values } from "../arguments.ts";
import { CommandError } from "../command-error.ts";
import type { Command } from "../command.ts";
import { builtinFor, featureRoles } from "../journal-role.ts";
import { grouped, printJson } from "../output.ts";
import { exportedBy, loadFeatures } from "../replay/features-file.ts";
import { loadServerConfig, serverOptions, serverOptionsHelp } from "../server-arguments.ts";

const help = `\
Usage: reprise recover [--build PATH | --adopt-tail] [--features FILE] [OPTIONS]

Recovers a server that has not ended in order, and ends it in order: steps what its journal has
behind the newest checkpoint, leaves a checkpoint, and serves nobody. From there on any build that
knows the states of the one before can start. The server itself must not run. A checkpoint that was
damaged, and what was cut from the end of the journal, are told.

  --build PATH     the build that wrote the tail, where it is not this one: its checkout, or its
                   folder in node_modules. Only the build that wrote events is sure to read them
                   the same way
  --features FILE  a module that exports the server's features, for a server of your own, and if it
                   has them its performers, as "performers"
  --features-build NAME
                   what such a server names their code, as its featuresBuild
  --adopt-tail     step the tail with this build, whoever wrote it. Where the two differ in what
                   they make of these events, what players were told is no longer true

${serverOptionsHelp}
  --json           print one JSON object

Calls to the outside that were in flight are made again, as by any start. Settings must be those of
the server; of its ports none is used. A PATH may also be the program of a server of your own, which
prints what reprise serve --json prints.

Exit code 0: there is a checkpoint, or, as the output says then, nobody knows where to look for one.
1: it cannot be recovered; one line says why. 2: bad usage.

Examples:
  reprise recover --data-dir data --role game
  reprise recover --data-dir data --build ../reprise-0.1.0
  reprise recover --data-dir data --features features.ts --features-build town-7`;

const options = {
  ...serverOptions,
  build: text(null),
  features: text(null),
  "features-build": text(null),
  "adopt-tail": flag(),
  json: flag(),
};

/** Whoever connects to a server that is about to end would only be sent away. */
const ownSets = ["ports.login=0", "ports.game=0", "metrics.enabled=false", "log.level=error"];

/** Fields may be added, never renamed. */
interface Recovered {
  /** Null: this one. */
  readonly build: string | null;
  /** Whose checkpoints were looked at; null: nobody has said where they are. */
  readonly dataDir: string | null;
  /** Events stepped, by role; null where there was no journal. */
  readonly events: Readonly<Record<string, number | null>>;
  /** Bytes cut from the end of the journal, by role: a block that was not finished. */
  readonly cutBytes: Readonly<Record<string, number>>;
  /** Checkpoints that were damaged, by role: the one before was taken. */
  readonly damagedCheckpoints: Readonly<Record<string, number>>;
  /** Damaged places of the journal before the checkpoint, by role: they were not needed. */
  readonly damagedPlaces: Readonly<Record<string, number>>;
  /** By role: there was a checkpoint and nothing of its journal. */
  readonly isJournalMissing: Readonly<Record<string, boolean>>;
}

/** What the first line of a server tells. A build of before may not tell all of it. */
interface Announced {
  readonly recovered: Found;
  readonly dataDir?: string;
}

/** What a start found, by role. A build of before may not tell all of it. */
type Found = Readonly<Partial<Record<string, FoundRole | null>>>;

interface FoundRole {
  readonly events: number;
  readonly cutBytes?: number;
  readonly damagedCheckpoints?: number;
  readonly damagedPlaces?: number;
  readonly isJournalMissing?: boolean;
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
    const { features, "features-build": featuresBuild } = values;
    if (build !== null && features !== null) {
      throw new UsageError("--features is for this build: the one at --build has its own");
    }
    if (featuresBuild !== null && features === null) {
      throw new UsageError("--features-build is for --features");
    }
    const adopting = values["adopt-tail"] ? ["journal.adoptTail=true"] : [];
    checkJournal(values, build);
    const given = { ...values, set: [...values.set, ...ownSets, ...adopting] };
    const recovered =
      build === null
        ? await recoverHere(given, await ownFeatures(features, featuresBuild))
        : await recoverWith(build, argumentsOf(given), values["data-dir"]);
    if (json) printJson(recovered);
    else tell(recovered);
    return 0;
  },
};

async function recoverHere(
  values: Values<typeof serverOptions>,
  own: Omit<ServerOptions, "config">,
): Promise<Recovered> {
  const { config } = loadServerConfig(values);
  const server = new Server({ config, ...own });
  await server.start();
  const found = server.recovered;
  const { code, message } = await server.stop();
  if (code !== 0) throw new CommandError(`it was recovered, and did not end in order: ${message}`);
  checkCheckpoints(config.dataDir, found);
  return recoveredOf({ build: null, dataDir: resolve(config.dataDir) }, found);
}

/** What a server of one's own is started with, by a module of it. */
async function ownFeatures(
  path: string | null,
  featuresBuild: string | null,
): Promise<Omit<ServerOptions, "config">> {
  if (path === null) return {};
  const lists = new Map<string, readonly Feature[]>();
  for (const role of featureRoles) {
    lists.set(role, await loadFeatures(path, role, builtinFor(role)));
  }
  const { performers } = (await exportedBy(path)) as Pick<ServerOptions, "performers">;
  return {
    features: (role) => lists.get(role) ?? [],
    ...(featuresBuild === null ? {} : { featuresBuild }),
    ...(performers === undefined ? {} : { performers }),
  };
}

/**
 * An orderly end on a full disk leaves none, and another build could not start.
 *
 * @throws CommandError for a role without a checkpoint of the end
 */
function checkCheckpoints(dataDir: string, found: Found): void {
  for (const role of Object.keys(found)) {
    const newest = (folder: string, sequenceOf: (name: string) => number | null): number => {
      const path = join(dataDir, role, folder);
      const names = existsSync(path) ? readdirSync(path) : [];
      return Math.max(0, ...names.map((name) => sequenceOf(name) ?? 0));
    };
    // The start has begun a segment of its own, and its end has a later event.
    const begun = newest(journalFolder, segmentSequence);
    if (newest(checkpointFolder, checkpointSequence) >= begun) continue;
    throw new CommandError(
      `${role} was recovered, and the disk has no room for its checkpoint: free space and do it again`,
    );
  }
}

/** A server of that build, from its start to an orderly end. */
async function recoverWith(
  build: string,
  argv: readonly string[],
  dataDir: string | null,
): Promise<Recovered> {
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
  if (child.exitCode === 0) {
    const announced = announcedIn(out, build);
    const told = dataDir ?? announced.dataDir ?? null;
    if (told !== null) checkCheckpoints(told, announced.recovered);
    const by = { build: resolve(build), dataDir: told === null ? null : resolve(told) };
    return recoveredOf(by, announced.recovered);
  }
  throw new CommandError(`the build at ${build} did not do it: ${lastWords(errors)}`);
}

/**
 * What the first line of a server says that it found.
 *
 * @throws CommandError when it is not the line that a server of Reprise prints
 */
function announcedIn(out: string, build: string): Announced {
  const [line = ""] = out.split("\n", 1);
  try {
    const announced = JSON.parse(line) as Partial<Announced> | null;
    if (announced !== null && isAnnounced(announced)) return announced;
  } catch {
    // Told below, with the line.
  }
  const said = line === "" ? "nothing" : JSON.stringify(line.slice(0, 80));
  throw new CommandError(
    `the build at ${build} ended, and did not say what it recovered: its first line is ${said}`,
  );
}

/** Of a program that is none of ours every value may be anything. */
const isAnnounced = (line: Partial<Announced>): line is Announced =>
  typeof line.recovered === "object" &&
  (line.recovered as Found | null) !== null &&
  (line.dataDir === undefined || typeof line.dataDir === "string");

function recoveredOf(by: Pick<Recovered, "build" | "dataDir">, found: Found): Recovered {
  const of = <Value>(pick: (one: FoundRole | null) => Value): Readonly<Record<string, Value>> =>
    Object.fromEntries(Object.entries(found).map(([role, one]) => [role, pick(one ?? null)]));
  return {
    ...by,
    events: of((one) => one?.events ?? null),
    cutBytes: of((one) => one?.cutBytes ?? 0),
    damagedCheckpoints: of((one) => one?.damagedCheckpoints ?? 0),
    damagedPlaces: of((one) => one?.damagedPlaces ?? 0),
    isJournalMissing: of((one) => one?.isJournalMissing === true),
  };
}

/**
 * A server makes what it does not find. Who recovers means a folder that is there.
 *
 * @throws CommandError that names what is missing
 */
function checkJournal(values: Values<typeof serverOptions>, build: string | null): void {
  // Settings of another build are its own to judge: of those only the folder is known.
  const config = build === null ? loadServerConfig(values).config : null;
  const folder = config === null ? values["data-dir"] : config.dataDir;
  if (folder === null) return;
  const stats = statSync(folder, { throwIfNoEntry: false });
  if (stats === undefined) throw new CommandError(`the data folder ${folder} does not exist`);
  if (!stats.isDirectory()) throw new CommandError(`${folder} is no folder`);
  const roles = config === null ? readdirSync(folder) : rolesOf(config);
  if (roles.some((role) => hasJournal(join(folder, role)))) return;
  const of = config === null || config.role === "all" ? "" : ` of the role ${config.role}`;
  throw new CommandError(`${folder} holds no journal${of}: there is nothing to recover`);
}

/** What is left of a journal may be its checkpoints. */
const hasJournal = (folder: string): boolean =>
  [journalFolder, checkpointFolder].some((name) => {
    const path = join(folder, name);
    return existsSync(path) && readdirSync(path).length > 0;
  });

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
function argumentsOf(values: Values<typeof serverOptions>): readonly string[] {
  const { config, role } = values;
  const dataDir = values["data-dir"];
  return [
    ...(config === null ? [] : ["--config", config]),
    ...(role === null ? [] : ["--role", role]),
    ...(dataDir === null ? [] : ["--data-dir", dataDir]),
    ...values.set.flatMap((each) => ["--set", each]),
  ];
}

function tell({
  build,
  dataDir,
  events,
  cutBytes,
  damagedCheckpoints,
  damagedPlaces,
  isJournalMissing,
}: Recovered): void {
  const by = build === null ? "this build" : `the build at ${build}`;
  for (const [role, count] of Object.entries(events)) {
    const what = count === null ? "there was no journal" : `${grouped(count)} events stepped`;
    const end =
      dataDir === null
        ? "its checkpoint was not looked for: that build does not say where; give --data-dir"
        : "there is a checkpoint, and another build can start";
    console.log(`${role}: ${what} by ${by}; ${end}`);
    const damaged = damagedCheckpoints[role] ?? 0;
    if (damaged > 0) {
      const which = damaged === 1 ? "a checkpoint is" : `${grouped(damaged)} checkpoints are`;
      console.log(`${role}: ${which} damaged; the one before was taken: look at the disk`);
    }
    if (isJournalMissing[role] === true) {
      console.log(`${role}: its journal is gone: nothing behind the checkpoint's event is there`);
    }
    if ((damagedPlaces[role] ?? 0) > 0) {
      console.log(`${role}: its journal is damaged before the checkpoint: look at the disk`);
    }
    const cut = cutBytes[role] ?? 0;
    if (cut > 0) {
      console.log(`${role}: ${grouped(cut)} bytes cut from the journal's end: not finished`);
    }
  }
}
