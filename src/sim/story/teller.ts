/** Writes down what happens in a run, as a witness of it. */
import type { CallId, ConnectionId } from "../../core/kernel/ids.ts";
import type {
  CallCompleted,
  ConnectionOpened,
  PacketReceived,
  SocketId,
} from "../../core/contract.ts";
import { EnvelopeReader } from "../../core/wire/index.ts";
import type { Checker, ClientPacket, Step, StepSend } from "../checkers/checker.ts";
import type { ClientScript } from "../clients/script.ts";
import type { Decision } from "../decisions.ts";
import { faults } from "../faults.ts";
import type { Fault } from "../faults.ts";
import type { ProcessEnd } from "../process/process.ts";
import { onlyServer } from "../site.ts";
import type { Act, Witness } from "../witness.ts";
import { StoryLines } from "./lines.ts";
import type { Weight } from "./lines.ts";
import {
  actionWords,
  clientName,
  contentWords,
  counted,
  decisionWords,
  ordinal,
  shown,
} from "./words.ts";
import type { PacketWords } from "./words.ts";

/** Decided before they come about, and told again when they do. */
const plannedAhead = /^(node|weather|upgrade)\/|^clock\/.*\/(jump|slew)#/;
/** What servers ask of the outside all the time. */
const backgroundCalls = new Set(["directory.report"]);
/** So usual, or so plainly the doing of a client, that a line of it says nothing new. */
const untold = /^(peer\.|cheat\.|network\.coalesce$)/;
const decidedBeginning = "  decided  ";

const actWords: Readonly<Record<Act, string>> = {
  storm: "The run begins.",
  quiet: "Faults stop. From here on everything must settle.",
  empty: "Everybody leaves. The servers must forget them.",
  encore: "Every server is killed once more, and must recover what it was.",
};

export class StoryTeller implements Witness {
  readonly lines = new StoryLines();
  readonly everywhere: Checker;
  readonly #packets: PacketWords;
  /** Names of links begin like this, by client. */
  readonly #links = new Map<string, string>();
  #now: () => number = () => 0;
  /** It may be what the next fault is about. */
  #lastDecision: { readonly atMicros: number; readonly words: string } | null = null;

  constructor(scripts: readonly ClientScript[], packets: PacketWords) {
    this.#packets = packets;
    for (const script of scripts) this.#links.set(script.name, clientName(script));
    this.everywhere = {
      name: "story",
      checked: 0,
      loggedIn: ({ traveller, account, player, code }) => {
        const about = `player ${traveller} with account ${account}`;
        if (player === null) this.#tell(`the login of ${about} is refused: ${code}`, "routine");
        else this.#tell(`${about} is logged in`);
      },
      entered: ({ traveller, server }) => {
        this.#tell(`player ${traveller} is let into the world of ${server}`);
      },
    };
  }

  begins(nowMicros: () => number): void {
    this.#now = nowMicros;
  }

  at(server: string): Checker {
    const name = server === onlyServer ? "the server" : server;
    return new ServerTeller({
      server: name,
      packets: this.#packets,
      client: (link) => this.#clientOf(link),
      tell: (text, weight) => this.lines.tell(this.#now(), text, weight),
    });
  }

  entered(act: Act): void {
    this.#tell(actWords[act]);
  }

  acted(script: ClientScript, action: ClientScript["actions"][number]): void {
    this.#tell(`${clientName(script)} ${actionWords(script, action)}`);
  }

  decided(key: string, decision: Decision): void {
    const words = decisionWords(key, decision);
    if (plannedAhead.test(key)) return this.#tell(`  planned  ${words}`);
    this.#tell(`${decidedBeginning}${words}`);
    this.#lastDecision = { atMicros: this.#now(), words };
  }

  struck(fault: Fault, link: string | null): void {
    if (untold.test(fault)) return;
    const where = link === null ? "" : ` (${this.#linkWords(link)})`;
    const text = `  FAULT  ${faults[fault]}${where}`;
    const decided = this.#lastDecision;
    this.#lastDecision = null;
    const now = this.#now();
    const full = decided?.atMicros === now ? `${text}  [${decided.words}]` : text;
    if (!this.lines.retell(now, decidedBeginning, full)) this.#tell(text);
  }

  #tell(text: string, weight: Weight = "event"): void {
    this.lines.tell(this.#now(), text, weight);
  }

  /** `3b.1`: the first connection of player 3 to the second server. */
  #linkWords(link: string): string {
    return `the ${ordinal(attemptOf(link))} connection of ${this.#clientOf(link)}`;
  }

