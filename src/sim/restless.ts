/**
 * A feature that does not say when it has nothing to do, as most features will not: a server that
 * has it runs each of its ticks, and makes up for those that it is late with.
 */
import { defineFeature } from "../core/realm/index.ts";
import { defineContract } from "../core/wire/index.ts";

export const restless = defineFeature({
  contract: defineContract("simulatedRestless", {}),
  version: 1,
  state: () => ({ ticks: 0 }),
}).implement({
  tick: {
    every: 1,
    run(ctx) {
      ctx.state.ticks += 1;
    },
  },
});
