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
import { firstFound } from "../../support/first-found.ts";
import { restless } from "../../../src/sim/restless.ts";

const evening: PartialOptions = {
  seconds: 6,
  workload: { clients: 4, rudePerMillion: 0 },
  players: { accounts: 4, gameServers: 1, isRestless: false },
};

/** What is found first, `checker: rule`. */
const found = (): string => firstFound(evening, { seeds: 20 });

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

  it("[LOOP-09] that it never rests", () => {
    const { tick } = world.implementation;
    vi.spyOn(tick as Required<NonNullable<typeof tick>>, "idleUntil").mockReturnValue(0);
    expect(found()).toBe("idleness: whoever has nothing to tell rests");
  });

  it("[LOOP-09] that its world forgets that it has told all movements", () => {
    const { tick } = world.implementation;
    if (tick === null) throw new Error("the world has ticks");
    const run = tick.run.bind(tick);
    vi.spyOn(tick, "run").mockImplementation((ctx) => {
      const { state } = ctx as { readonly state: { moves: number } };
      const { moves } = state;
      run(ctx);
      state.moves = moves;
    });
    expect(found()).toBe("idleness: whoever has nothing to tell rests");
  });

  it("[LOOP-09] a feature of a user's that does not know what its tick does", () => {
    expect(told(porter({}))).toBe("nothing");
    const forgetful = porter({ idleUntil: () => Infinity });
    expect(told(forgetful)).toMatch(
      /porter: idleUntil says that a tick has nothing to do, and it changes the state, after/,
    );
  });

  const wrong: readonly (readonly [string, Parameters<typeof porter>[0], RegExp])[] = [
    ["rests a little too long", { lateMicros: 20_000 }, /nothing to do, and it changes the state/],
    ["takes a rest's end for its time", { looks: false }, /nothing to do, and it changes the/],
    ["cannot say", { idleUntil: () => fail("no idea") }, /porter: idleUntil throws: no idea,/],
    ["says no number", { idleUntil: () => NaN }, /porter: idleUntil says NaN, which is no time/],
    [
      "changes what it should look at",
      { idleUntil: (state) => (state.greeted += 1) },
      /porter: idleUntil changes the state/,
    ],
  ];
  it.each(wrong)("[LOOP-09] a feature of a user's that %s", (_, mistake, message) => {
    expect(told(porter(mistake))).toMatch(message);
    // A server that never rests would run its ticks in time.
    if (mistake.idleUntil === undefined) expect(told(porter(mistake), restless)).toMatch(message);
  });

  it("[LOOP-09] [AUTH-13] that the directory hears nothing more", () => {
    resting(entry, () => Infinity);
    expect(found()).toBe("reports: a server reports once a second");
  });
});

interface Guests {
  due: readonly number[];
  greeted: number;
}

/** Greets whoever comes, 200 ms later. */
function porter({
  lateMicros = 0,
  looks = true,
  idleUntil = ({ due }) => (due[0] === undefined ? Infinity : due[0] + lateMicros),
}: {
  readonly lateMicros?: number;
  readonly looks?: boolean;
  readonly idleUntil?: (state: Guests) => number;
}): Feature {
  return defineFeature({
    contract: defineContract("porter", {}),
    version: 1,
    state: (): Guests => ({ due: [], greeted: 0 }),
  }).implement({
    sessions: {
      opened(ctx) {
        ctx.state.due = [...ctx.state.due, ctx.now + 200_000];
      },
    },
    tick: {
      every: 1,
      run({ state, now }) {
        const left = looks ? state.due.filter((due) => due > now) : [];
        state.greeted += state.due.length - left.length;
        state.due = left;
      },
      idleUntil,
    },
  });
}

/** What is found of those features, `checker: message`. */
function told(...own: readonly Feature[]): string {
  const features = [...builtinFeatures, ...own];
  for (let seed = 1; seed <= 20; seed += 1) {
    const { failure } = simulate({ seed, features, twice: false, fixed: { seconds: 6 } });
    if (failure !== null) return `${failure.checker}: ${failure.message}`;
  }
  return "nothing";
}

function fail(message: string): never {
  throw new Error(message);
}

const isMarked = ({
  store,
}: {
  readonly store: { readonly components: Readonly<Record<string, { dirty: Uint32Array }>> };
}): boolean =>
  ["body", "health", "control"].some((name) =>
    anyBit(store.components[name]?.dirty ?? new Uint32Array(0)),
  );
