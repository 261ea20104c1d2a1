/** What the simulator finds of a planted bug. */
import { simulate } from "../../src/sim/index.ts";
import type { PartialOptions, ScenarioName, SimulationFailure } from "../../src/sim/index.ts";
import { sabotaged } from "./sabotage.ts";
import type { Sabotage } from "./sabotage.ts";

export interface Search {
  /** Default: that of players. */
  readonly scenario?: ScenarioName;
  /** Seeds 1 to this one are played. */
  readonly seeds: number;
  /** What is wrong with the servers of each run. Default: nothing. */
  readonly make?: (() => Sabotage) | undefined;
}

/** @throws Error "no seed has failed" when none does */
export function firstFailure(fixed: PartialOptions, search: Search): SimulationFailure {
  const { scenario = "players", seeds, make } = search;
  for (let seed = 1; seed <= seeds; seed += 1) {
    const host = make === undefined ? {} : { host: sabotaged(make()) };
    const { failure } = simulate({ seed, scenario, fixed, twice: false, ...host });
    if (failure !== null) return failure;
  }
  throw new Error("no seed has failed");
}

/** What is found first, `checker: rule`. */
export function firstFound(fixed: PartialOptions, search: Search): string {
  const { checker, rule } = firstFailure(fixed, search);
  return `${checker}: ${rule}`;
}
