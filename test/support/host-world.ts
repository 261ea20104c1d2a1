/**
 * A world for one host, in the test's hands: time passes, files complete and peers speak when the
 * test says so, and everything that the host orders is kept to be looked at.
 */
import type {
  CloseMode,
  FileOperation,
  LogFields,
  LogLevel,
  Machine,
  RequestId,
  SocketId,
  Syscalls,
} from "../../src/core/contract.ts";
import { publishedContracts } from "../../src/core/features/contracts.ts";
import { builtinFeatures } from "../../src/core/features/index.ts";
import { createHost, Follower, hostConfig } from "../../src/core/host/index.ts";
import type {
  FollowerPort,
  FollowerReport,
  Host,
  HostConfig,
  MergeOrder,
  StartRecord,
} from "../../src/core/host/index.ts";
import { crc32, readEvents, JournalScanner, journalStart } from "../../src/core/journal/index.ts";
import type { JournalKeys } from "../../src/core/journal/index.ts";
import type { Event } from "../../src/core/contract.ts";
import { packetType } from "../../src/core/kernel/ids.ts";
import type { CallId, Micros } from "../../src/core/kernel/ids.ts";
import type { PlainData } from "../../src/core/kernel/plain.ts";
import { createRealm, realmConfig } from "../../src/core/realm/index.ts";
import type { Feature } from "../../src/core/realm/index.ts";
import {
  Deframer,
  encodePayload,
  EnvelopeReader,
  packetFrameBytesMax,
  writeFrame,
} from "../../src/core/wire/index.ts";
import { reprise as pb } from "../../src/core/wire/gen/session.js";
import { HostDisk } from "./host-disk.ts";
import type { WaitingOrder } from "./host-disk.ts";

export const echoType = 1_053;
export const promptEchoType = 1_055;

/** A packet as a peer got it. */
export interface Heard {
  readonly type: number;
  readonly sequence: number;
  readonly inReplyTo: number;
  readonly payload: Uint8Array;
}

export interface WorldOptions {
  readonly config?: Partial<HostConfig>;
  readonly realm?: Readonly<Record<string, number>>;
  readonly features?: readonly Feature[];
  readonly disk?: HostDisk;
  readonly build?: string;
  readonly producers?: number;
  readonly mergeOrder?: MergeOrder;
  /** Looks at, or changes, every machine that the host makes. */
  readonly watch?: (machine: Machine) => Machine;
  /** When it starts, wall clock in microseconds. */
  readonly wall?: number;
  /** Looks at, or changes, every machine that a follower makes. */
  readonly watchFollower?: (machine: Machine) => Machine;
  /** Of an encrypted journal. */
  readonly keys?: JournalKeys | null;
  readonly starts?: StartRecord;
}

/** Requests of the follower are numbered from here. */
const followerRequests = 1_000_000_000;

export class HostWorld implements Syscalls {
  readonly host: Host;
  readonly disk: HostDisk;
  readonly peers: Peer[] = [];
  readonly calls: {
    readonly call: CallId;
    readonly operation: string;
    readonly request: PlainData;
  }[] = [];
  readonly logs: {
    readonly level: LogLevel;
    readonly message: string;
    readonly fields: LogFields;
  }[] = [];
  exited: { readonly code: number; readonly message: string } | null = null;
  isListening = false;
  nowMicros = 5_000_000;
  wallMicros: number;
  /** Every order to the disk, in order. */
  readonly ordered: FileOperation[] = [];
  readonly #keys: JournalKeys | null;
  #entropy = 0;
  /** Something was delivered from inside a turn, so that another is due. */
  #isTold = false;
  #lastSocket = 0;
  /** What followers have told, in order, and the one there is. */
  readonly reports: FollowerReport[] = [];
  follower: Follower | null = null;
  /** False: it is told nothing, as one that hangs. */
  isFollowerAwake = true;

  constructor(options: WorldOptions = {}) {
    this.disk = options.disk ?? new HostDisk();
    this.wallMicros = options.wall ?? 1_790_000_000_000_000;
    const { producers = 1, mergeOrder, watch = (machine) => machine } = options;
    const { features = builtinFeatures, watchFollower = (machine) => machine } = options;
    const realm = createRealm({ features, known: publishedContracts });
    this.#keys = options.keys ?? null;
    const config = hostConfig({
      role: "game",
      commitWindowMs: 5,
      journalAheadBytes: 0,
      ...options.config,
    });
    this.host = createHost({
      config,
      follower: this.#followerPort(config, () => watchFollower(realm.create())),
      realmConfig: { ...realmConfig(options.realm) },
      realm: { ...realm, create: () => watch(realm.create()) },
      syscalls: this,
      identity: { build: options.build ?? "b1", node: "v26", v8: "14", protocol: 1 },
      producers,
      keys: this.#keys,
      ...(mergeOrder === undefined ? {} : { mergeOrder }),
      ...(options.starts === undefined ? {} : { starts: options.starts }),
    });
  }

