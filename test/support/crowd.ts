/**
 * A feature for tests of players: they log in as whoever they say, enter and leave a world that has
 * places 0, 1, 2, ..., and are told things by each way that a context offers.
 */
import { reprise as pb } from "../../src/core/wire/gen/session.js";
import { defineContract, defineFeature, playerId, playerRoles } from "../../src/index.ts";
import { invalid, operation, request, seconds, toClient } from "../../src/index.ts";
import type { PlayerRole, SessionId } from "../../src/index.ts";

const packet = <Parsed>(type: number, parse: (bytes: Uint8Array) => Parsed) =>
  request(type, pb.v1.EchoRequest, type + 1, pb.v1.EchoResponse, ({ bytes }) => parse(bytes));

const who = (bytes: Uint8Array) => {
  const role = playerRoles[bytes[1] ?? 0];
  const player = bytes[0] ?? 0;
  if (player === 0 || role === undefined) return invalid("nobody");
  return { player: playerId(player), name: `player ${player}`, role, login: `login ${player}` };
};
const aPlayer = (bytes: Uint8Array) => playerId(Math.max(bytes[0] ?? 1, 1));
const aNumber = (bytes: Uint8Array) => bytes[0] ?? 0;

/** Of requests; an answer has the number behind. */
export const crowdTypes = {
  login: 10_100,
  enter: 10_102,
  leave: 10_104,
  logout: 10_106,
  shout: 10_108,
  whisper: 10_110,
  call: 10_112,
  rule: 10_114,
  reign: 10_116,
  purge: 10_118,
  ask: 10_120,
  heard: 10_130,
} as const;

export const crowdContract = defineContract("crowd", {
  login: packet(crowdTypes.login, who),
  enter: packet(crowdTypes.enter, aNumber),
  leave: packet(crowdTypes.leave, aNumber),
  logout: packet(crowdTypes.logout, aNumber),
  /** To all in the states whose bits are set: 1 connected, 2 authenticated, 4 in the world. */
  shout: packet(crowdTypes.shout, aNumber),
  whisper: packet(crowdTypes.whisper, aPlayer),
  /** To all who are at a place. */
  call: packet(crowdTypes.call, aNumber),
  rule: packet(crowdTypes.rule, aNumber),
  reign: packet(crowdTypes.reign, aNumber),
  /** Tells everybody something, and ends every n-th session while it does. */
  purge: packet(crowdTypes.purge, aNumber),
  /** Asks the outside, which says who asked when it has answered. */
  ask: packet(crowdTypes.ask, aNumber),
  heard: toClient(crowdTypes.heard, pb.v1.EchoResponse),
});

const consult = operation<{ readonly question: number }, number>("oracle.consult", {
  effect: "none",
  deadline: seconds(5),
  answer: (value) => (typeof value === "number" ? value : invalid("not a number")),
});

const states = ["connected", "authenticated", "inWorld"] as const;
const mighty: readonly PlayerRole[] = ["moderator", "operator"];
const flag = (holds: boolean) => ({ bytes: Uint8Array.of(holds ? 1 : 0) });

export const crowd = defineFeature({
  contract: crowdContract,
  version: 1,
  state: () => ({
    places: new Map<SessionId, number>(),
    ruled: 0,
    reigned: 0,
    left: [] as number[],
  }),
  calls: { consult: { operation: consult, replyTo: "ask" } },
}).implement({
  packets: {
    login: {
      states: ["connected"],
      handle: (ctx, identity) => ctx.reply(flag(ctx.authenticate(identity))),
    },
    enter: {
      states: ["authenticated"],
      handle(ctx, place) {
        ctx.state.places.set(ctx.session.id, place);
        ctx.reply(flag(ctx.advance("world.entered")));
      },
    },
    leave: {
      states: ["inWorld"],
      handle(ctx) {
        ctx.state.places.delete(ctx.session.id);
        ctx.reply(flag(ctx.advance("world.left")));
      },
    },
    logout: {
      states: ["authenticated", "inWorld"],
      handle(ctx) {
        ctx.state.places.delete(ctx.session.id);
        ctx.reply(flag(ctx.advance("logout.accepted")));
      },
    },
    shout: {
      states,
      handle(ctx, mask) {
        const to = states.filter((_, bit) => (mask & (1 << bit)) !== 0);
        const bytes = Uint8Array.of(7);
        ctx.reply({ bytes: Uint8Array.of(ctx.broadcast("heard", { bytes }, to)) });
      },
    },
    whisper: {
      states,
      handle(ctx, player) {
        const bytes = Uint8Array.of(player);
        const sent = ctx.sendTo(player, "heard", { bytes });
        const known = ctx.sessions.ofPlayer(player) !== undefined;
        ctx.reply({ bytes: Uint8Array.of(sent ? 1 : 0, known ? 1 : 0) });
      },
    },
    call: {
      states,
      handle(ctx, place) {
        const sent = ctx.near({ x: place, y: 0, z: 0 }).send("heard", { bytes: new Uint8Array(1) });
        ctx.reply({ bytes: Uint8Array.of(sent) });
      },
    },
    rule: {
      states,
      roles: mighty,
      handle(ctx) {
        ctx.state.ruled += 1;
        ctx.reply({});
      },
    },
    reign: {
      states,
      roles: ["operator"],
      inbox(ctx) {
        ctx.state.reigned += 1;
        ctx.reply({});
      },
    },
    purge: {
      states,
      handle(ctx, every) {
        const listeners = [...ctx.sessions].map(({ id }) => id);
        const others = listeners.filter((id) => id !== ctx.session.id);
        const doomed = others.filter((_, index) => index % Math.max(every, 1) === 0);
        function* told() {
          for (const [index, id] of listeners.entries()) {
            // One goes before each is told: of those told already, and of those who are not.
            const gone = doomed[index];
            if (gone !== undefined) ctx.disconnect(gone, "MAINTENANCE");
            yield id;
          }
        }
        ctx.publish(told(), "heard", { bytes: Uint8Array.of(1) });
        for (const id of doomed) ctx.disconnect(id, "MAINTENANCE");
        ctx.broadcast("heard", { bytes: Uint8Array.of(2) }, states);
        ctx.reply({});
      },
    },
    ask: {
      states: ["authenticated"],
      handle: (ctx, question) => void ctx.call("consult", { question }),
    },
  },
  answers: {
    consult(ctx, answer) {
      if (!answer.ok) return ctx.refuse(answer.code);
      ctx.state.ruled += ctx.player;
      ctx.reply({ bytes: Uint8Array.of(ctx.player) });
    },
  },
  sessions: {
    closed(ctx) {
      ctx.state.places.delete(ctx.session.id);
      if (ctx.session.player !== null) ctx.state.left.push(ctx.player);
    },
  },
  near: (state, { x }) =>
    Array.from(state.places)
      .filter(([, place]) => place === x)
      .map(([id]) => id),
  views: {
    places: (state, sessions) => ({
      places: [...state.places].map(([id, place]) => ({ id, place })),
      sessions: sessions.size,
    }),
  },
  invariants: {
    "[CROWD-1] only live sessions have a place": (state, _timers, sessions) =>
      [...state.places.keys()].every((id) => sessions.has(id)),
  },
});
