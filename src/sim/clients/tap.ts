/**
 * Reads along at a client's end of every link, both ways: what the checkers know of packets does
 * not
 * come from the client machine, which may be wrong.
 */
import type { CloseMode } from "../../core/contract.ts";
import type { PacketType } from "../../core/kernel/ids.ts";
import { limits } from "../../core/kernel/limits.ts";
import { Deframer, EnvelopeReader } from "../../core/wire/index.ts";
import type { PacketRules } from "../../core/wire/index.ts";
import type { ClientPacket } from "../checkers/checker.ts";
import type { ClientObserver } from "./link.ts";

export interface TapEvents {
  clientSent(packet: ClientPacket): void;
  clientOrdered(link: string): void;
  clientReceived(packet: ClientPacket): void;
  clientMeasured(link: string, roundTripMicros: number | null): void;
  clientStopped(link: string, mode: CloseMode, sentBytes: number): void;
  clientDiscarded(link: string): void;
}

export class ClientTap implements ClientObserver {
  readonly #rules: PacketRules;
  readonly #events: TapEvents;
  readonly #envelope = new EnvelopeReader();
  readonly #outbound = new Map<string, Deframer>();
  readonly #inbound = new Map<string, Deframer>();
  /** By link that was not left, what its client has written. */
  readonly #sentBytes = new Map<string, number>();
  /** The same of the link that was left last. */
  #leftBytes = 0;

  constructor(rules: PacketRules, events: TapEvents) {
    this.#rules = rules;
    this.#events = events;
  }

  sent(link: string, bytes: Uint8Array): void {
    this.#sentBytes.set(link, (this.#sentBytes.get(link) ?? 0) + bytes.length);
    this.#read(this.#outbound, link, bytes, (packet) => this.#events.clientSent(packet));
  }

  received(link: string, bytes: Uint8Array): void {
    this.#read(this.#inbound, link, bytes, (packet) => this.#events.clientReceived(packet));
  }

  ordered(link: string): void {
    this.#events.clientOrdered(link);
  }

  left(link: string): void {
    this.#outbound.delete(link);
    this.#inbound.delete(link);
    this.#leftBytes = this.#sentBytes.get(link) ?? 0;
    this.#sentBytes.delete(link);
  }

  measured(link: string, roundTripMicros: number | null): void {
    this.#events.clientMeasured(link, roundTripMicros);
  }

  /** Comes behind `left`, in the same input of the client. */
  stopped(link: string, mode: CloseMode): void {
    this.#events.clientStopped(link, mode, this.#leftBytes);
  }

  discarded(link: string): void {
    this.#events.clientDiscarded(link);
  }

  #read(
    deframers: Map<string, Deframer>,
    link: string,
    bytes: Uint8Array,
    tell: (packet: ClientPacket) => void,
  ): void {
    let deframer = deframers.get(link);
    if (deframer === undefined) {
      const { frameBytesMax } = limits;
      deframer = new Deframer({ lengthEndian: "little", frameBytesMax });
      deframers.set(link, deframer);
    }
    deframer.push(bytes);
    const envelope = this.#envelope;
    for (let frame = deframer.next(); frame !== null; frame = deframer.next()) {
      // What is no packet is a rude peer's affair.
      if (!envelope.read(frame)) continue;
      const { type, sequence, inReplyTo, payloadStart, payloadEnd } = envelope;
      const delivery = this.#rules.get(type as PacketType)?.delivery ?? "committed";
      const payload = frame.subarray(payloadStart, payloadEnd);
      tell({ link, type, sequence, inReplyTo, delivery, payload });
    }
  }
}
