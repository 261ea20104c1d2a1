/** Sends back what came, and counts it in the state, so that a recovery has something to lose. */
import { defineFeature } from "../../realm/index.ts";
import { echoContract } from "./contract.ts";

const states = ["connected", "authenticated", "inWorld"] as const;
const budget = { perSecond: 100, burst: 200 } as const;

export const echo = defineFeature({
  contract: echoContract,
  version: 1,
  state: () => ({ echoes: 0, promptEchoes: 0 }),
}).implement({
  packets: {
    echo: {
      states,
      budget,
      handle(ctx, bytes) {
        ctx.state.echoes += 1;
        ctx.reply({ bytes });
      },
    },
    promptEcho: {
      states,
      budget,
      handle(ctx, bytes) {
        ctx.state.promptEchoes += 1;
        ctx.reply({ bytes });
      },
    },
  },
});
