/** The life of a session, by names. The chart itself is `src/charts/session.ts`. */
import { plainTransitions, type EventOf, type StateOf } from "../statechart.ts";
import { sessionTable } from "./session.table.ts";

export type SessionState = StateOf<typeof sessionTable>;
export type SessionEvent = EventOf<typeof sessionTable>;

/** In the order of a session's life. */
export const sessionStates: readonly SessionState[] = sessionTable.states;
export const sessionEvents: readonly SessionEvent[] = sessionTable.events;

/** The state of a session whose link has just come up. */
export const initialSessionState: SessionState = sessionTable.states[sessionTable.initial];

/** The state after the event, or null when the event is not allowed in the state. */
export const nextSessionState: (state: SessionState, event: SessionEvent) => SessionState | null =
  plainTransitions(sessionTable);
