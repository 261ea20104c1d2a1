/**
 * [WIRE-06] Time as the realm is told it, and what it does when it is told:
 *
 * 1. A start begins at what the wall clock shows, or right after the last event that was ever
 *    stepped where that is later. From then on time passes exactly as the machine's monotonic
 *    clock has it, which is as wrong as the twin has made it: neither faster nor slower, and never
 *    by what the wall clock says. A turn's stall only makes whole turns late.
 * 2. What has become due is done in the turn that finds it so, before anything newer is told, and
 *    a turn comes for it: what it was late is what stalls, a timer, and a machine that had to be
 *    built anew explain.
 * 3. Each step of the wall clock is told once, as large as it is, and not later than in the turn
 *    that has to look. The wall clock of a feature that tells of it is the realm's time and the
 *    last step that was told since the start.
 */
import type { Event } from "../../core/contract.ts";
import { limits } from "../../core/kernel/limits.ts";
import type { CheckedWorld } from "../site.ts";
import { CheckFailure } from "./checker.ts";
import type { Checker, Step } from "./checker.ts";

/** What drift and a time daemon together may add to the time in which a turn was stalled. */
const fastPerMillion = 90_000;
/** What timers and turns take. */
const slackMicros = 20_000;
/** The least step that is told, and how often the host looks. */
const stepMicrosMin = limits.clockStepMinMs * 1_000;
const lookMicros = limits.clockCheckMs * 1_000;

export class ClocksChecker implements Checker {
  readonly name = "clocks";
  readonly missesReplays = true;
  /** Counts steps whose time was compared. */
  checked = 0;
  readonly #monotonic: () => number;
  readonly #wallClock: () => number;
  /** `at` minus the monotonic clock; null before the process has started. */
  #offset: number | null = null;
  /** Of all events that were ever stepped; null: nobody knows what the run began with. */
  #latest: number | null = 0;
  /** Of the steps of the wall clock, the last one that was told. */
  #told = 0;
  /** Since this turn there is one to be told; Infinity: there is none. */
  #untoldSince = Infinity;
  /** Null while nothing of what is due need be done: it is not up, or draws to its end. */
  #machine: Step["machine"] | null = null;
  #isUp = false;
  /** Asked for by the last step; null: it may have become due long ago. */
  #due: number | null = null;
  /** By the monotonic clock: since then it is late, as a machine is built; Infinity: none is. */
  #lateSince = Infinity;

  constructor({ monotonicMicros, wallMicros }: CheckedWorld) {
    this.#monotonic = monotonicMicros;
    this.#wallClock = wallMicros;
  }

  processStarted(): void {
    this.#end();
  }

  processEnded(): void {
    this.#end();
  }

  listening(): void {
    this.#isUp = true;
  }

  /** Another machine is built, which takes its time; what was late by then is so all the more. */
  machineThrew({ at }: Event): void {
    if (this.#latest !== null) this.#latest = Math.max(this.#latest, at);
    const lateMicros = this.#due === null ? 0 : Math.max(0, at - this.#due);
    this.#machine = null;
    this.#due = null;
    this.#lateSince = Math.min(this.#lateSince, this.#monotonic() - lateMicros);
  }

  /** Of a state that the run began with nobody has seen the events. */
  restored(): void {
    if (this.#latest === 0) this.#latest = null;
  }

  stepped({ event, counts, machine, stallMicros }: Step): void {
    const { at } = event;
    if (event.type === "server.started") this.#begin(at);
    else {
      this.checked += 1;
      if (counts.size > 0 && counts.has("herald_announced_total")) this.#compare(counts);
      if (!isOfThePast(event)) this.#passed(event, stallMicros);
    }
    this.#latest = Math.max(this.#latest ?? 0, at);
    if (event.type === "drain.requested") this.#isUp = false;
    this.#machine = this.#isUp ? machine : null;
    this.#due = this.#isUp ? machine.nextTimeout() : null;
    if (event.type === "clock.corrected") this.#corrected(event);
  }

  /** In a turn everything happens at once. */
  turned(): void {
    if (this.#offset === null || this.#machine === null) return;
    const monotonic = this.#monotonic();
    const at = monotonic + this.#offset;
    const due = this.#machine.nextTimeout();
    if (due !== null && due < at) {
      this.#fail("what has become due is done in that turn", `${String(at - due)} us ago`);
    }
    const isTold = Math.abs(this.#wallClock() - at - this.#told) < stepMicrosMin;
    if (isTold) this.#untoldSince = Infinity;
    else if (this.#untoldSince === Infinity) this.#untoldSince = monotonic;
    else if (monotonic - this.#untoldSince >= lookMicros) {
      const detail = `${String(this.#wallClock() - at)} us, ${String(this.#told)} were told`;
      this.#fail("a step of the wall clock is told", detail);
    }
  }

  #end(): void {
    this.#offset = null;
    this.#machine = null;
    this.#isUp = false;
    this.#due = null;
    this.#lateSince = Infinity;
  }

  #begin(at: number): void {
    this.#offset = at - this.#monotonic();
    this.#told = 0;
    this.#untoldSince = Infinity;
    const wall = this.#wallClock();
    // What was stepped last may have been lost.
    const isLater = this.#latest === null || at <= this.#latest + 1;
    if (at === wall || (at > wall && isLater)) return;
    this.#fail("a start begins when the wall clock says", `${String(at - wall)} us off`);
  }

  #passed({ type, at }: Event, stallMicros: number): void {
    const off = at - this.#monotonic() - (this.#offset ?? 0);
    if (off !== 0) {
      this.#fail("time passes as the machine's clock has it", `${String(off)} us off at ${type}`);
    }
    const late = this.#due === null ? 0 : at - this.#due;
    if (late <= 0) return;
    if (type !== "time.reached") {
      this.#fail("what has become due is told first", `${String(late)} us before ${type}`);
    }
    const excusedMicros = Math.max(0, this.#monotonic() - this.#lateSince);
    this.#lateSince = Infinity;
    const stalled = stallMicros + (stallMicros * fastPerMillion) / 1_000_000;
    if (late > stalled + excusedMicros + slackMicros) {
      const detail = `${String(late)} us late, ${String(stallMicros)} of them stalled`;
      this.#fail("time is told when something is due", detail);
    }
  }

  #compare(counts: Step["counts"]): void {
    const ahead = counts.get("herald_ahead_micros_total") ?? 0;
    const behind = counts.get("herald_behind_micros_total") ?? 0;
    if (ahead - behind === this.#told) return;
    const detail = `${String(ahead - behind)} us, ${String(this.#told)} were told`;
    this.#fail("features have the wall clock that the realm was told of", detail);
  }

  #corrected({ at, offsetMicros }: Extract<Event, { type: "clock.corrected" }>): void {
    if (Math.abs(offsetMicros - this.#told) < stepMicrosMin) {
      this.#fail("a step of the wall clock is told once", String(offsetMicros));
    }
    const is = this.#wallClock() - at;
    if (offsetMicros !== is) {
      const detail = `${String(offsetMicros)} us, is ${String(is)}`;
      this.#fail("a step of the wall clock is told as it is", detail);
    }
    this.#told = offsetMicros;
  }

  #fail(rule: string, detail: string): never {
    throw new CheckFailure(this.name, rule, detail);
  }
}

const isOfThePast = ({ type }: Event): boolean => type === "host.stalled" || type === "step.failed";
