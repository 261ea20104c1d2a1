/** Whatever happens between ticks, after one every viewer holds what he should and nothing else. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { nextEntity } from "../../../src/core/ecs/index.ts";
import { geometryOf } from "../../../src/core/features/world/grid.ts";
import { move } from "../../../src/core/features/world/movement.ts";
import { publish } from "../../../src/core/features/world/publish.ts";
import { createWorld, spawn } from "../../../src/core/features/world/world.ts";
import { micros, playerId, sessionId } from "../../../src/core/kernel/ids.ts";
import { encodePlain } from "../../../src/core/kernel/plain.ts";
import { allowAll, coordinate, WorldAndModel, worldChange } from "../../support/interest-model.ts";

describe("areas of interest", () => {
  it("[SYNC-02] [SYNC-07] [SYNC-08] after a tick each viewer holds exactly what is in his cells", () => {
    fc.assert(
      fc.property(fc.array(worldChange, { maxLength: 200, size: "max" }), (orders) => {
        const model = new WorldAndModel();
        for (const each of orders) model.take(each);
        model.take({ type: "tick" });
      }),
      { numRuns: 1_000 },
    );
  });

  it("[SYNC-05] a tick without a change sends nothing, whatever came before", () => {
    fc.assert(
      fc.property(fc.array(worldChange, { maxLength: 40, size: "max" }), (orders) => {
        const model = new WorldAndModel();
        for (const each of orders) model.take(each);
        model.take({ type: "tick" });
        const before = encodePlain(model.world as never);
        publish(model.world, model.geometry, 1_000_000, () => expect.unreachable("a packet"));
        expect(encodePlain(model.world as never)).toEqual(before);
      }),
      { numRuns: 300 },
    );
  });

  it("[LOOP-06] what clients are told depends on the changes, not on their order in a tick", () => {
    const entrances = fc.array(fc.tuple(coordinate, coordinate), {
      minLength: 2,
      maxLength: 20,
      size: "max",
    });
    fc.assert(
      fc.property(entrances, fc.array(fc.tuple(coordinate, coordinate)), (places, targets) => {
        const tell = (isReversed: boolean): string[] => {
          const world = createWorld(geometryOf(1_000, 100));
          for (const [index, [x, z]] of places.entries()) {
            const id = index + 1;
            spawn(world, {
              ...{ session: sessionId(id), player: playerId(id), at: { x, y: 0, z } },
              ...{ now: micros(0), allowance: 1e9 },
            });
          }
          const told: string[] = [];
          const tick = (n: number) =>
            publish(world, world.geometry, n, (id, bytes, start, end) =>
              told.push(`${id}:${String(bytes.slice(start, end))}`),
            );
          tick(1);
          const moves = [...targets.entries()].filter(([index]) => index < places.length);
          for (const [index, [x, z]] of isReversed ? moves.toReversed() : moves) {
            const still = { x: 0, y: 0, z: 0 };
            const wanted = { entity: 0, position: { x, y: 0, z }, sequence: 1 };
            move(
              world,
              index,
              { ...wanted, velocity: still, rotation: still },
              micros(1e9),
              allowAll,
            );
          }
          tick(2);
          return told;
        };
        expect(tell(true)).toEqual(tell(false));
      }),
      { numRuns: 200 },
    );
  });

  it("[NMT-04] two worlds in turns are told what each would be told alone", () => {
    const orders = fc.array(worldChange, { maxLength: 60, size: "max" });
    fc.assert(
      fc.property(orders, orders, (one, other) => {
        const [alone, first, second] = [1, 2, 3].map(() => new WorldAndModel());
        for (let at = 0; at < Math.max(one.length, other.length); at += 1) {
          const [mine, theirs] = [one[at], other[at]];
          if (mine !== undefined) first?.take(mine);
          if (theirs !== undefined) second?.take(theirs);
        }
        for (const each of one) alone?.take(each);
        expect(first?.packets).toEqual(alone?.packets);
        expect(encodePlain(first?.world as never)).toEqual(encodePlain(alone?.world as never));
      }),
      { numRuns: 200 },
    );
  });

  it("the model meets every kind of change", () => {
    const model = new WorldAndModel();
    const seen = new Set<string>();
    for (const each of fc.sample(worldChange, { numRuns: 400, seed: 7 })) {
      model.take(each);
      seen.add(each.type);
    }
    model.take({ type: "tick" });
    expect(seen.size).toBe(9);
    expect(nextEntity(model.world.store.entities, 0)).not.toBe(-1);
    const clients = [...model.clients.values()];
    expect(clients.some(({ left }) => left > 10)).toBe(true);
  });
});
