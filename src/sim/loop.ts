/**
 * A thread's event loop: what became ready is dealt with in one pass, after the time it takes the
 * thread to wake up. Everything that becomes ready before the pass is part of it, which is where
 * several segments become one read.
 *
 * L1. Work that was woken is polled exactly once in the next pass, in the order of waking.
 * L2. `afterPass` runs once at the end of each pass.
 * L3. While the thread is suspended nothing is polled; what was woken meanwhile is polled in the
 *     first pass afterwards.
 */
import type { Scheduler } from "./scheduler.ts";

export interface LoopWork {
  /** True while it waits for its pass. Kept by the loop. */
  isWoken: boolean;
  poll(): void;
}

export class IoLoop {
  readonly #scheduler: Scheduler;
  readonly #wakeMicros: () => number;
  readonly #afterPass: () => void;
  #woken: LoopWork[] = [];
  #isScheduled = false;
  #isStopped = false;
  #isSuspended = false;
  // One function for all passes.
  readonly #passing = (): void => this.#pass();

  /**
   * @param wakeMicros how long the thread takes to wake up, asked for each pass
   * @param afterPass runs at the end of each pass
   */
  constructor(scheduler: Scheduler, wakeMicros: () => number, afterPass: () => void) {
    this.#scheduler = scheduler;
    this.#wakeMicros = wakeMicros;
    this.#afterPass = afterPass;
  }

  wake(work: LoopWork): void {
    if (work.isWoken || this.#isStopped) return;
    work.isWoken = true;
    this.#woken.push(work);
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    this.#scheduler.after(this.#wakeMicros(), this.#passing);
  }

  /** The thread does not run, for a while. */
  suspend(): void {
    this.#isSuspended = true;
  }

  goOn(): void {
    this.#isSuspended = false;
    if (this.#isScheduled || this.#woken.length === 0) return;
    this.#isScheduled = true;
    this.#scheduler.after(this.#wakeMicros(), this.#passing);
  }

  /** The thread is gone: nothing is polled any more. */
  stop(): void {
    this.#isStopped = true;
    this.#woken = [];
  }

  #pass(): void {
    if (this.#isStopped) return;
    if (this.#isSuspended) {
      this.#isScheduled = false;
      return;
    }
    const woken = this.#woken;
    this.#woken = [];
    // Whatever wakes up during the pass has its turn in the next one.
    this.#isScheduled = false;
    for (const work of woken) {
      work.isWoken = false;
      work.poll();
    }
    this.#afterPass();
  }
}
