/**
 * One link as the client machine sees it: packets in and out of bytes, the sequences of both
 * directions, and when something was last heard and said.
 *
 * L1. Our packets are numbered 1, 2, 3, ... on each link.
 * L2. Bytes that are no packets break the link: after `broken` nothing more comes out of it.
 */
import type { Delivery } from "../core/contract.ts";
import { invariant } from "../core/kernel/assert.ts";
import { micros } from "../core/kernel/ids.ts";
import type { Micros, PacketType } from "../core/kernel/ids.ts";
import { limits } from "../core/kernel/limits.ts";
import {
  decodePayload,
  Deframer,
  EnvelopeReader,
  packetFrameBytesMax,
  writeFrame,
} from "../core/wire/index.ts";
import type { AnyMessage, Decoded, LengthEndian } from "../core/wire/index.ts";
import { refusedByClient } from "./refused.ts";
import type { Refused } from "./refused.ts";

/** One packet of the server. Valid until the next one is read. */
export interface Packet {
  readonly type: PacketType;
  readonly sequence: number;
  /** The sequence of ours that it answers, or 0. */
  readonly inReplyTo: number;
  /** The payload is `bytes[payloadStart..payloadEnd)`. */
  readonly bytes: Uint8Array;
  readonly payloadStart: number;
  readonly payloadEnd: number;
}

/** The decoded payload, or null when it does not decode. */
export const payloadOf = <M extends AnyMessage>(message: M, packet: Packet): Decoded<M> | null =>
  decodePayload(message, packet.bytes, packet.payloadStart, packet.payloadEnd);

export type Next =
  | { readonly kind: "none" }
  | { readonly kind: "packet"; readonly packet: Packet }
  | { readonly kind: "broken"; readonly refused: Refused };

/** What a link must know of the client's options. */
export interface LinkOptions {
  readonly lengthEndian: LengthEndian;
  readonly heartbeatIntervalMs: number;
  readonly silenceTimeoutMs: number;
}

export class Link {
  /** Messages wait while the transport holds much unsent. */
  congested = false;
  /** Why the server is about to end it, when it has said so; what `closed` then means. */
  farewell: Refused | null = null;
  #sequence = 0;
  #sentAt: Micros;
  #receivedAt: Micros;
  #beatAt: Micros;
  /** The heartbeat that has no answer yet; 0: none. */
  #beatSequence = 0;
  readonly #highest: Record<Delivery, number> = { committed: 0, prompt: 0 };
  readonly #options: LinkOptions;
  readonly #deframer: Deframer;
  readonly #envelope = new EnvelopeReader();
  /** The first bytes of the link, to say what a server speaks that is none of ours. */
  #first: Uint8Array | null = null;

  constructor(options: LinkOptions, at: Micros) {
    this.#options = options;
    const { lengthEndian } = options;
    this.#deframer = new Deframer({ lengthEndian, frameBytesMax: limits.frameBytesMax });
    this.#sentAt = this.#receivedAt = this.#beatAt = at;
  }

  // ---------------------------------------------------------------- out

  /** The sequence of the last packet framed. */
  get sequence(): number {
    return this.#sequence;
  }

  /** The next packet of ours, as bytes of its own. */
  frame(type: PacketType, payload: Uint8Array, at: Micros): Uint8Array {
    const { lengthEndian } = this.#options;
    this.#sequence += 1;
    this.#sentAt = at;
    const header = {
      type,
      sequence: this.#sequence,
      timestamp: Math.floor(at / 1_000),
      isCompressed: false,
      inReplyTo: 0,
    };
    const target = new Uint8Array(packetFrameBytesMax(payload.length));
    const end = writeFrame(target, 0, header, payload, 0, payload.length, lengthEndian);
    invariant(end > limits.framePrefixBytes, "a packet has a header", end);
    return target.subarray(0, end);
  }

  /** The packet just framed was a heartbeat. */
  beat(at: Micros): void {
    this.#beatAt = at;
    this.#beatSequence = this.#sequence;
  }

  // ---------------------------------------------------------------- in

  /** Takes bytes as they come. Ownership passes. */
  receive(bytes: Uint8Array, at: Micros): void {
    this.#receivedAt = at;
    this.#first ??= bytes.slice(0, 2);
    this.#deframer.push(bytes);
  }

  /** The next packet. Ask until `none` or `broken`. */
  next(): Next {
    const bytes = this.#deframer.next();
    if (bytes === null) return this.#deframer.broken ? this.#brokenBy("frame length") : none;
    const envelope = this.#envelope;
    if (!envelope.read(bytes)) return this.#brokenBy("envelope");
    const { sequence, inReplyTo, payloadStart, payloadEnd } = envelope;
    if (envelope.size !== payloadEnd - payloadStart) return this.#brokenBy("payload size");
    if (envelope.isCompressed) return this.#brokenBy("compression, which was not agreed");
    const type = envelope.type as PacketType;
    const packet = { type, sequence, inReplyTo, bytes, payloadStart, payloadEnd };
    return { kind: "packet", packet };
  }

  /** Notes the server's sequence. False when it did not increase within its delivery. */
  inOrder(delivery: Delivery, sequence: number): boolean {
    if (sequence <= this.#highest[delivery]) return false;
    this.#highest[delivery] = sequence;
    return true;
  }

  /** Whether the answered packet was the heartbeat that waits; if so, it waits no more. */
  answersHeartbeat(inReplyTo: number): boolean {
    if (this.#beatSequence === 0 || inReplyTo !== this.#beatSequence) return false;
    this.#beatSequence = 0;
    return true;
  }

  // ---------------------------------------------------------------- time

  /** When the last heartbeat left. */
  get beatAt(): Micros {
    return this.#beatAt;
  }

  /**
   * When the next heartbeat is due. Both sides want to hear something, so the side that was silent
   * for longer decides, but one heartbeat in an interval is enough.
   */
  beatDueAt(): Micros {
    const quietSince = this.#sentAt < this.#receivedAt ? this.#sentAt : this.#receivedAt;
    const from = quietSince > this.#beatAt ? quietSince : this.#beatAt;
    return later(from, this.#options.heartbeatIntervalMs);
  }

  /** When the link is dead unless something is heard before. */
  deadAt(): Micros {
    return later(this.#receivedAt, this.#options.silenceTimeoutMs);
  }

  #brokenBy(what: string): Next {
    this.#deframer.abandon();
    const [first, second] = this.#first ?? [];
    // 0x15 is a TLS alert, 0x16 a handshake; both go on with the major version 3.
    if ((first === 0x15 || first === 0x16) && second === 0x03) {
      const message = "the server speaks TLS; use tls:// in place of tcp://";
      const refused: Refused = {
        code: "WRONG_TRANSPORT",
        message,
        retryAfterMs: 0,
        mayRetry: false,
      };
      return { kind: "broken", refused };
    }
    const refused = refusedByClient("SERVER_BROKEN", `the server broke the protocol: ${what}`);
    return { kind: "broken", refused };
  }
}

/** An instant so many milliseconds after another. */
export const later = (at: Micros, delayMs: number): Micros => micros(at + delayMs * 1_000);

const none: Next = { kind: "none" };
