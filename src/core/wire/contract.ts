/**
 * Contracts: the half of a feature that both sides import. A contract names packets and says for
 * each its number, message, direction, delivery and secret fields, and how a decoded message
 * becomes the value that a handler gets. Nothing else is generated or repeated anywhere.
 *
 * Numbers: 1000-1099 sessions and login, 2000-2999 the game (2990-2995 are the simulator's own),
 * 3000-3099 guilds, 10,000-65,535 for the features of users. A number means one message for ever;
 * golden bytes keep it so.
 */
import type { Reader, Writer } from "protobufjs/minimal.js";
import type { Delivery } from "../contract.ts";
import { apiRule } from "../kernel/assert.ts";
import { digestStart, digestString, finish } from "../kernel/digest.ts";
import { packetType } from "../kernel/ids.ts";
import type { PacketType } from "../kernel/ids.ts";

// ---------------------------------------------------------------- messages

/** What protobufjs static code offers for one message. */
export interface MessageType<Decoded, Encodable> {
  encode(message: Encodable, writer?: Writer): Writer;
  decode(reader: Reader | Uint8Array, length?: number): Decoded;
}
export type AnyMessage = MessageType<unknown, never>;
/** What decoding `M` gives. */
export type Decoded<M> = M extends MessageType<infer D, never> ? D : never;
/** What encoding `M` takes. */
export type Encodable<M> = M extends { encode(message: infer E, writer?: Writer): Writer }
  ? E
  : never;

/** What a parser returns for a message that decodes but makes no sense. */
export interface Invalid {
  readonly invalid: string;
}
/** @param reason one clause in plain words, without the peer's bytes */
export const invalid = (reason: string): Invalid => ({ invalid: reason });
export const isInvalid = (value: unknown): value is Invalid =>
  typeof value === "object" && value !== null && "invalid" in value;

// ---------------------------------------------------------------- entries

export interface EntryOptions {
  /** How what the server sends is delivered. Default `committed`. */
  readonly delivery?: Delivery;
  /** Field numbers of the client's message whose bytes the core must not see. */
  readonly secrets?: readonly number[];
  /** Field numbers of the server's message that name a secret to fill in on the way out. */
  readonly seals?: readonly number[];
}

/** The client asks, the server answers once or refuses. */
export interface RequestEntry<Request extends AnyMessage, Reply extends AnyMessage, Parsed> {
  readonly kind: "request";
  readonly type: PacketType;
  readonly message: Request;
  readonly replyType: PacketType;
  readonly reply: Reply;
  readonly parse: (message: Decoded<Request>) => Parsed | Invalid;
  readonly delivery: Delivery;
  readonly secrets: readonly number[];
  readonly seals: readonly number[];
}

/** The client tells; nothing comes back. */
export interface ToServerEntry<Message extends AnyMessage, Parsed> {
  readonly kind: "toServer";
  readonly type: PacketType;
  readonly message: Message;
  readonly parse: (message: Decoded<Message>) => Parsed | Invalid;
  readonly secrets: readonly number[];
}

/** The server tells. */
export interface ToClientEntry<Message extends AnyMessage> {
  readonly kind: "toClient";
  readonly type: PacketType;
  readonly message: Message;
  readonly delivery: Delivery;
  readonly seals: readonly number[];
}

export type AnyRequest = RequestEntry<AnyMessage, AnyMessage, unknown>;
export type AnyToServer = ToServerEntry<AnyMessage, unknown>;
export type AnyToClient = ToClientEntry<AnyMessage>;
export type AnyEntry = AnyRequest | AnyToServer | AnyToClient;
export type Entries = Readonly<Record<string, AnyEntry>>;

/** What a handler of the entry gets. */
export type ParsedOf<E> =
  E extends RequestEntry<AnyMessage, AnyMessage, infer P>
    ? P
    : E extends ToServerEntry<AnyMessage, infer P>
      ? P
      : never;

/** The client's side of the message `Request`, answered by `Reply`. */
export function request<Request extends AnyMessage, Reply extends AnyMessage>(
  type: number,
  message: Request,
  replyType: number,
  reply: Reply,
): RequestEntry<Request, Reply, Decoded<Request>>;
export function request<Request extends AnyMessage, Reply extends AnyMessage, Parsed>(
  type: number,
  message: Request,
  replyType: number,
  reply: Reply,
  parse: (message: Decoded<Request>) => Parsed,
  options?: EntryOptions,
): RequestEntry<Request, Reply, Exclude<Parsed, Invalid>>;
export function request(
  type: number,
  message: AnyMessage,
  replyType: number,
  reply: AnyMessage,
  parse: (message: never) => unknown = unparsed,
  options: EntryOptions = {},
): AnyRequest {
  return {
    kind: "request",
    type: packetType(type),
    message,
    replyType: packetType(replyType),
    reply,
    parse: parse as (message: unknown) => unknown,
    delivery: options.delivery ?? "committed",
    secrets: options.secrets ?? [],
    seals: options.seals ?? [],
  };
}

