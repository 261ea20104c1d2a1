/**
 * Events and effects for a reader: packets by their names and with their fields, by the contracts
 * of the features that step them.
 */
import type { CallResult, Event, PacketReceived } from "../../core/contract.ts";
import { publishedContracts } from "../../core/features/contracts.ts";
import type { Feature } from "../../core/realm/index.ts";
import { controlPackets, decodePayload, EnvelopeReader } from "../../core/wire/index.ts";
import type { AnyContract, AnyMessage } from "../../core/wire/index.ts";
import { shown } from "./differences.ts";
import type { Effect, SendEffect } from "./recorder.ts";

/** A packet as its contract has it. */
export interface PacketInWords {
  /** `contract.entry`, `contract.entry.reply` for an answer; "unknown" or "malformed" otherwise. */
  readonly name: string;
  readonly type: number;
  /** Counted by the sender; null where nobody counted. */
  readonly sequence: number | null;
  /** Null when the payload is no such message. */
  readonly fields: Readonly<Record<string, unknown>> | null;
}

/** An event and whose it was. Fields may be added, never renamed. */
export interface EventInWords {
  readonly seq: number;
  readonly type: Event["type"];
  /** ISO 8601 with microseconds. */
  readonly at: string;
  readonly connection?: number;
  readonly session?: number;
  readonly packet?: PacketInWords;
  /** Whatever else the event says. */
  readonly details?: Readonly<Record<string, unknown>>;
}

interface NamedMessage {
  readonly name: string;
  readonly message: AnyMessage;
}

export class Words {
  readonly #toServer = new Map<number, NamedMessage>();
  readonly #toClient = new Map<number, NamedMessage>();
  readonly #envelope = new EnvelopeReader();

  constructor(features: readonly Feature[]) {
    const own = features.map(({ declaration }) => declaration.contract);
    // What a server sends besides its features' packets has a number in the published ones.
    const control = { name: "control", entries: controlPackets };
    for (const contract of [control, ...publishedContracts, ...own]) this.#add(contract);
  }

  event(seq: number, event: Event, session: number | null): EventInWords {
    const { type, at, ...rest } = event;
    const {
      connection,
      bytes: _bytes,
      start: _start,
      end: _end,
      ...details
    } = rest as {
      connection?: number;
      bytes?: unknown;
      start?: unknown;
      end?: unknown;
    };
    return {
      seq,
      type,
      at: instant(at),
      ...(typeof connection === "number" ? { connection } : {}),
      ...(session === null ? {} : { session }),
      ...(event.type === "packet.received" ? { packet: this.packet(event) } : {}),
      ...(Object.keys(details).length > 0 ? { details } : {}),
    };
  }

  /** A packet of a client. */
  packet({ bytes, start, end }: PacketReceived): PacketInWords {
    const envelope = this.#envelope;
    if (!envelope.read(bytes, start, end)) {
      return { name: "malformed", type: 0, sequence: null, fields: null };
    }
    const { type, sequence, payloadStart, payloadEnd } = envelope;
    const known = this.#toServer.get(type);
    if (known === undefined) return { name: "unknown", type, sequence, fields: null };
    const fields = fieldsOf(known.message, bytes.slice(payloadStart, payloadEnd));
    return { name: known.name, type, sequence, fields };
  }

  /** A packet of the server, by its name; of a payload that no contract knows, its bytes. */
  sent({ type, payload }: SendEffect): {
    readonly name: string;
    readonly fields: Readonly<Record<string, unknown>>;
  } {
    const known = this.#toClient.get(type);
    const fields = known === undefined ? null : fieldsOf(known.message, payload);
    return { name: known?.name ?? `packet ${type}`, fields: fields ?? { payload } };
  }

