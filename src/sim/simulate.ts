/**
 * Runs one seed, or one plan, and checks everything: twice, because what does not go the same way
 * twice can be neither replayed nor trusted.
 *
 *     const { failure } = simulate({ seed: 7, features: [...builtinFeatures, lantern] });
 *     expect(failure).toBeNull();
 */
import { apiRule } from "../core/kernel/assert.ts";
import type { Feature } from "../core/realm/index.ts";
import { digestStart, digestString, finish } from "../core/kernel/digest.ts";
import type { SimulatedPerformer } from "./calls.ts";
import type { Checker } from "./checkers/checker.ts";
import { cellsOf, reachedCells } from "./coverage.ts";
import type { Cells, CoverageKey } from "./coverage.ts";
import { usualEpochMicros } from "./clock.ts";
import { describeDivergence, locateDivergence } from "./divergence.ts";
import type { Rerun } from "./divergence.ts";
import type { Fault } from "./faults.ts";
import type { Fork } from "./fork.ts";
import { simulatedHost } from "./host.ts";
import type { PartialOptions, SimulationOptions } from "./options.ts";
import { planOf, setUpRun } from "./plan.ts";
import type { Plan, RunSetup, RunSource } from "./plan.ts";
import { playersScenario } from "./players.ts";
import { Probe } from "./probe.ts";
import { Run } from "./run.ts";
import type { RunFailure, RunOutcome } from "./run.ts";
import { echoScenario } from "./scenario.ts";
import type { Scenario, ScenarioName, Workload } from "./scenario.ts";
import type { HostOrder, RunningHost } from "./site.ts";
import { upgradeScenario } from "./upgrade/scenario.ts";
import type { Witness } from "./witness.ts";

export interface SimulateOptions {
  /**
   * 0..2^53-1, 1 when left out. Draws everything that `fixed` does not say. Ignored where a plan is
   * given.
   */
  readonly seed?: number;
  /** Runs this again. */
  readonly plan?: Plan;
  readonly fixed?: PartialOptions;
  /** What one of the servers begins with; a plan has its own. */
  readonly from?: Fork;
  /** A plan has its own; otherwise `echo` when left out. */
  readonly scenario?: ScenarioName;
  /**
   * What the server of `echo` is made of; the built-in features when left out. In `players`, what
   * its game servers have besides. `upgrade` has its own.
   */
  readonly features?: readonly Feature[];
  /** Of `echo`: the next build's features. Servers are brought to it in many seeds. */
  readonly nextFeatures?: readonly Feature[];
  /** What the clients do; what the scenario is about when left out. */
  readonly workload?: Workload;
  /** By operation: answers the features' calls. An operation without one is unavailable. */
  readonly performers?: Readonly<Record<string, SimulatedPerformer>>;
  /**
   * Names of features that may throw: those whose throwing is what a test is about. A step of any
   * other that throws is a failure, although the server goes on without it.
   */
  readonly mayThrow?: readonly string[];
  /** Checkers of one's own, made anew for each run, besides the built-in ones. */
  readonly checkers?: () => readonly Checker[];
  /** False: once is enough. */
  readonly twice?: boolean;
  /** False: where two runs differ is told to the step only; the field takes a few runs more. */
  readonly locate?: boolean;
  /** True: the result has the plan also when nothing is broken, which costs time and memory. */
  readonly keepPlan?: boolean;
  /** Breaks off then: what would have been broken later is not found. */
  readonly stopAfterMicros?: number;
  /** Somebody more who looks on, at everything; of the first run only. */
  readonly witness?: Witness;
  /** Makes the host of each process. For tests of the simulator, which plant bugs in it. */
  readonly host?: (order: HostOrder) => RunningHost;
}

