/**
 * Steps a machine through a journal, and compares what it does with what it did the first time.
 * Recovery, `reprise replay` and the follower are this with another outbox.
 *
 *     pass 1: scan, collect the failed steps        stepFailures(blocks)
 *     pass 2: scan, apply(block) for each block     in order, without a gap
 *
 * P1. An event whose step failed is left out, because the first run undid it. That is only known
 *     from a later event, hence the two passes.
 * P2. After a divergence the machine's state is nobody's: `apply` is not called again.
 * P3. Nothing leaves: what the outbox does with the effects of a replay is up to who gives it.
 * P4. Who follows a journal that still grows has no pass 1. An event without a digest at the end of
 *     a block has a step that did not end: with `isFollowing` it is held until the next block says
 *     whether it was left out.
 */
import type { Digest, Event, EventType, Machine } from "../contract.ts";
import { apiRule } from "../kernel/assert.ts";
import type { ReplayOutbox } from "../kernel/effects.ts";
import { eventSequence, type EventSequence } from "../kernel/ids.ts";
import { lastSequence, type JournalBlock } from "./block.ts";
import { readEvents, type BatchContent, type StateDigest } from "./event-reader.ts";
import { blockFlags } from "./format.ts";

export interface ReplayerOptions {
  /** The last event that the machine's state contains: a checkpoint's, or 0. */
  readonly after: number;
  /** The last event to step; null for all. The rest of its block, and later blocks, do nothing. */
  readonly until: EventSequence | null;
  /** Compare effects and state with the journal's digests. */
  readonly check: boolean;
  /** Sequences of the events whose steps failed. */
  readonly skip: ReadonlySet<number>;
  /** Makes the outbox that all steps get. */
  readonly outbox: () => ReplayOutbox;
  /** Holds an event whose step did not end, see P4; false when left out. */
  readonly isFollowing?: boolean;
}

/** The first thing that did not go as the journal says, by event. */
export type Divergence =
  | (DivergentDigest & { readonly type: "effects" })
  /** `table` names the part of the state that differs after the event. */
  | (DivergentDigest & { readonly type: "state"; readonly table: string })
  /** The step threw, and the first run's did not. */
  | (DivergentEvent & { readonly type: "threw"; readonly message: string })
  /** The block cannot be read; `event` is null and `sequence` the block's first. */
  | {
      readonly type: "unreadable";
      readonly sequence: EventSequence;
      readonly event: null;
      readonly message: string;
    };

interface DivergentEvent {
  readonly sequence: EventSequence;
  readonly event: EventType;
}

interface DivergentDigest extends DivergentEvent {
  /** What the journal has. */
  readonly expected: Digest;
  readonly actual: Digest;
}

/** What was compared so far. */
export interface Checked {
  blocks: number;
  /** Of effects and of state. */
  digests: number;
}

export class Replayer {
  readonly checked: Checked = { blocks: 0, digests: 0 };
  readonly #machine: Machine;
  readonly #options: ReplayerOptions;
  readonly #outbox: ReplayOutbox;
  #last: number;
  #events = 0;
  /** See P4. */
  #held: { readonly sequence: EventSequence; readonly event: Event } | null = null;

  constructor(machine: Machine, options: ReplayerOptions) {
    this.#machine = machine;
    this.#options = options;
    this.#outbox = options.outbox();
    this.#last = options.after;
  }

  /** The last event that the state contains, those left out included; 0 before the first. */
  get lastSequence(): number {
    return this.#last;
  }

  /** True while the last event is not in the state, and nobody knows whether it belongs there. */
  get isHolding(): boolean {
    return this.#held !== null;
  }

  /** Events stepped. */
  get events(): number {
    return this.#events;
  }

  /** True when `until` is reached. */
  get isDone(): boolean {
    const { until } = this.#options;
    return until !== null && this.#last >= until;
  }

