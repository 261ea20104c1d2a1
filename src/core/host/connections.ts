/**
 * The links that the host knows, by the platform's name for them and by the realm's.
 *
 * N1. Never more connections than `connectionsMax`. A newcomer above it never gets an id.
 * N2. A connection is in both indexes or in none, from the event that opened it to the one that
 *     closed it.
 * N3. `open` to `closing` to `cut`, in this order only; each may be skipped.
 */
import type { ConnectionEdge } from "../edge/index.ts";
import type { SocketId } from "../contract.ts";
import { invariant } from "../kernel/assert.ts";
import { connectionId, incarnatedId } from "../kernel/ids.ts";
import type { ConnectionId, Incarnation } from "../kernel/ids.ts";
import type { CloseReason } from "../kernel/reasons.ts";
import { Outbound } from "./outbound.ts";
import type { ConnectionSecrets } from "./vault.ts";

/**
 * - `open`: its packets go to the realm, the realm's orders to it
 * - `closing`: the realm ordered a close that still waits for what is held; input is thrown away
 * - `cut`: the platform was told to close it
 */
export type ConnectionPhase = "open" | "closing" | "cut";

/** Why a connection is not being read, as bits. */
export const pauses = { inbound: 1, held: 2, rebuild: 4, full: 8 } as const;

export class HostConnection {
  readonly id: ConnectionId;
  readonly socket: SocketId;
  readonly edge: ConnectionEdge;
  readonly outbound = new Outbound();
  /** What its edge has cut out; null where that is nobody's to forget. */
  secrets: ConnectionSecrets | null = null;
  phase: ConnectionPhase = "open";
  /** The step under way has ordered its close. */
  closeStaged = false;
  /** Bits of `pauses`; 0 while it is being read. */
  paused = 0;
  /** Something came that was not served yet; see `Rounds`. */
  hasInput = false;
  inRing = false;
  /** The edge has refused a packet of it at some time. */
  wasRefused = false;
  /** In the list of those whose refusals wait to be reported. */
  inReports = false;
  /** The peer's FIN has come; told to the realm when all packets before it were. */
  finWaits = false;
  /** The peer's FIN came before we closed. */
  peerEnded = false;
  /** The platform's last word has come, told likewise; null before it. */
  gone: CloseReason | null = null;
  /** Who closed it, when it was us. */
  closedBy: CloseReason | null = null;
  /** Monotonic microseconds after which a close in order becomes a reset. */
  closeDeadline = Infinity;

  constructor(id: ConnectionId, socket: SocketId, edge: ConnectionEdge) {
    this.id = id;
    this.socket = socket;
    this.edge = edge;
  }
}

export class Connections {
  readonly #max: number;
  readonly #bySocket = new Map<SocketId, HostConnection>();
  readonly #byId = new Map<ConnectionId, HostConnection>();
  /** How many each producer has opened in this incarnation. */
  readonly #opened: number[] = [];

  constructor(max: number) {
    this.#max = max;
  }

  get size(): number {
    return this.#byId.size;
  }

  get isFull(): boolean {
    return this.#byId.size >= this.#max;
  }

  /** @param from the incarnation and the producer that make its id */
  open(
    from: { readonly incarnation: Incarnation; readonly producer: number },
    socket: SocketId,
    edge: ConnectionEdge,
  ): HostConnection {
    invariant(!this.isFull, "the cap is never exceeded", this.#max);
    invariant(!this.#bySocket.has(socket), "a socket opens once", socket);
    invariant(this.#bySocket.size === this.#byId.size, "N2", this.#bySocket.size);
    const count = this.#opened[from.producer] ?? 0;
    this.#opened[from.producer] = count + 1;
    const id = connectionId(incarnatedId(from.incarnation, from.producer, count));
    const connection = new HostConnection(id, socket, edge);
    this.#bySocket.set(socket, connection);
    this.#byId.set(id, connection);
    return connection;
  }

  ofSocket(socket: SocketId): HostConnection | undefined {
    return this.#bySocket.get(socket);
  }

  ofId(id: ConnectionId): HostConnection | undefined {
    return this.#byId.get(id);
  }

  /** In the order in which they were opened. */
  all(): MapIterator<HostConnection> {
    return this.#byId.values();
  }

  remove(connection: HostConnection): void {
    invariant(this.#byId.delete(connection.id), "a connection is removed once", connection.id);
    invariant(this.#bySocket.delete(connection.socket), "N2", connection.socket);
    connection.secrets?.forget();
  }
}
