/**
 * [SES-05] Every connection that the realm learns of is opened once and closed once, nothing of it
 * comes before or after, and at the end none is left that has no link.
 */
import type { Event } from "../../core/contract.ts";
import type { ConnectionId } from "../../core/kernel/ids.ts";
import { CheckFailure } from "./checker.ts";
import type { Checker, Step } from "./checker.ts";
import { Rewound } from "./rewound.ts";

export class OneCloseChecker implements Checker {
  readonly name = "one-close";
  checked = 0;
  readonly memory = new Rewound(() => new Set<ConnectionId>());

  stepped({ event }: Step): void {
    switch (event.type) {
      case "connection.opened":
        if (this.#open.has(event.connection)) this.#fail("a connection opens once", event);
        this.#open.add(event.connection);
        break;
      case "connection.closed":
        this.checked += 1;
        if (!this.#open.delete(event.connection)) this.#fail("a connection closes once", event);
        break;
      case "packet.received":
      case "packet.refused":
      case "packet.malformed":
      case "connection.ended":
      case "connection.congested":
      case "connection.writable":
        if (!this.#open.has(event.connection)) {
          this.#fail("nothing of a connection comes before it opens or after it closes", event);
        }
        break;
      default:
        return;
    }
  }

  emptied(): void {
    const [left] = this.#open;
    if (left === undefined) return;
    throw new CheckFailure(
      this.name,
      "every connection that opens closes",
      `${String(this.#open.size)} are left when every client is gone, ${String(left)} first`,
    );
  }

  get #open(): Set<ConnectionId> {
    return this.memory.now;
  }

  #fail(rule: string, event: Event & { readonly connection: ConnectionId }): never {
    const detail = `${event.type} of connection ${String(event.connection)}`;
    throw new CheckFailure(this.name, rule, detail);
  }
}
