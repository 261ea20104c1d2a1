/** A feature of a user's own that throws is a failure, unless its throwing is what is tested. */
import { builtinFeatures } from "reprise";
import { describe, expect, it } from "vitest";
import { calmOptions, shrink, simulate, storyOf } from "../../../src/sim/index.ts";
import type { SimulateOptions, Workload } from "../../../src/sim/index.ts";
import { lantern } from "../../../examples/lantern/lantern.ts";
import { brokenLantern } from "../../support/broken-lantern.ts";
import { evening } from "../../support/evening.ts";

const { place: placing } = lantern.implementation.packets;
if (placing === undefined) throw new Error("the lantern has another contract");

/** With two lanterns there it throws, whoever asks. */
const brittleLantern: typeof lantern = {
  ...lantern,
  implementation: {
    ...lantern.implementation,
    packets: {
      place: {
        ...placing,
        handle(ctx, message) {
          const { state } = ctx as { readonly state: { readonly lastId: number } };
          if (state.lastId === 2) throw new Error("no third lantern");
          placing.handle?.(ctx, message);
        },
      },
    },
  },
};

const workload = evening(500_000);

const seeds = [1, 2, 3, 4, 5, 6, 7];

const played = (feature: typeof lantern, given: SimulateOptions) =>
  simulate({
    features: [...builtinFeatures, feature],
    workload,
    fixed: { seconds: 6, outside: { clientPerMillion: 0 } },
    ...given,
  });

describe("a feature that throws", () => {
  it.each([
    ["in a handler", brittleLantern, "packet.received of type 10001: Error: no third lantern at "],
    ["in a timer", brokenLantern, "time.reached: Error: no lantern ever burns out at "],
  ])("is a failure, %s", (_where, feature, words) => {
    const failures = seeds.map((seed) => played(feature, { seed, twice: false }).failure);
    expect(new Set(failures.map((failure) => failure?.fingerprint)).size).toBe(1);
    for (const failure of failures) {
      expect(failure?.checker).toBe("containment");
      expect(failure?.message).toContain(`the feature lantern never throws: ${words}`);
      // Another machine has other folders.
      expect(failure?.message).not.toContain(import.meta.dirname);
    }
  });

  it("is made small: somebody comes and asks", () => {
    const features = [...builtinFeatures, brokenLantern];
    const { failure } = played(brokenLantern, { seed: 1 });
    if (failure === null) throw new Error("nobody has noticed");
    const small = shrink(failure, { given: () => ({ features }) });
    expect(small.isFinished).toBe(true);
    expect(small.events).toBe(2);
    const [place, who, ...story] = storyOf(small.failure.plan, { features });
    expect(place).toBe("One server with lantern.");
    expect(who).toBe("There is client 1.");
    expect(story.at(-1)).toContain("BROKEN (containment): the feature lantern never throws: ");
    // Nobody has brought anything to another build.
    const other = {
      ...small.failure.plan.options,
      upgrade: { ...calmOptions.upgrade, servers: 3 },
    };
    const told = storyOf({ ...small.failure.plan, options: other }, { features });
    expect(told.filter((line) => line.startsWith("Not as usual: upgrade."))).toEqual([]);
  });

  it("is not the lantern of the examples, whatever it is asked for", () => {
    const scripts: Workload = (seed, options) =>
      workload(seed, options).map((script) => ({
        ...script,
        actions: script.actions.map((action) =>
          action.type === "request" ? { ...action, message: {} } : action,
        ),
      })) as ReturnType<Workload>;
    const { failure, asked, answered } = played(lantern, { seed: 1, workload: scripts });
    expect(failure?.message).toBeUndefined();
    expect(asked).toBeGreaterThan(0);
    expect(answered).toBe(0);
  });

  it("is none where its throwing is the test", () => {
    const mayThrow = ["lantern"];
    for (const seed of [1, 2]) {
      const { failure, checked } = played(brittleLantern, { seed, mayThrow, twice: false });
      expect(failure?.message).toBeUndefined();
      expect(checked["containment"]).toBeGreaterThan(0);
    }
    expect(() => played(lantern, { seed: 1, mayThrow: ["lanterns"] })).toThrow(
      'mayThrow names "lanterns", which is none of the features',
    );
  });
});