  #clientOf(link: string): string {
    const client = link.slice(0, link.lastIndexOf("."));
    return this.#links.get(client) ?? this.#links.get(client.slice(0, -1)) ?? client;
  }
}

const attemptOf = (link: string): number => Number(link.slice(link.lastIndexOf(".") + 1));

interface ServerParts {
  /** What it is called in a sentence. */
  readonly server: string;
  readonly packets: PacketWords;
  /** Whose link that is. */
  readonly client: (link: string) => string;
  readonly tell: (text: string, weight?: Weight) => void;
}

/** Tells of one server, and of what its clients send and get. */
class ServerTeller implements Checker {
  readonly name = "story";
  readonly checked = 0;
  readonly #parts: ServerParts;
  readonly #envelope = new EnvelopeReader();
  readonly #linkOfRemote = new Map<string, string>();
  readonly #clients = new Map<ConnectionId, string>();
  readonly #attempts = new Map<ConnectionId, number>();
  readonly #operations = new Map<CallId, string>();
  #repeated = 0;

  constructor(parts: ServerParts) {
    this.#parts = parts;
  }

  processStarted(start: number): void {
    const again = start === 1 ? "starts" : `starts again, its ${ordinal(start)} process`;
    this.#tell(`${this.#parts.server} ${again}`);
  }

  listening(): void {
    this.#tell(`${this.#parts.server} listens`);
  }

  processEnded(end: ProcessEnd): void {
    const { server } = this.#parts;
    this.#clients.clear();
    switch (end.type) {
      case "killed":
        return this.#tell(`the process of ${server} is dead`);
      case "exit":
        return this.#tell(`${server} ends with code ${String(end.code)}: ${end.message}`);
      case "threw":
        return this.#tell(`${server} throws: ${String(end.error)}`);
    }
  }

  recovered(steps: number): void {
    if (steps === 0) return;
    const steps_ = counted(this.#repeated, "step");
    this.#tell(`${this.#parts.server} has repeated ${steps_} from its journal`);
    this.#repeated = 0;
  }

  logged(level: string, message: string): void {
    if (level === "warn" || level === "error" || level === "fatal") {
      this.#tell(`${this.#parts.server} logs: ${message}`);
    }
  }

  socketOpened(_socket: SocketId, link: string, remote: string): void {
    this.#linkOfRemote.set(remote, link);
  }

  handshakeFailed(link: string): void {
    this.#tell(`the handshake of ${this.#parts.client(link)} with ${this.#parts.server} fails`);
  }

  clientReceived({ link, type }: ClientPacket): void {
    const { client, packets } = this.#parts;
    const { name, isBackground } = packets.toClient(type);
    this.#tell(`${client(link)} gets ${name}`, isBackground ? "background" : "routine");
  }

  stepped(step: Step): void {
    if (step.event.type === "connection.opened") this.#opened(step.event);
    for (const { call, operation } of step.calls) this.#operations.set(call, operation);
    if (step.isReplay) {
      this.#repeated += 1;
      return;
    }
    const effects = this.#effects(step);
    const cause = this.#cause(step, effects.length > 0);
    if (cause === null) return;
    this.#tell(`${this.#parts.server} ${[cause, ...effects].join("; ")}`, this.#weight(step));
  }

  #opened({ connection, remote }: ConnectionOpened): void {
    const link = this.#linkOfRemote.get(remote);
    if (link === undefined) return;
    const client = this.#parts.client(link);
    this.#clients.set(connection, client);
    this.#attempts.set(connection, attemptOf(link));
  }

