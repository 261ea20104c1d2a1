/**
 * How long ticks and answers stand still when a feature throws in a world of players who walk.
 *
 * A login server in a process of its own, the game server in this one with a follower on its
 * thread, and all players from `reprise load` in a third: real sockets, real accounts, a real disk.
 * When all are in and walk, a connection besides theirs makes a feature throw.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import { configOf } from "../../src/io/config.ts";
import { startServer } from "../../src/io/server.ts";
import type { Server } from "../../src/io/server.ts";
import { startRole } from "../measure.ts";
import { breakType, features } from "./breaking.ts";
import { frame } from "./frame.ts";

export interface WalkingResult {
  readonly walking: number;
  /** Moves a second of each. */
  readonly rate: number;
  /** The realm itself, until it had its state again. */
  readonly stoodStillMs: number;
  readonly from: string;
  /** The longest time without an answer, asked for every 5 ms: before, and with the throw. */
  readonly silenceBeforeMs: number;
  readonly silenceMs: number;
  /** The latest tick was late by no more than this: before, and with the throw. */
  readonly tickLateBeforeMs: number;
  readonly tickLateMs: number;
  /** Players who are still in the world two seconds later. */
  readonly left: number;
}

const promptEchoType = 1_055;

/** @param rate moves a second of each player */
export async function measureWalking(players: number, rate: number): Promise<WalkingResult> {
  const folder = mkdtempSync(join(tmpdir(), "reprise-walking-"));
  const common = {
    "tls.enabled": false,
    "metrics.port": 0,
    "host.connectionsMax": players + 100,
    "host.backlog": 1_024,
    "log.level": "warn",
    // Passwords are not what is measured.
    "accounts.hashMemoryKib": 8,
    "accounts.hashPasses": 1,
  };
  const settings = Object.entries({ ...common, "ports.login": 0 });
  const login = await startRole(
    "login",
    folder,
    settings.map(([name, value]) => `${name}=${String(value)}`),
  );
  const server = await startServer({
    config: configOf({
      ...common,
      role: "game",
      dataDir: folder,
      "ports.game": 0,
      "log.destination": join(folder, "log"),
      "checkpoint.follower": "on",
      "edge.budgetMultiplier": 1_000,
      "realm.worldSpawnRadiusM": Math.round(31 * Math.sqrt(players)),
    }),
    features,
    featuresModule: new URL("./breaking.ts", import.meta.url).href,
  });
  const load = spawn(
    process.execPath,
    [
      ...["src/io/main.js", "load", "--json", "--data-dir", folder],
      ...["--target", login.record.urls["login"] ?? "", "--scenario", "walk"],
      ...["--clients", String(players), "--rate", String(rate), "--seconds", "60"],
    ],
    { stdio: ["ignore", "ignore", "inherit"] },
  );
  try {
    const ended = once(load, "exit").then(() => Promise.reject(new Error("the walk has ended")));
    return await Promise.race([watch(server, players, rate), ended]);
  } finally {
    for (const child of [load, login.child]) child.kill("SIGKILL");
    const stopped = server.stop();
    void server.stop();
    await stopped;
    rmSync(folder, { recursive: true, force: true });
  }
}

async function watch(server: Server, players: number, rate: number): Promise<WalkingResult> {
  while ((await inWorld(server)) < players) await setTimeout(200);
  const workerData = { port: server.port, type: promptEchoType };
  const probe = new Worker(new URL("./echo-probe.ts", import.meta.url), { workerData });
  const culprit = connect(server.port, "127.0.0.1");
  try {
    culprit.on("error", () => undefined);
    await setTimeout(2_000);
    await silence(probe);
    const first = await metrics(server);
    await setTimeout(3_000);
    const silenceBeforeMs = await silence(probe);
    const before = await metrics(server);
    culprit.write(frame(breakType, 1));
    let after = await metrics(server);
    while (valueIn(after, "rebuilds_total") === 0) {
      await setTimeout(20);
      after = await metrics(server);
    }
    await setTimeout(2_000);
    const silenceMs = await silence(probe);
    after = await metrics(server);
    return {
      walking: players,
      rate,
      stoodStillMs: valueIn(after, "rebuild_max_micros") / 1_000,
      from: valueIn(after, "rebuilds_total", 'from="follower"') > 0 ? "follower" : "journal",
      silenceBeforeMs,
      silenceMs,
      tickLateBeforeMs: latestIn(first, before),
      tickLateMs: latestIn(before, after),
      left: await inWorld(server),
    };
  } finally {
    culprit.destroy();
    await probe.terminate();
  }
}

async function silence(probe: Worker): Promise<number> {
  probe.postMessage(null);
  const [longestMs] = (await once(probe, "message")) as [number];
  return longestMs;
}

async function inWorld(server: Server): Promise<number> {
  const response = await fetch(
    `http://127.0.0.1:${server.metricsPort ?? 0}/views/game/world.players`,
  );
  const { entities } = (await response.json()) as { readonly entities?: readonly unknown[] };
  return entities?.length ?? 0;
}

const metrics = async (server: Server): Promise<readonly string[]> => {
  const response = await fetch(`http://127.0.0.1:${server.metricsPort ?? 0}/metrics`);
  return (await response.text()).split("\n");
};

/** The first sample of the name whose labels have `label` among them; 0 without one. */
function valueIn(lines: readonly string[], name: string, label = ""): number {
  const line = lines.find((each) => each.startsWith(`reprise_${name}{`) && each.includes(label));
  return Number(line?.slice(line.lastIndexOf(" ") + 1) ?? 0);
}

/** The bound that all ticks between two looks have kept, milliseconds. */
function latestIn(before: readonly string[], after: readonly string[]): number {
  const late = (lines: readonly string[], bound: string): number =>
    valueIn(lines, "time_lateness_seconds_bucket", `le="${bound}"`);
  const all = late(after, "+Inf") - late(before, "+Inf");
  for (const line of after) {
    const bound = /^reprise_time_lateness_seconds_bucket\{.*le="([^"]+)"/.exec(line)?.[1];
    if (bound === undefined) continue;
    if (late(after, bound) - late(before, bound) === all)
      return Number(bound.replace("+Inf", "Infinity")) * 1_000;
  }
  return Infinity;
}
