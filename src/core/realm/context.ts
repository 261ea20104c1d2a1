/**
 * What handlers hold in their hands. One object per feature, reused for every event, because one
 * allocated for each packet would cost more than most handlers: `RealmMachine` points it at the
 * event before the handler runs and takes it back afterwards (F1), so that a context kept by a
 * handler fails loudly instead of acting on somebody else's event.
 */
import type { LogFields, LogLevel } from "../contract.ts";
import { apiRule } from "../kernel/assert.ts";
import type { SessionEvent, SessionState } from "../kernel/charts/session.ts";
import type { ErrorCode } from "../kernel/errors.ts";
import { micros, tick } from "../kernel/ids.ts";
import type { CallId, Micros, SessionId, Tick } from "../kernel/ids.ts";
import type { PlainData } from "../kernel/plain.ts";
import type { RandomStream } from "../kernel/random.ts";
import type { AnyRequest, AnyToClient } from "../wire/index.ts";
import type { RealmConfig } from "./config.ts";
import type { Feature, SessionView } from "./feature.ts";
import type { RealmMachine } from "./machine.ts";
import type { Session } from "./sessions.ts";

/** A request that waits for its one answer. */
export interface Asked {
  readonly session: SessionId;
  readonly sequence: number;
  /** Null for a packet that may be refused but is not answered. */
  readonly entry: AnyRequest | null;
}

const broadcastStates: readonly SessionState[] = ["connected", "authenticated", "inWorld"];

export class FeatureContext {
  readonly #realm: RealmMachine;
  readonly #feature: Feature;
  readonly #index: number;
  #session: Session | null = null;
  #asked: Asked | null = null;
  #active = false;

  constructor(realm: RealmMachine, feature: Feature, index: number) {
    this.#realm = realm;
    this.#feature = feature;
    this.#index = index;
  }

  /** Points at an event. */
  begin(session: Session | null, asked: Asked | null): this {
    this.#session = session;
    this.#asked = asked;
    this.#active = true;
    return this;
  }

  /** Ends the handler's hold. */
  end(): void {
    this.#active = false;
    this.#session = null;
    this.#asked = null;
  }

  get state(): object {
    this.#check();
    const state = this.#realm.state.featureStates[this.#index];
    apiRule(state !== undefined, "a feature has a state");
    return state;
  }

  get now(): Micros {
    return this.#realm.state.kernel.now;
  }

  get config(): RealmConfig {
    return this.#realm.state.kernel.config;
  }

  get contractHash(): number {
    return this.#realm.composition.contractHash;
  }

  get tick(): Tick {
    return tick(this.#realm.state.kernel.tick);
  }

  get session(): SessionView {
    this.#check();
    apiRule(this.#session !== null, `feature "${this.#feature.name}": no session in this event`);
    return this.#session;
  }

  get sessions(): {
    size: number;
    get(id: SessionId): SessionView | undefined;
    [Symbol.iterator](): Iterator<SessionView>;
  } {
    const { sessions } = this.#realm.state;
    return {
      size: sessions.size,
      get: (id) => sessions.get(id),
      [Symbol.iterator]: () => sessions.all(),
    };
  }

  advance(event: SessionEvent): boolean {
    this.#check();
    apiRule(this.#session !== null, `feature "${this.#feature.name}": no session in this event`);
    return this.#realm.state.sessions.advance(this.#session, event);
  }

  random(name: string): RandomStream {
    this.#check();
    return this.#realm.state.stream(this.#feature.name, name);
  }

  timer(name: string, id: number | string, delay: Micros, data?: PlainData): void {
    this.#check();
    const { kernel } = this.#realm.state;
    this.#realm.setTimer(this.#feature.name, name, id, micros(kernel.now + delay), data);
  }

  cancelTimer(name: string, id: number | string): boolean {
    this.#check();
    return this.#realm.cancelTimer(this.#feature.name, name, id);
  }

  send(id: SessionId, key: string, message: unknown): boolean {
    return this.publish([id], key, message) === 1;
  }

  publish(ids: Iterable<SessionId>, key: string, message: unknown): number {
    this.#check();
    const entry = this.#told(key);
    const payload = this.#realm.encode(entry.type, entry.message, message);
    let sent = 0;
    for (const id of ids) {
      const session = this.#realm.state.sessions.get(id);
      if (session === undefined || session.ending !== null) continue;
      this.#realm.send(session, payload, entry.delivery, 0);
      sent += 1;
    }
    return sent;
  }

  broadcast(key: string, message: unknown, states = broadcastStates): number {
    this.#check();
    const entry = this.#told(key);
    const payload = this.#realm.encode(entry.type, entry.message, message);
    let sent = 0;
    for (const session of this.#realm.state.sessions.all()) {
      if (session.ending !== null || !states.includes(session.state)) continue;
      this.#realm.send(session, payload, entry.delivery, 0);
      sent += 1;
    }
    return sent;
  }

  call(name: string, request: PlainData, carry?: PlainData): CallId {
    this.#check();
    const declared = this.#feature.declaration.calls?.[name];
    apiRule(
      declared !== undefined,
      `feature "${this.#feature.name}": call "${name}" is not declared`,
    );
    const asked = declared.replyTo === undefined ? null : this.#asked;
    if (asked !== null) this.#asked = null; // The answer of the call will answer the request.
    return this.#realm.call({
      feature: this.#feature.name,
      name,
      operation: declared.operation,
      request,
      carry,
      session: this.#session?.id ?? 0,
      inReplyTo: asked?.sequence ?? 0,
    });
  }

  reply(message: unknown): void {
    const asked = this.#answering("reply");
    apiRule(asked.entry !== null, `feature "${this.#feature.name}": this packet takes no reply`);
    const session = this.#realm.state.sessions.get(asked.session);
    if (session === undefined || session.ending !== null) {
      this.#realm.count("replies_too_late_total");
      return;
    }
    const payload = this.#realm.encode(asked.entry.replyType, asked.entry.reply, message);
    this.#realm.send(session, payload, asked.entry.delivery, asked.sequence);
  }

  refuse(code: ErrorCode, message?: string): void {
    const asked = this.#answering("refuse");
    const session = this.#realm.state.sessions.get(asked.session);
    if (session === undefined || session.ending !== null) {
      this.#realm.count("replies_too_late_total");
      return;
    }
    this.#realm.refuse(session, code, asked.sequence, message);
  }

  disconnect(id: SessionId, code: ErrorCode): void {
    this.#check();
    const session = this.#realm.state.sessions.get(id);
    if (session !== undefined) this.#realm.disconnect(session, code);
  }

  count(counter: string, by = 1): void {
    this.#realm.count(counter, by);
  }

  log(level: LogLevel, message: string, fields?: LogFields): void {
    this.#realm.log(level, `${this.#feature.name}: ${message}`, fields);
  }

  #check(): void {
    apiRule(this.#active, `feature "${this.#feature.name}": a context was used after its event`);
  }

  #answering(verb: string): Asked {
    this.#check();
    const asked = this.#asked;
    apiRule(
      asked !== null,
      `feature "${this.#feature.name}": nothing to ${verb}, or answered before`,
    );
    this.#asked = null;
    return asked;
  }

  #told(key: string): AnyToClient {
    const entry = this.#feature.declaration.contract.entries[key];
    apiRule(
      entry?.kind === "toClient",
      `feature "${this.#feature.name}": "${key}" is no packet to the client`,
    );
    return entry;
  }
}
