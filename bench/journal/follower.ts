/**
 * What a follower costs the server's own thread, and how far it falls behind.
 *
 *     node bench/journal/follower.ts [--rounds 4] [--seconds 2] [--depth 4] [--json]
 *
 * Two servers are up at once, one with a follower and one without, and are measured in turn. What
 * is told is prompt echoes a second of processor time of the server's main thread (Linux): the
 * follower's thread is on another core, or in the queue for one. The lag is the highest that
 * `/metrics` showed while the load was on.
 */
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { parseArgs } from "node:util";
import { measureEcho, median, startRole } from "../measure.ts";
import type { Served } from "../measure.ts";

export interface FollowerResult {
  /** Median over the rounds: answers a main-thread second with a follower, against without one. */
  readonly ratio: number;
  /** Events a second while it followed. */
  readonly eventsPerSecond: number;
  /** The highest that was seen under load. */
  readonly lagSecondsMax: number;
  readonly checkpoints: number;
  readonly divergences: number;
}

const load = { type: 1_055, connections: 50, warmupMs: 500 };
/** Of `/proc/PID/task/PID/stat`, on every Linux. */
const ticksPerSecond = 100;

interface Watched extends Served {
  readonly metricsPort: number;
}

async function start(follower: "on" | "off"): Promise<Watched> {
  const folder = mkdtempSync(join(tmpdir(), "reprise-bench-"));
  const { child, record } = await startRole("game", folder, [
    ...["ports.game=0", "metrics.port=0", "tls.enabled=false", "log.level=warn"],
    ...["edge.budgetMultiplier=1000000", `checkpoint.follower=${follower}`],
  ]);
  return {
    name: `follower ${follower}`,
    port: record.ports["game"] ?? 0,
    metricsPort: record.ports["metrics"] ?? 0,
    pid: record.pid,
    stop: async () => {
      child.kill("SIGKILL");
      if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** User and system time of the process's first thread so far, seconds. */
function mainThreadSeconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/task/${pid}/stat`, "utf8");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
}

async function metric({ metricsPort }: Watched, name: string): Promise<number> {
  const response = await fetch(`http://127.0.0.1:${metricsPort}/metrics`);
  const text = await response.text();
  const line = text.split("\n").find((each) => each.startsWith(`reprise_${name}{`));
  return Number(line?.slice(line.lastIndexOf(" ") + 1) ?? Number.NaN);
}

/** Answers per second of the main thread, over the whole load. */
async function answersPerSecond(
  server: Watched,
  depth: number,
  countedMs: number,
): Promise<number> {
  const before = [await metric(server, "packets_sent_total"), mainThreadSeconds(server.pid)];
  await measureEcho(server, { ...load, depth, countedMs });
  const after = [await metric(server, "packets_sent_total"), mainThreadSeconds(server.pid)];
  const [packets = 0, seconds = 0] = after.map((value, index) => value - (before[index] ?? 0));
  return packets / seconds;
}

/** @param depth requests that each of 50 connections keeps in flight: with it goes the rate */
export async function measureFollower(
  rounds: number,
  seconds: number,
  depth: number,
): Promise<FollowerResult> {
  const [followed, alone] = await Promise.all([start("on"), start("off")]);
  const over = new AbortController();
  let lagSecondsMax = 0;
  const watch = async (): Promise<void> => {
    while (!over.signal.aborted) {
      lagSecondsMax = Math.max(lagSecondsMax, await metric(followed, "follower_lag_seconds"));
      await setTimeout(50);
    }
  };
  let watching: Promise<void> | null = null;
  try {
    // It begins some seconds after the start, and has to catch up then.
    await answersPerSecond(followed, depth, 5_000);
    while (!((await metric(followed, "follower_sequence")) > 0)) await setTimeout(50);
    while ((await metric(followed, "follower_lag_seconds")) > 0) await setTimeout(50);
    watching = watch();
    const ratios: number[] = [];
    const rates: number[] = [];
    for (let round = 0; round < rounds; round += 1) {
      const inOrder = round % 2 === 0 ? [followed, alone] : [alone, followed];
      const measured = new Map<Watched, number>();
      for (const server of inOrder) {
        const [since, sequence] = [performance.now(), await metric(server, "journal_sequence")];
        measured.set(server, await answersPerSecond(server, depth, seconds * 1_000));
        const events = (await metric(server, "journal_sequence")) - sequence;
        if (server === followed) rates.push(events / ((performance.now() - since) / 1_000));
      }
      ratios.push((measured.get(followed) ?? Number.NaN) / (measured.get(alone) ?? Number.NaN));
    }
    return {
      ratio: median(ratios),
      eventsPerSecond: median(rates),
      lagSecondsMax,
      checkpoints: await metric(followed, "checkpoints_total"),
      divergences: await metric(followed, "replay_divergences_total"),
    };
  } finally {
    over.abort();
    await watching;
    await Promise.all([followed.stop(), alone.stop()]);
  }
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      rounds: { type: "string", default: "4" },
      seconds: { type: "string", default: "2" },
      depth: { type: "string", default: "4" },
      json: { type: "boolean", default: false },
    },
  });
  const result = await measureFollower(
    Number(values.rounds),
    Number(values.seconds),
    Number(values.depth),
  );
  process.stdout.write(
    values.json
      ? `${JSON.stringify(result)}\n`
      : `main thread with a follower: ${result.ratio.toFixed(3)} of without\n` +
          `lag at ${Math.round(result.eventsPerSecond)} events/s: at most ` +
          `${result.lagSecondsMax.toFixed(2)} s; ${result.checkpoints} checkpoints, ` +
          `${result.divergences} divergences\n`,
  );
}
