/**
 * Shrinks a failure: looks for the smallest plan that still breaks the same rule of the same
 * checker. A candidate is run once (twice when what is broken is that a run goes the same way
 * twice), and not for longer than it took the smallest failure so far, give or take a little.
 *
 *     const shrinking = new Shrinking(failure, { given: () => ({ features }) });
 *     while (shrinking.step()) if (isTimeUp()) break;
 *     shrinking.result.plan
 *
 * H1. The result fails with the fingerprint that it began with: it was run, and seen to.
 * H2. Shrinking is a function of the plan and of what is given: no clock and no chance in it.
 */
import { digestStart, digestString } from "../../core/kernel/digest.ts";
import type { Plan } from "../plan.ts";
import { simulate } from "../simulate.ts";
import type { SimulateOptions, SimulationFailure } from "../simulate.ts";
import { calmDown } from "./calm.ts";
import { eventsOf } from "./edit.ts";
import { leaveOut } from "./leave-out.ts";
import { inTurn, untilSettled } from "./search.ts";
import type { Search } from "./search.ts";
import { simplify } from "./simplify.ts";

/** What a run is given besides its plan. */
export type Given = Pick<
  SimulateOptions,
  "features" | "nextFeatures" | "performers" | "mayThrow" | "checkers" | "host"
>;

export interface ShrinkOptions {
  /** Called for each candidate: what the failing run was given, made anew. Nothing, if left out. */
  readonly given?: () => Given;
  /** Candidates that are run at most; 5,000 when left out. */
  readonly runsMax?: number;
  /** Asked after each run; false: enough. */
  readonly goOn?: (soFar: Shrunk) => boolean;
}

/** The smallest failure so far. */
export interface Shrunk {
  /** Fails as the original does. */
  readonly failure: SimulationFailure;
  /** Decisions and actions that are left, and that there were. */
  readonly events: number;
  readonly eventsBefore: number;
  /** How many candidates were run. */
  readonly runs: number;
  /** Nothing smaller is found by the passes there are. False: broken off, and the best so far. */
  readonly isFinished: boolean;
  /** The plan breaks its rule when it is run again. False: nothing could be tried. */
  readonly isReproduced: boolean;
}

const runsMaxUsual = 5_000;
/** A candidate may take a little longer to fail than what it came from. */
const slackMicros = 2_000_000;

const search = (plan: Plan): Search =>
  untilSettled(inTurn([leaveOut, calmDown, leaveOut, simplify]))(plan);

export class Shrinking {
  readonly #options: ShrinkOptions;
  readonly #fingerprint: string;
  readonly #isAboutTwice: boolean;
  readonly #eventsBefore: number;
  readonly #tried = new Set<string>();
  #best: SimulationFailure;
  #search: Search | null = null;
  #candidate: Plan | null;
  #runs = 0;
  #isFinished = false;
  #isReproduced = false;

  constructor(failure: SimulationFailure, options: ShrinkOptions = {}) {
    this.#options = options;
    this.#best = failure;
    this.#fingerprint = failure.fingerprint;
    this.#isAboutTwice = failure.checker === "determinism";
    this.#eventsBefore = eventsOf(failure.plan);
    this.#candidate = failure.plan;
  }

  get result(): Shrunk {
    return {
      failure: this.#best,
      events: eventsOf(this.#best.plan),
      eventsBefore: this.#eventsBefore,
      runs: this.#runs,
      isFinished: this.#isFinished,
      isReproduced: this.#isReproduced,
    };
  }

  /** Runs one candidate. False when there is none left, or no more are to be run. */
  step(): boolean {
    const candidate = this.#candidate;
    if (candidate === null || this.#runs >= (this.#options.runsMax ?? runsMaxUsual)) return false;
    const verdict = this.#judge(candidate);
    if (verdict !== null) this.#best = verdict;
    if (this.#search !== null) this.#next(verdict?.plan ?? null);
    else if (verdict === null) this.#candidate = null;
    else this.#begin(verdict.plan);
    return this.#candidate !== null;
  }

  /** The first run was the original, which says whether there is anything to shrink. */
  #begin(plan: Plan): void {
    this.#isReproduced = true;
    this.#search = search(plan);
    this.#take(this.#search.next());
  }

  #next(verdict: Plan | null): void {
    const { done, value } = (this.#search as Search).next(verdict);
    this.#take({ done, value } as IteratorResult<Plan, Plan>);
  }

  /** Passes meet the same candidate again and again: it is run once. */
  #take(result: IteratorResult<Plan, Plan>): void {
    for (let next = result; ;) {
      if (next.done === true) {
        this.#isFinished = true;
        this.#candidate = null;
        return;
      }
      const text = nameOf(next.value);
      if (!this.#tried.has(text)) {
        this.#tried.add(text);
        this.#candidate = next.value;
        return;
      }
      next = (this.#search as Search).next(null);
    }
  }

  #judge(plan: Plan): SimulationFailure | null {
    this.#runs += 1;
    const isOriginal = this.#search === null;
    const { failure } = simulate({
      ...this.#options.given?.(),
      plan,
      twice: this.#isAboutTwice,
      locate: false,
      stopAfterMicros: isOriginal ? Infinity : this.#best.atMicros + slackMicros,
    });
    return failure?.fingerprint === this.#fingerprint ? failure : null;
  }
}

/** Shrinks until there is nothing more to leave out, or `goOn` says so. */
export function shrink(failure: SimulationFailure, options: ShrinkOptions = {}): Shrunk {
  const shrinking = new Shrinking(failure, options);
  while (shrinking.step()) if (options.goOn?.(shrinking.result) === false) break;
  return shrinking.result;
}

/** Plans are large and many; their names are neither. Two hashes make one that is not met twice. */
function nameOf(plan: Plan): string {
  const text = JSON.stringify(plan, (_key, value: unknown) =>
    typeof value === "bigint" ? `${String(value)}n` : value,
  );
  const first = digestString(digestStart, text);
  return `${String(first)} ${String(digestString(first ^ 0x5bd1e995, text))} ${String(text.length)}`;
}
