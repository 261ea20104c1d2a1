/**
 * The server's sockets: what `src/io` makes of Node's, made of simulated ones. The rules are those
 * of `src/io/links.ts`, `tcp.ts` and `tls.ts`; the conformance tests hold the two together.
 *
 * 1. `socketOpened` comes first and `socketClosed` last, exactly once each; what fails before is
 *    one `handshakeFailed`.
 * 2. Nothing but `socketClosed` is told after `closeSocket`.
 * 3. A flushed close sends what is queued, then its end, and reads on until the peer closes too or
 *    the time is up. A reset discards both ways.
 * 4. Each accepted connection belongs to one thread, drawn when it arrives.
 */
import type { CloseMode, HandshakeFailure, Producer, SocketId } from "../../core/contract.ts";
import { invariant } from "../../core/kernel/assert.ts";
import type { Decisions } from "../decisions.ts";
import type { FaultCounters } from "../faults.ts";
import type { IoLoop, LoopWork } from "../loop.ts";
import type { Arrival, Machine } from "../network/network.ts";
import { Stream } from "../network/stream.ts";
import type { StreamEvents } from "../network/stream.ts";
import type { HandshakeOptions } from "../options.ts";
import type { Scheduler, Task } from "../scheduler.ts";
import { Listener } from "./listener.ts";

/** One I/O thread: its loop, and the host's ear for it. */
export interface IoThread {
  readonly loop: IoLoop;
  readonly producer: Producer;
}

/** What happens between the network and the host, for those who check it. */
export interface TransportObserver {
  opened(socket: SocketId, link: string, remote: string): void;
  handshakeFailed(link: string): void;
  received(socket: SocketId, bytes: Uint8Array): void;
  /** The host has ordered that it be read, or not be read. */
  reading?(socket: SocketId, isRead: boolean): void;
  /** @param unsentBytes what the socket holds with it */
  written(socket: SocketId, bytes: Uint8Array, unsentBytes: number): void;
  /** The host has ordered its end. */
  ending?(socket: SocketId, mode: CloseMode): void;
  closed(socket: SocketId): void;
}

export interface TransportParts {
  /** The process's own timers: none fires while it is suspended. */
  readonly scheduler: Pick<Scheduler, "after" | "cancel">;
  readonly decisions: Decisions;
  readonly faults: FaultCounters;
  readonly handshake: HandshakeOptions;
  readonly machine: Machine;
  readonly threads: readonly IoThread[];
  readonly security: "tls" | "plain";
  readonly backlog: number;
  readonly acceptFailedPerMillion?: number;
  /** See `Stream`. */
  readonly joinsReads?: boolean;
  readonly flushTimeoutMicros: number;
  /** What a client gets that speaks in clear to a TLS port. */
  readonly plaintextReply: Uint8Array;
  readonly observer: TransportObserver;
}

/** A fatal `protocol_version` alert, for a client that speaks TLS to a plain port. */
const tlsAlert = Uint8Array.of(21, 3, 1, 0, 2, 2, 70);

export class SimulatedTransport {
  readonly #parts: TransportParts;
  readonly #links = new Map<SocketId, ServerLink>();
  readonly #candidates = new Set<Candidate>();
  readonly #accepts: readonly AcceptWork[];
  readonly #listener: Listener;
  #isListening = false;
  #lastId = 0;

