/**
 * Lets effects on connections leave: at once, or when the event that caused them is durable.
 *
 *     step --add--> held --settle--> ready --flush--> platform
 *             \--------prompt---------^
 *
 * L1. A committed frame is given to the platform only when the block of its event is durable.
 * L2. The frames of one connection and delivery leave in the order in which the realm sent them.
 * L3. A close in order leaves behind everything that was sent before it, and when its own event is
 *     durable. A reset is immediate; what was not given to the platform is forgotten.
 * L4. A connection never has more than `outboundBytesMax` held, ready and unsent: one that would is
 *     reset. Crossing the high-water mark is noticed once, until the low-water mark is passed.
 * L5. One flush a turn, one write a connection and flush.
 */
import type { CloseMode, Syscalls } from "../contract.ts";
import type { CloseReason } from "../kernel/reasons.ts";
import { invariant } from "../kernel/assert.ts";
import type { HostConfig } from "./config.ts";
import type { HostConnection } from "./connections.ts";
import type { HostCounters } from "./counters.ts";
import type { FrameRun } from "./outbound.ts";

/** What the realm is to be told of a connection's queue. */
export interface WaterNotice {
  readonly type: "connection.congested" | "connection.writable";
  readonly connection: HostConnection;
}

export class Release {
  /** Over all connections. */
  heldBytes = 0;
  readonly #config: HostConfig;
  readonly #syscalls: Pick<Syscalls, "write" | "closeSocket">;
  readonly #counters: HostCounters;
  /** Connections in the order in which they began to wait, one entry for each of their blocks. */
  #holders: { readonly connection: HostConnection; readonly ticket: number }[] = [];
  #dirty: HostConnection[] = [];
  #notices: WaterNotice[] = [];
  #durableTicket = 0;

  constructor(options: {
    readonly config: HostConfig;
    readonly syscalls: Pick<Syscalls, "write" | "closeSocket">;
    readonly counters: HostCounters;
  }) {
    this.#config = options.config;
    this.#syscalls = options.syscalls;
    this.#counters = options.counters;
  }

  /** True when a flush would do something. */
  get hasWork(): boolean {
    return this.#dirty.length > 0 || this.#notices.length > 0;
  }

  /** @param ticket the block of the run's event, or 0 when it may leave at once */
  add(connection: HostConnection, run: FrameRun, ticket: number): void {
    const { outbound } = connection;
    if (ticket !== 0) this.#hold(connection, ticket, run.end - run.start);
    outbound.add(run, ticket);
    if (outbound.queuedBytes > this.#config.outboundBytesMax) {
      this.#counters.add("connections_slow_readers_total");
      this.reset(connection, "abuse");
    } else if (ticket === 0) this.#markDirty(connection);
  }

  /**
   * Closes in order.
   *
   * @param ticket the block of the event that ordered it, or 0 when it need not wait for that
   * @param deadline monotonic microseconds, see `resetLate`
   */
  close(connection: HostConnection, by: CloseReason, ticket: number, deadline: number): void {
    invariant(connection.phase === "open", "an open connection is closed", connection.id);
    connection.phase = "closing";
    connection.closedBy = by;
    connection.closeDeadline = deadline;
    if (ticket > this.#durableTicket) this.#hold(connection, ticket, 0);
    connection.outbound.lastTicket = Math.max(connection.outbound.lastTicket, ticket);
    this.#markDirty(connection);
  }

  /** Closes at once and forgets what has not left. */
  reset(connection: HostConnection, by: CloseReason): void {
    this.forget(connection);
    if (connection.gone !== null) return;
    connection.closedBy ??= by;
    this.#order(connection, "reset");
  }

  /** Resets connections whose close in order takes too long. */
  resetLate(connections: Iterable<HostConnection>, now: number): void {
    for (const connection of connections) {
      if (connection.closeDeadline > now) continue;
      // After a pause it may have gone in order, which nobody has looked at yet.
      if (connection.gone === null) this.#counters.add("connections_reset_late_total");
      this.reset(connection, "server");
    }
  }

  /** Resets everybody: what is left to say to them cannot be made durable. */
  resetOpen(connections: Iterable<HostConnection>): void {
    for (const connection of connections) {
      if (connection.phase === "open") this.reset(connection, "server");
    }
  }

  /** Forgets what waits to leave on a connection that will not take it any more. */
  forget(connection: HostConnection): void {
    this.heldBytes -= connection.outbound.discard();
  }

  /** The blocks up to this one are durable: what waited for them may leave. */
  settle(durableTicket: number): void {
    if (durableTicket === this.#durableTicket) return;
    this.#durableTicket = durableTicket;
    let count = 0;
    for (const { connection, ticket } of this.#holders) {
      if (ticket > durableTicket) break;
      count += 1;
      this.heldBytes -= connection.outbound.settle(durableTicket);
      this.#markDirty(connection);
    }
    if (count === this.#holders.length) this.#holders = [];
    else this.#holders.splice(0, count);
  }

  /** Gives the platform everything that may leave. */
  flush(): void {
    const dirty = this.#dirty;
    if (dirty.length === 0) return;
    this.#dirty = [];
    for (const connection of dirty) {
      connection.outbound.isDirty = false;
      if (connection.phase !== "cut" && connection.gone === null) this.#flushOne(connection);
    }
  }

  /** The platform has told how much a socket still holds. */
  drained(connection: HostConnection, unsentBytes: number): void {
    connection.outbound.unsentBytes = unsentBytes;
    this.#markWater(connection);
  }

  /** What the realm must be told, in order; empty when nothing. */
  takeNotices(): readonly WaterNotice[] {
    const notices = this.#notices;
    if (notices.length > 0) this.#notices = [];
    return notices;
  }

  #hold(connection: HostConnection, ticket: number, bytes: number): void {
    const { outbound } = connection;
    // One entry for each block, however many frames wait for it.
    if (outbound.lastTicket !== ticket) this.#holders.push({ connection, ticket });
    outbound.lastTicket = ticket;
    this.heldBytes += bytes;
  }

  #markDirty(connection: HostConnection): void {
    if (connection.outbound.isDirty) return;
    connection.outbound.isDirty = true;
    this.#dirty.push(connection);
  }

  #flushOne(connection: HostConnection): void {
    const { outbound } = connection;
    if (outbound.readyBytes > 0) {
      this.#counters.sent(outbound.readyFrames, outbound.readyBytes);
      // A peer that lags would keep a whole slab alive for each small view of it.
      const bytes = outbound.take(outbound.unsentBytes > 0);
      outbound.unsentBytes = this.#syscalls.write(connection.socket, bytes);
      this.#markWater(connection);
    }
    const isLast = outbound.heldBytes === 0 && outbound.lastTicket <= this.#durableTicket;
    if (connection.phase === "closing" && isLast) this.#order(connection, "flush");
  }

  #order(connection: HostConnection, mode: CloseMode): void {
    connection.phase = "cut";
    if (mode === "reset") connection.closeDeadline = Infinity;
    this.#syscalls.closeSocket(connection.socket, mode);
  }

  #markWater(connection: HostConnection): void {
    const { outbound } = connection;
    const queued = outbound.queuedBytes;
    const { outboundHighBytes, outboundLowBytes } = this.#config;
    if (connection.phase !== "open") return;
    if (!outbound.isCongested && queued > outboundHighBytes) {
      outbound.isCongested = true;
      this.#notices.push({ type: "connection.congested", connection });
    } else if (outbound.isCongested && queued < outboundLowBytes) {
      outbound.isCongested = false;
      this.#notices.push({ type: "connection.writable", connection });
    }
  }
}
