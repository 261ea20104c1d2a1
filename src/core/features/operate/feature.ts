/**
 * Looking after a running server, on every role of it: moderators and operators see who is there
 * and end sessions, operators tell everybody something. They come as players do, by a login's
 * token, and need not enter the world. There is no other way in: `reprise sessions` and
 * `reprise announce` are clients of these packets.
 *
 * M1. Nobody lists, kicks or announces but a session whose account had the role when it came.
 * M2. A moderator ends no session of an operator.
 * M3. Whoever ends a session or announces stands in the log, and so does whom it struck.
 */
import { sessionId } from "../../kernel/ids.ts";
import type { SessionId } from "../../kernel/ids.ts";
import type { PlayerRole } from "../../kernel/roles.ts";
import { defineFeature } from "../../realm/index.ts";
import type { SessionView } from "../../realm/index.ts";
import { loggedName, nameKey, verifyToken } from "../accounts/index.ts";
import { identify } from "../entry/admission.ts";
import { operateContract } from "./contract.ts";
import type { Kick } from "./contract.ts";
import { pageOf, roleNumbers } from "./listing.ts";

/** Who may look after others. */
const watchful: readonly PlayerRole[] = ["moderator", "operator"];

export const operate = defineFeature({
  contract: operateContract,
  version: 1,
  state: () => ({}),
  calls: { verify: { operation: verifyToken, replyTo: "begin" } },
  counters: {
    operators_admitted_total: "Sessions that came to operate, by role",
    sessions_kicked_total: "Sessions that a moderator or an operator has ended",
    announcements_total: "Announcements of operators",
  },
}).implement({
  packets: {
    begin: {
      states: ["connected"],
      budget: { perSecond: 1, burst: 3 },
      handle: (ctx, token) => ctx.call("verify", { token }),
    },
    sessions: {
      states: ["authenticated", "inWorld"],
      roles: watchful,
      // A page of a hundred is asked for again and again until all are there.
      budget: { perSecond: 20, burst: 60 },
      handle(ctx, page) {
        ctx.reply(pageOf(ctx.sessions, page, ctx.session.role));
      },
    },
    kick: {
      states: ["authenticated", "inWorld"],
      roles: watchful,
      budget: { perSecond: 5, burst: 20 },
      handle(ctx, { whom, reason }) {
        const { session: by } = ctx;
        const found = sought(ctx.sessions, whom);
        if (found === null) return ctx.refuse("NOT_FOUND", "no such session is here");
        if (found.role === "operator" && by.role !== "operator") {
          return ctx.refuse("NOT_PERMITTED", "operators are kicked by operators only");
        }
        ctx.count("sessions_kicked_total");
        ctx.log("info", "session kicked", {
          by: ctx.player,
          byName: loggedName(by.name),
          session: found.id,
          player: found.player,
          name: loggedName(found.name),
          reason: loggedName(reason),
        });
        // Before the end, which may be one's own.
        ctx.reply({
          sessionId: found.id,
          playerId: found.player ?? 0,
          playerName: found.name,
        });
        ctx.disconnect(found.id, "KICKED");
      },
    },
    announce: {
      states: ["authenticated", "inWorld"],
      roles: ["operator"],
      budget: { perSecond: 1, burst: 5 },
      handle(ctx, message) {
        const timestamp = Math.floor(ctx.wallNow / 1_000);
        const receivers = ctx.broadcast("announcement", { message, timestamp }, announcedTo);
        ctx.count("announcements_total");
        ctx.log("info", "announcement", {
          by: ctx.player,
          byName: loggedName(ctx.session.name),
          message: loggedName(message),
          receivers,
        });
        ctx.reply({ receivers });
      },
    },
  },
  answers: {
    verify(ctx, answer) {
      const identified = identify(ctx, answer, watchful);
      if (!identified.ok) return ctx.refuse(identified.code, identified.message);
      const { player, name, role } = identified;
      const { id, remote } = ctx.session;
      ctx.count(`operators_admitted_total{role="${role}"}`);
      ctx.log("info", `${role} came`, { player, name: loggedName(name), session: id, remote });
      ctx.reply({ playerId: player, role: roleNumbers[role] });
    },
  },
});

const announcedTo = ["authenticated", "inWorld"] as const;

interface Register {
  get(id: SessionId): SessionView | undefined;
  [Symbol.iterator](): Iterator<SessionView>;
}

/** The session that is meant, unless it was told to end. Cost by name: all sessions. */
function sought(sessions: Register, whom: Kick["whom"]): SessionView | null {
  if ("session" in whom) {
    const found = sessions.get(sessionId(whom.session));
    return found === undefined || found.state === "disconnecting" ? null : found;
  }
  const key = nameKey(whom.name);
  for (const session of sessions) {
    const isHere = session.state === "authenticated" || session.state === "inWorld";
    if (isHere && nameKey(session.name) === key) return session;
  }
  return null;
}
