/**
 * [SES-05] Every connection that the realm learns of is opened once and closed once, nothing of it
 * comes before or after, and at the end none is left that has no link.
 */
import type { Event } from "../../core/contract.ts";
import type { ConnectionId } from "../../core/kernel/ids.ts";
import { CheckFailure } from "./checker.ts";
import type { Checker, Step } from "./checker.ts";

export class OneCloseChecker implements Checker {
  readonly name = "one-close";
  checked = 0;
  #open = new Set<ConnectionId>();
  /** What a checkpoint holds is not told again, so the open connections of each are kept. */
  readonly #openAt = new Map<number, readonly ConnectionId[]>();

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

  machineCreated(): void {
    this.#open = new Set();
  }

  checkpointed(steps: number): void {
    this.#openAt.set(steps, [...this.#open]);
  }

  restored(steps: number): void {
    this.#open = new Set(this.#openAt.get(steps) ?? []);
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

  #fail(rule: string, event: Event & { readonly connection: ConnectionId }): never {
    const detail = `${event.type} of connection ${String(event.connection)}`;
    throw new CheckFailure(this.name, rule, detail);
  }
}
