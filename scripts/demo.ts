/**
 * `npm run demo`: what this server promises, in under a minute: it is started, players walk on it,
 * it is killed in the middle of that, started again, and its log is replayed. Every step is printed
 * with its command; the last line is "recovered N events, digest equal".
 *
 *     --clients N    players (default 40)
 *     --seconds S    of the first walk (default 6)
 *     --keep         leaves the data folder where it is
 *
 * Exit code 1, and a line that says what, when anything is otherwise than it should be:
 *
 * D1. The first walk ends without an error, and every player sees what the server says.
 * D2. The log of the killed server replays with every digest equal.
 * D3. The server that is started on it recovers exactly the events of that log.
 * D4. What it wrote from there on replays too, up to the checkpoint of its own state at its end;
 *     and at the event at which the first one died, the state is that of D2.
 */
import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { decimal, flag, integer } from "../src/cli/arguments.ts";
import { liveScene } from "../src/cli/watch/live.ts";
import { scriptArguments } from "./script.ts";

const main = join(import.meta.dirname, "../src/io/main.js");

/** A step did not go as it should. */
class Disagreement extends Error {}

function agree(isSo: boolean, what: string, found: string): void {
  if (!isSo) throw new Disagreement(`${what}: ${found.trim().slice(0, 2_000)}`);
}

// ---------------------------------------------------------------- the steps

interface Setting {
  readonly clients: number;
  readonly seconds: number;
  readonly dataDir: string;
}

/** What the steps read of `load --json`, `replay --json` and `serve --json`. */
interface Walked {
  readonly connected: number;
  readonly sent: number;
  readonly received: number;
  readonly seenMean: number | null;
  readonly viewMismatches: number | null;
  readonly latencyMs: { readonly p99: number };
}

interface Replayed {
  readonly events: number;
  readonly toSeq: number;
  readonly digest: string;
  readonly checked: { readonly digests: number };
}

interface Served {
  readonly pid: number;
  readonly recovered: Readonly<Record<string, { readonly events: number } | null>>;
}

/** Plays it; returns the last line. */
async function demo(setting: Setting): Promise<string> {
  const { dataDir } = setting;
  const first = await serve("start", dataDir);
  say(`serves, process ${first.served.pid}`);
  await walkInPeace(setting);
  await killInAWalk(setting);
  const dead = await replay(dataDir);
  const second = await serve("restart", dataDir);
  const recovered = second.served.recovered["game"]?.events ?? 0;
  say(`${recovered} events recovered`);
  agree(recovered === dead.events, `the log has ${dead.events} events`, String(recovered));
  title("stop", `kill -TERM ${second.served.pid}`);
  second.child.kill("SIGTERM");
  const { code, err } = await second.ended;
  agree(code === 0, `it ended with code ${code}`, err);
  say("ended in order, and left a checkpoint of its state");
  await replay(dataDir);
  const again = await replay(dataDir, dead.toSeq);
  agree(again.digest === dead.digest, `the digest was ${dead.digest}`, again.digest);
  return `recovered ${recovered} events, digest equal`;
}

const walkWords = ({ clients, dataDir }: Setting, seconds: number): readonly string[] => [
  ...["load", "--scenario", "walk", "--clients", String(clients), "--rate", "10"],
  ...["--seconds", String(seconds), "--data-dir", dataDir, "--json"],
];

async function walkInPeace(setting: Setting): Promise<void> {
  const { code, out, err } = await reprise("walk", walkWords(setting, setting.seconds));
  agree(code === 0, "the walk failed", err);
  const { connected, sent, received, latencyMs, seenMean, viewMismatches } = read<Walked>(out);
  say(`${connected} players, ${received} of ${sent} moves answered, p99 ${latencyMs.p99} ms`);
  agree(viewMismatches === 0, "what players saw was not compared", out);
  say(`each saw ${seenMean ?? 0} others, all as the server has them`);
}

/** Players walk; one look at them; and the server is gone. */
async function killInAWalk(setting: Setting): Promise<void> {
  const { clients, dataDir } = setting;
  const walk = start("walk again", walkWords(setting, 600));
  const walking = async (): Promise<boolean> =>
    (await liveScene(dataDir)).entities.length === clients;
  await until("all players to be in", walking, walk);
  await sleep(1_000);
  const size = ["--columns", "76", "--rows", "16"];
  const look = await reprise("watch", ["watch", "--frame", ...size, "--data-dir", dataDir]);
  agree(look.code === 0, "watch failed", look.err);
  for (const line of look.out.trimEnd().split("\n")) say(line);
  const kill = await reprise("kill", ["kill", "--data-dir", dataDir]);
  agree(kill.code === 0, "kill failed", kill.err);
  say(`${kill.out.trim()}, ${clients} players on it`);
  walk.child.kill("SIGTERM");
  await walk.ended;
}

