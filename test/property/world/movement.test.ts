/** However a client cuts, delays or falsifies its movements. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { geometryOf } from "../../../src/core/features/world/grid.ts";
import { move } from "../../../src/core/features/world/movement.ts";
import { createWorld, spawn } from "../../../src/core/features/world/world.ts";
import { micros, playerId, sessionId } from "../../../src/core/kernel/ids.ts";

const rules = { speedMax: 12_000, allowanceMax: 500_000 };
/** The speed limit with its tolerance, metres a second. */
const limit = 12 * 1.01;

const step = fc.record({
  afterMicros: fc.oneof(fc.nat(1_000), fc.nat(100_000), fc.nat(5_000_000)),
  dx: fc.oneof(
    fc.double({ min: -2, max: 2, noNaN: true }),
    fc.double({ min: -90, max: 90, noNaN: true }),
  ),
  dz: fc.double({ min: -2, max: 2, noNaN: true }),
  dy: fc.oneof(fc.constant(0), fc.double({ min: -9, max: 9, noNaN: true })),
  sequence: fc.oneof(
    { weight: 4, arbitrary: fc.constant(null) },
    { weight: 1, arbitrary: fc.nat(50) },
  ),
  vx: fc.oneof(fc.constant(-0), fc.double({ min: -14, max: 14, noNaN: true })),
});

describe("movements", () => {
  it("[GAME-08] [GAME-02] nobody gets further than time at full speed, out of the world, or back", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60, size: "max" }), (steps) => {
        const world = createWorld(geometryOf(200, 100));
        const who = { session: sessionId(1), player: playerId(1), at: { x: 0, y: 0, z: 0 } };
        const row = spawn(world, { ...who, now: micros(0), allowance: rules.allowanceMax });
        const { body, control } = world.store.components;
        const here = () =>
          [body.columns.x[row], body.columns.y[row], body.columns.z[row]].map(Number);
        let now = 0;
        let covered = 0;
        /** Of every moment: when it was, and how far he had come. */
        const past: (readonly [number, number])[] = [[0, 0]];
        let sequence = 0;
        for (const each of steps) {
          now += each.afterMicros;
          const [x = 0, y = 0, z = 0] = here();
          const position = { x: x + each.dx, y: y + each.dy, z: z + each.dz };
          const wanted = each.sequence ?? sequence + 1;
          const velocity = { x: each.vx, y: 0, z: 0 };
          const movement = { entity: 0, position, velocity, rotation: { x: 0, y: 0, z: 0 } };
          const verdict = move(world, row, { ...movement, sequence: wanted }, micros(now), rules);
          const after = here();
          expect(verdict === "stale").toBe(wanted <= sequence);
          if (verdict !== "stale") sequence = wanted;
          expect(control.columns.sequence[row]).toBe(sequence);
          if (verdict === "accepted") {
            expect(after).toEqual(
              [position.x, position.y, position.z].map((v) => Math.fround(v) + 0),
            );
            covered += Math.hypot((after[0] ?? 0) - x, (after[1] ?? 0) - y, (after[2] ?? 0) - z);
          } else expect(after).toEqual([x, y, z]);
          expect(after.every((along) => Math.abs(along) <= 100)).toBe(true);
          expect(Math.abs(Number(body.columns.vx[row]))).toBeLessThanOrEqual(limit);
          expect(Object.is(body.columns.vx[row], -0)).toBe(false);
          // Rounding to float32 moves each end of each step by less than 0.01 mm here.
          const rounding = steps.length * 0.000_02;
          for (const [since, before] of past) {
            const span = (now - since) / 1e6 + 0.5;
            expect(covered - before).toBeLessThanOrEqual(limit * span + rounding);
          }
          past.push([now, covered]);
        }
      }),
      { numRuns: 1_000 },
    );
  });

  it("[GAME-02] whoever keeps to the speed limit is never put right when a step and its delay fit the allowance", () => {
    const pause = fc.integer({ min: 1, max: 200_000 });
    fc.assert(
      fc.property(
        fc.array(pause, { maxLength: 80, size: "max" }),
        fc.nat(250_000),
        (pauses, jitter) => {
          const world = createWorld(geometryOf(20_000, 100));
          const who = { session: sessionId(1), player: playerId(1), at: { x: 0, y: 0, z: 0 } };
          const row = spawn(world, { ...who, now: micros(0), allowance: rules.allowanceMax });
          let left = 0;
          let heard = 0;
          for (const [index, each] of pauses.entries()) {
            left += each;
            // Every other movement is late, and those behind it come at once.
            heard = Math.max(heard, left + (index % 2 === 0 ? jitter : 0));
            const verdict = move(
              world,
              row,
              {
                ...{
                  entity: 0,
                  sequence: index + 1,
                  position: { x: (left / 1e6) * 12, y: 0, z: 0 },
                },
                ...{ velocity: { x: 12, y: 0, z: 0 }, rotation: { x: 0, y: 0, z: 0 } },
              },
              micros(heard),
              rules,
            );
            expect(verdict).toBe("accepted");
          }
        },
      ),
      { numRuns: 500 },
    );
  });
});
