/**
 * When which client sends what. The load is an open loop: the times are fixed before the first
 * message leaves, and a slow server does not slow them down. A message's latency counts from the
 * time it was due, so that the wait behind a stall is measured and not omitted.
 *
 * O1. Message m of all is due `m / (clients * rate)` seconds after the start, at client
 *     `m mod clients`: every client sends exactly `rate` a second, and the load has no bursts.
 * O2. The start is the moment at which the first message may leave, never the clock's epoch.
 * O3. Exactly `clients * rate * seconds` messages are sent, rounded down.
 */
import { apiRule } from "../core/kernel/assert.ts";
import type { Micros } from "../core/kernel/ids.ts";
import type { Turn } from "./scenario.ts";

export interface Rate {
  readonly clients: number;
  /** Messages a second for each client; may be a fraction. */
  readonly ratePerSecond: number;
  readonly seconds: number;
}

export class Schedule {
  readonly total: number;
  readonly #clients: number;
  readonly #startAt: Micros;
  readonly #perMicro: number;
  #next = 0;

  constructor(rate: Rate, startAt: Micros) {
    const { clients, ratePerSecond, seconds } = rate;
    apiRule(Number.isInteger(clients) && clients >= 1, "at least one client");
    apiRule(ratePerSecond > 0 && seconds > 0, "rate and seconds must be above 0");
    this.total = Math.floor(clients * ratePerSecond * seconds);
    this.#clients = clients;
    this.#startAt = startAt;
    this.#perMicro = (clients * ratePerSecond) / 1_000_000;
  }

  get done(): boolean {
    return this.#next === this.total;
  }

  /** When the next message is due. Not to be asked when `done`. */
  nextDueAt(): number {
    return this.#startAt + this.#next / this.#perMicro;
  }

  /** When the `round`th message of that client is due, both from 0. */
  dueAt(client: number, round: number): number {
    return this.#startAt + (round * this.#clients + client) / this.#perMicro;
  }

  /** Whose turn it is now, and which of its own. */
  take(): Turn {
    apiRule(!this.done, "no message is left");
    const number = this.#next;
    this.#next += 1;
    return { client: number % this.#clients, round: Math.floor(number / this.#clients) };
  }
}
