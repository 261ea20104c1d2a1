/**
 * TLS as its two ends see it: a handshake of three flights that takes time and can fail at each of
 * them, then opaque records. Nothing is encrypted, but bytes travel as records do: a part of a
 * record is no data yet, an alert ends the session, and a close_notify comes before the FIN.
 *
 *     client                         server
 *     hello        --------------->  (computes)
 *     (verifies)   <---------------  hello, certificate, finished
 *     finished     --------------->  secured
 *     secured      <---------------  two session tickets
 *
 * R1. Data comes out in the order in which it went in, and only after the handshake.
 * R2. A session ends once: by the peer's close_notify, or by a failure.
 */
import { invariant } from "../../core/kernel/assert.ts";

/** What a session has to say to whoever owns its stream. Told from within `feed` and `start`. */
export interface SecureEvents {
  /** Bytes for the peer; to be sent after so much computing. */
  reply(bytes: Uint8Array, computeMicros: number): void;
  secured(): void;
  /** Decrypted data; the bytes belong to the receiver. */
  data(bytes: Uint8Array): void;
  /** The peer's close_notify. */
  ended(): void;
  failed(reason: "protocol" | "plaintext"): void;
}

/** How a client breaks the handshake, when it does. */
export type HandshakeFault = "silent" | "abandoned" | "rejected";

export interface SecureOptions {
  readonly role: "client" | "server";
  /** What the server computes between the client's hello and its own. */
  readonly computeMicros: number;
  readonly fault: HandshakeFault | null;
}

const recordType = { alert: 21, handshake: 22, data: 23 } as const;
const headerBytes = 5;
const tagBytes = 16;
/** RFC 8446 §5.1. */
const plaintextBytesMax = 16_384;
/** About what OpenSSL sends with one ECDSA certificate. */
const flightBytes = { clientHello: 512, serverHello: 1_200, finished: 74, ticket: 234 } as const;

export class SecureSession {
  readonly #options: SecureOptions;
  readonly #events: SecureEvents;
  #state: "waiting" | "open" | "over" = "waiting";
  /** The beginning of a record whose rest has not come yet. */
  #partial: Uint8Array = new Uint8Array(0);
  #isFirst = true;
  #finishedSent = false;

  constructor(options: SecureOptions, events: SecureEvents) {
    this.#options = options;
    this.#events = events;
  }

  get isOpen(): boolean {
    return this.#state === "open";
  }

  /** The client speaks first. */
  start(): void {
    if (this.#options.role === "server" || this.#options.fault === "silent") return;
    const hello = record(recordType.handshake, new Uint8Array(flightBytes.clientHello));
    const isAbandoned = this.#options.fault === "abandoned";
    this.#events.reply(isAbandoned ? hello.slice(0, hello.length >> 1) : hello, 0);
  }

  /** Records for `bytes`, as many as it takes. */
  seal(bytes: Uint8Array): Uint8Array {
    invariant(this.#state !== "waiting", "data goes after the handshake");
    if (bytes.length <= plaintextBytesMax) return record(recordType.data, bytes);
    const records: Uint8Array[] = [];
    for (let at = 0; at < bytes.length; at += plaintextBytesMax) {
      records.push(record(recordType.data, bytes.subarray(at, at + plaintextBytesMax)));
    }
    return joined(records);
  }

  /** The last record of a session that ends in order. */
  closeNotify(): Uint8Array {
    return alert(1, 0);
  }

  /** Takes bytes as they arrived. What they amount to is told to the events. */
  feed(bytes: Uint8Array): void {
    let rest = this.#partial.length === 0 ? bytes : joined([this.#partial, bytes]);
    if (this.#isFirst && this.#options.role === "server" && !this.#sniff(rest)) {
      this.#partial = rest;
      return;
    }
    while (this.#state !== "over" && rest.length >= headerBytes) {
      const length = headerBytes + (((rest[3] as number) << 8) | (rest[4] as number));
      if (rest.length < length) break;
      this.#record(rest.subarray(0, length));
      rest = rest.subarray(length);
    }
    this.#partial = rest;
  }

  /** False while the first bytes do not tell yet, or tell that this is no TLS. */
  #sniff(bytes: Uint8Array): boolean {
    if (this.#state === "over") return false;
    const isPlain = bytes[0] !== recordType.handshake || (bytes.length > 1 && bytes[1] !== 3);
    if (isPlain) {
      this.#fail("plaintext");
      return false;
    }
    if (bytes.length < 3) return false;
    this.#isFirst = false;
    return true;
  }

  #record(bytes: Uint8Array): void {
    const body = bytes.subarray(headerBytes);
    switch (bytes[0]) {
      case recordType.handshake:
        return this.#handshake();
      case recordType.data:
        return this.#data(body);
      case recordType.alert:
        return this.#alert(body);
      default:
        return this.#fail("protocol");
    }
  }

  #handshake(): void {
    // Tickets after the handshake mean nothing to either program.
    if (this.#state === "open") return;
    if (this.#options.role === "client") return this.#serverHello();
    if (this.#finishedSent) return this.#finished();
    this.#finishedSent = true;
    const hello = record(recordType.handshake, new Uint8Array(flightBytes.serverHello));
    this.#events.reply(hello, this.#options.computeMicros);
  }

  #serverHello(): void {
    if (this.#options.fault === "rejected") {
      this.#events.reply(alert(2, 42), 0);
      return this.#fail("protocol");
    }
    this.#events.reply(record(recordType.handshake, new Uint8Array(flightBytes.finished)), 0);
    this.#state = "open";
    this.#events.secured();
  }

  #finished(): void {
    const ticket = record(recordType.handshake, new Uint8Array(flightBytes.ticket));
    this.#events.reply(joined([ticket, ticket]), 0);
    this.#state = "open";
    this.#events.secured();
  }

  #data(body: Uint8Array): void {
    if (this.#state !== "open" || body.length < tagBytes) return this.#fail("protocol");
    this.#events.data(body.slice(0, body.length - tagBytes));
  }

  #alert(body: Uint8Array): void {
    if (body[0] !== 1 || body[1] !== 0) return this.#fail("protocol");
    this.#state = "over";
    this.#events.ended();
  }

  #fail(reason: "protocol" | "plaintext"): void {
    this.#state = "over";
    this.#events.failed(reason);
  }
}

function record(type: number, body: Uint8Array): Uint8Array {
  const tag = type === recordType.data ? tagBytes : 0;
  const bytes = new Uint8Array(headerBytes + body.length + tag);
  const length = body.length + tag;
  bytes[0] = type;
  bytes[1] = 3;
  bytes[2] = 3;
  bytes[3] = length >> 8;
  bytes[4] = length & 0xff;
  bytes.set(body, headerBytes);
  return bytes;
}

const alert = (level: number, description: number): Uint8Array =>
  record(recordType.alert, Uint8Array.of(level, description));

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
