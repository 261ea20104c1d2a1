/** [NET-06] The realm never holds more connections than the configuration allows. */
import { CheckFailure } from "./checker.ts";
import type { Checker, Step } from "./checker.ts";
import { Rewound } from "./rewound.ts";

export class ConnectionCapChecker implements Checker {
  readonly name = "connection-cap";
  /** Counts connections that took the last place. */
  checked = 0;
  readonly #connectionsMax: number;
  /** How many are open. */
  readonly memory = new Rewound(() => 0);

  constructor(connectionsMax: number) {
    this.#connectionsMax = connectionsMax;
  }

  stepped({ event }: Step): void {
    if (event.type === "connection.closed") this.memory.now -= 1;
    if (event.type !== "connection.opened") return;
    this.memory.now += 1;
    if (this.memory.now === this.#connectionsMax) this.checked += 1;
    if (this.memory.now <= this.#connectionsMax) return;
    throw new CheckFailure(
      this.name,
      "no more connections than the cap",
      `${String(this.memory.now)} are open, ${String(this.#connectionsMax)} are allowed`,
    );
  }
}
