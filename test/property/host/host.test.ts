import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { builtinFeatures } from "../../../src/core/features/index.ts";
import type { Machine } from "../../../src/core/contract.ts";
import { connectionOf } from "../../../src/core/host/recovery.ts";
import { eventSequence } from "../../../src/core/kernel/ids.ts";
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

type Sending = Extract<Act, { readonly type: "echo" | "light" | "garbage" }>;

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
      config: { journalAheadBytes: 20_000, ...options.config },
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
    switch (one.type) {
      case "vanish":
        peer.vanish(one.peer % 2 === 0 ? null : "ECONNRESET");
        return;
      case "slow":
        peer.isReading = false;
        return;
      case "drainSocket":
        peer.drain();
        return;
      case "end":
        if (!this.#ended.has(peer)) peer.end();
        this.#ended.add(peer);
        return;
      default:
        if (!this.#ended.has(peer)) this.#send(one, peer, number);
    }
  }

  #send(one: Sending, peer: Peer, number: number): void {
    if (one.type === "garbage") peer.raw(Uint8Array.of(1, 0, 0, 0, 255));
    else if (one.type === "light") {
      const bytes = new Uint8Array(one.seconds);
      peer.packet(lampTypes.light, encodePayload(pb.v1.EchoRequest, { bytes }));
    } else {
      this.#echoes += 1;
      peer.echo(marked(number, this.#echoes, one.bytes), one.prompt ? promptEchoType : echoType);
    }
  }
}

/** The echo requests that a disk's journal holds. */
const journalledEchoes = (disk: HostDisk): Uint8Array[] =>
  journalOf(disk).flatMap(({ event }) => (event.type === "packet.received" ? [event.bytes] : []));

/** Whether the packet has the mark of these bytes. */
const contains = (packet: Uint8Array, bytes: Uint8Array): boolean => {
  const mark = bytes.subarray(0, 4);
  return packet.some((_, at) => mark.every((byte, offset) => packet[at + offset] === byte));
};

describe("for whatever peers, disk and time do", () => {
  it("[JRN-01] what was released as committed is durable", () => {
    fc.assert(
      fc.property(acts, (list) => {
        const play = new Play();
        let checked = 0;
        play.run(list, () => {
          const heard = play.world.peers.flatMap((peer) => answersOf(peer, echoType));
          if (heard.length === checked) return;
          const durable = journalledEchoes(play.world.disk.afterPowerLoss(() => 0));
          const lost = heard.filter((bytes) => !durable.some((one) => contains(one, bytes)));
          expect(lost).toEqual([]);
          checked = heard.length;
        });
      }),
      { numRuns: 600 },
    );
  });

  it("[SES-06] what a peer gets is in order, once, and only its own", () => {
    fc.assert(
      fc.property(acts, (list) => {
        const { world } = new Play().run(list);
        for (const [number, peer] of world.peers.entries()) {
          for (const type of [echoType, promptEchoType]) {
            const answers = answersOf(peer, type);
            expect(answers.every(([owner]) => owner === number)).toBe(true);
            const counts = answers.map(([, high = 0, low = 0]) => high * 256 + low);
            expect(counts).toEqual([...new Set(counts)].toSorted((a, b) => a - b));
          }
        }
      }),
      { numRuns: 600 },
    );
  });

  it("[NET-06] the cap is never exceeded, and every connection that opened closes once", () => {
    fc.assert(
      fc.property(acts, fc.integer({ min: 1, max: 3 }), (list, connectionsMax) => {
        const play = new Play({
          config: { connectionsMax, drainTimeoutMs: 1_000, failedStepsMax: 1_000 },
        });
        const { world } = play;
        play.run(list, () => {
          expect(world.host.connectionCount()).toBeLessThanOrEqual(connectionsMax);
        });
        world.settle();
        world.host.drain();
        world.advance(30_000_000);
        expect(world.exited?.code).toBe(0);
        expect(brokenLives(world)).toEqual([]);
      }),
      { numRuns: 600 },
    );
  });

  it("`at` never goes back, and time is told before what is past it", () => {
    fc.assert(
      fc.property(acts, (list) => {
        const play = new Play({ config: { failedStepsMax: 1_000 } }).run(list);
        expect(flushed(play.world)).toBe(true);
        expect(play.late).toEqual([]);
        const times = play.world.journal().map(({ event }) => event.at);
        expect(times).toEqual(times.toSorted((a, b) => a - b));
      }),
      { numRuns: 600 },
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
        expect(next.exited).toBeNull();
        const { recovered } = next.host;
        const last = recovered?.lastSequence ?? 0;
        expect(recovered?.digest).toBe(last === 0 ? undefined : play.digests[last - 1]);
        expect(flushed(next)).toBe(true);
        expect(brokenLives(next)).toEqual([]);
        // What was recovered once must be there for good, also what had not been synced then.
        const third = new Play({ disk: next.disk.afterPowerLoss(() => 0) }).world;
        expect(third.exited).toBeNull();
        expect(third.host.recovered?.lastSequence).toBeGreaterThanOrEqual(next.journal().length);
      }),
      { numRuns: 600 },
    );
  });

  it("a failed step costs its event only, and a later start agrees", () => {
    fc.assert(
      fc.property(acts, (list) => {
        const config = { failedStepsMax: 1_000 };
        const { world } = new Play({ config }).run(list);
        expect(flushed(world)).toBe(true);
        const digest = world.host.machine()?.digest();
        const lastSequence = world.journal().length;
        const next = new Play({ config, disk: world.disk.afterCrash() }).world;
        expect(next.exited).toBeNull();
        expect(next.host.recovered).toMatchObject({ digest, lastSequence });
      }),
      { numRuns: 600 },
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

/** What is wrong with the lives of the connections in the journal, in words. */
function brokenLives(world: HostWorld): string[] {
  const broken: string[] = [];
  const entries = world.journal();
  const failed = new Set(
    entries.map(({ event }) => (event.type === "step.failed" ? event.failed : null)),
  );
  const open = new Set<number>();
  const closed = new Set<number>();
  for (const { sequence, event } of entries) {
    if (failed.has(eventSequence(sequence)) || event.type === "step.failed") continue;
    const connection = connectionOf(event);
    if (connection === null) continue;
    if (closed.has(connection)) broken.push(`${event.type} after the end of ${connection}`);
    if (event.type === "connection.opened") open.add(connection);
    else if (!open.has(connection)) broken.push(`${event.type} before its opening`);
    if (event.type !== "connection.closed") continue;
    open.delete(connection);
    closed.add(connection);
  }
  if (open.size !== world.host.connectionCount()) broken.push(`${open.size} are open`);
  return broken;
}

describe("fairness", () => {
  it("nobody gets a round more than anybody who waits", () => {
    const queues = fc.array(fc.nat(60), { minLength: 2, maxLength: 6 });
    const round = fc.integer({ min: 1, max: 8 });
    const turn = fc.integer({ min: 1, max: 20 });
    fc.assert(
      fc.property(queues, round, turn, (counts, packetsPerRoundMax, packetsPerTurnMax) => {
        const config = { packetsPerRoundMax, packetsPerTurnMax, durability: "none" } as const;
        const world = new HostWorld({ config }).start();
        const peers = counts.map(() => world.connect());
        world.settle();
        for (const [number, peer] of peers.entries()) {
          for (let sent = 0; sent < (counts[number] ?? 0); sent += 1) {
            peer.echo(marked(number, sent, 4), promptEchoType);
          }
        }
        for (let before = -1; before < total(peers);) {
          before = total(peers);
          world.turn();
          expect(total(peers) - before).toBeLessThan(packetsPerTurnMax + packetsPerRoundMax);
          const served = peers.map(({ heard }) => heard.length);
          const waiting = served.filter((count, number) => count < (counts[number] ?? 0));
          const least = Math.min(...waiting, Infinity);
          expect(Math.max(...served) - least).toBeLessThanOrEqual(packetsPerRoundMax);
        }
        expect(peers.map(({ heard }) => heard.length)).toEqual(counts);
      }),
      { numRuns: 600 },
    );
  });
});

const total = (peers: readonly Peer[]): number =>
  peers.reduce((sum, { heard }) => sum + heard.length, 0);
