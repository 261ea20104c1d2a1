/**
 * The realm: the one machine whose events are journalled. It owns sessions, timers, ticks and
 * calls, and hands everything else to features.
 *
 * R1. A step reads nothing but its event and the state, and writes nothing but the state and the
 *     outbox (C2 of the contract).
 * R2. Time moves only by `at`. What is due fires in `time.reached`, in the order (dueAt, kind, id);
 *     a tick comes before the timers of its instant.
 * R3. Exactly one `closed` for each `opened` session, and nothing of a session after it.
 * R4. A connection that has been ordered to close gets no more packets, and its own are ignored.
 * R5. Sequences towards a peer count 1, 2, 3, ... per session and delivery.
 * R6. A call that waits for its answer waits until its deadline, and no longer.
 */
import type {
  Delivery,
  Event,
  LogFields,
  LogLevel,
  Machine,
  Outbox,
  PayloadRef,
  ServerStarted,
} from "../contract.ts";
import { ApiMisuseError, apiRule, assertNever, invariant } from "../kernel/assert.ts";
import { errorTable } from "../kernel/errors.ts";
import type { ErrorCode } from "../kernel/errors.ts";
import { callId, incarnatedId, micros } from "../kernel/ids.ts";
import type {
  CallId,
  ConnectionId,
  Incarnation,
  Micros,
  PacketType,
  PlayerId,
  SessionId,
} from "../kernel/ids.ts";
import { limits } from "../kernel/limits.ts";
import { digestStart, finish, mix } from "../kernel/digest.ts";
import { assertPlain, clonePlain, isPlain } from "../kernel/plain.ts";
import type { PlainData } from "../kernel/plain.ts";
import type { CloseReason } from "../kernel/reasons.ts";
import { controlPackets, disconnectMessage, PayloadEncoder } from "../wire/index.ts";
import type { AnyMessage, Position } from "../wire/index.ts";
import { deadlineKind } from "./compose.ts";
import type { Composition } from "./compose.ts";
import { readRealmConfig } from "./config.ts";
import type { JournalledConfig } from "./config.ts";
import { FeatureContext } from "./context.ts";
import { errorMessage } from "./control.ts";
import type { AnyOperation } from "./declared.ts";
import { onMalformed, onPacket, onRefused } from "./packets.ts";
import { brokenRests, NotingOutbox } from "./rests.ts";
import type { BrokenRest } from "./rests.ts";
import type { Session } from "./sessions.ts";
import { RealmState } from "./state.ts";
import { hearsNoEnds, stepFailed } from "./suspension.ts";
import { answerCall, changeTickHz, nextTimeout, passIdleTicks, passTime } from "./time.ts";
import { violations } from "./violations.ts";

export interface CallOrder {
  readonly feature: string;
  readonly name: string;
  readonly operation: AnyOperation;
  readonly request: PlainData;
  readonly carry: PlainData;
  readonly session: SessionId | 0;
  readonly player: PlayerId | null;
  readonly inReplyTo: number;
}

export class RealmMachine implements Machine {
  readonly composition: Composition;
  readonly state: RealmState;
  readonly contexts: readonly FeatureContext[];
  failedFeature: string | null = null;
  #outbox: Outbox | null = null;
  /** The time of the event before. Not an argument: for each packet it would be an object. */
  #since = 0 as Micros;
  /** What the realm waits for since its last step; undefined when nobody has asked yet. */
  #timeout: Micros | null | undefined = undefined;
  /** Of the payloads of this step, which nobody reads after it. */
  readonly #payloads = new PayloadEncoder();

  constructor(composition: Composition) {
    this.composition = composition;
    this.state = new RealmState(composition);
    this.contexts = composition.features.map(
      (feature, index) => new FeatureContext(this, feature, index),
    );
  }

  // -------------------------------------------------------------- the machine's contract

