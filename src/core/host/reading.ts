/**
 * When connections are not read: a peer that sends faster than it is served feels a full window,
 * and memory stays bounded. Several causes may hold one connection; it is read again when the last
 * of them is gone.
 */
import type { Syscalls } from "../contract.ts";
import type { HostConfig } from "./config.ts";
import { pauses } from "./connections.ts";
import type { Connections, HostConnection } from "./connections.ts";

type Cause = keyof typeof pauses;

export class Reading {
  readonly #config: HostConfig;
  readonly #syscalls: Pick<Syscalls, "pauseReading" | "resumeReading">;
  readonly #connections: Connections;
  /** Causes that hold all connections, also those that open later. */
  #everywhere = 0;

  constructor(
    config: HostConfig,
    syscalls: Pick<Syscalls, "pauseReading" | "resumeReading">,
    connections: Connections,
  ) {
    this.#config = config;
    this.#syscalls = syscalls;
    this.#connections = connections;
  }

  /** A connection is open: it may be that nobody is being read just now. */
  opened(connection: HostConnection): void {
    if (this.#everywhere !== 0) this.#set(connection, this.#everywhere);
  }

  /** Looks at how much one connection has waiting: paused above the limit, resumed below half. */
  weigh(connection: HostConnection): void {
    const waiting = connection.edge.bufferedBytes;
    if (waiting > this.#config.inboundBytesMax) this.#set(connection, pauses.inbound);
    else if (waiting < this.#config.inboundBytesMax / 2) this.#clear(connection, pauses.inbound);
  }

  /**
   * Looks at how much waits for the disk, likewise, for all connections together, and at how long
   * the oldest of it has waited. Returns whether everybody is paused for it from now on.
   */
  weighHeld(heldBytes: number, heldMicros: number): boolean {
    const { heldBytesMax, heldAgeMaxMs } = this.#config;
    const isOld = heldMicros > heldAgeMaxMs * 1_000;
    if (isOld || heldBytes > heldBytesMax) return this.pauseAll("held");
    if (heldBytes < heldBytesMax / 2) this.resumeAll("held");
    return false;
  }

  /** On a full disk nobody is read. */
  weighFull(isFull: boolean): void {
    if (isFull) this.pauseAll("full");
    else this.resumeAll("full");
  }

  /** Returns false when they were paused for that already. */
  pauseAll(cause: Cause): boolean {
    if ((this.#everywhere & pauses[cause]) !== 0) return false;
    this.#everywhere |= pauses[cause];
    for (const connection of this.#connections.all()) this.#set(connection, pauses[cause]);
    return true;
  }

  resumeAll(cause: Cause): void {
    if ((this.#everywhere & pauses[cause]) === 0) return;
    this.#everywhere &= ~pauses[cause];
    for (const connection of this.#connections.all()) this.#clear(connection, pauses[cause]);
  }

  #set(connection: HostConnection, causes: number): void {
    const before = connection.paused;
    connection.paused |= causes;
    if (before === 0 && connection.gone === null) this.#syscalls.pauseReading(connection.socket);
  }

  #clear(connection: HostConnection, causes: number): void {
    const before = connection.paused;
    connection.paused &= ~causes;
    if (before === 0 || connection.paused !== 0 || connection.gone !== null) return;
    this.#syscalls.resumeReading(connection.socket);
  }
}
