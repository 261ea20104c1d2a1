import { describe, expect, it } from "vitest";
import { Decisions } from "../../../src/sim/decisions.ts";
import type { Decision } from "../../../src/sim/decisions.ts";
import { FaultCounters } from "../../../src/sim/faults.ts";
import { calmOptions } from "../../../src/sim/options.ts";
import { DrawnMergeOrder } from "../../../src/sim/process/merge.ts";

const order = (plan: Readonly<Record<string, Decision>>): DrawnMergeOrder =>
  new DrawnMergeOrder({
    name: "n.1",
    decisions: Decisions.planned(new Map(Object.entries(plan))),
    faults: new FaultCounters(),
    options: calmOptions.process,
  });

describe("the order in which the inbox takes", () => {
  it("is round robin unless it is decided otherwise", () => {
    const robin = order({});
    const choices = Array.from({ length: 5 }, () => robin.choose([0, 2, 3]));
    expect(choices).toEqual([0, 2, 3, 0, 2]);
    expect(robin.choose([0, 1])).toBe(0);
  });

  it("follows the plan, and goes on round robin from there", () => {
    const planned = order({ "process/n.1/merge#1": 0 });
    const choices = Array.from({ length: 4 }, () => planned.choose([0, 2, 3]));
    expect(choices).toEqual([0, 0, 2, 3]);
  });
});
