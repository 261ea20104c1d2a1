/**
 * [JRN-11] What waits for the disk is bounded: when a turn leaves more than the limit, or something
 * that has waited for too long, or a disk without room, it leaves nobody who is read.
 *
 * The host's own figures say how much waits. That they are true is seen where they become wrong:
 * what is held leaves when its block is durable, and nothing may be left over when all is quiet.
 */
import type { SocketId } from "../../core/contract.ts";
import { limits } from "../../core/kernel/limits.ts";
import type { CheckedWorld } from "../site.ts";
import { CheckFailure } from "./checker.ts";
import type { Checker, Step } from "./checker.ts";

export class HeldChecker implements Checker {
  readonly name = "held";
  /** Counts looks at a server that had to keep everybody waiting. */
  checked = 0;
  readonly #world: Pick<CheckedWorld, "figure" | "options">;
  /** Sockets by their remote, and the other way, until they are closed. */
  readonly #socketOf = new Map<string, SocketId>();
  readonly #remoteOf = new Map<SocketId, string>();
  /** Sockets of which the realm knows, and which nobody has closed. */
  readonly #open = new Set<SocketId>();
  readonly #paused = new Set<SocketId>();

  constructor(world: CheckedWorld) {
    this.#world = world;
  }

  processStarted(): void {
    this.#socketOf.clear();
    this.#remoteOf.clear();
    this.#open.clear();
    this.#paused.clear();
  }

  processEnded(): void {
    this.processStarted();
  }

  socketOpened(socket: SocketId, _link: string, remote: string): void {
    this.#socketOf.set(remote, socket);
    this.#remoteOf.set(socket, remote);
  }

  stepped({ event, isReplay }: Step): void {
    if (isReplay || event.type !== "connection.opened") return;
    const socket = this.#socketOf.get(event.remote);
    if (socket !== undefined) this.#open.add(socket);
  }

  socketReading(socket: SocketId, isRead: boolean): void {
    if (isRead) this.#paused.delete(socket);
    else this.#paused.add(socket);
  }

  socketEnding(socket: SocketId): void {
    this.#open.delete(socket);
  }

  socketClosed(socket: SocketId): void {
    this.#open.delete(socket);
    this.#paused.delete(socket);
    // The realm may have yet to hear of it.
    this.#socketOf.delete(this.#remoteOf.get(socket) ?? "");
    this.#remoteOf.delete(socket);
  }

  turned(): void {
    if (this.#open.size === 0) return;
    const { figure } = this.#world;
    const bytes = figure("held_bytes") + figure("journal_pending_bytes");
    const seconds = figure("journal_held_seconds");
    const isTooMuch = bytes > this.#world.options.server.heldBytesMax;
    const isTooOld = seconds * 1_000 > limits.heldAgeMaxMs;
    if (!isTooMuch && !isTooOld && figure("journal_full") === 0) return;
    this.checked += 1;
    for (const socket of this.#open) {
      if (this.#paused.has(socket)) continue;
      throw new CheckFailure(
        this.name,
        "nobody is read while too much waits for the disk",
        `${String(bytes)} bytes, the oldest for ${seconds.toFixed(3)} s, and ` +
          `${String(this.#open.size - this.#paused.size)} are read`,
      );
    }
  }
}
