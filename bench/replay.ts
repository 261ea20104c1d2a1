/**
 * Replay: writes a journal of echoes through the host, then times `reprise replay --check` on it.
 *
 *     node bench/replay.ts [--events 600000] [--runs 3]
 *
 * Prints events a second of the best run: the only other process is the one that waits.
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { parseArgs } from "node:util";
import { EchoRounds } from "./core.ts";
import { MemoryPlatform } from "./memory-platform.ts";

/** Writes a journal of at least so many events below `folder`. */
export function writeJournal(folder: string, events: number): void {
  const platform = new MemoryPlatform({ keep: true });
  const rounds = new EchoRounds(platform, { connections: 50, depth: 16, type: 1_055 });
  while (rounds.asked < events) rounds.round();
  // Twice: what the last round left open is sealed by the first and told to be durable by the
  // second.
  for (let turn = 0; turn < 2; turn += 1) {
    rounds.host.turn();
    platform.complete(rounds.host);
  }
  for (const [path, file] of platform.contents()) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), file);
  }
}

export interface ReplayResult {
  readonly events: number;
  readonly eventsPerSecond: number;
}

export function measureReplay(events: number, runs: number): ReplayResult {
  const folder = mkdtempSync(join(tmpdir(), "reprise-bench-"));
  try {
    writeJournal(folder, events);
    let best: ReplayResult = { events: 0, eventsPerSecond: 0 };
    for (let run = 0; run < runs; run += 1) {
      const command = ["src/io/main.js", "replay", join(folder, "journal"), "--check", "--json"];
      const { stdout, stderr, status } = spawnSync(process.execPath, command, { encoding: "utf8" });
      if (status !== 0) throw new Error(`bench: replay failed: ${stdout}${stderr}`);
      const result = JSON.parse(stdout) as ReplayResult;
      if (result.eventsPerSecond > best.eventsPerSecond) best = result;
    }
    return best;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      events: { type: "string", default: "600000" },
      runs: { type: "string", default: "3" },
    },
  });
  const { events, eventsPerSecond } = measureReplay(Number(values.events), Number(values.runs));
  process.stdout.write(`${JSON.stringify({ events, eventsPerSecond })}\n`);
}
