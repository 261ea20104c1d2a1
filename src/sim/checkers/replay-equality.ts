/**
 * [JRN-05] A recovery from the journal rebuilds every state and every effect: step by step (that is
 * `History`'s part), and at the end the state as a whole, when nothing of it was lost.
 */
import type { Digest } from "../../core/contract.ts";
import { CheckFailure } from "./checker.ts";
import type { Checker, Step } from "./checker.ts";

export class ReplayEqualityChecker implements Checker {
  readonly name = "replay-equality";
  /** Counts whole states that were compared. */
  checked = 0;
  #steps = 0;
  #digestNow: () => Digest = () => 0;
  /** The state when the last process ended: after how many steps, and its digest. */
  #last: { readonly steps: number; readonly digest: Digest } | null = null;

  stepped({ index, machine }: Step): void {
    this.#steps = index + 1;
    this.#digestNow = () => machine.digest();
  }

  machineCreated(): void {
    this.#steps = 0;
  }

  machineThrew(): void {
    this.#steps = 0;
  }

  processEnded(): void {
    this.#last = this.#steps === 0 ? null : { steps: this.#steps, digest: this.#digestNow() };
  }

  recovered(steps: number, stateDigest: Digest): void {
    const last = this.#last;
    if (last === null || last.steps !== steps) return;
    this.checked += 1;
    if (last.digest === stateDigest) return;
    throw new CheckFailure(
      this.name,
      "a recovery that loses no step rebuilds the same state",
      `after ${String(steps)} steps the digest was ${String(last.digest)}, ` +
        `now it is ${String(stateDigest)}`,
    );
  }
}
