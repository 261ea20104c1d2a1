/**
 * Calls to the outside between the realm's order and the answer.
 *
 * K1. A `once` call is performed only when the event that ordered it is durable, in the order of
 *     the orders. Otherwise a crash could forget a call whose effect has been had.
 * K2. One answer for each call reaches the realm; a second one is turned away here.
 * K3. What is not answered when the process ends is in the checkpoint or the journal, and is
 *     performed again by the next start, under the same id.
 * K4. A request that names a secret is performed with the secret itself. If that is lost the call
 *     is not performed, and answered so.
 * K5. It is known of each call whose session asked, until a crash: the connection is gone then.
 * K6. The outside hears of calls in the order of the orders, over a start, too: what is asked again
 *     comes before what the new process asks, also where the realm gives up on it at that moment.
 */
import type { CallEffect, CallResult, Syscalls } from "../contract.ts";
import { invariant } from "../kernel/assert.ts";
import type { CallId, ConnectionId } from "../kernel/ids.ts";
import type { PlainData } from "../kernel/plain.ts";
import type { HostCounters } from "./counters.ts";
import { openRequest, secretsOf } from "./vault.ts";
import type { MemoryVault } from "./vault.ts";

export interface CallOrder {
  readonly call: CallId;
  readonly operation: string;
  readonly request: PlainData;
  readonly effect: CallEffect;
}

export interface CallParts {
  readonly syscalls: Pick<Syscalls, "perform">;
  readonly vault: MemoryVault;
  readonly counters: HostCounters;
  /** Queues an answer that the outside is not asked for. */
  readonly answer: (call: CallId, result: CallResult) => void;
}

export class Calls {
  readonly #parts: CallParts;
  readonly #pending = new Map<CallId, CallOrder>();
  readonly #askers = new Map<CallId, ConnectionId>();
  #held: { readonly order: CallOrder; readonly ticket: number }[] = [];

  constructor(parts: CallParts) {
    this.#parts = parts;
  }

  /** Those without an answer, in the order of the orders. */
  pending(): readonly CallOrder[] {
    return [...this.#pending.values()];
  }

  /**
   * @param ticket the block to wait for; 0 for none
   * @param asker whose session made the call, or null
   */
  order(order: CallOrder, ticket: number, asker: ConnectionId | null): void {
    invariant(!this.#pending.has(order.call), "a call is ordered once", order.call);
    this.#pending.set(order.call, order);
    if (asker !== null) this.#askers.set(order.call, asker);
    for (const ref of secretsOf(order.request)) this.#parts.vault.claim(ref);
    if (ticket === 0) this.#perform(order);
    else this.#held.push({ order, ticket });
  }

  settle(durableTicket: number): void {
    let count = 0;
    for (const { order, ticket } of this.#held) {
      if (ticket > durableTicket) break;
      count += 1;
      this.#perform(order);
    }
    if (count > 0) this.#held = this.#held.slice(count);
  }

  /** Who asked, while the call has no answer. */
  askerOf(call: CallId): ConnectionId | null {
    return this.#askers.get(call) ?? null;
  }

  /** False for an answer that nobody waits for. */
  answered(call: CallId): boolean {
    const order = this.#pending.get(call);
    if (order === undefined) return false;
    this.#pending.delete(call);
    this.#askers.delete(call);
    for (const ref of secretsOf(order.request)) this.#parts.vault.release(ref);
    return true;
  }

  #perform({ call, operation, request }: CallOrder): void {
    const { syscalls, vault, counters, answer } = this.#parts;
    const open = openRequest(request, vault);
    if (open === null) return answer(call, { ok: false, code: "SEALED_LOST" });
    counters.add("calls_performed_total");
    syscalls.perform(call, operation, open.opened);
  }
}
