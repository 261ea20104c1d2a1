/**
 * Hashes passwords on threads of its own. Node's common pool is not used: the journal writes
 * through it, and a block must not wait behind somebody's password.
 *
 * 1. At most `threads` hashes at a time and `waitingMax` in line; more are refused at once.
 * 2. Who is gone before his turn costs nothing: his place in line is given up.
 * 3. A thread that dies fails its one hash; the next starts another. Threads start when wanted.
 */
import { Worker } from "node:worker_threads";
import type { CounterEntry } from "../../core/kernel/counters.ts";
import { CallFailure } from "../performers.ts";
import { threadUrl } from "../thread-url.ts";
import type { HashParameters } from "./argon2.ts";

/** @internal of `hash-thread.ts` */
export type HashOrder =
  | {
      readonly kind: "hash";
      readonly password: Uint8Array;
      readonly parameters: HashParameters;
    }
  | { readonly kind: "verify"; readonly password: Uint8Array; readonly phc: string };

/** @internal of `hash-thread.ts`; of `hash` a PHC string, of `verify` whether it fits */
export type HashAnswer = string | boolean;

export interface HashPoolOptions {
  readonly threads: number;
  readonly waitingMax: number;
}

interface Job {
  readonly order: HashOrder;
  resolve(answer: HashAnswer): void;
  reject(reason: Error): void;
}

interface Thread {
  readonly worker: Worker;
  job: Job | null;
}

export class HashPool {
  readonly #options: HashPoolOptions;
  readonly #waiting: Job[] = [];
  readonly #threads = new Set<Thread>();
  #isClosed = false;
  #hashes = 0;
  #refused = 0;

  constructor(options: HashPoolOptions) {
    this.#options = options;
  }

  /** How many argon2 have been started. */
  get hashes(): number {
    return this.#hashes;
  }

  /**
   * One argon2id with a fresh salt: a PHC string.
   *
   * @param signal takes the order back while it waits
   * @throws CallFailure LIMIT_REACHED when too many wait, UNAVAILABLE when the thread died
   */
  async hash(
    password: Uint8Array,
    parameters: HashParameters,
    signal?: AbortSignal,
  ): Promise<string> {
    return (await this.#order({ kind: "hash", password, parameters }, signal)) as string;
  }

  /** One argon2id: whether the password is that of the hash. Throws as `hash` does. */
  async verify(password: Uint8Array, phc: string, signal?: AbortSignal): Promise<boolean> {
    return (await this.#order({ kind: "verify", password, phc }, signal)) as boolean;
  }

  *entries(): Generator<CounterEntry> {
    const entry = (name: string, help: string, value: number): CounterEntry => ({
      name,
      help,
      value,
      labels: {},
      kind: name.endsWith("_total") ? "counter" : "gauge",
    });
    yield entry("password_hashes_total", "Password hashes that were begun", this.#hashes);
    yield entry(
      "password_hashes_refused_total",
      "Password hashes refused because too many were waiting",
      this.#refused,
    );
    yield entry("password_hashes_waiting", "Password hashes in line", this.#waiting.length);
  }

  /** Fails what waits and runs, and resolves when every thread has ended. */
  async close(): Promise<void> {
    this.#isClosed = true;
    for (const job of this.#waiting.splice(0)) job.reject(ended());
    const threads = [...this.#threads];
    await Promise.all(threads.map(({ worker }) => worker.terminate()));
  }

  #order(order: HashOrder, signal: AbortSignal | undefined): Promise<HashAnswer> {
    if (this.#isClosed || signal?.aborted === true) return Promise.reject(ended());
    const thread = this.#idle();
    if (thread === null && this.#waiting.length >= this.#options.waitingMax) {
      this.#refused += 1;
      return Promise.reject(new CallFailure("LIMIT_REACHED", "too many passwords wait"));
    }
    return new Promise((resolve, reject) => {
      const job: Job = { order, resolve, reject };
      if (thread !== null) return this.#run(thread, job);
      this.#waiting.push(job);
      signal?.addEventListener("abort", () => this.#takeBack(job), { once: true });
    });
  }

  #takeBack(job: Job): void {
    const at = this.#waiting.indexOf(job);
    if (at < 0) return;
    this.#waiting.splice(at, 1);
    job.reject(ended());
  }

  /** Null when all are busy and there may be no more. */
  #idle(): Thread | null {
    for (const thread of this.#threads) if (thread.job === null) return thread;
    return this.#threads.size < this.#options.threads ? this.#start() : null;
  }

  #start(): Thread {
    const worker = new Worker(threadUrl(new URL("./hash-thread.ts", import.meta.url)));
    const thread: Thread = { worker, job: null };
    worker.on("message", (answer: HashAnswer) => this.#done(thread, answer));
    worker.on("error", () => this.#died(thread));
    worker.on("exit", () => this.#died(thread));
    this.#threads.add(thread);
    return thread;
  }

  #run(thread: Thread, job: Job): void {
    thread.job = job;
    this.#hashes += 1;
    // A copy of its own: posting a part of a buffer would copy all of the buffer.
    thread.worker.postMessage({ ...job.order, password: new Uint8Array(job.order.password) });
  }

  #done(thread: Thread, answer: HashAnswer): void {
    const { job } = thread;
    thread.job = null;
    const next = this.#waiting.shift();
    if (next !== undefined) this.#run(thread, next);
    job?.resolve(answer);
  }

  #died(thread: Thread): void {
    if (!this.#threads.delete(thread)) return;
    thread.job?.reject(ended());
    const idle = this.#waiting.length > 0 && !this.#isClosed ? this.#idle() : null;
    const next = idle === null ? undefined : this.#waiting.shift();
    if (idle !== null && next !== undefined) this.#run(idle, next);
  }
}

const ended = (): CallFailure => new CallFailure("UNAVAILABLE", "the password was not hashed");
