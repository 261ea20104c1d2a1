/** A feature that uses each part of the feature API once: docs/FEATURES.md shows it. */
import { carried, defineFeature, invalid, operation, request, seconds } from "reprise";
import { defineContract, toClient, toServer } from "reprise/contract";
import { campfire as pb } from "./gen/campfire.js";

export const campfireContract = defineContract("campfire", {
  light: request(10_021, pb.v1.Light, 10_022, pb.v1.Lit, ({ logs }) =>
    logs >= 1 && logs <= 5 ? logs : invalid("a fire is lit with one to five logs"),
  ),
  feed: toServer(10_023, pb.v1.Feed, ({ id }) => id),
  crackle: toClient(10_024, pb.v1.Crackle, { delivery: "prompt" }),
  out: toClient(10_025, pb.v1.Out),
});

export const buyWood = operation<{ readonly logs: number }, number>("shop.buyWood", {
  effect: "once", // also across a crash: the shop knows a call by its id
  deadline: seconds(5),
  answer: (price) => (typeof price === "number" ? price : invalid("no price")),
});

export const campfire = defineFeature({
  contract: campfireContract,
  version: 2, // of the state's shape
  migrations: { 1: (old) => ({ ...(old as object), spent: 0 }) },
  state: () => ({ lastId: 0, fires: new Map<number, { logs: number }>(), spent: 0 }),
  timers: { burnOut: carried<{ id: number }>() },
  calls: { buy: { operation: buyWood, carries: carried<{ logs: number }>(), replyTo: "light" } },
  counters: { campfires_lit_total: "Campfires lit" },
}).implement({
  packets: {
    light: {
      states: ["connected"],
      budget: { perSecond: 2, burst: 4 },
      handle(ctx, logs) {
        if (ctx.state.fires.size >= 100) return ctx.refuse("LIMIT_REACHED");
        ctx.call("buy", { logs }, { logs });
      },
    },
    feed: {
      states: ["connected"],
      inbox(ctx, id) {
        const fire = ctx.state.fires.get(id);
        if (fire === undefined || fire.logs >= 60) return;
        fire.logs += 1;
        ctx.timer("burnOut", id, seconds(fire.logs), { id });
      },
    },
  },
  answers: {
    buy(ctx, answer, { logs }) {
      if (!answer.ok) return ctx.refuse(answer.code);
      const id = (ctx.state.lastId += 1);
      ctx.state.spent += answer.value;
      ctx.state.fires.set(id, { logs });
      ctx.timer("burnOut", id, seconds(logs), { id });
      ctx.count("campfires_lit_total");
      ctx.reply({ id });
    },
  },
  timers: {
    burnOut(ctx, { id }) {
      ctx.state.fires.delete(id);
      ctx.broadcast("out", { id });
    },
  },
  tick: {
    every: 3,
    idleUntil: ({ fires }) => (fires.size === 0 ? Infinity : 0),
    run(ctx) {
      for (const id of ctx.state.fires.keys()) {
        if (ctx.random("crackles").below(4) === 0) ctx.broadcast("crackle", { id });
      }
    },
  },
  views: {
    fires: ({ fires, spent }) => ({
      fires: [...fires].map(([id, { logs }]) => ({ id, logs })),
      spent,
    }),
  },
  invariants: {
    "every fire will burn out": ({ fires }, timers) =>
      timers.burnOut.size === fires.size && [...fires.keys()].every((id) => timers.burnOut.has(id)),
  },
});
