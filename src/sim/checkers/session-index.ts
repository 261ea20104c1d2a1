/**
 * [SMG-04] Whatever the realm knows of a session, it knows in all its tables or in none: the
 * realm's
 * own invariants and those of its features hold after every step.
 */
import { CheckFailure } from "./checker.ts";
import type { Checker, Step } from "./checker.ts";

/** Above this many open connections the whole is looked at only now and then. */
const smallConnections = 8;

export class SessionIndexChecker implements Checker {
  readonly name = "session-index";
  checked = 0;
  #open = 0;
  #steps = 0;

  stepped({ event, machine }: Step): void {
    this.#steps += 1;
    if (event.type === "connection.opened") this.#open += 1;
    if (event.type === "connection.closed") this.#open -= 1;
    // The cost of a look grows with the sessions, so with many of them looks are rarer. A session
    // that begins or ends is always worth one.
    const isEdge = event.type === "connection.opened" || event.type === "connection.closed";
    const isDue = this.#open <= smallConnections || this.#steps % this.#open === 0;
    if (!isEdge && !isDue) return;
    this.#look(machine, event.type);
  }

  machineCreated(): void {
    this.#open = 0;
  }

  #look(machine: Step["machine"], after: string): void {
    this.checked += 1;
    const [first] = machine.violations();
    if (first === undefined) return;
    // Ids change from run to run and say nothing about which rule it was.
    const rule = first.replaceAll(/\d+/g, "#");
    const seen = first === rule ? "" : `: ${first}`;
    throw new CheckFailure(this.name, rule, `broken after ${after}${seen}`);
  }
}
