/**
 * Fairness: connections with input wait in a ring. In a round each of them has a visit of at most
 * `packetsPerRoundMax` packets; who has more left waits for the next round. A turn ends its rounds
 * after `packetsPerTurnMax` packets, so that what was answered first does not wait for the rest.
 *
 * Q1. Between two visits to one connection every other one in the ring is visited once.
 * Q2. A connection with input left is in the ring, also when its visit threw.
 */
import { invariant } from "../kernel/assert.ts";
import type { HostConnection } from "./connections.ts";

export class Rounds {
  #ring: HostConnection[] = [];
  #head = 0;

  get isEmpty(): boolean {
    return this.#head === this.#ring.length;
  }

  /** The connection has input: it will be visited. */
  add(connection: HostConnection): void {
    connection.hasInput = true;
    if (connection.inRing) return;
    connection.inRing = true;
    this.#ring.push(connection);
  }

  /**
   * Visits connections in the order of the ring until it is empty or `packetsMax` packets were
   * served.
   *
   * @param visit serves one connection, clears `hasInput` when nothing is left to serve, and
   *   returns how many packets it served
   */
  run(packetsMax: number, visit: (connection: HostConnection) => number): void {
    let packets = 0;
    while (packets < packetsMax && !this.isEmpty) {
      const connection = this.#take();
      try {
        packets += visit(connection);
      } finally {
        if (connection.hasInput) this.add(connection);
      }
    }
  }

  #take(): HostConnection {
    const connection = this.#ring[this.#head];
    invariant(connection !== undefined && connection.inRing, "the ring holds who is in it");
    connection.inRing = false;
    this.#head += 1;
    if (this.isEmpty) {
      this.#ring = [];
      this.#head = 0;
    } else if (this.#head >= 1_024 && this.#head * 2 >= this.#ring.length) {
      // The used places are given up when they are half: every place is moved at most once.
      this.#ring = this.#ring.slice(this.#head);
      this.#head = 0;
    }
    return connection;
  }
}
