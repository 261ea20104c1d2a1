/** The orderly end of a server, by names. The chart itself is `src/charts/drain.ts`. */
import { plainTransitions, type EventOf, type StateOf } from "../statechart.ts";
import { drainTable } from "./drain.table.ts";

export type DrainState = StateOf<typeof drainTable>;
export type DrainEvent = EventOf<typeof drainTable>;

export const drainStates: readonly DrainState[] = drainTable.states;
export const drainEvents: readonly DrainEvent[] = drainTable.events;

/** The state of a server that has just started. */
export const initialDrainState: DrainState = drainTable.states[drainTable.initial];

/** The state after the event, or null when the event is not allowed in the state. */
export const nextDrainState: (state: DrainState, event: DrainEvent) => DrainState | null =
  plainTransitions(drainTable);