  /**
   * Steps the machine through the events of the block that it has not seen. Returns the first
   * divergence, or null.
   *
   * @param block the next one; blocks that lie wholly before are passed over
   */
  apply(block: JournalBlock): Divergence | null {
    if (lastSequence(block.header) <= this.#last || this.isDone) return null;
    const { firstSequence } = block.header;
    apiRule(firstSequence <= this.#last + 1, "a block is missing before this one");
    const content = readEvents(block);
    if (!content.ok) {
      const message = `${block.path}, byte ${block.offset}: ${content.problem.detail}`;
      return { type: "unreadable", sequence: firstSequence, event: null, message };
    }
    this.checked.blocks += 1;
    return this.#settleHeld(content.value) ?? this.#stepAll(firstSequence, content.value);
  }

  /** Steps the event that was held, unless the block that follows says that it was left out. */
  #settleHeld({ events }: BatchContent): Divergence | null {
    const held = this.#held;
    if (held === null) return null;
    this.#held = null;
    // A start may come in between: whoever failed had no time to tell.
    const isLeftOut = events
      .slice(0, 2)
      .some((event) => event.type === "step.failed" && event.failed === held.sequence);
    return isLeftOut ? null : this.#step(held.sequence, held.event, 0);
  }

  #stepAll(firstSequence: EventSequence, content: BatchContent): Divergence | null {
    const { events, effects, stateDigests } = content;
    let digests = 0;
    for (let index = this.#last + 1 - firstSequence; index < events.length; index += 1) {
      if (this.isDone) return null;
      const event = events[index] as Event;
      const sequence = eventSequence(firstSequence + index);
      if (
        this.#options.isFollowing === true &&
        effects[index] === 0 &&
        index === events.length - 1
      ) {
        this.#held = { sequence, event };
        this.#last = sequence;
        return null;
      }
      const divergence = this.#step(sequence, event, effects[index] as Digest);
      if (divergence !== null) return divergence;
      this.#last = sequence;
      while ((stateDigests[digests]?.after ?? Infinity) < sequence) digests += 1;
      for (; stateDigests[digests]?.after === sequence; digests += 1) {
        const differs = this.#compareState(stateDigests[digests] as StateDigest, event);
        if (differs !== null) return differs;
      }
    }
    return null;
  }

  #step(sequence: EventSequence, event: Event, expected: Digest): Divergence | null {
    if (this.#options.skip.has(sequence)) return null;
    this.#outbox.begin(event.at);
    try {
      this.#machine.step(event, this.#outbox);
    } catch (error) {
      const where = this.#machine.failedFeature ?? "the kernel";
      const what = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
      return { type: "threw", sequence, event: event.type, message: `${where} threw ${what}` };
    }
    this.#events += 1;
    // 0: the first run did not live to the end of this step, so there is nothing to compare.
    if (!this.#options.check || expected === 0) return null;
    const actual = this.#outbox.digest();
    this.checked.digests += 1;
    if (actual === expected) return null;
    return { type: "effects", sequence, event: event.type, expected, actual };
  }

  #compareState({ after, table, digest }: StateDigest, event: Event): Divergence | null {
    if (!this.#options.check) return null;
    const name = this.#machine.tables[table];
    const actual = name === undefined ? 0 : this.#machine.tableDigest(table);
    this.checked.digests += 1;
    if (name !== undefined && actual === digest) return null;
    return {
      type: "state",
      sequence: after,
      event: event.type,
      table: name ?? `table ${table}, which this build does not have`,
      expected: digest,
      actual,
    };
  }
}

/**
 * The sequences of the events whose steps failed, for `skip`. Decodes only the blocks that say that
 * they hold such; one that cannot be read is left to `apply` to report.
 */
export const stepFailures = (blocks: Iterable<JournalBlock>): ReadonlySet<number> => {
  const failed = new Set<number>();
  for (const block of blocks) {
    if ((block.header.flags & blockFlags.stepFailed) === 0) continue;
    const content = readEvents(block);
    if (!content.ok) continue;
    for (const event of content.value.events) {
      if (event.type === "step.failed") failed.add(event.failed);
    }
  }
  return failed;
};
