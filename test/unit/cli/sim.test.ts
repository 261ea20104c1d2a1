import { readFileSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { progressText } from "../../../src/cli/sim/report.ts";
import type { SimulationReport } from "../../../src/cli/sim/report.ts";
import { addTo, newTally, runSeed } from "../../../src/cli/sim/tally.ts";
import type { SeedReport } from "../../../src/cli/sim/tally.ts";
import { playOnThreads } from "../../../src/cli/sim/threads.ts";
import { runCampaign, workersFor } from "../../../src/cli/sim/campaign.ts";
import {
  calmOptions,
  failureFile,
  failureText,
  faultNames,
  fingerprintOf,
  readFailureFile,
  simulate,
} from "../../../src/sim/index.ts";
import type { FailureFile } from "../../../src/sim/index.ts";
import { reprise } from "../../support/command-line.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

const failure: FailureFile = {
  format: "reprise-failure-1",
  replay: "npx reprise sim --failure failure.json",
  fingerprint: "0badf00d",
  checker: "liveness",
  rule: "every player is ready",
  shrunk: null,
  story: [],
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
      "interrupted",
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
    const [echo, players, upgrade, all] = [
      await events("echo"),
      await events("players"),
      await events("upgrade"),
      await events("all"),
    ];
    expect(echo).toBeGreaterThan(0);
    expect(players).toBeGreaterThan(0);
    expect(upgrade).toBeGreaterThan(0);
    expect(all).toBe(echo + players + upgrade);
    expect(await reprise("sim", "--scenario", "walk")).toMatchObject({
      code: 2,
      err: expect.stringContaining(
        '--scenario is echo, players, upgrade, all, not "walk"',
      ) as string,
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
      code: 2,
      err: `reprise sim: ${path} cannot be read: it is no JSON\n`,
    });
    writeFileSync(path, "{}");
    const other = await reprise("sim", "--failure", path);
    expect(other.code).toBe(2);
    expect(other.err).toBe(
      `reprise sim: ${path} cannot be read: this is no failure file of format 1\n`,
    );
    const both = await reprise("sim", "--failure", path, "--seed", "1");
    expect(both.code).toBe(2);
    expect((await reprise("sim", "--seeds", "0")).code).toBe(2);
    expect((await reprise("sim", "--canary", "--seeds", "2")).code).toBe(2);
    expect((await reprise("sim", "--shrink")).code).toBe(2);
  });

  it.each([
    ["a log that is not there", ["--from", "/nope"]],
    ["a log that is none", ["--from", join(import.meta.dirname, "../../../README.md")]],
    ["a key file that is not there", ["--from", "/nope", "--key", "/nope.key"]],
    ["features that are not there", ["--failure", "FILE", "--features", "/nope.ts"]],
    ["a plan of other features", ["--failure", "FILE"]],
  ])("ends with 2 for %s: 1 is a broken rule", async (_what, words) => {
    const path = join(temporaryFolder(), "failure.json");
    const place = { atMicros: 1, type: "request", contract: "lantern", key: "place", message: {} };
    const scripts = [{ kind: "player", name: "1", actions: [place] }];
    writeFileSync(path, JSON.stringify({ ...failure, plan: { ...failure.plan, scripts } }));
    const argv = words.map((word) => (word === "FILE" ? path : word));
    const { code, err } = await reprise("sim", ...argv);
    expect(code).toBe(2);
    expect(err).toMatch(/^reprise sim: [^\n]+\n$/);
  });

  it("shrinks a file that was left as it was found", async () => {
    // Nobody starts the server again within the run, where its process has ended.
    const fixed = { seconds: 2, process: { endsMax: 2, restartMaxMicros: 1_000_000_000 } };
    const results = [1, 2, 3, 4].map((seed) => simulate({ seed, fixed, twice: false }));
    const result = results.find((one) => one.failure !== null);
    if (!result?.failure) throw new Error("no server stayed away");
    const path = join(temporaryFolder(), "failure.json");
    writeFileSync(path, failureText(failureFile(result, result.failure, path)));
    const { code, out } = await reprise("sim", "--failure", path, "--shrink");
    expect(code).toBe(1);
    const { fingerprint, shrunk, story } = readFailureFile(JSON.parse(readFileSync(path, "utf8")));
    expect(fingerprint).toBe(fingerprintOf(result.failure));
    expect(shrunk?.events).toBeLessThan(shrunk?.eventsBefore ?? 0);
    expect(out).toContain(story.at(-1));
  });
});

