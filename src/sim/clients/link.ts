/**
 * A client's link: one connection after the other, over the simulated network, as `src/client`'s
 * `NodeLink` has them over Node's sockets. Both kinds of clients use it.
 *
 * 1. One connection at a time. After `close` nothing of the old one is told any more.
 * 2. What is written within one input of the owner leaves together.
 * 3. `write` says false from `highWaterBytes` on, and `writable` comes once when all has left.
 */
import type { CloseMode } from "../../core/contract.ts";
import { invariant } from "../../core/kernel/assert.ts";
import { digestStart, digestString, finish } from "../../core/kernel/digest.ts";
import { joined } from "../bytes.ts";
import type { Decisions } from "../decisions.ts";
import type { FaultCounters } from "../faults.ts";
import { IoLoop } from "../loop.ts";
import type { Machine, Network } from "../network/network.ts";
import { Stream } from "../network/stream.ts";
import type { Link } from "../network/link.ts";
import { wrongRecords } from "../network/tls.ts";
import type { HandshakeOptions, NetworkOptions } from "../network/options.ts";
import type { Scheduler } from "../scheduler.ts";
import { mannersOf } from "./manners.ts";
import type { Manners } from "./manners.ts";

export interface ClientLinkEvents {
  /** @param name of the connection, `client.attempt` */
  opened(name: string): void;
  received(bytes: Uint8Array): void;
  /** What `write` said was much has left. */
  writable?(): void;
  ended(): void;
  /** @param code of what broke it or kept it from opening; null: in order */
  closed(code: string | null): void;
}

export interface ClientLinkParts {
  readonly scheduler: Scheduler;
  readonly decisions: Decisions;
  readonly faults: FaultCounters;
  readonly network: Network;
  readonly target: Machine;
  readonly handshake: HandshakeOptions;
  readonly wires: NetworkOptions;
  readonly security: "tls" | "plain";
  /** Sees what goes over every connection of every client. */
  readonly observer: ClientObserver;
}

export interface LinkName {
  /** Part of the decisions' keys; unique in the run. */
  readonly link: string;
  /** Tells the client's address from others'. */
  readonly address: number;
}

/** What the clients' ends of the connections see, for those who check it. */
export interface ClientObserver {
  sent(link: string, bytes: Uint8Array): void;
  /** The client's machine has ordered a packet, whatever becomes of it. */
  ordered?(link: string): void;
  received(link: string, bytes: Uint8Array): void;
  /** The client reads nothing of it any more. */
  left(link: string): void;
  /** After bytes that came: the round trip as the client's machine, which is ready, has it. */
  measured?(link: string, roundTripMicros: number | null): void;
  /** A client that was ready has stopped by itself. Its last bytes were `sent`. */
  stopped?(link: string, mode: CloseMode): void;
  /** What it had not sent within a while after it left is thrown away. */
  discarded?(link: string): void;
}

/** Much less than Node's, so that it is met. */
const highWaterBytes = 4_096;
const wakeMicros = 10;
const flushTimeoutMicros = 2_000_000;
/** A client that goes away in the middle of the handshake does so after this. */
const abandonMicros = 5_000;
/** A client that waits for the end of a record looks again after this. */
const recordRetryMicros = 1_000;
/** A client's machine is back after so long at most. */
const rebootMaxMicros = 6_000_000;

interface Connection {
  readonly name: string;
  readonly link: Link;
  readonly stream: Stream;
  readonly isSecure: boolean;
  isOpen: boolean;
  /** Its half has ended by `halfClose`: what it still says goes nowhere. */
  isHalfClosed: boolean;
}

export class ClientLink {
  readonly #parts: ClientLinkParts;
  readonly #events: ClientLinkEvents;
  readonly #client: LinkName;
  readonly #loop: IoLoop;
  #attempts = 0;
  #connection: Connection | null = null;
  #last: Connection | null = null;
  #giveUp: (() => void) | null = null;
  #unsent: Uint8Array[] = [];
  #unsentBytes = 0;
  /** It was told that the transport holds much, and not yet that it does not. */
  #isFull = false;

