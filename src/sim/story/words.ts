/** What happens in a run, in words: for readers who do not know the code. */
import { decodePayload } from "../../core/wire/index.ts";
import type { AnyContract, AnyMessage } from "../../core/wire/index.ts";
import { cheatFaults } from "../clients/cheats.ts";
import type { ClientScript } from "../clients/script.ts";
import type { Decision } from "../decisions.ts";
import { faults } from "../faults.ts";
import { calmOptions } from "../options.ts";
import type { SimulationOptions } from "../options.ts";

type Action = ClientScript["actions"][number];

/** `1.5 s`, `20 ms`, `300 us`: as short as it is exact. */
export function duration(micros: number): string {
  if (micros !== 0 && micros % 10_000 === 0) return `${String(micros / 1_000_000)} s`;
  if (micros !== 0 && micros % 10 === 0) return `${String(micros / 1_000)} ms`;
  return `${String(micros)} us`;
}

export const counted = (count: number, one: string, many = `${one}s`): string =>
  `${String(count)} ${count === 1 ? one : many}`;

/** `1st`, `2nd`, `3rd`, `11th`. */
export function ordinal(number: number): string {
  const isTeen = number % 100 >= 11 && number % 100 <= 13;
  const ending = isTeen ? "th" : (["th", "st", "nd", "rd"][number % 10] ?? "th");
  return `${String(number)}${ending}`;
}

// ---------------------------------------------------------------- clients

export const clientName = ({ kind, name }: ClientScript): string => {
  switch (kind) {
    case "player":
      return `client ${name}`;
    case "traveller":
      return `player ${name}`;
    case "rude":
      return `rude client ${name}`;
  }
};

/** What a client does, as a clause that goes on after its name. */
export function actionWords(script: ClientScript, action: Action): string {
  switch (action.type) {
    case "start":
      if (script.kind !== "traveller") return "starts: it connects, and again after each cut";
      return `wants to play: logs in with account ${script.account}${deviceWords(script.device)}`;
    case "stop":
      return "stops: what it asked is given up, and it leaves in order";
    case "echo":
      return `asks for an echo of ${counted(action.bytes, "byte")}${action.prompt ? ", promptly" : ""}`;
    case "request":
      return `asks ${action.contract}.${action.key} ${shown(action.message)}`;
    case "tell":
      return `tells ${action.contract}.${action.key} ${shown(action.message)}`;
    case "turn":
      return action.x === 0 && action.z === 0
        ? "stands still"
        : `walks on with ${percent(action.x)} of the greatest speed along x, ${percent(action.z)} along z`;
    case "logout":
      return "logs out";
    case "quit":
      return "leaves without a word";
    case "operate":
      return "comes into the world again, and asks before that to look after the server";
    case "cheat":
      return `cheats (${action.cheat}): ${faults[cheatFaults[action.cheat]]}`;
    case "connect":
      return "connects";
    case "say":
      return `writes "${action.word}"${action.times === 1 ? "" : `, ${String(action.times)} times`}`;
    case "pause":
      return `reads nothing for ${duration(action.forMicros)}`;
    case "reset":
      return "resets its connection";
    case "halfClose":
    case "end":
      return "ends its sending side, and reads on";
    case "leaveServed":
      return "leaves as soon as it has been answered";
    case "vanish":
      return "is gone without a word: its machine lost its power";
    default:
      // Kinds of actions that have no words yet are shown as they are.
      return shown(action);
  }
}

const deviceWords = (device: string): string => (device === "" ? "" : ` from "${device}"`);

const percent = (millionths: number): string => `${String(Math.round(millionths / 10_000))} %`;

// ---------------------------------------------------------------- packets

/** Packets that come and go all the time, whatever the story is about. */
const background = /^(heartbeat\.|world\.(move|update)$)/;

/** Names of packets, and what is in them, by the contracts of a server. */
export class PacketWords {
  readonly #toServer = new Map<number, NamedMessage>();
  readonly #toClient = new Map<number, NamedMessage>();

  constructor(contracts: readonly AnyContract[]) {
    for (const contract of contracts) {
      for (const [key, entry] of Object.entries(contract.entries)) {
        const name = `${contract.name}.${key}`;
        const isBackground = background.test(name);
        const named = { name, message: entry.message, isBackground };
        if (entry.kind === "toClient") this.#toClient.set(entry.type, named);
        else this.#toServer.set(entry.type, named);
        if (entry.kind !== "request") continue;
        const answer = { name: `the answer to ${name}`, message: entry.reply, isBackground };
        this.#toClient.set(entry.replyType, answer);
      }
    }
  }

