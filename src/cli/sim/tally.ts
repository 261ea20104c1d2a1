/** What came of the seeds of a campaign: each by itself, and all of them together. */
import { failureFile, faultNames, fingerprintOf, simulate } from "../../sim/index.ts";
import type {
  Fault,
  FailureFile,
  PartialOptions,
  ScenarioName,
  SimulateOptions,
  SimulationResult,
} from "../../sim/index.ts";

/** What a thread is told: one seed, and in which scenarios to play it. */
export interface SeedOrder {
  readonly seed: number;
  readonly scenarios: readonly ScenarioName[];
  readonly fixed: PartialOptions;
  /** What else the simulator is to be given; with features only on the thread that has them. */
  readonly given?: GivenToSeeds;
}

/** The same for all seeds of a campaign. */
export type GivenToSeeds = Pick<SimulateOptions, "from" | "features" | "workload" | "mayThrow">;

/** What a thread answers. Everything in it can be copied between threads. */
export interface SeedReport {
  readonly seed: number;
  readonly events: number;
  readonly simulatedSeconds: number;
  readonly faults: Readonly<Record<Fault, number>>;
  readonly reached: readonly string[];
  /** One a scenario at most. */
  readonly failures: readonly FailureFile[];
  /** The seed was not played to its end; null when it was. */
  readonly crash: Crash | null;
}

/** A seed that took its thread with it: there is no plan of it, only the way to it. */
export interface Crash {
  readonly scenario: ScenarioName;
  readonly fingerprint: string;
  readonly message: string;
}

/** Something that a campaign found. */
export interface Finding {
  readonly seed: number;
  readonly scenario: ScenarioName;
  readonly fingerprint: string;
  readonly message: string;
  /** Null where another finding of the same fingerprint has it, and where a thread died. */
  readonly failure: FailureFile | null;
}

/** All seeds so far. */
export interface CampaignTally {
  seeds: number;
  events: number;
  simulatedSeconds: number;
  readonly faults: Record<Fault, number>;
  readonly reached: Set<string>;
  /** In the order of the seeds. */
  readonly failures: Finding[];
}

/** Where seeds come from and reports go to. */
export interface SeedQueue {
  /** Null when there are no more. */
  take(): SeedOrder | null;
  report(report: SeedReport): void;
  /** Nothing that is still under way counts any more. */
  readonly isOver: boolean;
}

export const newTally = (): CampaignTally => ({
  seeds: 0,
  events: 0,
  simulatedSeconds: 0,
  faults: Object.fromEntries(faultNames.map((name) => [name, 0])) as Record<Fault, number>,
  reached: new Set(),
  failures: [],
});

/**
 * Runs one seed twice in each scenario. Also what a thread does.
 *
 * @param begun told before each scenario
 */
export const runSeed = (
  { seed, scenarios, fixed, given = {} }: SeedOrder,
  begun: (scenario: ScenarioName) => void = () => undefined,
): SeedReport =>
  reportOf(
    seed,
    scenarios.map((scenario) => {
      begun(scenario);
      return simulate({ ...given, seed, scenario, fixed });
    }),
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
    failures: results.flatMap((result) =>
      result.failure === null ? [] : [failureFile(result, result.failure, "FILE")],
    ),
    crash: null,
  };
}

/**
 * Of a seed that was not played to its end.
 *
 * @param rule in words that do not change from seed to seed
 * @param what was seen
 */
export function crashReport(
  seed: number,
  scenario: ScenarioName,
  { rule, what }: { readonly rule: string; readonly what: string },
): SeedReport {
  const fingerprint = fingerprintOf({ checker: "simulator", rule });
  return { ...reportOf(seed, []), crash: { scenario, fingerprint, message: `${rule}: ${what}` } };
}

/** Something was thrown where nothing ever is; what and where, on one line. */
export const thrown = ({ stack, message }: Error) => ({
  rule: "the simulator never throws",
  what: (stack ?? message)
    .split("\n", 4)
    .map((line) => line.trim())
    .join(" "),
});

export function addTo(tally: CampaignTally, report: SeedReport): void {
  const { seed, crash } = report;
  tally.seeds += 1;
  tally.events += report.events;
  tally.simulatedSeconds += report.simulatedSeconds;
  for (const name of faultNames) tally.faults[name] += report.faults[name];
  for (const key of report.reached) tally.reached.add(key);
  for (const failure of report.failures) {
    const { fingerprint, message } = failure;
    // A campaign may meet one bug in every seed, and plans are large.
    const isKnown = tally.failures.some((known) => known.fingerprint === fingerprint);
    const scenario = failure.plan.scenario ?? "echo";
    const kept = isKnown ? null : failure;
    tally.failures.push({ seed, scenario, fingerprint, message, failure: kept });
  }
  if (crash !== null) tally.failures.push({ seed, ...crash, failure: null });
}
