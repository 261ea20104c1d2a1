import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cellAt, cellsMax, geometryOf } from "../../../src/core/features/world/grid.ts";
import { look, seesNothing } from "../../../src/core/features/world/sight.ts";

const cells = fc.integer({ min: 1, max: 30 });
const path = fc.array(fc.tuple(fc.nat(29), fc.nat(29)), {
  minLength: 1,
  maxLength: 40,
  size: "max",
});

describe("what a viewer sees", () => {
  it("[SYNC-07] reaches 2 cells to each side at least and 3 at most, as far as there is ground", () => {
    fc.assert(
      fc.property(cells, path, (count, walked) => {
        const sight = { ...seesNothing };
        for (const [toX, toZ] of walked) {
          const [x, z] = [toX % count, toZ % count];
          look({ ...sight }, x, z, count, sight);
          for (const [low, high, at] of [
            [sight.x0, sight.x1, x],
            [sight.z0, sight.z1, z],
          ] as const) {
            expect(low).toBeLessThanOrEqual(Math.max(0, at - 2));
            expect(low).toBeGreaterThanOrEqual(Math.max(0, at - 3));
            expect(high).toBeGreaterThanOrEqual(Math.min(count - 1, at + 2));
            expect(high).toBeLessThanOrEqual(Math.min(count - 1, at + 3));
          }
        }
      }),
      { numRuns: 1_000 },
    );
  });

  it("[SYNC-07] does not change for whoever paces up and down on a border of cells", () => {
    const sight = { ...seesNothing };
    look({ ...sight }, 10, 10, 30, sight);
    look({ ...sight }, 11, 10, 30, sight);
    const after = { ...sight };
    expect(after).toEqual({ x0: 8, x1: 13, z0: 8, z1: 12 });
    for (const x of [10, 11, 10, 11]) {
      look({ ...sight }, x, 10, 30, sight);
      expect(sight).toEqual(after);
    }
  });
});

describe("the ground", () => {
  it("[SYNC-07] whoever is within the view distance is in a cell that is seen", () => {
    const size = fc.integer({ min: 1, max: 20_000 });
    const part = fc.double({ min: -1, max: 1, noNaN: true });
    fc.assert(
      fc.property(
        size,
        fc.integer({ min: 1, max: 2_000 }),
        part,
        part,
        part,
        part,
        (side, view, ...at) => {
          const geometry = geometryOf(side, view);
          expect(geometry.cells).toBeLessThanOrEqual(cellsMax + 1);
          const [x, z, dx, dz] = at;
          const edge = side / 2;
          const clamp = (along: number) => Math.max(-edge, Math.min(edge, along));
          const mine = cellAt(geometry, x * edge, z * edge);
          const other = cellAt(geometry, clamp(x * edge + dx * view), clamp(z * edge + dz * view));
          const { cells: count } = geometry;
          expect(Math.abs((mine % count) - (other % count))).toBeLessThanOrEqual(2);
          expect(
            Math.abs(Math.floor(mine / count) - Math.floor(other / count)),
          ).toBeLessThanOrEqual(2);
        },
      ),
      { numRuns: 1_000 },
    );
  });

  it("has a cell for every point, also for those outside of it", () => {
    const geometry = geometryOf(1_000, 100);
    const anywhere = fc.oneof(fc.double({ noNaN: true }), fc.integer());
    fc.assert(
      fc.property(anywhere, anywhere, (x, z) => {
        const cell = cellAt(geometry, x, z);
        expect(Number.isInteger(cell) && cell >= 0 && cell < 400).toBe(true);
      }),
      { numRuns: 1_000 },
    );
  });
});
