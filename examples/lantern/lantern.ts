/** A feature: players light lanterns, which burn out after a while and tell everybody. */
import { carried, defineFeature, invalid, request, seconds, toClient } from "reprise";
import { defineContract } from "reprise/contract";
import { lantern as pb } from "./gen/lantern.js";

export const lanternContract = defineContract("lantern", {
  place: request(10_001, pb.v1.Place, 10_002, pb.v1.Placed, ({ burnSeconds }) =>
    burnSeconds >= 1 && burnSeconds <= 60 ? burnSeconds : invalid("a lantern burns 1 to 60 s"),
  ),
  dark: toClient(10_003, pb.v1.Dark),
});

export const lantern = defineFeature({
  contract: lanternContract,
  version: 1, // of the state's shape
  state: () => ({ lastId: 0, lit: new Set<number>() }),
  timers: { burnOut: carried<{ id: number }>() },
}).implement({
  packets: {
    place: {
      states: ["connected"],
      budget: { perSecond: 2, burst: 4 },
      handle(ctx, burnSeconds) {
        if (ctx.state.lit.size >= 1_000) return ctx.refuse("LIMIT_REACHED");
        const id = (ctx.state.lastId += 1);
        ctx.state.lit.add(id);
        ctx.timer("burnOut", id, seconds(burnSeconds), { id });
        ctx.reply({ id });
      },
    },
  },
  timers: {
    burnOut(ctx, { id }) {
      ctx.state.lit.delete(id);
      ctx.broadcast("dark", { id });
    },
  },
  invariants: {
    "every lit lantern will burn out": (state, timers) => timers.burnOut.size === state.lit.size,
  },
});
