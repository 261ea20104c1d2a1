/** A bare socket with everything that happened to it, for tests below the protocol. */
import { connect } from "node:net";
import type { Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import type { ConnectionOptions, TLSSocket } from "node:tls";
import { until } from "./condition.ts";

export class RawClient<S extends Socket = Socket> {
  readonly socket: S;
  readonly chunks: Buffer[] = [];
  receivedBytes = 0;
  opened = false;
  /** The server's FIN has come. */
  ended = false;
  closed = false;
  /** The code of the error that broke it, or null. */
  code: string | null = null;

  constructor(socket: S, openEvent: "connect" | "secureConnect") {
    this.socket = socket;
    socket.on(openEvent, () => (this.opened = true));
    socket.on("data", (chunk: Buffer) => {
      this.chunks.push(chunk);
      this.receivedBytes += chunk.length;
    });
    socket.on("end", () => (this.ended = true));
    socket.on("error", (error: NodeJS.ErrnoException) => (this.code ??= error.code ?? "unknown"));
    socket.on("close", () => (this.closed = true));
  }

  get received(): Buffer {
    return Buffer.concat(this.chunks);
  }

  async whenOpen(): Promise<this> {
    await until("the client to connect", () => this.opened || this.closed);
    if (!this.opened) throw new Error(`not connected: ${String(this.code)}`);
    return this;
  }

  async whenClosed(withinMs = 5_000): Promise<this> {
    await until("the client to be closed", () => this.closed, withinMs);
    return this;
  }

  /** Resolves with all bytes so far as soon as there are that many, or the socket has closed. */
  whenReceived(bytes: number, withinMs = 10_000): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      const look = (): void => {
        if (this.receivedBytes < bytes && !this.closed) return;
        stop();
        resolve(this.received);
      };
      const timer = setTimeout(() => {
        stop();
        reject(new Error(`${this.receivedBytes} of ${bytes} bytes after ${withinMs} ms`));
      }, withinMs);
      const stop = (): void => {
        clearTimeout(timer);
        this.socket.off("data", look).off("close", look);
      };
      this.socket.on("data", look).on("close", look);
      look();
    });
  }
}

export const connectPlain = (port: number, allowHalfOpen = false): RawClient =>
  new RawClient(connect({ port, host: "127.0.0.1", noDelay: true, allowHalfOpen }), "connect");

/** @param options `ca` at least */
export const connectSecure = (port: number, options: ConnectionOptions): RawClient<TLSSocket> =>
  new RawClient(connectTls({ port, host: "127.0.0.1", ...options }), "secureConnect");
