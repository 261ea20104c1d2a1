/**
 * Sockets that were refused before the realm heard of them: told why, closed, and forgotten. They
 * are no connections and count for no cap of those, so they have a cap of their own.
 */
import type { SocketId, Syscalls } from "../contract.ts";
import type { ErrorCode } from "../kernel/errors.ts";
import type { Micros } from "../kernel/ids.ts";
import { limits } from "../kernel/limits.ts";
import { disconnectFrame } from "../wire/index.ts";
import type { HostConfig } from "./config.ts";
import type { HostCounters } from "./counters.ts";

export class TurnedAway {
  readonly #config: HostConfig;
  readonly #syscalls: Pick<Syscalls, "write" | "closeSocket">;
  readonly #counters: HostCounters;
  /** When a socket that has not closed by itself is reset, monotonic microseconds. */
  readonly #deadlines = new Map<SocketId, number>();

  constructor(
    config: HostConfig,
    syscalls: Pick<Syscalls, "write" | "closeSocket">,
    counters: HostCounters,
  ) {
    this.#config = config;
    this.#syscalls = syscalls;
    this.#counters = counters;
  }

  get size(): number {
    return this.#deadlines.size;
  }

  has(socket: SocketId): boolean {
    return this.#deadlines.has(socket);
  }

  /** Tells the peer why and closes; when too many are being told, closes without a word. */
  turnAway(socket: SocketId, code: ErrorCode, now: Micros): void {
    this.#counters.add(`connections_turned_away_total{reason="${code}"}`);
    if (this.#deadlines.size >= limits.turnedAwayMax) {
      this.#deadlines.set(socket, Infinity);
      this.#syscalls.closeSocket(socket, "reset");
      return;
    }
    this.#deadlines.set(socket, now + this.#config.closeTimeoutMs * 1_000);
    const frame = disconnectFrame(code, this.#config);
    this.#counters.sent(1, frame.length);
    this.#syscalls.write(socket, frame);
    this.#syscalls.closeSocket(socket, "flush");
  }

  /** The socket is gone. */
  closed(socket: SocketId): void {
    this.#deadlines.delete(socket);
  }

  /** Resets those that do not take what they were told. */
  resetLate(now: Micros): void {
    for (const [socket, deadline] of this.#deadlines) {
      if (deadline > now) continue;
      this.#deadlines.set(socket, Infinity);
      this.#syscalls.closeSocket(socket, "reset");
    }
  }
}
