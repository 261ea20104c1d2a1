/**
 * One server of a corner: the production realm, put into a state, given one event, and taken out of
 * the state that follows. Whatever happens elsewhere, the same event in the same state gives the
 * same, so each such step is made once and remembered.
 */
import type { CallResult, Event, Outbox, PayloadRef } from "../../core/contract.ts";
import { messageOf } from "../../core/kernel/assert.ts";
import type { ErrorCode } from "../../core/kernel/errors.ts";
import { callId, connectionId, incarnation, micros } from "../../core/kernel/ids.ts";
import type { PacketType } from "../../core/kernel/ids.ts";
import type { PlainData } from "../../core/kernel/plain.ts";
import { realmConfig } from "../../core/realm/index.ts";
import type { Realm, RealmMachine } from "../../core/realm/index.ts";
import { canonical, contentsOf, expecting } from "./canonical.ts";
import type { VisitorScript } from "./corner.ts";
import { itemOf, packetOf } from "./packets.ts";
import { Parts } from "./parts.ts";
import type { DownItem, Flight, Part, RealmPart, UpItem } from "./parts.ts";
import { holdersOf, realmRules } from "./realm-rules.ts";
import { visitorOf } from "./visitor.ts";

/** What a realm hears of. */
export type Heard =
  | { readonly kind: "started"; readonly incarnation: number }
  | { readonly kind: "time" }
  | { readonly kind: "up"; readonly connection: number; readonly item: UpItem }
  | { readonly kind: "answer"; readonly call: number; readonly result: CallResult };

/** What comes of it. */
export interface ArmStep {
  readonly realm: Part<RealmPart>;
  readonly sent: readonly { readonly connection: number; readonly item: DownItem }[];
  readonly closed: readonly { readonly connection: number; readonly code: ErrorCode }[];
  readonly called: readonly Flight[];
  /** The first rule that does not hold any more; null when all do. */
  readonly broken: string | null;
}

export interface ArmOptions {
  readonly realm: Realm;
  readonly config: Readonly<Record<string, number>>;
  readonly scripts: readonly VisitorScript[];
  /** No timer can come due in the corner: see `canonical`. */
  readonly areTimersFar: boolean;
}

export class Arm {
  /** How many different steps were made. */
  steps = 0;
  readonly #options: ArmOptions;
  readonly #machine: RealmMachine;
  readonly #parts = new Parts<RealmPart>();
  readonly #known = new Map<string, ArmStep>();

  constructor(options: ArmOptions) {
    this.#options = options;
    this.#machine = options.realm.create();
  }

  /** The realm before its server has started. */
  begin(): Part<RealmPart> {
    return this.#part(this.#options.realm.create().checkpoint()).realm;
  }

