/** What viewers are told of the world and is not so: planted bugs that its checker must find. */
import { afterEach, describe, expect, it, vi } from "vitest";
import { WorldView } from "../../../src/client/world-view.ts";
import type * as publishing from "../../../src/core/features/world/publish.ts";
import { calmOptions } from "../../../src/sim/index.ts";
import type { PartialOptions } from "../../../src/sim/index.ts";
import { overUpdates } from "../../support/planted/players.ts";
import type { Records } from "../../support/planted/players.ts";
import { firstFound } from "../../support/first-found.ts";
import type { Sabotage } from "../../support/sabotage.ts";

/** Only every so manieth tick has news. */
const planted = vi.hoisted(() => ({ every: 1 }));

vi.mock("../../../src/core/features/world/publish.ts", async (load) => {
  const real = await load<typeof publishing>();
  const publish: typeof publishing.publish = (world, geometry, tick, tell) => {
    if (tick % planted.every === 0) real.publish(world, geometry, tick, tell);
  };
  return { ...real, publish };
});

afterEach(() => {
  planted.every = 1;
  vi.restoreAllMocks();
});

const meeting: PartialOptions = {
  seconds: 6,
  // It would see first that its realm is another one than the server's.
  follower: calmOptions.follower,
  disk: calmOptions.disk,
  process: { endsMax: 0, crashesMax: 0 },
  workload: { clients: 5, rudePerMillion: 0, stayMaxMicros: 2_000_000 },
  players: {
    accounts: 5,
    turningPerMillion: 1_000_000,
    spawnRadiusM: 5,
    tokenLifetimeMs: 3_600_000,
    sizeM: 200,
    viewDistanceM: 20,
    stepMicros: 100_000,
    loginsPerMinute: 120,
  },
};

/** What is found first, `checker: rule`. */
const found = (sabotage: Sabotage): string =>
  firstFound(meeting, { seeds: 10, make: () => sabotage });

type Movement = NonNullable<Records[number]["movement"]>;

/** Movements are told as `change` has them. */
const overMovements = (change: (movement: Movement) => Partial<Movement>): Sabotage =>
  overUpdates(({ updates }) => ({
    updates: updates.map((record) => {
      const { movement } = record;
      if (movement === null || movement === undefined) return record;
      return { ...record, movement: { ...movement, ...change(movement) } };
    }) as Records,
  }));

const untrue = "told: what is told of an entity is what the world has";

describe("the simulator finds", () => {
  it("velocities whose axes are mixed up", () => {
    const swapped = overMovements(({ velocity }) =>
      velocity === null || velocity === undefined
        ? {}
        : { velocity: { ...velocity, x: velocity.z ?? 0, z: velocity.x ?? 0 } },
    );
    expect(found(swapped)).toBe(untrue);
  });

  it("rotations that are never told", () => {
    expect(found(overMovements(() => ({ rotation: null })))).toBe(untrue);
  });

  it("a health that is not the entity's", () => {
    const hurt = overUpdates(({ updates }) => ({
      updates: updates.map((record) =>
        record.health === null || record.health === undefined
          ? record
          : { ...record, health: { ...record.health, currentHp: 99 } },
      ) as Records,
    }));
    expect(found(hurt)).toBe(untrue);
  });

  it("viewers who are told every eighth tick only", () => {
    planted.every = 8;
    expect(found({})).toMatch(/^told: /);
  });

  // What is told is so, and what the client makes of it is not.
  it("clients who do not hear of healths", () => {
    const { apply } = WorldView.prototype;
    vi.spyOn(WorldView.prototype, "apply").mockImplementation(function (this: WorldView, update) {
      for (const record of update.updates) record.health = null;
      return apply.call(this, update);
    });
    expect(found({})).toBe("world-view: everybody is seen in full");
  });
});
