/**
 * The orderly end of a server:
 *
 *     serving -> draining -> drained
 *
 * Compiled to `src/core/kernel/charts/drain.table.ts`; run `node scripts/compile-charts.ts`.
 */
import { setup } from "xstate";
import { chartTypes } from "./compiler/implementations.ts";

type DrainChartEvent = {
  readonly type: "drain.requested" | "sessions.gone" | "deadline.passed";
};

export const drainMachine = setup({
  types: chartTypes<{ events: DrainChartEvent }>(),
}).createMachine({
  id: "drain",
  initial: "serving",
  states: {
    serving: {
      description: "New sessions are welcome.",
      on: { "drain.requested": "draining" },
    },
    draining: {
      description: "No new sessions; those that are there are told and flushed.",
      on: { "sessions.gone": "drained", "deadline.passed": "drained" },
    },
    drained: { type: "final", description: "Nothing is left to wait for." },
  },
});
