import fc from "fast-check";
import { expect, it } from "vitest";
import type { Event, SocketId } from "../../../src/core/contract.ts";
import { ConnectionEdge } from "../../../src/core/edge/index.ts";
import { builtinFeatures } from "../../../src/core/features/index.ts";
import { Connections } from "../../../src/core/host/connections.ts";
import type { HostConnection } from "../../../src/core/host/connections.ts";
import { HostCounters } from "../../../src/core/host/counters.ts";
import { hostConfig } from "../../../src/core/host/index.ts";
import { HostOutbox } from "../../../src/core/host/outbox.ts";
import { MemoryVault } from "../../../src/core/host/vault.ts";
import { incarnation } from "../../../src/core/kernel/ids.ts";
import { createRealm } from "../../../src/core/realm/index.ts";
import { reprise as pb } from "../../../src/core/wire/gen/session.js";
import { encodePayload, EnvelopeReader } from "../../../src/core/wire/index.ts";
import { echoType, promptEchoType } from "../../support/host-world.ts";
import type { Peer } from "../../support/host-world.ts";
import { KeepingWorld, packetsIn } from "../../support/keeping-world.ts";
import type { Kept } from "../../support/keeping-world.ts";
import { lamp, lampTypes } from "../../support/lamp.ts";
import { poisoned } from "../../support/poison.ts";

const features = [...builtinFeatures, lamp];

type Act =
  | { readonly type: "connect" | "turn" | "disk" | "answer" }
  | { readonly type: "echo" | "promptEcho" | "light" | "beat"; readonly peer: number }
  | { readonly type: "pass"; readonly micros: number }
  | { readonly type: "step"; readonly wallMicros: number };

const acts = fc.array(
  fc.oneof(
    fc.record({ type: fc.constantFrom("connect" as const, "turn", "turn", "disk", "answer") }),
    fc.record({
      type: fc.constantFrom("echo" as const, "echo", "promptEcho", "light", "beat"),
      peer: fc.nat(20),
    }),
    fc.record({ type: fc.constant("pass" as const), micros: fc.nat(1_500_000) }),
    // The wall clock is set while the server runs.
    fc.record({
      type: fc.constant("step" as const),
      wallMicros: fc.integer({ min: -1e12, max: 1e12 }),
    }),
  ),
  { minLength: 10, maxLength: 60 },
);

/** A server that lived through some events, all of which are in its journal. */
class Lived {
  readonly world = new KeepingWorld({ features, realm: { idleTimeoutMs: 5_000 } });
  #echoes = 0;

  constructor(list: readonly Act[]) {
    const { world } = this;
    world.start();
    world.connect();
    for (const act of list) this.#do(act);
    this.#answerCalls();
    // Long enough for answers, timers and the ends of silent sessions, with their DISCONNECT.
    world.advance(12_000_000);
  }

