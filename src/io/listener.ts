/**
 * Accepts connections for one role and goes on accepting whatever happens.
 *
 * 1. Before the first success an error is the answer to `listen`. After it no error stops the
 *    listener.
 * 2. When the process has no file descriptor left, libuv closes what the kernel has queued. Where
 *    that fails too, Node reports an error for each attempt; then the listening socket is closed
 *    for a moment, so that the loop does not spin, and opened again on the same port.
 * 3. `listening` is told once for each `listen`, never for the reopening of 2.
 */
import { createServer } from "node:net";
import type { Server, Socket } from "node:net";
import { invariant } from "../core/kernel/assert.ts";
import { platformCode } from "./completions.ts";
import type { Completions } from "./completions.ts";
import { listenMessage } from "./transport.ts";
import type { TransportCounters, TransportOptions } from "./transport.ts";

/** Long enough for a burst to pass, short against a client's patience. */
const reopenAfterMs = 100;
/** Errors that come back at once when the accept is simply tried again. */
const exhausted: ReadonlySet<string> = new Set(["EMFILE", "ENFILE", "ENOBUFS", "ENOMEM"]);

export interface ListenerEvents {
  readonly completions: Pick<Completions, "listening" | "listenFailed">;
  readonly counters: TransportCounters;
  accepted(socket: Socket): void;
  /** An accept failed; accepting goes on. */
  acceptFailed(code: string): void;
}

export class Listener {
  readonly #options: TransportOptions;
  readonly #events: ListenerEvents;
  readonly #server: Server;
  #state: "idle" | "opening" | "open" | "reopening" | "stopped" = "idle";
  #port: number | null = null;
  #reopenTimer: NodeJS.Timeout | null = null;

  /** @param halfOpen true when the owner answers a peer's FIN itself */
  constructor(options: TransportOptions, events: ListenerEvents, halfOpen: boolean) {
    this.#options = options;
    this.#events = events;
    this.#server = createServer({ allowHalfOpen: halfOpen, noDelay: options.noDelay });
    this.#server.maxConnections = options.socketsMax;
    this.#server.on("listening", () => this.#opened());
    this.#server.on("error", (error) => this.failed(platformCode(error)));
    this.#server.on("drop", () => {
      events.counters.socketsDropped += 1;
    });
    this.#server.on("connection", (socket: Socket) => events.accepted(socket));
  }

  get port(): number | null {
    return this.#port;
  }

  listen(): void {
    invariant(this.#state === "idle", "listen is ordered once", this.#state);
    this.#state = "opening";
    this.#open(this.#options.port);
  }

  stop(): void {
    if (this.#reopenTimer !== null) clearTimeout(this.#reopenTimer);
    this.#reopenTimer = null;
    if (this.#state !== "idle") this.#server.close();
    this.#state = "stopped";
    this.#port = null;
  }

  /** Takes an error of the listening socket, see 1 and 2. */
  failed(code: string): void {
    if (this.#state === "stopped") return;
    if (this.#state === "opening") {
      this.#state = "idle";
      this.#events.completions.listenFailed(code, listenMessage(this.#options, code));
      return;
    }
    this.#events.counters.acceptErrors += 1;
    this.#events.acceptFailed(code);
    if (exhausted.has(code) || this.#state === "reopening") this.#pause();
  }

  #pause(): void {
    if (this.#reopenTimer !== null) return;
    this.#state = "reopening";
    this.#server.close();
    this.#reopenTimer = setTimeout(() => {
      this.#reopenTimer = null;
      invariant(this.#port !== null, "a listener that reopens has had a port");
      this.#open(this.#port);
    }, reopenAfterMs);
  }

  #open(port: number): void {
    const { address: host, backlog } = this.#options;
    this.#server.listen({ host, port, backlog, exclusive: true });
  }

  #opened(): void {
    const first = this.#state === "opening";
    this.#state = "open";
    const address = this.#server.address();
    invariant(typeof address === "object" && address !== null, "a TCP listener has an address");
    this.#port = address.port;
    if (first) this.#events.completions.listening();
  }
}
