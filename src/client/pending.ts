/**
 * What was asked and has no outcome yet: messages that wait for a link, and requests that wait for
 * their answer.
 *
 * P1. Messages are taken in the order in which they were put, each once.
 * P2. A message that was taken is never put back: what was written once is never written again.
 * P3. A request leaves exactly once: answered, expired, lost or withdrawn. A tell leaves when it is
 *     taken, or withdrawn.
 * P4. Deadlines never decrease in the order of asking, so the oldest request is the next to expire.
 */
import { invariant } from "../core/kernel/assert.ts";
import type { Micros, PacketType } from "../core/kernel/ids.ts";
import type { AnyRequest } from "../core/wire/index.ts";

/** Counts the requests of one client from 1, in the order of asking. */
export type RequestNumber = number & { readonly requestNumber: true };

/** A message that nobody answers. Its payload is encoded: the caller may change the message. */
export interface WaitingTell {
  readonly kind: "tell";
  readonly type: PacketType;
  readonly payload: Uint8Array;
}

export interface WaitingRequest {
  readonly kind: "request";
  readonly type: PacketType;
  readonly payload: Uint8Array;
  readonly asked: Asked;
}

export type Waiting = WaitingTell | WaitingRequest;

/** A request without its payload: what is needed to give it its outcome. */
export interface Asked {
  readonly number: RequestNumber;
  readonly entry: AnyRequest;
  readonly dueAt: Micros;
}

export class Pending {
  /** From `#head` on; null where a request expired while it waited. */
  #queue: (Waiting | null)[] = [];
  #head = 0;
  #queued = 0;
  /** By the sequence of the packet. A Map keeps the order of insertion, which is that of asking. */
  readonly #inFlight = new Map<number, Asked>();
  /** Of requests that expired in flight: their answers may still come, so counts say nothing. */
  readonly #expiredTypes = new Set<PacketType>();
  /** Deadlines of the last requests that were put and sent: P1 and P4 together. */
  #putDueAt = 0;
  #sentDueAt = 0;

  /** How many messages wait for a link. */
  get queued(): number {
    return this.#queued;
  }

  /** How many requests wait for an answer. */
  get inFlight(): number {
    return this.#inFlight.size;
  }

  put(waiting: Waiting): void {
    if (waiting.kind === "request") {
      const { dueAt } = waiting.asked;
      invariant(dueAt >= this.#putDueAt, "deadlines do not decrease", dueAt, this.#putDueAt);
      this.#putDueAt = dueAt;
    }
    this.#queue.push(waiting);
    this.#queued += 1;
  }

  /** The oldest message that waits for a link; null: none. */
  take(): Waiting | null {
    while (this.#head < this.#queue.length) {
      const waiting = this.#queue[this.#head] ?? null;
      this.#advance();
      if (waiting !== null) {
        this.#queued -= 1;
        return waiting;
      }
    }
    invariant(this.#queued === 0, "an empty queue counts nothing", this.#queued);
    return null;
  }

  /** The request was written with this sequence. */
  sent(sequence: number, asked: Asked): void {
    invariant(!this.#inFlight.has(sequence), "a sequence is used once", sequence);
    const { dueAt } = asked;
    invariant(dueAt >= this.#sentDueAt, "requests are sent in order", dueAt, this.#sentDueAt);
    this.#sentDueAt = dueAt;
    this.#inFlight.set(sequence, asked);
  }

  /** The request that `sequence` carried; null when it has its outcome already or never was one. */
  answered(sequence: number): Asked | null {
    const asked = this.#inFlight.get(sequence);
    if (asked === undefined) return null;
    this.#inFlight.delete(sequence);
    return asked;
  }

  /**
   * The requests that one ERROR refuses, removed: the one that it answers, and those of the same
   * type before it for which it speaks, too. Of these it gives only the number. But what was
   * accepted has its answer by now, unless that takes the server longer; so when exactly as many
   * are left as were refused, they are the ones. Otherwise they stay, and time out.
   *
   * @param sequence of the packet that the ERROR answers
   * @param count how many packets it speaks for; 0 means one
   * @returns empty when the packet was no request, or has its outcome already
   */
  refused(sequence: number, count: number): readonly Asked[] {
    const answered = this.answered(sequence);
    if (answered === null) return [];
    const { type } = answered.entry;
    if (count <= 1 || this.#expiredTypes.has(type)) return [answered];
    const others = [...this.#inFlight].filter(
      ([sent, asked]) => sent < sequence && asked.entry.type === type,
    );
    if (others.length !== count - 1) return [answered];
    for (const [sent] of others) this.#inFlight.delete(sent);
    return [...others.map(([, asked]) => asked), answered];
  }

  /** The deadline of the oldest request; null when there is none. */
  nextDueAt(): Micros | null {
    for (const asked of this.#inFlight.values()) return asked.dueAt;
    // Only requests have a deadline. The loop passes over the tells in front of the first one,
    // which the bound on the queue keeps few.
    for (let index = this.#head; index < this.#queue.length; index += 1) {
      const waiting = this.#queue[index];
      if (waiting?.kind === "request") return waiting.asked.dueAt;
    }
    return null;
  }

  /** Removes a request whose deadline is `at` or before; null when there is none left. */
  expire(at: Micros): Asked | null {
    for (const [sequence, asked] of this.#inFlight) {
      if (asked.dueAt > at) return null;
      this.#inFlight.delete(sequence);
      this.#expiredTypes.add(asked.entry.type);
      return asked;
    }
    for (let index = this.#head; index < this.#queue.length; index += 1) {
      const waiting = this.#queue[index];
      if (waiting?.kind !== "request") continue;
      if (waiting.asked.dueAt > at) return null;
      this.#queue[index] = null;
      this.#queued -= 1;
      return waiting.asked;
    }
    return null;
  }

  /** Removes all that was written and not answered, in the order of asking. */
  lose(): readonly Asked[] {
    const lost = [...this.#inFlight.values()];
    this.#inFlight.clear();
    this.#expiredTypes.clear();
    return lost;
  }

  /** Removes everything: what was written first, then what waits. Tells have no outcome to give. */
  withdraw(): readonly Asked[] {
    const withdrawn = [...this.lose()];
    for (let waiting = this.take(); waiting !== null; waiting = this.take()) {
      if (waiting.kind === "request") withdrawn.push(waiting.asked);
    }
    return withdrawn;
  }

  /** Gives the memory of what was taken back now and then, at constant cost a message. */
  #advance(): void {
    this.#head += 1;
    if (this.#head * 2 >= this.#queue.length && this.#head >= 32) {
      this.#queue = this.#queue.slice(this.#head);
      this.#head = 0;
    } else if (this.#head === this.#queue.length) {
      this.#queue.length = 0;
      this.#head = 0;
    }
  }
}
