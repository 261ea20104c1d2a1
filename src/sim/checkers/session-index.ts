/**
 * [SMG-04] Whatever the realm knows of a session, it knows in all its tables or in none: the
 * realm's own invariants and those of its features hold after every step. A table that is wrong
 * stays wrong, so they are looked at where sessions come, change hands and go, and now and then.
 */
import type { Event } from "../../core/contract.ts";
import { CheckFailure } from "./checker.ts";
import type { Checker, Step } from "./checker.ts";

/** So many steps from one look to the next, where nothing asks for one, at least. */
const stepsBetweenMin = 16;

/** A session comes or goes, or may become somebody's. */
const isEdge = (type: Event["type"]): boolean =>
  type === "connection.opened" || type === "connection.closed" || type === "call.completed";

export class SessionIndexChecker implements Checker {
  readonly name = "session-index";
  readonly missesEncore = true;
  checked = 0;
  #open = 0;
  #steps = 0;

  stepped({ event, machine }: Step): void {
    if (event.type === "connection.opened") this.#open += 1;
    if (event.type === "connection.closed") this.#open -= 1;
    this.#steps += isEdge(event.type) ? stepsBetweenMin : 1;
    // The cost of a look grows with the sessions, so with many of them looks are rarer.
    if (this.#steps < Math.max(stepsBetweenMin, 4 * this.#open)) return;
    this.#steps = 0;
    this.#look(machine, event.type);
  }

  machineCreated(): void {
    this.#open = 0;
  }

  #look(machine: Step["machine"], after: string): void {
    this.checked += 1;
    const [first] = machine.violations();
    if (first === undefined) return;
    // Ids and what was thrown change from run to run and say nothing about which rule it was.
    const rule = first.replace(/ \(throws: .*\)$/, " (throws)").replaceAll(/\d+/g, "#");
    const seen = first === rule ? "" : `: ${first}`;
    throw new CheckFailure(this.name, rule, `broken after ${after}${seen}`);
  }
}
