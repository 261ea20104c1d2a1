import { describe, expect, it } from "vitest";
import { numbered, Pair } from "../../../support/simulated-link.ts";

const second = 1_000_000;

describe("a path that is held", () => {
  it("loses what it carries, and the kernel's next repetition brings it", () => {
    const pair = new Pair();
    const path = pair.link.path("toServer");
    path.hold("lost");
    pair.client.socket.write(numbered(3));
    pair.client.socket.write(numbered(3, 3));
    pair.pass(second);
    path.release("lost");
    // Repeated 0.2, 0.6 and 1.4 seconds after it was sent.
    pair.pass(0.35 * second);
    expect(pair.server.bytes).toEqual([]);
    pair.pass(0.1 * second);
    expect(pair.server.bytes).toEqual([...numbered(6)]);
  });

  it("delivers at once what was only late", () => {
    const pair = new Pair();
    const path = pair.link.path("toServer");
    path.hold("late");
    pair.client.socket.write(numbered(3));
    pair.pass(second);
    expect(pair.server.bytes).toEqual([]);
    path.release("late");
    pair.pass(1_000);
    expect(pair.server.bytes).toEqual([...numbered(3)]);
  });

  it("is free only when nobody holds it any more", () => {
    const pair = new Pair();
    const path = pair.link.path("toServer");
    path.hold("late");
    path.hold("lost");
    pair.client.socket.write(numbered(3));
    path.release("late");
    pair.pass(second);
    expect(path.isHeld).toBe(true);
    expect(pair.server.bytes).toEqual([]);
    path.release("lost");
    pair.pass(second);
    expect(pair.server.bytes).toEqual([...numbered(3)]);
  });

  it("leaves the other direction alone, but for the news of what was read", () => {
    const network = { receiveBufferBytes: 1_000, sendBufferBytes: 500 };
    const pair = new Pair({ network });
    const path = pair.link.path("toServer");
    path.hold("lost");
    pair.server.socket.write(numbered(5_000));
    pair.pass(second);
    // One window, and nobody tells the server that it was read.
    expect(pair.client.bytes.length).toBe(1_000);
    path.release("lost");
    pair.pass(2 * second);
    expect(pair.client.bytes).toEqual([...numbered(5_000)]);
  });

  it("swallows a reset, and whoever sends later learns of it", () => {
    const pair = new Pair();
    const path = pair.link.path("toServer");
    path.hold("lost");
    pair.client.socket.reset();
    pair.pass(second);
    path.release("lost");
    pair.pass(10 * second);
    expect(pair.server.told).toEqual([]);
    pair.server.socket.write(numbered(1));
    pair.pass();
    expect(pair.server.told).toEqual(["close ECONNRESET"]);
  });
});

describe("a kernel gives up", () => {
  const network = { giveUpMicros: 3 * second };

  it("on a peer that does not answer, and denies everything when it is heard again", () => {
    const pair = new Pair({ network });
    const path = pair.link.path("toServer");
    path.hold("lost");
    pair.client.socket.write(numbered(3));
    pair.pass(2.9 * second);
    expect(pair.client.told).toEqual([]);
    pair.pass(0.2 * second);
    expect(pair.client.told).toEqual(["close ETIMEDOUT"]);
    expect(pair.faults.counts["network.timed-out"]).toBe(1);
    path.release("lost");
    pair.pass(10 * second);
    expect(pair.server.bytes).toEqual([]);
    expect(pair.server.told).toEqual([]);
    pair.server.socket.write(numbered(1));
    pair.pass();
    expect(pair.server.told).toEqual(["close ECONNRESET"]);
  });

  it("when its bytes arrive and nobody can tell it so", () => {
    const pair = new Pair({ network });
    pair.link.path("toClient").hold("lost");
    pair.client.socket.write(numbered(3));
    pair.pass(3.1 * second);
    expect(pair.server.bytes).toEqual([...numbered(3)]);
    expect(pair.client.told).toEqual(["close ETIMEDOUT"]);
  });

  it("not before the path was held for so long at a stretch", () => {
    const pair = new Pair({ network });
    const path = pair.link.path("toServer");
    for (let round = 0; round < 5; round += 1) {
      path.hold("lost");
      pair.client.socket.write(numbered(1, round));
      pair.pass(2 * second);
      path.release("lost");
      pair.pass(2 * second);
    }
    expect(pair.client.told).toEqual([]);
    expect(pair.server.bytes).toEqual([...numbered(5)]);
  });

  it("on a link that is dead", () => {
    const pair = new Pair({ network });
    pair.link.cut();
    pair.client.socket.write(numbered(3));
    pair.pass(3.1 * second);
    expect(pair.client.told).toEqual(["close ETIMEDOUT"]);
    expect(pair.server.told).toEqual([]);
  });
});

