/** Counts what becomes of the messages and the links of a load. */
import { Histogram } from "./histogram.ts";

export class Tally {
  /** From the time a message was due to its right answer. */
  readonly latency = new Histogram();
  /** From the time a message was due to its sending: the load tool's own lateness. */
  readonly lag = new Histogram();
  readonly errors = new Map<string, number>();
  sent = 0;
  received = 0;
  disconnects = 0;
  reconnects = 0;
  /** When the last right answer came, microseconds; 0 before the first. */
  lastAnswerAt = 0;
  #failed = 0;

  /** How many messages have no outcome yet. */
  get open(): number {
    return this.sent - this.received - this.#failed;
  }

  /** A message was answered rightly. */
  answered(dueAt: number, at: number): void {
    this.received += 1;
    this.latency.record(Math.max(0, at - dueAt));
    this.lastAnswerAt = at;
  }

  /** A message has another outcome. */
  failed(kind: string): void {
    this.#failed += 1;
    this.noticed(kind);
  }

  /** Something was wrong that was no message's outcome. */
  noticed(kind: string, count = 1): void {
    if (count > 0) this.errors.set(kind, (this.errors.get(kind) ?? 0) + count);
  }
}