describe("coverage", () => {
  it("is what was reached of what can be, and lists the rest where it is asked to", async () => {
    const words = ["sim", "--scenario", "echo", "--seconds", "1"];
    const short = await reprise(...words, "--json", "--missing");
    const { coverage } = JSON.parse(short.out) as SimulationReport;
    expect(coverage.missing).toHaveLength(coverage.total - coverage.reached);
    expect(coverage.missing).toContain("disk.entry-lost/1053/connected");
    expect(coverage.seldomCells).toHaveLength(coverage.seldom);
    expect(coverage.seldomReached).toBeLessThanOrEqual(coverage.seldom);
    expect(coverage.unreachable).toBeGreaterThan(0);
    expect(short.code).toBe(0);
    const { out, code } = await reprise(...words, "--covered");
    expect(out).toMatch(
      /^coverage +\d+ of \d+ cells met; \d+ more are seldom, \d+ of them met .*; \d+ cannot be/m,
    );
    expect(out).toMatch(/^clock\.anew +at all$/m);
    expect(out).toMatch(/^tls\.alert .*1050\/connected/m);
    expect(code).toBe(1);
  });
});

describe("options that are set", () => {
  it("are played as they are said, and printed first", async () => {
    const { code, out } = await reprise(
      ...["sim", "--seed", "5", "--seconds", "1", "--scenario", "echo"],
      ...["--set", "network.resetPerMillion=1000", "--set", "server.security=plain"],
    );
    expect(code).toBe(0);
    expect(out).toMatch(/\nnetwork\.resetPerMillion +1000\n/);
    expect(out).toMatch(/\nserver\.security +plain\n/);
  });

  it.each([
    ["network.resetPerMilion=1", /unknown option .*; did you mean network\.resetPerMillion\?/],
    ["network.resetPerMillion=1000001", /is a whole number from 0 to 1000000, not "1000001"/],
    ["network.resetPerMillion=-1", /is a whole number from 0 to 1000000, not "-1"/],
    ["process.producers=1", /is a whole number from 2 to 16/],
    ["server.security=ssl", /server\.security is tls or plain, not "ssl"/],
    ["seconds", /--set takes NAME=VALUE, not "seconds"/],
    ["seconds=2", /--seconds and --set seconds are the same/],
  ])("refuse %s with what is right", async (set, message) => {
    const { code, err } = await reprise("sim", "--seconds", "1", "--set", set);
    expect(code).toBe(2);
    expect(err).toMatch(message);
  });
});

describe("a campaign", () => {
  const fixed = { seconds: 1, quietSeconds: 60 };
  const scenarios = ["echo"] as const;
  const base = { firstSeed: 1, scenarios, fixed, workers: 0, untilFailure: false };
  const sorted = <T extends { readonly reached: ReadonlySet<string> }>(tally: T) => ({
    ...tally,
    reached: [...tally.reached].sort(),
  });

  it("on threads says the same as without", async () => {
    const alone = newTally();
    for (let seed = 1; seed <= 8; seed += 1) addTo(alone, runSeed({ seed, scenarios, fixed }));
    for (const workers of [1, 2]) {
      const seeds: number[] = [];
      const progress = (_: unknown, { seed }: SeedReport) => seeds.push(seed) > 0;
      const together = await runCampaign({ ...base, seeds: 8, workers, progress });
      expect(sorted(together)).toEqual(sorted(alone));
      expect(seeds).toEqual(Array.from({ length: 8 }, (_, index) => index + 1));
    }
  });

  it("ends when it is told to, with what it has", async () => {
    for (const workers of [0, 2]) {
      const tally = await runCampaign({
        ...base,
        seeds: Infinity,
        workers,
        progress: ({ seeds }) => seeds < 3,
      });
      expect(tally.seeds).toBeGreaterThanOrEqual(3);
      expect(tally.seeds).toBeLessThan(10);
    }
  });

  it("ends with its first failure, whatever the threads, and counts nothing after it", async () => {
    // Nobody starts the server again within the run, where its process has ended.
    const dead = { ...fixed, process: { endsMax: 1, restartMaxMicros: 1_000_000_000 } };
    const options = { ...base, fixed: dead, untilFailure: true, seeds: Infinity };
    const play = (workers: number) =>
      runCampaign({ ...options, workers, progress: () => true }).then(sorted);
    const [alone, together] = [await play(0), await play(2)];
    expect(alone.failures).toHaveLength(1);
    expect(alone.failures[0]?.message).toMatch(/^the server serves when faults have stopped/);
    expect(together).toEqual(alone);
  });

  it("has threads where there are seeds enough to be worth them", () => {
    expect(workersFor(1)).toBe(0);
    expect(workersFor(15)).toBe(0);
    expect(workersFor(1_000_000)).toBe(availableParallelism() < 2 ? 0 : availableParallelism());
  });
});

