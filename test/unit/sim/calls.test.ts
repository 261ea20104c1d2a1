import { describe, expect, it } from "vitest";
import type { CallResult } from "../../../src/core/contract.ts";
import { callId } from "../../../src/core/kernel/ids.ts";
import { Performers } from "../../../src/sim/calls.ts";
import { Decisions } from "../../../src/sim/decisions.ts";
import type { Decision } from "../../../src/sim/decisions.ts";
import { FaultCounters } from "../../../src/sim/faults.ts";
import { calmOptions } from "../../../src/sim/options.ts";
import type { Route } from "../../../src/sim/network/weather.ts";
import { Scheduler } from "../../../src/sim/scheduler.ts";

/** A way that is open from so many microseconds on. */
const openFrom = (scheduler: Scheduler, atMicros: number): Route => ({
  get isOpen() {
    return scheduler.nowMicros >= atMicros;
  },
  whenOpen: (then) => void scheduler.at(Math.max(atMicros, scheduler.nowMicros), then),
});

const setUp = (plan: Readonly<Record<string, Decision>> = {}, there = 0, back = 0) => {
  const scheduler = new Scheduler();
  let performed = 0;
  const decisions = Decisions.planned(new Map(Object.entries(plan)));
  const options = calmOptions.calls;
  const faults = new FaultCounters();
  const ways = { there: openFrom(scheduler, there), back: openFrom(scheduler, back) };
  const parts = { name: "calls", scheduler, decisions, faults, options, ...ways };
  const performers = new Performers(parts, { count: () => (performed += 1) });
  const answers: [number, CallResult][] = [];
  const ask = (operation = "count"): void => {
    performers.perform({ call: callId(1), operation, request: null }, (result) =>
      answers.push([scheduler.nowMicros, result]),
    );
  };
  return { scheduler, answers, ask, performed: () => performed, performers, faults };
};

const unavailable: CallResult = { ok: false, code: "UNAVAILABLE" };

describe("simulated performers", () => {
  it("answer after a while, and never from inside the call", () => {
    const { scheduler, answers, ask } = setUp();
    ask();
    expect(answers).toEqual([]);
    scheduler.runUntil(1_000_000);
    expect(answers).toEqual([[500, { ok: true, answer: 1 }]]);
  });

  it("perform a call once, however often its key is asked", () => {
    const { scheduler, answers, ask, performed } = setUp({ "calls/fate#1": "duplicate" });
    ask();
    ask();
    scheduler.runUntil(1_000_000);
    expect(answers.map(([, result]) => result)).toEqual(
      Array.from({ length: 3 }, () => ({ ok: true, answer: 1 })),
    );
    expect(performed()).toBe(1);
  });

  it.each(["duplicate", "unheard"])("keep the order of asking in a partition: %s", (fate) => {
    const { scheduler, answers, ask, performed } = setUp({ "calls/fate#1": fate }, 5_000);
    ask();
    ask();
    scheduler.runUntil(4_999);
    expect(performed()).toBe(0);
    scheduler.runUntil(5_000);
    expect(performed()).toBe(1);
    scheduler.runUntil(20_000_000);
    expect(answers).toHaveLength(fate === "duplicate" ? 3 : 2);
  });

  it("answer what is lost, failed or unknown as unavailable", () => {
    const { scheduler, answers, ask, performed } = setUp({
      "calls/fate#0": "lost",
      "calls/fate#1": "failed",
      "calls/slow#1": 2_000,
    });
    ask();
    ask();
    ask("nobody knows it");
    scheduler.runUntil(60_000_000);
    expect(answers).toEqual([
      [500, unavailable],
      [2_500, unavailable],
      [10_000_000, unavailable],
    ]);
    expect(performed()).toBe(0);
  });

  it("perform what is unheard, and answer it as unavailable", () => {
    const { scheduler, answers, ask, performed } = setUp({ "calls/fate#0": "unheard" });
    ask();
    scheduler.runUntil(1_000_000);
    expect([performed(), answers]).toEqual([1, []]);
    scheduler.runUntil(60_000_000);
    expect(answers).toEqual([[10_000_500, unavailable]]);
    // Whoever asks again hears what was done then.
    ask();
    scheduler.runUntil(120_000_000);
    expect([performed(), answers.length]).toEqual([1, 2]);
    expect(answers[1]?.[1]).toEqual({ ok: true, answer: 1 });
  });

  it("end the process that asks when it was decided, once they have performed", () => {
    const { scheduler, ask, performed, performers, faults } = setUp({ "calls/crash#0": true });
    const performedBefore: number[] = [];
    performers.onCrash = () => performedBefore.push(performed());
    ask();
    ask();
    scheduler.runUntil(1_000_000);
    expect(performedBefore).toEqual([1]);
    expect(faults.counts["call.crash"]).toBe(1);
  });

  it("wait for the end of a partition, or are given up by who asks", () => {
    const second = 1_000_000;
    const cases = [
      { there: 3 * second, back: 0, performedAt3: 1, answers: [[3 * second, true]] },
      // Performed at once, and its answer is heard late.
      { there: 0, back: 4 * second, performedAt3: 1, answers: [[4 * second, true]] },
      // Performed when nobody waits for it any more.
      { there: 20 * second, back: 0, performedAt3: 0, answers: [[10 * second + 500, false]] },
      { there: 0, back: 20 * second, performedAt3: 1, answers: [[10 * second + 500, false]] },
    ];
    for (const { there, back, performedAt3, answers } of cases) {
      const run = setUp({}, there, back);
      run.ask();
      run.scheduler.runUntil(3 * second);
      expect(run.performed()).toBe(performedAt3);
      run.scheduler.runUntil(60 * second);
      expect(run.performed()).toBe(1);
      expect(run.answers.map(([at, { ok }]) => [at, ok])).toEqual(answers);
      expect(run.faults.counts["call.cut"]).toBe(1);
    }
  });
});
