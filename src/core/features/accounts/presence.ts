/** Who is here: the sessions that hold a player. */
import type { PlayerId, SessionId } from "../../kernel/ids.ts";
import type { SessionView } from "../../realm/index.ts";
import type { LoginKey } from "./operations.ts";

/** The players of live sessions, with the logins by which they came. Cost: all sessions. */
export function* present(sessions: Iterable<SessionView>): Generator<LoginKey> {
  for (const { state, player, login } of sessions) {
    const isHere = state === "authenticated" || state === "inWorld";
    if (isHere && player !== null) yield [player, login];
  }
}

/** Whether no player is in two sessions: an invariant of every role. */
export function isEachOnce(sessions: ReadonlyMap<SessionId, SessionView>): boolean {
  const seen = new Set<PlayerId>();
  for (const [player] of present(sessions.values())) {
    if (seen.has(player)) return false;
    seen.add(player);
  }
  return true;
}
