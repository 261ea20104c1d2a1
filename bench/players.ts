/**
 * Players on real sockets: what they feel, whether ticks keep their time, and what a storm of
 * logins does to them. The servers, the players and the storm share this machine.
 *
 *     node bench/players.ts [--players 500] [--seconds 60] [--storms 2] [--logins 500]
 *
 * Prints one JSON object. The login and the game role run as two processes over TLS. In the second
 * half, quiet times and storms alternate in one run, because these machines drift: only their ratio
 * means anything.
 */
import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { parseArgs } from "node:util";
import { startRole } from "./measure.ts";

export interface WalkResult {
  readonly p99Ms: number;
  readonly ticksPerMinute: number;
  readonly ticksSkipped: number;
  readonly viewMismatches: number;
  readonly seenMean: number;
  /** From when a tick was due until it was done. */
  readonly tickP99Ms: number;
  readonly errors: number;
}

export interface StormResult {
  readonly loginsPerStorm: number;
  readonly loginsFailed: number;
  readonly loginP99Ms: number;
  readonly quietTickP99Ms: number;
  readonly stormTickP99Ms: number;
  readonly ratio: number;
}

/** The parts of `load --json` that are looked at. */
interface Load {
  readonly sent: number;
  readonly received: number;
  readonly errors: Readonly<Record<string, number>>;
  readonly latencyMs: { readonly p99: number };
  readonly viewMismatches: number | null;
  readonly viewNotes: readonly string[];
  readonly seenMean: number | null;
  readonly notConnectedBecause: string | null;
}

interface Role {
  readonly child: ChildProcess;
  readonly metricsPort: number;
  readonly url: string;
}

/** Both roles on one data folder. */
class Servers {
  readonly folder = mkdtempSync(join(tmpdir(), "reprise-players-"));
  readonly #roles: Role[] = [];
  readonly #spawnRadius: number;

  constructor(players: number) {
    this.#spawnRadius = Math.round(31 * Math.sqrt(players));
  }

  async start(): Promise<void> {
    for (const name of ["login", "game"]) this.#roles.push(await this.#start(name));
  }

  get game(): Role {
    return this.#role(1);
  }

  get loginUrl(): string {
    return this.#role(0).url;
  }

  async stop(): Promise<void> {
    for (const { child } of this.#roles) {
      child.kill("SIGTERM");
      if (child.exitCode === null) await once(child, "exit");
    }
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** The game role's ticks and how late they were, so far. */
  async look(): Promise<Look> {
    const response = await fetch(`http://127.0.0.1:${this.game.metricsPort}/metrics`);
    const at = performance.now();
    return { at, ...readTicks(await response.text()) };
  }

  #role(index: number): Role {
    const role = this.#roles[index];
    if (role === undefined) throw new Error("bench: the servers do not run");
    return role;
  }

  async #start(name: string): Promise<Role> {
    const settings = [
      ...["ports.login=0", "ports.game=0", "metrics.port=0", "log.level=warn"],
      ...["host.connectionsMax=2000", "host.backlog=1024"],
      // So that players enter as far apart as they walk: about 20 see each other.
      `realm.worldSpawnRadiusM=${this.#spawnRadius}`,
    ];
    const { child, record } = await startRole(name, this.folder, settings);
    const { ports, urls } = record;
    return { child, metricsPort: ports["metrics"] ?? 0, url: urls[name] ?? "" };
  }
}

interface Look {
  readonly at: number;
  readonly ticks: number;
  readonly skipped: number;
  /** Cumulative counts by upper bound in seconds. */
  readonly late: ReadonlyMap<number, number>;
}

function readTicks(text: string): Omit<Look, "at"> {
  const value = (name: string): number =>
    Number(new RegExp(`^reprise_${name}\\{[^}]*\\} (\\S+)$`, "m").exec(text)?.[1] ?? 0);
  const late = new Map<number, number>();
  for (const [, labels = "", count] of text.matchAll(
    /^reprise_time_lateness_seconds_bucket\{([^}]*)\} (\S+)$/gm,
  )) {
    const bound = /(?:^|,)le="([^"]+)"/.exec(labels)?.[1] ?? "";
    late.set(bound === "+Inf" ? Infinity : Number(bound), Number(count));
  }
  const ticks = value("ticks_total") + value("ticks_idle_total");
  return { ticks, skipped: value("ticks_skipped_total"), late };
}

/** How often each bound was kept between two looks. */
function between(before: Look, after: Look): Map<number, number> {
  return new Map(
    [...after.late].map(([bound, count]) => [bound, count - (before.late.get(bound) ?? 0)]),
  );
}

/** By linear interpolation within the bucket, milliseconds. */
function quantileMs(late: ReadonlyMap<number, number>, share: number): number {
  const wanted = share * (late.get(Infinity) ?? 0);
  let [lower, below] = [0, 0];
  for (const [bound, count] of [...late].toSorted(([a], [b]) => a - b)) {
    if (count >= wanted && bound < Infinity) {
      const part = count === below ? 1 : (wanted - below) / (count - below);
      return (lower + (bound - lower) * part) * 1_000;
    }
    [lower, below] = [bound, count];
  }
  return lower * 1_000;
}

