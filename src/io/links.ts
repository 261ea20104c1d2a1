/**
 * The open sockets of a transport, plain or TLS: everything after the handshake.
 *
 * 1. `socketOpened` comes first and `socketClosed` last, exactly once each.
 * 2. Nothing but `socketClosed` is told after `closeSocket`.
 * 3. A flushed close sends what is queued, then (over TLS) close_notify, then FIN, and reads on
 *    until the peer closes too: the kernel answers unread bytes at a close with a reset, which
 *    would take the last reply from the peer. A timer ends the wait.
 * 4. A reset discards both ways and the peer sees ECONNRESET. While a FIN is under way behind what
 *    is queued, which is then in the kernel's hands, a reset only closes at once.
 * 5. Nothing here is done per packet: bytes go through as they come.
 */
import type { Socket } from "node:net";
import type { CloseMode, PeerAddress, Producer, SocketId } from "../core/contract.ts";
import { platformCode } from "./completions.ts";
import { remoteOf } from "./transport.ts";

export interface LinkSocket {
  /** Where packets go in and out. */
  readonly stream: Socket;
  /** The TCP socket under it; the same one when there is no TLS. */
  readonly tcp: Socket;
  readonly security: PeerAddress["security"];
}

/** For whoever opened a link: where he puts what its peer sends, in order. */
export interface LinkReader {
  readonly id: SocketId;
  readonly received: (bytes: Uint8Array) => void;
}

interface Link extends LinkSocket, LinkReader {
  /** Called by the stream when a write has left, or is lost. One function for all of a link. */
  readonly written: () => void;
  /** What the host was last told, so that a write that left at once is not told again. */
  unsentBytes: number;
  closing: boolean;
  code: string | null;
  flushTimer: NodeJS.Timeout | null;
}

export class Links {
  readonly #links = new Map<SocketId, Link>();
  readonly #producer: Producer;
  readonly #flushTimeoutMs: number;
  #lastId = 0;
  #whenEmpty: (() => void) | null = null;

  constructor(producer: Producer, flushTimeoutMs: number) {
    this.#producer = producer;
    this.#flushTimeoutMs = flushTimeoutMs;
  }

  /** Resolves when no socket is open. Ask once, and open none after it. */
  async empty(): Promise<void> {
    if (this.#links.size > 0) await new Promise<void>((resolve) => (this.#whenEmpty = resolve));
  }

  /** Takes over a socket that is ready for packets, but for reading it. */
  open(socket: LinkSocket): LinkReader {
    this.#lastId += 1;
    const id = this.#lastId as SocketId;
    const producer = this.#producer;
    const link: Link = {
      ...socket,
      id,
      received: (bytes) => {
        if (!link.closing) producer.received(id, bytes);
      },
      written: () => this.#written(link),
      unsentBytes: 0,
      closing: false,
      code: null,
      flushTimer: null,
    };
    this.#links.set(id, link);
    producer.socketOpened(id, { remote: remoteOf(socket.tcp), security: socket.security });
    this.#attach(link);
    return link;
  }

  write(id: SocketId, bytes: Uint8Array): number {
    const link = this.#links.get(id);
    if (link === undefined || link.closing) return 0;
    // Over TLS nothing ever leaves at once. In clear nearly everything does, and then a callback
    // would cost a tick for each write, so it is asked for only where something is left.
    if (link.security === "tls") {
      link.stream.write(bytes, link.written);
      link.unsentBytes = link.stream.writableLength;
    } else {
      link.stream.write(bytes);
      const wasDrained = link.unsentBytes === 0;
      link.unsentBytes = link.stream.writableLength;
      if (wasDrained && link.unsentBytes > 0) link.stream.write(nothing, link.written);
    }
    return link.unsentBytes;
  }

  pauseReading(id: SocketId): void {
    const link = this.#links.get(id);
    if (link !== undefined && !link.closing) link.stream.pause();
  }

  resumeReading(id: SocketId): void {
    const link = this.#links.get(id);
    if (link !== undefined && !link.closing) link.stream.resume();
  }

  close(id: SocketId, mode: CloseMode): void {
    const link = this.#links.get(id);
    if (link === undefined) return;
    if (mode === "reset") reset(link);
    else if (!link.closing) this.#flush(link);
  }

  /** Ends a link that must not become one: last words in clear, then a flushed close. */
  refuse(id: SocketId, lastWords: Uint8Array, code: string): void {
    const link = this.#links.get(id);
    if (link === undefined || link.closing) return;
    link.code = code;
    link.stream.write(lastWords);
    this.#flush(link);
  }

  /** Closes in order what is not being closed already. */
  flushAll(): void {
    for (const link of this.#links.values()) if (!link.closing) this.#flush(link);
  }

  destroy(): void {
    for (const link of this.#links.values()) reset(link);
  }

  #attach(link: Link): void {
    const { stream, id } = link;
    const producer = this.#producer;
    stream.on("end", () => {
      if (!link.closing) producer.socketEnded(id);
    });
    stream.on("error", (error) => {
      link.code ??= platformCode(error);
      // Node leaves a stream open whose TLS has failed. The alert that says so is on its way.
      stream.destroy();
    });
    stream.on("close", () => this.#closed(link));
  }

  #written(link: Link): void {
    if (link.unsentBytes === 0 || link.closing) return;
    // Node calls back with no error also what a broken stream has lost. The close is all it gets.
    if (link.stream.destroyed || link.stream.errored !== null) return;
    link.unsentBytes = link.stream.writableLength;
    if (link.security === "plain" && link.unsentBytes > 0) link.stream.write(nothing, link.written);
    this.#producer.writeDrained(link.id, link.unsentBytes);
  }

  #flush(link: Link): void {
    link.closing = true;
    link.stream.resume();
    link.stream.end();
    link.flushTimer = setTimeout(() => link.stream.destroy(), this.#flushTimeoutMs);
  }

  #closed(link: Link): void {
    if (link.flushTimer !== null) clearTimeout(link.flushTimer);
    link.closing = true;
    this.#links.delete(link.id);
    this.#producer.socketClosed(link.id, link.code);
    if (this.#links.size === 0) this.#whenEmpty?.();
  }
}

// The linger-0 close belongs to the TCP socket, and a TLS stream closes with the one under it.
// Destroying both at once would leave the stream without its "close".
function reset(link: Link): void {
  link.closing = true;
  if (link.tcp.destroyed) return;
  // libuv refuses a reset (EINVAL) while a FIN is under way, and Node then forgets the socket
  // without closing it: its descriptor and the host's connection would be held for ever.
  if (isEnding(link.stream)) link.stream.destroy();
  else link.tcp.resetAndDestroy();
}

/** Everything was handed to the kernel but the FIN, which waits for its turn or for room. */
const isEnding = ({ writableEnded, writableLength, writableFinished }: Socket): boolean =>
  writableEnded && writableLength === 0 && !writableFinished;

/** Written behind what is left, to be called back when that has left. */
const nothing = Buffer.alloc(0);
