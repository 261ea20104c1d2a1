/**
 * [HND-06] Connections take turns: within one turn of the host nobody is served more packets in a
 * row than a round's share while somebody else's are waiting. All that is served in a turn was
 * there when it began.
 *
 * Refused packets are served, too, and not all of them are told: only of somebody whose next packet
 * is the one behind the last that was told it is sure that he has waited. A refusal ends the row of
 * somebody else's packets: it was told in its turn, or late, and then nobody knows.
 */
import type { Event } from "../../core/contract.ts";
import type { ConnectionId } from "../../core/kernel/ids.ts";
import { CheckFailure } from "./checker.ts";
import type { Checker, Step } from "./checker.ts";
import { FrameParts } from "./frame-parts.ts";

export class FairnessChecker implements Checker {
  readonly name = "fairness";
  readonly missesReplays = true;
  /** Counts changes from one connection to another. */
  checked = 0;
  readonly #shareMax: number;
  readonly #frame = new FrameParts();
  /** Of each connection, the number of the last packet that was told; NaN: nobody knows. */
  readonly #toldOf = new Map<ConnectionId, number>();
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
    this.#toldOf.clear();
  }

  stepped({ event }: Step): void {
    if (event.type === "packet.received") this.#served(event);
    else if (event.type === "packet.refused") this.#told(event.connection, event.sequence);
    else if (event.type === "packet.malformed") this.#told(event.connection, NaN);
    else if (event.type === "connection.closed") this.#toldOf.delete(event.connection);
  }

  #told(connection: ConnectionId, sequence: number): void {
    this.#toldOf.set(connection, sequence);
    if (connection !== this.#last) this.turned();
  }

  #served(event: Extract<Event, { readonly type: "packet.received" }>): void {
    const isSound = this.#frame.read(event.bytes, event.start, event.end) !== "unusual";
    const hasWaited = this.#frame.sequence === (this.#toldOf.get(event.connection) ?? 0) + 1;
    this.#toldOf.set(event.connection, isSound ? this.#frame.sequence : NaN);
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
    if (row <= this.#shareMax || !hasWaited) return;
    throw new CheckFailure(
      this.name,
      "nobody is served out of his turn while others wait",
      `connection ${String(last)} had ${String(row)} packets in a row`,
    );
  }
}
