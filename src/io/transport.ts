/**
 * What plain TCP and TLS have in common: the shape that the platform sees, their options, and the
 * words for a port that cannot be had. The core cannot tell one from the other.
 */
import type { CloseMode, SocketId } from "../core/contract.ts";

/** Streams of one role. Completions go to the `Completions` that it was made with. */
export interface Transport {
  /** Completion: `listening` or `listenFailed`. */
  listen(): void;
  /** Stops accepting. Open sockets stay; connections that are still shaking hands are closed. */
  stopListening(): void;
  /** Queues bytes without copying them; returns what the socket holds unsent, these included. */
  write(socket: SocketId, bytes: Uint8Array): number;
  pauseReading(socket: SocketId): void;
  resumeReading(socket: SocketId): void;
  closeSocket(socket: SocketId, mode: CloseMode): void;
  /** Stops listening, closes everything in order and resolves when it is closed. For the end. */
  settled(): Promise<void>;
  /** Resets everything that is open. For the end. */
  destroy(): void;
  /** The port that is listened on, or null when not listening. */
  readonly port: number | null;
  readonly counters: TransportCounters;
}

/** What only the platform sees; the host counts the rest. */
export interface TransportCounters {
  /** Connections closed at once because `socketsMax` were open. */
  socketsDropped: number;
  /** Accepts that failed, for want of file descriptors for example. */
  acceptErrors: number;
  /** Clients that spoke TLS to a plain port or plain text to a TLS port. */
  wrongTransport: number;
  /** Connections that have not finished their handshake, now. */
  handshaking: number;
}

export const newTransportCounters = (): TransportCounters => ({
  socketsDropped: 0,
  acceptErrors: 0,
  wrongTransport: 0,
  handshaking: 0,
});

export interface TransportOptions {
  /** Names the role in messages. */
  readonly role: string;
  /** The configuration key of the port, for messages. */
  readonly portKey: string;
  readonly address: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** Connections that the kernel may hold before they are accepted; it caps this by `somaxconn`. */
  readonly backlog: number;
  /** True switches Nagle's algorithm off. */
  readonly noDelay: boolean;
  /** A backstop above the host's own cap, handshakes included. */
  readonly socketsMax: number;
  /** From accept to the end of the TLS handshake, milliseconds. */
  readonly handshakeTimeoutMs: number;
  /** From `closeSocket` with `flush` until the rest is discarded, milliseconds. */
  readonly flushTimeoutMs: number;
}

const reasons: Readonly<Record<string, string>> = {
  EADDRINUSE: "is already in use",
  EACCES: "needs rights that this process lacks",
  EADDRNOTAVAIL: "is not an address of this machine",
  ENOTFOUND: "is not a known host name",
};

/** One line: what failed, for which role, and what to type. */
export function listenMessage(options: TransportOptions, code: string): string {
  const { role, address, port, portKey } = options;
  const where = address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`;
  const reason = reasons[code] ?? `cannot be listened on (${code})`;
  const cure =
    code === "EADDRNOTAVAIL" || code === "ENOTFOUND"
      ? "choose another address: --set address=127.0.0.1"
      : `stop what uses it or choose another port: --set ${portKey}=${suggestedPort(port)}`;
  return `${role}: ${where} ${reason}; ${cure}`;
}

// Ten further on, so that the next role's default port is not suggested.
const suggestedPort = (port: number): number =>
  port < 1_024 ? port + 8_000 : port + 10 <= 65_535 ? port + 10 : port - 10;

/** `address:port` of the peer, or "unknown" when it is gone already. */
export function remoteOf(socket: {
  readonly remoteAddress?: string | undefined;
  readonly remotePort?: number | undefined;
}): string {
  const { remoteAddress, remotePort } = socket;
  if (remoteAddress === undefined || remotePort === undefined) return "unknown";
  const address = remoteAddress.startsWith("::ffff:") ? remoteAddress.slice(7) : remoteAddress;
  return address.includes(":") ? `[${address}]:${remotePort}` : `${address}:${remotePort}`;
}
