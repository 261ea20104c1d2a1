/**
 * The orderly end, by its chart: asked for once, it waits until every connection is gone or the
 * deadline has passed. What happens then is the server's affair; this only knows when.
 */
import { initialDrainState, nextDrainState } from "../kernel/charts/drain.ts";
import type { DrainEvent, DrainState } from "../kernel/charts/drain.ts";
import { invariant } from "../kernel/assert.ts";

export class Drain {
  #state: DrainState = initialDrainState;
  /** Monotonic microseconds. */
  #deadline = Infinity;

  /** True from the request on. */
  get isRequested(): boolean {
    return this.#state !== "serving";
  }

  /** When to look again; `Infinity` unless it is under way. */
  get deadline(): number {
    return this.#state === "draining" ? this.#deadline : Infinity;
  }

  /** @param deadline monotonic microseconds */
  request(deadline: number): void {
    this.#enter("drain.requested");
    this.#deadline = deadline;
  }

  /** Looks whether it is over. `isEmpty`: nobody is left to wait for. */
  look(now: number, isEmpty: boolean): boolean {
    if (this.#state === "draining") {
      if (isEmpty) this.#enter("sessions.gone");
      else if (now >= this.#deadline) this.#enter("deadline.passed");
    }
    return this.#state === "drained";
  }

  #enter(event: DrainEvent): void {
    const next = nextDrainState(this.#state, event);
    invariant(next !== null, "the drain's chart has this edge", this.#state, event);
    this.#state = next;
  }
}
