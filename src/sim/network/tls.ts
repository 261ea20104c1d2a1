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
 * R3. A peer that ends without close_notify, or within a record, has ended: whether all has come is
 *     for the frames inside to say.
 * R4. A record of which a byte was changed on the way is found out: the session fails, and the peer
 *     is told so by an alert. So does one that is too large, of no known kind, or out of turn, as
 *     a second handshake is.
 *
 * Left out: which alert it is makes no difference here, and whoever owns a failed stream gets
 * EPROTO where Node has a code for each reason. The host asks whether there is one, clients tell
 * their users that the link was lost. An alert in clear within a session is believed here, while
 * OpenSSL answers it as a broken record: the session ends in the same way for its owner. What a
 * thread computes for one handshake delays no other: a flood costs the server descriptors and
 * time-outs here, and no processor time.
 */
import { invariant } from "../../core/kernel/assert.ts";
import { joined, newBytes } from "../bytes.ts";

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
export type HandshakeFault =
  | "silent"
  | "abandoned"
  | "rejected"
  /** Offers what no server takes. */
  | "unacceptable"
  /** Says no more after the server's hello. */
  | "unfinished"
  | "bad-finished";

/** Knows where in a stream bytes are not what was sent. */
export interface DamageReport {
  /** Offsets, rising. */
  readonly damage: readonly number[];
  /** Called when a session fails for it. */
  damageFound(): void;
}

export interface SecureOptions {
  readonly role: "client" | "server";
  /** What a server computes between the client's hello and its own, and a client before its. */
  readonly computeMicros: number;
  /** A server's: it gives up when it has heard the client's hello. */
  readonly fault: HandshakeFault | "failing" | null;
  /** How much goes into one record; as much as may when left out. */
  readonly recordBytes?: number;
  /** Nothing is ever damaged when left out. */
  readonly report?: DamageReport;
}

/** RFC 8446 §6, of those that are sent here. */
const alertOf = {
  unexpectedMessage: 10,
  badRecordMac: 20,
  recordOverflow: 22,
  handshakeFailure: 40,
  badCertificate: 42,
  decryptError: 51,
  internalError: 80,
} as const;
/** Stands in the first byte of a handshake message that is not as it should be. */
const wrong = 1;

const recordType = { alert: 21, handshake: 22, data: 23 } as const;
const headerBytes = 5;
const tagBytes = 16;
/** RFC 8446 §5.1. */
const plaintextBytesMax = 16_384;
/** Of a record, sealed. */
const recordBytesMax = plaintextBytesMax + 256;
/** About what OpenSSL sends with one ECDSA certificate. */
const flightBytes = { clientHello: 512, serverHello: 1_200, finished: 74, ticket: 234 } as const;

export class SecureSession {
  readonly #options: SecureOptions;
  readonly #events: SecureEvents;
  #state: "waiting" | "open" | "over" = "waiting";
  /** The beginning of a record, in pieces, whose rest has not come yet. */
  #pieces: Uint8Array[] = [];
  #pieceBytes = 0;
  /** As long as there are fewer, nothing can be said. */
  #wantedBytes = 0;
  #isFirst = true;
  #finishedSent = false;
  /** How many bytes of the stream were records that are dealt with. */
  #readBytes = 0;

  constructor(options: SecureOptions, events: SecureEvents) {
    this.#options = options;
    this.#events = events;
  }

  get isOpen(): boolean {
    return this.#state === "open";
  }

  /** The client speaks first. */
  start(): void {
    const { role, fault, computeMicros } = this.#options;
    if (role === "server" || fault === "silent") return;
    const hello = clientHello(fault === "unacceptable");
    const isAbandoned = fault === "abandoned";
    this.#events.reply(isAbandoned ? hello.slice(0, hello.length >> 1) : hello, computeMicros);
  }