  // ---------------------------------------------------------------- driving

  /** Starts and runs until it listens, or has exited. */
  start(): this {
    this.host.start();
    this.settle();
    return this;
  }

  turn(): void {
    this.host.turn();
  }

  /** Lets a waiting operation complete; the host hears of it in its next turn. */
  complete(order: WaitingOrder): void {
    const { request } = order;
    const result = this.disk.complete(order);
    if (request < followerRequests) this.host.fileDone(request, result);
    else this.follower?.fileDone((request - followerRequests) as RequestId, result);
  }

  /** Turns and completes files until nothing happens any more; no time passes. */
  settle(): this {
    for (let round = 0; round < 100_000; round += 1) {
      this.#isTold = false;
      this.turn();
      const [order] = this.disk.ready;
      const next = this.host.nextTurn();
      if (order !== undefined) this.complete(order);
      else if (!this.#isTold && (next === null || next > this.nowMicros)) return this;
    }
    throw new Error("the host does not come to rest");
  }

  /** Lets time pass, with a turn whenever the host asks for one. */
  advance(micros: number): this {
    const until = this.nowMicros + micros;
    for (;;) {
      this.settle();
      const next = this.host.nextTurn();
      if (this.exited !== null || next === null || next > until) break;
      this.#passTo(next);
    }
    this.#passTo(until);
    return this.settle();
  }

  /** Time passes and nobody runs. */
  sleep(micros: number): void {
    this.#passTo(this.nowMicros + micros);
  }

  connect(producer = 0): Peer {
    this.#lastSocket += 1;
    const peer = new Peer(this, this.#lastSocket as SocketId, producer);
    this.peers.push(peer);
    const address = { remote: `10.0.0.1:${this.#lastSocket}`, security: "plain" } as const;
    this.producer(producer).socketOpened(peer.socket, address);
    return peer;
  }

  producer(index: number): Host["producers"][number] {
    const producer = this.host.producers[index];
    if (producer === undefined) throw new Error(`no producer ${index}`);
    return producer;
  }

  /** The events in the journal as the disk has it now. */
  journal(): { readonly sequence: number; readonly event: Event }[] {
    return journalOf(this.disk, this.#keys);
  }

  #followerPort(config: HostConfig, create: () => Machine): FollowerPort {
    const start = (): void => {
      const follower = new Follower({
        config,
        create,
        build: "b1",
        checksum: crc32,
        keys: this.#keys,
        syscalls: {
          file: (request, operation) => {
            if (this.follower !== follower) return;
            this.disk.order((request + followerRequests) as RequestId, operation);
          },
        },
        log: (...line) => this.log(...line),
        report: (report) => {
          this.reports.push(report);
          this.#isTold = true;
          this.host.followed(report);
        },
      });
      this.follower = follower;
    };
    return {
      start,
      follow: (mark) => {
        if (this.isFollowerAwake) this.follower?.follow(mark);
      },
      handOver: () => {
        if (this.isFollowerAwake) this.follower?.handOver();
      },
      room: (isLow) => {
        if (this.isFollowerAwake) this.follower?.room(isLow);
      },
      stop: () => (this.follower = null),
    };
  }

  #passTo(micros: number): void {
    this.wallMicros += micros - this.nowMicros;
    this.nowMicros = micros;
  }

  // ---------------------------------------------------------------- system calls

  monotonic(): Micros {
    return this.nowMicros as Micros;
  }

  wallClock(): Micros {
    return this.wallMicros as Micros;
  }

  entropy(length: number): Uint8Array {
    return Uint8Array.from({ length }, () => (this.#entropy += 37) & 0xff);
  }

  listen(): void {
    this.isListening = true;
    this.#isTold = true;
    this.host.listening();
  }

  stopListening(): void {
    this.isListening = false;
  }

  write(socket: SocketId, bytes: Uint8Array): number {
    return this.#peer(socket).hear(bytes);
  }

  pauseReading(socket: SocketId): void {
    this.#peer(socket).isPaused = true;
  }

  resumeReading(socket: SocketId): void {
    this.#peer(socket).isPaused = false;
  }

  closeSocket(socket: SocketId, mode: CloseMode): void {
    this.#peer(socket).cut(mode);
  }

  file(request: RequestId, operation: FileOperation): void {
    this.ordered.push(operation);
    this.disk.order(request, operation);
  }

  perform(call: CallId, operation: string, request: PlainData): void {
    this.calls.push({ call, operation, request });
  }

  log(level: LogLevel, message: string, fields: LogFields): void {
    this.logs.push({ level, message, fields });
  }

  exit(code: number, message: string): void {
    if (this.exited !== null) throw new Error("exited twice");
    this.exited = { code, message };
  }

  #peer(socket: SocketId): Peer {
    const peer = this.peers.find((one) => one.socket === socket);
    if (peer === undefined) throw new Error(`an order for unknown socket ${socket}`);
    return peer;
  }
}

/** The other end of one socket. */
export class Peer {
  readonly socket: SocketId;
  /** What it got, packet by packet. */
  readonly heard: Heard[] = [];
  bytesHeard = 0;
  writes = 0;
  /** Memory that the platform would keep alive for its latest write. */
  lastWriteHolds = 0;
  isPaused = false;
  closed: CloseMode | null = null;
  /** Told the host that the socket is gone. */
  isGone = false;
  /** False: what is written stays with the platform. */
  isReading = true;
  /** Closes its end as soon as it is closed. */
  isPolite = true;
  unsentBytes = 0;
  readonly #world: HostWorld;
  readonly #producer: number;
  readonly #deframer = new Deframer({ lengthEndian: "little", frameBytesMax: 65_536 });
  readonly #reader = new EnvelopeReader();
  #sequence = 0;

  constructor(world: HostWorld, socket: SocketId, producer: number) {
    this.#world = world;
    this.socket = socket;
    this.#producer = producer;
  }

  /** Sends one packet of raw payload. */
  packet(type: number, payload: Uint8Array): this {
    return this.raw(this.frame(type, payload));
  }

  echo(text: Uint8Array, type = echoType): this {
    return this.packet(type, encodePayload(pb.v1.EchoRequest, { bytes: text }));
  }

  /** The next packet's frame, which counts as sent. */
  frame(type: number, payload: Uint8Array): Uint8Array {
    const target = new Uint8Array(packetFrameBytesMax(payload.length));
    this.#sequence += 1;
    const header = {
      type: packetType(type),
      sequence: this.#sequence,
      timestamp: 0,
      isCompressed: false,
      inReplyTo: 0,
    };
    return target.slice(0, writeFrame(target, 0, header, payload, 0, payload.length, "little"));
  }

  raw(bytes: Uint8Array): this {
    this.#told.received(this.socket, bytes);
    return this;
  }

  end(): this {
    this.#told.socketEnded(this.socket);
    return this;
  }

  /** The link is gone; `code` null for an orderly close. */
  vanish(code: string | null = "ECONNRESET"): this {
    if (this.isGone) return this;
    this.isGone = true;
    this.#told.socketClosed(this.socket, code);
    return this;
  }

  /** Takes what the platform holds. */
  drain(): this {
    this.unsentBytes = 0;
    this.#told.writeDrained(this.socket, 0);
    return this;
  }

  /** The code of the DISCONNECT that it got, or null. */
  goodbye(): number | null {
    const told = this.heard.find(({ type }) => type === 1_052);
    return told === undefined ? null : pb.v1.Disconnect.decode(told.payload).code;
  }

  hear(bytes: Uint8Array): number {
    if (this.closed !== null) throw new Error("written to after its end");
    if (this.isGone) return 0; // The host cannot know yet: it is told in its next turn.
    this.writes += 1;
    this.bytesHeard += bytes.length;
    this.lastWriteHolds = bytes.buffer.byteLength;
    this.#deframer.push(bytes.slice());
    for (let frame = this.#deframer.next(); frame !== null; frame = this.#deframer.next()) {
      if (!this.#reader.read(frame)) throw new Error("the host sent an unreadable packet");
      const { type, sequence, inReplyTo, payloadStart, payloadEnd } = this.#reader;
      const payload = frame.slice(payloadStart, payloadEnd);
      this.heard.push({ type, sequence, inReplyTo, payload });
    }
    if (!this.isReading) this.unsentBytes += bytes.length;
    return this.unsentBytes;
  }

  cut(mode: CloseMode): void {
    if (this.isGone) return;
    if (this.closed !== null && mode !== "reset") throw new Error("closed twice");
    this.closed = mode;
    if (mode === "reset" || this.isPolite) this.vanish(mode === "reset" ? "ECONNRESET" : null);
  }

  get #told(): Host["producers"][number] {
    return this.#world.producer(this.#producer);
  }
}

/** The events of a disk's journal, in order; what is unfinished is left out. */
export function journalOf(
  disk: HostDisk,
  keys: JournalKeys | null = null,
): { readonly sequence: number; readonly event: Event }[] {
  const scanner = new JournalScanner({ after: journalStart, keys });
  const events: { sequence: number; event: Event }[] = [];
  const files = [...disk.contents()].filter(([path]) => path.endsWith(".segment"));
  for (const [path, bytes] of files.toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    scanner.begin(path, bytes.length);
    for (const block of [...scanner.feed(bytes), ...scanner.endOfFile()]) {
      const content = readEvents(block);
      if (!content.ok) throw new Error(content.problem.detail);
      for (const [index, event] of content.value.events.entries()) {
        events.push({ sequence: block.header.firstSequence + index, event });
      }
    }
  }
  return events;
}