  #do(act: Act): void {
    const { world } = this;
    switch (act.type) {
      case "connect":
        world.connect();
        return;
      case "turn":
        return world.turn();
      case "disk": {
        const [order] = world.disk.ready;
        if (order !== undefined) world.complete(order);
        return;
      }
      case "answer":
        return this.#answerCalls();
      case "pass":
        return world.sleep(act.micros);
      case "step":
        world.wallMicros = Math.max(1, world.wallMicros + act.wallMicros);
        return;
      default: {
        const peer = world.peers[act.peer % world.peers.length];
        if (peer?.closed === null) this.#say(act.type, peer);
      }
    }
  }

  #answerCalls(): void {
    const { calls, host } = this.world.settle();
    for (const { call } of calls.splice(0)) host.callDone(call, { ok: true, answer: 7 });
  }

  #say(what: "echo" | "promptEcho" | "light" | "beat", peer: Peer): void {
    this.#echoes += 1;
    const bytes = new Uint8Array(new Uint32Array([0xfee1_0000 + this.#echoes]).buffer);
    if (what === "beat") peer.packet(1_004, new Uint8Array());
    else if (what === "echo") peer.echo(bytes);
    else if (what === "promptEcho") peer.echo(bytes, promptEchoType);
    else {
      const request = encodePayload(pb.v1.EchoRequest, { bytes: new Uint8Array(2) });
      peer.packet(lampTypes.light, request);
    }
  }
}

/** What the events of a journal make a fresh realm send, by connection, as packets. */
function replayed(events: readonly Event[]): ReadonlyMap<number, readonly Kept[]> {
  const realm = createRealm({ features });
  const machine = realm.create();
  const config = hostConfig({ role: "game" });
  const { rules, budgets } = realm;
  const vault = new MemoryVault(incarnation(1));
  const connections = new Connections(1_000);
  const frames = new Map<number, Uint8Array[]>();
  const outbox = new HostOutbox({
    config,
    rules,
    vault,
    connections,
    counters: new HostCounters(realm.counters),
    syscalls: { log: () => undefined },
    receiver: {
      frames: ({ socket }, run) => frames.get(socket)?.push(run.slab.slice(run.start, run.end)),
      close: (connection: HostConnection) => (connection.phase = "closing"),
      call: () => undefined,
    },
  });
  for (const event of events) {
    if (event.type === "connection.opened") {
      const edge = new ConnectionEdge({ ...config, rules, budgets, frameBytesMax: 65_536 }, vault);
      const socket = (connections.size + 1) as SocketId;
      const from = { incarnation: incarnation(1), producer: 0 };
      const { id } = connections.open(from, socket, edge);
      expect(id).toBe(event.connection);
      frames.set(socket, []);
    }
    outbox.begin(event.at);
    machine.step(event, outbox);
    outbox.finish();
  }
  return new Map([...frames].map(([socket, list]) => [socket, packetsIn(list)]));
}

const hex = ({ bytes }: Kept): string => Buffer.from(bytes).toString("hex");
/** Committed ones may leave after prompt ones of later events, so their order is not compared. */
const asSet = (packets: readonly Kept[]): readonly string[] => packets.map(hex).toSorted();

/** When the echoes were asked for, by the type and the payload of their answers. */
function askedAt(events: readonly Event[]): ReadonlyMap<string, number> {
  const asked = new Map<string, number>();
  const reader = new EnvelopeReader();
  for (const event of events) {
    if (event.type !== "packet.received" || !reader.read(event.bytes)) continue;
    const payload = event.bytes.slice(reader.payloadStart, reader.payloadEnd);
    asked.set(`${reader.type + 1} ${String(payload)}`, event.at);
  }
  return asked;
}

it("[WIRE-06] timestamps are the events' times, so that a replay makes the bytes that were sent", () => {
  const seen = new Set<number>();
  fc.assert(
    fc.property(acts, (list) => {
      const { world } = new Lived(list);
      expect(world.exited).toBeNull();
      const events = world.journal().map(({ event }) => event);
      const asked = askedAt(events);
      const again = poisoned(() => replayed(events));
      for (const peer of world.peers) {
        const sent = world.keptOf(peer);
        expect(asSet(again.get(peer.socket) ?? [])).toEqual(asSet(sent));
        for (const { type, payload, timestamp } of sent) {
          seen.add(type);
          if (type !== echoType + 1 && type !== promptEchoType + 1) continue;
          // However long the disk has kept it.
          const at = asked.get(`${type} ${String(payload)}`) ?? Number.NaN;
          expect(timestamp).toBe(Math.floor(at / 1_000));
        }
      }
    }),
    { numRuns: 300 },
  );
  // Answers to packets, to calls, of timers and of ticks: all of them have been compared.
  const { lit, dark, glow } = lampTypes;
  const all = [1_005, 1_052, echoType + 1, promptEchoType + 1, lit, dark, glow];
  expect(all.filter((type) => !seen.has(type))).toEqual([]);
});
