/**
 * [JRN-01] Nothing acknowledged is lost: when a client has received a committed packet, the step
 * that
 * sent it is part of the state after every recovery, whatever ended the process.
 *
 * A connection is known to the clients by its link and to the realm by its id. Both know the
 * client's address, which no two links share.
 */
import type { SocketId } from "../../core/contract.ts";
import type { ConnectionId } from "../../core/kernel/ids.ts";
import { CheckFailure } from "./checker.ts";
import type { Checker, ClientPacket, Step } from "./checker.ts";

export class DurabilityChecker implements Checker {
  readonly name = "durability";
  readonly missesReplays = true;
  readonly #linkOfRemote = new Map<string, string>();
  readonly #linkOf = new Map<ConnectionId, string>();
  /** By link: the step that sent each committed packet, in the order of their sequences. */
  readonly #sentBy = new Map<string, number[]>();
  /** The latest step that some client knows to have happened; -1: none. */
  #acknowledged = -1;
  /** Counts recoveries before which somebody had been told something. */
  checked = 0;

  socketOpened(_socket: SocketId, link: string, remote: string): void {
    this.#linkOfRemote.set(remote, link);
  }

  stepped({ event, index, sends }: Step): void {
    if (event.type === "server.started") this.#recovered(index);
    if (event.type === "connection.opened") {
      const link = this.#linkOfRemote.get(event.remote);
      if (link !== undefined) {
        this.#linkOf.set(event.connection, link);
        this.#sentBy.set(link, []);
      }
    }
    for (const { connection, delivery, sequence } of sends) {
      const link = this.#linkOf.get(connection);
      if (delivery === "committed" && link !== undefined) {
        const sentBy = this.#sentBy.get(link);
        if (sentBy !== undefined) sentBy[sequence] = index;
      }
    }
    if (event.type === "connection.closed") this.#linkOf.delete(event.connection);
  }

  clientReceived({ link, delivery, sequence }: ClientPacket): void {
    if (delivery !== "committed") return;
    // What the host sends before the realm knows the link (SERVER_FULL) is no step's effect.
    const step = this.#sentBy.get(link)?.[sequence];
    if (step !== undefined && step > this.#acknowledged) this.#acknowledged = step;
  }

  /** A recovery has repeated `steps` steps, and the next one is new. */
  #recovered(steps: number): void {
    if (this.#acknowledged >= steps) {
      throw new CheckFailure(
        this.name,
        "a step whose committed answer was received is never lost",
        `a client has the answer of step ${String(this.#acknowledged)}, ` +
          `the recovery found ${String(steps)} steps`,
      );
    }
    if (this.#acknowledged >= 0) this.checked += 1;
  }
}
