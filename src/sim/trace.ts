/**
 * What a run did, as numbers: one digest for each step of the realm, with the time at which it was
 * made. Two runs of one plan must give equal traces; the first place where they do not is named.
 */
import { finish, mix } from "../core/kernel/digest.ts";
import type { Step } from "./checkers/checker.ts";

export class Trace {
  /** A digest a step; each holds all those before it. */
  readonly #chain: number[] = [];
  readonly #names: string[] = [];
  #hash = 0;

  get length(): number {
    return this.#chain.length;
  }

  get digest(): number {
    return finish(this.#hash);
  }

  /** @param schedulerSteps how many actions had happened: the simulator itself must agree, too */
  add({ event, digest, isReplay }: Step, nowMicros: number, schedulerSteps: number): void {
    this.#hash = mix(mix(mix(this.#hash, digest), nowMicros | 0), schedulerSteps | 0);
    this.#chain.push(this.#hash);
    const about = "connection" in event ? ` of connection ${String(event.connection)}` : "";
    this.#names.push(
      `${isReplay ? "replayed " : ""}${event.type}${about}, at ${String(nowMicros)} us`,
    );
  }

  /** The first step in which the two differ, in words; null when they are equal. */
  differsFrom(other: Trace): string | null {
    const length = Math.min(this.length, other.length);
    // The chain carries a difference on, so the first one is found by halving.
    let from = 0;
    let to = length;
    while (from < to) {
      const middle = (from + to) >> 1;
      if (this.#chain[middle] === other.#chain[middle]) from = middle + 1;
      else to = middle;
    }
    if (from === this.length && from === other.length) return null;
    const name = (trace: Trace): string => trace.#names[from] ?? "nothing more";
    return `step ${String(from)} was first ${name(this)}; then ${name(other)}`;
  }
}
