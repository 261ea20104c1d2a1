/**
 * What the runs of all scenarios have in common: they are tended and told of while they last, let
 * their clients in a few at a time, and measure themselves.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { now } from "../client/node.ts";
import type { Progress } from "./scenario.ts";

/** How often the machines are asked what is due besides messages: timeouts, reconnects. */
export const tendEveryMs = 50;
const progressEveryMs = 1_000;

export interface TendedRun {
  /** Lets the machines do what is due besides messages. */
  tend(): void;
  progress(): Progress;
  /** Ends every client. */
  stop(): Promise<void>;
}

/** Goes through the phases of a run, which is tended meanwhile and stopped whatever happens. */
export async function throughPhases(
  run: TendedRun,
  progress: (progress: Progress) => void,
  phases: () => Promise<void>,
): Promise<void> {
  const tending = setInterval(() => run.tend(), tendEveryMs);
  const telling = setInterval(() => progress(run.progress()), progressEveryMs);
  try {
    await phases();
  } finally {
    clearInterval(tending);
    clearInterval(telling);
    await run.stop();
  }
}

export interface LettingIn {
  readonly clients: number;
  /** On their way in at a time. */
  readonly atOnceMax: number;
  readonly timeoutMs: number;
  readonly start: (index: number) => void;
  /** How many are in. */
  readonly ready: () => number;
  /** One of them was turned away for good. */
  readonly isHopeless: () => boolean;
}

/** Starts all clients. Ends when all are in, when it is hopeless, or when the time is up. */
export async function letIn(options: LettingIn): Promise<void> {
  const { clients, atOnceMax, timeoutMs, start, ready, isHopeless } = options;
  const deadline = now() + timeoutMs * 1_000;
  let started = 0;
  while (ready() < clients && !isHopeless() && now() < deadline) {
    for (; started < clients && started - ready() < atOnceMax; started += 1) start(started);
    await sleep(1);
  }
}

/** Waits until nothing is open any more, or for `timeoutMs`. */
export async function untilNone(open: () => number, timeoutMs: number): Promise<void> {
  const deadline = now() + timeoutMs * 1_000;
  while (open() > 0 && now() < deadline) await sleep(1);
}

/** How long a run has taken, and how much processor time of ours. */
export class Stopwatch {
  /** On the clock of `now()`; 0 before the start. */
  startedAtMicros = 0;
  /** 0 before the end. */
  endedAtMicros = 0;
  cpuMicros = 0;
  #cpuBefore: NodeJS.CpuUsage | null = null;

  start(): void {
    this.#cpuBefore = process.cpuUsage();
    this.startedAtMicros = now();
  }

  stop(): void {
    this.endedAtMicros = now();
    const { user, system } = process.cpuUsage(this.#cpuBefore ?? undefined);
    this.cpuMicros = user + system;
  }

  /** Since the start; 0 before it. */
  get seconds(): number {
    return this.startedAtMicros === 0 ? 0 : (now() - this.startedAtMicros) / 1_000_000;
  }
}
