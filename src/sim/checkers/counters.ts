/**
 * [MON-04] What the host counts is what went over the network, exactly: connections, bytes both
 * ways, and the packets that it sent; and what the realm was given and has counted: its events, and
 * each counter of each feature. When everybody has gone, nothing is held of anybody.
 */
import type { SocketId } from "../../core/contract.ts";
import { limits } from "../../core/kernel/limits.ts";
import { Deframer } from "../../core/wire/index.ts";
import { CheckFailure } from "./checker.ts";
import type { Checker, QuietRun, Step } from "./checker.ts";

/** What the network saw of one process. */
interface Seen {
  opened: number;
  handshakesFailed: number;
  bytesReceived: number;
  bytesSent: number;
  packetsSent: number;
  events: number;
}

const nothing = (): Seen => ({
  opened: 0,
  handshakesFailed: 0,
  bytesReceived: 0,
  bytesSent: 0,
  packetsSent: 0,
  events: 0,
});

export class CountersChecker implements Checker {
  readonly name = "counters";
  readonly missesReplays = true;
  checked = 0;
  #seen = nothing();
  #deframers = new Map<SocketId, Deframer>();
  /** By counter, labels included: what new steps have counted. Null: nobody can say. */
  #counted: Map<string, number> | null = new Map();

  processStarted(): void {
    this.#seen = nothing();
    this.#counted = new Map();
    this.#deframers = new Map();
  }

  socketOpened(socket: SocketId): void {
    this.#seen.opened += 1;
    const { frameBytesMax } = limits;
    this.#deframers.set(socket, new Deframer({ lengthEndian: "little", frameBytesMax }));
  }

  handshakeFailed(): void {
    this.#seen.handshakesFailed += 1;
  }

  socketReceived(_socket: SocketId, bytes: Uint8Array): void {
    this.#seen.bytesReceived += bytes.length;
  }

  socketWritten(socket: SocketId, bytes: Uint8Array): void {
    this.#seen.bytesSent += bytes.length;
    const deframer = this.#deframers.get(socket);
    if (deframer === undefined) return;
    // The deframer keeps what it gets, and the host gives its slabs away for ever, too.
    deframer.push(bytes);
    while (deframer.next() !== null) this.#seen.packetsSent += 1;
  }

  stepped({ counts }: Step): void {
    this.#seen.events += 1;
    const counted = this.#counted;
    if (counts.size === 0 || counted === null) return;
    for (const [name, by] of counts) counted.set(name, (counted.get(name) ?? 0) + by);
  }

  /** Counted where it is new, and not where a recovery repeats it: nobody can say which it was. */
  machineThrew(): void {
    this.#seen.events = NaN;
    this.#counted = null;
  }

  emptied({ metrics }: QuietRun): void {
    const counted = (name: string): number => metrics.get(name) ?? 0;
    const seen = this.#seen;
    if (seen.bytesReceived > 0) this.checked += 1;
    const accepted = counted("connections_accepted_total");
    this.#same("connections", accepted + counted("connections_turned_away_total"), seen.opened);
    this.#same("failed handshakes", counted("handshakes_failed_total"), seen.handshakesFailed);
    this.#same("bytes received", counted("bytes_received_total"), seen.bytesReceived);
    this.#same("bytes sent", counted("bytes_sent_total"), seen.bytesSent);
    this.#same("packets sent", counted("packets_sent_total"), seen.packetsSent);
    this.#same("events", counted("events_total"), seen.events);
    for (const [name, by] of totals(this.#counted ?? [])) this.#same(name, counted(name), by);
    this.#same("open connections", counted("connections_open"), 0);
    this.#same("secrets", counted("secrets_held"), 0);
    this.#same("held bytes", counted("held_bytes"), 0);
  }

  #same(what: string, counted: number, seen: number): void {
    if (counted === seen || Number.isNaN(seen)) return;
    throw new CheckFailure(
      this.name,
      `the host counts the ${what} that there were`,
      `${String(counted)} counted, ${String(seen)} seen`,
    );
  }
}

/** By name, summed over labels, as metrics are here. */
function totals(counted: Iterable<readonly [name: string, by: number]>): Map<string, number> {
  const sums = new Map<string, number>();
  for (const [spelling, by] of counted) {
    const brace = spelling.indexOf("{");
    const name = brace === -1 ? spelling : spelling.slice(0, brace);
    sums.set(name, (sums.get(name) ?? 0) + by);
  }
  return sums;
}
