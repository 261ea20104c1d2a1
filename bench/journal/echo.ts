/**
 * Echoes of a server with a journal against the same server without one, and how long a committed
 * answer takes at a rate that does not wait for answers.
 *
 *     node bench/journal/echo.ts [--rounds 5] [--seconds 1.5] [--cells 50x1,50x16,1000x1] [--json]
 *
 * Servers are up at once and measured in turn, round by round; each ratio is the median of the
 * rounds' own ratios, of prompt echoes per second of the server's processor time.
 */
import { spawnSync } from "node:child_process";
import { closeSync, fdatasyncSync, mkdtempSync, openSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { defaultHostConfig } from "../../src/core/host/index.ts";
import { measureEcho, median, startReprise } from "../measure.ts";

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
  /** Of committed answers, from the time when their request was due, milliseconds. */
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** One write of 4 KiB with fdatasync in the same folder: 99th percentile, milliseconds. */
  readonly flushP99Ms: number;
  /** The longest that an event waits for its block when nobody waits for it. */
  readonly windowMs: number;
  /** Right answers a second, committed or not. */
  readonly perSecond: number;
}

/** An open loop of half committed echoes, by the load tool. */
export async function measureCommitted(seconds: number): Promise<CommittedResult> {
  const server = await startReprise("fsync");
  try {
    const before = flushP99Ms();
    const words = ["--clients", "50", "--rate", "20", "--seconds", String(seconds), "--json"];
    const { stdout, stderr } = spawnSync(
      process.execPath,
      ["src/io/main.js", "load", "--target", `tcp://127.0.0.1:${String(server.port)}`, ...words],
      { encoding: "utf8" },
    );
    if (!stdout.startsWith("{")) throw new Error(`bench: the load failed: ${stderr}`);
    const { latencyMs, rate } = JSON.parse(stdout) as {
      readonly latencyMs: { readonly p50: number; readonly p99: number };
      readonly rate: { readonly achieved: number };
    };
    const flush = Math.max(before, flushP99Ms());
    return {
      p50Ms: latencyMs.p50,
      p99Ms: latencyMs.p99,
      flushP99Ms: flush,
      windowMs: defaultHostConfig.commitWindowMs,
      perSecond: rate.achieved,
    };
  } finally {
    await server.stop();
  }
}

/** What the device takes for a block, this minute. */
function flushP99Ms(): number {
  const folder = mkdtempSync(join(tmpdir(), "reprise-bench-"));
  const file = openSync(join(folder, "flush"), "w");
  const block = new Uint8Array(4_096).fill(1);
  const times: number[] = [];
  try {
    for (let count = 0; count < 500; count += 1) {
      const since = performance.now();
      writeSync(file, block);
      fdatasyncSync(file);
      times.push(performance.now() - since);
    }
  } finally {
    closeSync(file);
    rmSync(folder, { recursive: true, force: true });
  }
  return times.toSorted((a, b) => a - b)[Math.floor(times.length * 0.99)] ?? Number.NaN;
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
  const committed = await measureCommitted(10);
  if (values.json) process.stdout.write(`${JSON.stringify({ ratios, committed })}\n`);
  else {
    const { p50Ms, p99Ms, flushP99Ms: flush, windowMs } = committed;
    process.stdout.write(
      `committed, open loop: p50 ${p50Ms} ms, p99 ${p99Ms} ms; ` +
        `window ${windowMs} ms, flush p99 ${flush.toFixed(2)} ms\n`,
    );
  }
}
