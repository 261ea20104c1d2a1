/**
 * What the server's state is made of: one digest for each step, in order, over all its processes.
 * Every machine begins at the beginning of it.
 *
 * H1. A machine repeats the history step by step, or from a checkpoint on, before it adds to it.
 * H2. Every process begins with a `server.started` that the history has not seen. What of the
 *     history was not repeated until then was lost, and is forgotten.
 */
import type { Event } from "../../core/contract.ts";
import { digestBytes, digestStart } from "../../core/kernel/digest.ts";
import { CheckFailure } from "./checker.ts";

export class History {
  /** One digest a step. */
  readonly #steps: number[] = [];
  /** Checkpoints by the digest of their bytes: after how many steps each was taken. */
  readonly #checkpoints = new Map<number, number>();
  /** What tells each start in the history from all others, by its step. */
  readonly #starts = new Map<number, string>();
  /** True until the present process has added its `server.started`. */
  #awaitsStart = false;

  get length(): number {
    return this.#steps.length;
  }

  processStarted(): void {
    this.#awaitsStart = true;
  }

  /** @param at after how many steps it was taken */
  checkpointed(bytes: Uint8Array, at: number): void {
    this.#checkpoints.set(digestBytes(digestStart, bytes), at);
  }

  /** After how many steps a checkpoint was taken. */
  placeOf(bytes: Uint8Array): number {
    const at = this.#checkpoints.get(digestBytes(digestStart, bytes));
    if (at !== undefined) return at;
    throw new CheckFailure("replay-equality", "a checkpoint is one that was taken", "other bytes");
  }

  /**
   * True for the event with which the present process begins, as opposed to one that it repeats.
   * A start that was lost before it was durable may come again with the same incarnation and even
   * at the same time, but not with the same entropy.
   */
  isNewStart(at: number, event: Event): boolean {
    const isStart = event.type === "server.started";
    return isStart && this.#awaitsStart && this.#starts.get(at) !== event.seed.join();
  }

  /**
   * Takes the step that a machine makes after it has made `at` steps.
   *
   * @param digest of the event and its effects
   * @returns true when it repeats one that was made before
   */
  take(at: number, event: Event, digest: number): boolean {
    if (event.type === "server.started" && this.isNewStart(at, event)) {
      this.#awaitsStart = false;
      this.#steps.length = at;
      for (const step of this.#starts.keys()) if (step >= at) this.#starts.delete(step);
      this.#starts.set(at, event.seed.join());
    } else if (at < this.#steps.length) {
      this.#compare(at, event, digest);
      return true;
    } else if (this.#awaitsStart) {
      const detail = `${event.type} after ${String(at)} steps`;
      throw new CheckFailure("replay-equality", "a recovery steps nothing that never was", detail);
    }
    this.#steps.push(digest);
    return false;
  }

  #compare(at: number, event: Event, digest: number): void {
    if (this.#steps[at] === digest) return;
    throw new CheckFailure(
      "replay-equality",
      "a step has the same effects whenever it is made",
      `step ${String(at)}, ${event.type}`,
    );
  }
}
