/**
 * A run as data: its options, what the clients do, and every decision that was not the usual one.
 * A plan needs no seed to be run again; `entropy` only feeds what is secret or arbitrary (keys,
 * back-off delays), as the operating system would.
 */
import { apiRule } from "../core/kernel/assert.ts";
import type { ClientScript } from "./clients/script.ts";
import { drawScripts } from "./clients/script.ts";
import { Decisions } from "./decisions.ts";
import type { Decision } from "./decisions.ts";
import { calmOptions, drawOptions, withOptions } from "./options.ts";
import type { PartialOptions, SimulationOptions } from "./options.ts";

export interface Plan {
  readonly format: 1;
  readonly entropy: number;
  readonly options: SimulationOptions;
  readonly scripts: readonly ClientScript[];
  /** By key, see `decisions.ts`. */
  readonly decisions: Readonly<Record<string, Decision>>;
}

/** How a run is made: drawn from a seed, or as planned. */
export type RunSource =
  { readonly type: "seed"; readonly seed: number } | { readonly type: "plan"; readonly plan: Plan };

/** Everything that a run begins with. */
export interface RunSetup {
  readonly entropy: number;
  readonly options: SimulationOptions;
  readonly scripts: readonly ClientScript[];
  readonly decisions: Decisions;
}

/** Draws the scripts of a seed's clients. */
export type Workload = (seed: number, options: SimulationOptions) => readonly ClientScript[];

export const defaultWorkload: Workload = (seed, options) =>
  drawScripts(seed, options.workload, options.seconds);

/**
 * @param fixed options that are not drawn
 * @param keep whether to keep the decisions, to make a plan of them
 */
export function setUpRun(
  source: RunSource,
  { fixed, workload, keep }: { fixed: PartialOptions; workload: Workload; keep: boolean },
): RunSetup {
  if (source.type === "plan") {
    const { entropy, options, scripts, decisions } = source.plan;
    const planned = Decisions.planned(new Map(Object.entries(decisions)));
    return { entropy, options, scripts, decisions: planned };
  }
  const { seed } = source;
  const options = withOptions(drawOptions(seed), fixed);
  return {
    entropy: seed,
    options,
    scripts: workload(seed, options),
    decisions: Decisions.drawn(seed, keep),
  };
}

/** The plan of a run whose decisions were kept. */
export const planOf = ({ entropy, options, scripts, decisions }: RunSetup): Plan => ({
  format: 1,
  entropy,
  options,
  scripts,
  decisions: Object.fromEntries(decisions.taken ?? []),
});

/**
 * Reads a plan from parsed JSON. Options that a newer build has and the plan does not are calm.
 *
 * @throws ApiMisuseError saying what is wrong with it
 */
export function readPlan(json: unknown): Plan {
  apiRule(isRecord(json), "the plan is no object");
  apiRule(json["format"] === 1, "the plan is of another format than 1");
  const { entropy, options, scripts, decisions } = json;
  apiRule(typeof entropy === "number", "the plan has no entropy");
  apiRule(isRecord(options), "the plan has no options");
  apiRule(Array.isArray(scripts), "the plan has no scripts");
  apiRule(isRecord(decisions), "the plan has no decisions");
  return {
    format: 1,
    entropy,
    options: withOptions(calmOptions, options),
    scripts: scripts as readonly ClientScript[],
    decisions: decisions as Readonly<Record<string, Decision>>,
  };
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
