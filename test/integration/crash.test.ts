/**
 * A real server is killed under load and started again, over and over. `npm run crash` plays the
 * same rounds by the hundred.
 */
import { rmSync } from "node:fs";
import { spawnSync } from "node:child_process";
import { expect, it } from "vitest";
import type { CrashReport } from "../../scripts/crash/report.ts";

function crash(...argv: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ["scripts/crash.ts", "--json", ...argv],
    { encoding: "utf8" },
  );
  return { status, stderr, report: JSON.parse(stdout || "{}") as CrashReport };
}

it("[DB-07] [QLT-11] [QLT-12] what clients were told is there after every SIGKILL, calls took effect once, and a start answers soon", () => {
  const { status, stderr, report } = crash("--rounds", "5", "--seed", "4", "--load-ms", "300");
  expect(report.broken, stderr).toEqual([]);
  expect(report).toMatchObject({ rounds: 5, lost: 0 });
  expect(report.answered).toBeGreaterThan(100);
  expect(report.inFlight).toBeGreaterThan(0);
  expect(report.callsOnce).toBe(report.callsOrdered);
  expect(report.firstAnswerMs.starts).toBeGreaterThan(2);
  expect(report.firstAnswerMs.max).toBeLessThan(30_000);
  expect(status).toBe(0);
}, 120_000);

it("[QLT-12] a server that answers before it has written is caught", () => {
  const sets = ["journal.durability=none", "journal.commitWindowMs=200"];
  const given = sets.flatMap((set) => ["--set", set]);
  const { status, stderr, report } = crash("--rounds", "2", "--seed", "1", ...given);
  expect(status).toBe(1);
  expect(report.lost).toBeGreaterThan(0);
  expect(report.broken.join("\n")).toMatch(/was told \d+ and has \d+/);
  // What is kept for whoever looks into it is not wanted here.
  for (const [, folder] of stderr.matchAll(/kept: (\S+)/g))
    rmSync(folder ?? "", { recursive: true });
}, 120_000);
