/**
 * Acting before the server has answered: a game applies its own inputs at once, and what the server
 * says later is put right by applying anew what it has not yet seen.
 *
 *     const walk = new Prediction({ state: spawn, step: (at, input) => moved(at, input) });
 *     const sequence = walk.act(input);              send it with this sequence_number
 *     walk.reconcile(self.position, view.inputSequence);
 *     draw(walk.state);
 *
 * P1. `state` is what the server last told, with all inputs applied that it had not seen by then,
 *     in their order.
 * P2. An input is pending until the server acknowledges it or a later one. The server judges inputs
 *     in their order and drops none in between, so one number acknowledges all before it.
 * P3. When `step` does what the server does, a reconciliation changes nothing.
 */
import { apiRule } from "../core/kernel/assert.ts";

export interface PredictionOptions<State, Input> {
  /** Where the server has the player: its spawn. */
  readonly state: State;
  /** The state after an input. Pure; gives a new state and leaves the old one as it was. */
  readonly step: (state: State, input: Input) => State;
  /** Inputs that may wait for the server; the default is four seconds of 30 a second. */
  readonly pendingMax?: number;
}

export class Prediction<State, Input> {
  readonly #step: (state: State, input: Input) => State;
  readonly #pendingMax: number;
  #state: State;
  /** The last `#pending.length` inputs; the last of them has the sequence `#sequence`. */
  #pending: Input[] = [];
  #sequence = 0;

  constructor({ state, step, pendingMax = 120 }: PredictionOptions<State, Input>) {
    apiRule(pendingMax >= 1, "pendingMax must be at least 1");
    this.#state = state;
    this.#step = step;
    this.#pendingMax = pendingMax;
  }

  /** With everything that has been done so far. */
  get state(): State {
    return this.#state;
  }

  /** How many inputs the server has not judged yet. */
  get pending(): number {
    return this.#pending.length;
  }

  /** Of the last input; 0 before the first. */
  get sequence(): number {
    return this.#sequence;
  }

  /**
   * Applies an input.
   *
   * @returns the sequence number to send it with, counting from 1; null when too many wait: then
   * the link is as good as gone, nothing has changed, and the input is to be dropped
   */
  act(input: Input): number | null {
    if (this.#pending.length >= this.#pendingMax) return null;
    this.#pending.push(input);
    this.#sequence += 1;
    this.#state = this.#step(this.#state, input);
    return this.#sequence;
  }

  /**
   * The server has told where it has the player.
   *
   * @param state what it told
   * @param acknowledged `input_sequence` of the same update; one that is older than the last, or
   * of an input that was never made, acknowledges nothing more
   * @returns the state with what is pending applied to it
   */
  reconcile(state: State, acknowledged: number): State {
    const first = this.#sequence - this.#pending.length + 1;
    if (acknowledged >= first && acknowledged <= this.#sequence) {
      this.#pending = this.#pending.slice(acknowledged - first + 1);
    }
    let next = state;
    for (const input of this.#pending) next = this.#step(next, input);
    this.#state = next;
    return next;
  }
}
