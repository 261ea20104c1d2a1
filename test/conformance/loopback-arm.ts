/** The real arm: `src/io` on the loopback, and bare Node sockets as peers. */
import { mkdtempSync, rmSync } from "node:fs";
import { connect as connectTcp } from "node:net";
import type { Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect as connectTls, TLSSocket } from "node:tls";
import type { ConnectionOptions } from "node:tls";
import type { FileOperation, FileResult, RequestId } from "../../src/core/contract.ts";
import { NodeLink } from "../../src/client/node.ts";
import { makeCertificate } from "../../src/io/certificate.ts";
import { Platform } from "../../src/io/platform.ts";
import { TcpTransport } from "../../src/io/tcp.ts";
import { TlsTransport } from "../../src/io/tls.ts";
import type { TransportOptions } from "../../src/io/transport.ts";
import { until } from "../support/condition.ts";
import { Bytes } from "./arm.ts";
import type {
  Arm,
  BarePeer,
  ConformanceServer,
  Greeting,
  Peer,
  ServerOptions,
  SpoiltConnection,
} from "./arm.ts";
import { ClientPeer } from "./client-peer.ts";
import { openDevice } from "./device.ts";
import type { Device } from "./device.ts";
import { RecordingHost } from "./recording-host.ts";

export const loopbackArm: Arm = {
  name: "loopback",
  start: (options) => startServer("127.0.0.1", options),
};

/** The same on another of the machine's addresses. */
export async function startServer(
  address: string,
  options: ServerOptions = {},
): Promise<LoopbackServer> {
  const server = new LoopbackServer(address, options);
  await server.until("the server listens", () => server.host.told.includes("listening"));
  return server;
}

/**
 * Of the event loop that both programs share, in a row and without an event. What one pass sends
 * the next one reads.
 */
const settlingPasses = 40;

/** Never changes, so whoever waits for it waits for as long as he likes. */
const nothing = new Int32Array(new SharedArrayBuffer(4));

class LoopbackServer implements ConformanceServer {
  readonly host: RecordingHost;
  readonly until = until;
  readonly #address: string;
  readonly #options: ServerOptions;
  readonly #platforms: Platform[] = [];
  readonly #folders: string[] = [];
  readonly #peers: LoopbackPeer[] = [];
  readonly #clients: Peer[] = [];
  readonly #devices: Device[] = [];
  readonly #certificate = makeCertificate(new Date());
  #port = 0;
  /** Of the peers. */
  #events = 0;
  #requests = 0;

  constructor(address: string, options: ServerOptions) {
    this.#address = address;
    this.#options = options;
    this.host = this.#startHost();
  }

  connect(greeting: Greeting = "right"): BarePeer {
    return this.#connect(this.port, greeting);
  }