  step(realm: Part<RealmPart>, heard: Heard, start: number, now: number): ArmStep {
    const key = `${String(realm.number)}/${String(start)}/${String(now)}/${JSON.stringify(heard)}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    this.steps += 1;
    const step = this.#make(realm, heard, start, now);
    this.#known.set(key, step);
    return step;
  }

  #make(before: Part<RealmPart>, heard: Heard, start: number, now: number): ArmStep {
    const bytes = bytesOf(before.value.checkpoint);
    const isOpening = heard.kind === "up" && heard.item.kind === "opened";
    this.#machine.restore(isOpening ? expecting(bytes, heard.connection) : bytes);
    this.#machine.state.kernel.calls = firstCall(heard, now);
    const outbox = new ArmOutbox();
    try {
      this.#machine.step(this.#eventOf(heard, start, now), outbox);
    } catch (error) {
      const broken = `the step threw: ${messageOf(error)}`;
      return { realm: before, sent: [], closed: [], called: [], broken };
    }
    const { realm, broken } = this.#part(this.#machine.checkpoint());
    // The counter of sessions has been put back for this one alone.
    if (isOpening) this.#machine.restore(bytesOf(realm.value.checkpoint));
    const [violation] = this.#machine.violations();
    const { sent, closed, called } = outbox;
    return { realm, sent, closed, called, broken: violation ?? broken };
  }

  #part(checkpoint: Uint8Array): { realm: Part<RealmPart>; broken: string | null } {
    const contents = contentsOf(checkpoint);
    const text = textOf(canonical(contents, this.#options.areTimersFar));
    const { calls, connections, broken } = realmRules(contents);
    const value = { checkpoint: text, calls, connections, holders: holdersOf(contents) };
    return { realm: this.#parts.of(value, text), broken };
  }

  #eventOf(heard: Heard, start: number, now: number): Event {
    const at = micros(now);
    switch (heard.kind) {
      case "started": {
        const config = { ...realmConfig(this.#options.config) } as unknown as PlainData;
        const number = incarnation(start);
        return { type: "server.started", at, incarnation: number, seed: [1, 2, 3, 4], config };
      }
      case "time":
        return { type: "time.reached", at };
      case "answer":
        return { type: "call.completed", at, call: callId(heard.call), result: heard.result };
      default:
        return this.#upEvent(heard.connection, heard.item, now);
    }
  }

  #upEvent(number: number, item: UpItem, now: number): Event {
    const at = micros(now);
    const connection = connectionId(number);
    switch (item.kind) {
      case "opened": {
        // Logins from here are not counted, so they do not run out.
        const remote = `127.0.0.1:${String(number)}`;
        return { type: "connection.opened", at, connection, remote, security: "tls" };
      }
      case "closed":
        return { type: "connection.closed", at, connection, reason: "reset" };
      default: {
        const script = this.#options.scripts[visitorOf(number)];
        const bytes = script === undefined ? new Uint8Array(0) : packetOf(item, script);
        const range = { bytes, start: 0, end: bytes.length };
        return { type: "packet.received", at, connection, transport: "stream", ...range };
      }
    }
  }
}

/** Numbers of calls from here on are made by time, those below by connections. */
const timeCalls = 100_000;

/** The connection whose packet a call goes back to; 0 when there is none. */
export function connectionOf(call: number): number {
  const number = call % 2 ** 32;
  return number < timeCalls ? Math.floor(number / 1_000) : 0;
}

/**
 * Where the realm counts its calls from: by what makes them, so that their ids do not depend on
 * what came before. At most ten calls stand between a packet and its last answer.
 */
function firstCall(heard: Heard, now: number): number {
  switch (heard.kind) {
    case "started":
      return 0;
    case "time":
      return timeCalls + Math.floor(now / 1_000_000) * 10;
    case "answer":
      return (heard.call % 2 ** 32) + 1;
    default: {
      const sequence = "sequence" in heard.item ? heard.item.sequence : 0;
      return heard.connection * 1_000 + sequence * 10;
    }
  }
}

const textOf = (bytes: Uint8Array): string => {
  let text = "";
  for (let from = 0; from < bytes.length; from += 4_096) {
    text += String.fromCharCode(...bytes.subarray(from, from + 4_096));
  }
  return text;
};

function bytesOf(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  for (let index = 0; index < text.length; index += 1) bytes[index] = text.charCodeAt(index);
  return bytes;
}

class ArmOutbox implements Outbox {
  readonly sent: { connection: number; item: DownItem }[] = [];
  readonly closed: { connection: number; code: ErrorCode }[] = [];
  readonly called: Flight[] = [];
  readonly #payloads: (DownItem | null)[] = [];

  payload(
    type: PacketType,
    bytes: Uint8Array,
    start: number = 0,
    end: number = bytes.length,
  ): PayloadRef {
    return (this.#payloads.push(itemOf(type, bytes.subarray(start, end))) - 1) as PayloadRef;
  }

  send(connection: number, payload: PayloadRef): void {
    const item = this.#payloads[payload] ?? null;
    if (item !== null) this.sent.push({ connection, item });
  }

  close(connection: number, _mode: unknown, code: ErrorCode): void {
    this.closed.push({ connection, code });
  }

  call(
    call: number,
    operation: string,
    request: PlainData,
    _effect: unknown,
    asker: number | null,
  ): void {
    const visitor = asker === null ? -1 : visitorOf(asker);
    this.called.push({ call, operation, visitor, request, isDone: false, result: null });
  }

  log(): void {}

  count(): void {}
}
