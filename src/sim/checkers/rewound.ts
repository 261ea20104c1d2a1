/**
 * What a checker knows of a realm's history, where it goes back as the realm does: to a checkpoint,
 * or to the beginning.
 */
import type { Memory } from "./checker.ts";

export class Rewound<T> implements Memory {
  /** As it is after the last step. */
  now: T;
  readonly #begin: (isKnown: boolean) => T;
  /** By the number of steps that a checkpoint was made after. */
  readonly #saved = new Map<number, T>();

  /**
   * @param begin what is known where nothing has happened yet; and, with false, in a state that
   *   somebody else has left
   */
  constructor(begin: (isKnown: boolean) => T) {
    this.#begin = begin;
    this.now = begin(true);
  }

  machineCreated(): void {
    this.now = this.#begin(true);
  }

  checkpointed(steps: number): void {
    this.#saved.set(steps, structuredClone(this.now));
  }

  restored(steps: number): void {
    this.now = structuredClone(this.#saved.get(steps) ?? this.#begin(false));
  }
}
