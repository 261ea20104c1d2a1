/**
 * What one connection has to say: its packets, refusals and its end, as events in their order.
 *
 * G1. Everything that was received before the end of a connection becomes events before its end.
 * G2. Exactly one `connection.closed` for each `connection.opened`, as its last event.
 * G3. Of a connection that is being closed nothing more is read, but its end is told all the same.
 */
import type { PacketReceived } from "../contract.ts";
import type { Refusal } from "../edge/index.ts";
import { invariant } from "../kernel/assert.ts";
import type { ConnectionId, Micros } from "../kernel/ids.ts";
import type { CloseReason } from "../kernel/reasons.ts";
import type { HostConfig } from "./config.ts";
import type { Connections, HostConnection } from "./connections.ts";
import type { HostCounters } from "./counters.ts";
import type { Reading } from "./reading.ts";
import type { Stepper } from "./stepper.ts";

export interface VisitParts {
  readonly config: HostConfig;
  readonly connections: Connections;
  readonly counters: HostCounters;
  readonly reading: Reading;
  readonly stepper: Stepper;
}

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

export class Visits {
  readonly #parts: VisitParts;
  readonly #stepper: Stepper;
  readonly #packetsMax: number;
  /**
   * The event of the packet under way: one object for all of them, as there is only one at a time.
   */
  readonly #packet: Mutable<PacketReceived> = {
    type: "packet.received",
    at: 0 as Micros,
    connection: 0 as ConnectionId,
    transport: "stream",
    bytes: new Uint8Array(0),
    start: 0,
    end: 0,
  };
  /** Connections with refusals that are not told yet. */
  #reporting: HostConnection[] = [];
  /** The earliest of their reports; `Infinity` when there is none. */
  #reportAt = Infinity;

  constructor(parts: VisitParts) {
    this.#parts = parts;
    this.#stepper = parts.stepper;
    this.#packetsMax = parts.config.packetsPerRoundMax;
  }

  /** When `report` has something to tell; `Infinity` when nothing. */
  get reportAt(): number {
    return this.#reportAt;
  }

  /** Serves a connection; returns how many packets. Clears `hasInput` when nothing is left. */
  visit(connection: HostConnection, at: Micros): number {
    const served = this.#poll(connection, at);
    if (connection.phase === "open" && served === this.#packetsMax) return served;
    this.#parts.reading.weigh(connection);
    if (connection.finWaits && connection.phase === "open") {
      connection.finWaits = false;
      this.#stepper.step({ type: "connection.ended", at, connection: connection.id });
    }
    if (connection.gone !== null) this.close(connection, connection.gone, at);
    connection.hasInput = false;
    return served;
  }

  /** The last event of a connection, and those that were due before it. */
  close(connection: HostConnection, reason: CloseReason, at: Micros): void {
    const { edge } = connection;
    for (let due = edge.reportDueAt(); due !== null; due = edge.reportDueAt()) {
      const report = edge.takeReport(due);
      invariant(report !== null, "a report that is due can be taken", connection.id);
      this.#refuse(connection, report, at);
    }
    edge.closed();
    this.#stepper.step({ type: "connection.closed", at, connection: connection.id, reason });
    this.#parts.connections.remove(connection);
    this.#parts.counters.add(`connections_closed_total{reason="${reason}"}`);
  }

  /** Tells the refusals that were withheld for their second. */
  report(at: Micros): void {
    if (this.#reportAt > at) return;
    const reporting = this.#reporting;
    this.#reporting = [];
    this.#reportAt = Infinity;
    let next = 0;
    try {
      for (let one = reporting[next]; one !== undefined; one = reporting[next]) {
        next += 1;
        one.inReports = false;
        this.#reportOne(one, at);
      }
    } finally {
      for (const one of reporting.slice(next)) {
        one.inReports = false;
        this.#watchReports(one);
      }
    }
  }

  /** Polls until the edge starves, the connection closes, or the round's share is served. */
  #poll(connection: HostConnection, at: Micros): number {
    const { edge, id } = connection;
    let served = 0;
    while (connection.phase === "open" && served < this.#packetsMax) {
      const found = edge.poll(at);
      if (found === "starved") break;
      served += 1;
      if (found === "packet") {
        this.#parts.counters.packetsReceived(1);
        const packet = this.#packet;
        packet.at = at;
        packet.connection = id;
        // The collector is told of each young object that is written into an old one, also when it
        // stands there already; packets of one read have the same bytes.
        if (packet.bytes !== edge.bytes) packet.bytes = edge.bytes;
        packet.start = edge.start;
        packet.end = edge.end;
        this.#stepper.packet(packet, connection);
      } else if (found === "refused") {
        const { refusal } = edge;
        invariant(refusal !== null, "a refused packet has a refusal", id);
        connection.wasRefused = true;
        this.#refuse(connection, refusal, at);
      } else {
        const reason = edge.malformed;
        if (reason !== "frame-length") this.#parts.counters.packetsReceived(1);
        this.#parts.counters.add(`packets_malformed_total{reason="${reason}"}`);
        this.#stepper.step({ type: "packet.malformed", at, connection: id, reason });
      }
    }
    // The first refusal of a kind is always found, so who has none found has none withheld.
    if (connection.wasRefused) this.#watchReports(connection);
    return served;
  }

  #refuse(connection: HostConnection, refusal: Refusal, at: Micros): void {
    const { packetType, reason, count, sequence } = refusal;
    this.#parts.counters.packetsReceived(count);
    this.#parts.counters.add(`packets_refused_total{reason="${reason}"}`, count);
    // The realm has closed it: what it sent before is counted, and nobody's business any more.
    if (connection.phase !== "open") return;
    const { id } = connection;
    const common = { at, connection: id, packetType, reason, count, sequence };
    this.#stepper.step({ type: "packet.refused", ...common });
  }

  #watchReports(connection: HostConnection): void {
    const due = connection.edge.reportDueAt();
    if (due === null) return;
    this.#reportAt = Math.min(this.#reportAt, due);
    if (connection.inReports) return;
    connection.inReports = true;
    this.#reporting.push(connection);
  }

  #reportOne(connection: HostConnection, at: Micros): void {
    if (this.#parts.connections.ofId(connection.id) === undefined) return;
    for (let report = connection.edge.takeReport(at); report !== null;) {
      this.#refuse(connection, report, at);
      report = connection.edge.takeReport(at);
    }
    this.#watchReports(connection);
  }
}