  /** Records for `bytes`, as many as it takes. */
  seal(bytes: Uint8Array): Uint8Array {
    invariant(this.#state !== "waiting", "data goes after the handshake");
    const { recordBytes = plaintextBytesMax } = this.#options;
    if (bytes.length <= recordBytes) return record(recordType.data, bytes);
    const records: Uint8Array[] = [];
    for (let at = 0; at < bytes.length; at += recordBytes) {
      records.push(record(recordType.data, bytes.subarray(at, at + recordBytes)));
    }
    return joined(records);
  }

  /** The last record of a session that ends in order. */
  closeNotify(): Uint8Array {
    return alert(1, 0);
  }

  /** Takes bytes as they arrived. What they amount to is told to the events. */
  feed(bytes: Uint8Array): void {
    this.#pieces.push(bytes);
    this.#pieceBytes += bytes.length;
    if (this.#pieceBytes < this.#wantedBytes) return;
    let rest = joined(this.#pieces);
    if (this.#isFirst && this.#options.role === "server" && !this.#sniff(rest)) {
      return this.#await(rest, rest.length + 1);
    }
    while (this.#state !== "over" && rest.length >= headerBytes) {
      const length = recordLength(rest);
      if (length > headerBytes + recordBytesMax) return this.#fail("protocol", "recordOverflow");
      if (rest.length < length) break;
      if (this.#isDamaged(length)) return this.#failForDamage();
      this.#readBytes += length;
      this.#record(rest.subarray(0, length));
      rest = rest.subarray(length);
    }
    this.#await(rest, rest.length < headerBytes ? headerBytes : recordLength(rest));
  }

  #await(rest: Uint8Array, wantedBytes: number): void {
    this.#pieces = [rest];
    this.#pieceBytes = rest.length;
    this.#wantedBytes = wantedBytes;
  }

  /** Whether any of the next so many bytes is not what was sent. */
  #isDamaged(length: number): boolean {
    const damage = this.#options.report?.damage;
    if (damage === undefined || damage.length === 0) return false;
    return damage.some((at) => at >= this.#readBytes && at < this.#readBytes + length);
  }

  #failForDamage(): void {
    this.#options.report?.damageFound();
    this.#fail("protocol", "badRecordMac");
  }

  /** False while the first bytes do not tell yet, or tell that this is no TLS. */
  #sniff(bytes: Uint8Array): boolean {
    if (this.#state === "over") return false;
    const isPlain = bytes[0] !== recordType.handshake || (bytes.length > 1 && bytes[1] !== 3);
    if (isPlain) {
      this.#fail("plaintext", null);
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
        return this.#handshake(body);
      case recordType.data:
        return this.#data(body);
      case recordType.alert:
        return this.#alert(body);
      default:
        return this.#fail("protocol", "unexpectedMessage");
    }
  }

  #handshake([first]: Uint8Array): void {
    const { role, fault } = this.#options;
    if (this.#state === "open") {
      // Tickets mean nothing to either program. A second handshake is refused.
      return role === "client" ? undefined : this.#fail("protocol", "unexpectedMessage");
    }
    if (role === "client") return this.#serverHello();
    if (this.#finishedSent) {
      return first === wrong ? this.#fail("protocol", "decryptError") : this.#finished();
    }
    if (first === wrong) return this.#fail("protocol", "handshakeFailure");
    if (fault === "failing") return this.#fail("protocol", "internalError");
    this.#finishedSent = true;
    const hello = record(recordType.handshake, newBytes(flightBytes.serverHello));
    this.#events.reply(hello, this.#options.computeMicros);
  }

  #serverHello(): void {
    const { fault } = this.#options;
    if (fault === "rejected") return this.#fail("protocol", "badCertificate");
    if (fault === "unfinished") return;
    const finished = record(recordType.handshake, newBytes(flightBytes.finished));
    if (fault === "bad-finished") finished[headerBytes] = wrong;
    this.#events.reply(finished, 0);
    this.#state = "open";
    this.#events.secured();
  }

  #finished(): void {
    const ticket = record(recordType.handshake, newBytes(flightBytes.ticket));
    this.#events.reply(joined([ticket, ticket]), 0);
    this.#state = "open";
    this.#events.secured();
  }

  #data(body: Uint8Array): void {
    if (this.#state !== "open" || body.length < tagBytes) {
      return this.#fail("protocol", "unexpectedMessage");
    }
    this.#events.data(body.subarray(0, body.length - tagBytes));
  }

  #alert(body: Uint8Array): void {
    if (body[0] !== 1 || body[1] !== 0) return this.#fail("protocol", null);
    this.#state = "over";
    this.#events.ended();
  }

  /** @param why what the peer is told; null: nothing */
  #fail(reason: "protocol" | "plaintext", why: keyof typeof alertOf | null): void {
    if (why !== null) this.#events.reply(alert(2, alertOf[why]), 0);
    this.#state = "over";
    this.#events.failed(reason);
  }
}

/** The first flight of a handshake. */
export function clientHello(isUnacceptable = false): Uint8Array {
  const hello = record(recordType.handshake, newBytes(flightBytes.clientHello));
  if (isUnacceptable) hello[headerBytes] = wrong;
  return hello;
}

/** What a client can put into its stream in place of a record, and that ends it. */
export const wrongRecords = {
  alert: () => alert(2, alertOf.internalError),
  /** Its header says more than any record may have. */
  oversized: () => Uint8Array.of(recordType.data, 3, 3, 0x7f, 0xff, 0, 0, 0),
  /** Its header says more than comes. */
  truncated: () => Uint8Array.of(recordType.data, 3, 3, 0, 200, 1, 2, 3),
} as const;

/** With its header, which is there. */
const recordLength = (bytes: Uint8Array): number =>
  headerBytes + (((bytes[3] as number) << 8) | (bytes[4] as number));

function record(type: number, body: Uint8Array): Uint8Array {
  const tag = type === recordType.data ? tagBytes : 0;
  const bytes = newBytes(headerBytes + body.length + tag);
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
