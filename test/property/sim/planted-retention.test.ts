/** A planted bug for those who look at what retention leaves. */
import { afterEach, describe, expect, it, vi } from "vitest";
import type { FileScript } from "../../../src/core/host/files.ts";
import type * as retention from "../../../src/core/host/retention.ts";
import { simulate } from "../../../src/sim/index.ts";
import type { PartialOptions } from "../../../src/sim/index.ts";

const planted = vi.hoisted(() => ({ isOn: false }));

vi.mock("../../../src/core/host/retention.ts", async (load) => {
  const real = await load<typeof retention>();
  /** Takes a failed removal for done. */
  function* retain(options: retention.RetentionOptions): FileScript<retention.Deleted> {
    const script = real.retain(options);
    let step = script.next({ ok: true, type: "done" });
    while (step.done !== true) {
      const operation = step.value;
      const result = yield operation;
      const isHidden = planted.isOn && operation.type === "remove" && !result.ok;
      step = script.next(isHidden ? { ok: true, type: "done" } : result);
    }
    return step.value;
  }
  return { ...real, retain };
});

afterEach(() => (planted.isOn = false));

const fixed: PartialOptions = {
  seconds: 5,
  workload: { clients: 4, rudePerMillion: 0, thinkMicros: 30_000, stayMaxMicros: 1_500_000 },
  follower: {
    ...{ everyEvents: 30, afterMicros: 1_000, keepBytes: 1 },
    ...{ deathPerMillion: 0, slowPerMillion: 0 },
  },
  disk: { removalFailedPerMillion: 300_000, rotPerMillion: 0, misdirectedPerMillion: 0 },
  server: { segmentBytesMax: 4_096 },
};

/** Who finds it first, in which rule; and how many removals had failed in all. */
function found(seeds: number): { readonly first: string | null; readonly failed: number } {
  let failed = 0;
  for (let seed = 1; seed <= seeds; seed += 1) {
    const { failure, faults } = simulate({ seed, fixed, twice: false });
    failed += faults["disk.removal-failed"];
    if (failure !== null) return { first: `${failure.checker}: ${failure.rule}`, failed };
  }
  return { first: null, failed };
}

describe("the simulator", () => {
  it("[JRN-21] finds nothing where a failed removal ends the round", () => {
    const { first, failed } = found(10);
    expect(first).toBeNull();
    expect(failed).toBeGreaterThan(8);
  });

  it("[JRN-21] finds a retention that takes a failed removal for done", () => {
    planted.isOn = true;
    expect(found(10).first).toBe("tails: what is left of a journal has no hole");
  });
});