  /** An effect on one line. */
  effect(effect: Effect): string {
    switch (effect.kind) {
      case "send": {
        const { name, fields } = this.sent(effect);
        const answer = effect.inReplyTo === 0 ? "" : ` in reply to ${effect.inReplyTo}`;
        const how = `${effect.delivery} ${effect.sequence}${answer}`;
        return `send ${name} ${shown(fields)} to ${effect.connection}, ${how}`;
      }
      case "close":
        return `close ${effect.connection} with ${effect.code}, ${effect.mode}`;
      case "call":
        return `call ${effect.call} ${effect.operation} ${shown(effect.request)}, ${effect.effect}`;
    }
  }

  #add({ name, entries }: AnyContract): void {
    for (const [key, entry] of Object.entries(entries)) {
      const named = { name: `${name}.${key}`, message: entry.message };
      if (entry.kind === "toClient") this.#toClient.set(entry.type, named);
      else this.#toServer.set(entry.type, named);
      if (entry.kind !== "request") continue;
      this.#toClient.set(entry.replyType, { name: `${name}.${key}.reply`, message: entry.reply });
    }
  }
}

/** An event on one line, without its number. */
export function eventLine(event: EventInWords): string {
  const { type, at, connection, session, packet, details } = event;
  const whose = [
    ...(session === undefined ? [] : [`session ${session}`]),
    ...(connection === undefined ? [] : [`connection ${connection}`]),
  ].join(", ");
  const what = packet === undefined ? "" : ` ${packetText(packet)}`;
  const more = details === undefined || packet !== undefined ? "" : ` ${shown(inShort(details))}`;
  return `${at} ${type}${what}${more}${whose === "" ? "" : ` (${whose})`}`;
}

function packetText({ name, type, sequence, fields }: PacketInWords): string {
  const number = sequence === null ? "" : ` #${sequence}`;
  if (name === "malformed") return "that is malformed";
  if (name === "unknown") return `of type ${type}${number}`;
  return `${name}${number} ${fields === null ? "that does not decode" : shown(fields)}`;
}

/** An answer without its box: what it says is what counts. */
function inShort(details: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const { result, ...rest } = details as { result?: CallResult };
  if (result === undefined) return details;
  return result.ok ? { ...rest, answer: result.answer } : { ...rest, failed: result.code };
}

/** The message's fields by their names; null when the bytes are no such message. */
function fieldsOf(
  message: AnyMessage,
  payload: Uint8Array,
): Readonly<Record<string, unknown>> | null {
  const decoded = decodePayload(message, payload, 0, payload.length);
  if (decoded === null) return null;
  return plainFields(decoded) as Readonly<Record<string, unknown>>;
}

/** Without the class: what was sent, and of integers of 64 bits the number. */
function plainFields(value: unknown): unknown {
  if (typeof value !== "object" || value === null || value instanceof Uint8Array) return value;
  if (Array.isArray(value)) return value.map(plainFields);
  const { low, high, unsigned } = value as { low?: unknown; high?: unknown; unsigned?: unknown };
  if (typeof low === "number" && typeof high === "number") {
    const bits = (BigInt(high >>> 0) << 32n) | BigInt(low >>> 0);
    const whole = unsigned === true ? bits : BigInt.asIntN(64, bits);
    return Number.isSafeInteger(Number(whole)) ? Number(whole) : whole;
  }
  return Object.fromEntries(
    Object.keys(value).map((name) => [name, plainFields((value as Record<string, unknown>)[name])]),
  );
}

/** A moment as readers write it, to the microsecond. */
export function instant(at: number): string {
  const fraction = String(at % 1_000).padStart(3, "0");
  return new Date(Math.floor(at / 1_000)).toISOString().replace("Z", `${fraction}Z`);
}

/** As JSON has it: bytes as hexadecimal digits, maps and sets as lists. */
export const plainJson = (value: object): object =>
  JSON.parse(JSON.stringify(value, replacer)) as object;

function replacer(_name: string, value: unknown): unknown {
  if (typeof value === "bigint") return String(value);
  if (value instanceof Uint8Array) return Buffer.from(value).toString("hex");
  if (ArrayBuffer.isView(value)) return Array.from(value as unknown as number[]);
  if (value instanceof Map) return [...value];
  if (value instanceof Set) return [...value];
  return value;
}
