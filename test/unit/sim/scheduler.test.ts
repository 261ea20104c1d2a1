import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { InvariantError } from "../../../src/core/kernel/assert.ts";
import { Scheduler } from "../../../src/sim/scheduler.ts";

describe("simulated time", () => {
  it("happens in the order of time, and of scheduling at equal times", () => {
    const order = (times: readonly number[]): number[] => {
      const scheduler = new Scheduler();
      const happened: number[] = [];
      times.forEach((time, index) => scheduler.at(time, () => happened.push(index)));
      while (scheduler.runNext());
      return happened;
    };
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.nat(20), fc.nat(20_000)), { maxLength: 60 }), (times) => {
        const sorted = times
          .map((time, index) => ({ time, index }))
          .sort((left, right) => left.time - right.time || left.index - right.index)
          .map(({ index }) => index);
        expect(order(times)).toEqual(sorted);
      }),
      { numRuns: 1_000 },
    );
  });

  it("shows the time of what happens, and of the end of a run", () => {
    const scheduler = new Scheduler();
    const seen: number[] = [];
    scheduler.at(5, () => seen.push(scheduler.nowMicros));
    scheduler.at(9, () => seen.push(scheduler.nowMicros));
    scheduler.runUntil(7);
    expect(seen).toEqual([5]);
    expect(scheduler.nowMicros).toBe(7);
    expect(scheduler.nextMicros()).toBe(9);
  });

  it("never does what was cancelled", () => {
    const scheduler = new Scheduler();
    let happened = 0;
    const task = scheduler.after(1, () => (happened += 1));
    const other = scheduler.after(1, () => scheduler.cancel(last));
    const last = scheduler.after(1, () => (happened += 100));
    scheduler.cancel(task);
    scheduler.runUntil(10);
    expect(happened).toBe(0);
    expect(other.action).toBeNull();
    expect(scheduler.nextMicros()).toBeNull();
  });

  it("refuses to schedule into the past", () => {
    const scheduler = new Scheduler();
    scheduler.runUntil(10);
    expect(() => scheduler.at(9, () => undefined)).toThrow(InvariantError);
  });
});
