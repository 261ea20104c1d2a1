/**
 * The journal in memory: events into blocks, and blocks through a realm again.
 *
 *     node bench/journal/core.ts [--seconds 3] [--events 2000000] [--json]
 *
 * Seconds are the thread's processor time, so that a busy machine does not make the journal look
 * slow. Checksums are the platform's, as in a server. The beats and the movements are replayed as
 * `reprise replay --check` does: every effect and every digest of the state is compared.
 */
import { parseArgs } from "node:util";
import type { Event } from "../../src/core/contract.ts";
import { builtinFeatures, gameFeatures } from "../../src/core/features/index.ts";
import {
  JournalScanner,
  journalStart,
  JournalWriter,
  Replayer,
  segmentSequence,
} from "../../src/core/journal/index.ts";
import type { JournalBlock } from "../../src/core/journal/index.ts";
import { DigestingOutbox } from "../../src/core/kernel/effects.ts";
import { connectionId, incarnation, micros } from "../../src/core/kernel/ids.ts";
import { limits } from "../../src/core/kernel/limits.ts";
import type { PlainData } from "../../src/core/kernel/plain.ts";
import { createRealm, realmConfig } from "../../src/core/realm/index.ts";
import type { Feature } from "../../src/core/realm/index.ts";
import { reprise as pb } from "../../src/core/wire/gen/session.js";
import { encodePayload, envelopeBytesMax, writeEnvelope } from "../../src/core/wire/index.ts";
import { zlibChecksum } from "../../src/io/checksum.ts";
import { tuneEngine } from "../../src/io/engine.ts";
import { Crowd } from "../world.ts";

const startMicros = 1_700_000_000_000_000;
const sessions = 50;
const identity = {
  build: "bench",
  node: process.version,
  v8: process.versions.v8,
  protocol: 1,
  incarnation: incarnation(1),
  salt: [7, 7] as const,
  configDigest: 0,
};
const stateDigestEvery = 4_096;

const newWriter = (): JournalWriter =>
  new JournalWriter({
    ...journalStart,
    identity,
    limits: { blockBytesMax: limits.blockBytesMax, segmentBytesMax: 64 * 1_048_576 },
    checksum: zlibChecksum,
  });

/** Milliseconds of this thread's processor time. */
function cpuMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1_000;
}

/** The packets of one session, as the edge hands them on: of one size, numbered from 1. */
function packet(type: number, sequence: number, payload: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(envelopeBytesMax(payload.length));
  const header = { type, sequence, timestamp: 0, isCompressed: false, inReplyTo: 0 };
  return bytes.slice(0, writeEnvelope(bytes, 0, header, payload, 0, payload.length));
}

const received = (connection: number, at: number, bytes: Uint8Array): Event => ({
  type: "packet.received",
  at: micros(at),
  connection: connectionId(connection),
  transport: "stream",
  bytes,
  start: 0,
  end: bytes.length,
});

export interface AppendResult {
  readonly eventsPerSecond: number;
  readonly bytesPerEvent: number;
}

/** Appends packets of 60 bytes, with the digests of their effects, and seals full blocks. */
export function measureAppend(seconds: number): AppendResult {
  const payload = encodePayload(pb.v1.EchoRequest, { bytes: new Uint8Array(46).fill(0x61) });
  const events = Array.from({ length: 4_096 }, (_, index) =>
    received((index % sessions) + 1, startMicros, packet(1_055, index + 1, payload)),
  );
  const writer = newWriter();
  let appended = 0;
  let bytes = 0;
  const run = (forMs: number): number => {
    const since = cpuMs();
    [appended, bytes] = [0, 0];
    while (cpuMs() - since < forMs) {
      for (const event of events) {
        if (writer.isFull) {
          const block = writer.seal();
          bytes += block?.bytes.length ?? 0;
          if (block !== null) writer.recycle(block.bytes);
        }
        writer.append(event);
        writer.effects(appended | 1);
        appended += 1;
      }
    }
    return cpuMs() - since;
  };
  run(500);
  const spent = run(seconds * 1_000);
  return { eventsPerSecond: appended / (spent / 1_000), bytesPerEvent: bytes / appended };
}

export interface ReplayRate {
  readonly events: number;
  readonly eventsPerSecond: number;
}

interface Written {
  readonly files: ReadonlyMap<string, Uint8Array>;
  /** Packets in it that are counted. */
  readonly packets: number;
}

