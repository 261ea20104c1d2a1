/** One attempt to log in, by names. The chart itself is `src/charts/login.ts`. */
import { plainTransitions, type EventOf, type StateOf } from "../statechart.ts";
import { loginTable } from "./login.table.ts";

export type LoginState = StateOf<typeof loginTable>;
export type LoginEvent = EventOf<typeof loginTable>;

export const loginStates: readonly LoginState[] = loginTable.states;
export const loginEvents: readonly LoginEvent[] = loginTable.events;

/** The state of an attempt whose packet has just come. */
export const initialLoginState: LoginState = loginTable.states[loginTable.initial];

/** The state after the event, or null when the event is not allowed in the state. */
export const nextLoginState: (state: LoginState, event: LoginEvent) => LoginState | null =
  plainTransitions(loginTable);
