/**
 * Servers that rest while there is something to do: those who watch them must find each.
 */
import { afterEach, describe, expect, it, vi } from "vitest";
import { entry } from "../../../src/core/features/entry/feature.ts";
import { world } from "../../../src/core/features/world/feature.ts";
import { anyBit } from "../../../src/core/ecs/index.ts";
import { builtinFeatures } from "../../../src/core/features/index.ts";
import { defineContract, defineFeature } from "../../../src/index.ts";
import type { Feature } from "../../../src/index.ts";
import { simulate } from "../../../src/sim/index.ts";
import type { PartialOptions } from "../../../src/sim/index.ts";

const evening: PartialOptions = {
  seconds: 6,
  workload: { clients: 4, rudePerMillion: 0 },
  players: { accounts: 4, gameServers: 1, isRestless: false },
};

/** What is found first, `checker: rule`. */
function found(): string {
  for (let seed = 1; seed <= 20; seed += 1) {
    const { failure } = simulate({ seed, scenario: "players", fixed: evening, twice: false });
    if (failure !== null) return `${failure.checker}: ${failure.rule}`;
  }
  throw new Error("no seed has failed");
}

type Rest = (state: unknown) => number;

/** A feature that rests so, and whose ticks do nothing then. */
const resting = (feature: typeof world, rest: Rest): void => {
  const { tick } = feature.implementation;
  if (tick?.idleUntil === undefined) throw new Error("the feature rests");
  const run = tick.run.bind(tick);
  vi.spyOn(tick as Required<typeof tick>, "idleUntil").mockImplementation(rest);
  vi.spyOn(tick, "run").mockImplementation((ctx) => {
    if (rest((ctx as { readonly state: unknown }).state) !== Infinity) run(ctx);
  });
};

describe("the simulator finds, of a server at rest,", () => {
  afterEach(() => void vi.restoreAllMocks());

  it("[LOOP-09] nothing, when it may", () => {
    expect(() => found()).toThrow("no seed has failed");
  });

  it("[LOOP-09] that its world tells nobody anything", () => {
    resting(world, () => Infinity);
    expect(found()).toBe("idleness: whoever rests has nothing to tell");
  });

  it("[LOOP-09] that its world forgets who has left", () => {
    resting(world, (state) => {
      const { moves, world: of } = state as {
        moves: number;
        world: Parameters<typeof isMarked>[0];
      };
      return moves > 0 || isMarked(of) ? 0 : Infinity;
    });
    expect(found()).toBe("idleness: whoever rests has nothing to tell");
  });

  it("[LOOP-09] a feature of a user's that does not know what its tick does", () => {
    const forgetful = (idleUntil: (state: { readonly guests: number }) => number) =>
      defineFeature({
        contract: defineContract("porter", {}),
        version: 1,
        state: () => ({ guests: 0, greeted: 0 }),
      }).implement({
        sessions: {
          opened(ctx) {
            ctx.state.guests += 1;
          },
        },
        tick: {
          every: 1,
          run({ state }) {
            state.greeted += state.guests;
            state.guests = 0;
          },
          idleUntil,
        },
      });
    const broken = (porter: Feature): string => {
      const features = [...builtinFeatures, porter];
      for (let seed = 1; seed <= 20; seed += 1) {
        const { failure } = simulate({ seed, features, twice: false, fixed: { seconds: 6 } });
        if (failure !== null) return `${failure.checker}: ${failure.message}`;
      }
      return "nothing";
    };
    expect(broken(forgetful(({ guests }) => (guests > 0 ? 0 : Infinity)))).toBe("nothing");
    expect(broken(forgetful(() => Infinity))).toMatch(
      /^rests: a tick at rest does nothing: porter: a tick changes the state that is said to have/,
    );
  });

  it("[LOOP-09] [AUTH-13] that the directory hears nothing more", () => {
    resting(entry, () => Infinity);
    expect(found()).toBe("reports: a server reports once a second");
  });
});

const isMarked = ({
  store,
}: {
  readonly store: { readonly components: Readonly<Record<string, { dirty: Uint32Array }>> };
}): boolean =>
  ["body", "health", "control"].some((name) =>
    anyBit(store.components[name]?.dirty ?? new Uint32Array(0)),
  );