/** Runs `reprise load` until it ends. */
async function load(servers: Servers, options: readonly string[]): Promise<Load> {
  const child = spawn(
    process.execPath,
    [
      ...["src/io/main.js", "load", "--json", "--data-dir", servers.folder],
      ...["--target", servers.loginUrl, "--insecure", ...options],
    ],
    { stdio: ["ignore", "pipe", "inherit"] },
  );
  let text = "";
  child.stdout.setEncoding("utf8").on("data", (part: string) => (text += part));
  await once(child, "exit");
  const result = JSON.parse(text) as Load;
  if (result.notConnectedBecause !== null) throw new Error(`bench: ${result.notConnectedBecause}`);
  return result;
}

const failures = ({ errors }: Load): number =>
  Object.values(errors).reduce((sum, count) => sum + count, 0);

/** Many players who walk for so long. */
export async function measureWalk(players: number, seconds: number): Promise<WalkResult> {
  const servers = new Servers(players);
  try {
    await servers.start();
    const walking = load(servers, [
      ...["--scenario", "walk", "--clients", String(players), "--rate", "10"],
      ...["--seconds", String(seconds)],
    ]);
    const [before, after] = await Promise.race([
      watchTicks(servers, players, seconds),
      walking.then(() => Promise.reject(new Error("bench: the walk ended too soon"))),
    ]);
    const result = await walking;
    const minutes = (after.at - before.at) / 60_000;
    return {
      p99Ms: result.latencyMs.p99,
      ticksPerMinute: (after.ticks - before.ticks) / minutes,
      ticksSkipped: after.skipped - before.skipped,
      viewMismatches: result.viewMismatches ?? Infinity,
      seenMean: result.seenMean ?? 0,
      tickP99Ms: quantileMs(between(before, after), 0.99),
      errors: failures(result),
    };
  } finally {
    await servers.stop();
  }
}

/** Looks at the ticks when all players are in, and again shortly before they stop. */
async function watchTicks(
  servers: Servers,
  players: number,
  seconds: number,
): Promise<[Look, Look]> {
  await untilInWorld(servers, players);
  const before = await servers.look();
  await setTimeout((seconds - 1) * 1_000);
  return [before, await servers.look()];
}

async function untilInWorld(servers: Servers, players: number): Promise<void> {
  const { metricsPort } = servers.game;
  for (;;) {
    const response = await fetch(`http://127.0.0.1:${metricsPort}/views/game/world.players`);
    const view = (await response.json()) as { readonly entities?: readonly unknown[] };
    if (view.entities?.length === players) return;
    await setTimeout(200);
  }
}

/** Storms of logins while some players walk. */
export async function measureStorm(storms: number, logins: number): Promise<StormResult> {
  const players = 100;
  const servers = new Servers(players);
  const stormSeconds = 20;
  try {
    await servers.start();
    const walking = load(servers, [
      ...["--scenario", "walk", "--clients", String(players), "--rate", "10"],
      ...["--seconds", String(storms * 2 * (stormSeconds + 3) + 5)],
    ]);
    await untilInWorld(servers, players);
    const quiet = new Map<number, number>();
    const stormy = new Map<number, number>();
    const stormed: Load[] = [];
    for (let round = 0; round < storms; round += 1) {
      const before = await servers.look();
      await setTimeout(stormSeconds * 1_000);
      const betweenStorms = await servers.look();
      addUp(quiet, between(before, betweenStorms));
      stormed.push(
        await load(servers, [
          ...["--scenario", "login-storm", "--clients", String(logins)],
          ...["--seconds", String(stormSeconds), "--timeout-ms", "60000"],
          ...["--names", `storm${String(round)}x`],
        ]),
      );
      addUp(stormy, between(betweenStorms, await servers.look()));
    }
    await walking;
    const quietTickP99Ms = quantileMs(quiet, 0.99);
    const stormTickP99Ms = quantileMs(stormy, 0.99);
    return {
      loginsPerStorm: logins,
      loginsFailed: stormed.reduce((sum, result) => sum + result.sent - result.received, 0),
      loginP99Ms: Math.max(...stormed.map(({ latencyMs }) => latencyMs.p99)),
      quietTickP99Ms,
      stormTickP99Ms,
      ratio: stormTickP99Ms / quietTickP99Ms,
    };
  } finally {
    await servers.stop();
  }
}

function addUp(sum: Map<number, number>, part: ReadonlyMap<number, number>): void {
  for (const [bound, count] of part) sum.set(bound, (sum.get(bound) ?? 0) + count);
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      players: { type: "string", default: "500" },
      seconds: { type: "string", default: "60" },
      storms: { type: "string", default: "2" },
      logins: { type: "string", default: "500" },
    },
  });
  const walk = await measureWalk(Number(values.players), Number(values.seconds));
  const storm = await measureStorm(Number(values.storms), Number(values.logins));
  process.stdout.write(`${JSON.stringify({ walk, storm })}\n`);
}
