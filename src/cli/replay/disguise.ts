/**
 * Events with other names in them: of addresses, of whatever players typed, and of the same texts
 * where answers of the outside repeat them.
 *
 * D1. A packet keeps its type, its number and its length; a text is exchanged within the message,
 *     and its bytes are written anew.
 * D2. Fields that a contract declares secret hold references and stay. Numbers stay, those of
 *     players and all others: they are what the features count and compare with.
 * D3. Whatever else stays is counted: fields of bytes that are not text, texts in which there is
 *     nothing to exchange, and packets that no contract reads.
 */
import type { Event, PacketReceived } from "../../core/contract.ts";
import { publishedContracts } from "../../core/features/contracts.ts";
import type { PlainData } from "../../core/kernel/plain.ts";
import type { Feature } from "../../core/realm/index.ts";
import {
  decodePayload,
  encodePayload,
  EnvelopeReader,
  envelopeBytesMax,
  FieldCursor,
  malformed,
  wireTypes,
  writeEnvelope,
} from "../../core/wire/index.ts";
import type { AnyMessage } from "../../core/wire/index.ts";
import type { Pseudonyms } from "./pseudonyms.ts";

interface KnownPacket {
  readonly name: string;
  readonly message: AnyMessage;
  readonly secrets: readonly number[];
}

/** Three numbers with points between. */
const isVersion = /^\d{1,4}\.\d{1,4}\.\d{1,4}$/;

/** Keys of answers under which a person stands, whoever gave the answer. */
const personal = /name|login|mail|address|remote|device|tokenId|evict/i;

export class Disguise {
  readonly #names: Pseudonyms;
  readonly #kept: ReadonlySet<string>;
  readonly #packets = new Map<number, KnownPacket>();
  readonly #envelope = new EnvelopeReader();
  readonly #cursor = new FieldCursor();
  /** By `contract.entry.field` or `packet NUMBER`, how many were left as they are, see D3. */
  readonly untouched = new Map<string, number>();

  /** @param kept fields that stay, as `contract.entry.field` */
  constructor(features: readonly Feature[], names: Pseudonyms, kept: ReadonlySet<string>) {
    this.#names = names;
    this.#kept = kept;
    const own = features.map(({ declaration }) => declaration.contract);
    for (const { name, entries } of [...publishedContracts, ...own]) {
      for (const [key, entry] of Object.entries(entries)) {
        if (entry.kind === "toClient") continue;
        const { message, secrets } = entry;
        this.#packets.set(entry.type, { name: `${name}.${key}`, message, secrets });
      }
    }
  }

  event(event: Event): Event {
    switch (event.type) {
      case "connection.opened":
        return { ...event, remote: this.#names.address(event.remote) };
      case "packet.received":
        return this.#packet(event);
      case "call.completed":
        return event.result.ok
          ? { ...event, result: { ok: true, answer: this.#answer(event.result.answer, "") } }
          : event;
      default:
        return event;
    }
  }

  /** What is sent for an event, with the same names in it: to compare with. */
  fields(value: unknown): unknown {
    return this.#mapped(value, (text) => this.#names.apply(text));
  }

  #packet(event: PacketReceived): Event {
    const { bytes, start, end } = event;
    const envelope = this.#envelope;
    if (!envelope.read(bytes, start, end)) return this.#left(event, "packet");
    const { type, sequence, timestamp, isCompressed, inReplyTo } = envelope;
    const { payloadStart, payloadEnd, size } = envelope;
    const known = this.#packets.get(type);
    const name = known?.name ?? `packet ${type}`;
    if (size === 0 && payloadEnd === payloadStart) return event;
    if (known === undefined || isCompressed || size !== payloadEnd - payloadStart) {
      return this.#left(event, name);
    }
    const message = decodePayload(known.message, bytes, payloadStart, payloadEnd);
    if (message === null) return this.#left(event, name);
    const secrets = this.#secretsIn(known, bytes.slice(payloadStart, payloadEnd));
    const other = this.#message(message as object, known.name, secrets);
    const payload = encodePayload(known.message, other as never);
    const target = new Uint8Array(envelopeBytesMax(payload.length));
    const header = { type, sequence, timestamp, isCompressed, inReplyTo };
    const length = writeEnvelope(target, 0, header, payload, 0, payload.length);
    return { ...event, bytes: target.slice(0, length), start: 0, end: length };
  }

  #left<T>(value: T, what: string): T {
    this.untouched.set(what, (this.untouched.get(what) ?? 0) + 1);
    return value;
  }

  /** The references that stand in place of secrets. */
  #secretsIn({ secrets }: KnownPacket, payload: Uint8Array): ReadonlySet<string> {
    const found = new Set<string>();
    if (secrets.length === 0) return found;
    const cursor = this.#cursor;
    cursor.reset(payload, 0, payload.length);
    while (cursor.at < cursor.end) {
      const tag = cursor.tag();
      if (tag === malformed) break;
      if ((tag & 7) === wireTypes.lengthDelimited && secrets.includes(tag >>> 3)) {
        const size = cursor.size();
        found.add(Buffer.from(payload.subarray(cursor.at, cursor.at + size)).toString());
        cursor.at += size;
      } else if (!cursor.skip(tag, 0)) break;
    }
    return found;
  }

