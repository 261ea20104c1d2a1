import { describe, expect, it } from "vitest";
import { Prediction } from "../../../src/client/prediction.ts";

const walking = (pendingMax?: number): Prediction<number, number> =>
  new Prediction({
    state: 100,
    step: (at, by: number) => at + by,
    ...(pendingMax === undefined ? {} : { pendingMax }),
  });

describe("a prediction", () => {
  it("acts at once, and keeps what the server has not seen", () => {
    const walk = walking();
    expect([walk.act(1), walk.act(2), walk.act(4)]).toEqual([1, 2, 3]);
    expect([walk.state, walk.pending, walk.sequence]).toEqual([107, 3, 3]);
    expect(walk.reconcile(101, 1)).toBe(107);
    expect(walk.pending).toBe(2);
  });

  it("puts right what the server refused", () => {
    const walk = walking();
    walk.act(50);
    walk.act(1);
    expect(walk.reconcile(100, 1)).toBe(101);
    expect(walk.state).toBe(101);
  });

  it("takes an acknowledgement that is old, or of nothing, for what it is", () => {
    const walk = walking();
    walk.act(1);
    walk.act(2);
    walk.reconcile(103, 2);
    expect(walk.reconcile(101, 1)).toBe(101);
    expect(walk.reconcile(103, 99)).toBe(103);
    walk.act(4);
    expect(walk.reconcile(103, 0)).toBe(107);
    expect([walk.pending, walk.sequence]).toEqual([1, 3]);
  });

  it("stops acting when too much is pending", () => {
    const walk = walking(2);
    walk.act(1);
    walk.act(1);
    expect(walk.act(1)).toBeNull();
    expect([walk.state, walk.pending, walk.sequence]).toEqual([102, 2, 2]);
    walk.reconcile(101, 1);
    expect(walk.act(1)).toBe(3);
    expect(() => walking(0)).toThrow(/pendingMax/);
  });
});
