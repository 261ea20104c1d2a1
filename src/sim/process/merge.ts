/**
 * Which producer the inbox takes from next, when several have something: round robin, as in
 * production, unless it is decided otherwise. The choice depends on nothing but its turn, so it is
 * the same when the run is repeated.
 */
import { invariant } from "../../core/kernel/assert.ts";
import type { Decisions, Subject } from "../decisions.ts";
import { strikes } from "../drawing.ts";
import type { FaultCounters } from "../faults.ts";
import type { ProcessOptions } from "../options.ts";

export interface MergeParts {
  readonly name: string;
  readonly decisions: Decisions;
  readonly faults: FaultCounters;
  readonly options: ProcessOptions;
}

export class DrawnMergeOrder {
  readonly #parts: MergeParts;
  readonly #order: Subject;
  #last = -1;

  constructor(parts: MergeParts) {
    this.#parts = parts;
    this.#order = parts.decisions.subject(`process/${parts.name}/merge`);
  }

  /**
   * @param waiting the producers that have something, ascending; at least two
   * @returns one of them
   */
  choose(waiting: readonly number[]): number {
    const [first] = waiting;
    invariant(first !== undefined, "a choice among none");
    const usual = waiting.find((producer) => producer > this.#last) ?? first;
    const { options, faults } = this.#parts;
    // Decided as a place among those that wait: a number of another run may not wait in this one.
    const drawn = this.#order.next<number | null>(null, (random) =>
      strikes(random, options.mergePerMillion) ? random.below(waiting.length) : null,
    );
    const chosen = drawn === null ? usual : (waiting[drawn % waiting.length] ?? usual);
    if (chosen !== usual) faults.hit("merge.order");
    this.#last = chosen;
    return chosen;
  }
}