  constructor(parts: TransportParts) {
    this.#parts = parts;
    this.#accepts = parts.threads.map((thread) => ({
      isWoken: false,
      count: 0,
      poll: () => this.#accept(thread),
    }));
    this.#listener = new Listener(parts, {
      acceptable: ({ link }) => {
        const thread = parts.decisions
          .subject(`process/thread/${link.name}`)
          .next<number>(0, (random) => random.below(this.#accepts.length));
        this.#wakeToAccept(Math.min(thread, this.#accepts.length - 1));
      },
    });
  }

  /** False when the port is taken. */
  listen(): boolean {
    this.#isListening = this.#listener.listen();
    return this.#isListening;
  }

  stopListening(): void {
    if (!this.#isListening) return;
    this.#isListening = false;
    this.#listener.stop();
    for (const candidate of this.#candidates) candidate.stream.destroy();
  }

  write(socket: SocketId, bytes: Uint8Array): number {
    const link = this.#links.get(socket);
    const isOpen = link?.isClosing === false;
    if (isOpen) link.unsentBytes = link.stream.write(bytes);
    const unsentBytes = isOpen ? link.unsentBytes : 0;
    // Also what is written to a socket that is gone before the host could know was handed over.
    this.#parts.observer.written(socket, bytes, unsentBytes);
    return unsentBytes;
  }

  pauseReading(socket: SocketId): void {
    this.#parts.observer.reading?.(socket, false);
    const link = this.#links.get(socket);
    if (link?.isClosing === false) link.stream.pause();
  }

  resumeReading(socket: SocketId): void {
    this.#parts.observer.reading?.(socket, true);
    const link = this.#links.get(socket);
    if (link?.isClosing === false) link.stream.resume();
  }

  closeSocket(socket: SocketId, mode: CloseMode): void {
    this.#parts.observer.ending?.(socket, mode);
    const link = this.#links.get(socket);
    if (link === undefined) return;
    if (mode === "reset") {
      link.isClosing = true;
      link.stream.reset();
    } else if (!link.isClosing) this.#flush(link);
  }

  #wakeToAccept(thread: number): void {
    const work = this.#accepts[thread];
    const loop = this.#parts.threads[thread]?.loop;
    invariant(work !== undefined && loop !== undefined, "a thread accepts", thread);
    work.count += 1;
    loop.wake(work);
  }

  #accept(thread: IoThread): void {
    const work = this.#accepts[this.#parts.threads.indexOf(thread)];
    invariant(work !== undefined, "the thread is one of ours");
    for (; work.count > 0; work.count -= 1) {
      const arrival = this.#listener.accept();
      if (arrival === null) continue;
      if (this.#parts.security === "tls") this.#shakeHands(thread, arrival);
      else this.#openPlain(thread, arrival);
    }
  }

  // ---------------------------------------------------------------- before the host knows

  #shakeHands(thread: IoThread, { link, remote }: Arrival): void {
    const { scheduler, handshake, decisions, faults, joinsReads = false } = this.#parts;
    const extra = decisions
      .subject(`network/${link.name}/handshake`)
      .seldom(handshake.slowPerMillion, 8_000_000);
    if (extra > 0) faults.hit("tls.slow", link.name);
    const isFailing = decisions
      .subject(`network/${link.name}/failing`)
      .strikes(handshake.serverFailedPerMillion);
    if (isFailing) faults.hit("tls.server-failed", link.name);
    const secure = {
      role: "server",
      computeMicros: handshake.serverMicros + extra,
      fault: isFailing ? "failing" : null,
    } as const;
    const endpoint = link.server;
    const { loop } = thread;
    const parts = { scheduler, loop, endpoint, secure, allowHalfOpen: false, joinsReads };
    const events = new EventSwitch();
    const stream = new Stream(parts, events).open();
    const deadline = scheduler.after(handshake.timeoutMicros, () => {
      if (candidate.reason === "closed") candidate.reason = "timeout";
      stream.destroy();
    });
    const candidate: Candidate = { name: link.name, stream, remote, deadline, reason: "closed" };
    this.#candidates.add(candidate);
    events.to = {
      ...ignored,
      secured: () => {
        this.#forget(candidate);
        stream.allowHalfOpen = true;
        this.#open(thread, { stream, events, name: link.name, remote, security: "tls" });
      },
      insecure: (reason) => {
        candidate.reason = reason;
        if (reason === "protocol") return stream.destroy();
        stream.write(this.#parts.plaintextReply);
        stream.end();
      },
      close: () => {
        if (!this.#candidates.has(candidate)) return;
        this.#forget(candidate);
        this.#parts.observer.handshakeFailed(candidate.name);
        thread.producer.handshakeFailed(remote, candidate.reason);
      },
    };
  }

  #forget(candidate: Candidate): void {
    this.#parts.scheduler.cancel(candidate.deadline);
    this.#candidates.delete(candidate);
  }

  #openPlain(thread: IoThread, { link, remote }: Arrival): void {
    const { scheduler, joinsReads = false } = this.#parts;
    const endpoint = link.server;
    const { loop } = thread;
    // As `src/io/own-memory.ts` reads them.
    const reading = { allowHalfOpen: true, joinsReads, readsWhilePaused: false };
    const parts = { scheduler, loop, endpoint, secure: null, ...reading };
    const events = new EventSwitch();
    const stream = new Stream(parts, events).open();
    const opened = { stream, events, name: link.name, remote, security: "plain" } as const;
    const open = this.#open(thread, opened);
    const tell = events.to;
    // Only the first bytes are looked at: a TLS client says hello in one piece.
    events.to = {
      ...tell,
      data: (bytes) => {
        events.to = tell;
        if (looksLikeTls(bytes)) this.#refuse(open);
        else tell.data(bytes);
      },
    };
  }

  #refuse(link: ServerLink): void {
    if (link.isClosing) return;
    link.code = "EPROTO";
    link.stream.write(tlsAlert);
    this.#flush(link);
  }

  // ---------------------------------------------------------------- what the host knows

  #open(thread: IoThread, opened: OpenedStream): ServerLink {
    this.#lastId += 1;
    const id = this.#lastId as SocketId;
    const { stream, remote, security, name } = opened;
    const { producer } = thread;
    const link: ServerLink = {
      id,
      stream,
      isClosing: false,
      unsentBytes: 0,
      code: null,
      deadline: null,
    };
    this.#links.set(id, link);
    this.#parts.observer.opened(id, name, remote);
    producer.socketOpened(id, { remote, security });
    opened.events.to = {
      ...ignored,
      data: (bytes) => {
        if (link.isClosing) return;
        this.#parts.observer.received(id, bytes);
        producer.received(id, bytes);
      },
      end: () => {
        if (!link.isClosing) producer.socketEnded(id);
      },
      written: (unsentBytes) => {
        if (link.unsentBytes === 0 || link.isClosing) return;
        link.unsentBytes = unsentBytes;
        producer.writeDrained(id, unsentBytes);
      },
      insecure: () => {
        link.code = "EPROTO";
        stream.destroy("EPROTO");
      },
      close: (code) => {
        if (link.deadline !== null) this.#parts.scheduler.cancel(link.deadline);
        link.isClosing = true;
        this.#links.delete(id);
        this.#parts.observer.closed(id);
        producer.socketClosed(id, link.code ?? code);
      },
    };
    return link;
  }

  #flush(link: ServerLink): void {
    link.isClosing = true;
    link.stream.resume();
    link.stream.end();
    link.deadline = this.#parts.scheduler.after(this.#parts.flushTimeoutMicros, () => {
      link.stream.destroy();
    });
  }
}

