/**
 * A run as data: its options, what the clients do, and every decision that was not the usual one.
 * A plan needs no seed to be run again; `entropy` only feeds what is secret or arbitrary (keys,
 * back-off delays), as the operating system would.
 */
import { apiRule } from "../core/kernel/assert.ts";
import type { ClientScript } from "./clients/script.ts";
import { Decisions } from "./decisions.ts";
import type { Decision } from "./decisions.ts";
import { forkedOptions } from "./fork.ts";
import type { Fork } from "./fork.ts";
import { isRecord } from "./json.ts";
import { checkFixed, checkPlanned } from "./option-rules.ts";
import { calmOptions, withOptions } from "./options.ts";
import type { PartialOptions, SimulationOptions } from "./options.ts";
import { readDecisions, readScripts } from "./plan-rules.ts";
import { scenarioNames } from "./scenario.ts";
import type { Scenario, ScenarioName } from "./scenario.ts";
import { checkSayings, checkStarts } from "./script-rules.ts";

export interface Plan {
  readonly format: 1;
  /** Plans from before there were several say nothing and mean `echo`. */
  readonly scenario?: ScenarioName;
  readonly entropy: number;
  readonly options: SimulationOptions;
  readonly scripts: readonly ClientScript[];
  /** By key, see `decisions.ts`. */
  readonly decisions: Readonly<Record<string, Decision>>;
  /** What one of its servers begins with; nothing when left out. */
  readonly fork?: Fork;
  /** Names of the features that were played besides Reprise's own; none when left out. */
  readonly features?: readonly string[];
}

/** How a run is made: drawn from a seed, or as planned. */
export type RunSource =
  | { readonly type: "seed"; readonly seed: number; readonly fork: Fork | null }
  | { readonly type: "plan"; readonly plan: Plan };

/** Everything that a run begins with. */
export interface RunSetup {
  readonly scenario: ScenarioName;
  readonly entropy: number;
  readonly options: SimulationOptions;
  readonly scripts: readonly ClientScript[];
  readonly decisions: Decisions;
  /** Null, or left out: every server begins at its beginning. */
  readonly fork?: Fork | null;
  /** See `Plan`. */
  readonly features?: readonly string[];
}

interface SetupOrder {
  readonly scenario: Scenario;
  /** Options that are not drawn. */
  readonly fixed: PartialOptions;
  /** Whether to keep the decisions, to make a plan of them. */
  readonly keep: boolean;
  /** The workload is a user's: what it draws must have a beginning. */
  readonly isOwn: boolean;
}

/**
 * @throws ApiMisuseError for scripts in which nobody comes, or that say what cannot be said, and
 * for a plan of features that are not there
 */
export function setUpRun(
  source: RunSource,
  { scenario, fixed, keep, isOwn }: SetupOrder,
): RunSetup {
  const { name, given } = scenario;
  const features = given.length === 0 ? {} : { features: given };
  if (source.type === "plan") {
    const { entropy, options, scripts, decisions, fork = null } = source.plan;
    checkGiven(source.plan.features ?? [], given);
    checkSayings(scripts, scenario.contracts, false);
    const planned = Decisions.planned(new Map(Object.entries(decisions)));
    return { scenario: name, entropy, options, scripts, decisions: planned, fork, ...features };
  }
  const { seed, fork } = source;
  checkFixed(fixed);
  const drawn = withOptions(scenario.drawOptions(seed), fixed);
  const options = fork === null ? drawn : withOptions(drawn, forkedOptions);
  const scripts = scenario.workload(seed, options);
  if (isOwn) {
    readScripts(scripts);
    checkStarts(scripts, options.seconds);
    checkSayings(scripts, scenario.contracts, true);
  }
  return {
    scenario: name,
    entropy: seed,
    options,
    scripts,
    decisions: Decisions.drawn(seed, keep),
    fork,
    ...features,
  };
}

/** Without a feature that it is about, a failure would look as if it were gone. */
function checkGiven(planned: readonly string[], given: readonly string[]): void {
  const missing = planned.find((name) => !given.includes(name));
  apiRule(
    missing === undefined,
    `the plan was played with the feature "${missing ?? ""}"; give it again (--features FILE)`,
  );
}

/** The plan of a run whose decisions were kept. */
export const planOf = ({ decisions, fork = null, ...setup }: RunSetup): Plan => ({
  format: 1,
  ...setup,
  decisions: Object.fromEntries(decisions.taken ?? []),
  ...(fork === null ? {} : { fork }),
});

/**
 * Reads a plan from parsed JSON. Options that a newer build has and the plan does not are calm.
 *
 * @throws ApiMisuseError saying what is wrong with it
 */
export function readPlan(json: unknown): Plan {
  apiRule(isRecord(json), "the plan is no object");
  apiRule(json["format"] === 1, "the plan is of another format than 1");
  const { scenario = "echo", entropy, options, scripts, decisions } = json;
  const named = scenarioNames.find((name) => name === scenario);
  apiRule(named !== undefined, "the plan is of a scenario that this build does not know");
  const isSeed = Number.isSafeInteger(entropy) && Number(entropy) >= 0;
  apiRule(isSeed, "the plan's entropy is no whole number from 0 on");
  apiRule(isRecord(options), "the plan has no options");
  checkPlanned(options);
  const { fork } = json;
  apiRule(fork === undefined || isFork(fork), "the plan's fork is no state to begin with");
  const { features } = json;
  apiRule(features === undefined || isNames(features), "the plan's features are no list of names");
  return {
    format: 1,
    scenario: named,
    entropy: Number(entropy),
    options: withOptions(calmOptions, options),
    scripts: readScripts(scripts),
    decisions: readDecisions(decisions),
    ...(fork === undefined ? {} : { fork }),
    ...(features === undefined ? {} : { features }),
  };
}

const isNames = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.every((name) => typeof name === "string");

const isFork = (value: unknown): value is Fork =>
  isRecord(value) &&
  typeof value["site"] === "string" &&
  Number.isSafeInteger(value["sequence"]) &&
  Number.isSafeInteger(value["atMicros"]) &&
  value["checkpoint"] instanceof Uint8Array;
