/**
 * A campaign of the simulator: many seeds, on as many threads as there are processors, and what
 * came of them together. A thread takes a seed at a time, so none waits for another's long one.
 */
import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import { failureFile, faultNames, simulate } from "../sim/index.ts";
import type {
  Fault,
  FailureFile,
  PartialOptions,
  ScenarioName,
  SimulationResult,
} from "../sim/index.ts";

/** What a thread is told: one seed, and in which scenarios to play it. */
export interface SeedOrder {
  readonly seed: number;
  readonly scenarios: readonly ScenarioName[];
  readonly fixed: PartialOptions;
}

/** What a thread answers. Everything in it can be copied between threads. */
export interface SeedReport {
  readonly seed: number;
  readonly events: number;
  readonly simulatedSeconds: number;
  readonly faults: Readonly<Record<Fault, number>>;
  readonly reached: readonly string[];
  readonly coverageTotal: number;
  /** One a scenario at most. */
  readonly failures: readonly FailureFile[];
}

/** All seeds so far. */
export interface CampaignTally {
  seeds: number;
  events: number;
  simulatedSeconds: number;
  readonly faults: Record<Fault, number>;
  readonly reached: Set<string>;
  coverageTotal: number;
  readonly failures: { readonly seed: number; readonly failure: FailureFile }[];
}

export interface CampaignOptions {
  readonly firstSeed: number;
  readonly seeds: number;
  readonly scenarios: readonly ScenarioName[];
  readonly fixed: PartialOptions;
  /** Told after each seed; false ends the campaign. */
  readonly progress: (tally: CampaignTally) => boolean;
}

/** With fewer seeds than this a second thread takes longer to start than it saves. */
const seedsPerThread = 8;

export const newTally = (): CampaignTally => ({
  seeds: 0,
  events: 0,
  simulatedSeconds: 0,
  faults: Object.fromEntries(faultNames.map((name) => [name, 0])) as Record<Fault, number>,
  reached: new Set(),
  coverageTotal: 0,
  failures: [],
});

/** Runs one seed twice in each scenario. Also what a thread does. */
export const runSeed = ({ seed, scenarios, fixed }: SeedOrder): SeedReport =>
  reportOf(
    seed,
    scenarios.map((scenario) => simulate({ seed, scenario, fixed })),
  );

export function reportOf(seed: number, results: readonly SimulationResult[]): SeedReport {
  const sum = (count: (result: SimulationResult) => number): number =>
    results.reduce((total, result) => total + count(result), 0);
  const faults = faultNames.map((name) => [name, sum((result) => result.faults[name])]);
  return {
    seed,
    events: sum(({ events }) => events),
    simulatedSeconds: sum(({ simulatedSeconds }) => simulatedSeconds),
    faults: Object.fromEntries(faults) as Record<Fault, number>,
    reached: [...new Set(results.flatMap(({ coverage }) => [...coverage.reached]))],
    // What one scenario can reach, a larger one can, too.
    coverageTotal: Math.max(0, ...results.map(({ coverage }) => coverage.total)),
    failures: results.flatMap((result) =>
      result.failure === null ? [] : [failureFile(result, result.failure, "FILE")],
    ),
  };
}

/** Runs the seeds in order of their numbers, give or take the threads. */
export async function runCampaign(options: CampaignOptions): Promise<CampaignTally> {
  const tally = newTally();
  const threads = Math.min(availableParallelism(), Math.floor(options.seeds / seedsPerThread));
  const queue = new SeedQueue(options, tally);
  if (threads < 2) await runHere(queue, options);
  else await Promise.all(Array.from({ length: threads }, () => runOnThread(queue, options)));
  tally.failures.sort((left, right) => left.seed - right.seed);
  return tally;
}

/** Hands out seeds and takes in reports. */
class SeedQueue {
  readonly #options: CampaignOptions;
  readonly #tally: CampaignTally;
  #next: number;
  #isStopped = false;

  constructor(options: CampaignOptions, tally: CampaignTally) {
    this.#options = options;
    this.#tally = tally;
    this.#next = options.firstSeed;
  }

  /** Null when there are no more. */
  take(): number | null {
    const { firstSeed, seeds } = this.#options;
    return this.#isStopped || this.#next >= firstSeed + seeds ? null : this.#next++;
  }

  report(report: SeedReport): void {
    addTo(this.#tally, report);
    if (!this.#options.progress(this.#tally)) this.#isStopped = true;
  }
}

export function addTo(tally: CampaignTally, report: SeedReport): void {
  tally.seeds += 1;
  tally.events += report.events;
  tally.simulatedSeconds += report.simulatedSeconds;
  for (const name of faultNames) tally.faults[name] += report.faults[name];
  for (const key of report.reached) tally.reached.add(key);
  tally.coverageTotal = report.coverageTotal;
  for (const failure of report.failures) tally.failures.push({ seed: report.seed, failure });
}

async function runHere(queue: SeedQueue, { fixed, scenarios }: CampaignOptions): Promise<void> {
  for (let seed = queue.take(); seed !== null; seed = queue.take()) {
    queue.report(runSeed({ seed, scenarios, fixed }));
    // Signals are heard between two seeds only.
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** It runs as it is in the repository, and stripped of its types in the package. */
function threadUrl(): URL {
  const url = new URL("./simulation-thread.ts", import.meta.url);
  if (!import.meta.url.endsWith(".ts")) url.pathname = url.pathname.replace(/ts$/, "js");
  return url;
}

function runOnThread(queue: SeedQueue, { fixed, scenarios }: CampaignOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(threadUrl());
    const next = (): void => {
      const seed = queue.take();
      if (seed === null) void worker.terminate().then(() => resolve());
      else worker.postMessage({ seed, scenarios, fixed } satisfies SeedOrder);
    };
    worker.on("message", (report: SeedReport) => {
      queue.report(report);
      next();
    });
    worker.on("error", reject);
    next();
  });
}
