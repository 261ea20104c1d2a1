/**
 * What the realm asks of the outside and what becomes of it:
 *
 * 1. Who asked for something that is done once still knows it after every recovery: the call's step
 *    was durable before the outside heard of it.
 * 2. What had no answer when a process ended is asked again by the next one.
 */
import type { CallEffect } from "../../core/contract.ts";
import type { CallId } from "../../core/kernel/ids.ts";
import { CheckFailure } from "./checker.ts";
import type { Checker, Step } from "./checker.ts";
import { Rewound } from "./rewound.ts";

/** A call without an answer: by which step it was ordered. */
interface Unanswered {
  readonly step: number;
  readonly effect: CallEffect;
}

export class CallsChecker implements Checker {
  readonly name = "calls";
  /** Counts calls of which the outside has heard. */
  checked = 0;
  readonly memory = new Rewound(() => new Map<CallId, Unanswered>());
  /** By the present process. */
  readonly #asked = new Set<CallId>();
  /** The step with which the present process began. */
  #start = 0;
  /** The latest step whose call may have had its effect; -1: none. */
  #latest = -1;

  processStarted(): void {
    this.#asked.clear();
  }

  stepped({ event, index, isReplay, calls }: Step): void {
    if (event.type === "call.completed") this.#unanswered.delete(event.call);
    else if (event.type === "server.started" && !isReplay) this.#started(index);
    for (const { call, effect } of calls) this.#unanswered.set(call, { step: index, effect });
  }

  asked(call: CallId): void {
    this.checked += 1;
    this.#asked.add(call);
    const order = this.#unanswered.get(call);
    if (order?.effect === "once") this.#latest = Math.max(this.#latest, order.step);
  }

  settled(): void {
    for (const [call, { step }] of this.#unanswered) {
      if (step >= this.#start || this.#asked.has(call)) continue;
      const detail = `${call} of step ${String(step)}, the process began with ${String(this.#start)}`;
      this.#fail("what had no answer is asked again by the next process", detail);
    }
  }

  get #unanswered(): Map<CallId, Unanswered> {
    return this.memory.now;
  }

  /** A recovery has repeated `steps` steps, and the next one is new. */
  #started(steps: number): void {
    this.#start = steps;
    if (this.#latest < steps) return;
    const detail = `a call of step ${String(this.#latest)} was made, ${String(steps)} are left`;
    this.#fail("what is done once is not forgotten once it may have been done", detail);
  }

  #fail(rule: string, detail: string): never {
    throw new CheckFailure(this.name, rule, detail);
  }
}