  constructor(parts: ClientLinkParts, client: LinkName, events: ClientLinkEvents) {
    this.#parts = parts;
    this.#client = client;
    this.#events = events;
    this.#loop = new IoLoop(
      parts.scheduler,
      () => wakeMicros,
      () => undefined,
    );
  }

  /**
   * The bytes of the connection, or of the last one, may be others than were sent, and nothing has
   * told either end: who compares contents must not go by this one.
   */
  get isDoubtful(): boolean {
    const connection = this.#connection ?? this.#last;
    return connection !== null && !connection.isSecure && connection.link.isDamaged;
  }

  /** What is written to it goes to the server, as it was written. */
  get isWhole(): boolean {
    return this.#connection?.isHalfClosed === false && !this.isDoubtful;
  }

  /** The name of the open connection, or null. */
  get name(): string | null {
    return this.#connection?.isOpen === true ? this.#connection.name : null;
  }

  connect(): void {
    invariant(this.#giveUp === null && this.#connection === null, "one connection at a time");
    this.#attempts += 1;
    const { link: client, address } = this.#client;
    const name = `${client}.${String(this.#attempts)}`;
    const remote = `${addressOf(address)}:${String(40_000 + this.#attempts)}`;
    const { network, target } = this.#parts;
    this.#giveUp = network.connect(
      { name, remote, host: hostOf(address), target },
      {
        connected: (link) => {
          this.#giveUp = null;
          this.#connected(name, link);
        },
        failed: (code) => {
          this.#giveUp = null;
          this.#events.closed(code);
        },
      },
    );
  }

  /** False: the transport holds much that is unsent; `writable` tells when it does not. */
  write(bytes: Uint8Array): boolean {
    this.#unsent.push(bytes);
    this.#unsentBytes += bytes.length;
    const connection = this.#connection;
    if (connection === null || connection.isHalfClosed) return true;
    if (connection.stream.unsentBytes + this.#unsentBytes < highWaterBytes) return true;
    this.#isFull = true;
    return false;
  }

  /** Sends what was written since the last time. To be called at the end of each input. */
  flush(): void {
    const connection = this.#connection;
    const unsent = this.#unsent;
    if (unsent.length === 0) return;
    this.#unsent = [];
    this.#unsentBytes = 0;
    if (connection === null) return;
    for (const bytes of unsent) this.#parts.observer.sent(connection.name, bytes);
    if (connection.isHalfClosed) return;
    const heldBytes = connection.stream.write(joined(unsent));
    // What the kernel has taken at once is told in the next pass, too.
    if (!this.#isFull || heldBytes > 0) return;
    this.#parts.scheduler.after(wakeMicros, () => this.#tellWritable(connection));
  }

  close(mode: CloseMode): void {
    this.flush();
    this.#giveUp?.();
    this.#giveUp = null;
    const connection = this.#leave();
    if (connection === null) return;
    const { stream } = connection;
    if (mode === "reset") return stream.destroy();
    stream.end();
    stream.resume();
    this.#parts.scheduler.after(flushTimeoutMicros, () => {
      if (stream.isDestroyed) return;
      this.#parts.observer.discarded?.(connection.name);
      stream.destroy();
    });
  }

  /** Resets the connection, as a crashing program's would be. The owner is told nothing. */
  reset(): void {
    this.#leave()?.stream.reset();
  }

  /** Ends this half only. The owner goes on reading. */
  halfClose(): void {
    const connection = this.#connection;
    if (connection === null) return;
    connection.isHalfClosed = true;
    connection.stream.allowHalfOpen = true;
    connection.stream.end();
  }

  /** The client's machine is gone without a word, and with it this connection's other end. */
  vanish(): void {
    const connection = this.#leave();
    if (connection === null) return;
    const { decisions, wires, scheduler, faults } = this.#parts;
    const { link, name, stream } = connection;
    const reboot = decisions.subject(`network/${name}/reboot`);
    const awayMicros = reboot.seldom(wires.rebootPerMillion, rebootMaxMicros);
    if (awayMicros === 0) {
      link.cut();
    } else {
      faults.hit("peer.rebooted", name);
      link.client.powerLost();
      scheduler.after(awayMicros, () => link.client.powerBack());
    }
    stream.destroy();
  }

  pause(forMicros: number): void {
    const stream = this.#connection?.stream;
    if (stream === undefined) return;
    stream.pause();
    this.#parts.scheduler.after(forMicros, () => stream.resume());
  }

  #leave(): Connection | null {
    const connection = this.#connection;
    this.#connection = null;
    this.#isFull = false;
    this.#last = connection ?? this.#last;
    if (connection !== null) this.#parts.observer.left(connection.name);
    return connection;
  }

  #connected(name: string, link: Link): void {
    const { scheduler, security, wires: network } = this.#parts;
    const manners = mannersOf({ ...this.#parts, network }, name);
    const { misstep, computeMicros, recordBytes, trickle } = manners;
    if (trickle !== null) link.client.trickle(trickle);
    const isSecure = security === "tls" ? misstep !== "plaintext" : misstep === "to-plain";
    const isInSession = misstep !== "plaintext" && misstep !== "to-plain" && misstep !== "gone";
    const stream = new Stream(
      {
        scheduler,
        loop: this.#loop,
        endpoint: link.client,
        secure: isSecure
          ? {
              role: "client",
              computeMicros,
              fault: isInSession ? misstep : null,
              ...(recordBytes === null ? {} : { recordBytes }),
            }
          : null,
        allowHalfOpen: manners.lingers,
      },
      {
        data: (bytes) => this.#tell(connection, () => this.#received(connection, bytes)),
        end: () => {
          if (manners.lingers) this.#parts.faults.hit("peer.lingers", name);
          this.#tell(connection, () => this.#events.ended());
        },
        close: (code) =>
          this.#tell(connection, () => {
            this.#leave();
            this.#events.closed(code);
          }),
        written: () => this.#tellWritable(connection),
        secured: () => {
          if (misstep === "gone") return stream.destroy();
          this.#planRecordFault(connection, manners);
          this.#tell(connection, () => this.#opened(connection));
        },
        // Node's TLS library gives up with its own code; whose fault it was does not matter here.
        insecure: () => stream.destroy("EPROTO"),
      },
    ).open();
    const connection: Connection = {
      name,
      link,
      stream,
      isSecure,
      isOpen: false,
      isHalfClosed: false,
    };
    this.#connection = connection;
    if (misstep === "abandoned") scheduler.after(abandonMicros, () => stream.destroy());
    if (!isSecure) this.#opened(connection);
  }

  #tellWritable(connection: Connection): void {
    const { stream } = connection;
    if (!this.#isFull || connection !== this.#connection) return;
    if (stream.unsentBytes + this.#unsentBytes > 0) return;
    // A stream that is ending tells nobody to go on.
    if (stream.isEnding || stream.isDestroyed) return;
    this.#isFull = false;
    this.#events.writable?.();
  }

  #planRecordFault({ name, link, stream }: Connection, { recordFault }: Manners): void {
    if (recordFault === null) return;
    const { scheduler, faults, decisions } = this.#parts;
    const { what } = recordFault;
    const strike = (): void => {
      if (stream.isDestroyed || decisions.calm) return;
      // Between two records, and while the kernel takes one.
      if (stream.unsentBytes > 0) return void scheduler.after(recordRetryMicros, strike);
      const record = wrongRecords[what]();
      if (!link.client.mayEnd || link.client.room < record.length) return;
      faults.hit(`tls.${what}`, name);
      // What comes behind a part of such a record is taken for the rest of it.
      faults.corrupted.add(name);
      link.client.send(record);
      // The server has the last word about what is too large.
      if (what !== "oversized") stream.destroy("EPROTO");
    };
    scheduler.after(recordFault.afterMicros, strike);
  }

  #opened(connection: Connection): void {
    connection.isOpen = true;
    this.#events.opened(connection.name);
  }

  #received(connection: Connection, bytes: Uint8Array): void {
    if (!this.isDoubtful) this.#parts.observer.received(connection.name, bytes);
    this.#events.received(bytes);
  }

  #tell(connection: Connection, tell: () => void): void {
    if (this.#connection === connection) tell();
  }
}

/** A client's number: its name, or where that is none, a number that follows from it. */
export function numberOf(client: string): number {
  const number = Number(client);
  if (Number.isSafeInteger(number) && number >= 0) return number;
  return finish(digestString(digestStart, client)) & 0xffff;
}

/** What the weather calls a client. */
export const hostOf = (address: number): string => `client/${String(address)}`;

/** Each client has an address of its own. */
const addressOf = (number: number): string =>
  `10.0.${String(number >> 8)}.${String(number & 0xff)}`;
