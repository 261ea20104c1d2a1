/** What is left in the heap: in a file of its own, because nobody else may hold a session here. */
import { queryObjects, setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, it } from "vitest";
import { MemoryPlatform } from "../../bench/memory-platform.ts";
import type { SocketId } from "../../src/core/contract.ts";
import { ConnectionEdge } from "../../src/core/edge/index.ts";
import { builtinFeatures } from "../../src/core/features/index.ts";
import { HostConnection } from "../../src/core/host/connections.ts";
import { createHost, hostConfig } from "../../src/core/host/index.ts";
import type { Host } from "../../src/core/host/index.ts";
import { micros } from "../../src/core/kernel/ids.ts";
import { createRealm, realmConfig } from "../../src/core/realm/index.ts";
import type { RealmMachine } from "../../src/core/realm/index.ts";
import { reprise as pb } from "../../src/core/wire/gen/session.js";
import { encodePayload } from "../../src/core/wire/index.ts";
import { lamp, lampTypes } from "../support/lamp.ts";
import { packetFrame, types } from "../support/packet-client.ts";

/** Time passes when the test says so. */
class Platform extends MemoryPlatform {
  nowMicros = 1_790_000_000_000_000;

  override monotonic() {
    return micros(this.nowMicros);
  }
  override wallClock() {
    return micros(this.nowMicros);
  }
}

/** A host in memory, its realm, and every session that it has ever had. */
class Cycles {
  readonly host: Host;
  /** They do not keep what they refer to. */
  readonly sessions: WeakRef<object>[] = [];
  readonly #platform = new Platform({ keep: false });
  #sockets = 0;

  constructor() {
    this.host = createHost({
      config: hostConfig({ role: "game", budgetMultiplier: 1e6 }),
      realmConfig: { ...realmConfig() },
      realm: createRealm({ features: [...builtinFeatures, lamp] }),
      syscalls: this.#platform,
      identity: { build: "heap", node: process.version, v8: process.versions.v8, protocol: 1 },
    });
    this.host.start();
    while (this.host.phase !== "serving") this.#turn();
  }

  /** Connections that say something and are left open. */
  open(count: number): readonly SocketId[] {
    const sockets = Array.from({ length: count }, () => (this.#sockets += 1) as SocketId);
    for (const socket of sockets) {
      this.#producer.socketOpened(socket, { remote: `192.0.2.1:${socket}`, security: "plain" });
    }
    this.#turn();
    const { state } = this.host.machine() as RealmMachine;
    for (const session of state.sessions.all()) this.sessions.push(new WeakRef(session));
    for (const socket of sockets) this.#producer.received(socket, said(socket));
    this.#turn();
    return sockets;
  }

  /** In each of the ways in which a connection ends. */
  close(sockets: readonly SocketId[]): void {
    for (const socket of sockets) {
      const way = socket % 4;
      if (way === 0) this.#producer.socketEnded(socket);
      // Half a packet, or lost framing, is left behind.
      if (way === 1) this.#producer.received(socket, Uint8Array.of(9, 0, 0, 0, 1));
      if (way === 2) this.#producer.received(socket, new Uint8Array(4));
    }
    this.#turn();
    for (const socket of sockets) {
      this.#producer.socketClosed(socket, socket % 2 === 0 ? null : "ECONNRESET");
    }
    this.#turn();
    // What was refused is told within a second.
    this.#platform.nowMicros += 1_100_000;
    this.#turn();
  }

  #turn(): void {
    for (let round = 0; round < 4; round += 1) {
      this.host.turn();
      this.#platform.complete(this.host);
    }
  }

  get #producer(): Host["producers"][number] {
    const [producer] = this.host.producers;
    if (producer === undefined) throw new Error("a host has a producer");
    return producer;
  }
}

/** An echo of each delivery, what waits for a tick, what is refused, and a heartbeat. */
function said(socket: SocketId): Uint8Array {
  const payload = encodePayload(pb.v1.EchoRequest, { bytes: Uint8Array.of(socket & 255) });
  const empty = new Uint8Array(0);
  const sent = [
    [types.echo, payload],
    [types.promptEcho, payload],
    [lampTypes.turn, payload],
    [2_999, empty],
    [2_999, empty],
    [types.heartbeat, empty],
  ] as const;
  return Buffer.concat(sent.map(([type, bytes], index) => packetFrame(type, bytes, index + 1)));
}

/** Sessions that something still holds on to. */
async function alive({ sessions }: Cycles): Promise<number> {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  // What a WeakRef was asked for lives until the end of the task.
  await new Promise((resolve) => setImmediate(resolve));
  collect();
  return sessions.filter((session) => session.deref() !== undefined).length;
}

it("[SMG-09] after 10,000 connections nothing in the heap holds on to one of their sessions", async () => {
  const cycles = new Cycles();
  // The prototype of a class that extends one is counted as one of its objects.
  const prototypes = queryObjects(ConnectionEdge, { format: "count" });
  const kept = cycles.open(100);
  // That what is held is seen.
  expect(await alive(cycles)).toBe(100);
  expect(queryObjects(ConnectionEdge, { format: "count" })).toBe(prototypes + 100);
  expect(queryObjects(HostConnection, { format: "count" })).toBe(100);
  cycles.close(kept);
  for (let cycle = 0; cycle < 99; cycle += 1) cycles.close(cycles.open(100));
  expect(cycles.sessions).toHaveLength(10_000);
  expect(cycles.host.connectionCount()).toBe(0);
  expect(cycles.host.counters.get("connections_accepted_total")).toBe(10_000);
  expect(await alive(cycles)).toBe(0);
  expect(queryObjects(ConnectionEdge, { format: "count" })).toBe(prototypes);
  expect(queryObjects(HostConnection, { format: "count" })).toBe(0);
});
