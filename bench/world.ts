/**
 * The world in the core alone: players who walk among each other, through deframing, budgets,
 * payload decode, speed check, grid, encode, digest, frames and journal, without sockets and disk.
 *
 *     node bench/world.ts [--players 2000] [--visible 20] [--ticks 150] [--perSecond 30]
 *
 * Prints the time of a tick, movements a second of one core with their share of the ticks, and what
 * idle players cost. Sums are of the thread's processor time, so that a busy machine does not make
 * the core look slow. That time is told in steps of milliseconds, so a tick is timed by the clock:
 * on a busy machine its upper quantiles are the machine's.
 */
import { parseArgs } from "node:util";
import type { SocketId } from "../src/core/contract.ts";
import { gameFeatures } from "../src/core/features/index.ts";
import { createHost, hostConfig } from "../src/core/host/index.ts";
import type { Host } from "../src/core/host/index.ts";
import { micros } from "../src/core/kernel/ids.ts";
import type { CallId } from "../src/core/kernel/ids.ts";
import type { PlainData } from "../src/core/kernel/plain.ts";
import { createRealm, realmConfig } from "../src/core/realm/index.ts";
import type { RealmMachine } from "../src/core/realm/index.ts";
import { reprise as pb } from "../src/core/wire/gen/game.js";
import { encodePayload, packetFrameBytesMax, writeFrame } from "../src/core/wire/index.ts";
import type { AnyMessage } from "../src/core/wire/index.ts";
import { tuneEngine } from "../src/io/engine.ts";
import { MemoryPlatform } from "./memory-platform.ts";

export interface WorldLoad {
  readonly players: number;
  /** How many each of them sees, about. */
  readonly visible: number;
  readonly ticks: number;
  /** Movements of each player a second, 1..30. */
  readonly perSecond: number;
}

export interface WorldResult {
  readonly visibleMean: number;
  /** `mean` of processor time, the others by the clock. */
  readonly tickMs: Readonly<Record<"mean" | "p50" | "p99" | "max", number>>;
  readonly movesPerSecond: number;
  /** Of the movement alone, without its share of the ticks. */
  readonly nanosecondsPerMove: number;
  readonly bytesPerPlayerSecond: number;
}

const tickHz = 30;
/** Until the engine has compiled what is hot. */
const warmupTicks = 60;
/** What a viewer's rectangle of cells covers on average, walking, in square metres. */
const seenSquareMetres = 72_000;

/** Time stands still until it is told to pass, and every token is good. */
class WalkPlatform extends MemoryPlatform {
  now = 1_000_000;
  readonly calls: { readonly call: CallId; readonly operation: string }[] = [];

  override monotonic() {
    return micros(this.now);
  }
  override wallClock() {
    return micros(1_700_000_000_000_000 + this.now);
  }
  override perform(call?: CallId, operation?: string): void {
    if (call !== undefined && operation !== undefined) this.calls.push({ call, operation });
  }
}

/** What of the view counts here. */
interface PlayersView {
  readonly cells: number;
  readonly entities: readonly {
    readonly player: number;
    readonly x: number;
    readonly z: number;
    readonly cell: number;
  }[];
  readonly viewers: readonly { x0: number; x1: number; z0: number; z1: number }[];
}

interface Walker {
  readonly socket: SocketId;
  sequence: number;
  moves: number;
  x: number;
  z: number;
  vx: number;
  vz: number;
}

interface Spent {
  readonly clockMs: number;
  readonly cpuMs: number;
}

/** Frames behind each other, outside of the heap, so that they are no work for the collector. */
interface Steps {
  readonly bytes: Uint8Array;
  /** Where the frame of each ends. */
  readonly ends: Int32Array;
  readonly sockets: Int32Array;
}

/** A host in memory with a crowd in its world. */
export class Crowd {
  readonly platform: WalkPlatform;
  readonly host: Host;
  readonly walkers: Walker[] = [];
  readonly radius: number;
  #machine: RealmMachine | null = null;
  #players = 0;
  #random = 12_345;