  /** What clients send. */
  toServer(type: number): NamedMessage {
    return this.#toServer.get(type) ?? unknownMessage(type);
  }

  /** What servers send. */
  toClient(type: number): NamedMessage {
    return this.#toClient.get(type) ?? unknownMessage(type);
  }
}

export interface NamedMessage {
  readonly name: string;
  /** Null for a packet that no contract has. */
  readonly message: AnyMessage | null;
  readonly isBackground: boolean;
}

const unknownMessage = (type: number): NamedMessage => ({
  name: `a packet of type ${String(type)}`,
  message: null,
  isBackground: false,
});

/** What the payload says, in braces, with a space before it; nothing when it says nothing. */
export function contentWords(
  { message, isBackground, name }: NamedMessage,
  bytes: Uint8Array,
  start: number,
  end: number,
): string {
  if (message === null || isBackground || name.endsWith(helloName)) return "";
  const text = shown(decodePayload(message, bytes, start, end) ?? {});
  return text === "{}" ? "" : ` ${text}`;
}

/** Everybody says it, and nobody cares what is in it. */
const helloName = "session.hello";

const shownCharactersMax = 80;

/** A value on one line, short. */
export function shown(value: unknown, charactersMax = shownCharactersMax): string {
  const text = short(value, 0);
  return text.length <= charactersMax ? text : `${text.slice(0, charactersMax - 3)}...`;
}

function short(value: unknown, depth: number): string {
  if (value instanceof Uint8Array) return bytesWords(value);
  if (typeof value === "string") return JSON.stringify(value);
  if (Array.isArray(value)) {
    if (depth > 2 || value.length > 4) return `[${counted(value.length, "element")}]`;
    return `[${value.map((one) => short(one, depth + 1)).join(", ")}]`;
  }
  if (typeof value !== "object" || value === null) return String(value);
  const number = wholeNumber(value);
  if (number !== null) return String(number);
  if (depth > 2) return "{...}";
  const fields = Object.entries(value as Readonly<Record<string, unknown>>)
    .filter(([, field]) => !isNothing(field))
    .map(([name, field]) => `${name}: ${short(field, depth + 1)}`);
  return fields.length === 0 ? "{}" : `{ ${fields.join(", ")} }`;
}

/** What a message does not say, or says by default. */
const isNothing = (field: unknown): boolean =>
  field === null ||
  field === undefined ||
  field === "" ||
  typeof field === "function" ||
  (Array.isArray(field) && field.length === 0);

/** A 64-bit number as protobuf's code has it, in two halves. */
function wholeNumber(value: object): number | null {
  if (!("low" in value && "high" in value)) return null;
  return Number(value.high) * 0x1_0000_0000 + (Number(value.low) >>> 0);
}

function bytesWords(bytes: Uint8Array): string {
  const isText = bytes.length > 0 && bytes.every((byte) => byte >= 32 && byte < 127);
  if (isText && bytes.length <= 40) return JSON.stringify(String.fromCharCode(...bytes));
  return counted(bytes.length, "byte");
}

// ---------------------------------------------------------------- decisions and options

/** What was decided is shown whole, as far as that can be read. */
const decisionCharactersMax = 200;

/** A decision under its key, as detail behind what it brought about. */
export const decisionWords = (key: string, decision: Decision): string =>
  decision === true ? key : `${key}: ${shown(decision, decisionCharactersMax)}`;

/**
 * Options that are not calm. Rates say nothing of a plan, which draws nothing.
 *
 * @param unused groups that the run makes nothing of
 */
export function optionWords(
  options: SimulationOptions,
  unused: readonly (keyof SimulationOptions)[],
): readonly string[] {
  const lines: string[] = [];
  for (const [group, calm] of Object.entries(calmOptions)) {
    if (typeof calm !== "object" || unused.includes(group as keyof SimulationOptions)) continue;
    const now = options[group as keyof SimulationOptions] as unknown as Readonly<
      Record<string, unknown>
    >;
    for (const [field, usual] of Object.entries(calm as Readonly<Record<string, unknown>>)) {
      if (now[field] === usual || field.endsWith("PerMillion")) continue;
      lines.push(`${group}.${field} is ${String(now[field])}, usually ${String(usual)}`);
    }
  }
  return lines;
}
