/**
 * What the simulator must share with the real platform, as one interface: a server whose host only
 * writes down what it is told, and peers on the other side of its port. The bodies in this folder
 * run on both arms and know neither.
 */
import type { FileOperation, FileResult } from "../../src/core/contract.ts";
import type { RecordingHost } from "./recording-host.ts";

export interface ServerOptions {
  readonly security?: "plain" | "tls";
  /** From a flushed close until the rest is discarded. */
  readonly flushTimeoutMs?: number;
  readonly handshakeTimeoutMs?: number;
}

/**
 * What a client speaks: what the server does, in clear, or TLS; of that version 1.2 and no other,
 * or only one that no server takes any more.
 */
export type Greeting = "right" | "text" | "tls" | "tls 1.2" | "tls 1.1";

/** Bytes as they came, without a copy for each look. */
export class Bytes {
  length = 0;
  readonly #chunks: Uint8Array[] = [];

  push(chunk: Uint8Array): void {
    this.#chunks.push(chunk);
    this.length += chunk.length;
  }

  all(): Uint8Array {
    const all = new Uint8Array(this.length);
    let at = 0;
    for (const chunk of this.#chunks) {
      all.set(chunk, at);
      at += chunk.length;
    }
    return all;
  }
}

/** A program at the other end of a connection. */
export interface Peer {
  readonly received: Bytes;
  /** In order: how many bytes came, `ended`, `closed CODE`. */
  readonly told: readonly (string | number)[];
  /** What it knows of what it has written, where it knows anything. */
  readonly pressure?: readonly string[];
  readonly opened: boolean;
  /** The server's end has come. */
  readonly ended: boolean;
  readonly closed: boolean;
  /** Of what broke the connection, or null. */
  readonly code: string | null;
  write(bytes: Uint8Array): void;
  /** Ends its half and goes on reading. */
  end(): void;
  destroy(): void;
  reset(): void;
  pause(): void;
  resume(): void;
}

/** A program with a socket of its own. */
export interface BarePeer extends Peer {
  /** Begins a second handshake within the first one's session, where its version lets it. */
  renegotiate(): void;
  /** Sends bytes below its TLS, where there is one. */
  below(bytes: Uint8Array): void;
  /** Ends its half below its TLS, which says nothing of it. */
  endBelow(): void;
}

/** A connection with a device on its way. */
export interface SpoiltConnection {
  readonly peer: BarePeer;
  /** From here on a bit is changed in everything long that passes, in both directions. */
  goBad(): void;
}

export interface ConformanceServer {
  readonly host: RecordingHost;
  /** Begins to connect. */
  connect(greeting?: Greeting): BarePeer;
  /** Begins to connect over a path that will change what passes. */
  connectBadly(greeting?: Greeting): Promise<SpoiltConnection>;
  /**
   * The transport of the client library begins to connect. Its `end` and `destroy` are the two
   * kinds of `close`, after which it tells nothing; it can neither reset nor pause.
   */
  client(): Peer;
  /** Lets time pass until the condition holds; throws when it does not in time. */
  until(what: string, holds: () => boolean): Promise<void>;
  /**
   * Lets everything happen that follows from what was ordered so far, as long as it needs no timer
   * of more than some milliseconds.
   */
  settle(): Promise<void>;
  /**
   * Lets the kernels hand over what they have. The programs hear of it later.
   *
   * @param patienceMs how long a real kernel has for it that is busy with others; 0 on an idle
   * machine, where it is done when the system call returns
   */
  transmit(patienceMs: number): void;
  /** Orders a file operation below the server's folder. */
  file(operation: FileOperation): Promise<FileResult>;
  /** A second server on the same port. */
  rival(): Promise<RecordingHost>;
  stop(): Promise<void>;
}

export interface Arm {
  readonly name: "loopback" | "simulated";
  start(options?: ServerOptions): Promise<ConformanceServer>;
}
