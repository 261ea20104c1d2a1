/** Whose an event is: the session that it belongs to, by the state that steps it. */
import type { Event } from "../../core/contract.ts";
import type { RealmMachine } from "../../core/realm/index.ts";

/** Of the event that is stepped next; null when it is nobody's, or of a session not yet open. */
export function sessionBefore(machine: RealmMachine, event: Event): number | null {
  const { sessions, calls } = machine.state;
  if (event.type === "call.completed") return calls.get(event.call)?.session || null;
  const connection = connectionOf(event);
  return connection === null ? null : (sessions.ofConnection(connection)?.id ?? null);
}

/** Of the event that was stepped last, which may have opened its session. */
export function sessionAfter(machine: RealmMachine, event: Event): number | null {
  const connection = connectionOf(event);
  if (connection === null) return null;
  return machine.state.sessions.ofConnection(connection)?.id ?? null;
}

/** The connection that the event is about; null for one of the whole server. */
export const connectionOf = (event: Event) =>
  "connection" in event && event.connection !== null ? event.connection : null;
