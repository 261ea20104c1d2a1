/** When the state is digested, and which part of it: a rule by sequence, the same for all runs. */
import { limits } from "../kernel/limits.ts";
import type { EventSequence } from "../kernel/ids.ts";

/**
 * Which table of the state is digested after the event; null when none is. The tables take turns,
 * so that the cost of each time is that of one table and every table has its time.
 *
 * @param sequence of the event whose step has just ended
 * @param tableCount `machine.tables.length`
 */
export const stateDigestTable = (sequence: EventSequence, tableCount: number): number | null => {
  const every = limits.stateDigestEveryEvents;
  if (tableCount === 0 || sequence % every !== 0) return null;
  return (sequence / every) % tableCount;
};
