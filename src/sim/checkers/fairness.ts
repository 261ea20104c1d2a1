/**
 * [HND-06] Connections take turns: within one turn of the host nobody is served more packets in a
 * row than a round's share while somebody else's are waiting. All that is served in a turn was
 * there when it began.
 */
import type { ConnectionId } from "../../core/kernel/ids.ts";
import { CheckFailure } from "./checker.ts";
import type { Checker, Step } from "./checker.ts";

export class FairnessChecker implements Checker {
  readonly name = "fairness";
  /** Counts changes from one connection to another. */
  checked = 0;
  readonly #shareMax: number;
  #last: ConnectionId | null = null;
  #row = 0;

  /** @param shareMax packets of one connection in one round */
  constructor(shareMax: number) {
    this.#shareMax = shareMax;
  }

  turned(): void {
    this.#last = null;
    this.#row = 0;
  }

  processStarted(): void {
    this.turned();
  }

  stepped({ event, isReplay }: Step): void {
    if (isReplay || event.type !== "packet.received") return;
    if (event.connection === this.#last) {
      this.#row += 1;
      return;
    }
    const row = this.#row;
    const last = this.#last;
    this.#last = event.connection;
    this.#row = 1;
    if (last === null) return;
    this.checked += 1;
    if (row <= this.#shareMax) return;
    throw new CheckFailure(
      this.name,
      "nobody is served out of his turn while others wait",
      `connection ${String(last)} had ${String(row)} packets in a row`,
    );
  }
}
