/**
 * The server and its clients run as they should: no process fails by itself except for a disk that
 * failed first, nothing throws, and no client machine is broken by what the server sends.
 */
import type { Fault, FaultCounters } from "../faults.ts";
import type { Ending } from "../process/node.ts";
import type { ProcessEnd } from "../process/process.ts";
import { CheckFailure } from "./checker.ts";
import type { Checker } from "./checker.ts";

/** After one of these a process may end by itself. */
const fatalFaults: readonly Fault[] = [
  "disk.sync-failed",
  "disk.write-failed",
  "disk.read-failed",
  "disk.entry-failed",
  "disk.read-only",
  "disk.full",
  "disk.misread",
];

export class ProcessHealthChecker implements Checker {
  readonly name = "process-health";
  /** Counts ends of processes. */
  checked = 0;
  readonly #faults: FaultCounters;
  #diskFailures = 0;

  constructor(faults: FaultCounters) {
    this.#faults = faults;
  }

  processEnded(end: ProcessEnd, ending: Ending | null): void {
    this.checked += 1;
    switch (end.type) {
      case "killed":
        return;
      case "threw":
        throw new CheckFailure(this.name, `the host never throws: ${textOf(end.error)}`, "it did");
      case "exit":
        if (end.code === 0 && ending === "drain") return;
        // Whether it had to is another checker's affair.
        if (ending === "refused" || ending === "damaged") return;
        if (this.#isExcused()) return;
        throw new CheckFailure(
          this.name,
          "the process ends only when it is told to",
          `exit ${String(end.code)}: ${end.message}`,
        );
    }
  }

  playerBroken(player: string, what: string): void {
    throw new CheckFailure(this.name, "a client machine never throws", `${player}: ${what}`);
  }

  /** Each failed disk operation excuses one end of the process. */
  #isExcused(): boolean {
    let failures = 0;
    for (const fault of fatalFaults) failures += this.#faults.counts[fault];
    const isNew = failures > this.#diskFailures;
    this.#diskFailures = failures;
    return isNew;
  }
}

/** The first line, without numbers: part of the fingerprint. */
const textOf = (error: unknown): string => {
  const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return (text.split("\n")[0] ?? "").replaceAll(/\d+/g, "#");
};
