import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { PayloadRef, SocketId } from "../../../src/core/contract.ts";
import { ConnectionEdge } from "../../../src/core/edge/index.ts";
import { hostConfig } from "../../../src/core/host/index.ts";
import { Connections } from "../../../src/core/host/connections.ts";
import { HostCounters } from "../../../src/core/host/counters.ts";
import { HostOutbox } from "../../../src/core/host/outbox.ts";
import { MemoryVault } from "../../../src/core/host/vault.ts";
import { DigestingOutbox } from "../../../src/core/kernel/effects.ts";
import type { ReplayOutbox } from "../../../src/core/kernel/effects.ts";
import {
  callId,
  connectionId,
  incarnation,
  micros,
  packetType,
} from "../../../src/core/kernel/ids.ts";
import type { PacketRule } from "../../../src/core/wire/index.ts";
import { Deframer, EnvelopeReader } from "../../../src/core/wire/index.ts";

const sealedType = packetType(10_500);
const plainType = packetType(10_501);
const rule = (seals: readonly number[]): PacketRule => ({
  name: "of.a.test",
  direction: "toClient",
  delivery: "prompt",
  secrets: [],
  seals,
});

/** An outbox with `open` connections, and what it handed on. */
function rig(open: number) {
  const config = hostConfig({ role: "game" });
  const counters = new HostCounters({ lamps_lit_total: "Lamps lit" });
  const connections = new Connections(10);
  const vault = new MemoryVault(incarnation(1));
  const rules = new Map([
    [sealedType, rule([1])],
    [plainType, rule([])],
  ]);
  const edge = { ...config, budgets: new Map(), rules, frameBytesMax: 65_536 };
  const from = { incarnation: incarnation(1), producer: 0 };
  const opened = Array.from({ length: open }, (_, index) =>
    connections.open(from, (index + 1) as SocketId, new ConnectionEdge(edge, vault)),
  );
  const handed: string[] = [];
  const frames: Uint8Array[] = [];
  const outbox = new HostOutbox({
    config,
    rules,
    vault,
    connections,
    counters,
    syscalls: { log: (level, message) => handed.push(`log ${level} ${message}`) },
    receiver: {
      frames: (connection, run) => {
        frames.push(run.slab.slice(run.start, run.end));
        handed.push(`${run.frames} ${run.delivery} to ${connection.socket}`);
      },
      close: (connection, mode) => handed.push(`close ${connection.socket} ${mode}`),
      call: ({ operation }) => handed.push(`call ${operation}`),
    },
  });
  return { outbox, vault, counters, handed, frames, ids: opened.map(({ id }) => id) };
}

const at = micros(1_790_000_000_123_999);

/** The payloads in frames, in order, and the timestamps of their headers. */
function unframed(frames: readonly Uint8Array[]): { payload: number[]; timestamp: number }[] {
  const deframer = new Deframer({ lengthEndian: "little", frameBytesMax: 65_536 });
  const reader = new EnvelopeReader();
  const found: { payload: number[]; timestamp: number }[] = [];
  for (const bytes of frames) deframer.push(bytes);
  for (let frame = deframer.next(); frame !== null; frame = deframer.next()) {
    expect(reader.read(frame)).toBe(true);
    const payload = [...frame.subarray(reader.payloadStart, reader.payloadEnd)];
    found.push({ payload, timestamp: reader.timestamp });
  }
  return found;
}