describe("a path that carries so many bytes a second", () => {
  const plan = { "network/1.1/toServer/bandwidth#0": 1 };

  it("lets one write after the other through, and none of the other direction wait", () => {
    const pair = new Pair({ plan, network: { slowPathBytes: 1_000 } });
    for (let part = 0; part < 3; part += 1) {
      pair.client.socket.write(numbered(1_000, 1_000 * part));
    }
    pair.server.socket.write(numbered(100_000));
    pair.pass(0.99 * second);
    expect(pair.server.bytes.length).toBe(0);
    expect(pair.client.bytes.length).toBe(100_000);
    for (let part = 1; part <= 3; part += 1) {
      pair.pass(part === 1 ? 0.02 * second : second);
      expect(pair.server.bytes.length).toBe(1_000 * part);
    }
    expect(pair.faults.counts["network.bandwidth"]).toBe(1);
  });

  it("fills the receiver's window, then the sender's buffer", () => {
    const sizes = { receiveBufferBytes: 2_000, sendBufferBytes: 500 };
    const pair = new Pair({ plan, network: { slowPathBytes: 1_000, ...sizes } });
    expect(pair.client.socket.write(numbered(4_000))).toBe(4_000);
    pair.pass(1.5 * second);
    expect(pair.client.told).toEqual([]);
    pair.pass(10 * second);
    expect(pair.server.bytes).toEqual([...numbered(4_000)]);
    expect(pair.client.told).toEqual(["written 0"]);
  });

  it("is widened in order, with all that is under way", () => {
    const pair = new Pair({ plan, network: { slowPathBytes: 100 } });
    pair.client.socket.write(numbered(1_000));
    pair.client.socket.write(numbered(1_000, 1_000));
    pair.pass(second);
    pair.link.path("toServer").widen();
    pair.client.socket.write(numbered(1_000, 2_000));
    pair.pass(1_000);
    expect(pair.server.bytes).toEqual([...numbered(3_000)]);
  });
});

describe("a byte that is changed on the way", () => {
  it("arrives changed in clear, alone, and the link is known for it", () => {
    for (const bit of [1, 8, 17, 39]) {
      const pair = new Pair({ plan: { "network/1.1/toServer/corrupt#1": bit } });
      pair.client.socket.write(numbered(5));
      pair.pass();
      expect(pair.link.isDamaged).toBe(false);
      pair.client.socket.write(numbered(5, 5));
      pair.pass();
      const changed = pair.server.bytes.flatMap((byte, at) => (byte === at ? [] : [at]));
      expect(changed).toEqual([5 + (bit >> 3)]);
      expect(pair.link.isDamaged).toBe(true);
      expect([...pair.faults.corrupted]).toEqual(["1.1"]);
    }
  });

  it("never comes out of TLS, whichever bit of a record it was", () => {
    // Header, four bytes, and the seal.
    for (let bit = 1; bit < 8 * (5 + 4 + 16); bit += 1) {
      const pair = new Pair({ secure: true, plan: { "network/1.1/toServer/corrupt#2": bit } });
      pair.pass();
      pair.client.socket.write(numbered(4));
      pair.pass();
      pair.client.socket.write(numbered(30_000, 4));
      pair.pass();
      expect(pair.server.bytes, String(bit)).toEqual([]);
      expect(pair.server.told, String(bit)).toContain("insecure protocol");
      expect(pair.client.told, String(bit)).toContain("insecure protocol");
    }
  });

  it("fails a handshake, and never secures both ends", () => {
    for (const [direction, write] of [
      ["toServer", 0],
      ["toServer", 1],
      ["toClient", 0],
    ] as const) {
      for (let bit = 1; bit < 592; bit += 7) {
        const plan = { [`network/1.1/${direction}/corrupt#${String(write)}`]: bit };
        const pair = new Pair({ secure: true, plan });
        pair.pass();
        const both = [pair.client.told, pair.server.told].every((told) => told.includes("secured"));
        expect(both, `${direction} ${String(write)} ${String(bit)}`).toBe(false);
      }
    }
  });
});

describe("a program that reads a little at a time through a tiny window", () => {
  it("keeps its peer waiting, and gets everything", () => {
    const pair = new Pair({ network: { sendBufferBytes: 500 } });
    pair.link.client.trickle({ windowBytes: 256, readBytes: 16, everyMicros: 5_000 });
    pair.server.socket.write(numbered(4_000));
    pair.pass(0.1 * second);
    expect(pair.client.bytes.length).toBeLessThanOrEqual(16 * 21);
    expect(pair.server.socket.unsentBytes).toBe(4_000);
    pair.pass(3 * second);
    expect(pair.client.bytes).toEqual([...numbered(4_000)]);
    expect(Math.max(...pair.client.reads)).toBe(16);
    expect(pair.server.told).toEqual(["written 0"]);
  });

  it("resets its peer when it goes with bytes unread", () => {
    const pair = new Pair();
    pair.link.client.trickle({ windowBytes: 256, readBytes: 16, everyMicros: 50_000 });
    pair.server.socket.write(numbered(4_000));
    pair.pass(0.1 * second);
    pair.client.socket.destroy();
    pair.pass();
    expect(pair.server.told).toEqual(["close ECONNRESET"]);
    expect(pair.faults.counts["network.reset-unread"]).toBe(1);
  });
});