export interface SimulationResult {
  /** Null for a plan. */
  readonly seed: number | null;
  /** What was drawn or fixed. */
  readonly options: SimulationOptions;
  /** Steps of the realm, those that recoveries repeated included. */
  readonly events: number;
  /** Over all of them and their times. */
  readonly digest: number;
  readonly simulatedSeconds: number;
  readonly faults: Readonly<Record<Fault, number>>;
  /** `total` is what can be reached; `reached` may have some that are not counted. */
  readonly coverage: { readonly reached: ReadonlySet<CoverageKey>; readonly total: number };
  /** By checker: how often it had something to judge. */
  readonly checked: Readonly<Record<string, number>>;
  /** How much clients that behave have asked, and how much of it was answered, not refused. */
  readonly asked: number;
  readonly answered: number;
  readonly determinismChecked: boolean;
  readonly failure: SimulationFailure | null;
  /** What the run was, without its seed; null unless it failed or was to be kept. */
  readonly plan: Plan | null;
}

export interface SimulationFailure extends RunFailure {
  /** Eight hexadecimal digits; the same for the same broken rule, whatever the seed. */
  readonly fingerprint: string;
  /** Makes it happen again without the seed. */
  readonly plan: Plan;
  /** The last lines that the server logged. */
  readonly log: readonly string[];
}

/**
 * @returns what happened; a broken rule is a result, not an exception
 * @throws ApiMisuseError for features that do not compose, for a workload or options that mean
 * nothing, and for a plan whose decisions are of other kinds than its run asks for
 */
export function simulate(given: SimulateOptions): SimulationResult {
  const scenario = scenarioOf(given);
  const source = sourceOf(given);
  const { keepPlan = false } = given;
  const first = play(given, { scenario, source, keep: keepPlan, isFirst: true });
  const { setup, outcome } = first;
  const again = { scenario, source, keep: false, isFirst: false };
  // Checkers only look on, so the second run goes the same way without them; but they end a run.
  const isChecked = outcome.failure !== null;
  const second = given.twice === false ? null : play(given, { ...again, isChecked }).outcome;
  const broken = failureOf(outcome, second, () => (given.locate === false ? "" : located(given)));
  const isKept = setup.decisions.taken !== null;
  const planned = broken === null || isKept ? setup : play(given, { ...again, keep: true }).setup;
  const plan = broken === null && !keepPlan ? null : planOf(planned);
  return {
    seed: source.type === "seed" ? source.seed : null,
    options: setup.options,
    events: outcome.trace.length,
    digest: outcome.trace.digest,
    simulatedSeconds: outcome.simulatedMicros / 1_000_000,
    faults: outcome.faults,
    coverage: coverageOf(scenario, outcome),
    checked: outcome.checked,
    ...outcome.requests,
    determinismChecked: second !== null,
    failure:
      broken === null || plan === null ? null : failureOfRun(broken, { plan, log: outcome.log }),
    plan,
  };
}

/**
 * Plays what `simulate` would play, with somebody taking notes. For comparing it with what another
 * process, another build or another Node makes of it.
 */
export const rerunOf = (given: SimulateOptions): Rerun => {
  const scenario = scenarioOf(given);
  const source = sourceOf(given);
  return (order) => {
    const probe = new Probe(order);
    const host = probe.around(given.host ?? simulatedHost());
    const again = { scenario, source, keep: false, isFirst: false };
    return probe.notes(play({ ...given, host }, again).outcome.trace);
  };
};

interface Playing {
  readonly scenario: Scenario;
  readonly source: RunSource;
  readonly keep: boolean;
  readonly isFirst: boolean;
  /** True when left out. */
  readonly isChecked?: boolean;
}

function play(given: SimulateOptions, { scenario, source, keep, isFirst, ...how }: Playing) {
  const { fixed = {}, workload } = given;
  const setup = setUpRun(source, { scenario, fixed, keep, isOwn: workload !== undefined });
  const witness = (isFirst ? given.witness : null) ?? null;
  const outcome = runOf(given, { scenario, setup, witness, ...how }).play();
  const { misfit } = setup.decisions;
  apiRule(misfit === null, misfit ?? "");
  return { setup, outcome };
}

interface RunOrder {
  readonly scenario: Scenario;
  readonly setup: RunSetup;
  readonly witness: Witness | null;
  /** True when left out, see `RunParts`. */
  readonly isChecked?: boolean;
}

