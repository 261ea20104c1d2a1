/**
 * Every misuse of the feature API that the compiler must catch. Checked by `npm run typecheck`:
 * an `@ts-expect-error` above a line that compiles is itself an error.
 */
import { reprise as pb } from "../../src/core/wire/gen/session.js";
import {
  carried,
  defineContract,
  defineFeature,
  eventStream,
  invalid,
  operation,
  playerId,
  request,
  seconds,
  toClient,
  toServer,
} from "../../src/index.ts";
import type { Micros, PlayerRole, SessionId } from "../../src/index.ts";

const contract = defineContract("lamp", {
  light: request(10_001, pb.v1.EchoRequest, 10_002, pb.v1.Hello, ({ bytes }) =>
    bytes.length > 4 ? invalid("too long") : { watts: bytes.length },
  ),
  move: toServer(10_003, pb.v1.HeartbeatRequest, () => 7),
  raw: toServer(10_004, pb.v1.EchoRequest),
  dark: toClient(10_005, pb.v1.Error),
});

type SpendRequest = { readonly count: number };
const spend = operation<SpendRequest, { left: number }>("data.spend", {
  effect: "once",
  deadline: seconds(5),
  answer: (value) => (typeof value === "number" ? { left: value } : invalid("no number")),
});

const declared = defineFeature({
  contract,
  version: 1,
  state: () => ({ lit: new Map<number, string>() }),
  timers: { burnOut: carried<{ id: number }>(), bare: carried<undefined>() },
  calls: {
    buy: { operation: spend, carries: carried<{ at: number }>(), replyTo: "light" },
    sweep: { operation: spend },
  },
});

