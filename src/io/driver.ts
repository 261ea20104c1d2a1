/**
 * The loop of one role: deliver completions as they come, give the host one turn, wait.
 *
 *     poll:  sockets, files, calls --> completions --> host (only queues)
 *     check: host.turn() --> orders --> sockets, files, calls
 *
 * 1. Whatever is delivered asks for a turn; any number of deliveries make one. The turn runs in the
 *    check phase of the same pass of the event loop, after everything that was ready has been read.
 * 2. The host is never called from inside a call of the host.
 * 3. One timer is armed, for the earliest `nextTurn()` so far. It is left alone when the host wants
 *    a later time, and finds out when it fires, so a busy host does not make a timer a turn.
 * 4. The timer is armed for the next whole millisecond after the due time. Spinning through the
 *    fraction that a timer cannot tell would cost an idle server 1.5 % of a core at 30 ticks a
 *    second and gain half a millisecond.
 * 5. A host that throws is never called again: it has found a bug of ours, and its role must end.
 */
import type {
  CallResult,
  FileResult,
  HostPort,
  PeerAddress,
  Producer,
  RequestId,
  SocketId,
} from "../core/contract.ts";
import { invariant } from "../core/kernel/assert.ts";
import type { CallId, Micros } from "../core/kernel/ids.ts";
import { monotonicMicros } from "./clock.ts";
import type { Completions } from "./completions.ts";

/** What the driver has done since it started. */
export interface DriverCounters {
  turns: number;
  /** Turns that a timer asked for. */
  timerTurns: number;
  /** How late the latest of those came, since somebody last set this to 0, microseconds. */
  timerLatenessMaxMicros: number;
}

/** What its owner wants to know. */
export interface DriverEvents {
  listening(): void;
  listenFailed(message: string): void;
  /** Told once, with what the host threw; the role must end. */
  failed(error: unknown): void;
}

/** Longer waits are armed in steps of this: `setTimeout` takes 31 bits. */
const waitMsMax = 2 ** 30;

export class Driver implements Completions {
  readonly counters: DriverCounters = { turns: 0, timerTurns: 0, timerLatenessMaxMicros: 0 };
  readonly #events: DriverEvents;
  readonly #turn = (): void => this.#runTurn();
  readonly #fired = (): void => this.#timerFired();
  #host: HostPort | null = null;
  #producer: Producer | null = null;
  #state: "idle" | "running" | "stopped" = "idle";
  #turnAsked = false;
  #timer: NodeJS.Timeout | null = null;
  #armedFor: Micros | null = null;

  constructor(events: DriverEvents) {
    this.#events = events;
  }

  /** Begins recovery. Call once. Nothing can be delivered before: the host has ordered nothing. */
  start(host: HostPort): void {
    invariant(this.#state === "idle", "a driver starts once", this.#state);
    const [producer] = host.producers;
    invariant(producer !== undefined, "a host has a producer");
    this.#host = host;
    this.#producer = producer;
    this.#state = "running";
    this.#guarded(() => host.start());
    this.#ask();
  }

  /** Never calls the host again. */
  stop(): void {
    this.#state = "stopped";
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#armedFor = null;
  }

  /** Asks the host for an orderly end; a second time, for one at once. */
  drain(): void {
    const host = this.#running();
    if (host === null) return;
    host.drain();
    this.#ask();
  }

  socketOpened(socket: SocketId, peer: PeerAddress): void {
    if (this.#state !== "running") return;
    this.#port().socketOpened(socket, peer);
    this.#ask();
  }

  handshakeFailed(remote: string, reason: Parameters<Producer["handshakeFailed"]>[1]): void {
    if (this.#state !== "running") return;
    this.#port().handshakeFailed(remote, reason);
    this.#ask();
  }

  received(socket: SocketId, bytes: Uint8Array): void {
    if (this.#state !== "running") return;
    this.#port().received(socket, bytes);
    this.#ask();
  }

  writeDrained(socket: SocketId, unsentBytes: number): void {
    if (this.#state !== "running") return;
    this.#port().writeDrained(socket, unsentBytes);
    this.#ask();
  }

  socketEnded(socket: SocketId): void {
    if (this.#state !== "running") return;
    this.#port().socketEnded(socket);
    this.#ask();
  }

  socketClosed(socket: SocketId, code: string | null): void {
    if (this.#state !== "running") return;
    this.#port().socketClosed(socket, code);
    this.#ask();
  }

  /** Delivers what comes from elsewhere: `tell` may call what only queues. */
  deliver(tell: () => void): void {
    if (this.#state !== "running") return;
    tell();
    this.#ask();
  }

  fileDone(request: RequestId, result: FileResult): void {
    this.#running()?.fileDone(request, result);
    this.#ask();
  }

  callDone(call: CallId, result: CallResult): void {
    this.#running()?.callDone(call, result);
    this.#ask();
  }

  listening(): void {
    this.#running()?.listening();
    this.#ask();
    this.#events.listening();
  }

  listenFailed(code: string, message: string): void {
    this.#running()?.listenFailed(code, message);
    this.#ask();
    this.#events.listenFailed(message);
  }

  #running(): HostPort | null {
    return this.#state === "running" ? this.#host : null;
  }

  #port(): Producer {
    invariant(this.#producer !== null, "a running driver has a producer");
    return this.#producer;
  }

  #ask(): void {
    if (this.#turnAsked || this.#state !== "running") return;
    this.#turnAsked = true;
    setImmediate(this.#turn);
  }

  #runTurn(): void {
    this.#turnAsked = false;
    const host = this.#running();
    if (host === null) return;
    this.counters.turns += 1;
    this.#guarded(() => host.turn());
    this.#arm();
  }

  #arm(): void {
    const due = this.#running()?.nextTurn() ?? null;
    if (due === null) return;
    const now = monotonicMicros();
    if (due <= now) return this.#ask();
    if (this.#armedFor !== null && this.#armedFor <= due) return;
    if (this.#timer !== null) clearTimeout(this.#timer);
    const waitMs = Math.min(Math.ceil((due - now) / 1_000), waitMsMax);
    this.#armedFor = due;
    this.#timer = setTimeout(this.#fired, waitMs);
  }

  #timerFired(): void {
    this.#timer = null;
    this.#armedFor = null;
    const due = this.#running()?.nextTurn() ?? null;
    const now = monotonicMicros();
    // Node rounds the start of a timer down, so that it may fire up to a millisecond early.
    if (due === null || due > now) return this.#arm();
    const late = now - due;
    this.counters.timerTurns += 1;
    if (late > this.counters.timerLatenessMaxMicros) this.counters.timerLatenessMaxMicros = late;
    this.#ask();
  }

  #guarded(call: () => void): void {
    try {
      call();
    } catch (error) {
      this.stop();
      this.#events.failed(error);
    }
  }
}
