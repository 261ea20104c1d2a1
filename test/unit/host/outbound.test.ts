import { describe, expect, it } from "vitest";
import { Outbound } from "../../../src/core/host/outbound.ts";

const slab = Uint8Array.from({ length: 100 }, (_, index) => index);
const run = (start: number, end: number, frames = 1) => ({ slab, start, end, frames });

describe("what waits on one connection", () => {
  it("joins neighbours that wait for the same into one view, without a copy", () => {
    const outbound = new Outbound();
    outbound.add(run(0, 10), 0);
    outbound.add(run(10, 30, 2), 0);
    expect(outbound.readyFrames).toBe(3);
    const bytes = outbound.take(false);
    expect(bytes.buffer).toBe(slab.buffer);
    expect([bytes.byteOffset, bytes.length]).toEqual([0, 30]);
    expect(outbound.queuedBytes).toBe(0);
  });

  it("copies a view where the peer would keep the whole slab alive", () => {
    const outbound = new Outbound();
    outbound.add(run(5, 9), 0);
    const bytes = outbound.take(true);
    expect([...bytes]).toEqual([5, 6, 7, 8]);
    expect(bytes.buffer.byteLength).toBe(4);
  });

  it("holds until the block is durable, and keeps the order", () => {
    const outbound = new Outbound();
    outbound.add(run(0, 3), 4);
    outbound.add(run(3, 5), 4);
    outbound.add(run(5, 9), 6);
    expect(outbound.heldBytes).toBe(9);
    expect(outbound.settle(3)).toBe(0);
    expect(outbound.settle(5)).toBe(5);
    expect([...outbound.take(false)]).toEqual([0, 1, 2, 3, 4]);
    expect(outbound.settle(6)).toBe(4);
    expect([...outbound.take(false)]).toEqual([5, 6, 7, 8]);
    expect(outbound.heldBytes).toBe(0);
  });

  it("joins pieces of several slabs in their order", () => {
    const outbound = new Outbound();
    outbound.add(run(50, 52), 0);
    outbound.add({ slab: new Uint8Array([200, 201]), start: 0, end: 2, frames: 1 }, 0);
    outbound.add(run(10, 11), 0);
    expect([...outbound.take(false)]).toEqual([50, 51, 200, 201, 10]);
  });

  it("forgets everything when the peer is cut off", () => {
    const outbound = new Outbound();
    outbound.add(run(0, 3), 0);
    outbound.add(run(3, 10), 2);
    expect(outbound.discard()).toBe(7);
    expect(outbound.queuedBytes).toBe(0);
    expect(outbound.settle(2)).toBe(0);
  });
});