  /** What happens all the time is told once. */
  #weight({ event, closes, calls, sends }: Step): Weight {
    if (closes.length > 0) return "event";
    const { packets } = this.#parts;
    const isBackground =
      calls.every(({ operation }) => backgroundCalls.has(operation)) &&
      sends.every(({ type }) => packets.toClient(type).isBackground);
    switch (event.type) {
      case "time.reached":
        return isBackground ? "background" : "routine";
      case "packet.received":
        this.#envelope.read(event.bytes, event.start, event.end);
        if (!isBackground) return "routine";
        return packets.toServer(this.#envelope.type).isBackground ? "background" : "routine";
      case "call.completed":
        return isBackground && backgroundCalls.has(this.#operations.get(event.call) ?? "")
          ? "background"
          : "routine";
      default:
        return "event";
    }
  }

  #effects({ event, sends, closes, calls }: Step): string[] {
    const asker = "connection" in event ? event.connection : null;
    return [
      ...calls.map(({ operation }) => `asks for ${operation}`),
      ...sends.map((send) => this.#sent(send, asker)),
      ...closes.map(
        ({ connection, code, mode }) =>
          `${mode === "reset" ? "resets" : "closes"} the connection of ${this.#client(connection)}: ${code}`,
      ),
    ];
  }

  /** @param asker whose packet the step was made for */
  #sent(send: StepSend, asker: ConnectionId | null): string {
    const { connection, type, payload, delivery, inReplyTo } = send;
    const named = this.#parts.packets.toClient(type);
    const content = payload === null ? "" : contentWords(named, payload, 0, payload.length);
    const isAnswer = connection === asker && inReplyTo > 0;
    const what = isAnswer
      ? `answers${content}`
      : `sends ${this.#client(connection)} ${named.name}${content}`;
    return delivery === "committed" ? `${what} (held until it is durable)` : what;
  }

  /** What the step was made for, in words; null for what is of no interest. */
  #cause({ event }: Step, hasEffects: boolean): string | null {
    switch (event.type) {
      case "packet.received":
        return this.#packet(event);
      case "packet.refused": {
        const { name } = this.#parts.packets.toServer(event.packetType);
        return `refuses ${name} of ${this.#client(event.connection)}: ${event.reason}`;
      }
      case "packet.malformed":
        return `cannot read what ${this.#client(event.connection)} sent: ${event.reason}`;
      case "time.reached":
        return hasEffects ? "finds that it is time" : null;
      case "call.completed":
        return this.#answer(event);
      case "connection.opened": {
        const attempt = ordinal(this.#attempts.get(event.connection) ?? 1);
        return `has a connection of ${this.#client(event.connection)}, its ${attempt} attempt`;
      }
      case "connection.ended":
        return `hears that ${this.#client(event.connection)} will send no more`;
      case "connection.closed":
        return `has lost the connection of ${this.#client(event.connection)}: ${event.reason}`;
      case "server.started":
      case "clock.corrected":
      case "journal.recovered":
        return hasEffects ? `takes note of ${event.type}` : null;
      default:
        return `takes note of ${event.type}`;
    }
  }

  #packet({ bytes, start, end, connection }: PacketReceived): string {
    const client = this.#client(connection);
    const envelope = this.#envelope;
    if (!envelope.read(bytes, start, end)) return `takes a packet of ${client}`;
    const { type, payloadStart, payloadEnd } = envelope;
    const named = this.#parts.packets.toServer(type);
    return `takes ${named.name} of ${client}${contentWords(named, bytes, payloadStart, payloadEnd)}`;
  }

  #answer({ call, result }: CallCompleted): string {
    const operation = this.#operations.get(call) ?? "a call";
    return `hears of ${operation}: ${result.ok ? shown(result.answer) : result.code}`;
  }

  #client(connection: ConnectionId): string {
    return this.#clients.get(connection) ?? `connection ${String(connection)}`;
  }

  #tell(text: string, weight: Weight = "event"): void {
    this.#parts.tell(text, weight);
  }
}
