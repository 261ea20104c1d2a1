/**
 * Events with other names in them: of addresses, of whatever players typed, and of the same texts
 * where answers of the outside repeat them.
 *
 * D1. A packet keeps its type, its number and its length; a text is exchanged within the message,
 *     and its bytes are written anew.
 * D2. Fields that a contract declares secret hold references and stay. Numbers stay, since they are
 *     what the features count and compare with, but for those of players, wherever they stand under
 *     a player's key.
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
import type { PlayerNumbers } from "./player-numbers.ts";
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

/** Keys under which the number of a player stands, in answers and in messages. */
const ofPlayer = /^player$|^evict$|player_?id$/i;

export interface DisguiseOptions {
  readonly features: readonly Feature[];
  readonly names: Pseudonyms;
  /** Null: players keep their numbers. */
  readonly players: PlayerNumbers | null;
  /** Fields that stay, as `contract.entry.field`. */
  readonly kept: ReadonlySet<string>;
}

export class Disguise {
  /** Numbers of players in all that was disguised, as they were. */
  readonly met = new Set<number>();
  readonly #names: Pseudonyms;
  readonly #players: PlayerNumbers | null;
  readonly #kept: ReadonlySet<string>;
  readonly #packets = new Map<number, KnownPacket>();
  readonly #envelope = new EnvelopeReader();
  readonly #cursor = new FieldCursor();
  /** By `contract.entry.field` or `packet NUMBER`, how many were left as they are, see D3. */
  readonly untouched = new Map<string, number>();

  constructor({ features, names, players, kept }: DisguiseOptions) {
    this.#names = names;
    this.#players = players;
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
    return this.#mapped(value, { change: (text) => this.#names.apply(text), field: "", key: "" });
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
        const change = (text: string): string => this.#typed(text, field);
        return [name, this.#mapped(value, { change, field, key: name })];
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
    if (typeof value === "number") return this.#number(value, key);
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

  #mapped(value: unknown, how: Mapping): unknown {
    if (typeof value === "string") return how.change(value);
    if (typeof value === "number") return this.#number(value, how.key);
    if (value instanceof Uint8Array) return this.#bytes(value, how);
    if (Array.isArray(value)) return value.map((item) => this.#mapped(item, how));
    if (typeof value !== "object" || value === null) return value;
    // An integer of 64 bits has no fields of its own.
    if ("low" in value && "high" in value) return this.#wide(value as WideInteger, how.key);
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [key, this.#mapped(item, { ...how, key })]),
    );
  }

  /** The number of a player is another one; 0 is nobody's. */
  #number(value: number, key: string): number {
    if (!ofPlayer.test(key) || !Number.isSafeInteger(value) || value < 1) return value;
    this.met.add(value);
    return this.#players?.of(value) ?? value;
  }

  #wide(value: WideInteger, key: string): WideInteger {
    const number = (value.high >>> 0) * 2 ** 32 + (value.low >>> 0);
    const other = this.#number(number, key);
    if (other === number) return value;
    const parts = { low: other | 0, high: Math.floor(other / 2 ** 32) };
    return Object.assign(Object.create(Object.getPrototypeOf(value) as object) as WideInteger, {
      ...value,
      ...parts,
    });
  }

  #bytes(value: Uint8Array, { change, field }: Mapping): Uint8Array {
    const text = textOf(value);
    if (text !== null) return new Uint8Array(Buffer.from(change(text)));
    return field === "" || value.length === 0 ? value : this.#left(value, field);
  }
}

/** What becomes of a value within a message. */
interface Mapping {
  readonly change: (text: string) => string;
  /** As `contract.entry.field`; empty: nothing is counted. */
  readonly field: string;
  /** The nearest name above it. */
  readonly key: string;
}

/** As the library of messages has it, of a class of its own. */
interface WideInteger {
  readonly low: number;
  readonly high: number;
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
