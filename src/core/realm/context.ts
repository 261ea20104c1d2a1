/**
 * What handlers hold in their hands. One object per feature, reused for every event, because one
 * allocated for each packet would cost more than most handlers: `RealmMachine` points it at the
 * event before the handler runs and takes it back afterwards (F1), so that a context kept by a
 * handler fails loudly instead of acting on somebody else's event.
 */
import type { LogFields, LogLevel, PayloadRef } from "../contract.ts";
import { ApiMisuseError, apiRule } from "../kernel/assert.ts";
import type { SessionState } from "../kernel/charts/session.ts";
import type { ErrorCode } from "../kernel/errors.ts";
import { incarnation, micros, tick } from "../kernel/ids.ts";
import type { CallId, Incarnation, Micros, PlayerId, SessionId, Tick } from "../kernel/ids.ts";
import type { PlainData } from "../kernel/plain.ts";
import type { RandomStream } from "../kernel/random.ts";
import { payloadBytesMax } from "../wire/index.ts";
import type { AnyContract, AnyRequest, AnyToClient, Position } from "../wire/index.ts";
import type { RealmConfig } from "./config.ts";
import type { AnyEventStream, Appended, EventsStore, StreamStore } from "./event-store.ts";
import type { Feature } from "./feature.ts";
import type { Context, Identity, SessionMove, SessionView } from "./handler-context.ts";
import type { RealmMachine } from "./machine.ts";
import { realmMoves } from "./sessions.ts";
import type { Session } from "./sessions.ts";

type AnyContext = Context<AnyContract, object, object, object>;

const broadcastStates: readonly SessionState[] = ["connected", "authenticated", "inWorld"];

export class FeatureContext {
  readonly #realm: RealmMachine;
  readonly #feature: Feature;
  readonly #index: number;
  #session: Session | null = null;
  /** Who made the call that is answered, when he was known by then. */
  #asker: PlayerId | null = null;
  #active = false;
  /** Whether `#session` waits for an answer, to the packet with this sequence. */
  #isAsked = false;
  #askedSequence = 0;
  /** Null for a packet that may be refused but is not answered. */
  #askedEntry: AnyRequest | null = null;
  readonly sessions: AnyContext["sessions"];

  constructor(realm: RealmMachine, feature: Feature, index: number) {
    this.#realm = realm;
    this.#feature = feature;
    this.#index = index;
    const { state } = realm;
    this.sessions = {
      get size() {
        return state.sessions.size;
      },
      get: (id) => state.sessions.get(id),
      ofPlayer: (player) => state.sessions.ofPlayer(player),
      [Symbol.iterator]: () => state.sessions.all(),
    };
  }

  /** Points at an event that nobody waits for. */
  begin(session: Session | null): this {
    this.#session = session;
    this.#asker = null;
    this.#isAsked = false;
    this.#active = true;
    return this;
  }

  /** Points at a packet, or at what will answer one. */
  beginAsked(session: Session, sequence: number, entry: AnyRequest | null): this {
    this.#session = session;
    this.#asker = null;
    this.#isAsked = true;
    this.#askedSequence = sequence;
    this.#askedEntry = entry;
    this.#active = true;
    return this;
  }

  /** Says who made the call whose answer this event is. */
  askedBy(player: PlayerId | null): this {
    this.#asker = player;
    return this;
  }