async function replay(dataDir: string, until?: number): Promise<Replayed> {
  const bound = until === undefined ? [] : ["--until", String(until)];
  const words = ["replay", join(dataDir, "game", "journal"), "--check", ...bound, "--json"];
  const { code, out, err } = await reprise("replay", words);
  agree(code === 0, "the log does not replay as it was recorded", err || out);
  const replayed = read<Replayed>(out);
  const { toSeq, digest, checked } = replayed;
  say(`event ${toSeq}, digest ${digest}; ${checked.digests} digests compared, all equal`);
  return replayed;
}

// ---------------------------------------------------------------- processes

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

interface Started {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  /** What it has written to standard output so far. */
  out(): string;
}

/** So that none outlives the demo, however that ends. */
const running = new Set<ChildProcess>();

/** Starts a command, and prints it as one would type it. */
function start(name: string, words: readonly string[]): Started {
  title(name, `npx reprise ${words.join(" ")}`);
  const child = spawn(process.execPath, [main, ...words], { stdio: ["ignore", "pipe", "pipe"] });
  running.add(child);
  let [out, err] = ["", ""];
  child.stdout.setEncoding("utf8").on("data", (text: string) => (out += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (err += text));
  const ended = new Promise<Ended>((resolve) => {
    child.on("close", (code) => {
      running.delete(child);
      resolve({ code, out, err });
    });
  });
  return { child, ended, out: () => out };
}

const reprise = (name: string, words: readonly string[]): Promise<Ended> =>
  start(name, words).ended;

async function serve(name: string, dataDir: string): Promise<Started & { served: Served }> {
  const free = ["ports.login=0", "ports.game=0", "metrics.port=0", "log.level=warn"];
  const near = ["realm.worldSpawnRadiusM=150"];
  const sets = [...free, ...near].flatMap((setting) => ["--set", setting]);
  const started = start(name, ["serve", "--json", "--data-dir", dataDir, ...sets]);
  await until("the server to serve", () => started.out().includes("\n"), started);
  return { ...started, served: read<Served>(started.out()) };
}

const patienceMs = 60_000;

/** @throws Disagreement when the process ends, or the time is up, before that */
async function until(
  what: string,
  holds: () => boolean | Promise<boolean>,
  { ended }: Started,
): Promise<void> {
  const deadline = performance.now() + patienceMs;
  let end: Ended | null = null;
  void ended.then((found) => (end = found));
  const endOf = (): Ended | null => end;
  while (!(await holds())) {
    agree(endOf() === null, `it ended while this waited for ${what}`, endOf()?.err ?? "");
    agree(performance.now() < deadline, `waited too long for ${what}`, "");
    await sleep(20);
  }
}

const read = <T>(json: string): T => JSON.parse(json) as T;

// ---------------------------------------------------------------- printing

const say = (line: string): void => console.log(`    ${line}`);
const title = (name: string, command: string): void => console.log(`\n${name}\n  $ ${command}`);

async function run(): Promise<number> {
  const { values } = scriptArguments(import.meta.filename, {
    clients: integer(40, { min: 0, max: 5_000 }),
    seconds: decimal(6, { min: 1, max: 3_600 }),
    keep: flag(),
  });
  const dataDir = mkdtempSync(join(tmpdir(), "reprise-demo-"));
  const { clients, seconds } = values;
  const startedAt = performance.now();
  try {
    const last = await demo({ clients, seconds, dataDir });
    console.log(`\nin ${((performance.now() - startedAt) / 1_000).toFixed(0)} s`);
    console.log(last);
    return 0;
  } catch (error) {
    if (!(error instanceof Disagreement)) throw error;
    console.error(`\ndemo: ${error.message}`);
    return 1;
  } finally {
    for (const child of running) child.kill("SIGKILL");
    if (values.keep) console.error(`data: ${dataDir}`);
    else rmSync(dataDir, { recursive: true, force: true, maxRetries: 5 });
  }
}

process.exitCode = await run();
