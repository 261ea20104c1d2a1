/** Sessions as the wire lists them, a page at a time. */
import { invariant } from "../../kernel/assert.ts";
import type { SessionState } from "../../kernel/charts/session.ts";
import type { PlayerRole } from "../../kernel/roles.ts";
import type { SessionView } from "../../realm/index.ts";
import { reprise as pb } from "../../wire/gen/operate.js";
import type { Page } from "./contract.ts";

export const roleNumbers = {
  player: pb.v1.PlayerRole.PLAYER_ROLE_PLAYER,
  moderator: pb.v1.PlayerRole.PLAYER_ROLE_MODERATOR,
  operator: pb.v1.PlayerRole.PLAYER_ROLE_OPERATOR,
} as const satisfies Record<PlayerRole, number>;

/** One that has ended is in no list. */
const stateNumbers = {
  handshaking: pb.v1.SessionState.SESSION_STATE_HANDSHAKING,
  connected: pb.v1.SessionState.SESSION_STATE_CONNECTED,
  authenticated: pb.v1.SessionState.SESSION_STATE_AUTHENTICATED,
  inWorld: pb.v1.SessionState.SESSION_STATE_IN_WORLD,
  disconnecting: pb.v1.SessionState.SESSION_STATE_DISCONNECTING,
} as const satisfies Record<Exclude<SessionState, "disconnected">, number>;

interface Register {
  readonly size: number;
  [Symbol.iterator](): Iterator<SessionView>;
}

/**
 * A page of the register. Cost: all sessions up to the page's end.
 *
 * @param reader who asks: addresses of players are for operators only
 */
export function pageOf(
  register: Register,
  { after, count }: Page,
  reader: PlayerRole,
): pb.v1.SessionsResponse.$Properties {
  const sessions: pb.v1.SessionInfo.$Properties[] = [];
  let more = false;
  for (const session of register) {
    if (session.id <= after) continue;
    more = sessions.length === count;
    if (more) break;
    sessions.push(described(session, reader));
  }
  return { sessions, more, total: register.size };
}

function described(session: SessionView, reader: PlayerRole): pb.v1.SessionInfo.$Properties {
  const { id, state, player, name, role, remote, security, openedAt, heardAt } = session;
  invariant(state !== "disconnected", "a session that has ended is not listed", id);
  return {
    sessionId: id,
    state: stateNumbers[state],
    playerId: player ?? 0,
    playerName: name,
    role: roleNumbers[role],
    remote: reader === "operator" ? remote : "",
    secure: security === "tls",
    openedAt: Math.floor(openedAt / 1_000),
    heardAt: Math.floor(heardAt / 1_000),
  };
}
