/**
 * The life of a session before and between packets: the greeting with its version, the deadline
 * for it, and silence.
 *
 * The idle timer is not moved by every packet: it fires at the earliest instant at which the
 * session could be silent for too long, looks when it was last heard, and sleeps for the rest.
 */
import { milliseconds } from "../../kernel/ids.ts";
import type { Micros, SessionId } from "../../kernel/ids.ts";
import { carried, defineFeature } from "../../realm/index.ts";
import { protocolRange, sessionContract } from "./contract.ts";

type SessionTimer = { session: SessionId };

export const session = defineFeature({
  contract: sessionContract,
  version: 1,
  state: () => ({
    /** The protocol version agreed with each session that said HELLO. */
    protocols: new Map<SessionId, number>(),
  }),
  timers: { hello: carried<SessionTimer>(), idle: carried<SessionTimer>() },
  counters: {
    contracts_differing_total: "Greetings of clients whose contract is not this build's",
  },
}).implement({
  packets: {
    hello: {
      states: ["handshaking"],
      handle(ctx, { min, max, contractHash }) {
        const protocol = Math.min(max, protocolRange.max);
        if (protocol < Math.max(min, protocolRange.min)) {
          return ctx.refuse(
            "VERSION_MISMATCH",
            `this server speaks protocol ${protocolRange.min} to ${protocolRange.max}`,
          );
        }
        if (contractHash !== 0 && contractHash !== ctx.contractHash) {
          ctx.count("contracts_differing_total");
        }
        ctx.state.protocols.set(ctx.session.id, protocol);
        ctx.advance("hello.accepted");
        ctx.reply({
          protocolMin: protocolRange.min,
          protocolMax: protocolRange.max,
          contractHash: ctx.contractHash,
          protocol,
        });
      },
    },
  },
  sessions: {
    opened(ctx) {
      const { id } = ctx.session;
      ctx.timer("hello", id, milliseconds(ctx.config.helloTimeoutMs), { session: id });
      ctx.timer("idle", id, milliseconds(ctx.config.idleTimeoutMs), { session: id });
    },
    closed(ctx) {
      const { id } = ctx.session;
      ctx.cancelTimer("hello", id);
      ctx.cancelTimer("idle", id);
      ctx.state.protocols.delete(id);
    },
  },
  timers: {
    hello(ctx, { session: id }) {
      const peer = ctx.sessions.get(id);
      if (peer?.state !== "handshaking") return;
      const dueAt = peer.openedAt + milliseconds(ctx.config.helloTimeoutMs);
      if (dueAt > ctx.now) ctx.timer("hello", id, (dueAt - ctx.now) as Micros, { session: id });
      else ctx.disconnect(id, "HELLO_TIMEOUT");
    },
    idle(ctx, { session: id }) {
      const peer = ctx.sessions.get(id);
      if (peer === undefined || peer.state === "disconnecting") return;
      const dueAt = peer.heardAt + milliseconds(ctx.config.idleTimeoutMs);
      if (dueAt > ctx.now) ctx.timer("idle", id, (dueAt - ctx.now) as Micros, { session: id });
      else ctx.disconnect(id, "TIMEOUT");
    },
  },
  invariants: {
    "[SES-16] every live session has an idle timer": (_state, timers, sessions) => {
      for (const [id, { state }] of sessions) {
        if (state !== "disconnecting" && !timers.idle.has(id)) return false;
      }
      return true;
    },
    "[SMG-04] nothing is kept of a session that is gone": (state, timers, sessions) => {
      for (const id of state.protocols.keys()) if (!sessions.has(id)) return false;
      for (const kept of [timers.hello, timers.idle]) {
        for (const id of kept.keys()) if (!sessions.has(id as SessionId)) return false;
      }
      return true;
    },
  },
});
