/**
 * Looks for one mutant with the simulator, in a process of its own: seed after seed, each in every
 * scenario, with the built-in checkers and nothing else, until one of them fails.
 *
 *     node scripts/mutants/hunt.ts [ID] [--seeds N] [--cpu SECONDS] [--skip SCENARIO:SEED,...]
 *                                  [--all] [--shrink]
 *
 * Without an id the program is hunted as it is. `--all` goes on after a failure; `--shrink` also
 * shrinks what was found. Prints one JSON object, a `Hunted`.
 *
 * Exits 2 and says why when there is no such mutant, when its file has no such text any more, or
 * when the program throws before or beside a run: none of that says anything of the mutant.
 *
 * 1. A process that ends by a signal has found the mutant: it ran out of memory, or it spun, and a
 *    watchdog ended a run that takes more CPU time than a hundred usual ones.
 * 2. Some seeds are played twice, as a campaign plays all: a mutant may make runs differ.
 */
import { constants, getPriority, setPriority } from "node:os";
import { parseArgs } from "node:util";
import { Worker } from "node:worker_threads";
import type { ScenarioName, SimulationFailure } from "../../src/sim/index.ts";
import { mutantNamed } from "./list.ts";
import { plantingProblem } from "./mutant.ts";
import { plant } from "./plant.ts";

export interface Hunted {
  /** Null when no seed failed. */
  readonly found: Found | null;
  /** `SCENARIO:SEED` of all that failed, with `--all`. */
  readonly failed: readonly string[];
  /** How many were played, each in every scenario. */
  readonly seeds: number;
  readonly cpuSeconds: number;
}

export interface Found {
  readonly scenario: ScenarioName | null;
  readonly seed: number;
  readonly checker: string;
  readonly rule: string;
  readonly message: string;
  readonly fingerprint: string;
  /** With `--shrink`. */
  readonly shrunk: Shrunken | null;
}

export interface Shrunken {
  readonly events: number;
  readonly eventsBefore: number;
  readonly runs: number;
  /** Of processor time. */
  readonly seconds: number;
  readonly isFinished: boolean;
}

/** How a process ends that could not hunt. */
const huntErrorCode = 2;

/** Of every so many seeds one is played twice, beginning with the first. */
const twiceEvery = 8;
/** A run that takes longer does not end. */
const runCpuSecondsMax = 15;
const shrinkSecondsMax = 60;

const cpuSeconds = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
};

/** Ends the process, which is all that can be done about a thread that spins. */
function watch(): { readonly begin: () => void } {
  const shared = new SharedArrayBuffer(8);
  const since = new Float64Array(shared);
  since[0] = cpuSeconds();
  const watchdog = new Worker(
    `const { workerData } = require("node:worker_threads");
     const [since, most] = [new Float64Array(workerData.shared), workerData.most];
     setInterval(() => {
       const { user, system } = process.cpuUsage();
       if ((user + system) / 1e6 - since[0] > most) process.kill(process.pid, "SIGKILL");
     }, 500);`,
    { eval: true, workerData: { shared, most: runCpuSecondsMax } },
  );
  watchdog.unref();
  return {
    begin: () => {
      since[0] = cpuSeconds();
    },
  };
}

interface HuntOptions {
  readonly seeds: number;
  readonly cpu: number;
  readonly skip: ReadonlySet<string>;
  readonly all: boolean;
  readonly shrink: boolean;
}

async function hunt({ seeds, cpu, skip, all, shrink }: HuntOptions): Promise<Hunted> {
  const watchdog = watch();
  const { simulate, scenarioNames } = await import("../../src/sim/index.ts");
  const failed: string[] = [];
  let found: Found | null = null;
  let seed = 0;
  while (seed < seeds && cpuSeconds() < cpu) {
    if (found !== null && !all) break;
    seed += 1;
    for (const scenario of scenarioNames) {
      if (skip.has(`${scenario}:${String(seed)}`)) continue;
      watchdog.begin();
      const twice = seed % twiceEvery === 1;
      const { failure } = simulate({ seed, scenario, twice });
      if (failure === null) continue;
      failed.push(`${scenario}:${String(seed)}`);
      if (found !== null) continue;
      const shrunk = shrink ? await shrinkOf(failure, watchdog.begin) : null;
      found = foundOf(failure, { scenario, seed, shrunk });
      if (!all) break;
    }
  }
  return { found, failed, seeds: seed, cpuSeconds: cpuSeconds() };
}

const foundOf = (
  { checker, rule, message, fingerprint }: SimulationFailure,
  where: Pick<Found, "scenario" | "seed" | "shrunk">,
): Found => ({ ...where, checker, rule, message: message.slice(0, 300), fingerprint });

/** @throws Error when there is no such mutant, or no such text in its file */
function plantOne(id: string): void {
  const mutant = mutantNamed(id);
  const problem = plantingProblem(mutant);
  if (problem !== null) throw new Error(problem);
  plant(mutant);
}

async function shrinkOf(failure: SimulationFailure, begin: () => void): Promise<Shrunken> {
  const { Shrinking } = await import("../../src/sim/shrink/index.ts");
  const from = cpuSeconds();
  const seconds = (): number => cpuSeconds() - from;
  const shrinking = new Shrinking(failure);
  // The longest step so far has to fit into what is left: a run is not broken off.
  let longest = 0;
  for (let before = 0; shrinking.step();) {
    const now = seconds();
    longest = Math.max(longest, now - before);
    before = now;
    if (now + longest > shrinkSecondsMax) break;
    begin();
  }
  const { events, eventsBefore, runs, isFinished } = shrinking.result;
  return { events, eventsBefore, runs, seconds: seconds(), isFinished };
}

if (import.meta.main) {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      seeds: { type: "string", default: "250" },
      cpu: { type: "string", default: "20" },
      skip: { type: "string", default: "" },
      all: { type: "boolean", default: false },
      shrink: { type: "boolean", default: false },
    },
  });
  // Whoever has made it nice already knows how nice it has to be.
  if (getPriority() === 0) setPriority(constants.priority.PRIORITY_LOW);
  const [id] = positionals;
  try {
    if (id !== undefined) plantOne(id);
    const hunted = await hunt({
      seeds: Number(values.seeds),
      cpu: Number(values.cpu),
      skip: new Set(values.skip.split(",")),
      all: values.all,
      shrink: values.shrink,
    });
    process.stdout.write(`${JSON.stringify(hunted)}\n`);
  } catch (error) {
    const { message } = error as Error;
    process.stderr.write(`${id === undefined ? "" : `${id}: `}nothing was hunted: ${message}\n`);
    process.exitCode = huntErrorCode;
  }
}
