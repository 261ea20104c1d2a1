import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { addTo, newTally, runCampaign, runSeed } from "../../../src/cli/simulation.ts";
import { calmOptions, faultNames } from "../../../src/sim/index.ts";
import type { FailureFile } from "../../../src/sim/index.ts";
import { reprise } from "../../support/command-line.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

const failure: FailureFile = {
  format: "reprise-failure-1",
  replay: "npx reprise sim --failure failure.json",
  fingerprint: "0badf00d",
  checker: "liveness",
  message: "every player is ready: one is not",
  atSeconds: 1,
  steps: 2,
  seed: 7,
  log: [],
  plan: {
    format: 1,
    entropy: 7,
    options: { ...calmOptions, seconds: 1 },
    scripts: [],
    decisions: {},
  },
};

describe("reprise sim", () => {
  it("prints one JSON object with the fields of the design", async () => {
    const { code, out } = await reprise("sim", "--seeds", "2", "--seconds", "1", "--json");
    expect(code).toBe(0);
    const report = JSON.parse(out) as Record<string, unknown>;
    expect(Object.keys(report)).toEqual([
      "seeds",
      "failures",
      "simulatedSeconds",
      "wallSeconds",
      "events",
      "determinismChecked",
      "faults",
      "coverage",
    ]);
    expect(report).toMatchObject({ seeds: 2, failures: [], determinismChecked: 2 });
    expect(Object.keys(report["faults"] as object)).toEqual(faultNames);
    expect(report["events"]).toBeGreaterThan(1);
  });

  it("prints first what a seed has drawn", async () => {
    const { code, out } = await reprise("sim", "--seed", "5", "--seconds", "1");
    expect(code).toBe(0);
    expect(out).toMatch(/^scenario +echo\nseconds +1\n/);
    expect(out).toMatch(/\nprocess\.endsMax +2\n/);
    expect(out).toMatch(/\nscenario +players\nseconds +1\n/);
    expect(out).toMatch(/\nplayers\.\w+ +\d+\n/);
    expect(out).toMatch(/\nfailures +0\n$/);
  });

  it("[TST-13] plays one scenario where it is told which", async () => {
    const events = async (scenario: string): Promise<number> => {
      const { out } = await reprise("sim", "--scenario", scenario, "--seconds", "1", "--json");
      return (JSON.parse(out) as { events: number }).events;
    };
    const [echo, players, all] = [
      await events("echo"),
      await events("players"),
      await events("all"),
    ];
    expect(echo).toBeGreaterThan(0);
    expect(players).toBeGreaterThan(0);
    expect(all).toBe(echo + players);
    expect(await reprise("sim", "--scenario", "walk")).toMatchObject({
      code: 2,
      err: expect.stringContaining('--scenario is echo, players, all, not "walk"') as string,
    });
  });

  it("replays a failure file, and says when the failure is gone", async () => {
    const path = join(temporaryFolder(), "failure.json");
    writeFileSync(path, JSON.stringify(failure));
    const { code, out } = await reprise("sim", "--failure", path);
    expect(code).toBe(0);
    expect(out).toContain("The failure 0badf00d (every player is ready: one is not) is gone.");
    const json = await reprise("sim", "--failure", path, "--json");
    expect(JSON.parse(json.out)).toMatchObject({ seeds: 1, failures: [] });
  });

  it("says what is wrong with a file or with the arguments", async () => {
    const path = join(temporaryFolder(), "broken.json");
    writeFileSync(path, "{");
    expect(await reprise("sim", "--failure", path)).toMatchObject({
      code: 1,
      err: `reprise sim: ${path} cannot be read: it is no JSON\n`,
    });
    writeFileSync(path, "{}");
    const other = await reprise("sim", "--failure", path);
    expect(other.code).toBe(1);
    expect(other.err).toBe("reprise sim: this is no failure file of format 1\n");
    const both = await reprise("sim", "--failure", path, "--seed", "1");
    expect(both.code).toBe(2);
    expect((await reprise("sim", "--seeds", "0")).code).toBe(2);
  });
});

describe("a campaign", () => {
  it("on threads says the same as without", async () => {
    const fixed = { seconds: 1, quietSeconds: 60 };
    const scenarios = ["echo"] as const;
    const alone = newTally();
    for (let seed = 1; seed <= 16; seed += 1) addTo(alone, runSeed({ seed, scenarios, fixed }));
    const progress: number[] = [];
    const together = await runCampaign({
      firstSeed: 1,
      seeds: 16,
      scenarios,
      fixed,
      progress: ({ seeds }) => progress.push(seeds) > 0,
    });
    expect({ ...together, reached: new Set([...together.reached].sort()) }).toEqual({
      ...alone,
      reached: new Set([...alone.reached].sort()),
    });
    expect(progress).toEqual(Array.from({ length: 16 }, (_, index) => index + 1));
  });

  it("ends when it is told to, with what it has", async () => {
    const tally = await runCampaign({
      firstSeed: 1,
      seeds: 100,
      scenarios: ["echo"],
      fixed: { seconds: 1 },
      progress: ({ seeds }) => seeds < 3,
    });
    expect(tally.seeds).toBeGreaterThanOrEqual(3);
    expect(tally.seeds).toBeLessThan(10);
  });
});
