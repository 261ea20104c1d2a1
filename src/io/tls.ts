/**
 * Streams over TLS. The host learns of a connection only when its handshake is done; what never
 * becomes one is told as `handshakeFailed`.
 *
 * A connection here is: accepted -> sniffed -> shaking hands -> open.
 *
 * 1. One deadline runs from the accept to the end of the handshake. Whatever has not become a link
 *    by then is destroyed.
 * 2. The first bytes are looked at before TLS gets them, and are given back to it. They cost one
 *    event a connection, against 650 us for a handshake. Plain text gets `plaintextReply` in clear,
 *    so that the client's own library can say what is wrong.
 * 3. A connection ends in exactly one of: `socketOpened` by `Links`, or one `handshakeFailed`.
 * 4. Until the handshake is done a peer's FIN ends the connection. From then on the host decides.
 */
import { constants } from "node:crypto";
import type { Socket } from "node:net";
import { createServer } from "node:tls";
import type { Server, TlsOptions, TLSSocket } from "node:tls";
import type { CloseMode, Producer, SocketId } from "../core/contract.ts";
import { platformCode } from "./completions.ts";
import type { Completions } from "./completions.ts";
import { Links } from "./links.ts";
import { Listener } from "./listener.ts";
import { sniff } from "./sniff.ts";
import { newTransportCounters, remoteOf } from "./transport.ts";
import type { Transport, TransportCounters, TransportOptions } from "./transport.ts";

/** PEM texts and what may be negotiated. */
export interface TlsSettings {
  readonly cert: string;
  readonly key: string;
  readonly minVersion: "TLSv1.2" | "TLSv1.3";
  /** OpenSSL's list for TLS 1.2 and 1.3 together; null takes Node's own. */
  readonly ciphers: string | null;
  /** OpenSSL's list of groups; null takes Node's own. */
  readonly curves: string | null;
}

export interface TlsTransportOptions extends TransportOptions {
  readonly tls: TlsSettings;
  /** What a client gets that speaks in clear: a framed DISCONNECT. */
  readonly plaintextReply: Uint8Array;
}

type FailureReason = Parameters<Producer["handshakeFailed"]>[1];

/** A connection that is not one yet. */
interface Candidate {
  readonly tcp: Socket;
  /** See `pathOf`. */
  readonly path: string;
  readonly remote: string;
  readonly deadline: NodeJS.Timeout;
  /** Why it failed, should its socket close now. */
  reason: FailureReason;
}

export class TlsTransport implements Transport {
  readonly counters: TransportCounters = newTransportCounters();
  readonly #options: TlsTransportOptions;
  readonly #completions: Completions;
  readonly #links: Links;
  readonly #listener: Listener;
  /** Does the handshakes of the sockets that it is given; it never listens itself. */
  readonly #tls: Server;
  /** By path: all that TLS says of the socket that it was given. */
  readonly #candidates = new Map<string, Candidate>();

  /** @throws what `node:tls` throws for settings that it cannot use */
  constructor(
    options: TlsTransportOptions,
    completions: Completions,
    acceptFailed: (code: string) => void,
  ) {
    this.#options = options;
    this.#completions = completions;
    this.#links = new Links(completions, options.flushTimeoutMs);
    this.#tls = createServer(serverOptions(options));
    this.#tls.on("secureConnection", (stream: TLSSocket) => this.#secured(stream));
    this.#tls.on("tlsClientError", (error, stream) => this.#handshakeError(error, stream));
    const accepted = (socket: Socket): void => this.#accept(socket);
    const events = { completions, counters: this.counters, accepted, acceptFailed };
    this.#listener = new Listener(options, events, false);
  }

  get port(): number | null {
    return this.#listener.port;
  }

  listen(): void {
    this.#listener.listen();
  }