describe("the line of a campaign under way", () => {
  const tally = { ...newTally(), seeds: 50, events: 12_345 };

  it("says how far it is, how fast, and when it will end", () => {
    const seeds = progressText({ tally, wanted: 1_000, elapsedMs: 10_000, msMax: null });
    expect(seeds).toBe("50 of 1,000 seeds, 5.0 seeds/s, 12,345 events, 0 failures, 4 min left");
    const minutes = progressText({ tally, wanted: null, elapsedMs: 10_000, msMax: 60_000 });
    expect(minutes).toBe("50 seeds, 5.0 seeds/s, 12,345 events, 0 failures, 50 s left");
    const endless = progressText({ tally, wanted: null, elapsedMs: 10_000, msMax: null });
    expect(endless).toBe("50 seeds, 5.0 seeds/s, 12,345 events, 0 failures");
  });
});

describe("a seed that takes its thread with it", () => {
  const url = new URL("../../fixtures/threads/unruly.ts", import.meta.url);

  /** Plays the seeds on two unruly threads. */
  async function play(seeds: number[]): Promise<SeedReport[]> {
    const reports: SeedReport[] = [];
    const queue = {
      isOver: false,
      take: () => {
        const seed = seeds.shift();
        return seed === undefined
          ? null
          : { seed, scenarios: ["echo", "players"] as const, fixed: {} };
      },
      report: (report: SeedReport) => void reports.push(report),
    };
    await playOnThreads(queue, { count: 2, seedMsMax: 3_000, url });
    return reports.toSorted((left, right) => left.seed - right.seed);
  }

  it("is a finding with its seed, and the others are played all the same", async () => {
    const reports = await play([1, 2, 3, 5, 6, 7, 8]);
    expect(reports.map(({ seed }) => seed)).toEqual([1, 2, 3, 5, 6, 7, 8]);
    const [thrown, hung, ended, ...well] = reports.map(({ crash }) => crash?.message ?? null);
    expect(thrown).toMatch(/^the simulator never throws: Error: a bug of the simulator at /);
    expect(hung).toBe("a seed comes to its end: it was played for 3 s");
    expect(ended).toBe("a thread lives on: it ended with code 3");
    expect(well).toEqual([null, null, null, null]);
    const tally = newTally();
    for (const report of reports) addTo(tally, report);
    expect(tally.failures).toMatchObject(
      [1, 2, 3].map((seed) => ({ seed, scenario: "players", failure: null })),
    );
  });

  it("is the same finding on a thread and on this one", async () => {
    // Sixteen at most, and one at least: nobody can say so on the command line.
    const fixed = { process: { producers: 0 } };
    const scenarios = ["echo"] as const;
    for (const workers of [0, 1]) {
      const options = { firstSeed: 7, seeds: 2, scenarios, fixed, workers, untilFailure: true };
      const { seeds, failures } = await runCampaign({ ...options, progress: () => true });
      expect(seeds).toBe(1);
      expect(failures).toMatchObject([{ seed: 7, scenario: "echo", failure: null }]);
      expect(failures[0]?.message).toMatch(/^the simulator never throws: InvariantError: 1 to 16/);
    }
  });

  it("ends the campaign when it had not even begun", async () => {
    await expect(play([4, 5, 6])).rejects.toThrow("it ended with code 4");
  });
});
