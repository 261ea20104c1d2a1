/**
 * Machines and how they find each other: listening sockets, accept queues and connection attempts.
 * What happens to the bytes of a connection is `tcp.ts`'s affair.
 *
 * W1. An attempt ends exactly once: connected, refused, unreachable, or, when nobody has answered
 *     its repetitions for two minutes, timed out.
 * W2. The kernel completes a connection before the program accepts it, as long as the queue has
 *     room; when it has none, the client's kernel tries again later.
 *     Whoever gives the attempt up after that ends the connection.
 * W3. When a listening socket closes, what waits in its queue is reset.
 */
import { invariant } from "../../core/kernel/assert.ts";
import type { Task } from "../scheduler.ts";
import type { LinkParts } from "./path.ts";
import { Link } from "./link.ts";
import type { Endpoint } from "./tcp.ts";
import { Weather } from "./weather.ts";

/** A connection that a program has not looked at yet. */
export interface Arrival {
  readonly link: Link;
  /** `address:port` of the client. */
  readonly remote: string;
}

/** A program that listens. */
export interface Acceptor {
  /** Something more is in the accept queue. */
  acceptable(arrival: Arrival): void;
}

/** One end of an attempt to connect. */
export interface Attempt {
  connected(link: Link): void;
  /** @param code ECONNREFUSED, ETIMEDOUT, or why there is no way there */
  failed(code: string): void;
}

export interface ConnectOptions {
  /** `client.attempt`, unique in the run and the same in every run of the same workload. */
  readonly name: string;
  readonly remote: string;
  /** Who connects, for the weather. */
  readonly host?: string;
  readonly target: Machine;
}

/** Linux repeats an unanswered attempt after 1, 3, 7, 15, 31 and 63 seconds. */
const attemptsMax = 6;
const firstRetryMicros = 1_000_000;
/** What a connection attempt is told by a router, by its own routes, or by its own kernel. */
const unreachable = ["EHOSTUNREACH", "ENETUNREACH", "ENOBUFS"] as const;

export class Network {
  readonly #parts: LinkParts;
  readonly #weather: Weather;
  /** Every connection of the run, in the order of their attempts. */
  readonly links: Link[] = [];

  /** @param weather strikes the links; fair when left out */
  constructor(
    parts: LinkParts,
    weather = new Weather(parts, { clients: [], servers: [], performers: [] }),
  ) {
    this.#parts = parts;
    this.#weather = weather;
  }

  /** Begins to connect. The returned function gives the attempt up. */
  connect(options: ConnectOptions, attempt: Attempt): () => void {
    const { scheduler } = this.#parts;
    const about = `network/${options.name}`;
    const refused = this.#strikes(`${about}/refused`, "refusedPerMillion");
    const unanswered = this.#strikes(`${about}/unanswered`, "unansweredPerMillion");
    if (unanswered) this.#parts.faults.hit("network.unanswered", options.name);
    const code = this.#unreachable(`${about}/unreachable`);
    const { host = "client", target } = options;
    let task: Task | null = null;
    let isGivenUp = false;
    /** Of which the attempt was not told yet. */
    let untold: Link | null = null;
    const delayMicros = this.#parts.options.delayMicros;
    const answer = (then: () => void): void => {
      task = scheduler.after(delayMicros, () => {
        if (!isGivenUp) then();
      });
    };
    const again = (tries: number): void => {
      task = scheduler.after(firstRetryMicros * (1 << tries), () => {
        if (tries < attemptsMax) return arrive(tries + 1);
        if (isGivenUp) return;
        this.#parts.faults.hit("network.timed-out", options.name);
        attempt.failed("ETIMEDOUT");
      });
    };
    const arrive = (tries: number): void => {
      if (isGivenUp) return;
      if (code !== null) {
        this.#parts.faults.hit("network.unreachable", options.name);
        return answer(() => attempt.failed(code));
      }
      if (unanswered || !target.isUp || !this.#isReachable(host, target)) return again(tries);
      if (refused) {
        this.#parts.faults.hit("network.refused", options.name);
        return answer(() => attempt.failed("ECONNREFUSED"));
      }
      const { listener } = target;
      if (listener === null) return answer(() => attempt.failed("ECONNREFUSED"));
      if (listener.isFull) {
        this.#parts.faults.hit("network.backlog-full", options.name);
        return again(tries);
      }
      const link = this.#establish(options, listener);
      untold = link;
      answer(() => {
        untold = null;
        attempt.connected(link);
      });
    };
    task = scheduler.after(delayMicros, () => arrive(0));
    return () => {
      isGivenUp = true;
      if (task !== null) scheduler.cancel(task);
      untold?.client.close();
    };
  }

  /** Neither its question nor the answer is lost. */
  #isReachable(host: string, { name }: Machine): boolean {
    return this.#weather.isOpen(host, name) && this.#weather.isOpen(name, host);
  }

