/** The figures of the journal: what it costs, how fast it is read, and what it keeps of a crash. */
import { spawnSync } from "node:child_process";
import { measureContainment } from "../../bench/journal/containment.ts";
import { measureWalking } from "../../bench/journal/walking.ts";
import { measureAppend, measureBeats, measureMovements } from "../../bench/journal/core.ts";
import { journalRatios, measureCommitted } from "../../bench/journal/echo.ts";
import { measureFollower } from "../../bench/journal/follower.ts";
import { measureRestart } from "../../bench/journal/restart.ts";
import { defaultHostConfig } from "../../src/core/host/index.ts";
import { tuneEngine } from "../../src/io/engine.ts";
import type { CrashReport } from "../crash/report.ts";
import { atLeast, atMost } from "./check.ts";
import type { Check } from "./check.ts";

const ratioBounds: Readonly<Record<string, number>> = {
  "50x1": 0.85,
  "50x16": 0.6,
  "1000x1": 0.85,
};

/** Milliseconds. Bounds what a committed answer may wait beyond two flushes. */
const strictWindowMs = 2;

/** Prompt echoes with the journal against without, per CPU-second of the server. */
export async function* journalCosts(): AsyncIterable<Check> {
  const cells = Object.keys(ratioBounds);
  for await (const { cell, ratio } of journalRatios({ rounds: 7, seconds: 1.5, cells })) {
    yield atLeast(`prompt echo ${cell}, with to without`, ratioBounds[cell] ?? 1, ratio);
  }
  // What waits for an answer does not wait for a window: a long one must do as well as a short one.
  for (const windowMs of [strictWindowMs, defaultHostConfig.commitWindowMs]) {
    const measured = await measureCommitted(15, windowMs);
    const { p50Ms, p99Ms, lagP99Ms, flushP50Ms, flushP99Ms } = measured;
    const id = `committed, open loop, window ${String(windowMs)} ms`;
    // From the time when a request was due: where the load itself is late, nobody has waited.
    yield atMost(`${id}: p99 ms`, strictWindowMs + 2 * flushP99Ms + lagP99Ms, p99Ms);
    const flushes = `flush ${flushP50Ms.toFixed(2)} and ${flushP99Ms.toFixed(2)}`;
    const shown = `p50 ${p50Ms.toFixed(2)}, ${flushes}, sent late ${lagP99Ms.toFixed(2)} ms`;
    yield { id, bound: "printed", measured: shown, pass: true };
  }
}

export async function* journalRates(): AsyncIterable<Check> {
  tuneEngine(); // As every server does.
  yield atLeast("append, events/s", 1_000_000, measureAppend(3).eventsPerSecond);
  yield atLeast("replay of beats, events/s", 1_000_000, measureBeats(2_000_000).eventsPerSecond);
  const { eventsPerSecond } = measureMovements(500_000);
  yield atLeast("replay of movements, events/s", 200_000, eventsPerSecond);
}

export async function* longJournal(): AsyncIterable<Check> {
  const result = await measureRestart(1_024, 5);
  yield atLeast("verify, MB/s, disk's reading", result.diskPerSecond, result.verifyPerSecond);
  yield atLeast("verify to reading and checksumming", 0.4, result.verifyToReading);
  yield {
    id: "1 GB of journal, replayed whole",
    bound: "printed",
    measured: `${String(result.events)} events, ${String(result.replayMs)} ms`,
    pass: true,
  };
  const slowest = Math.max(...result.firstAnswerMs);
  yield atMost("SIGKILL at 1 GB to the first answer, ms", 2_000, slowest);
  yield {
    id: "processor time of these starts, ms",
    bound: "printed",
    measured: result.firstAnswerCpuMs.join(", "),
    pass: true,
  };
}

const crashes = 200;

/** Real servers, killed: what their clients were told must be there. */
export async function* crashTable(): AsyncIterable<Check> {
  const { stdout, stderr } = spawnSync(
    process.execPath,
    ["scripts/crash.ts", "--rounds", String(crashes), "--json"],
    { encoding: "utf8" },
  );
  if (!stdout.startsWith("{")) throw new Error(`crash rounds: ${stderr}`);
  const report = JSON.parse(stdout) as CrashReport;
  yield atLeast("crash rounds", crashes, report.rounds);
  yield atMost(`of ${String(report.answered)} committed answers lost`, 0, report.lost);
  yield atMost("of crash rounds, rules broken", 0, report.broken.length);
  yield {
    id: "calls to the outside, effective once",
    bound: "all",
    measured: `${String(report.callsOnce)} of ${String(report.callsOrdered)}`,
    pass: report.callsOnce === report.callsOrdered && report.callsOrdered > 0,
  };
  const { median, max, starts } = report.firstAnswerMs;
  yield atMost(`of ${String(starts)} starts to the first answer, median ms`, 2_000, median);
  yield atMost("the slowest of them, ms", 10_000, max);
}

const followedPerSecond = 100_000;

/** What the follower costs the server's thread, and how fast a feature that threw is contained. */
export async function* followerAndContainment(): AsyncIterable<Check> {
  const follower = await measureFollower({
    pairs: 4,
    rounds: 6,
    seconds: 1,
    rate: followedPerSecond,
  });
  yield atLeast("followed events/s", followedPerSecond, follower.eventsPerSecond);
  yield atLeast("main thread with a follower to without", 0.98, follower.ratio);
  yield atMost("follower's lag, s", 1, follower.lagSecondsMax);
  yield atMost("divergences that the follower found", 0, follower.divergences);
  const { server, world } = await measureContainment(2_000);
  yield atMost("a feature throws, 2,000 players wait, ms", 1_000, server.stoodStillMs);
  yield atLeast("of them still served", 1_999, server.survivors);
  yield atMost("the state of 2,000 players handed over, ms", 1_000, world.handOverMs);
  const walking = await measureWalking(2_000, 1);
  yield atMost("a feature throws, 2,000 players walk: no answer for, ms", 1_000, walking.silenceMs);
  yield atMost("the latest tick of that, ms", 1_000, walking.tickLateMs);
  yield atLeast("players who walk on", 2_000, walking.left);
}
