import { expect, it } from "vitest";
import { builtinFeatures } from "../../../src/core/features/index.ts";
import { defineContract, defineFeature, operation, seconds } from "../../../src/index.ts";
import { HostWorld } from "../../support/host-world.ts";

/** Asks one thing at a time, and the next one as soon as that is answered or given up. */
const watch = defineFeature({
  contract: defineContract("watch", {}),
  version: 1,
  state: () => ({ isAsking: false, asked: 0 }),
  calls: {
    look: {
      operation: operation<{ readonly number: number }, null>("data.watch", {
        effect: "none",
        deadline: seconds(5),
        answer: () => null,
      }),
    },
  },
}).implement({
  tick: {
    every: 1,
    run(ctx) {
      if (ctx.state.isAsking) return;
      ctx.state.isAsking = true;
      ctx.state.asked += 1;
      ctx.call("look", { number: ctx.state.asked });
    },
  },
  answers: {
    look(ctx) {
      ctx.state.isAsking = false;
    },
  },
});

it("asks again before it asks anything new, also what is given up at that moment", () => {
  const watched = [...builtinFeatures, watch];
  const before = new HostWorld({ features: watched }).start();
  before.advance(10_000);
  const [asked] = before.calls;
  const disk = before.disk.afterCrash();
  const world = new HostWorld({ features: watched, disk });
  // Over the deadline of what was asked, which the first tick therefore answers and asks anew.
  world.sleep(10_000_000);
  world.start();
  world.advance(10_000);
  expect(world.calls.map(({ call }) => call)).toEqual([asked?.call, expect.anything()]);
  expect(world.calls[0]?.request).toEqual({ number: 1 });
  expect(world.calls[1]?.request).toEqual({ number: 2 });
});
