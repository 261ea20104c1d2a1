/**
 * A campaign of the simulator: many seeds, on as many threads as there are processors, and what
 * came of them together. A thread takes a seed at a time, so none waits for another's long one.
 *
 * 1. The tally takes the seeds in the order of their numbers, so what comes of a campaign does not
 *    depend on the number of threads, also where it ends at its first failure.
 * 2. A seed on which a thread dies, or does not come back, is a finding like any other.
 */
import { availableParallelism } from "node:os";
import { ApiMisuseError } from "../../core/kernel/assert.ts";
import type { PartialOptions, ScenarioName } from "../../sim/index.ts";
import { addTo, crashReport, newTally, runSeed, thrown } from "./tally.ts";
import type { CampaignTally, GivenToSeeds, SeedOrder, SeedQueue, SeedReport } from "./tally.ts";
import { playOnThreads } from "./threads.ts";

export interface CampaignOptions {
  readonly firstSeed: number;
  /** `Infinity`: until something else ends the campaign. */
  readonly seeds: number;
  readonly scenarios: readonly ScenarioName[];
  readonly fixed: PartialOptions;
  /** Features are of this thread: with them there are no workers. */
  readonly given?: GivenToSeeds;
  /** Threads beside this one; 0 plays everything on this one. `workersFor` knows how many. */
  readonly workers: number;
  /** Ends with the first seed that has a failure. */
  readonly untilFailure: boolean;
  /** Told after each seed, in the order of the seeds; false ends the campaign. */
  readonly progress: (tally: CampaignTally, report: SeedReport) => boolean;
}

/** With fewer seeds than this a second thread takes longer to start than it saves. */
const seedsPerThread = 8;

/** As many threads as there are processors, where there are seeds enough for them. */
export const workersFor = (seeds: number): number => {
  const threads = Math.min(availableParallelism(), Math.floor(seeds / seedsPerThread));
  return threads < 2 ? 0 : threads;
};

/**
 * Runs the seeds from `firstSeed` on.
 *
 * @throws Error when a thread cannot even begin; what happens on a seed is a finding
 */
export async function runCampaign(options: CampaignOptions): Promise<CampaignTally> {
  const tally = newTally();
  const queue = new OrderedQueue(options, tally);
  if (options.workers === 0) await playHere(queue);
  else await playOnThreads(queue, { count: options.workers });
  return tally;
}

/** Hands out seeds, and takes in reports in whatever order they come. */
class OrderedQueue implements SeedQueue {
  readonly #options: CampaignOptions;
  readonly #tally: CampaignTally;
  readonly #early = new Map<number, SeedReport>();
  #next: number;
  #nextReport: number;
  /** No more is taken; what was taken still counts. */
  #isStopped = false;
  #isOver = false;

  constructor(options: CampaignOptions, tally: CampaignTally) {
    this.#options = options;
    this.#tally = tally;
    this.#next = options.firstSeed;
    this.#nextReport = options.firstSeed;
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  take(): SeedOrder | null {
    const { firstSeed, seeds, scenarios, fixed, given = {} } = this.#options;
    if (this.#isStopped || this.#next >= firstSeed + seeds) return null;
    const seed = this.#next;
    this.#next += 1;
    return { seed, scenarios, fixed, given };
  }

  report(report: SeedReport): void {
    this.#early.set(report.seed, report);
    for (;;) {
      const next = this.#early.get(this.#nextReport);
      if (next === undefined || this.#isOver) return;
      this.#early.delete(this.#nextReport);
      this.#nextReport += 1;
      this.#take(next);
    }
  }

  #take(report: SeedReport): void {
    const tally = this.#tally;
    addTo(tally, report);
    if (!this.#options.progress(tally, report)) this.#isStopped = true;
    if (!this.#options.untilFailure || tally.failures.length === 0) return;
    this.#isStopped = true;
    this.#isOver = true;
  }
}

/** A seed that throws is a finding here, too. */
function playOne(order: SeedOrder): SeedReport {
  let playing: ScenarioName | null = null;
  try {
    return runSeed(order, (scenario) => {
      playing = scenario;
    });
  } catch (error) {
    // What the caller got wrong is no finding.
    if (playing === null || !(error instanceof Error) || error instanceof ApiMisuseError)
      throw error;
    return crashReport(order.seed, playing, thrown(error));
  }
}

async function playHere(queue: SeedQueue): Promise<void> {
  for (let order = queue.take(); order !== null; order = queue.take()) {
    queue.report(playOne(order));
    // Signals are heard between two seeds only.
    await new Promise((resolve) => setImmediate(resolve));
  }
}