  async connectBadly(greeting: Greeting = "right"): Promise<SpoiltConnection> {
    const device = await openDevice(this.port);
    this.#devices.push(device);
    return { peer: this.#connect(device.port, greeting), goBad: () => device.goBad() };
  }

  #connect(port: number, greeting: Greeting): BarePeer {
    const isSecure =
      greeting.startsWith("tls") || (greeting === "right" && this.#options.security === "tls");
    const tcp = connectTcp({ port, host: this.#address, allowHalfOpen: true, noDelay: true });
    const socket = isSecure ? connectTls({ socket: tcp, ...versionsOf(greeting) }) : tcp;
    // TLS sockets take the option only afterwards.
    socket.allowHalfOpen = true;
    const peer = new LoopbackPeer(socket, tcp, () => {
      this.#events += 1;
    });
    this.#peers.push(peer);
    return peer;
  }

  client(): Peer {
    const { security = "plain" } = this.#options;
    const trust = security === "tls" ? ({ kind: "nobody" } as const) : null;
    const target = { host: this.#address, port: this.port, trust };
    const peer = new ClientPeer(
      (events) => new NodeLink(target, events),
      () => {
        this.#events += 1;
      },
    );
    this.#clients.push(peer);
    return peer;
  }

  async settle(): Promise<void> {
    for (let [quiet, before] = [0, -1]; quiet < settlingPasses; quiet += 1) {
      await new Promise((resolve) => setImmediate(resolve));
      const events = this.#events + this.host.events;
      if (events !== before) quiet = 0;
      before = events;
    }
  }

  transmit(patienceMs: number): void {
    // Linux's loopback has done it before the system call returned, if nobody else wants anything.
    if (patienceMs > 0) Atomics.wait(nothing, 0, 0, patienceMs);
  }

  async file(operation: FileOperation): Promise<FileResult> {
    this.#requests += 1;
    const request = this.#requests as RequestId;
    this.host.syscalls.file(request, operation);
    await until("the file operation", () => this.host.fileResults.has(request));
    const result = this.host.fileResults.get(request);
    if (result === undefined) throw new Error("the file operation has no result");
    return result;
  }

  async rival(): Promise<RecordingHost> {
    const host = this.#startHost(this.port);
    await until("the rival to be told", () => host.told.length > 0);
    return host;
  }

  async stop(): Promise<void> {
    for (const { socket } of this.#peers) socket.destroy();
    for (const client of this.#clients) client.destroy();
    for (const device of this.#devices) device.close();
    for (const platform of this.#platforms) await platform.destroy();
    for (const folder of this.#folders) rmSync(folder, { recursive: true, force: true });
  }

  /** The port stays the same after the server has stopped listening. */
  get port(): number {
    this.#port = this.#platforms[0]?.transport.port ?? this.#port;
    return this.#port;
  }

  #startHost(port = 0): RecordingHost {
    const {
      security = "plain",
      flushTimeoutMs = 5_000,
      handshakeTimeoutMs = 5_000,
    } = this.#options;
    const folder = mkdtempSync(join(tmpdir(), "reprise-conformance-"));
    this.#folders.push(folder);
    const transport: TransportOptions = {
      role: "test",
      portKey: "ports.test",
      address: this.#address,
      port,
      backlog: 100,
      noDelay: true,
      socketsMax: 1_000,
      handshakeTimeoutMs,
      flushTimeoutMs,
    };
    const tls = {
      ...this.#certificate,
      minVersion: "TLSv1.2",
      ciphers: null,
      curves: null,
    } as const;
    const plaintextReply = Uint8Array.of(1, 2, 3);
    const platform = new Platform({
      folder,
      performers: {},
      transport: (completions, acceptFailed) =>
        security === "plain"
          ? new TcpTransport(transport, completions, acceptFailed)
          : new TlsTransport({ ...transport, plaintextReply, tls }, completions, acceptFailed),
      log: () => undefined,
      exit: () => undefined,
      events: {
        listening: () => undefined,
        listenFailed: () => undefined,
        failed: (error) => {
          throw error;
        },
      },
    });
    this.#platforms.push(platform);
    const host = new RecordingHost(platform);
    platform.start(host);
    return host;
  }
}

function versionsOf(greeting: Greeting): ConnectionOptions {
  // The certificate is one that nobody has signed.
  const options: ConnectionOptions = { rejectUnauthorized: false };
  if (greeting === "tls 1.2") return { ...options, maxVersion: "TLSv1.2" };
  if (greeting !== "tls 1.1") return options;
  // OpenSSL offers so old a version only to those who insist.
  const ciphers = "DEFAULT@SECLEVEL=0";
  return { ...options, minVersion: "TLSv1", maxVersion: "TLSv1.1", ciphers };
}

class LoopbackPeer implements BarePeer {
  readonly socket: Socket;
  /** Under the socket, or the socket itself: only it can be reset. */
  readonly #tcp: Socket;
  readonly received = new Bytes();
  readonly told: (string | number)[] = [];
  opened = false;
  ended = false;
  closed = false;
  code: string | null = null;

  /** @param happened called for each event */
  constructor(socket: Socket, tcp: Socket, happened: () => void) {
    this.socket = socket;
    this.#tcp = tcp;
    for (const event of ["data", "end", "drain", "error", "close"]) socket.on(event, happened);
    tcp.on("error", (error: NodeJS.ErrnoException) => {
      this.code ??= error.code ?? "unknown";
    });
    socket.on(socket === tcp ? "connect" : "secureConnect", () => {
      this.opened = true;
    });
    socket.on("data", (bytes: Buffer) => {
      this.received.push(bytes);
      this.told.push(bytes.length);
    });
    socket.on("end", () => {
      this.told.push("ended");
      this.ended = true;
    });
    socket.on("error", (error: NodeJS.ErrnoException) => {
      this.code ??= error.code ?? "unknown";
      // Node leaves a socket open whose TLS has failed.
      socket.destroy();
    });
    socket.on("close", () => {
      this.told.push(`closed ${String(this.code)}`);
      this.closed = true;
    });
  }

  write(bytes: Uint8Array): void {
    this.socket.write(bytes);
  }

  end(): void {
    this.socket.end();
  }

  destroy(): void {
    this.socket.destroy();
  }

  reset(): void {
    // See `src/io/links.ts` on why a socket that is ending is never reset.
    const { writableEnded, writableLength, writableFinished } = this.socket;
    const isEnding = writableEnded && writableLength === 0 && !writableFinished;
    if (!isEnding && !this.#tcp.destroyed) this.#tcp.resetAndDestroy();
    this.socket.destroy();
  }

  renegotiate(): void {
    if (this.socket instanceof TLSSocket) this.socket.renegotiate({}, () => undefined);
  }

  below(bytes: Uint8Array): void {
    this.#tcp.write(bytes);
  }

  endBelow(): void {
    this.#tcp.end();
  }

  pause(): void {
    this.socket.pause();
  }

  resume(): void {
    this.socket.resume();
  }
}
