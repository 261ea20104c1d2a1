/**
 * What the last process left behind without an end, until this one has dealt with it. A step that
 * throws may interrupt that: it goes on where it was.
 */
import type { ConnectionId, Micros } from "../kernel/ids.ts";
import type { CallOrder, Calls } from "./calls.ts";
import type { Stepper } from "./stepper.ts";
import type { Witness } from "./witness.ts";

export class Opening {
  readonly #parts: { readonly calls: Calls; readonly stepper: Stepper };
  /** Those that the realm holds for open. */
  readonly #connections: ConnectionId[];
  /** Those without an answer, the oldest first. */
  readonly #calls: CallOrder[];

  constructor(
    { connections, calls }: Pick<Witness, "connections" | "calls">,
    parts: { readonly calls: Calls; readonly stepper: Stepper },
  ) {
    this.#parts = parts;
    this.#connections = [...connections];
    this.#calls = [...calls.values()];
  }

  /** Before the realm lets time pass, and with it makes calls of its own: K6 in `calls.ts`. */
  askAgain(): void {
    for (const order of this.#calls.splice(0)) this.#parts.calls.order(order, 0, null);
  }

  /** Tells the realm of each connection that it ended with the process. */
  close(at: Micros): void {
    for (let [first] = this.#connections; first !== undefined; [first] = this.#connections) {
      this.#parts.stepper.step({
        type: "connection.closed",
        at,
        connection: first,
        reason: "restart",
      });
      this.#connections.shift();
    }
  }
}
