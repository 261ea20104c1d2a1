import { describe, expect, it } from "vitest";
import { ApiMisuseError } from "../../../src/core/kernel/assert.ts";
import {
  calmOptions,
  drawOptions,
  failureFile,
  readFailureFile,
  readPlan,
  scenarioNames,
  simulate,
} from "../../../src/sim/index.ts";
import { drawScripts, drawTravellers } from "../../../src/sim/clients/script.ts";
import { readScripts } from "../../../src/sim/plan-rules.ts";
import { drawPlayersOptions } from "../../../src/sim/swarm.ts";
import type { Plan, ScenarioName, SimulationFailure } from "../../../src/sim/index.ts";
import { overriding, sabotaged } from "../../support/sabotage.ts";
import type { Sabotage } from "../../support/sabotage.ts";

/** Drops the ninth write of every process. */
const forgetful: Sabotage = {
  syscalls: (syscalls) => {
    let writes = 0;
    return overriding(syscalls, {
      write: (socket, bytes) => ((writes += 1) === 9 ? 0 : syscalls.write(socket, bytes)),
    });
  },
};

type Source = { readonly seed: number; readonly scenario: ScenarioName } | { readonly plan: Plan };

const failureOf = (source: Source): SimulationFailure => {
  // On a disk that fails, others may find it first.
  const calm = { fixed: { seconds: 3, disk: calmOptions.disk } };
  const fixed = "seed" in source ? calm : {};
  const { failure } = simulate({ ...source, ...fixed, host: sabotaged(forgetful) });
  if (failure === null) throw new Error("the planted bug was not found");
  return failure;
};

describe("a plan", () => {
  it.each(scenarioNames)(
    "[TST-13] makes a failure happen again without the seed: %s",
    (scenario) => {
      const first = failureOf({ seed: 3, scenario });
      const again = failureOf({ plan: readPlan(JSON.parse(JSON.stringify(first.plan))) });
      expect(again.fingerprint).toBe(first.fingerprint);
      expect([again.message, again.atMicros, again.steps]).toEqual([
        first.message,
        first.atMicros,
        first.steps,
      ]);
      expect(again.plan).toEqual(first.plan);
      expect(again.plan.scenario).toBe(scenario);
    },
  );

  it("still fails without its faults when they had nothing to do with it", () => {
    const { plan, checker } = failureOf({ seed: 5, scenario: "echo" });
    expect(Object.keys(plan.decisions).length).toBeGreaterThan(0);
    expect(failureOf({ plan: { ...plan, decisions: {} } }).checker).toBe(checker);
  });

  it("survives the way through a failure file", () => {
    const result = simulate({ seed: 3, fixed: { seconds: 3 }, host: sabotaged(forgetful) });
    const { failure } = result;
    if (failure === null) throw new Error("the planted bug was not found");
    const file = failureFile(result, failure, "x.json");
    const read = readFailureFile(JSON.parse(JSON.stringify(file)));
    expect(read.plan).toEqual(failure.plan);
    expect(read.replay).toBe("npx reprise sim --failure x.json");
    expect(() => readFailureFile({ format: "other" })).toThrow(ApiMisuseError);
    expect(() => readFailureFile({ ...file, plan: { ...file.plan, format: 2 } })).toThrow(
      "another format",
    );
  });

  it("may have whatever a seed draws", () => {
    const types = new Set<string>();
    for (let seed = 1; seed <= 100; seed += 1) {
      const options = drawOptions(seed);
      const travellers = drawTravellers(seed, {
        ...options,
        players: drawPlayersOptions(seed).players,
      });
      for (const scripts of [travellers, drawScripts(seed, options.workload, options.seconds)]) {
        expect(readScripts(JSON.parse(JSON.stringify(scripts)))).toEqual(scripts);
        for (const { actions } of scripts) for (const { type } of actions) types.add(type);
      }
    }
    for (const type of ["turn", "operate", "cheat", "request", "tell", "say", "echo"]) {
      expect(types).toContain(type);
    }
  });

  it("that is older than an option has it calm", () => {
    const plan = { format: 1, entropy: 1, options: { seconds: 2 }, scripts: [], decisions: {} };
    expect(readPlan(plan).options).toEqual({ ...calmOptions, seconds: 2 });
    expect(readPlan(plan).scenario).toBe("echo");
    expect(() => readPlan({ ...plan, scenario: "chess" })).toThrow("does not know");
  });
});

describe("options", () => {
  it("are drawn by the seed, half of the faults left out", () => {
    expect(drawOptions(7)).toEqual(drawOptions(7));
    const drawn = Array.from({ length: 200 }, (_, seed) => drawOptions(seed));
    const withResets = drawn.filter(({ network }) => network.resetPerMillion > 0).length;
    expect(withResets).toBeGreaterThan(60);
    expect(withResets).toBeLessThan(140);
  });
});
