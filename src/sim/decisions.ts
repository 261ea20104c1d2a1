/**
 * Everything in a run that could have gone otherwise is a decision, and every decision is data
 * under a key that names what it applies to: `network/3.1/toServer/fragment#17` is how the
 * eighteenth write of client 3's first connection to the server is cut up.
 *
 * D1. In a seeded run, a subject draws from a random stream of its own, named after it. So a draw
 *     more for one subject shifts no other's.
 * D2. In a planned run nothing is drawn: what the plan holds happens, and what it does not hold
 *     goes as usual. Taking an entry out of a plan therefore takes out one fault and nothing else,
 *     and a plan made by one version of the code still means the same in the next.
 * D3. Once `calm` is set everything goes as usual, whatever the source.
 */
import { RandomStream } from "../core/kernel/random.ts";
import type { Seed } from "../core/kernel/random.ts";
import { below, strikes } from "./drawing.ts";

/** What can be decided, as it stands in a plan file. */
export type Decision =
  null | boolean | number | string | readonly Decision[] | { readonly [name: string]: Decision };

/**
 * The four words of a run's seed.
 *
 * @param seed 0..2^53-1, as it is typed on the command line
 */
export const seedWords = (seed: number): Seed => [
  seed >>> 0,
  Math.floor(seed / 0x1_0000_0000) >>> 0,
  0,
  0,
];

/** One kind of thing that is decided again and again. */
export interface Subject {
  /**
   * Decides the next one.
   *
   * @param usual what happens when nothing is drawn or planned; null where decisions differ in type
   * @param draw draws from the subject's own stream; not called in a planned run
   */
  next<T extends Decision>(usual: T, draw: (random: RandomStream) => T): T;
  /** As `next`, where it is drawn in so many of a million cases; in none, it costs nothing. */
  sometimes<T extends Decision>(perMillion: number, usual: T, draw: (random: RandomStream) => T): T;
  /** Decides whether something happens; usually it does not. */
  strikes(perMillion: number): boolean;
  /** Decides on a number below the limit; usually 0. */
  seldom(perMillion: number, limit: number): number;
}

/** Where decisions come from, and where those that were not the usual ones are kept. */
export class Decisions {
  /** Faults have stopped: everything goes as usual from here on. */
  calm = false;
  /** The first decision of a plan that is of another kind than was asked for, in words. */
  misfit: string | null = null;
  /** What was not as usual, by key, in the order in which it was decided. Null: not kept. */
  readonly taken: Map<string, Decision> | null;
  /** Told of each that is kept. Replaced by whoever wants to know. */
  onTaken: (key: string, decision: Decision) => void = () => undefined;
  readonly #source: DecisionSource;

  private constructor(source: DecisionSource, keep: boolean) {
    this.#source = source;
    this.taken = keep ? new Map() : null;
  }

  /** @param keep whether to keep what is drawn, which costs time and memory */
  static drawn(seed: number, keep: boolean): Decisions {
    return new Decisions({ type: "seed", seed: seedWords(seed) }, keep);
  }

  static planned(plan: ReadonlyMap<string, Decision>): Decisions {
    const subjects = new Set(Array.from(plan.keys(), (key) => key.slice(0, key.lastIndexOf("#"))));
    return new Decisions({ type: "plan", plan, subjects }, true);
  }

  /** What is to be done later, unless faults have stopped by then. */
  inStorm(act: () => void): () => void {
    return () => {
      if (!this.calm) act();
    };
  }

  /** Keeps a decision, where they are kept. */
  keep(key: string, decision: Decision): void {
    if (this.taken === null) return;
    this.taken.set(key, decision);
    this.onTaken(key, decision);
  }

  /** @param name unique in the run, with `/` between its parts */
  subject(name: string): Subject {
    if (this.#source.type === "seed") return new DrawnSubject(this, name, this.#source.seed);
    // Most subjects of a plan are not in it, and need not look each time.
    const { plan, subjects } = this.#source;
    return subjects.has(name) ? new PlannedSubject(this, name, plan) : usualSubject;
  }
}

type DecisionSource =
  | { readonly type: "seed"; readonly seed: Seed }
  | {
      readonly type: "plan";
      readonly plan: ReadonlyMap<string, Decision>;
      /** The names of those that it decides. */
      readonly subjects: ReadonlySet<string>;
    };

const usualSubject: Subject = {
  next: (usual) => usual,
  sometimes: (_perMillion, usual) => usual,
  strikes: () => false,
  seldom: () => 0,
};

const always = (): boolean => true;

class DrawnSubject implements Subject {
  readonly #decisions: Decisions;
  readonly #name: string;
  readonly #seed: Seed;
  // Made by the first draw: most subjects of a run are never asked.
  #random: RandomStream | null = null;
  #index = 0;

  constructor(decisions: Decisions, name: string, seed: Seed) {
    this.#decisions = decisions;
    this.#name = name;
    this.#seed = seed;
  }

  next<T extends Decision>(usual: T, draw: (random: RandomStream) => T): T {
    const index = this.#index++;
    if (this.#decisions.calm) return usual;
    const drawn = draw(this.#stream());
    if (drawn !== usual) this.#keep(index, drawn);
    return drawn;
  }

  sometimes<T extends Decision>(
    perMillion: number,
    usual: T,
    draw: (random: RandomStream) => T,
  ): T {
    const index = this.#index++;
    if (perMillion === 0 || this.#decisions.calm) return usual;
    const random = this.#stream();
    const drawn = strikes(random, perMillion) ? draw(random) : usual;
    if (drawn !== usual) this.#keep(index, drawn);
    return drawn;
  }

  strikes(perMillion: number): boolean {
    return this.sometimes(perMillion, false, always);
  }

  seldom(perMillion: number, limit: number): number {
    return this.sometimes(perMillion, 0, (random) => below(random, limit));
  }

  #stream(): RandomStream {
    this.#random ??= RandomStream.named(this.#seed, this.#name);
    return this.#random;
  }

  #keep(index: number, drawn: Decision): void {
    const decisions = this.#decisions;
    if (decisions.taken !== null) decisions.keep(`${this.#name}#${String(index)}`, drawn);
  }
}

class PlannedSubject implements Subject {
  readonly #decisions: Decisions;
  readonly #name: string;
  readonly #plan: ReadonlyMap<string, Decision>;
  #index = 0;

  constructor(decisions: Decisions, name: string, plan: ReadonlyMap<string, Decision>) {
    this.#decisions = decisions;
    this.#name = name;
    this.#plan = plan;
  }

  next<T extends Decision>(usual: T): T {
    const key = `${this.#name}#${String(this.#index++)}`;
    if (this.#decisions.calm) return usual;
    const planned = this.#plan.get(key);
    if (planned === undefined) return usual;
    // A plan written by hand may hold anything: what cannot be meant is told when the run is over.
    if (usual !== null && typeof planned !== typeof usual) {
      const words = `is a ${typeof usual}, not ${JSON.stringify(planned)}`;
      this.#decisions.misfit ??= `decisions["${key}"] ${words}`;
      return usual;
    }
    this.#decisions.keep(key, planned);
    return planned as T;
  }

  sometimes<T extends Decision>(_perMillion: number, usual: T): T {
    return this.next(usual);
  }

  strikes(): boolean {
    return this.next(false);
  }

  seldom(): number {
    return this.next(0);
  }
}