  /** Ends the handler's hold. */
  end(): void {
    this.#active = false;
    this.#session = null;
    this.#isAsked = false;
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

  get wallNow(): Micros {
    const { now, wallOffsetMicros } = this.#realm.state.kernel;
    return micros(Math.max(now + wallOffsetMicros, 0));
  }

  get incarnation(): Incarnation {
    return incarnation(this.#realm.state.kernel.incarnation);
  }

  get config(): RealmConfig {
    return this.#realm.state.kernel.config;
  }

  get contractHash(): number {
    return this.#realm.state.kernel.contractHash;
  }

  get tick(): Tick {
    return tick(this.#realm.state.kernel.tick);
  }

  get session(): SessionView {
    return this.#mine();
  }

  get player(): PlayerId {
    const player = this.#asker ?? this.#mine().player;
    if (player === null) throw this.#misuse("the session is not authenticated");
    return player;
  }

  authenticate(who: Identity): boolean {
    return this.#realm.state.sessions.authenticate(this.#mine(), who);
  }

  advance(event: SessionMove): boolean {
    const session = this.#mine();
    if (realmMoves.has(event)) throw this.#misuse(`"${event}" is not a feature's to say`);
    return this.#realm.state.sessions.advance(session, event);
  }

  random(name: string): RandomStream {
    this.#check();
    return this.#realm.state.stream(this.#feature.name, name);
  }

  events(stream: AnyEventStream): EventsStore<unknown, unknown> {
    const store = (): StreamStore => {
      this.#check();
      return this.#realm.state.store(this.#feature.name, stream);
    };
    return {
      get size() {
        return store().size;
      },
      get bytes() {
        return store().bytes;
      },
      entities: () => store().entities(),
      version: (entity) => store().version(entity),
      events: (entity, fromVersion) => store().events(entity, fromVersion),
      replay: (entity) => store().replay(entity),
      append: (entity, expectedVersion, ...events) =>
        this.#counted(store().append(entity, expectedVersion, events, this.now), events),
      forget: (entity) => store().forget(entity),
    };
  }

  timer(name: string, id: number | string, delay: Micros, data?: PlainData): void {
    this.#check();
    // A timer that is due at once would fire again and again within its own step.
    if (!(delay >= 1))
      throw this.#misuse(`timer "${name}" needs a delay of a microsecond at least`);
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

  sendTo(player: PlayerId, key: string, message: unknown): boolean {
    this.#check();
    const entry = this.#told(key);
    const session = this.#realm.state.sessions.ofPlayer(player);
    if (session === undefined) return false;
    const payload = this.#realm.encode(entry.type, entry.message, message);
    this.#realm.send(session, payload, entry.delivery, 0);
    return true;
  }

  near(at: Position): { send(key: string, message: unknown): number } {
    this.#check();
    return { send: (key, message) => this.publish(this.#realm.nearby(at), key, message) };
  }

  publish(ids: Iterable<SessionId>, key: string, message: unknown): number {
    this.#check();
    const entry = this.#told(key);
    const payload = this.#realm.encode(entry.type, entry.message, message);
    return this.#sendAll(ids, entry, payload);
  }

  publishEncoded(
    ids: Iterable<SessionId>,
    key: string,
    bytes: Uint8Array,
    start = 0,
    end: number = bytes.length,
  ): number {
    this.#check();
    const entry = this.#told(key);
    if (end - start > payloadBytesMax) {
      throw this.#misuse(`a message of "${key}" is longer than ${payloadBytesMax} bytes`);
    }
    return this.#sendAll(ids, entry, this.#realm.outbox.payload(entry.type, bytes, start, end));
  }

  #sendAll(ids: Iterable<SessionId>, entry: AnyToClient, payload: PayloadRef): number {
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
    const answers = declared.replyTo !== undefined && this.#isAsked;
    if (answers) this.#isAsked = false; // The answer of the call will answer the request.
    return this.#realm.call({
      feature: this.#feature.name,
      name,
      operation: declared.operation,
      request,
      carry,
      session: this.#session?.id ?? 0,
      player: this.#asker ?? this.#session?.player ?? null,
      inReplyTo: answers ? this.#askedSequence : 0,
    });
  }

  reply(message: unknown): void {
    const session = this.#answering("reply");
    const entry = this.#askedEntry;
    if (entry === null) throw this.#misuse("this packet takes no reply");
    if (session === null) return;
    const payload = this.#realm.encode(entry.replyType, entry.reply, message);
    this.#realm.send(session, payload, entry.delivery, this.#askedSequence);
  }

  refuse(code: ErrorCode, message?: string): void {
    const session = this.#answering("refuse");
    if (session !== null) this.#realm.refuse(session, code, this.#askedSequence, message);
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

  #counted(appended: Appended, events: readonly unknown[]): Appended {
    if (appended.ok) this.#realm.count("events_appended_total", events.length);
    else if (appended.code === "CONFLICT") this.#realm.count("events_conflicts_total");
    return appended;
  }

  /** Whose event it is. */
  #mine(): Session {
    this.#check();
    if (this.#session === null) throw this.#misuse("no session in this event");
    return this.#session;
  }

  #check(): void {
    if (!this.#active) throw this.#misuse("a context was used after its event");
  }

  /** Who gets the one answer, or null, and counted, when he has left or is leaving. */
  #answering(verb: string): Session | null {
    this.#check();
    if (!this.#isAsked) throw this.#misuse(`nothing to ${verb}, or answered before`);
    this.#isAsked = false;
    const session = this.#session;
    if (session?.ending === null) return session;
    this.#realm.count("replies_too_late_total");
    return null;
  }

  // Made where it is thrown: a message for each check would cost more than the check.
  #misuse(what: string): ApiMisuseError {
    return new ApiMisuseError(`feature "${this.#feature.name}": ${what}`);
  }

  #told(key: string): AnyToClient {
    const entry = this.#feature.declaration.contract.entries[key];
    if (entry?.kind !== "toClient") throw this.#misuse(`"${key}" is no packet to the client`);
    return entry;
  }
}
