/**
 * Streams in clear. A client that begins a TLS handshake here gets a TLS alert and a close, so that
 * its own library says that the versions do not fit, and does not wait for an answer in vain.
 */
import type { Socket } from "node:net";
import type { CloseMode, SocketId } from "../core/contract.ts";
import type { Completions } from "./completions.ts";
import { Links } from "./links.ts";
import type { LinkReader } from "./links.ts";
import { Listener } from "./listener.ts";
import { OwnMemory } from "./own-memory.ts";
import { sniff, tlsAlert } from "./sniff.ts";
import { newTransportCounters } from "./transport.ts";
import type { Transport, TransportCounters, TransportOptions } from "./transport.ts";

export class TcpTransport implements Transport {
  readonly counters: TransportCounters = newTransportCounters();
  readonly #links: Links;
  readonly #listener: Listener;
  readonly #memory = new OwnMemory();

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

  #accept(accepted: Socket): void {
    let link: LinkReader | null = null;
    // Looks at the first bytes before the link does, and at no others. A hello in pieces of one or
    // two bytes is left to the edge, which finds that its frame length is invalid.
    let isFirst = true;
    const received = (bytes: Uint8Array): void => {
      if (link === null) return;
      if (isFirst) {
        isFirst = false;
        if (sniff(bytes) === "tls") return this.#refuse(link.id);
      }
      link.received(bytes);
    };
    const adopted = this.#memory.adopt(accepted, received);
    const tcp = adopted ?? accepted;
    if (adopted === null) accepted.on("data", received);
    link = this.#links.open({ stream: tcp, tcp, security: "plain" });
  }

  #refuse(id: SocketId): void {
    this.counters.wrongTransport += 1;
    this.#links.refuse(id, tlsAlert, "EPROTO");
  }
}
