/**
 * How long a server stands still when a feature throws.
 *
 *     node bench/journal/containment.ts [--players 2000] [--walk 1] [--json]
 *
 * `--walk`: instead of all else, the players walk in the world with so many moves a second each,
 * see `walking.ts`.
 *
 * `server`: a real one with so many connections, of which every tenth sends all the time, and a
 * follower on its thread. One of them makes a feature throw; told is how long the realm stood still
 * (the server's own `rebuild_max_micros`), and how many of the others are still served.
 *
 * `world`: what of that grows with the game. So many players walk in a world in memory; its state
 * is given away, digested, taken over and digested again, as follower and host do.
 */
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { connect } from "node:net";
import type { Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { parseArgs } from "node:util";
import { gameFeatures } from "../../src/core/features/index.ts";
import { createRealm } from "../../src/core/realm/index.ts";
import { configOf } from "../../src/io/config.ts";
import { startServer } from "../../src/io/server.ts";
import type { Server } from "../../src/io/server.ts";
import { Crowd } from "../world.ts";
import { breakType, features } from "./breaking.ts";
import { frame } from "./frame.ts";
import { measureWalking } from "./walking.ts";

export interface ContainmentResult {
  readonly players: number;
  readonly server: {
    readonly stoodStillMs: number;
    /** Where the state came from. */
    readonly from: string;
    readonly survivors: number;
  };
  readonly world: {
    readonly stateBytes: number;
    /** Giving the state away and taking it over, both with their digests. */
    readonly handOverMs: number;
  };
}

const echoType = 1_055;

/** A connection that counts what it is sent. */
class Client {
  readonly socket: Socket;
  heard = 0;
  #sequence = 0;

  constructor(port: number) {
    this.socket = connect(port, "127.0.0.1");
    this.socket.on("data", ({ length }) => (this.heard += length));
    this.socket.on("error", () => undefined);
  }

  send(type: number): void {
    this.#sequence += 1;
    this.socket.write(frame(type, this.#sequence));
  }
}

/** The first sample of the name whose labels have `label` among them; 0 without one. */
async function metric(server: Server, name: string, label = ""): Promise<number> {
  const response = await fetch(`http://127.0.0.1:${server.metricsPort ?? 0}/metrics`);
  const lines = (await response.text()).split("\n");
  const line = lines.find((each) => each.startsWith(`reprise_${name}{`) && each.includes(label));
  return Number(line?.slice(line.lastIndexOf(" ") + 1) ?? 0);
}

async function measureServer(players: number): Promise<ContainmentResult["server"]> {
  const folder = mkdtempSync(join(tmpdir(), "reprise-bench-"));
  const server = await startServer({
    config: configOf({
      role: "game",
      dataDir: folder,
      "ports.game": 0,
      "metrics.port": 0,
      "tls.enabled": false,
      "log.destination": join(folder, "log"),
      "checkpoint.follower": "on",
      "edge.budgetMultiplier": 1_000,
    }),
    features,
    featuresModule: new URL("./breaking.ts", import.meta.url).href,
  });
  try {
    const clients: Client[] = [];
    while (clients.length < players) {
      const some = Array.from({ length: 100 }, () => new Client(server.port));
      await Promise.all(some.map(({ socket }) => once(socket, "connect")));
      // Whoever says nothing is sent away.
      for (const client of some) client.send(echoType);
      clients.push(...some);
    }
    const busy = clients.filter((_, index) => index % 10 === 0);
    const sending = setInterval(() => busy.forEach((client) => client.send(echoType)), 20);
    while (!((await metric(server, "follower_sequence")) > 0)) await setTimeout(100);
    await setTimeout(1_000);
    const [, culprit] = clients;
    culprit?.send(breakType);
    while (!((await metric(server, "rebuilds_total")) > 0)) await setTimeout(20);
    clearInterval(sending);
    await setTimeout(500);
    const before = clients.map(({ heard }) => heard);
    for (const client of clients) if (client !== culprit) client.send(echoType);
    await setTimeout(2_000);
    const survivors = clients.filter(({ heard }, index) => heard > (before[index] ?? 0)).length;
    const isHanded = (await metric(server, "rebuilds_total", 'from="follower"')) > 0;
    return {
      stoodStillMs: (await metric(server, "rebuild_max_micros")) / 1_000,
      from: isHanded ? "follower" : "journal",
      survivors,
    };
  } finally {
    const stopped = server.stop();
    void server.stop();
    await stopped;
    rmSync(folder, { recursive: true, force: true });
  }
}

function measureWorld(players: number): ContainmentResult["world"] {
  const crowd = new Crowd({ players, visible: 20 });
  crowd.pass(30);
  const machine = crowd.host.machine();
  if (machine === null) throw new Error("a host has a machine");
  const realm = createRealm({ features: gameFeatures });
  const times: number[] = [];
  let stateBytes = 0;
  for (let round = 0; round < 5; round += 1) {
    const since = performance.now();
    const bytes = machine.checkpoint();
    const digest = machine.digest();
    const taken = realm.create();
    taken.restore(bytes);
    if (taken.digest() !== digest) throw new Error("the state was not taken over");
    times.push(performance.now() - since);
    stateBytes = bytes.length;
  }
  return { stateBytes, handOverMs: Math.max(...times) };
}

export async function measureContainment(players: number): Promise<ContainmentResult> {
  return { players, server: await measureServer(players), world: measureWorld(players) };
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      players: { type: "string", default: "2000" },
      walk: { type: "string" },
      json: { type: "boolean", default: false },
    },
  });
  if (values.walk !== undefined) {
    const walked = await measureWalking(Number(values.players), Number(values.walk));
    process.stdout.write(`${JSON.stringify(walked)}\n`);
    process.exit();
  }
  const result = await measureContainment(Number(values.players));
  const { server, world, players } = result;
  process.stdout.write(
    values.json
      ? `${JSON.stringify(result)}\n`
      : `a throw with ${players} connections: ${server.stoodStillMs.toFixed(1)} ms, ` +
          `state from the ${server.from}, ${server.survivors} of ${players - 1} others served\n` +
          `a world of ${players} players: ${world.stateBytes} bytes of state change hands in ` +
          `${world.handOverMs.toFixed(1)} ms\n`,
  );
}
