import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Outbox } from "../../../src/core/contract.ts";
import { DigestingOutbox, EffectDigest, payloadDigest } from "../../../src/core/kernel/effects.ts";
import { callId, connectionId, micros, packetType } from "../../../src/core/kernel/ids.ts";

const digestOf = (orders: (outbox: Outbox) => void, at = 0): number => {
  const outbox = new DigestingOutbox();
  outbox.begin(micros(at));
  orders(outbox);
  return outbox.digest();
};

const link = connectionId(0x12_0000_0001);
const echo = packetType(1_054);
const viewOf = (bytes: Uint8Array) =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

describe("effect digest", () => {
  // Digests stand in journals, so a change here makes every old journal diverge.
  it("never changes what it gives for the same effects", () => {
    expect(digestOf(() => undefined)).toBe(0x11a197b5);
    expect(
      digestOf((outbox) => {
        const payload = outbox.payload(echo, Uint8Array.of(1, 2, 3));
        outbox.send(link, payload, "committed", 1, 7);
        outbox.send(link, payload, "prompt", 2, 0);
        outbox.close(link, "flush", "GOODBYE");
        outbox.call(callId(0x12_0000_0009), "accounts.find", { name: "ada" }, "once", null);
      }),
    ).toBe(0xb9b9df78);
  });

  it("changes with everything that is ordered", () => {
    const send = (
      change: Partial<Record<"type" | "byte" | "to" | "sequence" | "reply", number>>,
      prompt = false,
    ) =>
      digestOf((outbox) => {
        const type = packetType(change.type ?? 1_054);
        const payload = outbox.payload(type, Uint8Array.of(change.byte ?? 1));
        const to = connectionId(change.to ?? 1);
        outbox.send(
          to,
          payload,
          prompt ? "prompt" : "committed",
          change.sequence ?? 1,
          change.reply ?? 0,
        );
      });
    const close = (to: number, mode: "flush" | "reset", code: "TIMEOUT" | "FLOOD") =>
      digestOf((outbox) => {
        outbox.close(connectionId(to), mode, code);
      });
    const call = (id: number, operation: string, request: number, effect: "none" | "once") =>
      digestOf((outbox) => {
        outbox.call(callId(id), operation, request, effect, null);
      });
    const all = [
      digestOf(() => undefined),
      send({}),
      send({}, true),
      send({ type: 1_055 }),
      send({ byte: 2 }),
      send({ to: 2 }),
      send({ to: 2 ** 32 + 1 }),
      send({ sequence: 2 }),
      send({ sequence: 2 ** 32 + 1 }),
      send({ reply: 1 }),
      send({ reply: 2 ** 32 }),
      close(1, "flush", "TIMEOUT"),
      close(1, "reset", "TIMEOUT"),
      close(1, "flush", "FLOOD"),
      close(2, "flush", "TIMEOUT"),
      call(1, "find", 1, "none"),
      call(1, "find", 1, "once"),
      call(1, "fine", 1, "none"),
      call(1, "find", 2, "none"),
      call(2, "find", 1, "none"),
    ];
    expect(new Set(all).size).toBe(all.length);
  });

  it("depends on the order, not on the time, the logs, the counters or the number of payloads", () => {
    const a = connectionId(1);
    const b = connectionId(2);
    const both = (first: typeof a, second: typeof a, at = 0, noise = false) =>
      digestOf((outbox) => {
        if (noise) outbox.payload(echo, Uint8Array.of(9));
        const payload = outbox.payload(echo, Uint8Array.of(1));
        if (noise) outbox.log("info", "noise", { n: 1 });
        outbox.send(first, payload, "committed", 1, 0);
        if (noise) outbox.count("noise_total", 3);
        outbox.send(second, payload, "committed", 1, 0);
      }, at);
    expect(both(a, b)).not.toBe(both(b, a));
    expect(both(a, b, 5_000, true)).toBe(both(a, b));
  });

  it("of one event owes nothing to the event before", () => {
    const outbox = new DigestingOutbox();
    const once = (): number => {
      outbox.begin(micros(1));
      outbox.send(link, outbox.payload(echo, Uint8Array.of(4)), "committed", 1, 0);
      return outbox.digest();
    };
    expect(once()).toBe(once());
  });

  it("is the same from an outbox that keeps payload digests of its own", () => {
    fc.assert(
      fc.property(
        fc.uint8Array(),
        fc.nat(),
        fc.nat(),
        fc.boolean(),
        (bytes, sequence, reply, isPrompt) => {
          const delivery = isPrompt ? "prompt" : "committed";
          const effects = new EffectDigest();
          effects.begin();
          effects.send(
            link,
            payloadDigest(echo, viewOf(bytes), 0, bytes.length),
            delivery,
            sequence,
            reply,
          );
          const other = digestOf((outbox) => {
            outbox.send(link, outbox.payload(echo, bytes), delivery, sequence, reply);
          });
          expect(effects.value()).toBe(other);
        },
      ),
      { numRuns: 1_000 },
    );
  });

  it("refuses a payload of an earlier step", () => {
    const outbox = new DigestingOutbox();
    outbox.begin(micros(1));
    const payload = outbox.payload(echo, Uint8Array.of(4));
    outbox.begin(micros(2));
    expect(() => {
      outbox.send(link, payload, "committed", 1, 0);
    }).toThrow("a payload of this step");
  });
});
