import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Machine } from "../../../src/core/contract.ts";
import { builtinFeatures } from "../../../src/core/features/index.ts";
import type { MergeOrder } from "../../../src/core/host/index.ts";
import { Inbox } from "../../../src/core/host/inbox.ts";
import type { SocketId } from "../../../src/core/contract.ts";
import type { RealmMachine } from "../../../src/core/realm/index.ts";
import { reprise as pb } from "../../../src/core/wire/gen/session.js";
import { encodePayload } from "../../../src/core/wire/index.ts";
import { echoType, HostWorld, promptEchoType } from "../../support/host-world.ts";
import type { Peer } from "../../support/host-world.ts";
import { lamp, lampTypes } from "../../support/lamp.ts";

const features = [...builtinFeatures, lamp];

/** What a producer tells: the one that opens a connection tells all of it. */
type Told =
  | { readonly type: "open"; readonly producer: number }
  | { readonly type: "echo" | "promptEcho" | "light" | "part"; readonly peer: number }
  | { readonly type: "end" | "vanish"; readonly peer: number };

/** What happens next: a producer tells, a call is answered, or the host runs. */
type Act =
  | { readonly type: "tell"; readonly told: Told }
  | { readonly type: "answer" | "turn" | "disk" }
  | { readonly type: "pass"; readonly micros: number };

const told: fc.Arbitrary<Told> = fc.oneof(
  { weight: 2, arbitrary: fc.record({ type: fc.constant("open" as const), producer: fc.nat(3) }) },
  {
    weight: 6,
    arbitrary: fc.record({
      type: fc.constantFrom("echo" as const, "promptEcho", "light", "part"),
      peer: fc.nat(9),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ type: fc.constantFrom("end" as const, "vanish"), peer: fc.nat(9) }),
  },
);
const act: fc.Arbitrary<Act> = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.record({ type: fc.constant("tell" as const), told }),
  },
  { weight: 5, arbitrary: fc.record({ type: fc.constantFrom("answer" as const, "turn", "disk") }) },
  {
    weight: 1,
    arbitrary: fc.record({ type: fc.constant("pass" as const), micros: fc.nat(400_000) }),
  },
);
const acts = fc.array(act, { maxLength: 80, size: "max" });
/** The draws of a merge order, used again from the first. */
const merges = fc.array(fc.nat(4), { minLength: 1, maxLength: 40 });

/** Takes any lane that waits, as drawn. */
function drawnOrder(draws: readonly number[]): MergeOrder {
  let index = 0;
  return {
    choose(waiting) {
      const draw = draws[index++ % draws.length] ?? 0;
      return waiting[draw % waiting.length] ?? 0;
    },
  };
}

class Play {
  readonly world: HostWorld;
  /** What was broken after any step, in words. */
  readonly broken: string[] = [];
  /** What each peer has asked, by the type of the answer. */
  readonly asked = new Map<Peer, { readonly type: number; readonly bytes: Uint8Array }[]>();
  /** Peers that ended: what they had asked may find nobody. */
  readonly left = new Set<Peer>();
  #count = 0;

  constructor(list: readonly Act[], mergeOrder: MergeOrder) {
    this.world = new HostWorld({
      features,
      producers: 4,
      mergeOrder,
      watch: (machine) => this.#watched(machine),
    }).start();
    for (const producer of [0, 1, 2, 3]) this.#tell({ type: "open", producer });
    for (const one of list) this.#do(one);
    this.world.settle();
  }

  /** Sessions of the realm, by the addresses of their peers. */
  get present(): readonly string[] {
    const { state } = this.world.host.machine() as RealmMachine;
    return Array.from(state.sessions.all(), ({ remote }) => remote).toSorted((a, b) =>
      a < b ? -1 : 1,
    );
  }

  /** What each peer heard of its own echoes: nothing else may depend on the order of others. */
  answersOf(peer: Peer): readonly (readonly Uint8Array[])[] {
    return [echoType + 1, promptEchoType + 1].map((type) =>
      peer.heard
        .filter((one) => one.type === type)
        .map(({ payload }) => pb.v1.EchoResponse.decode(payload).bytes),
    );
  }

