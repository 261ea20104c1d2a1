/** Who is here: the sessions that hold a player. */
import type { PlayerId, SessionId } from "../../kernel/ids.ts";
import type { SessionView } from "../../realm/index.ts";
import type { LoginKey } from "./operations.ts";

/** The players of live sessions, with the logins by which they came. Cost: all sessions. */
export function* present(sessions: Iterable<SessionView>): Generator<LoginKey> {
  for (const { state, player, login } of sessions) {
    if (isHere(state) && player !== null) yield [player, login];
  }
}

const isHere = (state: SessionView["state"]): boolean =>
  state === "authenticated" || state === "inWorld";

/** Whether each of them has come by a login: an invariant of every role that lets players in. */
export function hasEachLogin(sessions: ReadonlyMap<SessionId, SessionView>): boolean {
  for (const { state, player, login } of sessions.values()) {
    if (isHere(state) && player !== null && login === "") return false;
  }
  return true;
}

/** Whether no player is in two sessions: an invariant of every role. */
export function isEachOnce(sessions: ReadonlyMap<SessionId, SessionView>): boolean {
  const seen = new Set<PlayerId>();
  for (const { state, player } of sessions.values()) {
    if (!isHere(state) || player === null) continue;
    if (seen.has(player)) return false;
    seen.add(player);
  }
  return true;
}