describe("the outbox of a server that runs", () => {
  it("hands nothing on before the step has ended, and nothing of one that threw", () => {
    const { outbox, handed, ids, counters } = rig(1);
    const [id = connectionId(0)] = ids;
    const order = (): void => {
      outbox.begin(at);
      outbox.send(id, outbox.payload(plainType, Uint8Array.of(1)), "prompt", 1, 0);
      outbox.call(callId(1), "data.buy", null, "none");
      outbox.close(id, "flush", "GOODBYE");
      outbox.log("info", "said");
      outbox.count("lamps_lit_total", 3);
    };
    order();
    outbox.abandon();
    expect(handed).toEqual([]);
    order();
    expect(handed).toEqual([]);
    outbox.finish();
    expect(handed).toEqual(["1 prompt to 1", "close 1 flush", "call data.buy", "log info said"]);
    expect(counters.table.get("lamps_lit_total")).toBe(3);
  });

  it("puts frames of one connection and delivery into one run, with the event's time", () => {
    const { outbox, handed, frames, ids } = rig(2);
    const [one = connectionId(0), two = connectionId(0)] = ids;
    outbox.begin(at);
    const payload = outbox.payload(plainType, Uint8Array.of(7, 8));
    outbox.send(one, payload, "prompt", 1, 0);
    outbox.send(one, payload, "prompt", 2, 0);
    outbox.send(one, payload, "committed", 1, 0);
    outbox.send(two, payload, "committed", 1, 9);
    outbox.finish();
    expect(handed).toEqual(["2 prompt to 1", "1 committed to 1", "1 committed to 2"]);
    const timestamp = 1_790_000_000_123;
    expect(unframed(frames)).toEqual(
      Array.from({ length: 4 }, () => ({ payload: [7, 8], timestamp })),
    );
  });

  it("ignores orders for a connection that the same step closes, and counts them", () => {
    const { outbox, handed, counters, ids } = rig(1);
    const [id = connectionId(0)] = ids;
    outbox.begin(at);
    outbox.close(id, "flush", "GOODBYE");
    outbox.send(id, outbox.payload(plainType, Uint8Array.of(1)), "prompt", 1, 0);
    outbox.close(id, "reset", "FLOOD");
    outbox.finish();
    expect(handed).toEqual(["close 1 flush"]);
    expect(counters.table.get("orders_ignored_total")).toBe(2);
  });

  it("fills in secrets after the digest was taken", () => {
    const { outbox, vault, frames, ids } = rig(1);
    const [id = connectionId(0)] = ids;
    const ref = vault.seal(Uint8Array.of(0xaa, 0xbb, 0xcc));
    const digits = Array.from(String(ref), (digit) => digit.charCodeAt(0));
    const named = Uint8Array.of(0x0a, digits.length, ...digits);
    const replayed = new DigestingOutbox();
    for (const each of [outbox, replayed]) {
      each.begin(at);
      each.send(id, each.payload(sealedType, named), "prompt", 1, 0);
    }
    expect(outbox.digest()).toBe(replayed.digest());
    outbox.finish();
    expect(unframed(frames)[0]?.payload).toEqual([0x0a, 3, 0xaa, 0xbb, 0xcc]);
  });

  it("counts what nobody has defined instead of failing the step", () => {
    const { outbox, counters } = rig(0);
    outbox.begin(at);
    outbox.count("no_such_total");
    outbox.finish();
    expect(counters.table.get("counts_unknown_total")).toBe(1);
  });

  it("digests as a replay does, whoever is still there", () => {
    const order = fc.oneof(
      fc.record({
        type: fc.constant("send" as const),
        to: fc.nat(3),
        payload: fc.uint8Array({ maxLength: 200 }),
        prompt: fc.boolean(),
        sequence: fc.nat(),
      }),
      fc.record({ type: fc.constant("close" as const), to: fc.nat(3), reset: fc.boolean() }),
      fc.record({ type: fc.constant("call" as const), request: fc.string() }),
    );
    fc.assert(
      fc.property(fc.array(fc.array(order, { maxLength: 6 }), { maxLength: 6 }), (steps) => {
        const { outbox, ids } = rig(2);
        const replayed = new DigestingOutbox();
        const targets = [...ids, connectionId(77), connectionId(78)];
        for (const orders of steps) {
          for (const each of [outbox, replayed]) give(each, orders, targets);
          expect(outbox.digest()).toBe(replayed.digest());
          outbox.finish();
        }
      }),
    );
  });
});

type Order =
  | { type: "send"; to: number; payload: Uint8Array; prompt: boolean; sequence: number }
  | { type: "close"; to: number; reset: boolean }
  | { type: "call"; request: string };

function give(
  outbox: ReplayOutbox,
  orders: readonly Order[],
  targets: readonly ReturnType<typeof connectionId>[],
): void {
  outbox.begin(at);
  let payload: PayloadRef | null = null;
  for (const [index, order] of orders.entries()) {
    const target = "to" in order ? targets[order.to] : undefined;
    if (order.type === "call") outbox.call(callId(index), "look", order.request, "once", null);
    else if (target === undefined) continue;
    else if (order.type === "close") {
      outbox.close(target, order.reset ? "reset" : "flush", "GOODBYE");
    } else {
      if (payload === null || order.sequence % 2 === 0) {
        payload = outbox.payload(plainType, order.payload);
      }
      const delivery = order.prompt ? "prompt" : "committed";
      outbox.send(target, payload, delivery, order.sequence, 0);
    }
  }
}
