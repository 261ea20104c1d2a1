/**
 * Echoes over plain TCP against the reference echoes of bench/peers, per server CPU-second.
 *
 *     node bench/echo.ts [--rounds 5] [--seconds 1.5] [--cells 50x1,50x16,1000x1] [--json]
 *
 * All servers are up at once and are measured in turn, round by round; each ratio is the median of
 * the rounds' own ratios. Committed echoes wait for fdatasync. Reprise has no follower here: that
 * does all the work once more on another core, and has figures of its own, see journal/follower.ts.
 */
import { parseArgs } from "node:util";
import { measureEcho, median, startPeer, startReprise } from "./measure.ts";
import type { EchoResult, Served } from "./measure.ts";

interface Contender {
  readonly server: Served;
  readonly name: string;
  readonly type: number;
}

export interface EchoCell {
  readonly cell: string;
  readonly contender: string;
  readonly packetsPerSecond: number;
  readonly packetsPerCpuSecond: number;
  readonly serverCores: number;
  readonly p50Micros: number;
  readonly p99Micros: number;
  /** Packets per CPU-second against the reference that flushes per chunk, and per turn. */
  readonly toChunk: number;
  readonly toTurn: number;
}

export interface EchoOptions {
  readonly rounds: number;
  readonly seconds: number;
  readonly cells: readonly string[];
}

export async function* compareEchoes({
  rounds,
  seconds,
  cells,
}: EchoOptions): AsyncIterable<EchoCell> {
  const [chunk, turn, reprise] = await Promise.all([
    startPeer("chunk"),
    startPeer("turn"),
    startReprise("fsync", ["checkpoint.follower=off"]),
  ]);
  const contenders: readonly Contender[] = [
    { server: chunk, name: "one flush per chunk", type: 1_053 },
    { server: turn, name: "one flush per turn", type: 1_053 },
    { server: reprise, name: "prompt", type: 1_055 },
    { server: reprise, name: "committed", type: 1_053 },
  ];
  try {
    for (const cell of cells) yield* compareCell(cell, contenders, rounds, seconds);
  } finally {
    await Promise.all([chunk.stop(), turn.stop(), reprise.stop()]);
  }
}

async function* compareCell(
  cell: string,
  contenders: readonly Contender[],
  rounds: number,
  seconds: number,
): AsyncIterable<EchoCell> {
  const [connections = 1, depth = 1] = cell.split("x").map(Number);
  const results: EchoResult[][] = contenders.map(() => []);
  for (let round = 0; round < rounds; round += 1) {
    for (const [index, { server, type }] of contenders.entries()) {
      const load = { type, connections, depth, warmupMs: 400, countedMs: seconds * 1_000 };
      results[index]?.push(await measureEcho(server, load));
    }
  }
  for (const [index, { name }] of contenders.entries()) {
    const own = results[index] ?? [];
    const of = (field: keyof EchoResult): number => median(own.map((result) => result[field]));
    const ratioTo = (other: number): number =>
      median(
        own.map(
          (result, round) =>
            result.packetsPerCpuSecond /
            (results[other]?.[round]?.packetsPerCpuSecond ?? Number.NaN),
        ),
      );
    yield {
      cell,
      contender: name,
      packetsPerSecond: of("packetsPerSecond"),
      packetsPerCpuSecond: of("packetsPerCpuSecond"),
      serverCores: of("serverCores"),
      p50Micros: of("p50Micros"),
      p99Micros: of("p99Micros"),
      toChunk: ratioTo(0),
      toTurn: ratioTo(1),
    };
  }
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
  const all: EchoCell[] = [];
  for await (const row of compareEchoes(options)) {
    all.push(row);
    if (values.json) continue;
    process.stdout.write(
      `${row.cell.padEnd(8)} ${row.contender.padEnd(22)}` +
        ` ${Math.round(row.packetsPerSecond).toLocaleString("en-US").padStart(9)}/s` +
        ` ${Math.round(row.packetsPerCpuSecond).toLocaleString("en-US").padStart(9)}/cpu-s` +
        ` ${row.serverCores.toFixed(2)} cores p50 ${row.p50Micros} us p99 ${row.p99Micros} us` +
        `  x${row.toChunk.toFixed(2)} x${row.toTurn.toFixed(2)}\n`,
    );
  }
  if (values.json) process.stdout.write(`${JSON.stringify(all)}\n`);
}