  stopListening(): void {
    this.#listener.stop();
    for (const candidate of this.#candidates.values()) candidate.tcp.destroy();
  }

  write(socket: SocketId, bytes: Uint8Array): number {
    return this.#links.write(socket, bytes);
  }

  pauseReading(socket: SocketId): void {
    this.#links.pauseReading(socket);
  }

  resumeReading(socket: SocketId): void {
    this.#links.resumeReading(socket);
  }

  closeSocket(socket: SocketId, mode: CloseMode): void {
    this.#links.close(socket, mode);
  }

  settled(): Promise<void> {
    this.stopListening();
    this.#links.flushAll();
    return this.#links.empty();
  }

  destroy(): void {
    this.stopListening();
    this.#links.destroy();
  }

  #accept(tcp: Socket): void {
    const remote = remoteOf(tcp);
    if (remote === "unknown") {
      tcp.destroy();
      this.#completions.handshakeFailed(remote, "closed");
      return;
    }
    const expire = (): void => {
      // One that was turned away and lingers is still what it was turned away for.
      if (candidate.reason === "closed") candidate.reason = "timeout";
      tcp.destroy();
    };
    const deadline = setTimeout(expire, this.#options.handshakeTimeoutMs);
    const path = pathOf(tcp);
    const candidate: Candidate = { tcp, path, remote, deadline, reason: "closed" };
    this.#retire(path);
    this.#candidates.set(path, candidate);
    this.counters.handshaking = this.#candidates.size;
    tcp.on("error", ignore); // "close" follows and tells all that matters
    tcp.on("close", () => this.#closed(candidate));
    this.#sniff(candidate);
  }

  /** A peer that uses its port again has left: its reset or FIN is still to be read here. */
  #retire(path: string): void {
    const left = this.#candidates.get(path);
    if (left === undefined) return;
    left.tcp.destroy();
    this.#closed(left);
  }

  #sniff(candidate: Candidate): void {
    const { tcp } = candidate;
    let held: Buffer | null = null;
    const look = (bytes: Buffer): void => {
      held = held === null ? bytes : Buffer.concat([held, bytes]);
      const sniffed = sniff(held);
      if (sniffed === "undecided") return;
      tcp.off("data", look);
      if (sniffed === "plain") return this.#turnAway(candidate);
      tcp.pause();
      tcp.unshift(held);
      this.#tls.emit("connection", tcp);
    };
    tcp.on("data", look);
  }

  #turnAway(candidate: Candidate): void {
    this.counters.wrongTransport += 1;
    candidate.reason = "plaintext";
    candidate.tcp.on("data", ignore); // read on: unread bytes at the close would be a reset
    candidate.tcp.end(this.#options.plaintextReply);
    const { flushTimeoutMs } = this.#options;
    candidate.tcp.setTimeout(flushTimeoutMs, () => candidate.tcp.destroy());
  }

  #secured(stream: TLSSocket): void {
    const candidate = this.#candidates.get(pathOf(stream));
    if (candidate === undefined || candidate.reason !== "closed" || stream.destroyed) {
      stream.on("error", ignore);
      stream.destroy();
      return;
    }
    this.#forget(candidate);
    stream.allowHalfOpen = true;
    const link = this.#links.open({ stream, tcp: candidate.tcp, security: "tls" });
    stream.on("data", link.received);
  }

  #handshakeError(error: Error, stream: TLSSocket): void {
    stream.on("error", ignore);
    const candidate = this.#candidates.get(pathOf(stream));
    const reset = platformCode(error) === "ECONNRESET";
    if (candidate?.reason === "closed" && !reset) candidate.reason = "protocol";
    stream.destroy();
  }

  #closed(candidate: Candidate): void {
    if (this.#candidates.get(candidate.path) !== candidate) return;
    this.#forget(candidate);
    this.#completions.handshakeFailed(candidate.remote, candidate.reason);
  }

  #forget(candidate: Candidate): void {
    clearTimeout(candidate.deadline);
    this.#candidates.delete(candidate.path);
    this.counters.handshaking = this.#candidates.size;
  }
}

function serverOptions({ tls, handshakeTimeoutMs }: TlsTransportOptions): TlsOptions {
  return {
    cert: tls.cert,
    key: tls.key,
    minVersion: tls.minVersion,
    ...(tls.ciphers === null ? {} : { ciphers: tls.ciphers }),
    ...(tls.curves === null ? {} : { ecdhCurve: tls.curves }),
    honorCipherOrder: true,
    // A peer could make us repeat the dear half of a handshake as often as it likes.
    secureOptions: constants.SSL_OP_NO_RENEGOTIATION,
    // The candidate's own deadline comes first; this one only backs it.
    handshakeTimeout: 2 * handshakeTimeoutMs,
  };
}

/**
 * Both ends of a connection, which no two live ones share. The peer's end alone is not enough: it
 * may use one port towards several addresses of this machine.
 */
const pathOf = (socket: Socket): string =>
  `${remoteOf(socket)} ${socket.localAddress ?? ""} ${socket.localPort ?? 0}`;

const ignore = (): void => undefined;
