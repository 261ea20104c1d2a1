/**
 * Answers heartbeats. That a packet came at all is what keeps the session; see the session feature.
 */
import { defineFeature } from "../../realm/index.ts";
import { heartbeatContract } from "./contract.ts";

/** Above this a difference of clocks says nothing about latency. */
const latencyMsMax = 60_000;

export const heartbeat = defineFeature({
  contract: heartbeatContract,
  version: 1,
  state: () => ({}),
}).implement({
  packets: {
    beat: {
      states: ["connected", "authenticated", "inWorld"],
      budget: { perSecond: 60, burst: 120 },
      handle(ctx, { clientTimeMs }) {
        const serverTimestamp = Math.floor(ctx.now / 1_000);
        const apart = clientTimeMs === 0 ? 0 : serverTimestamp - clientTimeMs;
        const latencyMs = Math.min(Math.max(apart, 0), latencyMsMax);
        ctx.reply({ serverTimestamp, latencyMs });
      },
    },
  },
});
