/**
 * A long journal: how fast it is verified, and how soon a server that was killed serves again.
 *
 *     node bench/journal/restart.ts [--megabytes 1024] [--restarts 3] [--json]
 *
 * The journal is written by a host in memory with this build's name. A real server recovers from
 * it, which is the one time that all of it is stepped, then its follower writes a checkpoint. From
 * then on the server is loaded, killed with SIGKILL, and started again; what counts is the time
 * from the start of the process to the first answer to a client.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  closeSync,
  constants,
  fsyncSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readSync,
  rmSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { parseArgs } from "node:util";
import { crc32 } from "node:zlib";
import { findJournal, scanJournal } from "../../src/cli/journal-files.ts";
import { connect } from "../../src/client/index.ts";
import type { FileOperation, RequestId } from "../../src/core/contract.ts";
import { echoContract } from "../../src/core/features/contracts.ts";
import { gameFeatures } from "../../src/core/features/index.ts";
import { checkpointSequence } from "../../src/core/journal/index.ts";
import { limits } from "../../src/core/kernel/limits.ts";
import { buildId } from "../../src/io/build-id.ts";
import { EchoRounds } from "../core.ts";
import { cpuSeconds, measureEcho, median, startRole } from "../measure.ts";
import { MemoryPlatform } from "../memory-platform.ts";

export interface RestartResult {
  readonly megabytes: number;
  readonly events: number;
  /** MB that are read and verified in a second of processor time. */
  readonly verifyPerSecond: number;
  /** MB that the disk gives in a second of the clock. */
  readonly diskPerSecond: number;
  /** Processor time of reading and checksumming the same files, against that of verifying. */
  readonly verifyToReading: number;
  /** The first start, without any checkpoint: all events are stepped. */
  readonly replayMs: number;
  /** From the start of the process to the first answer, each time. */
  readonly firstAnswerMs: readonly number[];
  /** Processor time of these starts, all threads, until then. */
  readonly firstAnswerCpuMs: readonly number[];
  /** Events behind the newest checkpoint when the server was first killed. */
  readonly tailEvents: number;
}

const megabyte = 1_048_576;
const segmentBytesMax = 64 * megabyte;

/** Files are real, and nothing is waited for. */
class FilePlatform extends MemoryPlatform {
  readonly #folder: string;
  #open: { readonly path: string; readonly file: number } | null = null;

  constructor(folder: string) {
    super({ keep: false });
    this.#folder = folder;
  }

  override file(request: RequestId, operation: FileOperation): void {
    if (operation.type === "write") this.#write(operation.path, operation.offset, operation.bytes);
    super.file(request, operation);
  }

