/**
 * Time as the realm knows it, made of two clocks that cannot be trusted alone: the monotonic one
 * has no date, the wall clock steps. The wall clock is read once at the start, as the base; from
 * then on `at` is the base plus monotonic time, and what the wall clock does later is only told.
 *
 * T1. `at` never goes back, within a start and across starts: the base is at least one more than
 *     the last journalled `at`.
 * T2. The offset of the wall clock from `at` is 0 after `server.started`; each step of it that is
 *     worth telling is told once, and not more often than once in a check's period.
 */
import type { Syscalls } from "../contract.ts";
import { invariant } from "../kernel/assert.ts";
import { micros } from "../kernel/ids.ts";
import type { Micros } from "../kernel/ids.ts";
import { limits } from "../kernel/limits.ts";

type Clocks = Pick<Syscalls, "monotonic" | "wallClock">;

const stepMinMicros = limits.clockStepMinMs * 1_000;
const checkMicros = limits.clockCheckMs * 1_000;

export class HostClock {
  readonly #clocks: Clocks;
  /** The latest monotonic reading. */
  #monotonic = 0;
  /** `at` minus monotonic time; null before `begin`. */
  #offset: number | null = null;
  #toldOffset = 0;
  #checkedAt = 0;

  constructor(clocks: Clocks) {
    this.#clocks = clocks;
  }

  /** Reads the monotonic clock, which is taken to stand still where it seems to go back. */
  read(): Micros {
    this.#monotonic = Math.max(this.#monotonic, this.#clocks.monotonic());
    return this.#monotonic as Micros;
  }

  /**
   * Fixes the base. Before it there is no `at`.
   *
   * @param lastAt `at` of the last journalled event, or null when the journal is empty
   */
  begin(lastAt: Micros | null): void {
    const wall = this.#clocks.wallClock();
    const base = lastAt === null ? wall : Math.max(wall, lastAt + 1);
    this.#offset = base - this.read();
    this.#toldOffset = 0;
    this.#checkedAt = this.#monotonic - checkMicros;
  }

  /** @param monotonic a reading of `read` */
  at(monotonic: Micros): Micros {
    invariant(this.#offset !== null, "the clock has begun");
    return micros(monotonic + this.#offset);
  }

  /** When the monotonic clock will show what `at` says; in the past for an `at` in the past. */
  monotonicOf(at: Micros): Micros {
    invariant(this.#offset !== null, "the clock has begun");
    return Math.max(0, at - this.#offset) as Micros;
  }

  /** How far the wall clock is from `at` when that must be told now, else null. */
  takeCorrection(): number | null {
    if (this.#monotonic - this.#checkedAt < checkMicros) return null;
    this.#checkedAt = this.#monotonic;
    invariant(this.#offset !== null, "the clock has begun");
    const offset = this.#clocks.wallClock() - (this.#monotonic + this.#offset);
    if (Math.abs(offset - this.#toldOffset) < stepMinMicros) return null;
    this.#toldOffset = offset;
    return offset;
  }
}
