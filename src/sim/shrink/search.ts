/**
 * How shrinking searches. A pass is a generator: it gives a candidate out, and gets a verdict back,
 * which is the plan to go on with when the candidate still fails as it should, and null when it
 * does not. So a pass knows nothing of running, of limits or of clocks, and whoever drives it may
 * stop between any two candidates.
 *
 * S1. A pass returns the last plan that was said to fail, or the one that it was given.
 * S2. Passes only ever go down: fewer entries, or the same with simpler values. So a round of
 *     passes that accepts nothing is the end.
 */
import type { Plan } from "../plan.ts";

export type Search = Generator<Plan, Plan, Plan | null>;
export type Pass = (plan: Plan) => Search;

/** Several passes, one after the other. */
export const inTurn = (passes: readonly Pass[]): Pass =>
  function* (plan) {
    let best = plan;
    for (const pass of passes) best = yield* pass(best);
    return best;
  };

/** The pass again and again until it accepts nothing more. */
export const untilSettled = (pass: Pass): Pass =>
  function* (plan) {
    let best = plan;
    for (;;) {
      const next = yield* pass(best);
      if (next === best) return best;
      best = next;
    }
  };

/** One attempt. */
export function* attempt(plan: Plan, candidate: Plan | null): Search {
  if (candidate === null) return plan;
  return (yield candidate) ?? plan;
}

/** The first of the candidates that is accepted, in order of preference; made one by one. */
export function* firstOf(plan: Plan, candidates: Iterable<Plan>): Search {
  for (const candidate of candidates) {
    const verdict = yield candidate;
    if (verdict !== null) return verdict;
  }
  return plan;
}

export interface Droppable<Item> {
  /** What could be left out, in an order in which neighbours belong together. */
  readonly items: (plan: Plan) => readonly Item[];
  readonly without: (plan: Plan, dropped: ReadonlySet<Item>) => Plan;
}

/**
 * Leaves out as much as it can (delta debugging, after Zeller's ddmin): everything, then halves,
 * quarters and so on down to single items, from the end, because what comes late is needed seldom.
 * With k of n items needed it takes about 2 k log2(n) candidates.
 */
export const dropping = <Item>({ items, without }: Droppable<Item>): Pass =>
  function* (plan) {
    let best = plan;
    for (let size = items(best).length; size >= 1; size = Math.floor(size / 2)) {
      let end = items(best).length;
      while (end > 0) {
        const left = items(best);
        end = Math.min(end, left.length);
        const start = Math.max(0, end - size);
        const dropped = new Set(left.slice(start, end));
        if (dropped.size > 0) best = (yield without(best, dropped)) ?? best;
        end = start;
      }
    }
    return best;
  };