  #message(message: object, packet: string, secrets: ReadonlySet<string>): unknown {
    return Object.fromEntries(
      Object.entries(message).map(([name, value]) => {
        const field = `${packet}.${name}`;
        if (this.#kept.has(field)) return [name, value];
        if (typeof value === "string" && secrets.has(value)) return [name, value];
        return [name, this.#mapped(value, (text) => this.#typed(text, field), field)];
      }),
    );
  }

  #typed(text: string, field: string): string {
    // The version of a client tells nothing of him, and features read it.
    if (text === "" || (/version$/i.test(field) && isVersion.test(text))) return text;
    const other = this.#names.of(text);
    return other === text ? this.#left(text, field) : other;
  }

  /** Texts that are known, and what stands under a person's key. */
  #answer(value: PlainData, key: string): PlainData {
    if (typeof value === "string") {
      return personal.test(key) ? this.#names.of(value) : this.#names.apply(value);
    }
    if (typeof value !== "object" || value === null || ArrayBuffer.isView(value)) return value;
    if (Array.isArray(value)) return value.map((item: PlainData) => this.#answer(item, key));
    if (value instanceof Map) {
      const entries = [...(value as ReadonlyMap<PlainData, PlainData>)];
      return new Map(entries.map(([at, item]) => [this.#answer(at, ""), this.#answer(item, key)]));
    }
    if (value instanceof Set) {
      return new Set([...(value as ReadonlySet<PlainData>)].map((item) => this.#answer(item, key)));
    }
    return Object.fromEntries(
      Object.entries(value as Record<string, PlainData>).map(([name, item]) => [
        name,
        // A secret's reference is a number; a role is one of a few words.
        name === "role" ? item : this.#answer(item, name),
      ]),
    );
  }

  #mapped(value: unknown, change: (text: string) => string, field = ""): unknown {
    if (typeof value === "string") return change(value);
    if (value instanceof Uint8Array) return this.#bytes(value, change, field);
    if (Array.isArray(value)) return value.map((item) => this.#mapped(item, change, field));
    if (typeof value !== "object" || value === null) return value;
    // What has no fields of its own, such as an integer of 64 bits, is no text's container.
    if ("low" in value && "high" in value) return value;
    return Object.fromEntries(
      Object.entries(value).map(([name, item]) => [name, this.#mapped(item, change, field)]),
    );
  }

  #bytes(value: Uint8Array, change: (text: string) => string, field: string): Uint8Array {
    const text = textOf(value);
    if (text !== null) return new Uint8Array(Buffer.from(change(text)));
    return field === "" || value.length === 0 ? value : this.#left(value, field);
  }
}

/** Bytes that somebody typed; null for others. */
function textOf(bytes: Uint8Array): string | null {
  // Below the space there are tabs and ends of lines, and what nobody types.
  const isTyped = (byte: number): boolean => (byte >= 0x20 && byte !== 0x7f) || isSpace(byte);
  if (bytes.length === 0 || !bytes.every(isTyped)) return null;
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
}

const isSpace = (byte: number): boolean => byte >= 0x09 && byte <= 0x0d;
