import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Arena, cutRecords } from "../../../src/core/features/world/spans.ts";
import { createWorld, spawn } from "../../../src/core/features/world/world.ts";
import type { World } from "../../../src/core/features/world/world.ts";
import { micros, playerId, sessionId } from "../../../src/core/kernel/ids.ts";
import { reprise as pb } from "../../../src/core/wire/gen/game.js";
import { toSafeNumber } from "../../../src/core/wire/index.ts";

const float = fc.oneof(
  fc.constant(0),
  fc.float({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0),
);
const vector = fc.record({ x: float, y: float, z: float });
const points = fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 0xffff_ffff }));
const id = fc.oneof(
  fc.integer({ min: 1, max: 300 }),
  fc.maxSafeNat().filter((value) => value > 0),
);

type Vector = { readonly x: number; readonly y: number; readonly z: number };

const withBody = (position: Vector, velocity: Vector, rotation: Vector): World => {
  const world = createWorld();
  const who = { session: sessionId(1), player: playerId(1), now: micros(0), allowance: 0 };
  const row = spawn(world, { ...who, at: position });
  const { columns } = world.store.components.body;
  [columns.vx[row], columns.vy[row], columns.vz[row]] = [velocity.x, velocity.y, velocity.z];
  [columns.rx[row], columns.ry[row], columns.rz[row]] = [rotation.x, rotation.y, rotation.z];
  return world;
};

const written = (write: (arena: Arena) => void): Uint8Array => {
  const arena = new Arena();
  write(arena);
  return arena.bytes.slice(0, arena.at);
};

describe("world updates as bytes", () => {
  it("[WIRE-12] movements are those of protobufjs", () => {
    fc.assert(
      fc.property(id, vector, vector, vector, (entityId, position, velocity, rotation) => {
        const { store } = withBody(position, velocity, rotation);
        const updates = [{ entityId, movement: { position, velocity, rotation } }];
        const expected = pb.v1.WorldUpdate.encode({ updates }).finish();
        expect(written((arena) => arena.movement(store, 0, entityId))).toEqual(
          new Uint8Array(expected),
        );
      }),
      { numRuns: 1_000 },
    );
  });

  it("[WIRE-12] healths, ticks and acknowledgements are those of protobufjs", () => {
    fc.assert(
      fc.property(
        ...[id, points, points, points, fc.maxSafeNat(), points],
        (entityId, currentHp, maxHp, shield, tick, inputSequence) => {
          const { store } = createWorld();
          const { columns } = store.components.health;
          [columns.current[0], columns.max[0], columns.shield[0]] = [currentHp, maxHp, shield];
          const updates = [{ entityId, health: { currentHp, maxHp, shield } }];
          const message = { tick, inputSequence, updates };
          const bytes = written((arena) => {
            arena.head(tick, inputSequence);
            arena.health(store, 0, entityId);
          });
          expect(bytes).toEqual(new Uint8Array(pb.v1.WorldUpdate.encode(message).finish()));
        },
      ),
      { numRuns: 1_000 },
    );
  });

  it("[WIRE-12] removals decode to what was removed, in any number of pieces", () => {
    fc.assert(
      fc.property(fc.array(id), (ids) => {
        const bytes = written((arena) => {
          for (const each of ids) arena.removal(each);
        });
        const { removed } = pb.v1.WorldUpdate.decode(bytes);
        expect(removed.map((each) => toSafeNumber(each))).toEqual(ids);
      }),
      { numRuns: 300 },
    );
  });

  it("cuts between records, and never makes a run longer than is allowed", () => {
    const { store } = withBody({ x: 1, y: 2, z: 3 }, { x: 0, y: 0, z: 0 }, { x: 0, y: 0, z: 0 });
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.boolean(), id)),
        fc.integer({ min: 80, max: 400 }),
        (what, max) => {
          const bytes = written((arena) => {
            for (const [isRemoval, each] of what) {
              if (isRemoval) arena.removal(each);
              else arena.movement(store, 0, each);
            }
          });
          const runs: (readonly [number, number])[] = [];
          cutRecords(bytes, 0, bytes.length, max, (start, end) => runs.push([start, end]));
          expect(runs.every(([start, end]) => end > start && end - start <= max)).toBe(true);
          expect(runs.map(([start], at) => start === (runs[at - 1]?.[1] ?? 0))).not.toContain(
            false,
          );
          const parts = runs.map(([start, end]) =>
            pb.v1.WorldUpdate.decode(bytes.slice(start, end)),
          );
          const whole = pb.v1.WorldUpdate.decode(bytes);
          expect(parts.flatMap((part) => part.updates)).toEqual(whole.updates);
          expect(parts.flatMap((part) => part.removed)).toEqual(whole.removed);
        },
      ),
      { numRuns: 300 },
    );
  });

  it("grows without losing what was written", () => {
    const bytes = written((arena) => {
      for (let each = 1; each <= 20_000; each += 1) arena.removal(each);
      arena.reserve(1_000_000);
      arena.copy(0, 10);
    });
    expect(pb.v1.WorldUpdate.decode(bytes).removed.length).toBe(20_005);
  });
});
