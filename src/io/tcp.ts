/**
 * Streams in clear. A client that begins a TLS handshake here gets a TLS alert and a close, so that
 * its own library says that the versions do not fit, and does not wait for an answer in vain.
 */
import type { Socket } from "node:net";
import type { CloseMode, SocketId } from "../core/contract.ts";
import type { Completions } from "./completions.ts";
import { Links } from "./links.ts";
import { Listener } from "./listener.ts";
import { sniff, tlsAlert } from "./sniff.ts";
import { newTransportCounters } from "./transport.ts";
import type { Transport, TransportCounters, TransportOptions } from "./transport.ts";

export class TcpTransport implements Transport {
  readonly counters: TransportCounters = newTransportCounters();
  readonly #links: Links;
  readonly #listener: Listener;

  constructor(
    options: TransportOptions,
    completions: Completions,
    acceptFailed: (code: string) => void,
  ) {
    this.#links = new Links(completions, options.flushTimeoutMs);
    const accepted = (socket: Socket): void => this.#accept(socket);
    const events = { completions, counters: this.counters, accepted, acceptFailed };
    this.#listener = new Listener(options, events, true);
  }

  get port(): number | null {
    return this.#listener.port;
  }

  listen(): void {
    this.#listener.listen();
  }

  stopListening(): void {
    this.#listener.stop();
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
    this.#listener.stop();
    this.#links.destroy();
  }

  #accept(tcp: Socket): void {
    let id: SocketId | null = null;
    // Looks at the first bytes before the link does, and at no others. A hello in pieces of one or
    // two bytes is left to the edge, which finds that its frame length is invalid.
    tcp.once("data", (bytes: Buffer) => {
      if (id === null || sniff(bytes) !== "tls") return;
      this.counters.wrongTransport += 1;
      this.#links.refuse(id, tlsAlert, "EPROTO");
    });
    id = this.#links.open({ stream: tcp, tcp, security: "plain" });
  }
}