  #establish(
    { name, remote, host = "client", target }: ConnectOptions,
    listener: ListeningSocket,
  ): Link {
    const link = new Link(this.#parts, name, { client: host, server: target.name });
    this.links.push(link);
    this.#weather.add(link);
    target.owns(link.server);
    listener.push({ link, remote });
    return link;
  }

  #unreachable(name: string): string | null {
    const { decisions, options } = this.#parts;
    const which = decisions
      .subject(name)
      .seldom(options.unreachablePerMillion, unreachable.length + 1);
    return unreachable[which - 1] ?? null;
  }

  #strikes(name: string, rate: "refusedPerMillion" | "unansweredPerMillion"): boolean {
    return this.#parts.decisions.subject(name).strikes(this.#parts.options[rate]);
  }
}

/** One listening socket with its accept queue. */
export class ListeningSocket {
  readonly #backlog: number;
  readonly #acceptor: Acceptor;
  readonly #queue: Arrival[] = [];

  constructor(backlog: number, acceptor: Acceptor) {
    this.#backlog = backlog;
    this.#acceptor = acceptor;
  }

  /** Linux lets one more in than it was told. */
  get isFull(): boolean {
    return this.#queue.length > this.#backlog;
  }

  push(arrival: Arrival): void {
    invariant(!this.isFull, "the queue has room");
    this.#queue.push(arrival);
    this.#acceptor.acceptable(arrival);
  }

  accept(): Arrival | null {
    return this.#queue.shift() ?? null;
  }

  close(): void {
    for (const { link } of this.#queue.splice(0)) link.server.abort();
  }
}

/** A computer on the network, with at most one listening program. */
export class Machine {
  readonly name: string;
  isUp = true;
  /** Counts the ends of its programs. */
  ends = 0;
  #listener: ListeningSocket | null = null;
  readonly #endpoints = new Set<Endpoint>();

  constructor(name = "server") {
    this.name = name;
  }

  get listener(): ListeningSocket | null {
    return this.#listener;
  }

  /** @returns null when something listens already */
  listen(backlog: number, acceptor: Acceptor): ListeningSocket | null {
    if (this.#listener !== null) return null;
    this.#listener = new ListeningSocket(backlog, acceptor);
    return this.#listener;
  }

  stopListening(): void {
    this.#listener?.close();
    this.#listener = null;
  }

  /** The machine's kernel keeps this socket from here on. */
  owns(endpoint: Endpoint): void {
    this.#endpoints.add(endpoint);
  }

  /** The program ended, however: its kernel closes everything that it had open. */
  closeAll(): void {
    this.ends += 1;
    this.stopListening();
    for (const endpoint of this.#endpoints) endpoint.close();
  }

  /** Everything that the kernel knew is gone, and nobody was told. */
  powerLost(): void {
    this.ends += 1;
    this.isUp = false;
    this.#listener = null;
    for (const endpoint of this.#endpoints) endpoint.powerLost();
  }

  powerBack(): void {
    this.isUp = true;
    for (const endpoint of this.#endpoints) endpoint.powerBack();
    this.#endpoints.clear();
  }
}
