import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { RandomStream } from "../../../src/core/kernel/random.ts";
import { reachFor, stand, stepOf, walkFrom } from "../../../src/load/steps.ts";

describe("a walk", () => {
  it("[GAME-02] keeps its speed and its region, wherever it begins", () => {
    const place = fc.double({ min: -900, max: 900, noNaN: true });
    const paces = fc.record({
      x: place,
      z: place,
      reach: fc.double({ min: 50, max: 500, noNaN: true }),
      speed: fc.double({ min: 0.1, max: 12, noNaN: true }),
      rate: fc.integer({ min: 1, max: 30 }),
      seed: fc.nat(),
    });
    fc.assert(
      fc.property(paces, ({ x, z, reach, speed, rate, seed }) => {
        const random = RandomStream.named([seed, 0, 0, 0], "walk");
        const walk = walkFrom({ x: Math.fround(x), y: 0, z: Math.fround(z) }, random);
        const pace = { speed, stepLength: speed / rate, reach };
        let last = stand(walk).position;
        for (let step = 0; step < 50; step += 1) {
          const { position } = stepOf(walk, pace, random);
          expect(position.x).toBe(Math.fround(position.x));
          const length = Math.hypot(position.x - last.x, position.z - last.z);
          expect(length).toBeLessThanOrEqual(pace.stepLength + 1e-3);
          for (const axis of ["x", "z"] as const) {
            const bound = Math.max(reach, Math.abs(last[axis])) + pace.stepLength;
            expect(Math.abs(position[axis])).toBeLessThanOrEqual(bound + 1e-3);
          }
          last = position;
        }
        expect(stand(walk)).toEqual({ position: last, velocity: { x: 0, y: 0, z: 0 } });
      }),
      { numRuns: 300 },
    );
  });

  it("has room for as many players as are to see each other", () => {
    const side = 2 * reachFor(501, 20, 100);
    expect((500 * 275 * 275) / (side * side)).toBeCloseTo(20);
    expect(reachFor(2, 20, 100)).toBe(137.5);
  });
});
