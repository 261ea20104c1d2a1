/**
 * Performs the calls of features: what needs a database, a key or another machine.
 *
 * 1. Every call has exactly one completion, and never inside the order.
 * 2. A performer that throws, rejects or takes too long completes with a code; nothing it does
 *    reaches the loop. What it says after its time is ignored.
 * 3. Each operation has its own bounds, so that a slow one does not delay the others. A performer
 *    past its time gives up its place: it has been told by its signal.
 */
import type { CallResult } from "../core/contract.ts";
import type { CallId } from "../core/kernel/ids.ts";
import type { PlainData } from "../core/kernel/plain.ts";

/** Answers a request. Rejects with `CallFailure` to choose the code, otherwise it is INTERNAL. */
export interface Performer {
  (request: PlainData, call: CallId, signal: AbortSignal): Promise<PlainData>;
  /** Of this operation, in place of those of all. */
  readonly limits?: Partial<PerformerLimits>;
}

export type CallFailureCode = Extract<CallResult, { ok: false }>["code"];

/** A failure that the feature should know by its code. */
export class CallFailure extends Error {
  override readonly name = "CallFailure";
  readonly code: CallFailureCode;

  constructor(code: CallFailureCode, message: string) {
    super(message);
    this.code = code;
  }
}

export interface PerformerLimits {
  /** Calls of one operation that run at a time. */
  readonly runningMax: number;
  /** Calls of one operation that wait for a place; more complete with LIMIT_REACHED. */
  readonly waitingMax: number;
  /** From the order to the answer, waiting included, milliseconds. */
  readonly timeoutMs: number;
}

export const defaultPerformerLimits: PerformerLimits = {
  runningMax: 32,
  waitingMax: 4_096,
  timeoutMs: 10_000,
};

export interface PerformersOptions {
  readonly performers: Readonly<Record<string, Performer>>;
  readonly limits: PerformerLimits;
  readonly completed: (call: CallId, result: CallResult) => void;
  /** Told of every call that failed, for the log. */
  readonly failed: (operation: string, code: CallFailureCode, reason: unknown) => void;
}

interface Operation {
  readonly name: string;
  readonly performer: Performer;
  readonly limits: PerformerLimits;
  running: number;
  readonly waiting: Job[];
}

interface Job {
  readonly call: CallId;
  readonly request: PlainData;
  readonly abort: AbortController;
  timer: NodeJS.Timeout | null;
  state: "waiting" | "running" | "settled";
}

export class Performers {
  readonly #options: PerformersOptions;
  readonly #operations: ReadonlyMap<string, Operation>;
  readonly #jobs = new Set<Job>();

  constructor(options: PerformersOptions) {
    this.#options = options;
    this.#operations = new Map(
      Object.entries(options.performers).map(([name, performer]) => [
        name,
        {
          name,
          performer,
          limits: { ...options.limits, ...performer.limits },
          running: 0,
          waiting: [],
        },
      ]),
    );
  }

  perform(call: CallId, name: string, request: PlainData): void {
    const operation = this.#operations.get(name);
    if (operation === undefined) return this.#refuse(call, name, "UNAVAILABLE", "no performer");
    const { limits } = operation;
    const mayRun = operation.running < limits.runningMax;
    if (!mayRun && operation.waiting.length >= limits.waitingMax) {
      return this.#refuse(call, name, "LIMIT_REACHED", "too many calls wait");
    }
    const abort = new AbortController();
    const job: Job = { call, request, abort, timer: null, state: "waiting" };
    job.timer = setTimeout(() => this.#expire(operation, job), limits.timeoutMs);
    this.#jobs.add(job);
    if (mayRun) this.#run(operation, job);
    else operation.waiting.push(job);
  }

  /** Aborts what runs and forgets what waits; nothing completes any more. */
  close(): void {
    for (const job of this.#jobs) {
      if (job.timer !== null) clearTimeout(job.timer);
      job.state = "settled";
      job.abort.abort();
    }
    this.#jobs.clear();
    for (const operation of this.#operations.values()) operation.waiting.length = 0;
  }

  #refuse(call: CallId, name: string, code: CallFailureCode, reason: string): void {
    this.#options.failed(name, code, reason);
    setImmediate(() => this.#options.completed(call, { ok: false, code }));
  }

  #run(operation: Operation, job: Job): void {
    job.state = "running";
    operation.running += 1;
    // A microtask away, so that a performer that throws at once is a rejection like any other.
    Promise.resolve()
      .then(() => operation.performer(job.request, job.call, job.abort.signal))
      .then(
        (answer) => this.#settle(operation, job, { ok: true, answer }),
        (reason: unknown) => {
          const code = reason instanceof CallFailure ? reason.code : "INTERNAL";
          if (job.state === "running") this.#options.failed(operation.name, code, reason);
          this.#settle(operation, job, { ok: false, code });
        },
      );
  }

  #expire(operation: Operation, job: Job): void {
    this.#options.failed(operation.name, "UNAVAILABLE", "no answer in time");
    job.abort.abort();
    this.#settle(operation, job, { ok: false, code: "UNAVAILABLE" });
  }

  #settle(operation: Operation, job: Job, result: CallResult): void {
    if (job.state === "settled") return;
    if (job.state === "running") operation.running -= 1;
    else operation.waiting.splice(operation.waiting.indexOf(job), 1);
    job.state = "settled";
    if (job.timer !== null) clearTimeout(job.timer);
    this.#jobs.delete(job);
    this.#options.completed(job.call, result);
    while (operation.running < operation.limits.runningMax) {
      const next = operation.waiting.shift();
      if (next === undefined) break;
      this.#run(operation, next);
    }
  }
}