  /** @param load `keep`: its journal can be read afterwards; false when left out */
  constructor({
    players,
    visible,
    keep = false,
  }: Pick<WorldLoad, "players" | "visible"> & { readonly keep?: boolean }) {
    this.platform = new WalkPlatform({ keep });
    this.radius = Math.round(Math.sqrt((players * seenSquareMetres) / visible) / 2);
    const realm = createRealm({ features: gameFeatures });
    this.host = createHost({
      config: hostConfig({ role: "game", connectionsMax: players, durability: "none" }),
      realmConfig: {
        ...realmConfig({
          worldSizeM: Math.max(this.radius * 2, 10),
          worldSpawnRadiusM: this.radius,
          idleTimeoutMs: 1_000_000,
        }),
      },
      realm: { ...realm, create: () => (this.#machine = realm.create()) },
      syscalls: this.platform,
      identity: { build: "bench", node: process.version, v8: process.versions.v8, protocol: 1 },
    });
    this.host.start();
    this.#settle();
    for (let player = 1; player <= players; player += 1) this.#enter(player);
    this.pass(1);
    // Where the world put them: as good as having read its answers.
    for (const { player, x, z } of this.view().entities) {
      const random = (): number => (this.#next() / 2 ** 31 - 1) * 4;
      const [vx, vz] = [random(), random()];
      this.walkers.push({ socket: player as SocketId, sequence: 1, moves: 0, x, z, vx, vz });
    }
  }

  view(): PlayersView {
    if (this.#machine === null) throw new Error("a host has a machine");
    return this.#machine.view("world.players") as unknown as PlayersView;
  }

  /** Lets so many ticks pass; says how long each took. */
  pass(ticks: number): Spent[] {
    const spent: Spent[] = [];
    for (let tick = 0; tick < ticks; tick += 1) {
      this.platform.now += Math.ceil(1_000_000 / tickHz);
      spent.push(this.timed(() => this.host.turn()));
      this.#settle();
    }
    return spent;
  }

  /** The steps of those whose turn it is. Made beforehand: it is the clients' work and garbage. */
  steps(tick: number, perSecond: number): Steps {
    const every = Math.max(1, Math.round(tickHz / perSecond));
    const moving = this.walkers.filter((_, index) => index % every === tick % every);
    const frames = moving.map((walker) => this.#step(walker, every / tickHz));
    const bytes = new Uint8Array(frames.reduce((sum, { length }) => sum + length, 0));
    let end = 0;
    const ends = Int32Array.from(frames, (frame) => {
      bytes.set(frame, end);
      end += frame.length;
      return end;
    });
    return { bytes, ends, sockets: Int32Array.from(moving, ({ socket }) => socket) };
  }

  /** Hands the host what its clients sent; says how long it took. */
  walk({ bytes, ends, sockets }: Steps): Spent {
    const spent = this.timed(() => {
      let start = 0;
      for (const [index, socket] of sockets.entries()) {
        const end = ends[index] ?? start;
        this.#producer.received(socket as SocketId, bytes.subarray(start, end));
        start = end;
      }
      this.host.turn();
    });
    this.#settle();
    return spent;
  }

  timed(work: () => void): Spent {
    const from = process.threadCpuUsage();
    const began = performance.now();
    work();
    const clockMs = performance.now() - began;
    const used = process.threadCpuUsage(from);
    return { clockMs, cpuMs: (used.user + used.system) / 1_000 };
  }

  #enter(player: number): void {
    const socket = player as SocketId;
    this.#producer.socketOpened(socket, { remote: `127.0.0.1:${player}`, security: "plain" });
    const frame = this.#frame(pb.v1.EnterWorldRequest, 2_000, 1, { sessionToken: "token" });
    this.#producer.received(socket, frame);
    this.#players = player;
    this.#settle();
  }

  #step(walker: Walker, seconds: number): Uint8Array {
    const edge = this.radius - 1;
    if (Math.abs(walker.x + walker.vx * seconds) > edge) walker.vx = -walker.vx;
    if (Math.abs(walker.z + walker.vz * seconds) > edge) walker.vz = -walker.vz;
    walker.x += walker.vx * seconds;
    walker.z += walker.vz * seconds;
    walker.sequence += 1;
    walker.moves += 1;
    return this.#frame(pb.v1.MovementUpdate, 2_002, walker.sequence, {
      position: { x: walker.x, y: 0, z: walker.z },
      velocity: { x: walker.vx, y: 0, z: walker.vz },
      rotation: { x: 0, y: 90, z: 0 },
      sequenceNumber: walker.moves,
    });
  }

  #frame(message: AnyMessage, type: number, sequence: number, value: object): Uint8Array {
    const payload = encodePayload(message, value as never);
    const bytes = new Uint8Array(packetFrameBytesMax(payload.length));
    const header = { type, sequence, timestamp: 0, isCompressed: false, inReplyTo: 0 };
    return bytes.slice(0, writeFrame(bytes, 0, header, payload, 0, payload.length, "little"));
  }

