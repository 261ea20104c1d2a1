/**
 * How many orders of events a graph of states stands for, and whether what was left out of one may
 * be left out.
 */
import { invariant } from "../../core/kernel/assert.ts";
import { at } from "./parts.ts";
import type { Graph, Step } from "./search.ts";

/** The number of ways from the first state to an end, each of them an order of all that happens. */
export function countOrders(graph: Graph): bigint {
  const orders = new Array<bigint>(graph.states).fill(0n);
  for (const state of endsFirst(graph)) {
    const steps = at(graph.successors, state);
    let sum = steps.length === 0 ? 1n : 0n;
    for (const { to } of steps) sum += orders[to] ?? 0n;
    orders[state] = sum;
  }
  return orders[0] ?? 0n;
}

/** The most events that an order has. */
export function longestOrder(graph: Graph): number {
  const longest = new Uint32Array(graph.states);
  for (const state of endsFirst(graph)) {
    for (const { to } of at(graph.successors, state)) {
      longest[state] = Math.max(longest[state] ?? 0, (longest[to] ?? 0) + 1);
    }
  }
  return longest[0] ?? 0;
}

export interface Commutation {
  /** Pairs of events that could happen in one state, over all states. */
  readonly pairs: number;
  /** Those of which either can still happen behind the other, and both orders give one state. */
  readonly commuting: number;
}

/** Puts every pair of events of every state to the test: one state, or two? */
export function countCommuting({ successors }: Graph): Commutation {
  let pairs = 0;
  let commuting = 0;
  for (const steps of successors) {
    for (const [index, one] of steps.entries()) {
      for (const other of steps.slice(index + 1)) {
        pairs += 1;
        if (commute(successors, one, other)) commuting += 1;
      }
    }
  }
  return { pairs, commuting };
}

/**
 * What X1 of `reduction.ts` claims and is not so, in words: events that might go first and do not
 * commute with another one of their state.
 *
 * @param graph a whole one: a reduced graph has nothing to compare with
 */
export function untrueClaims({ successors, firsts, names }: Graph): {
  readonly tested: number;
  readonly untrue: readonly string[];
} {
  const untrue = new Set<string>();
  let tested = 0;
  for (const [state, steps] of successors.entries()) {
    const first = firsts[state] ?? [];
    if (first.length === 0) continue;
    const group = steps.filter(({ event }) => first.includes(event));
    const others = steps.filter(({ event }) => !first.includes(event));
    for (const one of group) {
      for (const other of others) {
        tested += 1;
        if (commute(successors, one, other)) continue;
        untrue.add(`${at(names, one.event)} | ${at(names, other.event)}`);
      }
    }
  }
  return { tested, untrue: [...untrue] };
}

/**
 * The number of orders of which no two are one but for events that commute: a representative of
 * each class is counted by its sleep sets (Godefroid 1996, 5). Null beyond `pairsMax` pairs of a
 * state and its sleep set.
 */
export function countInequivalent(graph: Graph, pairsMax: number): bigint | null {
  const { successors } = graph;
  const known = new Map<string, bigint>();
  const stack: Frame[] = [{ state: 0, sleep: [], key: "0", next: 0, sum: 0n, asleep: [] }];
  for (;;) {
    const frame = stack.at(-1);
    invariant(frame !== undefined, "the first state comes last");
    const steps = at(successors, frame.state);
    const step = steps[frame.next];
    if (step === undefined) {
      const sum = steps.length === 0 ? 1n : frame.sum;
      known.set(frame.key, sum);
      if (known.size > pairsMax) return null;
      stack.pop();
      const parent = stack.at(-1);
      if (parent === undefined) return sum;
      parent.sum += sum;
      continue;
    }
    frame.next += 1;
    if (frame.sleep.includes(step.event)) continue;
    const candidates = [...frame.sleep, ...frame.asleep];
    frame.asleep.push(step.event);
    const sleep = candidates.filter((event) => {
      const other = steps.find((one) => one.event === event);
      return other !== undefined && commute(successors, step, other);
    });
    sleep.sort((one, other) => one - other);
    const key = `${String(step.to)}/${sleep.join(",")}`;
    const sum = known.get(key);
    if (sum === undefined) {
      stack.push({ state: step.to, sleep, key, next: 0, sum: 0n, asleep: [] });
    } else frame.sum += sum;
  }
}

interface Frame {
  readonly state: number;
  /** Events whose orders from here on have been counted elsewhere, by number. */
  readonly sleep: readonly number[];
  readonly key: string;
  next: number;
  sum: bigint;
  /** Events that have been counted from this state. */
  readonly asleep: number[];
}

/** Whether either event can happen behind the other, and both orders lead to one state. */
function commute(successors: Graph["successors"], one: Step, other: Step): boolean {
  const there = at(successors, one.to).find(({ event }) => event === other.event);
  const back = at(successors, other.to).find(({ event }) => event === one.event);
  return there !== undefined && back !== undefined && there.to === back.to;
}

/** Every state behind all that follow it. Throws when one follows itself. */
function endsFirst({ states, successors }: Graph): Uint32Array {
  const order = new Uint32Array(states);
  const isOpen = new Uint8Array(states);
  const next = new Uint32Array(states);
  let count = 0;
  const stack = [0];
  isOpen[0] = 1;
  for (let state = stack.at(-1); state !== undefined; state = stack.at(-1)) {
    const step = at(successors, state)[next[state] ?? 0];
    if (step === undefined) {
      order[count++] = state;
      isOpen[state] = 2;
      stack.pop();
      continue;
    }
    next[state] = (next[state] ?? 0) + 1;
    invariant(isOpen[step.to] !== 1, "no state follows itself");
    if (isOpen[step.to] !== 0) continue;
    isOpen[step.to] = 1;
    stack.push(step.to);
  }
  return order.subarray(0, count);
}
