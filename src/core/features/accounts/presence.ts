/** Who is here: the sessions that hold a player. */
import type { PlayerId, SessionId } from "../../kernel/ids.ts";
import type { SessionView } from "../../realm/index.ts";
import type { LoginKey } from "./operations.ts";

/** The players of live sessions, with the logins by which they came. Cost: all sessions. */
export function* present(sessions: Iterable<SessionView>): Generator<LoginKey> {
  for (const session of sessions) if (isHere(session)) yield [session.player, session.login];
}

type Here = SessionView & { readonly player: PlayerId };

const isHere = (session: SessionView): session is Here =>
  session.player !== null && (session.state === "authenticated" || session.state === "inWorld");

/** Whether each of them has come by a login: an invariant of every role that lets players in. */
export function hasEachLogin(sessions: ReadonlyMap<SessionId, SessionView>): boolean {
  for (const session of sessions.values()) {
    if (isHere(session) && session.login === "") return false;
  }
  return true;
}

/** Whether no player is in two sessions: an invariant of every role. */
export function isEachOnce(sessions: ReadonlyMap<SessionId, SessionView>): boolean {
  const seen = new Set<PlayerId>();
  for (const session of sessions.values()) {
    if (!isHere(session)) continue;
    if (seen.has(session.player)) return false;
    seen.add(session.player);
  }
  return true;
}
