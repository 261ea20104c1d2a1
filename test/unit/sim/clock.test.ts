import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Micros } from "../../../src/core/kernel/ids.ts";
import { MachineClock } from "../../../src/sim/clock.ts";
import { Decisions } from "../../../src/sim/decisions.ts";
import type { Decision } from "../../../src/sim/decisions.ts";
import { FaultCounters } from "../../../src/sim/faults.ts";
import { calmOptions } from "../../../src/sim/options.ts";
import { Scheduler } from "../../../src/sim/scheduler.ts";

const setUp = (plan: Readonly<Record<string, Decision>> = {}) => {
  const scheduler = new Scheduler();
  const decisions = Decisions.planned(new Map(Object.entries(plan)));
  const parts = { scheduler, decisions, faults: new FaultCounters(), options: calmOptions.clock };
  return { scheduler, clock: new MachineClock(parts, "m") };
};

describe("a machine's clocks", () => {
  it("drift: the instant at which the clock shows a time is the first that does", () => {
    fc.assert(
      fc.property(fc.integer({ min: -50_000, max: 50_000 }), fc.nat(10_000_000), (drift, ahead) => {
        const { scheduler, clock } = setUp({ "clock/m/drift#0": drift });
        scheduler.runUntil(12_345);
        const due = (clock.monotonic() + ahead) as Micros;
        const at = clock.whenMonotonic(due);
        scheduler.runUntil(Math.max(12_345, at - 1));
        if (at > 12_345) expect(clock.monotonic()).toBeLessThan(due);
        scheduler.runUntil(at);
        expect(clock.monotonic()).toBeGreaterThanOrEqual(due);
      }),
      { numRuns: 1_000 },
    );
  });

  it("jump: the wall clock steps and the monotonic one does not", () => {
    const { scheduler, clock } = setUp({ "clock/m/skew#0": 500 });
    const { clock: right } = setUp();
    expect(clock.wallClock() - right.wallClock()).toBe(500);
    const before = clock.wallClock();
    const monotonic = clock.monotonic();
    clock.jump(-3_600_000_000);
    scheduler.runUntil(10);
    expect(clock.wallClock() - before).toBe(-3_599_999_990);
    expect(clock.monotonic() - monotonic).toBe(10);
  });

  it("power: the monotonic clock begins anew, the wall clock goes on", () => {
    const { scheduler, clock } = setUp();
    const first = clock.monotonic();
    scheduler.runUntil(5_000_000);
    clock.powerBack();
    expect(clock.monotonic()).toBe(first);
    expect(clock.wallClock() % 10_000_000).toBe(5_000_000);
  });
});
