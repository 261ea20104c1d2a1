/** [NET-06] The realm never holds more connections than the configuration allows. */
import { CheckFailure } from "./checker.ts";
import type { Checker, Step } from "./checker.ts";

export class ConnectionCapChecker implements Checker {
  readonly name = "connection-cap";
  /** Counts connections that took the last place. */
  checked = 0;
  readonly #connectionsMax: number;
  #open = 0;
  readonly #openAt = new Map<number, number>();

  constructor(connectionsMax: number) {
    this.#connectionsMax = connectionsMax;
  }

  stepped({ event }: Step): void {
    if (event.type === "connection.closed") this.#open -= 1;
    if (event.type !== "connection.opened") return;
    this.#open += 1;
    if (this.#open === this.#connectionsMax) this.checked += 1;
    if (this.#open <= this.#connectionsMax) return;
    throw new CheckFailure(
      this.name,
      "no more connections than the cap",
      `${String(this.#open)} are open, ${String(this.#connectionsMax)} are allowed`,
    );
  }

  machineCreated(): void {
    this.#open = 0;
  }

  checkpointed(steps: number): void {
    this.#openAt.set(steps, this.#open);
  }

  restored(steps: number): void {
    this.#open = this.#openAt.get(steps) ?? 0;
  }
}
