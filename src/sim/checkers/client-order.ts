/**
 * [SES-06] What a client gets over one link is, for each delivery, exactly 1, 2, 3, ...: nothing
 * lost, nothing twice, nothing out of order, through every cut and join of the bytes.
 */
import type { Delivery } from "../../core/contract.ts";
import { CheckFailure } from "./checker.ts";
import type { Checker, ClientPacket } from "./checker.ts";

export class ClientOrderChecker implements Checker {
  readonly name = "client-order";
  checked = 0;
  readonly #last = new Map<string, Record<Delivery, number>>();

  clientReceived({ link, delivery, sequence, type }: ClientPacket): void {
    this.checked += 1;
    let last = this.#last.get(link);
    if (last === undefined) {
      last = { committed: 0, prompt: 0 };
      this.#last.set(link, last);
    }
    const expected = last[delivery] + 1;
    if (sequence !== expected) {
      throw new CheckFailure(
        this.name,
        `${delivery} packets of a link are 1, 2, 3, ...`,
        `link ${link} got ${String(sequence)} (type ${String(type)}) instead of ${String(expected)}`,
      );
    }
    last[delivery] = sequence;
  }
}
