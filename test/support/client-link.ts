/**
 * Both ends that a client machine needs in a test: an outbox that records what was ordered, and
 * the server's end of a link, which reads the client's bytes and makes packets for it.
 */
import type { CloseMode } from "../../src/core/contract.ts";
import { protocolRange, sessionContract } from "../../src/core/features/contracts.ts";
import {
  decodePayload,
  Deframer,
  encodePayload,
  EnvelopeReader,
  packetFrameBytesMax,
  writeFrame,
} from "../../src/core/wire/index.ts";
import type { AnyMessage, Decoded, Encodable, LengthEndian } from "../../src/core/wire/index.ts";
import type { ClientOutbox, ClientState } from "../../src/client/borders.ts";
import type { RequestNumber } from "../../src/client/pending.ts";
import type { Refused } from "../../src/client/refused.ts";

export type Outcome =
  | { readonly kind: "resolved"; readonly message: unknown }
  | { readonly kind: "rejected"; readonly refused: Refused };

export class RecordingOutbox implements ClientOutbox {
  readonly orders: ("connect" | "close flush" | "close reset")[] = [];
  readonly writes: Uint8Array[] = [];
  readonly outcomes = new Map<RequestNumber, Outcome[]>();
  readonly messages: { contract: string; key: string; message: unknown }[] = [];
  readonly refusals: Refused[] = [];
  readonly states: ClientState[] = [];

  connect(): void {
    this.orders.push("connect");
  }

  /** What `write` says: false when the test has clogged the transport. */
  isWritable = true;

  write(bytes: Uint8Array): boolean {
    this.writes.push(bytes);
    return this.isWritable;
  }

  close(mode: CloseMode): void {
    this.orders.push(`close ${mode}`);
  }

  resolved(request: RequestNumber, message: unknown): void {
    this.#outcome(request, { kind: "resolved", message });
  }

  rejected(request: RequestNumber, refused: Refused): void {
    this.#outcome(request, { kind: "rejected", refused });
  }

  received(contract: string, key: string, message: unknown): void {
    this.messages.push({ contract, key, message });
  }

  refused(refused: Refused): void {
    this.refusals.push(refused);
  }

  stateChanged(state: ClientState): void {
    this.states.push(state);
  }

  /** What was written since the last call. */
  takeWrites(): Uint8Array[] {
    return this.writes.splice(0);
  }

  /** The code that the request was rejected with, "resolved", or null while it waits. */
  codeOf(request: RequestNumber): string | null {
    const [outcome] = this.outcomes.get(request) ?? [];
    if (outcome === undefined) return null;
    return outcome.kind === "resolved" ? "resolved" : outcome.refused.code;
  }

  #outcome(request: RequestNumber, outcome: Outcome): void {
    const outcomes = this.outcomes.get(request);
    if (outcomes === undefined) this.outcomes.set(request, [outcome]);
    else outcomes.push(outcome);
  }
}

export interface SeenPacket {
  readonly type: number;
  readonly sequence: number;
  readonly timestamp: number;
  readonly payload: Uint8Array;
}

export interface PacketOptions {
  readonly inReplyTo?: number;
  readonly sequence?: number;
}

/** The server's end of one link. */
export class ServerEnd {
  readonly seen: SeenPacket[] = [];
  readonly #lengthEndian: LengthEndian;
  readonly #deframer: Deframer;
  readonly #envelope = new EnvelopeReader();
  #sequence = 0;

  constructor(lengthEndian: LengthEndian = "little") {
    this.#lengthEndian = lengthEndian;
    this.#deframer = new Deframer({ lengthEndian, frameBytesMax: 65_536 });
  }

  /** Takes bytes of the client; returns the packets that are whole now. */
  take(...chunks: readonly Uint8Array[]): SeenPacket[] {
    const packets: SeenPacket[] = [];
    for (const chunk of chunks) {
      this.#deframer.push(chunk);
      for (let frame = this.#deframer.next(); frame !== null; frame = this.#deframer.next()) {
        if (!this.#envelope.read(frame)) throw new Error("the client sent no envelope");
        const { type, sequence, timestamp, payloadStart, payloadEnd } = this.#envelope;
        const payload = frame.slice(payloadStart, payloadEnd);
        packets.push({ type, sequence, timestamp, payload });
      }
    }
    if (this.#deframer.broken) throw new Error("the client sent no frame");
    this.seen.push(...packets);
    return packets;
  }

  /** A packet of the server as bytes. */
  packet<M extends AnyMessage>(
    type: number,
    message: M,
    value: Encodable<M>,
    options: PacketOptions = {},
  ): Uint8Array {
    this.#sequence += 1;
    const payload = encodePayload(message, value);
    const header = {
      type,
      sequence: options.sequence ?? this.#sequence,
      timestamp: 1,
      isCompressed: false,
      inReplyTo: options.inReplyTo ?? 0,
    };
    const target = new Uint8Array(packetFrameBytesMax(payload.length));
    return target.slice(
      0,
      writeFrame(target, 0, header, payload, 0, payload.length, this.#lengthEndian),
    );
  }

  /** The answer to the client's HELLO. */
  hello(inReplyTo = 1, protocol: number = protocolRange.max): Uint8Array {
    const { replyType, reply } = sessionContract.entries.hello;
    const value = { protocolMin: 1, protocolMax: protocol, contractHash: 0, protocol };
    return this.packet(replyType, reply, value, { inReplyTo });
  }

  error(
    code: number,
    options: PacketOptions & { retryAfterMs?: number; count?: number } = {},
  ): Uint8Array {
    const { type, message } = sessionContract.entries.error;
    const { retryAfterMs = 0, count = 0 } = options;
    return this.packet(type, message, { code, message: "no", retryAfterMs, count }, options);
  }

  disconnect(code: number, mayRetry: boolean): Uint8Array {
    const { type, message } = sessionContract.entries.disconnect;
    return this.packet(type, message, { code, mayRetry, message: "bye" });
  }
}

/** Decodes a payload that the test knows to be sound. */
export function decoded<M extends AnyMessage>(message: M, payload: Uint8Array): Decoded<M> {
  const value = decodePayload(message, payload, 0, payload.length);
  if (value === null) throw new Error("the payload does not decode");
  return value;
}
