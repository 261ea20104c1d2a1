/**
 * The life of a session, a player's presence:
 *
 *     handshaking -> connected <-> authenticated <-> inWorld
 *          any of these -> disconnecting -> disconnected
 *
 * Compiled to `src/core/kernel/charts/session.table.ts`; run `node scripts/compile-charts.ts`.
 */
import { setup } from "xstate";
import { chartTypes } from "./compiler/implementations.ts";

type SessionChartEvent = {
  readonly type:
    | "hello.accepted"
    | "login.accepted"
    | "world.entered"
    | "world.left"
    | "logout.accepted"
    | "disconnect.ordered"
    | "connection.closed";
};

/** What may happen to every session that is not yet on its way out. */
const leaving = {
  "disconnect.ordered": "disconnecting",
  "connection.closed": "disconnected",
} as const;

export const sessionMachine = setup({
  types: chartTypes<{ events: SessionChartEvent }>(),
}).createMachine({
  id: "session",
  initial: "handshaking",
  states: {
    handshaking: {
      description: "The link is up; its first packet has not said which protocol it speaks.",
      on: { "hello.accepted": "connected", ...leaving },
    },
    connected: {
      description: "The protocol is agreed on; nobody has logged in.",
      on: { "login.accepted": "authenticated", ...leaving },
    },
    authenticated: {
      description: "The account is known; the player is not in the world.",
      on: { "world.entered": "inWorld", "logout.accepted": "connected", ...leaving },
    },
    inWorld: {
      description: "The player is in the world.",
      on: { "world.left": "authenticated", "logout.accepted": "connected", ...leaving },
    },
    disconnecting: {
      description: "The close is ordered; what is still queued is on its way out.",
      on: { "connection.closed": "disconnected" },
    },
    disconnected: { type: "final", description: "The link is gone, and the session with it." },
  },
});
