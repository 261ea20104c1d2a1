/** More than a packet holds in one place. */
import { describe, expect, it } from "vitest";
import { storeViolations } from "../../../src/core/ecs/index.ts";
import { geometryOf } from "../../../src/core/features/world/grid.ts";
import { move } from "../../../src/core/features/world/movement.ts";
import { publish } from "../../../src/core/features/world/publish.ts";
import { createWorld, despawn, spawn } from "../../../src/core/features/world/world.ts";
import { micros, playerId, sessionId } from "../../../src/core/kernel/ids.ts";
import { payloadBytesMax } from "../../../src/core/wire/index.ts";
import { NaiveClient } from "../../support/naive-view.ts";

const rules = { speedMax: 12_000, allowanceMax: 10_000_000 };

describe("a world that has shrunk", () => {
  it("[GAME-02] lets whoever is outside come back, step by step, and not go further", () => {
    const world = createWorld(geometryOf(1_000, 100));
    const who = { session: sessionId(1), player: playerId(1), now: micros(0) };
    const row = spawn(world, { ...who, at: { x: 400, y: 0, z: -400 }, allowance: 1e6 });
    publish(world, geometryOf(100, 100), 1, () => undefined);
    const still = { x: 0, y: 0, z: 0 };
    const step = (sequence: number, x: number, z: number) =>
      move(
        world,
        row,
        { entity: 0, position: { x, y: 0, z }, velocity: still, rotation: still, sequence },
        micros(0),
        rules,
      );
    expect(step(1, 401, -400)).toBe("bounds");
    expect(step(2, 399, -401)).toBe("bounds");
    expect(step(3, 399, -399)).toBe("accepted");
    expect(step(4, 400, -399)).toBe("bounds");
  });
});

describe("a world that everybody has left", () => {
  it("[LOOP-06] keeps nothing of them that could be seen in its state", () => {
    const geometry = geometryOf(1_000, 100);
    const world = createWorld(geometry);
    for (let each = 1; each <= 60; each += 1) {
      const who = { session: sessionId(each), player: playerId(each), now: micros(0) };
      spawn(world, { ...who, at: { x: each, y: 0, z: 0 }, allowance: 0 });
    }
    publish(world, geometry, 1, () => undefined);
    expect(world.told.size).toBe(60);
    for (let each = 1; each <= 60; each += 1) despawn(world, sessionId(each));
    publish(world, geometry, 2, () => undefined);
    expect(world.told).toEqual(createWorld(geometry).told);
    expect(storeViolations(world.store)).toEqual([]);
    expect(world.bySession.size).toBe(0);
  });
});

describe("a crowd in one cell", () => {
  it("[SYNC-07] is told in as many packets of a tick as it takes, removals first", () => {
    const geometry = geometryOf(1_000, 100);
    const world = createWorld(geometry);
    const count = 2_400;
    const clients = new Map<number, NaiveClient>();
    const sizes: number[] = [];
    const tick = (number: number) =>
      publish(world, geometry, number, (session, bytes, start, end) => {
        sizes.push(end - start);
        // Every hundredth looks, and all are sent to.
        if (session % 100 === 1) clients.get(session)?.apply(bytes.slice(start, end));
      });
    for (let each = 1; each <= count; each += 1) {
      clients.set(each, new NaiveClient());
      const who = { session: sessionId(each), player: playerId(each), now: micros(0) };
      const at = { x: 25 + (each % 7), y: 0, z: 25 + (each % 11) };
      spawn(world, { ...who, at, allowance: rules.allowanceMax });
    }
    tick(1);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(payloadBytesMax);
    // Each is told of each: about 40 bytes for each of 2,400.
    expect(sizes.length).toBeGreaterThanOrEqual(2 * count);
    expect(clients.get(1)?.held.size).toBe(count);
    expect(clients.get(1)?.packets).toBeGreaterThan(1);
    // Half of them move across the border, and a third is gone.
    for (let each = 1; each <= count; each += 1) {
      if (each % 3 === 0) despawn(world, sessionId(each));
      else if (each % 2 === 0) {
        const still = { x: 0, y: 0, z: 0 };
        const row = world.bySession.get(sessionId(each)) ?? -1;
        const position = { x: 75, y: 0, z: 25 };
        const wanted = { entity: 0, position, velocity: still, rotation: still, sequence: 1 };
        expect(move(world, row, wanted, micros(10_000_000), rules)).toBe("accepted");
      }
    }
    tick(2);
    for (const each of [1, 101, 401, 1_001]) {
      const client = clients.get(each);
      expect(client?.held.size).toBe(count - count / 3);
      expect(client?.tick).toBe(2);
    }
    const moved = [...(clients.get(1)?.held.values() ?? [])].filter(({ body }) => body[0] === 75);
    expect(moved).toHaveLength(count / 3);
  });
});