/** A message from the client that is not answered. */
export function toServer<Message extends AnyMessage>(
  type: number,
  message: Message,
): ToServerEntry<Message, Decoded<Message>>;
export function toServer<Message extends AnyMessage, Parsed>(
  type: number,
  message: Message,
  parse: (message: Decoded<Message>) => Parsed,
  options?: EntryOptions,
): ToServerEntry<Message, Exclude<Parsed, Invalid>>;
export function toServer(
  type: number,
  message: AnyMessage,
  parse: (message: never) => unknown = unparsed,
  options: EntryOptions = {},
): AnyToServer {
  return {
    kind: "toServer",
    type: packetType(type),
    message,
    parse: parse as (message: unknown) => unknown,
    secrets: options.secrets ?? [],
  };
}

/** A message from the server. */
export const toClient = <Message extends AnyMessage>(
  type: number,
  message: Message,
  options: EntryOptions = {},
): ToClientEntry<Message> => ({
  kind: "toClient",
  type: packetType(type),
  message,
  delivery: options.delivery ?? "committed",
  seals: options.seals ?? [],
});

// ---------------------------------------------------------------- contracts

export interface Contract<Name extends string = string, E extends Entries = Entries> {
  readonly name: Name;
  readonly entries: E;
}
export type AnyContract = Contract<string, Entries>;

/**
 * Names the packets of one feature.
 *
 * @param name lower case, the client's name for the feature
 * @throws ApiMisuseError when a number is out of its range or used for two messages
 */
export function defineContract<const Name extends string, const E extends Entries>(
  name: Name,
  entries: E,
): Contract<Name, E> {
  apiRule(/^[a-z][A-Za-z0-9]*$/.test(name), `defineContract: "${name}" is not a lower-case name`);
  packetRules([{ name, entries }]);
  return { name, entries };
}

// ---------------------------------------------------------------- the table of packets

/** One end of a packet type: what the edge and the client must know of it. */
export interface PacketRule {
  /** `contract.entry`, or `contract.entry.reply` for an answer. */
  readonly name: string;
  /** HELLO alone goes both ways. */
  readonly direction: "toServer" | "toClient" | "both";
  /** Of what the server sends. */
  readonly delivery: Delivery;
  /** Field numbers cut out before the core sees the payload. */
  readonly secrets: readonly number[];
  /** Field numbers filled in after the core made the payload. */
  readonly seals: readonly number[];
}

export type PacketRules = ReadonlyMap<PacketType, PacketRule>;

/** The least and the greatest type number, both reserved from use. */
const typeMax = 65_535;

/** True for a number that a packet may have: see the ranges at the top. */
export const isPacketType = (type: number): boolean =>
  (type >= 1_000 && type <= 1_099) ||
  (type >= 2_000 && type <= 2_999) ||
  (type >= 3_000 && type <= 3_099) ||
  (type >= 10_000 && type <= typeMax);

/**
 * All packets of some contracts by number.
 *
 * @throws ApiMisuseError when two entries claim one number in one direction
 */
export function packetRules(contracts: readonly AnyContract[]): PacketRules {
  const rules = new Map<PacketType, PacketRule>();
  const add = (type: PacketType, rule: PacketRule): void => {
    apiRule(isPacketType(type), `${rule.name}: packet type ${type} is in no range`);
    const other = rules.get(type);
    const joins = other !== undefined && other.direction !== rule.direction;
    apiRule(
      other === undefined || (joins && other.direction !== "both"),
      `${rule.name}: packet type ${type} is taken by ${other?.name ?? ""}`,
    );
    rules.set(
      type,
      other === undefined
        ? rule
        : {
            name: other.direction === "toServer" ? other.name : rule.name,
            direction: "both",
            delivery: other.direction === "toClient" ? other.delivery : rule.delivery,
            secrets: [...other.secrets, ...rule.secrets],
            seals: [...other.seals, ...rule.seals],
          },
    );
  };
  for (const contract of contracts) {
    for (const [key, entry] of Object.entries(contract.entries)) {
      addEntry(`${contract.name}.${key}`, entry, add);
    }
  }
  return rules;
}

function addEntry(
  name: string,
  entry: AnyEntry,
  add: (type: PacketType, rule: PacketRule) => void,
): void {
  const common = { name, delivery: "committed", secrets: [], seals: [] } as const;
  if (entry.kind !== "toClient") {
    add(entry.type, { ...common, direction: "toServer", secrets: entry.secrets });
  }
  if (entry.kind === "toClient") {
    const { delivery, seals } = entry;
    add(entry.type, { ...common, direction: "toClient", delivery, seals });
  }
  if (entry.kind === "request") {
    const { delivery, seals } = entry;
    add(entry.replyType, {
      ...common,
      name: `${name}.reply`,
      direction: "toClient",
      delivery,
      seals,
    });
  }
}

/** 32 bits over names, numbers, directions and deliveries: tells two builds' contracts apart. */
export function contractHash(rules: PacketRules): number {
  const lines = [...rules]
    .toSorted(([a], [b]) => a - b)
    .map(([type, rule]) => `${type} ${rule.name} ${rule.direction} ${rule.delivery}`);
  return finish(digestString(digestStart, lines.join("\n")));
}

const unparsed = (message: unknown): unknown => message;
