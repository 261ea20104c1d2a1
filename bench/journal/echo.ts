/**
 * Echoes of a server with a journal against the same server without one, and how long a committed
 * answer takes at a rate that does not wait for answers.
 *
 *     node bench/journal/echo.ts [--rounds 5] [--seconds 1.5] [--cells 50x1,50x16,1000x1] [--json]
 *
 * Servers are up at once and measured in turn, round by round; each ratio is the median of the
 * rounds' own ratios, of prompt echoes per second of the server's processor time.
 */
import { closeSync, fdatasyncSync, mkdtempSync, openSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { parseArgs } from "node:util";
import { defaultHostConfig } from "../../src/core/host/index.ts";
import { measureEcho, measureOpen, median, startReprise } from "../measure.ts";

export interface JournalRatio {
  readonly cell: string;
  /** Packets per CPU-second with the journal. */
  readonly withJournal: number;
  readonly without: number;
  readonly ratio: number;
}

export interface EchoOptions {
  readonly rounds: number;
  readonly seconds: number;
  readonly cells: readonly string[];
}

const prompt = 1_055;

/** It replays all that is written on another core, and would be counted as the journal's cost. */
const noFollower = ["checkpoint.follower=off"];

export async function* journalRatios({
  rounds,
  seconds,
  cells,
}: EchoOptions): AsyncIterable<JournalRatio> {
  const [full, bare] = await Promise.all([
    startReprise("fsync", noFollower),
    startReprise("fsync", noFollower, { execArgv: ["--import", "./bench/journal/without.ts"] }),
  ]);
  try {
    for (const cell of cells) {
      const [connections = 1, depth = 1] = cell.split("x").map(Number);
      const load = { type: prompt, connections, depth, warmupMs: 400, countedMs: seconds * 1_000 };
      const rates: (readonly [number, number])[] = [];
      for (let round = 0; round < rounds; round += 1) {
        // Turn about, so that neither is always the one that runs second.
        const inOrder = round % 2 === 0 ? [full, bare] : [bare, full];
        const measured = new Map<typeof full, number>();
        for (const server of inOrder) {
          measured.set(server, (await measureEcho(server, load)).packetsPerCpuSecond);
        }
        rates.push([measured.get(full) ?? Number.NaN, measured.get(bare) ?? Number.NaN]);
      }
      yield {
        cell,
        withJournal: median(rates.map(([own]) => own)),
        without: median(rates.map(([, other]) => other)),
        ratio: median(rates.map(([own, other]) => own / other)),
      };
    }
  } finally {
    await Promise.all([full.stop(), bare.stop()]);
  }
}

export interface CommittedResult {
  /** `journal.commitWindowMs` of the server. */
  readonly windowMs: number;
  /** From the time when a request was due to its committed answer, milliseconds. */
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** How late requests were sent, which is no fault of the server's: 99th percentile. */
  readonly lagP99Ms: number;
  /** One write of 4 KiB with fdatasync, beside the load: milliseconds. */
  readonly flushP50Ms: number;
  readonly flushP99Ms: number;
}

const openLoad = { type: 1_053, connections: 50, perSecond: 1_000, burst: 1, warmupMs: 1_000 };

/**
 * Committed echoes in an open loop.
 *
 * @param windowMs `journal.commitWindowMs` of the server
 */
export async function measureCommitted(
  seconds: number,
  windowMs: number,
): Promise<CommittedResult> {
  const server = await startReprise("fsync", [`journal.commitWindowMs=${String(windowMs)}`]);
  try {
    const over = new AbortController();
    const flushing = flushTimes(over.signal);
    const load = { ...openLoad, countedMs: seconds * 1_000 };
    const answered = await measureOpen(server, load).finally(() => over.abort());
    const flushes = (await flushing).toSorted((one, other) => one - other);
    return {
      windowMs,
      p50Ms: answered.p50Micros / 1_000,
      p99Ms: answered.p99Micros / 1_000,
      lagP99Ms: answered.lagP99Micros / 1_000,
      flushP50Ms: flushes[flushes.length >> 1] ?? Number.NaN,
      flushP99Ms: flushes[Math.floor(flushes.length * 0.99)] ?? Number.NaN,
    };
  } finally {
    await server.stop();
  }
}

/** What the device takes for a block while others use it, too; once in five milliseconds. */
async function flushTimes(over: AbortSignal): Promise<readonly number[]> {
  const folder = mkdtempSync(join(tmpdir(), "reprise-bench-"));
  const file = openSync(join(folder, "flush"), "w");
  const block = new Uint8Array(4_096).fill(1);
  const times: number[] = [];
  try {
    while (!over.aborted) {
      const since = performance.now();
      writeSync(file, block);
      fdatasyncSync(file);
      times.push(performance.now() - since);
      await setTimeout(5);
    }
  } finally {
    closeSync(file);
    rmSync(folder, { recursive: true, force: true });
  }
  return times;
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      rounds: { type: "string", default: "5" },
      seconds: { type: "string", default: "1.5" },
      cells: { type: "string", default: "50x1,50x16,1000x1" },
      json: { type: "boolean", default: false },
    },
  });
  const options = {
    rounds: Number(values.rounds),
    seconds: Number(values.seconds),
    cells: values.cells.split(","),
  };
  const ratios: JournalRatio[] = [];
  for await (const row of journalRatios(options)) {
    ratios.push(row);
    if (values.json) continue;
    const [own, other] = [row.withJournal, row.without].map((rate) =>
      Math.round(rate).toLocaleString("en-US"),
    );
    process.stdout.write(
      `${row.cell.padEnd(8)} with ${own ?? ""}/cpu-s, without ${other ?? ""}/cpu-s  x${row.ratio.toFixed(2)}\n`,
    );
  }
  const open: CommittedResult[] = [];
  for (const windowMs of [defaultHostConfig.commitWindowMs, 2]) {
    open.push(await measureCommitted(10, windowMs));
  }
  if (values.json) process.stdout.write(`${JSON.stringify({ ratios, committed: open })}\n`);
  else {
    for (const { windowMs, p50Ms, p99Ms, flushP50Ms, flushP99Ms } of open) {
      process.stdout.write(
        `committed, open loop, window ${windowMs} ms: p50 ${p50Ms} ms, p99 ${p99Ms} ms; ` +
          `flush p50 ${flushP50Ms.toFixed(2)} ms, p99 ${flushP99Ms.toFixed(2)} ms\n`,
      );
    }
  }
}
