/**
 * Steps a machine through a log, one event at a time, and says of each how it went.
 *
 * Y1. Events whose step failed are left out, as the first run undid them; so is the log's last one
 *     when a feature throws on it, whose failure a crash kept from being recorded.
 * Y2. After a step that threw the state is nobody's: a playback that has said so goes no further.
 */
import type { Digest } from "../../core/contract.ts";
import type { RealmMachine } from "../../core/realm/index.ts";
import type { Log, LoggedEvent } from "./log.ts";
import { endOf, eventsAfter } from "./log.ts";
import { EffectRecorder } from "./recorder.ts";

/** A state to go on from: after the event of that sequence. */
export interface Mark {
  /** 0: before the first event of all. */
  readonly sequence: number;
  /** What `checkpoint` gave; null: the first state of all. */
  readonly state: Uint8Array | null;
}

/** How the step of an event went. */
export type Stepped =
  | { readonly type: "stepped"; readonly effects: Digest }
  | { readonly type: "left-out" }
  | { readonly type: "threw"; readonly message: string };

/** The state with which the log begins. */
export const markOf = ({ beginning }: Log): Mark =>
  beginning === null
    ? { sequence: 0, state: null }
    : { sequence: beginning.position.nextSequence - 1, state: beginning.machine };

export class Playback {
  readonly machine: RealmMachine;
  readonly outbox = new EffectRecorder();
  readonly #log: Log;
  readonly #events: Generator<LoggedEvent>;
  readonly #left: ReadonlySet<number>;
  /** The event whose step was the last. */
  #sequence: number;

  /**
   * @param left sequences of the events that are left out; by default those whose steps failed
   * @throws ApiMisuseError for a state that this build cannot restore
   */
  constructor(log: Log, mark: Mark = markOf(log), left: ReadonlySet<number> = log.survey.failures) {
    this.#log = log;
    this.#left = left;
    this.machine = log.realm.create();
    if (mark.state !== null) this.machine.restore(mark.state);
    this.#sequence = mark.sequence;
    this.#events = eventsAfter(log, mark.sequence);
  }

  /** The last event that the state contains. */
  get sequence(): number {
    return this.#sequence;
  }

  mark(): Mark {
    return { sequence: this.#sequence, state: this.machine.checkpoint() };
  }

  /** The next event, which has not been stepped; null at the end. */
  next(): LoggedEvent | null {
    const next = this.#events.next();
    return next.done === true ? null : next.value;
  }

  /** Steps what `next` gave last. */
  step({ sequence, event }: LoggedEvent): Stepped {
    const { machine, outbox } = this;
    outbox.begin(event.at);
    if (this.#left.has(sequence)) {
      this.#sequence = sequence;
      return { type: "left-out" };
    }
    const isLast = sequence === endOf(this.#log);
    const before = isLast ? machine.checkpoint() : null;
    try {
      machine.step(event, outbox);
    } catch (error) {
      if (before !== null && machine.failedFeature !== null) {
        machine.restore(before);
        this.#sequence = sequence;
        outbox.begin(event.at);
        return { type: "left-out" };
      }
      return { type: "threw", message: thrownBy(machine.failedFeature, error) };
    }
    this.#sequence = sequence;
    return { type: "stepped", effects: outbox.digest() };
  }

  /** Steps on to the event of that sequence, or the end; false when one of the steps threw. */
  goTo(sequence: number): boolean {
    while (this.#sequence < sequence) {
      const next = this.next();
      if (next === null) return true;
      if (this.step(next).type === "threw") return false;
    }
    return true;
  }
}

/** In words, on one line. */
export function thrownBy(feature: string | null, error: unknown): string {
  const what = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return `${feature ?? "the kernel"} threw ${what.replaceAll("\n", " ")}`;
}
