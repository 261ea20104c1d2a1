/**
 * The checkers of what servers ask of the outside, and of what the outside grants, meet planted
 * bugs and must be the ones that find them.
 */
import { describe, expect, it } from "vitest";
import { simulate } from "../../../src/sim/index.ts";
import type { PartialOptions, ScenarioName, SimulationFailure } from "../../../src/sim/index.ts";
import { overriding, overStep, sabotaged } from "../../support/sabotage.ts";
import type { Sabotage } from "../../support/sabotage.ts";

/** The first failure among some seeds. */
function firstFailure(
  scenario: ScenarioName,
  fixed: PartialOptions,
  make: () => Sabotage = () => ({}),
): SimulationFailure {
  for (let seed = 1; seed <= 30; seed += 1) {
    const { failure } = simulate({ seed, scenario, fixed, twice: false, host: sabotaged(make()) });
    if (failure !== null) return failure;
  }
  throw new Error("no seed has failed");
}

const deadly: PartialOptions = {
  process: { endsMax: 4, crashesMax: 3, restartMaxMicros: 100_000 },
};

describe("the simulator finds", () => {
  it("a call that is made before its step is durable", () => {
    const { checker, rule } = firstFailure("upgrade", deadly, () => ({
      machine: (machine) =>
        overStep(machine, (event, outbox, go) => {
          const call: typeof outbox.call = (id, operation, request, _effect, asker) =>
            outbox.call(id, operation, request, "none", asker);
          go(event, overriding(outbox, { call }));
        }),
    }));
    expect([checker, rule]).toEqual([
      "calls",
      "what is done once is not forgotten once it may have been done",
    ]);
  });

  it("a call that a restart forgets", () => {
    const { checker, rule } = firstFailure("players", deadly, () => ({
      syscalls: (syscalls) => {
        // What the last process has left unanswered is asked before anybody may come in.
        let isOpen = false;
        return overriding(syscalls, {
          listen: () => {
            isOpen = true;
            syscalls.listen();
          },
          perform: (...call) => {
            if (isOpen) syscalls.perform(...call);
          },
        });
      },
    }));
    expect([checker, rule]).toEqual([
      "calls",
      "what had no answer is asked again by the next process",
    ]);
  });
});
