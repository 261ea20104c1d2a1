/**
 * The core alone: echo packets through deframing, envelope, budgets, step, payload codec, frame,
 * digest and journal, without sockets and disk.
 *
 *     node bench/core.ts [--seconds 3] [--connections 50] [--depth 16] [--type 1055]
 *
 * Prints packets a second of one core, and nanoseconds a packet. Time is the process's CPU time,
 * its
 * collector's threads included, so that a busy machine does not make the core look slow.
 */
import { parseArgs } from "node:util";
import type { SocketId } from "../src/core/contract.ts";
import { builtinFeatures } from "../src/core/features/index.ts";
import { createHost, hostConfig } from "../src/core/host/index.ts";
import type { Host } from "../src/core/host/index.ts";
import type { Feature } from "../src/core/realm/index.ts";
import { createRealm, realmConfig } from "../src/core/realm/index.ts";
import { reprise as pb } from "../src/core/wire/gen/session.js";
import { encodePayload, packetFrameBytesMax, writeFrame } from "../src/core/wire/index.ts";
import { tuneEngine } from "../src/io/engine.ts";
import { MemoryPlatform } from "./memory-platform.ts";

tuneEngine(); // As every server does.

export interface CoreLoad {
  readonly seconds: number;
  readonly connections: number;
  readonly depth: number;
  /** 1053 for committed, 1055 for prompt echoes. */
  readonly type: number;
}

export interface CoreResult {
  readonly packetsPerSecond: number;
  readonly nanosecondsPerPacket: number;
  readonly journalBytesPerPacket: number;
}

export interface HostOptions {
  readonly packetsPerTurnMax?: number;
  /** Those of every role when left out. */
  readonly features?: readonly Feature[];
  /** What the journal says of who wrote it. */
  readonly build?: string;
}

/** Makes a host that serves in memory. */
export function startHost(platform: MemoryPlatform, options: HostOptions = {}): Host {
  const { features = builtinFeatures, build = "bench", ...limits } = options;
  const host = createHost({
    config: hostConfig({ role: "game", budgetMultiplier: 1e6, ...limits }),
    realmConfig: { ...realmConfig() },
    realm: createRealm({ features }),
    syscalls: platform,
    identity: { build, node: process.version, v8: process.versions.v8, protocol: 1 },
  });
  host.start();
  for (let turn = 0; host.phase !== "serving"; turn += 1) {
    if (turn > 1_000) throw new Error(`the host does not serve: ${host.phase}`);
    platform.complete(host);
    host.turn();
  }
  return host;
}

const payloadOf = (bytes: number): Uint8Array =>
  encodePayload(pb.v1.EchoRequest, { bytes: new Uint8Array(bytes).fill(0x61) });

/** One chunk of `depth` requests, continuing after `sequence`. */
function chunk(
  { type, depth }: Omit<CoreLoad, "seconds">,
  sequence: number,
  payload: Uint8Array,
): Uint8Array {
  const bytes = new Uint8Array(packetFrameBytesMax(payload.length) * depth);
  let at = 0;
  for (let index = 1; index <= depth; index += 1) {
    const header = {
      type,
      sequence: sequence + index,
      timestamp: 0,
      isCompressed: false,
      inReplyTo: 0,
    };
    at = writeFrame(bytes, at, header, payload, 0, payload.length, "little");
  }
  return bytes.slice(0, at);
}

/** A host in memory with its clients, who ask in rounds. */
export class EchoRounds {
  readonly host: Host;
  /** Packets asked for so far. */
  asked = 0;
  /** CPU milliseconds spent by the host on them. */
  spentMs = 0;
  readonly #platform: MemoryPlatform;
  readonly #load: Omit<CoreLoad, "seconds">;
  readonly #sockets: readonly SocketId[];
  readonly #payload: Uint8Array;
  #sequence = 0;

  /** @param options of the host, and how many bytes each packet echoes: 58 when left out */
  constructor(
    platform: MemoryPlatform,
    load: Omit<CoreLoad, "seconds">,
    { echoBytes = 58, ...options }: HostOptions & { readonly echoBytes?: number } = {},
  ) {
    this.#platform = platform;
    this.#load = load;
    this.#payload = payloadOf(echoBytes);
    this.host = startHost(platform, options);
    this.#sockets = Array.from({ length: load.connections }, (_, index) => (index + 1) as SocketId);
    for (const socket of this.#sockets) {
      this.#producer.socketOpened(socket, { remote: `127.0.0.1:${socket}`, security: "plain" });
    }
  }

  /** Every client asks `depth` times, and the host answers. */
  round(): void {
    const { depth } = this.#load;
    // Making requests is the clients' work, so it is done outside the measured time.
    const chunks = this.#sockets.map(() => chunk(this.#load, this.#sequence, this.#payload));
    this.#sequence += depth;
    const from = process.cpuUsage();
    for (const [index, socket] of this.#sockets.entries()) {
      this.#producer.received(socket, chunks[index] as Uint8Array);
    }
    for (let turn = 0; turn < 2; turn += 1) {
      this.host.turn();
      this.#platform.complete(this.host);
    }
    const used = process.cpuUsage(from);
    this.spentMs += (used.user + used.system) / 1_000;
    this.asked += chunks.length * depth;
  }

  get #producer() {
    const producer = this.host.producers[0];
    if (producer === undefined) throw new Error("a host has a producer");
    return producer;
  }
}

export function measureCore({ seconds, ...load }: CoreLoad): CoreResult {
  const platform = new MemoryPlatform({ keep: false });
  const rounds = new EchoRounds(platform, load);
  while (rounds.spentMs < 1_000) rounds.round();
  const { asked, spentMs } = rounds;
  const { journalled } = platform;
  while (rounds.spentMs < spentMs + seconds * 1_000) rounds.round();
  if (rounds.host.connectionCount() !== load.connections) throw new Error("a connection was lost");
  const packets = rounds.asked - asked;
  const counted = rounds.spentMs - spentMs;
  return {
    packetsPerSecond: packets / (counted / 1_000),
    nanosecondsPerPacket: (counted * 1e6) / packets,
    journalBytesPerPacket: (platform.journalled - journalled) / packets,
  };
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      seconds: { type: "string", default: "3" },
      connections: { type: "string", default: "50" },
      depth: { type: "string", default: "16" },
      type: { type: "string", default: "1055" },
    },
  });
  const load = {
    seconds: Number(values.seconds),
    connections: Number(values.connections),
    depth: Number(values.depth),
    type: Number(values.type),
  };
  process.stdout.write(`${JSON.stringify({ ...load, ...measureCore(load) })}\n`);
}
