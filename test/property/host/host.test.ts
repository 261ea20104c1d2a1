import fc from "fast-check";
import { describe, it } from "vitest";
import { builtinFeatures } from "../../../src/core/features/index.ts";
import type { Machine } from "../../../src/core/contract.ts";
import { reprise as pb } from "../../../src/core/wire/gen/session.js";
import { encodePayload } from "../../../src/core/wire/index.ts";
import type { HostDisk } from "../../support/host-disk.ts";
import { echoType, HostWorld, journalOf, promptEchoType } from "../../support/host-world.ts";
import type { Peer, WorldOptions } from "../../support/host-world.ts";
import { lamp, lampTypes } from "../../support/lamp.ts";

const features = [...builtinFeatures, lamp];

/** What may happen to a host, in any order. Numbers choose among what there is. */
type Act =
  | { readonly type: "connect"; readonly producer: number }
  | {
      readonly type: "echo";
      readonly peer: number;
      readonly bytes: number;
      readonly prompt: boolean;
    }
  | { readonly type: "light"; readonly peer: number; readonly seconds: number }
  | { readonly type: "garbage"; readonly peer: number }
  | { readonly type: "end" | "vanish" | "slow" | "drainSocket"; readonly peer: number }
  | { readonly type: "answer"; readonly call: number; readonly ok: boolean }
  | { readonly type: "file"; readonly order: number }
  | { readonly type: "pass"; readonly micros: number }
  | { readonly type: "turn" };

const index = fc.nat(50);
const act: fc.Arbitrary<Act> = fc.oneof(
  {
    weight: 2,
    arbitrary: fc.record({ type: fc.constant("connect" as const), producer: fc.nat(1) }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      type: fc.constant("echo" as const),
      peer: index,
      bytes: fc.oneof(fc.nat(40), fc.constant(40_000)),
      prompt: fc.boolean(),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ type: fc.constant("light" as const), peer: index, seconds: fc.nat(9) }),
  },
  { weight: 1, arbitrary: fc.record({ type: fc.constant("garbage" as const), peer: index }) },
  {
    weight: 2,
    arbitrary: fc.record({
      type: fc.constantFrom(
        "end" as const,
        "vanish" as const,
        "slow" as const,
        "drainSocket" as const,
      ),
      peer: index,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ type: fc.constant("answer" as const), call: index, ok: fc.boolean() }),
  },
  { weight: 8, arbitrary: fc.record({ type: fc.constant("file" as const), order: index }) },
  {
    weight: 3,
    arbitrary: fc.record({
      type: fc.constant("pass" as const),
      micros: fc.oneof(fc.nat(10_000), fc.nat(3_000_000)),
    }),
  },
  { weight: 8, arbitrary: fc.constant({ type: "turn" as const }) },
);
const acts = fc.array(act, { maxLength: 80 });

/** They are about the past, or are the time itself. */
const comesBeforeTime = new Set(["server.started", "step.failed", "host.stalled", "time.reached"]);

/** Bytes that say whose they are and which. */
const marked = (peer: number, count: number, length: number): Uint8Array => {
  const bytes = new Uint8Array(Math.max(4, length));
  bytes.set([peer, count >> 8, count & 255, 99]);
  return bytes;
};

const answersOf = (peer: Peer, type: number): Uint8Array[] =>
  peer.heard
    .filter((one) => one.type === type + 1)
    .map(({ payload }) => pb.v1.EchoResponse.decode(payload).bytes);

class Play {
  readonly world: HostWorld;
  /** After each event, in order. */
  readonly digests: number[] = [];
  /** Events that came before a `time.reached` that was due. */
  readonly late: string[] = [];
  readonly #ended = new Set<Peer>();
  readonly #answered = new Set<number>();
  #echoes = 0;

  constructor(options: WorldOptions = {}) {
    this.world = new HostWorld({
      features,
      realm: { idleTimeoutMs: 4_000, helloTimeoutMs: 2_000 },
      producers: 2,
      watch: (machine) => this.#watched(machine),
      ...options,
    }).start();
  }

  run(list: readonly Act[], after: () => void = () => undefined): this {
    for (const one of list) {
      if (this.world.exited !== null) return this;
      this.#do(one);
      after();
    }
    return this;
  }

