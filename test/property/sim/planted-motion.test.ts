/**
 * Who moves and looks otherwise than he said, on a server that tells everybody so: planted bugs
 * that the model of the world must find, in the core, where the server's follower has them too.
 */
import { afterEach, describe, expect, it, vi } from "vitest";
import type { Movement } from "../../../src/core/features/world/contract.ts";
import type * as movement from "../../../src/core/features/world/movement.ts";
import { calmOptions, simulate } from "../../../src/sim/index.ts";
import { firstFound } from "../../support/first-found.ts";
import type { PartialOptions } from "../../../src/sim/index.ts";

/** What the world takes over of a movement that it has accepted. */
const planted = vi.hoisted(() => ({ taken: null as null | ((wanted: Movement) => Movement) }));

vi.mock("../../../src/core/features/world/movement.ts", async (load) => {
  const real = await load<typeof movement>();
  const move: typeof movement.move = (world, row, wanted, now, rules) =>
    real.move(world, row, planted.taken?.(wanted) ?? wanted, now, rules);
  return { ...real, move };
});

afterEach(() => {
  planted.taken = null;
});

const walking: PartialOptions = {
  seconds: 4,
  disk: calmOptions.disk,
  process: { endsMax: 1, crashesMax: 0 },
  workload: { clients: 5, rudePerMillion: 0, stayMaxMicros: 3_000_000 },
  players: {
    accounts: 5,
    turningPerMillion: 1_000_000,
    tokenLifetimeMs: 3_600_000,
    stepMicros: 100_000,
    loginsPerMinute: 120,
  },
};

/** What is found first, `checker: rule`. */
function found(taken: (wanted: Movement) => Movement): string {
  planted.taken = taken;
  return firstFound(walking, { seeds: 10 });
}

const still = { x: 0, y: 0, z: 0 };
const swapped = ({ x, y, z }: Movement["velocity"]) => ({ x: z, y, z: x });

describe("the simulator finds an entity", () => {
  const notSoFast = "movement: an entity is as fast as its owner has said";
  const looksElsewhere = "movement: an entity looks where its owner has said";

  it.each([
    ["whose velocity has its axes mixed up", swapped],
    ["whose velocity is never taken over", () => still],
    ["that is a little slower than it says", ({ x, y, z }) => ({ x: x * 0.99, y, z })],
  ] satisfies [string, (velocity: Movement["velocity"]) => Movement["velocity"]][])(
    "%s",
    (_what, change) => {
      expect(found((wanted) => ({ ...wanted, velocity: change(wanted.velocity) }))).toBe(notSoFast);
    },
  );

  it("that looks the other way", () => {
    const turned = (wanted: Movement): Movement => {
      const { x, y, z } = wanted.rotation;
      return { ...wanted, rotation: { x, y: 0 - y, z } };
    };
    expect(found(turned)).toBe(looksElsewhere);
  });

  it("that looks where it moves", () => {
    expect(found((wanted) => ({ ...wanted, rotation: wanted.velocity }))).toBe(looksElsewhere);
  });
});

it("the simulator has nothing to say of entities as they are", () => {
  for (let seed = 1; seed <= 3; seed += 1) {
    const { failure } = simulate({ seed, scenario: "players", fixed: walking, twice: false });
    expect(failure?.message ?? null).toBeNull();
  }
});