  /** Turns until nothing is left to be done: files, and tokens that are all good. */
  #settle(): void {
    for (let turn = 0; turn < 4 || this.host.phase !== "serving"; turn += 1) {
      if (turn > 1_000) throw new Error(`the host does not serve: ${this.host.phase}`);
      this.platform.complete(this.host);
      for (const { call, operation } of this.platform.calls.splice(0)) {
        this.host.callDone(call, { ok: true, answer: this.#answer(operation) });
      }
      this.host.turn();
    }
  }

  #answer(operation: string): PlainData {
    if (operation !== "tokens.verify") return { evict: [] };
    const player = this.#players;
    const who = { tokenId: `t${player}`, player, name: `player ${player}`, role: "player" };
    return { kind: "valid", ...who, issuedAtMs: 0, expiresAtMs: 4e12 };
  }

  #next(): number {
    this.#random = (Math.imul(this.#random, 1_103_515_245) + 12_345) >>> 0;
    return this.#random;
  }

  get #producer() {
    const producer = this.host.producers[0];
    if (producer === undefined) throw new Error("a host has a producer");
    return producer;
  }
}

export function measureWorld({ ticks, perSecond, ...load }: WorldLoad): WorldResult {
  const crowd = new Crowd(load);
  let moves = 0;
  let movesMs = 0;
  let spent: Spent[] = [];
  let written = 0;
  const walks = Array.from({ length: warmupTicks + ticks }, (_, at) => crowd.steps(at, perSecond));
  for (const [at, steps] of walks.entries()) {
    if (at === warmupTicks) {
      [moves, movesMs, spent] = [0, 0, []];
      written = crowd.platform.written;
    }
    moves += steps.sockets.length;
    movesMs += crowd.walk(steps).cpuMs;
    spent.push(...crowd.pass(1));
  }
  const sorted = spent.map(({ clockMs }) => clockMs).toSorted((a, b) => a - b);
  const quantile = (part: number): number =>
    sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN;
  const ticksMs = spent.reduce((sum, { cpuMs }) => sum + cpuMs, 0);
  return {
    visibleMean: visibleMean(crowd),
    tickMs: { mean: ticksMs / ticks, p50: quantile(0.5), p99: quantile(0.99), max: quantile(1) },
    movesPerSecond: moves / ((movesMs + ticksMs) / 1_000),
    nanosecondsPerMove: (movesMs * 1e6) / moves,
    bytesPerPlayerSecond: ((crowd.platform.written - written) / load.players) * (tickHz / ticks),
  };
}

/** Milliseconds of processor time for a tick in which nobody moves, and the bytes it sends. */
export function measureIdle(players: number): { readonly tickMs: number; readonly bytes: number } {
  const crowd = new Crowd({ players, visible: 20 });
  crowd.pass(30);
  const { written } = crowd.platform;
  const spent = crowd.pass(90);
  const tickMs = spent.reduce((sum, { cpuMs }) => sum + cpuMs, 0) / spent.length;
  return { tickMs, bytes: crowd.platform.written - written };
}

function visibleMean(crowd: Crowd): number {
  const view = crowd.view();
  let seen = 0;
  for (const { x0, x1, z0, z1 } of view.viewers) {
    for (const { cell } of view.entities) {
      const [x, z] = [cell % view.cells, Math.floor(cell / view.cells)];
      if (x >= x0 && x <= x1 && z >= z0 && z <= z1) seen += 1;
    }
  }
  return seen / view.viewers.length;
}

if (import.meta.main) {
  tuneEngine(); // As every server does.
  const { values } = parseArgs({
    options: {
      players: { type: "string", default: "2000" },
      visible: { type: "string", default: "20" },
      ticks: { type: "string", default: "150" },
      perSecond: { type: "string", default: "30" },
    },
  });
  const load = {
    players: Number(values.players),
    visible: Number(values.visible),
    ticks: Number(values.ticks),
    perSecond: Number(values.perSecond),
  };
  const idle = measureIdle(1_000);
  process.stdout.write(`${JSON.stringify({ ...load, ...measureWorld(load), idle })}\n`);
}
