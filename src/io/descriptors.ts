/**
 * Whether the process may open as many files and sockets as its configuration promises. Node has
 * raised the soft limit as far as it goes before any of this runs.
 */
import { readFileSync } from "node:fs";

/** For each role: its journal's handles, its lock and its listener, see `Files`. */
const perRole = 72;
/** For the rest: the runtime's own, the log, metrics and their clients. */
const perProcess = 96;

export interface DescriptorShortage {
  readonly descriptorsMax: number;
  readonly descriptorsNeeded: number;
}

/**
 * Compares the limit with what is needed; null when it suffices or the system does not tell.
 *
 * @param connectionsMax of each role
 * @param limits Linux' table of them; read when it is left out
 */
export function descriptorShortage(
  connectionsMax: readonly number[],
  limits: string = ownLimits(),
): DescriptorShortage | null {
  const soft = /^Max open files\s+(\d+)/m.exec(limits)?.[1];
  if (soft === undefined) return null; // unlimited, or no such table
  const descriptorsMax = Number(soft);
  const descriptorsNeeded = connectionsMax.reduce((sum, each) => sum + each + perRole, perProcess);
  return descriptorsMax < descriptorsNeeded ? { descriptorsMax, descriptorsNeeded } : null;
}

function ownLimits(): string {
  try {
    return readFileSync("/proc/self/limits", "utf8");
  } catch {
    return "";
  }
}
