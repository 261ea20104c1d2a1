/** A client that speaks packets and nothing more: no states, no timers, no reconnect. */
import type { Socket } from "node:net";
import { limits } from "../../src/core/kernel/limits.ts";
import { reprise as pb } from "../../src/core/wire/gen/session.js";
import {
  Deframer,
  decodePayload,
  encodePayload,
  EnvelopeReader,
  packetFrameBytesMax,
  writeFrame,
} from "../../src/core/wire/index.ts";
import type { AnyMessage, Decoded } from "../../src/core/wire/index.ts";
import type { RawClient } from "./raw-client.ts";

export interface Packet {
  readonly type: number;
  readonly sequence: number;
  readonly inReplyTo: number;
  readonly payload: Uint8Array;
}

export const types = {
  heartbeat: 1_004,
  heartbeatResponse: 1_005,
  hello: 1_050,
  error: 1_051,
  disconnect: 1_052,
  echo: 1_053,
  echoResponse: 1_054,
  promptEcho: 1_055,
  promptEchoResponse: 1_056,
} as const;

export class PacketClient {
  readonly raw: RawClient<Socket>;
  readonly packets: Packet[] = [];
  sentBytes = 0;
  sentPackets = 0;
  readonly #deframer = new Deframer({
    lengthEndian: "little",
    frameBytesMax: limits.frameBytesMax,
  });
  readonly #reader = new EnvelopeReader();
  readonly #waiting = new Set<() => void>();

  /** @param raw still silent */
  constructor(raw: RawClient<Socket>) {
    this.raw = raw;
    raw.socket.on("data", (bytes: Buffer) => {
      this.#deframer.push(bytes);
      for (let frame = this.#deframer.next(); frame !== null; frame = this.#deframer.next()) {
        this.packets.push(this.#read(frame));
      }
      for (const look of this.#waiting) look();
    });
    raw.socket.on("close", () => {
      for (const look of this.#waiting) look();
    });
  }

  send(type: number, payload: Uint8Array, sequence = this.sentPackets + 1): void {
    const frame = packetFrame(type, payload, sequence);
    this.sentPackets += 1;
    this.sentBytes += frame.length;
    this.raw.socket.write(frame);
  }

  echo(bytes: Uint8Array): void {
    this.send(types.echo, encodePayload(pb.v1.EchoRequest, { bytes }));
  }

  promptEcho(bytes: Uint8Array): void {
    this.send(types.promptEcho, encodePayload(pb.v1.EchoRequest, { bytes }));
  }

  hello(): void {
    this.send(types.hello, encodePayload(pb.v1.Hello, { protocolMin: 1, protocolMax: 1 }));
  }

  /** Resolves with the first packet of the type, come or yet to come. */
  async whenPacket(type: number, withinMs = 10_000): Promise<Packet> {
    const found = (): Packet | undefined => this.packets.find((packet) => packet.type === type);
    await this.#until(`a packet of type ${type}`, () => found() !== undefined, withinMs);
    const packet = found();
    if (packet === undefined) throw new Error(`closed without a packet of type ${type}`);
    return packet;
  }

  /** Resolves once that many packets have come, or the link is closed. */
  async whenPackets(count: number, withinMs = 30_000): Promise<readonly Packet[]> {
    await this.#until(`${count} packets`, () => this.packets.length >= count, withinMs);
    return this.packets;
  }

  #until(what: string, holds: () => boolean, withinMs: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const end = (): void => {
        clearTimeout(timer);
        this.#waiting.delete(look);
      };
      const look = (): void => {
        if (!holds() && !this.raw.closed) return;
        end();
        resolve();
      };
      const timer = setTimeout(() => {
        end();
        reject(new Error(`waited ${withinMs} ms in vain: ${what}`));
      }, withinMs);
      this.#waiting.add(look);
      look();
    });
  }

  #read(frame: Uint8Array): Packet {
    if (!this.#reader.read(frame)) throw new Error("the server sent a malformed envelope");
    const { type, sequence, inReplyTo, payloadStart, payloadEnd } = this.#reader;
    return { type, sequence, inReplyTo, payload: frame.slice(payloadStart, payloadEnd) };
  }
}

/** A whole frame. */
export function packetFrame(type: number, payload: Uint8Array, sequence: number): Uint8Array {
  const target = new Uint8Array(packetFrameBytesMax(payload.length));
  const header = { type, sequence, timestamp: 1, isCompressed: false, inReplyTo: 0 };
  const end = writeFrame(target, 0, header, payload, 0, payload.length, "little");
  return target.subarray(0, end);
}

/** The message in a packet. */
export function messageIn<M extends AnyMessage>(message: M, { payload }: Packet): Decoded<M> {
  const decoded = decodePayload(message, payload, 0, payload.length);
  if (decoded === null) throw new Error("the payload is no such message");
  return decoded;
}
