/**
 * A feature that uses every part of the feature API: packets that act at once and packets that
 * wait for a tick, replies, refusals, timers, calls with both effects, random streams, ticks,
 * broadcasts, session hooks, invariants and counters.
 */
import { reprise as pb } from "../../src/core/wire/gen/session.js";
import {
  carried,
  defineContract,
  defineFeature,
  invalid,
  operation,
  request,
  seconds,
  toClient,
  toServer,
} from "../../src/index.ts";
import type { SessionId } from "../../src/index.ts";

export const lampTypes = { light: 10_001, lit: 10_002, dark: 10_003, turn: 10_004, glow: 10_005 };

export const lampContract = defineContract("lamp", {
  /** Buys oil, then lights a lamp that burns as many seconds as the request has bytes. */
  light: request(
    lampTypes.light,
    pb.v1.EchoRequest,
    lampTypes.lit,
    pb.v1.EchoResponse,
    ({ bytes }) =>
      bytes.length > 9
        ? invalid("a lamp burns nine seconds at most")
        : { burnSeconds: bytes.length },
  ),
  dark: toClient(lampTypes.dark, pb.v1.EchoResponse),
  turn: toServer(lampTypes.turn, pb.v1.EchoRequest, ({ bytes }) => bytes),
  glow: toClient(lampTypes.glow, pb.v1.EchoResponse, { delivery: "prompt" }),
});

export const buyOil = operation<{ readonly session: number; readonly count: number }, number>(
  "data.buyOil",
  {
    effect: "once",
    deadline: seconds(5),
    answer: (value) => (typeof value === "number" ? value : invalid("not a number")),
  },
);
export const lookUp = operation<{ readonly key: string }, string>("data.lookUp", {
  effect: "none",
  deadline: seconds(1),
  answer: (value) => String(value),
});

export const lampState = () => ({
  nextId: 1,
  lit: new Map<number, { owner: SessionId }>(),
  turns: [] as number[],
  looks: [] as string[],
});

export const lamp = defineFeature({
  contract: lampContract,
  version: 1,
  state: lampState,
  timers: { burnOut: carried<{ id: number }>() },
  calls: {
    buy: { operation: buyOil, carries: carried<{ burnSeconds: number }>(), replyTo: "light" },
    look: { operation: lookUp },
  },
  counters: { lamps_lit_total: "Lamps lit" },
}).implement({
  packets: {
    light: {
      states: ["connected"],
      budget: { perSecond: 10, burst: 20 },
      handle(ctx, { burnSeconds }) {
        if (burnSeconds === 0) return ctx.refuse("LIMIT_REACHED", "no oil for no time");
        if (burnSeconds === 9) throw new Error("this lamp explodes");
        ctx.call("buy", { session: ctx.session.id, count: burnSeconds }, { burnSeconds });
      },
    },
    turn: {
      states: ["connected"],
      inbox(ctx, bytes) {
        ctx.state.turns.push(ctx.session.id * 1_000 + (bytes[0] ?? 0));
      },
    },
  },
  answers: {
    buy(ctx, answer, { burnSeconds }) {
      if (!answer.ok) return ctx.refuse(answer.code);
      const id = ctx.state.nextId;
      ctx.state.nextId += 1;
      ctx.state.lit.set(id, { owner: ctx.session.id });
      ctx.timer("burnOut", id, seconds(burnSeconds), { id });
      ctx.count("lamps_lit_total");
      ctx.call("look", { key: `lamp ${id}` });
      ctx.reply({ bytes: new Uint8Array([id, ctx.random("colour").below(256)]) });
    },
    look(ctx, answer) {
      ctx.state.looks.push(answer.ok ? answer.value : answer.code);
    },
  },
  timers: {
    burnOut(ctx, { id }) {
      ctx.state.lit.delete(id);
      ctx.broadcast("dark", { bytes: new Uint8Array([id]) });
    },
  },
  tick: {
    every: 3,
    run(ctx) {
      for (const { owner } of ctx.state.lit.values()) {
        ctx.send(owner, "glow", { bytes: new Uint8Array([ctx.random("glow").below(256)]) });
      }
    },
  },
  invariants: {
    "[LAMP-1] one burn-out timer a lamp": (state, timers) => timers.burnOut.size === state.lit.size,
  },
});
