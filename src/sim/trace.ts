/**
 * What a run did, as numbers: one digest for each step of the realm, with the time at which it was
 * made. Two runs of one plan must give equal traces; the first place where they do not is named.
 */
import type { EventType } from "../core/contract.ts";
import { finish, mix } from "../core/kernel/digest.ts";
import type { Step } from "./checkers/checker.ts";

export class Trace {
  /** A digest a step; each holds all those before it. */
  readonly #chain: number[] = [];
  // What names a step, apart: a name is made only for the one that differs.
  readonly #types: EventType[] = [];
  readonly #connections: number[] = [];
  readonly #times: number[] = [];
  #hash = 0;

  get length(): number {
    return this.#chain.length;
  }

  get digest(): number {
    return finish(this.#hash);
  }

  /** @param schedulerSteps how many actions had happened: the simulator itself must agree, too */
  add({ event, digest }: Step, nowMicros: number, schedulerSteps: number): void {
    this.#hash = mix(mix(mix(this.#hash, digest), nowMicros | 0), schedulerSteps | 0);
    this.#chain.push(this.#hash);
    this.#types.push(event.type);
    this.#connections.push("connection" in event ? (event.connection ?? 0) : 0);
    this.#times.push(nowMicros);
  }

  /** A number a step; each holds all those before it. */
  get chain(): readonly number[] {
    return this.#chain;
  }

  /** The first step in which the two differ, in words; null when they are equal. */
  differsFrom(other: Trace): string | null {
    const step = firstDifference(this.#chain, other.#chain);
    if (step === null) return null;
    return `step ${String(step)} was first ${this.nameOf(step)}; then ${other.nameOf(step)}`;
  }

  /** A step in words; "nothing" where there is none. */
  nameOf(step: number): string {
    const type = this.#types[step];
    if (type === undefined) return "nothing";
    const connection = this.#connections[step] ?? 0;
    const about = connection === 0 ? "" : ` of connection ${String(connection)}`;
    return `${type}${about} at ${String(this.#times[step])} us`;
  }
}

/** The first index at which two chains differ; null when they are equal. */
export function firstDifference(left: readonly number[], right: readonly number[]): number | null {
  // A chain carries a difference on, so the first one is found by halving.
  let from = 0;
  let to = Math.min(left.length, right.length);
  while (from < to) {
    const middle = (from + to) >> 1;
    if (left[middle] === right[middle]) from = middle + 1;
    else to = middle;
  }
  return from === left.length && from === right.length ? null : from;
}
