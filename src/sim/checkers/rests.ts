/**
 * [LOOP-09] A feature that says until when its ticks have nothing to do is believed, so it must be
 * true, whatever they are run for: now and then the first and the last tick before that time are
 * run, and send, call, count and change nothing. A feature that says what makes no sense, and so
 * never rests, is told of.
 */
import { CheckFailure } from "./checker.ts";
import type { Checker, Step } from "./checker.ts";

/** A look is some digests: the longer a process runs the rarer they are, to one of so many. */
const stepsPerLook = 512;

export class RestsChecker implements Checker {
  readonly name = "rests";
  readonly missesEncore = true;
  readonly missesReplays = true;
  /** Counts looks. */
  checked = 0;
  #steps = 0;
  readonly #mayThrow: ReadonlySet<string>;

  /** @param mayThrow names of features whose throwing is no finding */
  constructor(mayThrow: ReadonlySet<string> = new Set()) {
    this.#mayThrow = mayThrow;
  }

  processStarted(): void {
    this.#steps = 0;
  }

  stepped({ event, machine }: Step): void {
    this.#steps += 1;
    if (!isPowerOfTwo(this.#steps) && this.#steps % stepsPerLook !== 0) return;
    this.checked += 1;
    for (const { feature, what, hasThrown } of machine.brokenRests()) {
      if (hasThrown && this.#mayThrow.has(feature)) continue;
      const detail = `${feature}: ${what}, after ${event.type}`;
      throw new CheckFailure(this.name, "a tick at rest does nothing", detail);
    }
  }
}

const isPowerOfTwo = (value: number): boolean => (value & (value - 1)) === 0;
