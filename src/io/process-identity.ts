/**
 * Tells whether a process id still means the process that wrote it down: ids are used again. The
 * time at which the system started a process does not change, so the pair is kept and compared.
 */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

/** A process as a file remembers it. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Only compared, never shown; null where the system does not tell. */
  readonly birth: string | null;
}

export const ownIdentity = (): ProcessIdentity => ({
  pid: process.pid,
  birth: birthOf(process.pid),
});

/** True when that very process is running. Without a birth to compare, when the id is in use. */
export function isRunning({ pid, birth }: ProcessIdentity): boolean {
  if (!exists(pid)) return false;
  const now = birthOf(pid);
  return birth === null || now === null || now === birth;
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it is there and belongs to somebody else.
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

function birthOf(pid: number): string | null {
  try {
    if (process.platform === "linux") return linuxBirth(pid);
    if (process.platform === "darwin") {
      return execFileSync("ps", ["-o", "lstart=", "-p", String(pid)], { encoding: "utf8" }).trim();
    }
  } catch {
    // No /proc, or gone in the meantime: the id alone must do.
  }
  return null;
}

// Ticks since boot, so the boot is part of it. The name in parentheses may hold spaces.
function linuxBirth(pid: number): string | null {
  const status = readFileSync(`/proc/${pid}/stat`, "utf8");
  const fields = status.slice(status.lastIndexOf(")") + 2).split(" ");
  const boot = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
  const [state, startTicks] = [fields[0], fields[19]];
  // A zombie has ended, though its parent has not asked yet.
  return startTicks === undefined || state === "Z" ? "ended" : `${boot}/${startTicks}`;
}
