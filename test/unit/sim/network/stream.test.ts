import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { numbered, Pair } from "../../../support/simulated-link.ts";

describe("a simulated stream", () => {
  it("delivers every byte once and in order, through every fault that is no break", () => {
    const rates = fc.record({
      fragmentPerMillion: fc.constantFrom(0, 300_000, 1_000_000),
      shortWritePerMillion: fc.constantFrom(0, 300_000),
      delayPerMillion: fc.constantFrom(0, 500_000),
      tailPerMillion: fc.constantFrom(0, 50_000),
      receiveBufferBytes: fc.constantFrom(50, 700, 20_000),
      sendBufferBytes: fc.constantFrom(50, 700, 20_000),
    });
    const writes = fc.array(fc.integer({ min: 1, max: 3_000 }), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(fc.nat(), rates, writes, fc.boolean(), (seed, network, sizes, secure) => {
        const pair = new Pair({ seed, network, secure });
        pair.pass(60_000_000);
        const total = sizes.reduce((sum, size) => sum + size, 0);
        let from = 0;
        for (const size of sizes) {
          pair.client.socket.write(numbered(size, from));
          from += size;
        }
        pair.client.socket.end();
        pair.pass(3_000_000_000);
        expect(pair.server.bytes).toEqual([...numbered(total)]);
        expect(pair.server.told.at(-1)).toBe("end");
      }),
      { numRuns: 100 },
    );
  });

  it("cuts a write where the plan says, and joins what arrives together", () => {
    const plan = { "network/1.1/toServer/fragment#0": [1, 4] };
    const cut = new Pair({ plan });
    cut.client.socket.write(numbered(10));
    cut.pass();
    expect(cut.server.reads).toEqual([1, 3, 6]);
    const joined = new Pair({ plan: { "network/1.1/toServer/delay#0": 5_000 } });
    joined.client.socket.write(numbered(3));
    joined.client.socket.write(numbered(4, 3));
    joined.pass();
    expect(joined.server.reads).toEqual([7]);
    expect(joined.faults.counts["network.coalesce"]).toBe(1);
  });

  it("counts what the kernel did not take, and tells when it has", () => {
    const network = { receiveBufferBytes: 1_000, sendBufferBytes: 500 };
    const pair = new Pair({ network });
    pair.server.socket.pause();
    // Node reads ahead of a paused program, so the window closes only behind 64 KiB.
    expect(pair.client.socket.write(numbered(80_000))).toBe(80_000);
    pair.pass();
    expect(pair.client.socket.write(numbered(10))).toBe(80_010);
    expect(pair.client.told).toEqual([]);
    pair.server.socket.resume();
    pair.pass(10_000_000);
    expect(pair.server.bytes.length).toBe(80_010);
    expect(pair.client.told).toEqual(["written 10", "written 0"]);
    expect(pair.faults.counts["network.window-full"]).toBeGreaterThan(0);
  });

  it("closes in order when both halves have ended", () => {
    const pair = new Pair();
    pair.client.socket.end();
    pair.pass();
    expect(pair.server.told).toEqual(["end"]);
    expect(pair.client.told).toEqual([]);
    pair.server.socket.write(numbered(2));
    pair.server.socket.end();
    pair.pass();
    expect(pair.server.told).toEqual(["end", "close null"]);
    expect(pair.client.bytes.length).toBe(2);
    expect(pair.client.told).toEqual(["end", "close null"]);
  });

  it("reads what came before a reset, then ECONNRESET", () => {
    const pair = new Pair();
    pair.client.socket.write(numbered(2));
    pair.client.socket.reset();
    pair.pass();
    expect(pair.server.bytes.length).toBe(2);
    expect(pair.server.told).toEqual(["close ECONNRESET"]);
    expect(pair.client.told).toEqual(["close null"]);
  });

  it("gets EPIPE for a write after the peer has ended and gone", () => {
    const pair = new Pair();
    pair.client.socket.end();
    pair.pass();
    pair.client.socket.destroy();
    pair.pass();
    pair.server.socket.write(numbered(1));
    pair.pass();
    pair.server.socket.write(numbered(1));
    pair.pass();
    expect(pair.server.told).toEqual(["end", "close EPIPE"]);
  });

  it("resets when it closes over bytes that it has not read", () => {
    const pair = new Pair({ network: { delayMicros: 1_000 } });
    pair.client.socket.write(numbered(3));
    pair.scheduler.runUntil(1_005);
    // The bytes are in the kernel, the program's loop has not come round.
    pair.server.socket.destroy();
    pair.pass();
    expect(pair.client.told).toEqual(["close ECONNRESET"]);
  });

  it("hears nothing over a dead link until its kernel gives up", () => {
    const pair = new Pair();
    pair.link.cut();
    pair.client.socket.write(numbered(3));
    pair.pass(900_000_000);
    expect([...pair.client.told, ...pair.server.told]).toEqual([]);
    pair.pass(100_000_000);
    expect(pair.client.told).toEqual(["close ETIMEDOUT"]);
    expect(pair.server.told).toEqual([]);
  });

  it("resets both ends when a device on the way does", () => {
    const pair = new Pair({ plan: { "network/1.1/toServer/reset#1": true } });
    pair.client.socket.write(numbered(3));
    pair.pass();
    pair.client.socket.write(numbered(3));
    pair.pass();
    expect(pair.client.told).toEqual(["close ECONNRESET"]);
    expect(pair.server.told).toEqual(["close ECONNRESET"]);
    expect(pair.faults.counts["network.reset"]).toBe(1);
  });

  it("answers bytes for a machine that has lost its memory with a reset", () => {
    const pair = new Pair();
    pair.link.server.powerLost();
    pair.client.socket.write(numbered(1));
    pair.pass();
    expect(pair.client.told).toEqual([]);
    pair.link.server.powerBack();
    pair.pass();
    expect(pair.client.told).toEqual(["close ECONNRESET"]);
  });
});

describe("a simulated TLS stream", () => {
  it("is secured on both sides before data flows", () => {
    const pair = new Pair({ secure: true });
    pair.pass();
    expect(pair.client.told).toEqual(["secured"]);
    expect(pair.server.told).toEqual(["secured"]);
    pair.server.socket.write(numbered(40_000));
    pair.pass();
    expect(pair.client.bytes.length).toBe(40_000);
    expect(Math.max(...pair.client.reads)).toBeLessThanOrEqual(16_384);
  });

  it("ends with a close_notify", () => {
    const pair = new Pair({ secure: true });
    pair.pass();
    pair.client.socket.end();
    pair.pass();
    expect(pair.server.told).toEqual(["secured", "end"]);
  });

  it("never gets secured by a client that is silent, goes away, or does not trust", () => {
    for (const clientFault of ["silent", "abandoned", "rejected"] as const) {
      const pair = new Pair({ secure: true, clientFault });
      pair.pass();
      if (clientFault === "rejected") {
        expect(pair.client.told).toEqual(["insecure protocol"]);
        expect(pair.server.told).toEqual(["insecure protocol"]);
      } else {
        expect([...pair.client.told, ...pair.server.told]).toEqual([]);
      }
    }
  });
});
