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
}

/** Where decisions come from, and where those that were not the usual ones are kept. */
export class Decisions {
  /** Faults have stopped: everything goes as usual from here on. */
  calm = false;
  /** What was not as usual, by key, in the order in which it was decided. Null: not kept. */
  readonly taken: Map<string, Decision> | null;
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
    return new Decisions({ type: "plan", plan }, true);
  }

  /** @param name unique in the run, with `/` between its parts */
  subject(name: string): Subject {
    return this.#source.type === "seed"
      ? new DrawnSubject(this, name, this.#source.seed)
      : new PlannedSubject(this, name, this.#source.plan);
  }
}

type DecisionSource =
  | { readonly type: "seed"; readonly seed: Seed }
  | { readonly type: "plan"; readonly plan: ReadonlyMap<string, Decision> };

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
    this.#random ??= RandomStream.named(this.#seed, this.#name);
    const drawn = draw(this.#random);
    if (drawn !== usual) this.#decisions.taken?.set(`${this.#name}#${String(index)}`, drawn);
    return drawn;
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
    // A plan written by hand may hold anything. What cannot be meant goes as usual.
    if (planned === undefined) return usual;
    if (usual !== null && typeof planned !== typeof usual) return usual;
    this.#decisions.taken?.set(key, planned);
    return planned as T;
  }
}
