/**
 * The server and its clients run as they should: no process fails by itself except for a disk that
 * failed first, or for features that may throw and do so too often, and then it does; the host
 * never throws, and no client machine is broken by what the server sends.
 */
import type { Event } from "../../core/contract.ts";
import type { Fault, FaultCounters } from "../faults.ts";
import type { Ending } from "../process/node.ts";
import type { ProcessEnd } from "../process/process.ts";
import type { CheckedWorld } from "../site.ts";
import { CheckFailure } from "./checker.ts";
import type { Checker, Step } from "./checker.ts";

/** After which faults a process may end by itself, by what its last words tell of them. */
const excuses: readonly (readonly [words: RegExp, faults: readonly Fault[]])[] = [
  [
    / failed with EIO;/,
    [
      ...(["disk.sync-failed", "disk.write-failed", "disk.read-failed"] as const),
      ...(["disk.entry-failed", "disk.removal-failed"] as const),
    ],
  ],
  [/ failed with EROFS;/, ["disk.read-only"]],
  [/ failed with (ENOSPC|EDQUOT);/, ["disk.full"]],
  [/ was read twice and was not the same;/, ["disk.misread"]],
  [
    / when it is read back, and (?:more|less) was written;/,
    ["disk.misread", "disk.rot", "disk.lost"],
  ],
];

export class ProcessHealthChecker implements Checker {
  readonly name = "process-health";
  /** Counts ends of processes. */
  checked = 0;
  readonly #faults: FaultCounters;
  readonly #monotonic: CheckedWorld["monotonicMicros"];
  readonly #failuresMax: number;
  readonly #windowMicros: number;
  readonly #mayThrow: ReadonlySet<string>;
  /** When such features threw in the present process, by the machine's clock. */
  #thrownAt: number[] = [];
  #isUp = false;
  /** More often than a server bears. */
  #mustEnd = false;
  /** By fault, how often it had struck when it excused an end. */
  readonly #excused = new Map<Fault, number>();

  /** @param mayThrow names of features whose throwing is no finding */
  constructor(world: CheckedWorld, mayThrow: ReadonlySet<string> = new Set()) {
    const { failedStepsMax, failedStepsWindowMs } = world.options.server;
    this.#faults = world.faults;
    this.#monotonic = world.monotonicMicros;
    this.#failuresMax = failedStepsMax;
    this.#windowMicros = failedStepsWindowMs * 1_000;
    this.#mayThrow = mayThrow;
  }

  processStarted(): void {
    this.#thrownAt = [];
    this.#isUp = false;
    this.#mustEnd = false;
  }

  /** What a start repeats and leaves out is none of its own throws. */
  recovered(): void {
    this.#isUp = true;
  }

  machineThrew(_event: Event, _error: unknown, feature: string | null): void {
    if (!this.#isUp || feature === null || !this.#mayThrow.has(feature)) return;
    this.#thrownAt.push(this.#monotonic());
    this.#mustEnd ||= this.#throwsTooOften;
  }

  stepped({ isReplay }: Step): void {
    if (!this.#mustEnd || isReplay) return;
    const detail = `${String(this.#thrownAt.length)} times`;
    throw new CheckFailure(this.name, "a server whose features throw again and again ends", detail);
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
        if (this.#isExcused(end.message) || this.#hasThrownTooOften(end.message)) return;
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

  /** A server ends itself when its features throw again and again. */
  #hasThrownTooOften(message: string): boolean {
    return this.#throwsTooOften && message.includes("the last of too many in a row");
  }

  get #throwsTooOften(): boolean {
    const since = this.#thrownAt.at(-1 - this.#failuresMax) ?? -Infinity;
    return (this.#thrownAt.at(-1) ?? 0) - since < this.#windowMicros;
  }

  /** A fault of the disk excuses one end, with words that tell of it. */
  #isExcused(message: string): boolean {
    for (const [words, faults] of excuses) {
      if (!words.test(message)) continue;
      for (const fault of faults) {
        const count = this.#faults.counts[fault];
        if (count <= (this.#excused.get(fault) ?? 0)) continue;
        this.#excused.set(fault, count);
        return true;
      }
    }
    return false;
  }
}

/** The first line, without numbers: part of the fingerprint. */
const textOf = (error: unknown): string => {
  const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return (text.split("\n")[0] ?? "").replaceAll(/\d+/g, "#");
};
