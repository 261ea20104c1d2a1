/**
 * What a follower costs the server's own thread, and how far it falls behind.
 *
 *     node bench/journal/follower.ts [--pairs 4] [--rounds 6] [--seconds 1] [--events 100000]
 *                                    [--json]
 *
 * Two servers are up at once, one with a follower and one without, and get half of so many prompt
 * echoes a second in turn, round by round. What is told is answers a second of processor time of
 * the server's main thread (Linux, in nanoseconds), so that it does not matter for how long that
 * thread waits for a core. What does is caches that threads share. So the main threads have the
 * first core, and all others, the follower's, the load's and those of Node, the second: that is
 * what a spare core is. And no two processes are compiled alike: so there are several pairs, one
 * after the other. Nobody asks for `/metrics` meanwhile: that costs the main thread more than a
 * follower does. The lag is the highest that one showed under the whole load, of five seconds, with
 * all cores for all threads.
 */
import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { parseArgs } from "node:util";
import { measureOpen, median, readMetric, startRole } from "../measure.ts";
import type { Served } from "../measure.ts";

export interface FollowerResult {
  /** Median over the pairs: answers a main-thread second with a follower, against without one. */
  readonly ratio: number;
  /** The pairs' own, each the median of its rounds, in ascending order. */
  readonly ratios: readonly number[];
  /** Answers a second, each of which is an event, while the lag was looked at. */
  readonly eventsPerSecond: number;
  /** The highest that was seen at that rate. */
  readonly lagSecondsMax: number;
  readonly checkpoints: number;
  readonly divergences: number;
}

export interface FollowerOptions {
  readonly pairs: number;
  readonly rounds: number;
  readonly seconds: number;
  /** Events a second. */
  readonly rate: number;
}

/** Cores, as `taskset` counts them. */
const [mainCore, otherCore, anyCore] = ["0", "1", "0,1"];
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

const metric = ({ metricsPort }: Watched, name: string): Promise<number> =>
  readMetric(metricsPort, name);

/** Says on which cores a process's first thread may run, and on which its others. Linux only. */
function pin({ pid }: Watched, first: string, others: string): void {
  for (const thread of readdirSync(`/proc/${pid}/task`)) {
    const cores = thread === String(pid) ? first : others;
    execFileSync("taskset", ["--cpu-list", "--pid", cores, thread], { stdio: "ignore" });
  }
}

interface Round {
  /** Answers per second of the main thread, over the whole load. */
  readonly perThreadSecond: number;
  /** Answers per second of the clock, over the counted time. */
  readonly perSecond: number;
}

interface RoundOptions {
  readonly rate: number;
  readonly seconds: number;
  /** Where the load runs; anywhere when left out. */
  readonly core?: string;
}

async function playRound(
  server: Watched,
  { rate, seconds, core = anyCore }: RoundOptions,
): Promise<Round> {
  const before = [await metric(server, "packets_sent_total"), mainThreadSeconds(server.pid)];
  const perSecond = (rate * surplus) / burst;
  const load = { ...openLoad, perSecond, countedMs: seconds * 1_000, core };
  const { answered } = await measureOpen(server, load);
  const after = [await metric(server, "packets_sent_total"), mainThreadSeconds(server.pid)];
  const [packets = 0, spent = 0] = after.map((value, index) => value - (before[index] ?? 0));
  return { perThreadSecond: packets / spent, perSecond: answered / seconds };
}

/** A server with a follower, which has caught up, and one without, both compiled. */
async function startPair(rate: number): Promise<readonly [followed: Watched, alone: Watched]> {
  const pair = await Promise.all([start("on"), start("off")]);
  const [followed] = pair;
  // It begins some seconds after the start, and has to catch up then.
  await Promise.all(pair.map((server) => playRound(server, { rate, seconds: 5 })));
  while (!((await metric(followed, "follower_sequence")) > 0)) await setTimeout(50);
  await caughtUp(followed);
  return pair;
}

async function caughtUp(followed: Watched): Promise<void> {
  while ((await metric(followed, "follower_lag_seconds")) > 0) await setTimeout(50);
}

/** @returns answers a main-thread second with a follower against without one, round by round */
async function playPair(
  [followed, alone]: readonly [Watched, Watched],
  { rounds, seconds, rate }: FollowerOptions,
): Promise<number[]> {
  const ratios: number[] = [];
  const options = { rate: rate / 2, seconds, core: otherCore };
  for (const server of [followed, alone]) pin(server, mainCore, otherCore);
  for (let round = 0; round < rounds; round += 1) {
    const inOrder = round % 2 === 0 ? [followed, alone] : [alone, followed];
    const measured = new Map<Watched, number>();
    for (const server of inOrder) {
      measured.set(server, (await playRound(server, options)).perThreadSecond);
      await caughtUp(followed);
    }
    ratios.push((measured.get(followed) ?? Number.NaN) / (measured.get(alone) ?? Number.NaN));
  }
  for (const server of [followed, alone]) pin(server, anyCore, anyCore);
  return ratios;
}

type Followed = Omit<FollowerResult, "ratio" | "ratios">;

/** How the follower keeps up with the whole load. */
async function playWhole(followed: Watched, rate: number): Promise<Followed> {
  const over = new AbortController();
  let lagSecondsMax = 0;
  const watch = async (): Promise<void> => {
    while (!over.signal.aborted) {
      lagSecondsMax = Math.max(lagSecondsMax, await metric(followed, "follower_lag_seconds"));
      await setTimeout(50);
    }
  };
  const watching = watch();
  try {
    const { perSecond } = await playRound(followed, { rate, seconds: 5 });
    return {
      eventsPerSecond: perSecond,
      lagSecondsMax,
      checkpoints: await metric(followed, "checkpoints_total"),
      divergences: await metric(followed, "replay_divergences_total"),
    };
  } finally {
    over.abort();
    await watching;
  }
}

export async function measureFollower(options: FollowerOptions): Promise<FollowerResult> {
  const ratios: number[] = [];
  let whole: Followed | null = null;
  for (let index = 0; index < options.pairs; index += 1) {
    const pair = await startPair(options.rate);
    try {
      ratios.push(median(await playPair(pair, options)));
      if (whole === null) whole = await playWhole(pair[0], options.rate);
    } finally {
      await Promise.all(pair.map((server) => server.stop()));
    }
  }
  if (whole === null) throw new Error("bench: a follower is measured on one pair at least");
  const sorted = ratios.toSorted((one, other) => one - other);
  return { ratio: median(ratios), ratios: sorted, ...whole };
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      pairs: { type: "string", default: "4" },
      rounds: { type: "string", default: "6" },
      seconds: { type: "string", default: "1" },
      events: { type: "string", default: "100000" },
      json: { type: "boolean", default: false },
    },
  });
  const result = await measureFollower({
    pairs: Number(values.pairs),
    rounds: Number(values.rounds),
    seconds: Number(values.seconds),
    rate: Number(values.events),
  });
  process.stdout.write(
    values.json
      ? `${JSON.stringify(result)}\n`
      : `main thread with a follower: ${result.ratio.toFixed(3)} of without ` +
          `(pairs ${result.ratios.map((each) => each.toFixed(3)).join(", ")})\n` +
          `lag at ${Math.round(result.eventsPerSecond)} events/s: at most ` +
          `${result.lagSecondsMax.toFixed(2)} s; ${result.checkpoints} checkpoints, ` +
          `${result.divergences} divergences\n`,
  );
}