declared.implement({
  packets: {
    light: {
      states: ["inWorld"],
      budget: { perSecond: 2, burst: 4 },
      handle(ctx, lamp) {
        const watts: number = lamp.watts;
        ctx.state.lit.set(watts, "on");
        ctx.call("buy", { count: 1 }, { at: 3 });
        ctx.call("sweep", { count: 1 });
        ctx.timer("burnOut", 1, seconds(1), { id: 1 });
        ctx.timer("bare", "x", seconds(1));
        ctx.reply({ protocol: 1 });
        ctx.send(ctx.session.id, "dark", { code: 1 });

        // @ts-expect-error the carried data is missing
        ctx.call("buy", { count: 1 });
        // @ts-expect-error the carried data has another shape
        ctx.call("buy", { count: 1 }, { at: "3" });
        // @ts-expect-error the request has another shape
        ctx.call("sweep", { count: "1" });
        // @ts-expect-error no such call
        ctx.call("sell", { count: 1 });
        // @ts-expect-error a plain number is no span of time
        ctx.timer("burnOut", 1, 1_000, { id: 1 });
        // @ts-expect-error the timer's data has another shape
        ctx.timer("burnOut", 1, seconds(1), { id: "1" });
        // @ts-expect-error the timer's data is missing
        ctx.timer("burnOut", 1, seconds(1));
        // @ts-expect-error no such timer
        ctx.timer("burnIn", 1, seconds(1), { id: 1 });
        // @ts-expect-error the reply has another message
        ctx.reply({ bytes: new Uint8Array() });
        // @ts-expect-error a packet to the server cannot be sent
        ctx.send(ctx.session.id, "move", {});
        // @ts-expect-error another message
        ctx.send(ctx.session.id, "dark", { code: "1" });
        // @ts-expect-error a number is no session
        ctx.send(1, "dark", { code: 1 });
        // @ts-expect-error no such packet
        ctx.broadcast("bright", { code: 1 });
        // @ts-expect-error something without a packet type
        ctx.broadcast("dark", 1);
        // @ts-expect-error no such error code
        ctx.refuse("NOPE");
        // @ts-expect-error no such state
        ctx.state.unlit.clear();
        // @ts-expect-error no such edge
        ctx.advance("teleported");
        // @ts-expect-error a session's state is moved by `advance` alone
        ctx.session.state = "inWorld";

        const who = { player: playerId(7), name: "ada", role: "operator", login: "l" } as const;
        const isIn: boolean = ctx.authenticate(who) && ctx.advance("world.entered");
        const told: boolean = ctx.sendTo(ctx.player, "dark", { code: isIn ? 1 : 2 });
        const role: PlayerRole | undefined = ctx.sessions.ofPlayer(ctx.player)?.role;
        ctx.near({ x: 0, y: 0, z: 0 }).send("dark", { code: told ? 1 : 2 });
        ctx.publishEncoded([ctx.session.id], "dark", new Uint8Array(role === "player" ? 1 : 0));
        const today: Micros = ctx.wallNow;
        void today;

        // @ts-expect-error a number is no player
        ctx.authenticate({ player: 7, name: "ada", role: "player", login: "l" });
        // @ts-expect-error no such role
        ctx.authenticate({ player: playerId(7), name: "ada", role: "king", login: "l" });
        // @ts-expect-error who it is must be said
        ctx.authenticate({ player: playerId(7), role: "player", login: "l" });
        // @ts-expect-error a session becomes a player's by `authenticate` alone
        ctx.advance("login.accepted");
        // @ts-expect-error a session ends by `disconnect` alone
        ctx.advance("disconnect.ordered");
        // @ts-expect-error a session is no player
        ctx.sendTo(ctx.session.id, "dark", { code: 1 });
        // @ts-expect-error a packet to the server cannot be sent
        ctx.sendTo(ctx.player, "move", {});
        // @ts-expect-error another message
        ctx.sendTo(ctx.player, "dark", { bytes: new Uint8Array() });
        // @ts-expect-error a session is no player
        ctx.sessions.ofPlayer(ctx.session.id);
        // @ts-expect-error before authentication a session has no player
        ctx.sendTo(ctx.session.player, "dark", { code: 1 });
        // @ts-expect-error a coordinate is missing
        ctx.near({ x: 0, y: 0 });
        // @ts-expect-error no such packet
        ctx.near({ x: 0, y: 0, z: 0 }).send("bright", { code: 1 });
        // @ts-expect-error a packet to the server cannot be sent
        ctx.publishEncoded([ctx.session.id], "move", new Uint8Array());
        // @ts-expect-error a message that is not encoded yet
        ctx.publishEncoded([ctx.session.id], "dark", { code: 1 });
        // @ts-expect-error the wall clock is the host's
        ctx.wallNow = today;
      },
    },
    move: {
      states: ["inWorld"],
      inbox(ctx, steps) {
        const seven: number = steps;
        ctx.count("moves_total", seven);
        ctx.refuse("LIMIT_REACHED");
        // @ts-expect-error a packet that is told takes no reply
        ctx.reply({});
        // @ts-expect-error the call's answer would have nobody to reply to
        ctx.call("buy", { count: 1 }, { at: 3 });
      },
    },
    raw: {
      states: ["connected"],
      handle(_ctx, message) {
        const bytes: Uint8Array = message.bytes;
        void bytes;
      },
    },
  },
  answers: {
    buy(ctx, answer, { at }) {
      if (!answer.ok) return ctx.refuse(answer.code);
      const left: number = answer.value.left + at;
      ctx.reply({ protocol: left });
      // @ts-expect-error the answer has another shape
      void answer.value.right;
    },
    sweep(ctx, answer) {
      ctx.log("info", "swept", { ok: answer.ok });
      // @ts-expect-error nobody asked
      ctx.reply({});
    },
  },
  timers: {
    burnOut(ctx, { id }) {
      ctx.state.lit.delete(id);
      ctx.sendTo(playerId(id), "dark", { code: 1 });
      // @ts-expect-error a timer is nobody's event
      void ctx.player;
      // @ts-expect-error a timer is nobody's event
      ctx.authenticate({ player: playerId(id), name: "ada", role: "player", login: "l" });
      // @ts-expect-error a timer is nobody's event
      void ctx.session;
    },
    bare(_ctx, nothing) {
      const none: readonly undefined[] = [nothing];
      void none;
    },
  },
  tick: {
    every: 2,
    run(ctx) {
      const stream = ctx.random("glow").unit();
      ctx.publish([] as SessionId[], "dark", { code: stream });
      // @ts-expect-error a tick is nobody's event
      ctx.reply({});
    },
  },
  near: (state, { x }) => (state.lit.has(x) ? [] : new Set<SessionId>()),
  views: {
    lit: (state, sessions) => ({ lamps: [...state.lit.values()], sessions: sessions.size }),
  },
  invariants: {
    "[LAMP-1] one timer a lamp": (state, timers) => timers.burnOut.size === state.lit.size,
    // @ts-expect-error no such timer
    "[LAMP-2] none": (_state, timers) => timers.never.size === 0,
  },
});

declared.implement({
  // @ts-expect-error handlers of `move` and `raw` are missing
  packets: { light: { states: ["inWorld"], handle() {} } },
  answers: { buy() {}, sweep() {} },
  timers: { burnOut() {}, bare() {} },
});