  step(event: Event, outbox: Outbox): void {
    invariant(this.#outbox === null, "step is not re-entrant");
    const { kernel } = this.state;
    const { at } = event;
    invariant(at >= kernel.now, "time does not go back", at, kernel.now);
    this.failedFeature = null;
    this.#outbox = outbox;
    this.#payloads.rewind();
    this.#since = kernel.now;
    this.#timeout = undefined;
    kernel.now = at;
    try {
      if (event.type !== "time.reached" && event.type !== "server.started") passIdleTicks(this, at);
      this.#apply(event);
    } finally {
      this.#outbox = null;
    }
  }

  nextTimeout(): Micros | null {
    // Within a step it may be another one at its end.
    if (this.#outbox !== null) return nextTimeout(this);
    if (this.#timeout === undefined) this.#timeout = nextTimeout(this);
    return this.#timeout;
  }

  checkpoint(): Uint8Array {
    return this.state.checkpoint();
  }

  restore(bytes: Uint8Array): void {
    this.#timeout = undefined;
    this.state.restore(bytes);
  }

  get views(): readonly string[] {
    return [...this.composition.views.keys()];
  }

  view(name: string): PlainData {
    const route = this.composition.views.get(name);
    apiRule(route !== undefined, `no feature has a view "${name}"`);
    const feature = this.composition.features[route.feature];
    const view = feature?.implementation.views[route.name];
    invariant(feature !== undefined && view !== undefined, "a view has a feature", name);
    const { featureStates, sessions } = this.state;
    return view(featureStates[route.feature], sessions.view(), this.state.reader(feature.name));
  }

  get tables(): readonly string[] {
    return this.state.tables;
  }

  tableDigest(index: number): number {
    return this.state.tableDigest(index);
  }

  digest(): number {
    let hash = digestStart;
    for (let index = 0; index < this.tables.length; index += 1) {
      hash = mix(hash, this.tableDigest(index));
    }
    return finish(hash);
  }

  /**
   * Every broken rule in words; empty when all hold. For tests and the simulator: its cost grows.
   */
  violations(): string[] {
    return violations(this.composition, this.state);
  }

  /** Features whose `idleUntil` is not true: runs their ticks. For the simulator. */
  brokenRests(): BrokenRest[] {
    const effects = new NotingOutbox();
    this.#outbox = effects;
    try {
      return brokenRests(this, effects);
    } finally {
      this.#outbox = null;
    }
  }

  #apply(event: Event): void {
    switch (event.type) {
      case "packet.received":
        return onPacket(this, event);
      case "time.reached":
        return passTime(this, event.at);
      case "packet.refused":
        return onRefused(this, event);
      case "packet.malformed":
        return onMalformed(this, event);
      case "connection.opened":
        return this.#open(event);
      case "connection.ended":
        return this.#peerEnded(event.connection);
      case "connection.closed":
        return this.#close(event.connection, event.reason);
      case "connection.congested":
        return this.count("connections_congested_total");
      case "connection.writable":
        return;
      case "call.completed":
        return answerCall(this, event.call, event.result);
      case "server.started":
        return this.#start(event, this.#since);
      case "config.changed":
        return this.#configure(readRealmConfig(event.config));
      case "clock.corrected":
        this.state.kernel.wallOffsetMicros = event.offsetMicros;
        return;
      case "host.stalled":
        return this.state.sessions.forgive(event.duration);
      case "journal.low":
        this.state.kernel.closedFor ??= "UNAVAILABLE";
        return this.log("warn", "journal is in its reserve: no new sessions", {
          freeBytes: event.freeBytes,
        });
      case "journal.ample":
        if (this.state.kernel.closedFor === "UNAVAILABLE") this.state.kernel.closedFor = null;
        return this.log("info", "journal has its reserve again: sessions are welcome", {});
      case "journal.recovered":
        return this.log("info", "state recovered from the journal", {
          events: event.events,
          cutBytes: event.cutBytes,
        });
      case "step.failed":
        return stepFailed(this, event);
      case "drain.requested":
        return this.#drain();
      default:
        return assertNever(event);
    }
  }

  // -------------------------------------------------------------- the life of the server

  #start({ incarnation, seed, config }: ServerStarted, since: Micros): void {
    const { kernel } = this.state;
    invariant(incarnation > kernel.incarnation, "incarnations only grow", incarnation);
    if (kernel.incarnation === 0) kernel.seed = seed;
    // Whom a crash cut off was not silent while there was nobody to hear him.
    else this.state.sessions.forgive(micros(kernel.now - since));
    kernel.incarnation = incarnation;
    kernel.calls = 0;
    const journalled = readRealmConfig(config);
    kernel.contractHash = journalled.contractHash ?? this.composition.contractHash;
    this.#configure(journalled);
    kernel.tickBase = kernel.tick;
    kernel.tickStart = kernel.now;
    kernel.closedFor = null;
    delete kernel.suspended;
    delete kernel.hasSpared;
    // `at` begins with the wall clock; the host tells it if it could not.
    kernel.wallOffsetMicros = 0;
  }

  #configure({ realm, keys }: JournalledConfig): void {
    changeTickHz(this, realm.tickHz);
    this.state.kernel.config = realm;
    this.state.configKeys = keys;
  }

