/**
 * [SES-18] [NET-21] [TLS-07] [MON-04] How sockets end: in order, so that what was said arrives,
 * unless the peer was abusive, read too slowly, or did not take the end in time, of whom all are
 * counted; and nothing is ordered of a socket that has long been gone. And what a socket may hold
 * of what its peer does not read.
 */
import type { CloseMode, SocketId } from "../../core/contract.ts";
import { limits } from "../../core/kernel/limits.ts";
import type { ConnectionId } from "../../core/kernel/ids.ts";
import { CheckFailure } from "./checker.ts";
import type { Checker, QuietRun, Step } from "./checker.ts";

interface Socket {
  /** What the realm has ordered. */
  ordered: CloseMode | null;
  orderedMicros: number;
  /** When the host has ordered its end, and when it was gone. */
  endedMicros: number;
  goneMicros: number;
  goneTurn: number;
  unsentBytes: number;
  /** No session of the realm: it was turned away. */
  isStranger: boolean;
}

/** Clocks may run fast, and a turn may come early by as much. */
const early = 0.9;
const lateMicros = limits.closeTimeoutMs * 1_000 * early;
const drainMicros = limits.drainTimeoutMs * 1_000 * early;
/** What was accepted by then is still told. */
const shutMicros = 300_000;
/** A host hears of an end with its next turn, unless it has none. */
const heardMicros = 1_000_000;
const heardTurns = 50;

export class EndingsChecker implements Checker {
  readonly name = "endings";
  readonly missesReplays = true;
  /** Counts ends that the host has ordered. */
  checked = 0;
  readonly #outboundBytesMax: number;
  readonly #nowMicros: () => number;
  readonly #sockets = new Map<SocketId, Socket>();
  readonly #ofRemote = new Map<string, Socket>();
  readonly #ofConnection = new Map<ConnectionId, Socket>();
  #drainedMicros = Infinity;
  #strangers = 0;
  /** Sessions that were cut because they did not take their end in time. */
  #late = 0;
  #turn = 0;

  constructor(outboundBytesMax: number, nowMicros: () => number) {
    this.#outboundBytesMax = outboundBytesMax;
    this.#nowMicros = nowMicros;
  }

  processStarted(): void {
    this.#sockets.clear();
    this.#ofRemote.clear();
    this.#ofConnection.clear();
    this.#drainedMicros = Infinity;
    this.#strangers = 0;
    this.#late = 0;
  }

  turned(): void {
    this.#turn += 1;
  }

  socketOpened(socket: SocketId, _link: string, remote: string): void {
    if (this.#nowMicros() - this.#drainedMicros > shutMicros) {
      this.#fail("a server that drains does not listen", remote);
    }
    const seen: Socket = {
      ordered: null,
      orderedMicros: Infinity,
      endedMicros: Infinity,
      goneMicros: Infinity,
      goneTurn: Infinity,
      unsentBytes: 0,
      isStranger: true,
    };
    this.#strangers += 1;
    this.#sockets.set(socket, seen);
    this.#ofRemote.set(remote, seen);
  }

  socketClosed(socket: SocketId): void {
    const seen = this.#sockets.get(socket);
    if (seen === undefined) return;
    if (seen.isStranger) this.#strangers -= 1;
    seen.goneMicros = this.#nowMicros();
    seen.goneTurn = this.#turn;
  }

  socketWritten(socket: SocketId, _bytes: Uint8Array, unsentBytes: number): void {
    const seen = this.#sockets.get(socket);
    if (seen === undefined) return;
    seen.unsentBytes = unsentBytes;
    if (unsentBytes <= this.#outboundBytesMax) return;
    this.#fail(
      "a peer that does not read costs no more than the limit",
      `${String(unsentBytes)} bytes`,
    );
  }

  stepped({ event, closes }: Step): void {
    if (event.type === "connection.opened") {
      const seen = this.#ofRemote.get(event.remote);
      this.#ofRemote.delete(event.remote);
      if (seen === undefined) return;
      seen.isStranger = false;
      this.#strangers -= 1;
      this.#ofConnection.set(event.connection, seen);
    } else if (event.type === "drain.requested") {
      this.#drainedMicros = this.#nowMicros();
    }
    for (const { connection, mode } of closes) {
      const seen = this.#ofConnection.get(connection);
      if (seen === undefined || seen.ordered !== null) continue;
      seen.ordered = mode;
      seen.orderedMicros = this.#nowMicros();
    }
    if (event.type === "connection.closed") this.#ofConnection.delete(event.connection);
  }

  socketEnding(socket: SocketId, mode: CloseMode): void {
    const seen = this.#sockets.get(socket);
    if (seen === undefined) return;
    this.checked += 1;
    const now = this.#nowMicros();
    if (now - seen.goneMicros > heardMicros && this.#turn - seen.goneTurn > heardTurns) {
      this.#fail("nothing is ordered of a socket that is gone", mode);
    }
    if (mode === "flush") {
      if (seen.ordered !== "flush" && !seen.isStranger) {
        this.#fail("a link ends when the realm says so", String(seen.ordered));
      }
      seen.endedMicros = Math.min(seen.endedMicros, now);
    } else if (!this.#mayCut(seen, now)) {
      const what = seen.isStranger ? "turned away" : `to end by ${String(seen.ordered)}`;
      this.#fail("a link is cut only for a reason", `it was ${what}`);
    } else if (this.#isLate(seen, now)) this.#late += 1;
  }

  emptied({ metrics }: QuietRun): void {
    const counted = metrics.get("connections_reset_late_total") ?? 0;
    // Whoever is cut at the end of a drain may have been late, too.
    if (counted === this.#late || this.#drainedMicros !== Infinity) return;
    const detail = `${String(counted)} counted, ${String(this.#late)} seen`;
    this.#fail("whoever is cut because he is late is counted", detail);
  }

  #isLate({ isStranger, ordered, orderedMicros }: Socket, now: number): boolean {
    return !isStranger && ordered === "flush" && now - orderedMicros >= lateMicros;
  }

  #mayCut({ isStranger, ordered, orderedMicros, endedMicros }: Socket, now: number): boolean {
    if (isStranger)
      return this.#strangers > limits.turnedAwayMax || now - endedMicros >= lateMicros;
    // Who is cut without an order has too much waiting: what is held for the disk is not seen here.
    if (ordered !== "flush" || now - this.#drainedMicros >= drainMicros) return true;
    return now - orderedMicros >= lateMicros;
  }

  #fail(rule: string, detail: string): never {
    throw new CheckFailure(this.name, rule, detail);
  }
}
