/**
 * One attempt to log in, from its packet to its answer:
 *
 *     verifying -> opening -> granted
 *     either of the two -> refused, or abandoned when the session is gone first
 *
 * Compiled to `src/core/kernel/charts/login.table.ts`; run `node scripts/compile-charts.ts`.
 */
import { setup } from "xstate";
import { chartTypes } from "./compiler/implementations.ts";

type LoginChartEvent = {
  readonly type: "account.verified" | "login.opened" | "login.refused" | "session.gone";
};

/** What may end an attempt that is under way. */
const failing = { "login.refused": "refused", "session.gone": "abandoned" } as const;

export const loginMachine = setup({
  types: chartTypes<{ events: LoginChartEvent }>(),
}).createMachine({
  id: "login",
  initial: "verifying",
  states: {
    verifying: {
      description: "Name and password are being checked.",
      on: { "account.verified": "opening", ...failing },
    },
    opening: {
      description: "The player is known; a login is being opened for him.",
      on: { "login.opened": "granted", ...failing },
    },
    granted: { type: "final", description: "The session is the player's, and has its token." },
    refused: { type: "final", description: "The session was told why not, and may try again." },
    abandoned: {
      type: "final",
      description: "Nobody waits any more; a login that is opened all the same is ended.",
    },
  },
});
