/**
 * Shrinking must not make failures of its own: whatever it leaves out or simplifies, a sound
 * program breaks no rule in what is left. So what a shrunk plan breaks, the program has broken.
 *
 * `REPRISE_SOUND_SEEDS` says how many seeds of each scenario are taken apart.
 */
import { expect, it } from "vitest";
import { RandomStream } from "../../../src/core/kernel/random.ts";
import { scenarioNames, shrink, simulate, storyOf } from "../../../src/sim/index.ts";
import type { Plan, ScenarioName } from "../../../src/sim/index.ts";
import { calmDown } from "../../../src/sim/shrink/calm.ts";
import { leaveOut } from "../../../src/sim/shrink/leave-out.ts";
import { inTurn } from "../../../src/sim/shrink/search.ts";
import { simplify } from "../../../src/sim/shrink/simplify.ts";
import { chosenSeed } from "../../seed.ts";

const seeds = Number(process.env["REPRISE_SOUND_SEEDS"] ?? "2");
const runsPerSeed = 8;

/** The passes in any order: what is simplified need not be small. */
const searches = [
  inTurn([leaveOut, calmDown, simplify]),
  inTurn([calmDown, simplify, leaveOut]),
  inTurn([simplify, leaveOut, calmDown]),
];

function planOf(seed: number, scenario: ScenarioName): Plan {
  const { plan, failure } = simulate({ seed, scenario, twice: false, keepPlan: true });
  expect(failure?.message ?? null, `seed ${String(seed)}`).toBeNull();
  if (plan === null) throw new Error("the plan was to be kept");
  return plan;
}

/** Goes down as if something were broken, at random. Tells what is broken on the way. */
function descend(plan: Plan, random: RandomStream): readonly string[] {
  const broken: string[] = [];
  const running = random.pick(searches)(plan);
  let next = running.next();
  for (let runs = 0; next.done !== true && runs < runsPerSeed;) {
    const candidate = next.value;
    if (random.chance(1, 2)) {
      next = running.next(null);
      continue;
    }
    runs += 1;
    const { failure, plan: left } = simulate({ plan: candidate, twice: false, keepPlan: true });
    if (failure !== null) broken.push(...storyOf(shrink(failure).failure.plan));
    next = running.next(random.chance(1, 2) ? left : null);
  }
  return broken;
}

it.each(scenarioNames)(
  "a sound program breaks no rule in any part of a plan: %s",
  (scenario) => {
    const first = (chosenSeed() >>> 0) * 100;
    for (let seed = first; seed < first + seeds; seed += 1) {
      const random = RandomStream.named([seed >>> 0, 0, 0, 0], "descend");
      expect(descend(planOf(seed, scenario), random)).toEqual([]);
    }
  },
  600_000,
);

it.each(scenarioNames)(
  "[TST-13] the plan of a seed goes the way of the seed, step by step: %s",
  (scenario) => {
    const first = (chosenSeed() >>> 0) * 100;
    for (let seed = first; seed < first + seeds; seed += 1) {
      const drawn = simulate({ seed, scenario, twice: false, keepPlan: true });
      const { plan } = drawn;
      if (plan === null) throw new Error("the plan was to be kept");
      // As it comes out of a file.
      const read = JSON.parse(JSON.stringify(plan)) as Plan;
      const planned = simulate({ plan: read, twice: false, keepPlan: true });
      expect(planned.digest, `seed ${String(seed)}`).toBe(drawn.digest);
      expect([planned.events, planned.faults]).toEqual([drawn.events, drawn.faults]);
      expect(planned.plan).toEqual(plan);
    }
  },
);
