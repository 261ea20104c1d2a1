/**
 * The two clocks of one machine, neither of them right: the wall clock is off from the start and
 * steps; the monotonic one runs a little too fast or too slow. A time daemon may make both run
 * faster or slower for a while (slew), and a host that stops a virtual machine may keep its
 * monotonic clock from counting that (freeze).
 *
 * K1. The monotonic clock never goes back while the machine has power. After a power loss it
 *     begins anew.
 * K2. `whenMonotonic` is the first simulated instant at which the monotonic clock shows at least
 *     the asked time, unless its pace changes before: then `onPace` is told, and whoever waits asks
 *     again. (Linux keeps its timers in monotonic time.)
 * K3. A slew changes the pace of both clocks alike, as adjtimex(2) does.
 */
import { invariant } from "../core/kernel/assert.ts";
import type { Micros } from "../core/kernel/ids.ts";
import type { Decisions } from "./decisions.ts";
import { clipped, within } from "./drawing.ts";
import type { FaultCounters } from "./faults.ts";
import type { ClockOptions } from "./options.ts";
import type { Scheduler } from "./scheduler.ts";

/** What the wall clocks of the simulated machines show when a run begins, if nobody says. */
export const usualEpochMicros = 1_700_000_000_000_000;
/** A machine has been up for a moment before its programs start. */
const upMicros = 1_000_000;
/** A pace at which a clock stands still. */
const standingPerMillion = -1_000_000;

export interface ClockParts {
  readonly scheduler: Scheduler;
  readonly decisions: Decisions;
  readonly faults: FaultCounters;
  readonly options: ClockOptions;
  /** What it would show when the run begins, were it right; the usual when left out. */
  readonly epochMicros?: number;
}

export class MachineClock {
  /** The monotonic clock runs at another pace from now on. Replaced by whoever waits for it. */
  onPace: () => void = () => undefined;
  readonly #scheduler: Scheduler;
  readonly #epochMicros: number;
  /** Millionths by which the monotonic clock runs too fast; negative: too slow. */
  readonly #driftPerMillion: number;
  readonly #slewMaxPerMillion: number;
  #slewPerMillion = 0;
  #isFrozen = false;
  /** Since this instant the monotonic clock has had one pace; it showed `#shown` then. */
  #since = 0;
  #shown = upMicros;
  #pacePerMillion: number;
  /** Of the wall clock, when its pace last changed. */
  #wallOffsetMicros: number;
  #wallSince = 0;

  /** @param name of the machine, part of the decisions' keys */
  constructor(parts: ClockParts, name: string) {
    const { decisions, faults, options, scheduler } = parts;
    this.#scheduler = scheduler;
    this.#epochMicros = parts.epochMicros ?? usualEpochMicros;
    this.#wallOffsetMicros = decisions
      .subject(`clock/${name}/skew`)
      .next<number>(0, (random) => within(random, options.skewMaxMicros));
    const { driftMaxPerMillion, slewMaxPerMillion } = options;
    const drift = decisions
      .subject(`clock/${name}/drift`)
      .next<number>(0, (random) => within(random, driftMaxPerMillion));
    this.#driftPerMillion = clipped(drift, driftMaxPerMillion);
    this.#slewMaxPerMillion = Math.min(slewMaxPerMillion, 500_000);
    this.#pacePerMillion = this.#driftPerMillion;
    if (this.#wallOffsetMicros !== 0) faults.hit("clock.skew");
    if (this.#driftPerMillion !== 0) faults.hit("clock.drift");
  }

  monotonic(): Micros {
    return (this.#shown + this.#scaled(this.#scheduler.nowMicros - this.#since)) as Micros;
  }

  wallClock(): Micros {
    return (this.#epochMicros + this.#scheduler.nowMicros + this.#wallOffset()) as Micros;
  }

  /**
   * Not while the clock is frozen: it would be never.
   *
   * @returns simulated microseconds, now at the earliest
   */
  whenMonotonic(monotonic: Micros): number {
    const { nowMicros } = this.#scheduler;
    invariant(!this.#isFrozen, "nobody waits for a clock that stands still");
    const wanted = monotonic - this.#shown;
    // The inverse is right to a microsecond or two; the loops find the exact one.
    let passed = Math.floor((wanted * 1_000_000) / (1_000_000 + this.#pacePerMillion));
    while (this.#scaled(passed) < wanted) passed += 1;
    while (passed > 0 && this.#scaled(passed - 1) >= wanted) passed -= 1;
    return Math.max(nowMicros, this.#since + passed);
  }

  /** Somebody sets the wall clock. */
  jump(byMicros: number): void {
    this.#wallOffsetMicros = Math.max(this.#wallOffsetMicros + byMicros, -this.#epochMicros / 2);
  }

  /** Somebody sets it who knows what time it is. */
  setRight(): void {
    this.#wallOffsetMicros = 0;
    this.#wallSince = this.#scheduler.nowMicros;
  }

  /** Both clocks run too fast by so many millionths, as far as a time daemon goes; 0 ends it. */
  slew(perMillion: number): void {
    this.#wallOffsetMicros = this.#wallOffset();
    this.#wallSince = this.#scheduler.nowMicros;
    this.#slewPerMillion = clipped(perMillion, this.#slewMaxPerMillion);
    this.#setPace();
  }

  /** The monotonic clock stands still; the wall clock goes on. */
  freeze(): void {
    this.#isFrozen = true;
    this.#setPace();
  }

  thaw(): void {
    if (!this.#isFrozen) return;
    this.#isFrozen = false;
    this.#setPace();
  }

  powerBack(): void {
    this.#since = this.#scheduler.nowMicros;
    this.#shown = upMicros;
  }

  #setPace(): void {
    this.#shown = this.monotonic();
    this.#since = this.#scheduler.nowMicros;
    this.#pacePerMillion = this.#isFrozen
      ? standingPerMillion
      : this.#driftPerMillion + this.#slewPerMillion;
    this.onPace();
  }

  #wallOffset(): number {
    if (this.#slewPerMillion === 0) return this.#wallOffsetMicros;
    const passed = this.#scheduler.nowMicros - this.#wallSince;
    return this.#wallOffsetMicros + Math.floor((passed * this.#slewPerMillion) / 1_000_000);
  }

  #scaled(passedMicros: number): number {
    return passedMicros + Math.floor((passedMicros * this.#pacePerMillion) / 1_000_000);
  }
}
