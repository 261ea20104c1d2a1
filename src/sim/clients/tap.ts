/**
 * Reads along at a client's end of every link, both ways: what the checkers know of packets does
 * not
 * come from the client machine, which may be wrong.
 */
import type { PacketType } from "../../core/kernel/ids.ts";
import { limits } from "../../core/kernel/limits.ts";
import { Deframer, EnvelopeReader } from "../../core/wire/index.ts";
import type { PacketRules } from "../../core/wire/index.ts";
import type { ClientPacket } from "../checkers/checker.ts";
import type { ClientObserver } from "./link.ts";

export interface TapEvents {
  clientSent(packet: ClientPacket): void;
  clientReceived(packet: ClientPacket): void;
}

export class ClientTap implements ClientObserver {
  readonly #rules: PacketRules;
  readonly #events: TapEvents;
  readonly #envelope = new EnvelopeReader();
  readonly #outbound = new Map<string, Deframer>();
  readonly #inbound = new Map<string, Deframer>();

  constructor(rules: PacketRules, events: TapEvents) {
    this.#rules = rules;
    this.#events = events;
  }

  sent(link: string, bytes: Uint8Array): void {
    this.#read(this.#outbound, link, bytes, (packet) => this.#events.clientSent(packet));
  }

  received(link: string, bytes: Uint8Array): void {
    this.#read(this.#inbound, link, bytes, (packet) => this.#events.clientReceived(packet));
  }

  left(link: string): void {
    this.#outbound.delete(link);
    this.#inbound.delete(link);
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
