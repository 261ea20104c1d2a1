/**
 * What is told too late, counted wrong or drawn alike: planted bugs that the checkers of the
 * borders, of the views and of the journeys must find.
 */
import { afterEach, describe, expect, it, vi } from "vitest";
import { WorldView } from "../../../src/client/world-view.ts";
import { calmOptions } from "../../../src/sim/index.ts";
import type { PartialOptions, ScenarioName, SimulationFailure } from "../../../src/sim/index.ts";
import { firstFailure } from "../../support/first-found.ts";
import { overriding, overStep } from "../../support/sabotage.ts";
import type { Sabotage } from "../../support/sabotage.ts";

afterEach(() => {
  vi.restoreAllMocks();
});

/** The first failure among some seeds. */
const firstFailureIn = (
  scenario: ScenarioName,
  fixed: PartialOptions,
  make?: () => Sabotage,
): SimulationFailure => firstFailure(fixed, { scenario, seeds: 40, make });

describe("the simulator finds", () => {
  it("refusals that were withheld and are never told", () => {
    const rude: PartialOptions = {
      workload: { rudePerMillion: 1_000_000, crookedPerMillion: 0 },
      // A capture and a follower have the truth, and would tell it.
      keeping: calmOptions.keeping,
      follower: calmOptions.follower,
    };
    const { checker, rule } = firstFailureIn("echo", rude, () => ({
      machine: (machine) =>
        overStep(machine, (event, outbox, go) => {
          go(event.type === "packet.refused" ? { ...event, count: 1 } : event, outbox);
        }),
    }));
    expect([checker, rule]).toEqual(["gate", "what is refused is told within a second"]);
  });

  it("servers that all draw alike", () => {
    const twoServers: PartialOptions = {
      // The bug is in the server only, which its follower would tell first.
      follower: { everyEvents: 0 },
      workload: { clients: 8, rudePerMillion: 0, stayMaxMicros: 1_500_000 },
      players: { gameServers: 2, loginsPerMinute: 120, tokenLifetimeMs: 3_600_000 },
    };
    const { checker, rule } = firstFailureIn("players", twoServers, () => ({
      realm: (machine) =>
        overStep(machine, (event, outbox, go) => {
          go(event.type === "server.started" ? { ...event, seed: [0, 0, 0, 0] } : event, outbox);
        }),
    }));
    expect([checker, rule]).toEqual(["journeys", "servers draw apart"]);
  });

  it("[MON-04] a counter that loses what has labels", () => {
    const { checker, rule } = firstFailureIn("upgrade", {}, () => ({
      machine: (machine) =>
        overStep(machine, (event, outbox, go) => {
          const count: typeof outbox.count = (counter, by) => {
            if (!counter.includes("{")) outbox.count(counter, by);
          };
          go(event, overriding(outbox, { count }));
        }),
    }));
    expect(checker).toBe("counters");
    expect(rule).toMatch(/^the host counts the \w+_total that there were$/);
  });

  it("[JRN-01] a tail that nobody cuts", () => {
    const losses: PartialOptions = {
      seconds: 4,
      process: { endsMax: 4, restartMaxMicros: 100_000 },
      disk: { syncMicros: 3_000 },
      workload: { clients: 6, rudePerMillion: 0, thinkMicros: 30_000 },
    };
    const { checker, rule } = firstFailureIn("echo", losses, () => ({
      syscalls: (syscalls) =>
        overriding(syscalls, {
          file: (request, operation) => {
            const isCut = operation.type === "truncate" || operation.type === "remove";
            const path = isCut ? operation.path : "";
            const nothing = { type: "sync", path } as const;
            syscalls.file(request, path.startsWith("journal/") ? nothing : operation);
          },
        }),
    }));
    expect([checker, rule]).toEqual([
      "tails",
      "what was left unfinished is cut before anything is written",
    ]);
  });

  it("a view that counts an update twice", () => {
    const apply = Reflect.get(WorldView.prototype, "apply");
    vi.spyOn(WorldView.prototype, "apply").mockImplementation(function (this: WorldView, update) {
      if (update.removed.length > 0) this.counters.applied += 1;
      return apply.call(this, update);
    });
    const { checker, rule } = firstFailureIn("players", {});
    expect([checker, rule]).toEqual(["world-view", "a view counts the updates that it was given"]);
  });
});
