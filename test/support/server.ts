/** Real servers for tests: on free ports, with a data folder and a log file of their own. */
import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";
import { configOf } from "../../src/io/config.ts";
import { Server } from "../../src/io/server.ts";
import type { ServerOptions } from "../../src/io/server.ts";
import { until } from "./condition.ts";
import { parseExposition } from "./prometheus.ts";
import type { Exposition } from "./prometheus.ts";
import { temporaryFolder } from "./temporary-folder.ts";

export interface TestServer {
  readonly server: Server;
  readonly dataDir: string;
  readonly port: number;
  /** PEM; empty for plain TCP. */
  readonly ca: string;
  logLines(): readonly LogLine[];
  metrics(): Promise<Exposition>;
}

export interface LogLine {
  readonly level: string;
  readonly time: string;
  readonly message: string;
  readonly [field: string]: unknown;
}

type Settings = Readonly<Record<string, unknown>>;

/** The settings of a game server of a test: `tls.enabled` and all others may be set. */
export function testSettings(dataDir: string, settings: Settings = {}): Settings {
  return {
    role: "game",
    dataDir,
    "ports.game": 0,
    "ports.login": 0,
    "metrics.port": 0,
    "log.destination": join(dataDir, "log.jsonl"),
    ...settings,
  };
}

/** Starts a game server in this process; it is stopped when the test ends. */
export async function startTestServer(
  settings: Settings = {},
  options: Omit<ServerOptions, "config"> = {},
): Promise<TestServer> {
  const dataDir = String(settings["dataDir"] ?? temporaryFolder());
  const config = configOf(testSettings(dataDir, settings));
  const server = new Server({ ...options, config });
  onTestFinished(async () => {
    const ended = server.stop();
    // Twice: a test that is over waits for nobody.
    void server.stop();
    await ended;
  });
  await server.start();
  return {
    server,
    dataDir,
    port: server.port,
    ca: server.certificate?.cert ?? "",
    logLines: () => readLog(config.log.destination),
    metrics: () => scrape(server.metricsPort ?? 0),
  };
}

export async function scrape(port: number): Promise<Exposition> {
  const response = await fetch(`http://127.0.0.1:${port}/metrics`);
  return parseExposition(await response.text());
}

/** @throws SyntaxError for a line that is not JSON */
export function readLog(file: string): readonly LogLine[] {
  return readFileSync(file, "utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as LogLine);
}

/** What `serve --json` prints. */
export interface Announced {
  readonly pid: number;
  readonly urls: Readonly<Record<string, string>>;
  readonly metricsPort: number | null;
  readonly fingerprint: string | null;
  readonly certFile: string | null;
  readonly recovered: Readonly<Record<string, { readonly events: number } | null>>;
}

export interface ProcessLimits {
  /** Files and sockets that it may have open. */
  readonly descriptorsMax?: number;
}

export class ServerProcess {
  readonly child: ChildProcess;
  out = "";
  err = "";
  /** Code or signal, once it has ended. */
  exit: number | string | null = null;

  /** @param argv of `reprise`, on the Node that runs the tests */
  constructor(argv: readonly string[], { descriptorsMax }: ProcessLimits = {}) {
    const main = fileURLToPath(new URL("../../src/io/main.js", import.meta.url));
    const words = [process.execPath, main, ...argv];
    const limit = `ulimit -n ${descriptorsMax ?? 0}; exec "$@"`;
    const [file = "", ...rest] =
      descriptorsMax === undefined ? words : ["sh", "-c", limit, "sh", ...words];
    this.child = spawn(file, rest, { stdio: ["ignore", "pipe", "pipe"] });
    this.child.stdout?.on("data", (text: Buffer) => (this.out += text.toString()));
    this.child.stderr?.on("data", (text: Buffer) => (this.err += text.toString()));
    this.child.on("close", (code, signal) => (this.exit = code ?? signal));
    onTestFinished(() => void this.child.kill("SIGKILL"));
  }

  /** Resolves with what it says of itself once it serves. */
  async announced(): Promise<Announced> {
    await until("the server to serve", () => this.out.includes("\n") || this.exit !== null, 20_000);
    if (!this.out.includes("\n")) throw new Error(`it ended: ${String(this.exit)} ${this.err}`);
    return JSON.parse(this.out) as Announced;
  }

  async ended(withinMs = 20_000): Promise<number | string | null> {
    await until("the server to end", () => this.exit !== null, withinMs);
    return this.exit;
  }
}

/** A game server in a process of its own, by `serve --json`. */
export function spawnServer(
  dataDir: string,
  settings: Settings = {},
  limits: ProcessLimits = {},
): ServerProcess {
  const { dataDir: folder, role, ...rest } = testSettings(dataDir, settings);
  const sets = Object.entries(rest).flatMap(([key, value]) => ["--set", `${key}=${String(value)}`]);
  const named = ["--data-dir", String(folder), "--role", String(role)];
  return new ServerProcess(["serve", "--json", ...named, ...sets], limits);
}

export const portIn = (url: string | undefined): number => Number(url?.split(":").at(-1));
