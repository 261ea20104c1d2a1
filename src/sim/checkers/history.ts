/**
 * What the server's state is made of: one digest for each step, in order, over all its processes.
 * Every machine begins at the beginning of it.
 *
 * H1. A machine repeats the history step by step, or from a checkpoint on, before it adds to it.
 * H2. Every process begins with a `server.started` that the history has not seen. What of the
 *     history was not repeated until then was lost, and is forgotten.
 * H3. Where somebody follows, its events are kept: a machine that begins with what a follower gave
 *     has them repeated before it, so that whoever looks on knows what it knows.
 */
import type { Event, Machine } from "../../core/contract.ts";
import { digestBytes, digestStart } from "../../core/kernel/digest.ts";
import { copied } from "../bytes.ts";
import { CheckFailure } from "./checker.ts";

/** Events to step a machine through, from a checkpoint or its first state. */
export interface WayTo {
  readonly base: Uint8Array | null;
  readonly events: readonly Event[];
  /** Makes machines of the build that made these steps. */
  readonly create: () => Machine;
}

/** The event, with bytes that are nobody else's. */
function owned(event: Event): Event {
  if (event.type !== "packet.received") return { ...event };
  const bytes = copied(event.bytes, event.start, event.end);
  return { ...event, bytes, start: 0, end: bytes.length };
}

export class History {
  /** One digest a step. */
  readonly #steps: number[] = [];
  /** Checkpoints by the digest of their bytes: after how many steps each was taken. */
  readonly #checkpoints = new Map<number, number>();
  /** What tells each start in the history from all others, by its step. */
  readonly #starts = new Map<number, string>();
  /** See H3; null: not kept. */
  readonly #events: Event[] | null;
  /** Checkpoints of the server itself, in the order of their places, while events are kept. */
  #ownCheckpoints: { readonly at: number; readonly bytes: Uint8Array }[] = [];
  /** By the digest of their bytes, what makes machines of the build whose follower gave them. */
  readonly #followed = new Map<number, () => Machine>();
  /** True until the present process has added its `server.started`. */
  #awaitsStart = false;

  /** @param keepsEvents see H3 */
  constructor(keepsEvents = false) {
    this.#events = keepsEvents ? [] : null;
  }

  get length(): number {
    return this.#steps.length;
  }

  processStarted(): void {
    this.#awaitsStart = true;
  }

  /** @param at after how many steps it was taken */
  checkpointed(bytes: Uint8Array, at: number): void {
    this.#checkpoints.set(digestBytes(digestStart, bytes), at);
    this.begunWith(bytes, at);
  }

  /** A machine goes on from there, which may be of another build than what was before. */
  begunWith(bytes: Uint8Array, at: number): void {
    if (this.#events !== null) this.#ownCheckpoints.push({ at, bytes: bytes.slice() });
  }

  /** A follower gave its state after so many steps; `create` makes machines of its build. */
  followedTo(bytes: Uint8Array, at: number, create: () => Machine): void {
    const digest = digestBytes(digestStart, bytes);
    if (!this.#checkpoints.has(digest)) this.#followed.set(digest, create);
    this.#checkpoints.set(digest, at);
  }

  /**
   * How to come to a state that a follower gave: from a checkpoint of the server or from the
   * beginning, by these events. Null for a checkpoint that is the server's own.
   */
  wayTo(bytes: Uint8Array): WayTo | null {
    const create = this.#followed.get(digestBytes(digestStart, bytes));
    if (this.#events === null || create === undefined) return null;
    const to = this.placeOf(bytes);
    const base = this.#ownCheckpoints.findLast(({ at }) => at <= to) ?? null;
    return { base: base?.bytes ?? null, events: this.#events.slice(base?.at ?? 0, to), create };
  }

  /** Compares a follower's step with the server's. */
  compareFollowed(at: number, event: Event, digest: number): void {
    if (this.#steps[at] === digest) return;
    const detail = `step ${String(at)}, ${event.type}`;
    throw new CheckFailure("follower", "a follower's step is the server's", detail);
  }

  /** After how many steps a checkpoint was taken. */
  placeOf(bytes: Uint8Array): number {
    const at = this.#checkpoints.get(digestBytes(digestStart, bytes));
    if (at !== undefined) return at;
    throw new CheckFailure("replay-equality", "a checkpoint is one that was taken", "other bytes");
  }

  /**
   * True for the event with which the present process begins, as opposed to one that it repeats.
   * A start that was lost before it was durable may come again with the same incarnation and even
   * at the same time, but not with the same entropy.
   */
  isNewStart(at: number, event: Event): boolean {
    const isStart = event.type === "server.started";
    return isStart && this.#awaitsStart && this.#starts.get(at) !== event.seed.join();
  }

  /**
   * Takes the step that a machine makes after it has made `at` steps.
   *
   * @param digest of the event and its effects
   * @returns true when it repeats one that was made before
   */
  take(at: number, event: Event, digest: number): boolean {
    if (event.type === "server.started" && this.isNewStart(at, event)) {
      this.#awaitsStart = false;
      this.#steps.length = at;
      for (const step of this.#starts.keys()) if (step >= at) this.#starts.delete(step);
      if (this.#events !== null) {
        this.#events.length = at;
        this.#ownCheckpoints = this.#ownCheckpoints.filter((checkpoint) => checkpoint.at <= at);
      }
      this.#starts.set(at, event.seed.join());
    } else if (at < this.#steps.length) {
      this.#compare(at, event, digest);
      return true;
    } else if (this.#awaitsStart) {
      const detail = `${event.type} after ${String(at)} steps`;
      throw new CheckFailure("replay-equality", "a recovery steps nothing that never was", detail);
    }
    this.#steps.push(digest);
    this.#events?.push(owned(event));
    return false;
  }

  #compare(at: number, event: Event, digest: number): void {
    if (this.#steps[at] === digest) return;
    throw new CheckFailure(
      "replay-equality",
      "a step has the same effects whenever it is made",
      `step ${String(at)}, ${event.type}`,
    );
  }
}