/** Segments of sessions that send nothing but heartbeats, stepped as a host does. */
function beats(count: number): Written {
  const machine = createRealm({ features: builtinFeatures }).create();
  const outbox = new DigestingOutbox();
  const writer = newWriter();
  const files = new Map<string, Uint8Array[]>();
  const seal = (): void => {
    const block = writer.seal();
    if (block === null) return;
    files.set(block.path, [...(files.get(block.path) ?? []), block.bytes]);
    writer.durable(block.lastSequence);
  };
  const step = (event: Event): void => {
    if (writer.isFull) seal();
    const sequence = writer.append(event);
    outbox.begin(event.at);
    machine.step(event, outbox);
    writer.effects(outbox.digest());
    if (sequence % stateDigestEvery !== 0) return;
    const table = (sequence / stateDigestEvery) % machine.tables.length;
    writer.stateDigest(table, machine.tableDigest(table));
  };
  const config = { ...realmConfig({ idleTimeoutMs: 1_000_000 }) } as unknown as PlainData;
  const at = micros(startMicros);
  step({ type: "server.started", at, incarnation: incarnation(1), seed: [1, 2, 3, 4], config });
  for (let connection = 1; connection <= sessions; connection += 1) {
    const remote = `192.0.2.1:${String(connection)}`;
    const id = connectionId(connection);
    step({ type: "connection.opened", at, connection: id, remote, security: "tls" });
    step(received(connection, at, packet(1_004, 1, new Uint8Array())));
  }
  for (let round = 0; round * sessions < count; round += 1) {
    const now = startMicros + round * 500;
    const payload = encodePayload(pb.v1.HeartbeatRequest, { timestamp: Math.floor(now / 1_000) });
    const bytes = packet(1_051, round + 2, payload);
    const due = machine.nextTimeout();
    if (due !== null && due < now) step({ type: "time.reached", at: micros(now) });
    for (let connection = 1; connection <= sessions; connection += 1) {
      step(received(connection, now, bytes));
    }
  }
  seal();
  const whole = Array.from(files, ([path, blocks]) => [path, Buffer.concat(blocks)] as const);
  return { files: new Map(whole), packets: count };
}

/** Segments of a crowd that walks. */
function movements(count: number): Written {
  const players = 500;
  const crowd = new Crowd({ players, visible: 20, keep: true });
  let packets = 0;
  for (let tick = 0; tick * players < count; tick += 1) {
    const steps = crowd.steps(tick, 30);
    packets += steps.sockets.length;
    crowd.walk(steps);
    crowd.pass(1);
  }
  crowd.platform.now += 1_000_000;
  crowd.pass(2);
  const written = [...crowd.platform.contents()];
  const files = new Map(written.filter(([path]) => segmentSequence(path) !== null));
  return { files, packets };
}

function replayRate({ files, packets }: Written, features: readonly Feature[]): ReplayRate {
  const replayer = new Replayer(createRealm({ features }).create(), {
    after: 0,
    until: null,
    check: true,
    skip: new Set(),
    outbox: () => new DigestingOutbox(),
  });
  const scanner = new JournalScanner({
    after: journalStart,
    checksum: zlibChecksum,
    proof: "later",
  });
  const since = cpuMs();
  const apply = (blocks: readonly JournalBlock[]): void => {
    for (const block of blocks) {
      const divergence = replayer.apply(block);
      if (divergence !== null) throw new Error(`bench: ${JSON.stringify(divergence)}`);
    }
  };
  for (const [path, bytes] of files) {
    scanner.begin(path, bytes.length);
    for (let at = 0; at < bytes.length; at += limits.recoveryReadBytes) {
      apply(scanner.feed(bytes.subarray(at, at + limits.recoveryReadBytes)));
    }
    apply(scanner.endOfFile());
  }
  const verdict = scanner.finish();
  if (verdict.type !== "clean") throw new Error(`bench: ${JSON.stringify(verdict)}`);
  const spent = cpuMs() - since;
  if (replayer.checked.digests < packets) throw new Error("bench: not every effect was compared");
  return { events: packets, eventsPerSecond: packets / (spent / 1_000) };
}

/** Of the best of three, as the first is the engine's. */
function best(run: () => ReplayRate): ReplayRate {
  const runs = [run(), run(), run()];
  return runs.reduce((one, other) => (other.eventsPerSecond > one.eventsPerSecond ? other : one));
}

export function measureBeats(count: number): ReplayRate {
  const written = beats(count);
  return best(() => replayRate(written, builtinFeatures));
}

/** Movements a second, their share of the ticks included. */
export function measureMovements(count: number): ReplayRate {
  const written = movements(count);
  return best(() => replayRate(written, gameFeatures));
}

if (import.meta.main) {
  tuneEngine(); // As every server does.
  const { values } = parseArgs({
    options: {
      seconds: { type: "string", default: "3" },
      events: { type: "string", default: "2000000" },
      json: { type: "boolean", default: false },
    },
  });
  const events = Number(values.events);
  const result = {
    append: measureAppend(Number(values.seconds)),
    beats: measureBeats(events),
    movements: measureMovements(events / 4),
  };
  if (values.json) process.stdout.write(`${JSON.stringify(result)}\n`);
  else {
    for (const [name, { eventsPerSecond }] of Object.entries(result)) {
      const rate = Math.round(eventsPerSecond).toLocaleString("en-US");
      process.stdout.write(`${name.padEnd(10)} ${rate.padStart(12)} events/s\n`);
    }
  }
}
