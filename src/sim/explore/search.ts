/**
 * Plays every order of a corner's events, each state once: breadth first, so that what breaks a
 * rule is found by a short order.
 *
 * Partial orders. Two events commute when either order leads to the same state. Where they do, the
 * two orders meet again and are one from there on: so every state is played once, and not every
 * order, of which there are astronomically more (`orders.ts` counts them). With `isReduced` not
 * even every state is played: what commutes with all that others can do is played first.
 */
import { digestStart, digestString, finish, mix } from "../../core/kernel/digest.ts";
import { playCalm } from "./calm.ts";
import type { Calm } from "./calm.ts";
import type { Corner } from "./corner.ts";
import { at, keyOf } from "./parts.ts";
import type { State } from "./parts.ts";
import { System } from "./system.ts";
import { firstOf } from "./reduction.ts";

export interface ExploreOptions {
  readonly corner: Corner;
  /** Leaves out states that no rule can tell from others. Default: false. */
  readonly isReduced?: boolean;
  /** Gives up beyond so many states. */
  readonly statesMax?: number;
  /** Told now and then. */
  readonly onProgress?: (states: number) => void;
}

export interface Broken {
  readonly rule: string;
  /** The events that lead there, by name, in order: none of them can be left out. */
  readonly events: readonly string[];
  /** What follows of itself when nothing else is left to happen; empty for a rule broken before. */
  readonly calm: readonly string[];
}

/** All states by number from 0, the first one, and how they follow from each other. */
export interface Graph {
  readonly states: number;
  /** Of each state: what can happen, and which state follows. */
  readonly successors: readonly (readonly Step[])[];
  /** By the numbers in steps. */
  readonly names: readonly string[];
  /**
   * Of each state, the events that might go first, by number; empty when none may go before the
   * others. Of a reduced graph they are all that it has.
   */
  readonly firsts: readonly (readonly number[])[];
}

export interface Step {
  readonly event: number;
  readonly to: number;
}

export interface Exploration {
  readonly corner: string;
  readonly graph: Graph;
  readonly transitions: number;
  /** In which nothing is left to happen. */
  readonly ends: number;
  /** Over all those states; equal when they are, in whichever order they were found. */
  readonly endsDigest: number;
  /** Events of the longest way from the first state. */
  readonly depth: number;
  /** Different steps of realms: the others were repetitions. */
  readonly realmSteps: number;
  readonly broken: Broken | null;
  /** False when `statesMax` was reached first. */
  readonly isComplete: boolean;
}

/** Plays the corner. Cost: a few microseconds a transition, and a few hundred a realm's step. */
export function explore(options: ExploreOptions): Exploration {
  return new Search(options).run();
}

/** Plays a list of events again. Returns the rule that breaks, null when none does. */
export function replayOrder(corner: Corner, events: readonly string[]): string | null {
  return replayIn(systemOf(corner), events);
}

function replayIn(system: System, events: readonly string[]): string | null {
  const end = endOf(system, events);
  return typeof end === "string" ? end : end.broken;
}

/** What comes of the events, the calm end with it; in words where one of them cannot happen. */
function endOf(system: System, events: readonly string[]): Calm | string {
  let state = system.first();
  for (const name of events) {
    const happening = system.events(state).find((one) => one.name === name);
    if (happening === undefined) return `"${name}" cannot happen here`;
    const next = system.apply(state, happening);
    if (next.broken !== null) return { broken: next.broken, events: [] };
    state = next.state;
  }
  return system.events(state).length === 0 ? playCalm(system, state) : { broken: null, events: [] };
}

/**
 * The order without the events that it can do without: the reduction plays some of them earlier
 * than need be.
 */
function shortened(system: System, { rule, events }: Broken): Broken {
  let kept = events;
  for (let index = kept.length - 1; index >= 0; index -= 1) {
    const fewer = kept.toSpliced(index, 1);
    if (replayIn(system, fewer) === rule) kept = fewer;
  }
  const end = endOf(system, kept);
  return { rule, events: kept, calm: typeof end === "string" ? [] : end.events };
}

/** With a guest for each account, who tries whether it is free. */
function systemOf(corner: Corner): System {
  const accounts = [...new Set(corner.visitors.map(({ account }) => account))];
  const goal = corner.games > 0 ? "play" : "login";
  const guests = accounts.map(
    (account) =>
      ({ account, device: "guest", goal, game: 1, cuts: 0, tries: 0, logsOut: false }) as const,
  );
  return new System(corner, guests);
}

