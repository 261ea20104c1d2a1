/**
 * The two clocks of one machine, neither of them right: the wall clock is off from the start and
 * steps; the monotonic one runs a little too fast or too slow. Both are functions of simulated
 * time.
 *
 * K1. The monotonic clock never goes back while the machine has power. After a power loss it
 *     begins anew.
 * K2. `whenMonotonic` is the first simulated instant at which the monotonic clock shows at least
 *     the asked time.
 */
import type { Micros } from "../core/kernel/ids.ts";
import type { Decisions } from "./decisions.ts";
import { within } from "./drawing.ts";
import type { FaultCounters } from "./faults.ts";
import type { ClockOptions } from "./options.ts";
import type { Scheduler } from "./scheduler.ts";

/** What the wall clocks of the simulated machines show about when a run begins. */
const epochMicros = 1_700_000_000_000_000;
/** A machine has been up for a moment before its programs start. */
const upMicros = 1_000_000;

export interface ClockParts {
  readonly scheduler: Scheduler;
  readonly decisions: Decisions;
  readonly faults: FaultCounters;
  readonly options: ClockOptions;
}

export class MachineClock {
  readonly #scheduler: Scheduler;
  /** Millionths by which the monotonic clock runs too fast; negative: too slow. */
  readonly #driftPerMillion: number;
  #bootMicros = 0;
  #wallOffsetMicros: number;

  /** @param name of the machine, part of the decisions' keys */
  constructor(parts: ClockParts, name: string) {
    const { decisions, faults, options, scheduler } = parts;
    this.#scheduler = scheduler;
    this.#wallOffsetMicros = decisions
      .subject(`clock/${name}/skew`)
      .next<number>(0, (random) => within(random, options.skewMaxMicros));
    this.#driftPerMillion = decisions
      .subject(`clock/${name}/drift`)
      .next<number>(0, (random) => within(random, options.driftMaxPerMillion));
    if (this.#wallOffsetMicros !== 0) faults.hit("clock.skew");
    if (this.#driftPerMillion !== 0) faults.hit("clock.drift");
  }

  monotonic(): Micros {
    const passed = this.#scheduler.nowMicros - this.#bootMicros;
    return (upMicros + this.#scaled(passed)) as Micros;
  }

  wallClock(): Micros {
    return (epochMicros + this.#scheduler.nowMicros + this.#wallOffsetMicros) as Micros;
  }

  /** @returns simulated microseconds, now at the earliest */
  whenMonotonic(monotonic: Micros): number {
    const { nowMicros } = this.#scheduler;
    const wanted = monotonic - upMicros;
    // The inverse is right to a microsecond or two; the loops find the exact one.
    let passed = Math.floor((wanted * 1_000_000) / (1_000_000 + this.#driftPerMillion));
    while (this.#scaled(passed) < wanted) passed += 1;
    while (passed > 0 && this.#scaled(passed - 1) >= wanted) passed -= 1;
    return Math.max(nowMicros, this.#bootMicros + passed);
  }

  /** Somebody sets the wall clock. */
  jump(byMicros: number): void {
    this.#wallOffsetMicros = Math.max(this.#wallOffsetMicros + byMicros, -epochMicros / 2);
  }

  powerBack(): void {
    this.#bootMicros = this.#scheduler.nowMicros;
  }

  #scaled(passedMicros: number): number {
    return passedMicros + Math.floor((passedMicros * this.#driftPerMillion) / 1_000_000);
  }
}