  #watched(machine: Machine): Machine {
    const step = machine.step.bind(machine);
    machine.step = (event, outbox) => {
      step(event, outbox);
      this.broken.push(...(machine as RealmMachine).violations());
    };
    return machine;
  }

  #do(one: Act): void {
    const { world } = this;
    switch (one.type) {
      case "tell":
        return this.#tell(one.told);
      case "turn":
        return world.turn();
      case "pass":
        return world.sleep(one.micros);
      case "disk": {
        const [order] = world.disk.ready;
        if (order !== undefined) world.complete(order);
        return;
      }
      case "answer": {
        const call = world.calls.shift()?.call;
        if (call !== undefined) world.host.callDone(call, { ok: true, answer: 1 });
      }
    }
  }

  #tell(told: Told): void {
    if (told.type === "open") {
      this.asked.set(this.world.connect(told.producer), []);
      return;
    }
    const present = [...this.asked.keys()].filter((peer) => !this.left.has(peer));
    const peer = present[told.peer % Math.max(1, present.length)];
    if (peer === undefined) return;
    switch (told.type) {
      case "end":
        this.left.add(peer.end());
        return;
      case "vanish":
        this.left.add(peer.vanish());
        return;
      case "light":
        peer.packet(
          lampTypes.light,
          encodePayload(pb.v1.EchoRequest, { bytes: new Uint8Array(2) }),
        );
        return;
      default:
        this.#echo(peer, told.type);
    }
  }

  #echo(peer: Peer, what: "echo" | "promptEcho" | "part"): void {
    this.#count += 1;
    const bytes = Uint8Array.of(peer.socket, this.#count >> 8, this.#count & 255);
    const type = what === "promptEcho" ? promptEchoType : echoType;
    this.asked.get(peer)?.push({ type: type + 1, bytes });
    const frame = peer.frame(type, encodePayload(pb.v1.EchoRequest, { bytes }));
    if (what !== "part") peer.raw(frame);
    else peer.raw(frame.subarray(0, 5)).raw(frame.subarray(5));
  }
}

describe("whatever the order in which several threads' completions are taken", () => {
  it("[SMG-02] the realm's rules hold after every step, and sessions are those that are open", () => {
    fc.assert(
      fc.property(acts, merges, (list, draws) => {
        const { world, broken, present } = new Play(list, drawnOrder(draws));
        expect(world.exited).toBeNull();
        expect(broken).toEqual([]);
        const open = world.peers.filter(({ isGone }) => !isGone);
        const remotes = open.map(({ socket }) => `10.0.0.1:${socket}`);
        expect(present).toEqual(remotes.toSorted((a, b) => (a < b ? -1 : 1)));
      }),
      { numRuns: 400 },
    );
  });

  it("[SMG-02] each session is answered as in any other order", () => {
    let answers = 0;
    fc.assert(
      fc.property(acts, merges, (list, draws) => {
        const one = new Play(list, drawnOrder(draws));
        const other = new Play(list, drawnOrder([0]));
        for (const [index, peer] of one.world.peers.entries()) {
          const twin = other.world.peers[index] as Peer;
          const asked = one.asked.get(peer) ?? [];
          // Who stayed got every answer, in the order of asking.
          if (one.left.has(peer)) continue;
          const wanted = [echoType + 1, promptEchoType + 1].map((type) =>
            asked.filter((ask) => ask.type === type).map(({ bytes }) => bytes),
          );
          expect(one.answersOf(peer)).toEqual(wanted);
          expect(other.answersOf(twin)).toEqual(wanted);
          answers += asked.length;
        }
      }),
      { numRuns: 200 },
    );
    expect(answers).toBeGreaterThan(500);
  });

  it("[SMG-02] the journal has the order that was taken: a recovery ends in the same state", () => {
    fc.assert(
      fc.property(acts, merges, (list, draws) => {
        const { world } = new Play(list, drawnOrder(draws));
        expect(flushed(world)).toBe(true);
        const digest = world.host.machine()?.digest();
        const next = new HostWorld({ features, disk: world.disk.afterCrash() }).start();
        expect(next.host.recovered?.digest).toBe(digest);
      }),
      { numRuns: 200 },
    );
  });

  it("[SMG-02] nothing is lost, doubled or moved within one thread's completions", () => {
    const lane = fc.integer({ min: 0, max: 4 });
    fc.assert(
      fc.property(
        fc.array(fc.oneof(lane, fc.constant("take" as const)), { maxLength: 200 }),
        merges,
        (list, draws) => {
          const inbox = new Inbox(4, drawnOrder(draws));
          const given: number[][] = [[], [], [], [], []];
          const taken: number[][] = [[], [], [], [], []];
          const take = (): void => {
            const next = inbox.take();
            if (next?.type === "callDone") taken[4]?.push(next.call);
            else if (next?.type === "socketEnded") taken[next.socket % 4]?.push(next.socket);
          };
          for (const [index, what] of list.entries()) {
            if (what === "take") take();
            else if (what === 4) inbox.post(answered(index));
            else inbox.producers[what]?.socketEnded((index * 4 + what) as SocketId);
            if (what !== "take") given[what]?.push(what === 4 ? index : index * 4 + what);
          }
          while (!inbox.isEmpty) take();
          expect(taken).toEqual(given);
        },
      ),
      { numRuns: 1_000 },
    );
  });
});

/** Lets time pass until the journal holds every event. */
function flushed(world: HostWorld): boolean {
  for (let round = 0; round < 50; round += 1) {
    world.advance(7_000);
    if (world.journal().length === world.host.counters.get("journal_sequence")) return true;
  }
  return false;
}

const answered = (call: number): Parameters<Inbox["post"]>[0] => ({
  type: "callDone",
  call: call as never,
  result: { ok: true, answer: 1 },
});