/** A run that has not begun. */
export const runOf = (
  given: SimulateOptions,
  { scenario, setup, witness, isChecked = true }: RunOrder,
): Run => {
  const { options, entropy, fork } = setup;
  const epochMicros = fork?.atMicros ?? usualEpochMicros;
  return new Run(setup, {
    stage: (nowMicros) => scenario.stage({ options, entropy, nowMicros, epochMicros }),
    epochMicros,
    makeHost: given.host ?? simulatedHost(),
    checkers: given.checkers?.() ?? [],
    stopAfterMicros: given.stopAfterMicros ?? Infinity,
    witness,
    isChecked,
  });
};

export const failureOfRun = (
  broken: RunFailure,
  { plan, log }: Pick<SimulationFailure, "plan" | "log">,
): SimulationFailure => ({ ...broken, fingerprint: fingerprintOf(broken), plan, log });

/** What there is to meet for campaigns of a scenario. */
export const cellsIn = (name: ScenarioName): Cells =>
  cellsOf(name, scenarioOf({ scenario: name }).covered);

const coverageOf = ({ name, covered }: Scenario, { coverage }: RunOutcome) => ({
  reached: reachedCells(coverage, covered),
  total: cellsOf(name, covered).usual.size,
});

function sourceOf({ seed = 1, plan, from }: SimulateOptions): RunSource {
  if (plan !== undefined) return { type: "plan", plan };
  const isSeed = Number.isSafeInteger(seed) && seed >= 0;
  apiRule(isSeed, `the seed is a whole number from 0 on, not ${String(seed)}`);
  return { type: "seed", seed, fork: from ?? null };
}

/**
 * @throws ApiMisuseError for features that do not compose, and for what the scenario would leave
 * unused
 */
export function scenarioOf(given: SimulateOptions): Scenario {
  const { features, nextFeatures, workload, performers, mayThrow } = given;
  const name = given.plan === undefined ? given.scenario : given.plan.scenario;
  const parts = {
    ...(features === undefined ? {} : { features }),
    ...(workload === undefined ? {} : { workload }),
    ...(performers === undefined ? {} : { performers }),
    ...(mayThrow === undefined ? {} : { mayThrow }),
  };
  const next = nextFeatures === undefined ? {} : { next: nextFeatures };
  if (name === "players") {
    refuse(next, "the scenario players has no next build; nextFeatures are for echo");
    return playersScenario(parts);
  }
  if (name !== "upgrade") return echoScenario({ ...parts, ...next });
  const { workload: _workload, ...unused } = parts;
  const hint = "features, nextFeatures, performers and mayThrow are for echo";
  refuse({ ...unused, ...next }, `the scenario upgrade plays features of its own; ${hint}`);
  return upgradeScenario(workload === undefined ? {} : { workload });
}

/** What is given and not used is not tested, and nobody would know. */
const refuse = (unused: object, message: string): void =>
  apiRule(Object.keys(unused).length === 0, message);

/** What the first run broke, or where the second one went another way. */
function failureOf(
  first: RunOutcome,
  second: RunOutcome | null,
  locate: () => string,
): RunFailure | null {
  const difference = second === null ? null : first.trace.differsFrom(second.trace);
  if (difference === null) return first.failure;
  return {
    checker: "determinism",
    rule: "the same plan goes the same way twice",
    message: `the same plan goes the same way twice: ${difference}${locate()}`,
    atMicros: first.failure?.atMicros ?? first.simulatedMicros,
    steps: first.trace.length,
  };
}

/** Of two runs that went different ways: where the next two do so first, in the state, too. */
function located(given: SimulateOptions): string {
  const rerun = rerunOf(given);
  const divergence = locateDivergence(rerun, rerun);
  return divergence === null
    ? "; later runs were all alike, so something is kept from the first one"
    : `; first at ${describeDivergence(divergence)}`;
}

/** Over what stays the same from run to run. */
export const fingerprintOf = ({ checker, rule }: Pick<RunFailure, "checker" | "rule">): string =>
  finish(digestString(digestString(digestStart, checker), rule))
    .toString(16)
    .padStart(8, "0");
