/**
 * [NET-21] [HND-06] A server under pressure: what waits for it costs no more than the limits say,
 * and nothing that waits is forgotten.
 *
 * 1. Of a connection that has more waiting than the limit nothing more is read.
 * 2. A connection is read again when its packets were served, unless too much waits for the disk,
 *    or for too long, or there is no room on it.
 * 3. A turn that leaves packets is followed by another one at once.
 * 4. The realm hears of the queues of connections that are open, of each change once.
 *
 * Refused packets are served, too, and not each of them is told. That a packet has waited is known
 * when it gets in, and with it everything behind it. That nothing waits any more follows from how
 * much a turn serves.
 */
import { limits } from "../../core/kernel/limits.ts";
import type { Event, SocketId } from "../../core/contract.ts";
import type { ConnectionId } from "../../core/kernel/ids.ts";
import type { CheckedWorld } from "../site.ts";
import { CheckFailure } from "./checker.ts";
import type { Checker, Step } from "./checker.ts";
import { FrameParts, prefixBytes } from "./frame-parts.ts";

/** One connection, from its socket's first byte. */
interface Line {
  isRead: boolean;
  isCongested: boolean;
  /** Bytes that came, and how many of them had come when the last turn ended. */
  came: number;
  cameBefore: number;
  /** Where each frame ends that may wait, in bytes that came; the first one has this number. */
  readonly ends: number[];
  first: number;
  /** Where the frame before the first one ends. */
  start: number;
  /** Of the frame that is coming: what there is of its length, and how many bytes are to come. */
  length: number;
  lengthBytes: number;
  toCome: number;
  /** A frame has no number, or is of no use: nobody knows which frames wait. */
  isUnsure: boolean;
  /** Nothing more of it is served. */
  isOver: boolean;
}

export class PressureChecker implements Checker {
  readonly name = "pressure";
  /** Counts times that a connection was not read, and packets that had to wait for a turn. */
  checked = 0;
  readonly #world: Pick<CheckedWorld, "nowMicros" | "faults" | "figure" | "options">;
  readonly #frame = new FrameParts();
  readonly #lines = new Map<SocketId, Line>();
  readonly #ofRemote = new Map<string, Line>();
  readonly #ofConnection = new Map<ConnectionId, Line>();
  /** Those that something came for since the last turn. */
  readonly #fresh = new Set<Line>();
  /** Those that are not read. */
  readonly #paused = new Set<Line>();
  /** At most so many frames of all connections wait. */
  #waitingMax = 0;
  /** A step threw: the server stands still, and takes nothing that comes. */
  #isStill = false;
  /** Of the last turn: when it was, whether it served, and how often there was a pause by then. */
  #turnMicros = 0;
  #hasServed = false;
  #pauses = 0;

  constructor(world: CheckedWorld) {
    this.#world = world;
  }

  processStarted(): void {
    this.#lines.clear();
    this.#ofRemote.clear();
    this.#ofConnection.clear();
    this.#fresh.clear();
    this.#paused.clear();
    this.#waitingMax = 0;
    this.#isStill = false;
    this.#hasServed = false;
  }

  /** Nothing is ordered any more of what the rest of the turn would have been. */
  processEnded(): void {
    this.processStarted();
  }

  machineThrew(): void {
    this.#isStill = true;
  }

  socketOpened(socket: SocketId, _link: string, remote: string): void {
    const line: Line = {
      isRead: true,
      isCongested: false,
      came: 0,
      cameBefore: 0,
      ends: [],
      first: 1,
      start: 0,
      length: 0,
      lengthBytes: 0,
      toCome: 0,
      isUnsure: false,
      isOver: false,
    };
    this.#lines.set(socket, line);
    this.#ofRemote.set(remote, line);
  }

  socketReceived(socket: SocketId, bytes: Uint8Array): void {
    const line = this.#lines.get(socket);
    if (line === undefined || line.isOver) return;
    this.#came(line, bytes);
    this.#fresh.add(line);
  }

  socketReading(socket: SocketId, isRead: boolean): void {
    const line = this.#lines.get(socket);
    if (line === undefined) return;
    line.isRead = isRead;
    if (isRead) return void this.#paused.delete(line);
    this.checked += 1;
    this.#paused.add(line);
  }

  socketEnding(socket: SocketId): void {
    const line = this.#lines.get(socket);
    if (line !== undefined) this.#leave(line);
  }

  socketClosed(socket: SocketId): void {
    this.socketEnding(socket);
    this.#lines.delete(socket);
  }

  stepped({ event, closes, isReplay }: Step): void {
    if (isReplay) return;
    this.#isStill = false;
    switch (event.type) {
      case "connection.opened": {
        const line = this.#ofRemote.get(event.remote);
        this.#ofRemote.delete(event.remote);
        if (line !== undefined) this.#ofConnection.set(event.connection, line);
        break;
      }
      case "packet.received":
        this.#served(event);
        break;
      case "packet.malformed": {
        const line = this.#ofConnection.get(event.connection);
        if (line !== undefined) line.isUnsure = true;
        break;
      }
      case "connection.congested":
      case "connection.writable":
        this.#told(event.connection, event.type === "connection.congested");
        break;
      case "connection.closed":
        this.#close(event.connection);
        break;
      default:
    }
    for (const { connection } of closes) this.#close(connection);
  }

