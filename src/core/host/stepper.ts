/**
 * One event through the realm: journalled, stepped, its effects digested and handed on.
 *
 *     append -> step -> effects' digest -> hand on
 *
 * X1. `time.reached` comes before any event whose `at` is past the realm's next timeout.
 * X2. An event has its place in the journal before the realm sees it, so whatever it does can be
 *     found there, also when it throws.
 * X3. When a step throws, no effect of it leaves, and no further event is stepped by this machine.
 */
import type { Event, EventType, LogFields, Machine, PacketReceived } from "../contract.ts";
import { stateDigestTable } from "../journal/index.ts";
import { invariant } from "../kernel/assert.ts";
import type { EventSequence, Micros } from "../kernel/ids.ts";
import type { Committer } from "./commit.ts";
import type { HostConnection } from "./connections.ts";
import type { HostCounters } from "./counters.ts";
import type { HostOutbox } from "./outbox.ts";

/** A step threw: the machine is in no state to go on. */
export class StepThrew extends Error {
  override readonly name = "StepThrew";
  readonly sequence: EventSequence;
  readonly event: Event;
  /** Whose code threw; null when it was not a feature's. */
  readonly feature: string | null;

  constructor(sequence: EventSequence, event: Event, feature: string | null, cause: unknown) {
    const what = cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause);
    super(what, { cause });
    this.sequence = sequence;
    this.event = event;
    this.feature = feature;
  }

  /** Fields for the log. */
  told(stackOf: StackOf): LogFields {
    const { sequence, event, feature, message } = this;
    const stack = stackOf(this.cause);
    const place = stack === null ? {} : { stack };
    return { sequence, event: event.type, feature, problem: message, ...place };
  }
}

/** Of what was thrown, where that was; null when it is no error. */
export type StackOf = (error: unknown) => string | null;

/** Timers that are due again at once may not keep a turn from its other work. */
const timePerTurnMax = 8;

export class Stepper {
  readonly #commit: Committer;
  readonly #outbox: HostOutbox;
  readonly #counters: HostCounters;
  #machine: Machine;
  #tables: number;
  #isBroken = false;
  #lastAt = 0 as Micros;

  constructor(parts: {
    readonly machine: Machine;
    readonly commit: Committer;
    readonly outbox: HostOutbox;
    readonly counters: HostCounters;
  }) {
    this.#machine = parts.machine;
    this.#tables = parts.machine.tables.length;
    this.#commit = parts.commit;
    this.#outbox = parts.outbox;
    this.#counters = parts.counters;
  }

  get machine(): Machine {
    return this.#machine;
  }

  /** `at` of the last event. */
  get lastAt(): Micros {
    return this.#lastAt;
  }

  /** Goes on with another machine, which has the state before the event that threw. */
  replace(machine: Machine): void {
    invariant(this.#isBroken, "only a machine that threw is replaced");
    this.#machine = machine;
    this.#tables = machine.tables.length;
    this.#isBroken = false;
  }

  /**
   * @param focus whose event it is, when it is known: saves looking him up
   * @throws StepThrew
   */
  step(event: Event, focus: HostConnection | null = null): void {
    this.#step(event, event.type, event.at, focus);
  }

  /**
   * `step` of a packet, of which there are most: what an event of any shape has is slow to look up,
   * and here its shape is known.
   *
   * @throws StepThrew
   */
  packet(event: PacketReceived, focus: HostConnection): void {
    this.#step(event, "packet.received", event.at, focus);
  }

  #step(event: Event, type: EventType, at: Micros, focus: HostConnection | null): void {
    invariant(!this.#isBroken, "X3", type);
    const sequence = this.#commit.append(event, type, at);
    this.#lastAt = at;
    this.#counters.event(type);
    this.#outbox.focus = focus;
    this.#outbox.begin(at);
    try {
      this.#machine.step(event, this.#outbox);
    } catch (error) {
      this.#isBroken = true;
      this.#outbox.abandon();
      throw new StepThrew(sequence, { ...event }, this.#machine.failedFeature, error);
    }
    this.#commit.effects(this.#outbox.digest());
    const table = stateDigestTable(sequence, this.#tables);
    if (table !== null) this.#commit.stateDigest(table, this.#machine.tableDigest(table));
    this.#outbox.finish();
  }

  /**
   * Lets the realm do what is due at `at`.
   *
   * @throws StepThrew
   */
  passTime(at: Micros): void {
    for (let round = 0; round < timePerTurnMax; round += 1) {
      const due = this.#machine.nextTimeout();
      if (due === null || due > at) return;
      this.step({ type: "time.reached", at });
    }
  }
}