const statesMaxByDefault = 5_000_000;
const progressEvery = 10_000;

class Search {
  readonly #options: ExploreOptions;
  readonly #system: System;
  readonly #numbers = new Map<string, number>();
  readonly #names = new Map<string, number>();
  readonly #successors: Step[][] = [];
  readonly #firsts: (readonly number[])[] = [];
  readonly #parents: number[] = [];
  readonly #parentEvents: number[] = [];
  /** Kept only until it has been played: what waits is a small part of all. */
  #waiting: State[] = [];
  #transitions = 0;
  readonly #endDigests: number[] = [];
  #depth = 0;
  #broken: Broken | null = null;

  constructor(options: ExploreOptions) {
    this.#options = options;
    this.#system = systemOf(options.corner);
  }

  run(): Exploration {
    const { corner, statesMax = statesMaxByDefault, onProgress } = this.#options;
    this.#add(this.#system.first(), -1, -1);
    let number = 0;
    while (this.#waiting.length > 0 && this.#broken === null && number < statesMax) {
      const level = this.#waiting;
      this.#waiting = [];
      this.#depth += 1;
      for (const state of level) {
        this.#play(number, state);
        number += 1;
        if (this.#broken !== null || number >= statesMax) break;
        if (number % progressEvery === 0) onProgress?.(number);
      }
    }
    return {
      corner: corner.name,
      graph: {
        states: this.#successors.length,
        successors: this.#successors,
        names: [...this.#names.keys()],
        firsts: this.#firsts,
      },
      transitions: this.#transitions,
      ends: this.#endDigests.length,
      endsDigest: digestOf(this.#endDigests),
      depth: this.#depth - 1,
      realmSteps: this.#system.steps,
      broken: this.#broken === null ? null : shortened(this.#system, this.#broken),
      isComplete: this.#broken === null && this.#waiting.length === 0,
    };
  }

  #play(number: number, state: State): void {
    const all = this.#system.events(state);
    const first = firstOf(this.#system.corner, state, all);
    const events = this.#options.isReduced === true ? first : all;
    const isFirst = first.length < all.length;
    this.#firsts[number] = isFirst ? first.map(({ name }) => this.#nameOf(name)) : [];
    const steps = at(this.#successors, number);
    for (const happening of events) {
      const event = this.#nameOf(happening.name);
      const next = this.#system.apply(state, happening);
      this.#transitions += 1;
      if (next.broken !== null) {
        const order = [...this.#orderTo(number), happening.name];
        this.#broken = { rule: next.broken, events: order, calm: [] };
        return;
      }
      steps.push({ event, to: this.#add(next.state, number, event) });
    }
    if (all.length > 0) return;
    this.#endDigests.push(digestOfState(state));
    const calm = playCalm(this.#system, state);
    if (calm.broken === null) return;
    this.#broken = { rule: calm.broken, events: this.#orderTo(number), calm: calm.events };
  }

  /** The state's number; a state that was not known waits to be played. */
  #add(state: State, parent: number, event: number): number {
    const key = keyOf(state);
    const known = this.#numbers.get(key);
    if (known !== undefined) return known;
    const number = this.#numbers.size;
    this.#numbers.set(key, number);
    this.#successors.push([]);
    this.#parents.push(parent);
    this.#parentEvents.push(event);
    this.#waiting.push(state);
    return number;
  }

  #nameOf(name: string): number {
    const known = this.#names.get(name);
    if (known !== undefined) return known;
    this.#names.set(name, this.#names.size);
    return this.#names.size - 1;
  }

  #orderTo(number: number): string[] {
    const names = [...this.#names.keys()];
    const events: string[] = [];
    for (let one = number; one > 0; one = at(this.#parents, one)) {
      events.push(at(names, at(this.#parentEvents, one)));
    }
    return events.toReversed();
  }
}

/** Over what the state's parts are, not how they are numbered. */
function digestOfState({ realms, tables, visitors, links, flights, rest }: State): number {
  const parts = [...realms, tables, ...visitors, ...links, ...flights, rest];
  const texts = parts.map(({ value }) => JSON.stringify(value));
  return finish(texts.reduce(digestString, digestStart));
}

const digestOf = (digests: readonly number[]): number =>
  finish(digests.toSorted((one, other) => one - other).reduce(mix, digestStart));
