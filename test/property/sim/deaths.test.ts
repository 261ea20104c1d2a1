/**
 * A process may die anywhere: one short run, killed after each of its events and at each of its
 * system calls, and again at each file operation of the recovery that follows. No place is drawn.
 */
import { describe, expect, it } from "vitest";
import { calmOptions, simulate, withOptions } from "../../../src/sim/index.ts";
import type {
  ClientScript,
  PartialOptions,
  Plan,
  SimulationResult,
} from "../../../src/sim/index.ts";

const seconds = 1;

/** Two players who deposit ten times a second, and one who comes later. */
const depositors: readonly ClientScript[] = ["1", "2", "3"].map((name, index) => ({
  kind: "player",
  name,
  actions: [
    { type: "start", atMicros: index * 200_000 },
    ...Array.from({ length: 8 }, (_, turn) => ({
      type: "request" as const,
      contract: "ledger",
      key: "deposit",
      message: { bytes: [96 + Number(name)] },
      atMicros: 50_000 + index * 200_000 + turn * 100_000,
    })),
  ],
}));

const options: PartialOptions = {
  seconds,
  quietSeconds: 30,
  process: { restartMaxMicros: 100_000 },
  server: { security: "plain", idleTimeoutMicros: 1_500_000, helloTimeoutMicros: 500_000 },
  upgrade: { servers: 1 },
};

function play(decisions: Plan["decisions"]): SimulationResult {
  const plan: Plan = {
    format: 1,
    scenario: "upgrade",
    entropy: 1,
    options: withOptions(calmOptions, options),
    scripts: depositors,
    decisions,
  };
  return simulate({ plan, twice: false });
}

/** Tries one place after the other until one is beyond the process's end; returns how many. */
function everywhere(at: (count: number) => Plan["decisions"], placesMax: number): number {
  for (let count = 1; count <= placesMax; count += 1) {
    const { failure, faults } = play(at(count));
    expect(failure?.message ?? null, JSON.stringify(at(count))).toBeNull();
    const deaths =
      faults["process.crash-at-event"] +
      faults["process.crash-in-turn"] +
      faults["process.crash-in-recovery"];
    if (deaths === 0) return count - 1;
  }
  return placesMax;
}

const drained = { afterMicros: 400_000, way: "drain", killAfterMicros: 0, adopts: false };
const upgrade = {
  "upgrade/node-1#0": { ...drained, isTakenBack: false },
  "node/node-1/restart#0": 50_000,
};

describe("a process dies, and nothing that was acknowledged is lost", () => {
  it("[JRN-01] [JRN-05] after each of its events", () => {
    const places = everywhere((count) => ({ "node/node-1/crash#0": { at: "event", count } }), 200);
    expect(places).toBeGreaterThan(30);
  });

  it("[JRN-01] [JRN-05] at each of its system calls", () => {
    const places = everywhere((count) => ({ "node/node-1/crash#0": { at: "call", count } }), 150);
    expect(places).toBeGreaterThan(60);
  });

  it("[JRN-01] [JRN-05] at each system call of two recoveries in a row", () => {
    const killed = { ending: "crash", afterMicros: 600_000, calls: 0 };
    for (let count = 1; count <= 25; count += 1) {
      const storm = [count, 26 - count];
      const restart = { "node/node-1/restart#0": 50_000 };
      const decisions = { "node/node-1/end#0": killed, "node/node-1/storm#0": storm, ...restart };
      const { failure, faults } = play(decisions);
      expect(failure?.message ?? null, JSON.stringify(storm)).toBeNull();
      expect(faults["process.restart-storm"]).toBe(2);
    }
  });

  it("[JRN-01] [JRN-05] after each event and at each system call of an upgrade", () => {
    const old = everywhere(
      (count) => ({ ...upgrade, "node/node-1/crash#0": { at: "call", count: count * 3 } }),
      60,
    );
    const next = everywhere(
      (count) => ({ ...upgrade, "node/node-1/crash#1": { at: "event", count } }),
      30,
    );
    const calls = everywhere(
      (count) => ({ ...upgrade, "node/node-1/crash#1": { at: "call", count } }),
      40,
    );
    expect(Math.min(old, next, calls)).toBeGreaterThan(10);
  });
});
