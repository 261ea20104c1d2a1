/** What the simulator finds of a planted bug. */
import { simulate } from "../../src/sim/index.ts";
import type { PartialOptions, ScenarioName } from "../../src/sim/index.ts";

/**
 * What is found first, `checker: rule`.
 *
 * @throws Error "no seed has failed" when none of the first `seeds` does
 */
export function firstFound(
  fixed: PartialOptions,
  seeds: number,
  scenario: ScenarioName = "players",
): string {
  for (let seed = 1; seed <= seeds; seed += 1) {
    const { failure } = simulate({ seed, scenario, fixed, twice: false });
    if (failure !== null) return `${failure.checker}: ${failure.rule}`;
  }
  throw new Error("no seed has failed");
}
