import { describe, expect, it } from "vitest";
import type { Follower, FollowerReport } from "../../../src/core/host/index.ts";
import { Decisions } from "../../../src/sim/decisions.ts";
import type { Decision } from "../../../src/sim/decisions.ts";
import { FaultCounters } from "../../../src/sim/faults.ts";
import { simulate } from "../../../src/sim/index.ts";
import type { PartialOptions } from "../../../src/sim/index.ts";
import { calmFollower, SimulatedThread } from "../../../src/sim/process/follower.ts";
import { Scheduler } from "../../../src/sim/scheduler.ts";
import { storyOf } from "../../../src/sim/story/index.ts";

const mark = (sequence: number) => ({ path: "journal/1", bytes: 1, sequence, at: 0 });

/** A thread whose follower only writes down which marks it hears, and when. */
const setUp = (plan: Readonly<Record<string, Decision>> = {}) => {
  const scheduler = new Scheduler();
  const faults = new FaultCounters();
  const decisions = Decisions.planned(new Map(Object.entries(plan)));
  const heard: [sequence: number, atMicros: number][] = [];
  const reports: FollowerReport[] = [];
  const later = (micros: number, action: () => void): void => {
    scheduler.after(micros, action);
  };
  const thread = new SimulatedThread({
    options: calmFollower,
    faults,
    deaths: decisions.subject("death"),
    delays: decisions.subject("slow"),
    later,
    file: () => undefined,
    toHost: (action) => later(1, action),
  });
  const follower = {
    follow: ({ sequence }: { sequence: number }) => heard.push([sequence, scheduler.nowMicros]),
  };
  const port = thread.port(
    () => follower as unknown as Follower,
    (report) => reports.push(report),
  );
  port.start();
  return { scheduler, counts: faults.counts, heard, reports, port };
};

describe("the thread of a simulated follower", () => {
  it("hears what it is told, in order", () => {
    const { scheduler, counts, heard, port } = setUp();
    for (const sequence of [1, 2]) port.follow(mark(sequence));
    scheduler.runUntil(1_000_000);
    expect(heard.map(([sequence]) => sequence)).toEqual([1, 2]);
    expect(counts["follower.killed"] + counts["follower.slow"]).toBe(0);
  });

  it("is slow for all that comes behind a slow message, and counts that", () => {
    const { scheduler, counts, heard, port } = setUp({ "slow#0": 500_000 });
    for (const sequence of [1, 2]) port.follow(mark(sequence));
    scheduler.runUntil(1_000_000);
    expect(heard.map(([sequence]) => sequence)).toEqual([1, 2]);
    for (const [, at] of heard) expect(at).toBeGreaterThan(500_000);
    expect(counts["follower.slow"]).toBe(1);
  });

  it("dies over a message without having heard it, tells that and counts it", () => {
    const { scheduler, counts, heard, reports, port } = setUp({ "death#1": true });
    for (const sequence of [1, 2]) port.follow(mark(sequence));
    scheduler.runUntil(1_000_000);
    expect(heard).toEqual([]);
    expect(reports.map(({ type }) => type)).toEqual(["ended"]);
    expect(counts["follower.killed"]).toBe(1);
    port.start();
    port.follow(mark(3));
    scheduler.runUntil(2_000_000);
    expect(heard.map(([sequence]) => sequence)).toEqual([3]);
  });

  it("[JRN-17] strikes in runs, is told in their stories, and harms no server", () => {
    const fixed: PartialOptions = {
      seconds: 3,
      // Short enough that its story is told whole.
      workload: { clients: 2, rudePerMillion: 0 },
      process: { endsMax: 0, crashesMax: 0 },
      follower: {
        everyEvents: 5,
        afterMicros: 1_000,
        deathPerMillion: 150_000,
        slowPerMillion: 200_000,
      },
    };
    const { plan, faults, failure } = simulate({ seed: 6, fixed, twice: false, keepPlan: true });
    if (plan === null) throw new Error("the plan was to be kept");
    expect(failure?.message ?? null).toBeNull();
    expect(faults["follower.killed"]).toBeGreaterThan(0);
    expect(faults["follower.slow"]).toBeGreaterThan(0);
    const story = storyOf(plan).join("\n");
    expect(story).toContain("the journal's follower dies over a message");
    expect(story).toContain("the journal's follower hears a message late");
  });
});
