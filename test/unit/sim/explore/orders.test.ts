/** Orders are counted on graphs that are small enough to count by hand. */
import { describe, expect, it } from "vitest";
import {
  countCommuting,
  countInequivalent,
  countOrders,
  longestOrder,
  untrueClaims,
} from "../../../../src/sim/explore/orders.ts";
import type { Graph } from "../../../../src/sim/explore/search.ts";

/** From pairs of an event's number and the state that follows. */
const graphOf = (
  steps: readonly (readonly (readonly [event: number, to: number])[])[],
  firsts: readonly (readonly number[])[] = [],
): Graph => ({
  states: steps.length,
  successors: steps.map((ofState) => ofState.map(([event, to]) => ({ event, to }))),
  names: ["left", "right", "up"],
  firsts,
});

/** Two events that commute. */
const diamond = [
  [
    [0, 1],
    [1, 2],
  ],
  [[1, 3]],
  [[0, 3]],
  [],
] as const;
/** Two events whose order makes a difference. */
const fork = [
  [
    [0, 1],
    [1, 2],
  ],
  [[1, 3]],
  [[0, 4]],
  [],
  [],
] as const;
/** Three events that commute. */
const cube = [
  [
    [0, 1],
    [1, 2],
    [2, 3],
  ],
  [
    [1, 4],
    [2, 5],
  ],
  [
    [0, 4],
    [2, 6],
  ],
  [
    [0, 5],
    [1, 6],
  ],
  [[2, 7]],
  [[1, 7]],
  [[0, 7]],
  [],
] as const;

describe("counting orders", () => {
  it("counts every way to an end", () => {
    expect(countOrders(graphOf(diamond))).toBe(2n);
    expect(countOrders(graphOf(fork))).toBe(2n);
    expect(countOrders(graphOf(cube))).toBe(6n);
  });

  it("counts one order of those that differ by events that commute", () => {
    expect(countInequivalent(graphOf(diamond), 10)).toBe(1n);
    expect(countInequivalent(graphOf(fork), 10)).toBe(2n);
    expect(countInequivalent(graphOf(cube), 20)).toBe(1n);
  });

  it("gives up where there is too much to count", () => {
    expect(countInequivalent(graphOf(cube), 2)).toBeNull();
  });

  it("tells pairs that commute from those that do not", () => {
    expect(countCommuting(graphOf(diamond))).toEqual({ pairs: 1, commuting: 1 });
    expect(countCommuting(graphOf(fork))).toEqual({ pairs: 1, commuting: 0 });
    expect(countCommuting(graphOf(cube))).toEqual({ pairs: 6, commuting: 6 });
  });

  it("measures the longest order", () => {
    expect(
      longestOrder(
        graphOf([
          [
            [0, 1],
            [1, 2],
          ],
          [[2, 2]],
          [],
        ]),
      ),
    ).toBe(2);
    expect(longestOrder(graphOf(cube))).toBe(3);
  });

  it("refuses a graph that goes round", () => {
    expect(() => countOrders(graphOf([[[0, 1]], [[1, 0]]]))).toThrow("no state follows itself");
  });

  it("finds a claim of the reduction that is not so", () => {
    const sound = graphOf(diamond, [[0], [], [], []]);
    expect(untrueClaims(sound)).toEqual({ tested: 1, untrue: [] });
    const unsound = graphOf(fork, [[0], [], [], [], []]);
    expect(untrueClaims(unsound)).toEqual({ tested: 1, untrue: ["left | right"] });
  });
});
