/**
 * What the benchmarks share: a server in a process of its own, its CPU time, a load beside it, and
 * interleaved rounds, because these machines are shared and drift: only ratios of neighbouring
 * runs mean anything.
 */
import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout } from "node:timers/promises";

/** Clock ticks a second of `/proc/PID/stat`. Linux has used 100 on every platform for decades. */
const ticksPerSecond = 100;

/** User and system time of a process so far, in seconds. Linux only. */
export function cpuSeconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
}

export interface Served {
  readonly name: string;
  readonly port: number;
  readonly pid: number;
  stop(): Promise<void>;
}

/** Reads JSON lines of a child until one satisfies `wanted`. */
export async function jsonLine<T>(
  child: ChildProcess,
  wanted: (line: object) => T | null,
): Promise<T> {
  if (child.stdout === null) throw new Error("the child's output is not piped");
  const lines = createInterface({ input: child.stdout });
  try {
    for await (const line of lines) {
      if (!line.startsWith("{")) continue;
      const found = wanted(JSON.parse(line) as object);
      if (found !== null) return found;
    }
  } finally {
    lines.close();
    child.stdout.resume();
  }
  throw new Error(`${child.spawnargs.join(" ")} ended without the line that was waited for`);
}

/** Starts one of the reference echoes. */
export async function startPeer(flushPer: "chunk" | "turn"): Promise<Served> {
  const child = spawn(process.execPath, ["bench/peers/echo.ts", flushPer], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const port = await jsonLine(child, (line) => ("port" in line ? Number(line.port) : null));
  return {
    name: `one flush per ${flushPer}`,
    port,
    pid: child.pid ?? 0,
    stop: async () => {
      child.stdin?.end();
      await once(child, "exit");
    },
  };
}

export interface EchoLoad {
  readonly type: number;
  readonly connections: number;
  readonly depth: number;
  readonly warmupMs: number;
  readonly countedMs: number;
}

export interface EchoResult {
  readonly packetsPerSecond: number;
  readonly packetsPerCpuSecond: number;
  readonly serverCores: number;
  readonly p50Micros: number;
  readonly p99Micros: number;
}

/** One run of the closed-loop echo load against a server. */
export async function measureEcho(server: Served, load: EchoLoad): Promise<EchoResult> {
  const { type, connections, depth, warmupMs, countedMs } = load;
  const numbers = [server.port, type, connections, depth, warmupMs, countedMs].map(String);
  const child = spawn(process.execPath, ["bench/load/echo.ts", ...numbers], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let before = 0;
  const result = await jsonLine(child, (line) => {
    if ("phase" in line) before = cpuSeconds(server.pid);
    return "answered" in line
      ? (line as { answered: number; seconds: number; p50Micros: number; p99Micros: number })
      : null;
  });
  const cpu = cpuSeconds(server.pid) - before;
  return {
    packetsPerSecond: result.answered / result.seconds,
    packetsPerCpuSecond: result.answered / cpu,
    serverCores: cpu / result.seconds,
    p50Micros: result.p50Micros,
    p99Micros: result.p99Micros,
  };
}

export interface OpenLoad {
  readonly type: number;
  readonly connections: number;
  /** Times a second at which requests are due, and how many are due each time. */
  readonly perSecond: number;
  readonly burst: number;
  readonly warmupMs: number;
  readonly countedMs: number;
  /** Cores of the load's process as `taskset` counts them, Linux only; any when left out. */
  readonly core?: string;
}

/** Fields but the first: microseconds, from the time when a request was due. */
export interface OpenResult {
  readonly answered: number;
  readonly p50Micros: number;
  readonly p99Micros: number;
  /** How late requests were sent, which is no fault of the server's. */
  readonly lagP99Micros: number;
}

/** One run of the open-loop echo load against a server. */
export async function measureOpen(server: Served, load: OpenLoad): Promise<OpenResult> {
  const { type, connections, perSecond, burst, warmupMs, countedMs } = load;
  const numbers = [server.port, type, connections, perSecond, warmupMs, countedMs, burst];
  const command = [process.execPath, "bench/load/open.ts", ...numbers.map(String)];
  if (load.core !== undefined) command.unshift("taskset", "--cpu-list", load.core);
  const [program = "", ...args] = command;
  const child = spawn(program, args, { stdio: ["ignore", "pipe", "inherit"] });
  return jsonLine(child, (line) => ("answered" in line ? (line as OpenResult) : null));
}

/** What a server's `/metrics` says of a name, of its first line; NaN when it says nothing. */
export async function readMetric(metricsPort: number, name: string): Promise<number> {
  const response = await fetch(`http://127.0.0.1:${metricsPort}/metrics`);
  const text = await response.text();
  const line = text.split("\n").find((each) => each.startsWith(`reprise_${name}{`));
  return Number(line?.slice(line.lastIndexOf(" ") + 1) ?? Number.NaN);
}

export const median = (values: readonly number[]): number => {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
};

/** What a role that runs has written of itself. */
export interface RunRecord {
  readonly pid: number;
  readonly ports: Readonly<Record<string, number>>;
  readonly urls: Readonly<Record<string, string>>;
}

export interface RoleOptions {
  /** Options of Node itself. */
  readonly execArgv?: readonly string[];
  /** How long it may take until it serves; 20 s when left out. */
  readonly readyMs?: number;
}

/**
 * Starts one role, and waits until it serves.
 *
 * @param settings each as `key=value`
 */
export async function startRole(
  role: string,
  folder: string,
  settings: readonly string[],
  { execArgv = [], readyMs = 20_000 }: RoleOptions = {},
): Promise<{ readonly child: ChildProcess; readonly record: RunRecord }> {
  const set = settings.flatMap((each) => ["--set", each]);
  const child = spawn(
    process.execPath,
    [...execArgv, "src/io/main.js", "serve", "--role", role, "--data-dir", folder, ...set],
    { stdio: ["ignore", "ignore", "inherit"] },
  );
  const path = join(folder, role, "run.json");
  const deadline = performance.now() + readyMs;
  while (!existsSync(path)) {
    if (child.exitCode !== null || performance.now() > deadline) {
      throw new Error(`bench: the ${role} server did not start`);
    }
    await setTimeout(20);
  }
  return { child, record: JSON.parse(readFileSync(path, "utf8")) as RunRecord };
}

/** Starts Reprise's game role on plain TCP, the whole path on, budgets wide open. */
export async function startReprise(
  durability: "none" | "written" | "fsync",
  settings: readonly string[] = [],
  options: RoleOptions = {},
): Promise<Served> {
  const folder = mkdtempSync(join(tmpdir(), "reprise-bench-"));
  const set = [
    ...["ports.game=0", "metrics.enabled=false", "tls.enabled=false", "log.level=warn"],
    ...["host.connectionsMax=100000", "host.backlog=4096", "edge.budgetMultiplier=1000000"],
    `journal.durability=${durability}`,
    ...settings,
  ];
  const { child, record } = await startRole("game", folder, set, options);
  return {
    name: `reprise, ${durability}`,
    port: record.ports["game"] ?? 0,
    pid: record.pid,
    stop: async () => {
      // Nobody needs what it has written.
      child.kill("SIGKILL");
      if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