interface AcceptWork extends LoopWork {
  /** Arrivals that this thread was told of and has not accepted. */
  count: number;
}

/** A connection that is none yet. */
interface Candidate {
  readonly name: string;
  readonly stream: Stream;
  readonly remote: string;
  readonly deadline: Task;
  /** Why it failed, should it close now. */
  reason: HandshakeFailure;
}

interface OpenedStream {
  readonly stream: Stream;
  readonly events: EventSwitch;
  readonly name: string;
  readonly remote: string;
  readonly security: "tls" | "plain";
}

interface ServerLink {
  readonly id: SocketId;
  readonly stream: Stream;
  isClosing: boolean;
  /** What the host was last told. */
  unsentBytes: number;
  code: string | null;
  deadline: Task | null;
}

const ignored: StreamEvents = {
  data: () => undefined,
  end: () => undefined,
  close: () => undefined,
  written: () => undefined,
  secured: () => undefined,
  insecure: () => undefined,
};

/** Hands a stream from one owner to the next: the handshake's, then the link's. */
class EventSwitch implements StreamEvents {
  to: StreamEvents = ignored;

  data(bytes: Uint8Array): void {
    this.to.data(bytes);
  }

  end(): void {
    this.to.end();
  }

  close(code: string | null): void {
    this.to.close(code);
  }

  written(unsentBytes: number): void {
    this.to.written(unsentBytes);
  }

  secured(): void {
    this.to.secured();
  }

  insecure(reason: "protocol" | "plaintext"): void {
    this.to.insecure(reason);
  }
}

/** A handshake record, as RFC 8446 §5.1 has it; no frame begins like that. */
const looksLikeTls = ([type, major, minor]: Uint8Array): boolean =>
  type === 22 && major === 3 && minor !== undefined && minor >= 1 && minor <= 4;
