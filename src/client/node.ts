/**
 * Links over the sockets of Node: carries out `connect`, `write` and `close` for one client machine
 * and tells it what happens. Timers are not its business, so that a load tool with thousands of
 * clients can have one timer for all.
 *
 * 1. One socket at a time. After `close` nothing of the old socket is told any more.
 * 2. What is written in one turn of the event loop leaves in one system call.
 */
import { connect as connectTcp, isIP } from "node:net";
import type { Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import type { ConnectionOptions, TLSSocket } from "node:tls";
import { performance } from "node:perf_hooks";
import type { CloseMode } from "../core/contract.ts";
import { assertNever, invariant } from "../core/kernel/assert.ts";
import { micros } from "../core/kernel/ids.ts";
import type { Micros } from "../core/kernel/ids.ts";
import { refusedByClient } from "./refused.ts";
import type { Refused } from "./refused.ts";
import { sameFingerprint, showTarget } from "./target.ts";
import type { Target, Trust } from "./target.ts";

/** What a link tells, in order: `opened` at most once, `closed` at most once and last. */
export interface LinkEvents {
  opened(): void;
  received(bytes: Uint8Array): void;
  ended(): void;
  /** `reason` null: in order. */
  closed(reason: Refused | null): void;
  /** What was held when `write` returned false has left. */
  writable(): void;
}

// The wall clock is read once, as the server reads it: time never goes back.
const clockStartMicros = Date.now() * 1_000 - Math.floor(performance.now() * 1_000);

/** The wall clock when the process began plus what has passed since. */
export const now = (): Micros => micros(clockStartMicros + Math.floor(performance.now() * 1_000));

export class NodeLink {
  readonly #target: Target;
  readonly #events: LinkEvents;
  #socket: Socket | null = null;
  #corked = false;
  #gone: Promise<void> = Promise.resolve();

  constructor(target: Target, events: LinkEvents) {
    this.#target = target;
    this.#events = events;
  }

  /** Opens a socket; answered by `opened` or `closed`. */
  connect(): void {
    invariant(this.#socket === null, "one link at a time");
    const { host, port, trust } = this.#target;
    const socket =
      trust === null
        ? connectTcp({ host, port, noDelay: true })
        : connectTls({ host, port, ...trustOptions(host, trust) }).setNoDelay(true);
    this.#socket = socket;
    this.#corked = false;
    this.#follow(socket);
  }

  /** Queues bytes without copying them. False: much is unsent, and `writable` will follow. */
  write(bytes: Uint8Array): boolean {
    const socket = this.#socket;
    invariant(socket !== null, "written to a link");
    if (!this.#corked) {
      this.#corked = true;
      socket.cork();
      queueMicrotask(() => this.#flush(socket));
    }
    return socket.write(bytes);
  }

  /** `flush` sends what was written, then closes; `reset` discards it. Tells nothing. */
  close(mode: CloseMode): void {
    const socket = this.#socket;
    if (socket === null) return;
    this.#flush(socket);
    this.#socket = null;
    if (mode === "reset") {
      socket.destroy();
      return;
    }
    // A server that neither reads nor closes must not keep the socket for ever.
    const deadline = setTimeout(() => socket.destroy(), flushTimeoutMs);
    socket.once("close", () => clearTimeout(deadline));
    socket.end();
    socket.resume();
  }

  /** Resolves when the last socket is gone, closed by either side. */
  gone(): Promise<void> {
    return this.#gone;
  }

  #flush(socket: Socket): void {
    if (this.#socket !== socket || !this.#corked) return;
    this.#corked = false;
    socket.uncork();
  }

  #follow(socket: Socket): void {
    const { trust } = this.#target;
    let failure: Refused | null = null;
    let opened = false;
    const tell = (what: () => void): void => {
      if (this.#socket === socket) what();
    };
    socket.on(trust === null ? "connect" : "secureConnect", () => {
      failure = trust === null ? null : untrusted(socket as TLSSocket, trust);
      opened = failure === null;
      if (opened) tell(() => this.#events.opened());
      else socket.destroy();
    });
    socket.on("data", (bytes: Buffer) => tell(() => this.#events.received(bytes)));
    socket.on("end", () => tell(() => this.#events.ended()));
    socket.on("drain", () => tell(() => this.#events.writable()));
    socket.on("error", (error: NodeJS.ErrnoException) => {
      failure ??= socketFailure(error, opened, this.#target);
      // Node leaves a socket open whose TLS has failed.
      socket.destroy();
    });
    this.#gone = new Promise((resolve) => {
      socket.on("close", () => {
        tell(() => {
          this.#socket = null;
          const early = opened
            ? null
            : refusedByClient("CONNECT_FAILED", "closed while connecting");
          this.#events.closed(failure ?? early);
        });
        resolve();
      });
    });
  }
}

/** From `close("flush")` until what the server has not taken is discarded. */
const flushTimeoutMs = 2_000;

function trustOptions(host: string, trust: Trust): ConnectionOptions {
  // Names only: RFC 6066 §3 allows no addresses in the server name.
  const servername = isIP(host) === 0 ? { servername: host } : {};
  switch (trust.kind) {
    case "system":
      return servername;
    case "authority":
      return { ...servername, ca: Buffer.from(trust.pem) };
    case "fingerprint":
    case "nobody":
      // A fingerprint is checked after the handshake, in place of the chain.
      return { ...servername, rejectUnauthorized: false };
    default:
      return assertNever(trust);
  }
}

/** Why the server's certificate is not the pinned one; null when nothing is wrong. */
function untrusted(socket: TLSSocket, trust: Trust): Refused | null {
  if (trust.kind !== "fingerprint") return null;
  const { fingerprint256 } = socket.getPeerCertificate();
  if (fingerprint256 !== undefined && sameFingerprint(fingerprint256, trust.sha256)) return null;
  return refusedByClient(
    "UNTRUSTED",
    `the certificate's fingerprint is ${fingerprint256 ?? "none"}`,
  );
}

/** What the platform's error means. `opened` false: the link never came up. */
function socketFailure(error: NodeJS.ErrnoException, opened: boolean, target: Target): Refused {
  const code = error.code ?? "";
  const where = showTarget(target);
  if (opened) return refusedByClient("CONNECTION_LOST", `the link to ${where} broke (${code})`);
  if (target.trust !== null && certificateErrors.test(code)) {
    return refusedByClient("UNTRUSTED", `${where}: ${error.message}`);
  }
  if (target.trust !== null && plainTextErrors.test(code)) {
    const message = `${where} does not speak TLS; try tcp://${target.host}:${target.port}`;
    return { code: "WRONG_TRANSPORT", message, retryAfterMs: 0, mayRetry: false };
  }
  const reason = connectErrors[code] ?? error.message;
  return refusedByClient("CONNECT_FAILED", `${where}: ${reason}`);
}

const certificateErrors = /CERT|SIGNATURE|ISSUER|CRL_|HOSTNAME_MISMATCH/;
// Our server answers a TLS client on a plain port with an alert; others answer with text.
const plainTextErrors =
  /PROTOCOL_VERSION|WRONG_VERSION_NUMBER|EPROTO|PACKET_LENGTH|UNKNOWN_PROTOCOL/;

const connectErrors: Readonly<Record<string, string>> = {
  ECONNREFUSED: "nothing listens there; is the server running?",
  ECONNRESET: "the server closed the connection while it was being made",
  ENOTFOUND: "no such host",
  EAI_AGAIN: "the host's name cannot be looked up now",
  EHOSTUNREACH: "no way to the host",
  ENETUNREACH: "no way to the network",
  ETIMEDOUT: "no answer",
};