  close(): void {
    if (this.#open === null) return;
    fsyncSync(this.#open.file);
    closeSync(this.#open.file);
    this.#open = null;
  }

  #write(path: string, offset: number, bytes: Uint8Array): void {
    if (this.#open?.path !== path) {
      this.close();
      const whole = join(this.#folder, path);
      mkdirSync(dirname(whole), { recursive: true });
      this.#open = { path, file: openSync(whole, "a") };
      closeSync(this.#open.file);
      this.#open = { path, file: openSync(whole, "r+") };
    }
    writeSync(this.#open.file, bytes, 0, bytes.length, offset);
  }
}

/** Writes a journal of so many megabytes as the game role's of a data folder. */
function writeJournal(folder: string, megabytes: number): number {
  const platform = new FilePlatform(join(folder, "game"));
  const options = { features: gameFeatures, build: buildId(""), echoBytes: 200 };
  const load = { connections: 50, depth: 64, type: 1_055 };
  const rounds = new EchoRounds(platform, load, options);
  const since = performance.now();
  while (platform.journalled < megabytes * megabyte) rounds.round();
  for (let turn = 0; turn < 2; turn += 1) {
    rounds.host.turn();
    platform.complete(rounds.host);
  }
  platform.close();
  return platform.journalled / megabyte / ((performance.now() - since) / 1_000);
}

interface Verified {
  readonly events: number;
  /** MB a second of processor time: on a busy machine the clock would tell of the others. */
  readonly perSecond: number;
  /** Processor time of plain reading and checksumming, against that of verifying. */
  readonly toReading: number;
}

/** Verifies a journal, and reads the same files as plainly as can be: in turn, five times. */
function verify(folder: string): Verified {
  const files = findJournal(folder);
  const paths = files.segments.map(({ path }) => path);
  let events = 0;
  const verifying = (): void => {
    events = 0;
    const verdict = scanJournal(files, "anything", ({ header }) => {
      events += header.events;
      return true;
    });
    if (verdict?.type !== "clean") throw new Error(`bench: ${JSON.stringify(verdict)}`);
  };
  const rounds = Array.from({ length: 5 }, () => {
    const plain = spent(() => checksumPlainly(paths));
    return { plain, own: spent(verifying) };
  });
  return {
    events,
    perSecond: files.bytes / megabyte / median(rounds.map(({ own }) => own)),
    toReading: median(rounds.map(({ plain, own }) => plain / own)),
  };
}

function checksumPlainly(paths: readonly string[]): void {
  const piece = new Uint8Array(limits.recoveryReadBytes);
  for (const path of paths) {
    const file = openSync(path, "r");
    let sum = 0;
    for (let length = -1; length !== 0; sum = crc32(piece.subarray(0, length), sum)) {
      length = readSync(file, piece);
    }
    closeSync(file);
  }
}

/** Seconds of this thread's processor time. */
function spent(run: () => void): number {
  const before = process.threadCpuUsage();
  run();
  const { user, system } = process.threadCpuUsage(before);
  return (user + system) / 1e6;
}

/** Reading the journal's files past the page cache, in pieces of a megabyte. Linux. */
function diskPerSecond(folder: string): number {
  const { segments, bytes } = findJournal(folder);
  // A buffer that could grow begins on a page, as O_DIRECT asks for.
  const piece = new Uint8Array(new ArrayBuffer(megabyte, { maxByteLength: megabyte }));
  const since = performance.now();
  for (const { path } of segments) {
    const file = openSync(path, constants.O_RDONLY | constants.O_DIRECT);
    while (readSync(file, piece) === megabyte);
    closeSync(file);
  }
  return bytes / megabyte / ((performance.now() - since) / 1_000);
}

const settings = [
  ...["ports.game=0", "metrics.enabled=false", "tls.enabled=false", "log.level=error"],
  ...["edge.budgetMultiplier=1000000", `journal.segmentBytesMax=${String(segmentBytesMax)}`],
];

/** Starts the game role and asks it something. */
async function start(folder: string, readyMs: number) {
  rmSync(join(folder, "game", "run.json"), { force: true });
  const since = performance.now();
  const { child, record } = await startRole("game", folder, settings, { readyMs });
  const game = await connect(record.urls["game"] ?? "", { contracts: [echoContract] });
  await game.echo.promptEcho({ bytes: new Uint8Array(8) });
  const firstAnswerMs = performance.now() - since;
  const cpuMs = cpuSeconds(record.pid) * 1_000;
  await game.close();
  return { child, port: record.ports["game"] ?? 0, firstAnswerMs, cpuMs };
}

/** The last event of the newest checkpoint; 0 when there is none. */
function newestCheckpoint(folder: string): number {
  try {
    const names = readdirSync(join(folder, "game", "checkpoints"));
    return Math.max(0, ...names.map((name) => checkpointSequence(name) ?? 0));
  } catch {
    return 0;
  }
}

const checkpointMaxMs = 90_000;

export async function measureRestart(megabytes: number, restarts: number): Promise<RestartResult> {
  const folder = mkdtempSync(join(tmpdir(), "reprise-bench-"));
  const children = new Set<ReturnType<typeof spawn>>();
  try {
    writeJournal(folder, megabytes);
    const journal = join(folder, "game", "journal");
    const disk = diskPerSecond(journal);
    const { events, perSecond, toReading } = verify(journal);
    const first = await start(folder, 300_000);
    children.add(first.child);
    let { child, port } = first;
    const until = performance.now() + checkpointMaxMs;
    while (newestCheckpoint(folder) < events && performance.now() < until) await setTimeout(100);
    const tailEvents = Math.max(0, events - newestCheckpoint(folder));
    const times: number[] = [];
    const cpuTimes: number[] = [];
    for (let restart = 0; restart < restarts; restart += 1) {
      const load = { type: 1_055, connections: 50, depth: 4, warmupMs: 100, countedMs: 500 };
      await measureEcho({ name: "restart", port, pid: child.pid ?? 0, stop }, load);
      child.kill("SIGKILL");
      await once(child, "exit");
      const again = await start(folder, 300_000);
      ({ child, port } = again);
      children.add(child);
      times.push(Math.round(again.firstAnswerMs));
      cpuTimes.push(Math.round(again.cpuMs));
    }
    return {
      megabytes,
      events,
      verifyPerSecond: perSecond,
      diskPerSecond: disk,
      verifyToReading: toReading,
      replayMs: Math.round(first.firstAnswerMs),
      firstAnswerMs: times,
      firstAnswerCpuMs: cpuTimes,
      tailEvents,
    };
  } finally {
    for (const each of children) {
      each.kill("SIGKILL");
      if (each.exitCode === null && each.signalCode === null) await once(each, "exit");
    }
    rmSync(folder, { recursive: true, force: true });
  }
}

const stop = (): Promise<void> => Promise.resolve();

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      megabytes: { type: "string", default: "1024" },
      restarts: { type: "string", default: "3" },
      json: { type: "boolean", default: false },
    },
  });
  const result = await measureRestart(Number(values.megabytes), Number(values.restarts));
  if (values.json) process.stdout.write(`${JSON.stringify(result)}\n`);
  else {
    for (const [name, value] of Object.entries(result)) {
      const shown = Array.isArray(value) ? value.join(", ") : Math.round(Number(value) * 100) / 100;
      process.stdout.write(`${name.padEnd(16)} ${shown}\n`);
    }
  }
}