  #watched(machine: Machine): Machine {
    const step = machine.step.bind(machine);
    machine.step = (event, outbox) => {
      const due = machine.nextTimeout() ?? Infinity;
      if (due < event.at && !comesBeforeTime.has(event.type)) this.late.push(event.type);
      step(event, outbox);
      this.digests.push(machine.digest());
    };
    return machine;
  }

  #do(one: Act): void {
    const { world } = this;
    switch (one.type) {
      case "connect":
        world.connect(one.producer);
        return;
      case "file": {
        const { ready } = world.disk;
        const order = ready[one.order % Math.max(1, ready.length)];
        if (order !== undefined) world.complete(order);
        return;
      }
      case "pass":
        return world.sleep(one.micros);
      case "turn":
        return world.turn();
      case "answer":
        return this.#answer(one.call, one.ok);
      default:
        return this.#doPeer(one);
    }
  }

  #answer(index: number, ok: boolean): void {
    const call = this.world.calls[index % Math.max(1, this.world.calls.length)]?.call;
    if (call === undefined || this.#answered.has(call)) return;
    this.#answered.add(call);
    this.world.host.callDone(call, ok ? { ok, answer: 7 } : { ok, code: "UNAVAILABLE" });
  }

  #doPeer(one: Extract<Act, { readonly peer: number }>): void {
    const { peers } = this.world;
    const number = one.peer % Math.max(1, peers.length);
    const peer = peers[number];
    if (peer === undefined || peer.isGone || peer.closed !== null) return;
    if (one.type === "vanish") {
      peer.vanish(one.peer % 2 === 0 ? null : "ECONNRESET");
      return;
    }
    if (one.type === "slow") peer.isReading = false;
    else if (one.type === "drainSocket") peer.drain();
    else if (this.#ended.has(peer)) return;
    else if (one.type === "end") {
      this.#ended.add(peer);
      peer.end();
    } else if (one.type === "garbage") peer.raw(Uint8Array.of(1, 0, 0, 0, 255));
    else if (one.type === "light") {
      const bytes = new Uint8Array(one.seconds);
      peer.packet(lampTypes.light, encodePayload(pb.v1.EchoRequest, { bytes }));
    } else {
      this.#echoes += 1;
      peer.echo(marked(number, this.#echoes, one.bytes), one.prompt ? promptEchoType : echoType);
    }
  }
}

const sameBytes = (a: Uint8Array, b: Uint8Array): boolean =>
  a.length === b.length && a.every((byte, at) => byte === b[at]);

/** The echo requests that a disk's journal holds. */
const journalledEchoes = (disk: HostDisk): Uint8Array[] =>
  journalOf(disk).flatMap(({ event }) => (event.type === "packet.received" ? [event.bytes] : []));

const contains = (packet: Uint8Array, mark: Uint8Array): boolean => {
  for (let at = 0; at + 4 <= packet.length; at += 1) {
    if (mark.every((byte, offset) => packet[at + offset] === byte)) return true;
  }
  return false;
};

describe("for whatever peers, disk and time do", () => {
  it("what was released as committed is durable", () => {
    fc.assert(
      fc.property(acts, (list) => {
        const play = new Play();
        let checked = 0;
        play.run(list, () => {
          const heard = play.world.peers.flatMap((peer) => answersOf(peer, echoType));
          if (heard.length === checked) return;
          const durable = journalledEchoes(play.world.disk.afterPowerLoss(() => 0));
          for (const bytes of heard.slice(0)) {
            const mark = bytes.subarray(0, 4);
            if (!durable.some((packet) => contains(packet, mark))) throw new Error("not durable");
          }
          checked = heard.length;
        });
      }),
      { numRuns: 300 },
    );
  });

  it("[SES-06] what a peer gets is in order, once, and only its own", () => {
    fc.assert(
      fc.property(acts, (list) => {
        const { world } = new Play().run(list);
        for (const [number, peer] of world.peers.entries()) {
          for (const type of [echoType, promptEchoType]) {
            const counts = answersOf(peer, type).map((bytes) => {
              if (bytes[0] !== number) throw new Error("SES-01: another peer's bytes");
              return (bytes[1] ?? 0) * 256 + (bytes[2] ?? 0);
            });
            const sorted = counts.toSorted((a, b) => a - b);
            if (new Set(counts).size !== counts.length) throw new Error("twice");
            if (counts.some((count, at) => count !== sorted[at])) throw new Error("out of order");
          }
        }
      }),
      { numRuns: 300 },
    );
  });

  it("[NET-06] the cap is never exceeded, and every connection that opened closes once", () => {
    fc.assert(
      fc.property(acts, fc.integer({ min: 1, max: 3 }), (list, connectionsMax) => {
        const play = new Play({ config: { connectionsMax, drainTimeoutMs: 1_000 } });
        const { world } = play;
        play.run(list, () => {
          if (world.host.connectionCount() > connectionsMax) throw new Error("above the cap");
        });
        if (world.exited !== null) return;
        world.settle();
        world.host.drain();
        world.advance(30_000_000);
        if (world.exited === null) throw new Error("the drain does not end");
        checkLives(world);
      }),
      { numRuns: 300 },
    );
  });

  it("`at` never goes back, and time is told before what is past it", () => {
    fc.assert(
      fc.property(acts, (list) => {
        const play = new Play({ config: { failedStepsMax: 1_000 } }).run(list);
        const { world } = play;
        if (!flushed(world)) throw new Error("never at rest");
        if (play.late.length > 0) throw new Error(`${play.late.join()} before the time`);
        const times = world.journal().map(({ event }) => event.at);
        if (times.some((at, index) => at < (times[index - 1] ?? 0))) throw new Error("goes back");
      }),
      { numRuns: 300 },
    );
  });

  it("a recovery ends in the state that the journal's last event left, wherever it crashed", () => {
    fc.assert(
      fc.property(acts, fc.nat(4), fc.nat(2_000), fc.boolean(), (list, take, keep, isPowerLoss) => {
        const withoutThrows = list.filter((one) => one.type !== "light" || one.seconds !== 9);
        const play = new Play().run(withoutThrows);
        const { disk } = play.world;
        const left = isPowerLoss
          ? disk.afterPowerLoss((bytes) => Math.min(keep, bytes))
          : disk.afterCrash(take);
        const next = new Play({ disk: left, wall: 1_800_000_000_000_000 }).world;
        if (next.exited !== null) throw new Error(next.exited.message);
        const { recovered } = next.host;
        if (recovered === null) return;
        if (recovered.digest !== play.digests[recovered.lastSequence - 1]) {
          throw new Error(`another state after event ${recovered.lastSequence}`);
        }
        if (!flushed(next)) throw new Error("never at rest");
        checkLives(next);
      }),
      { numRuns: 300 },
    );
  });

  it("a failed step costs its event only, and a later start agrees", () => {
    fc.assert(
      fc.property(acts, (list) => {
        const config = { failedStepsMax: 1_000 };
        const { world } = new Play({ config }).run(list);
        if (!flushed(world)) throw new Error(world.exited?.message ?? "never at rest");
        const digest = world.host.machine()?.digest();
        const sequence = world.journal().length;
        const next = new Play({ config, disk: world.disk.afterCrash() }).world;
        if (next.exited !== null) throw new Error(next.exited.message);
        if (next.host.recovered?.lastSequence !== sequence) throw new Error("not all of it");
        if (next.host.recovered.digest !== digest) throw new Error("another state");
      }),
      { numRuns: 200 },
    );
  });
});

/** Lets time pass until the journal holds every event. */
function flushed(world: HostWorld): boolean {
  for (let round = 0; round < 50 && world.exited === null; round += 1) {
    world.advance(7_000);
    if (world.journal().length === world.host.counters.get("journal_sequence")) return true;
  }
  return false;
}

/** Every connection that was opened and is known no more was closed, once and last. */
function checkLives(world: HostWorld): void {
  const failed = new Set<number>();
  const entries = world.journal();
  for (const { event } of entries) if (event.type === "step.failed") failed.add(event.failed);
  const open = new Set<number>();
  const closed = new Set<number>();
  for (const { sequence, event } of entries) {
    if (failed.has(sequence) || !("connection" in event) || event.type === "step.failed") continue;
    const { connection } = event;
    if (connection === null) continue;
    if (closed.has(connection)) throw new Error(`${event.type} after the end of ${connection}`);
    if (event.type === "connection.opened") open.add(connection);
    else if (!open.has(connection)) throw new Error(`${event.type} before its opening`);
    if (event.type === "connection.closed") {
      open.delete(connection);
      closed.add(connection);
    }
  }
  if (open.size !== world.host.connectionCount()) throw new Error(`${open.size} never closed`);
}

describe("fairness", () => {
  it("nobody gets a round more than anybody who waits", () => {
    const queue = fc.array(fc.nat(60), { minLength: 2, maxLength: 6 });
    fc.assert(
      fc.property(
        queue,
        fc.integer({ min: 1, max: 8 }),
        fc.integer({ min: 1, max: 20 }),
        (counts, round, turn) => {
          const world = new HostWorld({
            config: { packetsPerRoundMax: round, packetsPerTurnMax: turn, durability: "none" },
          }).start();
          const peers = counts.map(() => world.connect());
          world.settle();
          for (const [number, count] of counts.entries()) {
            for (let sent = 0; sent < count; sent += 1)
              peers[number]?.echo(marked(number, sent, 4), promptEchoType);
          }
          const served = counts.map(() => 0);
          for (let before = -1; before < served.reduce((a, b) => a + b, 0);) {
            before = served.reduce((a, b) => a + b, 0);
            world.turn();
            for (const [number, peer] of peers.entries()) served[number] = peer.heard.length;
            const total = served.reduce((a, b) => a + b, 0);
            if (total - before >= turn + round) throw new Error("more than a turn's share");
            const waiting = served.filter((count, number) => count < (counts[number] ?? 0));
            if (waiting.length > 0 && Math.max(...served) - Math.min(...waiting) > round) {
              throw new Error(`served ${served.join(" ")} of ${counts.join(" ")}`);
            }
          }
          if (served.some((count, number) => count !== counts[number])) throw new Error("not all");
        },
      ),
      { numRuns: 300 },
    );
  });
});
