/**
 * What the server's state is made of: one digest for each step, in order, over all its processes.
 * Every machine begins at the beginning of it.
 *
 * H1. A machine repeats the history step by step, or from a checkpoint on, before it adds to it.
 * H2. Every incarnation begins with a `server.started` that the history has not seen. What of the
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
  #incarnation = 0;
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

  /** True for the event with which a start begins that the history has not seen. */
  isFirstOfStart(event: Event): boolean {
    return event.type === "server.started" && event.incarnation > this.#incarnation;
  }

  /**
   * Takes the step that a machine makes after it has made `at` steps.
   *
   * @param digest of the event and its effects
   * @returns true when it repeats one that was made before
   */
  take(at: number, event: Event, digest: number): boolean {
    if (this.isFirstOfStart(event) && event.type === "server.started") {
      this.#incarnation = event.incarnation;
      this.#awaitsStart = false;
      this.#steps.length = at;
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
