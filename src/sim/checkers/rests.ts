/**
 * [LOOP-09] A feature that says that its ticks have nothing to do is believed, so it must be true:
 * its tick is run all the same now and then, and sends, calls, counts and changes nothing.
 */
import { CheckFailure } from "./checker.ts";
import type { Checker, Step } from "./checker.ts";

/** Looks after the first steps of a process, then after one of so many: a look is two digests. */
const looksFirst = 2;
const stepsPerLook = 256;

export class RestsChecker implements Checker {
  readonly name = "rests";
  readonly missesEncore = true;
  readonly missesReplays = true;
  /** Counts looks. */
  checked = 0;
  #steps = 0;

  processStarted(): void {
    this.#steps = 0;
  }

  stepped({ event, machine }: Step): void {
    this.#steps += 1;
    if (this.#steps > looksFirst && this.#steps % stepsPerLook !== 0) return;
    this.checked += 1;
    const [broken] = machine.brokenRests();
    if (broken === undefined) return;
    throw new CheckFailure(this.name, "a tick at rest does nothing", `${broken}, ${event.type}`);
  }
}
