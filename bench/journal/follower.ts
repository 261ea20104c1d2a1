/**
 * What a follower costs the server's own thread, and how far it falls behind.
 *
 *     node bench/journal/follower.ts [--rounds 12] [--seconds 1] [--events 100000] [--json]
 *
 * Two servers are up at once, one with a follower and one without, and get so many prompt echoes a
 * second in turn, round by round. What is told is answers a second of processor time of the
 * server's main thread (Linux, in nanoseconds), so that it does not matter for how long that thread
 * waits for a core. What does is caches that threads share. Nobody asks for `/metrics` meanwhile:
 * that costs the main thread more than a follower does. The lag is the highest that they showed
 * under a load of its own, of five seconds.
 */
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { parseArgs } from "node:util";
import { measureOpen, median, startRole } from "../measure.ts";
import type { Served } from "../measure.ts";

export interface FollowerResult {
  /** Median over the rounds: answers a main-thread second with a follower, against without one. */
  readonly ratio: number;
  /** The rounds' own ratios, in ascending order. */
  readonly ratios: readonly number[];
  /** Answers a second, each of which is an event, while the lag was looked at. */
  readonly eventsPerSecond: number;
  /** The highest that was seen at that rate. */
  readonly lagSecondsMax: number;
  readonly checkpoints: number;
  readonly divergences: number;
}

const burst = 50;
/** A little more than is asked for, as what comes at random may be less. */
const surplus = 1.05;
const openLoad = { type: 1_055, connections: 50, burst, warmupMs: 500 };
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

/** Time that the process's first thread has been on a processor so far, seconds. */
function mainThreadSeconds(pid: number): number {
  const [nanoseconds] = readFileSync(`/proc/${pid}/task/${pid}/schedstat`, "utf8").split(" ");
  return Number(nanoseconds) / 1e9;
}

async function metric({ metricsPort }: Watched, name: string): Promise<number> {
  const response = await fetch(`http://127.0.0.1:${metricsPort}/metrics`);
  const text = await response.text();
  const line = text.split("\n").find((each) => each.startsWith(`reprise_${name}{`));
  return Number(line?.slice(line.lastIndexOf(" ") + 1) ?? Number.NaN);
}

interface Round {
  /** Answers per second of the main thread, over the whole load. */
  readonly perThreadSecond: number;
  /** Answers per second of the clock, over the counted time. */
  readonly perSecond: number;
}

async function playRound(server: Watched, rate: number, seconds: number): Promise<Round> {
  const before = [await metric(server, "packets_sent_total"), mainThreadSeconds(server.pid)];
  const load = { ...openLoad, perSecond: (rate * surplus) / burst, countedMs: seconds * 1_000 };
  const { answered } = await measureOpen(server, load);
  const after = [await metric(server, "packets_sent_total"), mainThreadSeconds(server.pid)];
  const [packets = 0, spent = 0] = after.map((value, index) => value - (before[index] ?? 0));
  return { perThreadSecond: packets / spent, perSecond: answered / seconds };
}

/** @param rate events a second */
export async function measureFollower(
  rounds: number,
  seconds: number,
  rate: number,
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
    await Promise.all([followed, alone].map((server) => playRound(server, rate, 5)));
    while (!((await metric(followed, "follower_sequence")) > 0)) await setTimeout(50);
    while ((await metric(followed, "follower_lag_seconds")) > 0) await setTimeout(50);
    const ratios: number[] = [];
    for (let round = 0; round < rounds; round += 1) {
      const inOrder = round % 2 === 0 ? [followed, alone] : [alone, followed];
      const measured = new Map<Watched, number>();
      for (const server of inOrder) {
        measured.set(server, (await playRound(server, rate, seconds)).perThreadSecond);
      }
      ratios.push((measured.get(followed) ?? Number.NaN) / (measured.get(alone) ?? Number.NaN));
    }
    watching = watch();
    const { perSecond } = await playRound(followed, rate, 5);
    return {
      ratio: median(ratios),
      ratios: ratios.toSorted((one, other) => one - other),
      eventsPerSecond: perSecond,
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
      rounds: { type: "string", default: "12" },
      seconds: { type: "string", default: "1" },
      events: { type: "string", default: "100000" },
      json: { type: "boolean", default: false },
    },
  });
  const result = await measureFollower(
    Number(values.rounds),
    Number(values.seconds),
    Number(values.events),
  );
  process.stdout.write(
    values.json
      ? `${JSON.stringify(result)}\n`
      : `main thread with a follower: ${result.ratio.toFixed(3)} of without ` +
          `(rounds ${result.ratios.map((each) => each.toFixed(2)).join(", ")})\n` +
          `lag at ${Math.round(result.eventsPerSecond)} events/s: at most ` +
          `${result.lagSecondsMax.toFixed(2)} s; ${result.checkpoints} checkpoints, ` +
          `${result.divergences} divergences\n`,
  );
}
