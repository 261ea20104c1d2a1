/** Futures of a moment of a log: `reprise sim --from`. */
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it, onTestFinished } from "vitest";
import { forkLog } from "../../../src/cli/replay/fork-log.ts";
import { openLog } from "../../../src/cli/replay/log.ts";
import { ProgressLine } from "../../../src/cli/output.ts";
import type { Event } from "../../../src/core/contract.ts";
import { readPlan, simulate } from "../../../src/sim/index.ts";
import type { Checker, Step } from "../../../src/sim/index.ts";
import { fromJson, toJson } from "../../../src/sim/json.ts";
import { features as mended } from "../../fixtures/bugs/fixed/features.ts";
import { features as shipped } from "../../fixtures/bugs/features.ts";
import { reprise } from "../../support/command-line.ts";
import { evening } from "../../support/evening.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

const town = join(fileURLToPath(new URL("../../fixtures/bugs", import.meta.url)), "town");

const forkOf = async (features: typeof shipped, at: number | null, site = "server") =>
  forkLog(await openLog(town, { features }, new ProgressLine()), at, site);

const workload = evening(1_000_000);

/** The first events that a run adds to what it begins with. */
function firstEvents() {
  const events: Event[] = [];
  const checker: Checker = {
    name: "first-events",
    checked: 0,
    stepped({ event, isReplay }: Step) {
      if (!isReplay && events.length < 1) events.push(event);
    },
  };
  return { events, checkers: () => [checker] };
}

describe("a fork", () => {
  it("[RPL-09] goes on from the state of the log, at the log's time, under every checker", async () => {
    const from = await forkOf(mended, 10);
    const { events, checkers } = firstEvents();
    const given = { from, features: mended, workload, checkers, twice: false };
    const { failure } = simulate({ seed: 3, ...given });
    expect(failure).toBeNull();
    // The log has one start; the run's first is the next.
    expect(events).toMatchObject([{ type: "server.started", incarnation: 2 }]);
    const passed = (events[0]?.at ?? 0) - from.atMicros;
    expect(passed).toBeGreaterThan(0);
    expect(passed).toBeLessThan(86_400_000_000);
  });

  it("[RPL-09] finds in a future what the past has left behind", async () => {
    // After event 13 all is dark and two lanterns are still on the list: the bug has happened.
    const from = await forkOf(shipped, 13);
    const { failure } = simulate({ seed: 1, from, features: shipped, workload });
    expect(failure?.message).toContain("what is lit will burn out");
    const healthy = await forkOf(mended, 13);
    for (let seed = 1; seed <= 5; seed += 1) {
      const given = { from: healthy, features: mended, workload };
      expect(simulate({ seed, ...given }).failure).toBeNull();
    }
  });

  it("[RPL-09] is in the plan, so that a failure file needs no log", async () => {
    const from = await forkOf(shipped, 13);
    const found = simulate({ seed: 1, from, features: shipped, workload });
    const text = JSON.stringify(toJson(found.failure?.plan));
    const plan = readPlan(fromJson(JSON.parse(text)));
    const again = simulate({ plan, features: shipped });
    expect(again.failure?.fingerprint).toBe(found.failure?.fingerprint);
    expect(again.digest).toBe(found.digest);
  });

  it("refuses a moment that the log does not have", async () => {
    await expect(forkOf(mended, 99)).rejects.toThrow("the log has events 1 to 25, not 99");
  });
});

describe("reprise sim --from", () => {
  it("[RPL-09] plays futures of a log, and leaves a failure file that needs no log", async () => {
    const folder = temporaryFolder();
    const module = join(folder, "town.ts");
    const features = JSON.stringify(join(town, "..", "features.ts"));
    writeFileSync(
      module,
      `export { features } from ${features};
      export const workload = (_seed, { seconds }) => [{ kind: "player", name: "1", actions: [
        { atMicros: 0, type: "start" },
        { atMicros: 1_000_000, type: "request", contract: "lantern", key: "place",
          message: { burnSeconds: 1 } },
      ] }];`,
    );
    const argv = ["sim", "--from", town, "--at", "13", "--features", module, "--json"];
    const found = await reprise(...argv, "--no-shrink", "--seconds", "2");
    expect(found.code).toBe(1);
    const { failures } = JSON.parse(found.out) as { failures: { file: string; message: string }[] };
    const file = failures[0]?.file ?? "";
    onTestFinished(() => rmSync(file, { force: true }));
    expect(failures[0]?.message).toContain("what is lit will burn out");
    const again = await reprise("sim", "--failure", file, "--features", module, "--json");
    expect(again.code).toBe(1);
  });

  it("[RPL-09] judges only what is known of a state that others have left", async () => {
    const log = await openLog(town, { features: null }, new ProgressLine());
    const fork = forkLog(log, null, "game-1");
    for (const seed of [1, 2, 3]) {
      const { failure } = simulate({ seed, scenario: "players", from: fork, twice: false });
      expect(failure?.message ?? null).toBeNull();
    }
  });

  it("says what does not go together", async () => {
    expect((await reprise("sim", "--at", "3")).code).toBe(2);
    expect((await reprise("sim", "--from", town, "--scenario", "echo")).code).toBe(2);
    const none = await reprise("sim", "--from", town, "--at", "99");
    expect(none.err).toContain("the log has events 1 to 25, not 99");
  });
});