  turned(): void {
    const { nowMicros, options, faults } = this.#world;
    this.#turnMicros = nowMicros();
    this.#pauses = pausesOf(faults);
    for (const line of this.#fresh) line.cameBefore = line.came;
    this.#fresh.clear();
    this.#hasServed = !this.#isStill;
    if (this.#isStill) return;
    const { packetsPerTurnMax } = options.server;
    // A turn that could have served more has served all that there was.
    const isAllServed = this.#waitingMax < packetsPerTurnMax;
    this.#waitingMax = Math.max(0, this.#waitingMax - packetsPerTurnMax);
    if (this.#paused.size > 0 && isAllServed) this.#mustRead();
  }

  /** A packet gets in. Whether it has waited, and what is behind it, is known from here on. */
  #served({ connection, bytes, start, end }: Extract<Event, { type: "packet.received" }>): void {
    const line = this.#ofConnection.get(connection);
    if (line === undefined || line.isUnsure) return;
    const isSound = this.#frame.read(bytes, start, end) !== "unusual";
    const place = this.#frame.sequence - line.first;
    const ends = line.ends[place];
    if (!isSound || ends === undefined) {
      line.isUnsure = true;
      return;
    }
    const begins = place === 0 ? line.start : (line.ends[place - 1] ?? 0);
    if (ends <= line.cameBefore && this.#hasServed) this.#waited(line, line.cameBefore - begins);
    line.start = ends;
    line.first += place + 1;
    if (place + 1 === line.ends.length) line.ends.length = 0;
    else line.ends.splice(0, place + 1);
  }

  /** 1 and 3: so many bytes were there when the last turn ended. */
  #waited(line: Line, bytes: number): void {
    this.checked += 1;
    const { faults, nowMicros, options } = this.#world;
    if (bytes > limits.inboundBytesMax && line.isRead) {
      this.#fail("of whom too much waits nothing more is read", `${String(bytes)} bytes`);
    }
    if (pausesOf(faults) !== this.#pauses) return;
    const late = nowMicros() - this.#turnMicros - options.process.turnDelayMicros;
    if (late <= 0) return;
    this.#fail("a turn that leaves packets is followed by another", `${String(late)} us late`);
  }

  /** 2 */
  #mustRead(): void {
    const { figure } = this.#world;
    const held = figure("held_bytes") + figure("journal_pending_bytes");
    if (held >= this.#world.options.server.heldBytesMax / 2) return;
    const isOld = figure("journal_held_seconds") * 1_000 > limits.heldAgeMaxMs;
    if (isOld || figure("journal_full") === 1) return;
    const detail = `${String(this.#paused.size)} wait, and ${String(held)} bytes for the disk`;
    this.#fail("who was served is read again", detail);
  }

  /** 4 */
  #told(connection: ConnectionId, isCongested: boolean): void {
    const line = this.#ofConnection.get(connection);
    if (line === undefined) {
      this.#fail("news of a queue are news of an open connection", String(connection));
    }
    if (line.isCongested === isCongested) {
      this.#fail("each change of a queue is told once", String(isCongested));
    }
    line.isCongested = isCongested;
  }

  #came(line: Line, bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length;) {
      if (line.lengthBytes < prefixBytes) {
        line.length += (bytes[at] ?? 0) * 256 ** line.lengthBytes;
        line.lengthBytes += 1;
        at += 1;
        if (line.lengthBytes < prefixBytes) continue;
        if (line.length === 0 || line.length > limits.frameBytesMax) {
          // The host takes that for one more, and keeps nothing behind it.
          this.#waitingMax += 1;
          line.isOver = line.isUnsure = true;
          return;
        }
        line.toCome = line.length;
      }
      const count = Math.min(line.toCome, bytes.length - at);
      line.toCome -= count;
      at += count;
      if (line.toCome > 0) continue;
      if (!line.isUnsure) line.ends.push(line.came + at);
      this.#waitingMax += 1;
      line.length = line.lengthBytes = 0;
    }
    line.came += bytes.length;
  }

  /** The realm has ended it, or knows that it is gone. */
  #close(connection: ConnectionId): void {
    const line = this.#ofConnection.get(connection);
    this.#ofConnection.delete(connection);
    if (line !== undefined) this.#leave(line);
  }

  #leave(line: Line): void {
    this.#fresh.delete(line);
    this.#paused.delete(line);
    line.isOver = line.isUnsure = true;
  }

  #fail(rule: string, detail: string): never {
    throw new CheckFailure(this.name, rule, detail);
  }
}

/** How often a process was kept from its turns. */
const pausesOf = ({ counts }: CheckedWorld["faults"]): number =>
  counts["process.stall"] + counts["process.pause"] + counts["process.pause-uncounted"];