  #drain(): void {
    this.state.kernel.closedFor = "MAINTENANCE";
    for (const session of this.state.sessions.all()) this.disconnect(session, "MAINTENANCE");
  }

  // -------------------------------------------------------------- the life of a session

  #open(event: Extract<Event, { type: "connection.opened" }>): void {
    const session = this.state.sessions.open(event);
    this.count("sessions_opened_total");
    this.log("info", "session opened", {
      session: session.id,
      remote: session.remote,
      sessions: this.state.sessions.size,
    });
    for (const [index, { implementation }] of this.composition.features.entries()) {
      const opened = implementation.sessions.opened?.bind(implementation.sessions);
      if (opened !== undefined) this.run(index, session, (ctx) => opened(ctx));
    }
    const { closedFor } = this.state.kernel;
    if (closedFor !== null) this.disconnect(session, closedFor);
  }

  /** The peer will send no more: what was answered still leaves, then the link ends. */
  #peerEnded(connection: ConnectionId): void {
    const session = this.state.sessions.ofConnection(connection);
    if (session === undefined || session.ending !== null) return;
    this.#end(session, "GOODBYE");
    this.outbox.close(connection, "flush", "GOODBYE");
  }

  #close(connection: ConnectionId, reason: CloseReason): void {
    const session = this.state.sessions.ofConnection(connection);
    invariant(session !== undefined, "a connection closes once", connection);
    this.state.sessions.advance(session, "connection.closed");
    for (const [index, { implementation, name }] of this.composition.features.entries()) {
      if (hearsNoEnds(this, name)) continue;
      const hooks = implementation.sessions;
      if (hooks.closed === undefined) continue;
      this.run(index, session, (ctx) => hooks.closed?.(ctx, reason));
    }
    this.state.inbox.drop(session.id);
    this.state.sessions.remove(session);
    this.count("sessions_closed_total");
    const { player } = session;
    this.log("info", "session closed", {
      session: session.id,
      ...(player === null ? {} : { player }),
      remote: session.remote,
      reason,
      code: session.ending,
      sessions: this.state.sessions.size,
    });
  }

  /** Tells the peer why, then closes: in order, or at once for the codes that mean abuse. */
  disconnect(session: Session, code: ErrorCode): void {
    if (session.ending !== null) return;
    const { abuse } = errorTable[code];
    if (!abuse) {
      const told = disconnectMessage(code);
      const payload = this.encode(
        controlPackets.disconnect.type,
        controlPackets.disconnect.message,
        told,
      );
      this.send(session, payload, "committed", 0);
    }
    this.#end(session, code);
    this.outbox.close(session.connection, abuse ? "reset" : "flush", code);
  }

  #end(session: Session, code: ErrorCode): void {
    session.ending = code;
    this.state.sessions.advance(session, "disconnect.ordered");
    this.state.inbox.drop(session.id);
    this.count(`sessions_ended_total{code="${code}"}`);
  }

  // -------------------------------------------------------------- services for handlers

  /** The outbox of the step that is under way. */
  get outbox(): Outbox {
    invariant(this.#outbox !== null, "effects belong to a step");
    return this.#outbox;
  }

  /** Runs a feature's code: what it throws is the feature's fault. */
  run(feature: number, session: Session | null, handler: (ctx: FeatureContext) => void): void {
    const ctx = this.contexts[feature];
    invariant(ctx !== undefined, "a feature has a context", feature);
    try {
      handler(ctx.begin(session));
    } catch (error) {
      this.failedFeature ??= this.composition.features[feature]?.name ?? "";
      throw error;
    } finally {
      ctx.end();
    }
  }

  /** @throws ApiMisuseError when the message does not encode */
  encode(type: PacketType, message: AnyMessage, value: unknown): PayloadRef {
    const encoder = this.#payloads;
    encoder.encode(message, value as never);
    return this.outbox.payload(type, encoder.bytes, encoder.start, encoder.end);
  }

  send(session: Session, payload: PayloadRef, delivery: Delivery, inReplyTo: number): void {
    const sequence =
      delivery === "committed" ? (session.committedSequence += 1) : (session.promptSequence += 1);
    this.outbox.send(session.connection, payload, delivery, sequence, inReplyTo);
  }

  /**
   * Answers a packet with an ERROR; ends the session too when the code says so.
   *
   * @param count how many packets of its type the ERROR speaks for, the one answered being the last
   */
  refuse(
    session: Session,
    code: ErrorCode,
    sequence: number,
    message?: string,
    count: number = 1,
  ): void {
    const told = errorMessage(code, message, count);
    const payload = this.encode(controlPackets.error.type, controlPackets.error.message, told);
    this.send(session, payload, "committed", sequence);
    this.count(`packets_answered_with_error_total{code="${code}"}`);
    if (errorTable[code].closes) this.disconnect(session, code);
  }

  /** Those whose area of interest covers `at`; none when no feature knows areas. */
  nearby(at: Position): readonly SessionId[] {
    const { near, features } = this.composition;
    const provider = near === null ? undefined : features[near];
    if (near === null || provider === undefined) return [];
    try {
      return [...(provider.implementation.near?.(this.state.featureStates[near], at) ?? [])];
    } catch (error) {
      this.failedFeature ??= provider.name;
      throw error;
    }
  }

  setTimer(
    feature: string,
    name: string,
    id: number | string,
    dueAt: Micros,
    data: PlainData,
  ): void {
    const { timers } = this.state;
    const kind = this.#timerKind(feature, name);
    if (timers.size >= limits.timersMax) {
      throw new ApiMisuseError(`feature "${feature}": more than ${limits.timersMax} timers`);
    }
    timers.set(kind, id, dueAt, kept(data, "timer", name, feature));
  }

  cancelTimer(feature: string, name: string, id: number | string): boolean {
    return this.state.timers.cancel(this.#timerKind(feature, name), id);
  }

  #timerKind(feature: string, name: string): number {
    const kind = this.composition.timerKindsOf.get(feature)?.get(name);
    if (kind === undefined) {
      throw new ApiMisuseError(`feature "${feature}": timer "${name}" is not declared`);
    }
    return kind;
  }

  call(order: CallOrder): CallId {
    const { kernel, calls, timers } = this.state;
    if (calls.size >= limits.pendingCallsMax) {
      throw new ApiMisuseError(`more than ${limits.pendingCallsMax} calls wait`);
    }
    const request = kept(order.request, "the request of call", order.name, order.feature);
    const carry = kept(order.carry, "what is carried by call", order.name, order.feature);
    const id = callId(incarnatedId(kernel.incarnation as Incarnation, 0, kernel.calls));
    kernel.calls += 1;
    const { feature, name, session, player, inReplyTo, operation } = order;
    const pending = { feature, name, session, inReplyTo, carry };
    calls.set(id, player === null ? pending : { ...pending, player });
    timers.set(deadlineKind, id, micros(kernel.now + operation.deadline), undefined);
    const asker = session === 0 ? null : (this.state.sessions.get(session)?.connection ?? null);
    this.outbox.call(id, operation.name, request, operation.effect, asker);
    return id;
  }

  count(counter: string, by = 1): void {
    this.outbox.count(counter, by);
  }

  log(level: LogLevel, message: string, fields?: LogFields): void {
    this.outbox.log(level, message, fields);
  }
}

/**
 * A copy of what a feature wants kept: the feature may go on changing its own, and a machine that
 * was restored would not see that.
 */
function kept(data: PlainData, what: string, name: string, feature: string): PlainData {
  if (typeof data !== "object" || data === null) return data;
  if (!isPlain(data)) assertPlain(data, `${what} "${name}" of feature "${feature}"`);
  return clonePlain(data);
}