// @ts-expect-error the timers' handlers are missing
declared.implement({
  packets: {
    light: { states: ["inWorld"], handle() {} },
    move: { states: ["inWorld"], handle() {} },
    raw: { states: ["inWorld"], handle() {} },
  },
  answers: { buy() {}, sweep() {} },
});

declared.implement({
  packets: {
    // @ts-expect-error no such role
    light: { states: ["inWorld"], roles: ["king"], handle() {} },
    move: { states: ["inWorld"], roles: ["moderator", "operator"], handle() {} },
    raw: { states: ["inWorld"], handle() {} },
  },
  answers: { buy() {}, sweep() {} },
  timers: { burnOut() {}, bare() {} },
  // @ts-expect-error a number is no session
  near: () => [1, 2],
  views: {
    // @ts-expect-error a view shows plain data, not a function
    lit: (state) => () => state.lit,
  },
});

declared.implement({
  packets: {
    // @ts-expect-error no such state of a session
    light: { states: ["asleep"], handle() {} },
    // @ts-expect-error neither handle nor inbox
    move: { states: ["inWorld"] },
    raw: { states: ["inWorld"], handle() {} },
  },
  answers: { buy() {}, sweep() {} },
  timers: { burnOut() {}, bare() {} },
});

defineFeature({
  contract,
  version: 1,
  state: () => ({}),
  // @ts-expect-error a timer carries plain data, not a function
  timers: { later: carried<() => void>() },
});

defineFeature({
  contract,
  version: 1,
  state: () => ({}),
  // @ts-expect-error only a request can be replied to
  calls: { buy: { operation: spend, replyTo: "dark" } },
});

// @ts-expect-error something that is not a packet has no place in a contract
defineContract("bad", { place: { x: 1 } });

// @ts-expect-error a message without a decoder is none
toServer(10_001, { encode: () => 1 });

const sums = eventStream({
  name: "sums",
  initial: () => ({ sum: 0 }),
  apply: (state: { sum: number }, event: { readonly by: number }) => ({
    sum: state.sum + event.by,
  }),
});

/** Of the same shape, and of no feature. */
const others = eventStream({ ...sums, name: "others" });

// @ts-expect-error the first state has another shape than the reducer takes
eventStream({ name: "x", initial: () => 0, apply: (state: string, _event: number) => state });

// [DIST-03]
defineFeature({
  contract: defineContract("sums", { add: toServer(10_006, pb.v1.EchoRequest) }),
  version: 1,
  state: () => ({}),
  events: [sums],
}).implement({
  packets: {
    add: {
      states: ["connected"],
      handle(ctx) {
        const store = ctx.events(sums);
        // @ts-expect-error the feature does not list that stream
        ctx.events(others);
        const appended = store.append("a", 0, { by: 1 }, { by: 2 });
        const { sum } = store.replay("a");
        const [first] = store.events("a", 1).events;
        const total: number = sum + appended.version + (first?.event.by ?? 0);
        void total;
        // @ts-expect-error whether it was appended comes first
        if (appended.code === "CONFLICT") return;
        // @ts-expect-error another event
        store.append("a", 0, { to: 1 });
        // @ts-expect-error nothing to append
        store.append("a", 0);
        // @ts-expect-error what version is expected must be said
        store.append("a", { by: 1 });
        // @ts-expect-error the state is a copy of another shape
        store.replay("a").total += 1;
      },
    },
  },
  views: {
    sums: (_state, _sessions, events) => [...events(sums).entities()],
    // @ts-expect-error nor does a view reach it
    others: (_state, _sessions, events) => [...events(others).entities()],
  },
  invariants: {
    "a sum is positive": (_state, _timers, _sessions, events) => {
      const view = events(sums);
      // @ts-expect-error an invariant changes nothing
      view.forget("a");
      return view.replay("a").sum >= 0;
    },
  },
});

defineFeature({
  contract: defineContract("none", { add: toServer(10_006, pb.v1.EchoRequest) }),
  version: 1,
  state: () => ({}),
}).implement({
  packets: {
    add: {
      states: ["connected"],
      handle(ctx) {
        // @ts-expect-error the feature lists no stream at all
        ctx.events(sums);
      },
    },
  },
  sessions: {
    opened(ctx) {
      // @ts-expect-error nor here
      ctx.events(sums);
    },
  },
  tick: {
    every: 1,
    run(ctx) {
      // @ts-expect-error nor here
      ctx.events(sums);
    },
  },
});
