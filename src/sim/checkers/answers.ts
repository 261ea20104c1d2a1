/**
 * Whoever asks is answered, whatever the feature:
 *
 * 1. A packet that is not one to be told only is answered in its step: by what was asked for or by
 *    an error; or its asker is ended; or a call of his is made, or it waits for a tick.
 * 2. A call for somebody who waits ends with his answer, or with another call for him, in the step
 *    that hears of it, and at its deadline at the latest.
 * 3. Who waits for a tick is answered in his turn, and nobody waits when everything has settled.
 * 4. Whose packet was refused, or was none, is told so by an error in that step, or is ended.
 *
 * Judged by what goes in and what comes out alone, so that it holds for every feature: a handler
 * that forgets to answer leaves a client with a request that never ends.
 */
import type { CallId, ConnectionId } from "../../core/kernel/ids.ts";
import type { Composition } from "../../core/realm/index.ts";
import type { Realm } from "../../core/realm/index.ts";
import { controlPackets, EnvelopeReader } from "../../core/wire/index.ts";
import { CheckFailure } from "./checker.ts";
import type { Checker, Step } from "./checker.ts";
import { compositionOf } from "./composition-of.ts";

/** A packet without its answer. */
interface Asked {
  readonly type: number;
  readonly sequence: number;
  /** When it came, or when its last call was made. */
  since: number;
  /** Until a tick has taken it. */
  isWaiting: boolean;
  /** Those under way of which one may bring the answer. */
  readonly calls: Set<CallId>;
}

/** A tick takes more than any run has waiting. */
const waitMaxMicros = 2_000_000;

export class AnswersChecker implements Checker {
  readonly name = "answers";
  readonly missesEncore = true;
  /** A process begins with nobody, and what it does anew when a feature threw is the same again. */
  readonly missesReplays = true;
  /** Counts packets that had to be answered. */
  checked = 0;
  readonly #envelope = new EnvelopeReader();
  /** Who waits, each in the order in which he asked. */
  readonly #asked = new Map<ConnectionId, Asked[]>();
  readonly #askers = new Map<CallId, ConnectionId>();
  /** Told to end and not yet gone: what they send is ignored. */
  readonly #ending = new Set<ConnectionId>();
  /** Packets that nobody answers. */
  readonly #tellings = new Set<number>();
  /** Packets that wait for a tick. */
  readonly #waiting = new Set<number>();
  /** Of all calls. */
  #deadlineMicros = 0;
  #now = 0;

  /** @param realms of all builds of the server */
  constructor(realms: Iterable<Realm>) {
    for (const realm of realms) this.#learn(compositionOf(realm));
  }

  #learn({ routes, features }: Composition): void {
    for (const [type, { entry, handler }] of routes) {
      if (entry.kind === "toServer") this.#tellings.add(type);
      if (handler.inbox !== undefined) this.#waiting.add(type);
    }
    for (const { declaration } of features) {
      for (const { operation } of Object.values(declaration.calls ?? {})) {
        this.#deadlineMicros = Math.max(this.#deadlineMicros, operation.deadline);
      }
    }
  }

  processStarted(): void {
    this.#asked.clear();
    this.#askers.clear();
    this.#ending.clear();
  }

  stepped(step: Step): void {
    const { event, closes } = step;
    this.#now = event.at;
    const isPacket = event.type === "packet.received";
    if (isPacket && !this.#ending.has(event.connection)) this.#came(step, event);
    const isNone = event.type === "packet.refused" || event.type === "packet.malformed";
    if (isNone && !this.#ending.has(event.connection)) this.#refused(step, event.connection);
    for (const { connection } of closes) this.#ended(connection);
    if (event.type === "connection.closed") {
      this.#asked.delete(event.connection);
      this.#ending.delete(event.connection);
    }
    if (isPacket || this.#asked.size === 0) return;
    if (event.type === "call.completed") this.#completed(step, event.call);
    else if (event.type === "time.reached") this.#passed(step);
  }

  settled(): void {
    for (const [connection, asked] of this.#asked) {
      for (const one of asked) {
        if (!one.isWaiting || this.#now - one.since < waitMaxMicros) continue;
        this.#fail("who waits for a tick is answered in his turn", one, connection);
      }
    }
  }

  #ended(connection: ConnectionId): void {
    this.#ending.add(connection);
    this.#asked.delete(connection);
  }

  #came(step: Step, event: Extract<Step["event"], { type: "packet.received" }>): void {
    const { sends, closes, calls } = step;
    const { connection } = event;
    const envelope = this.#envelope;
    if (!envelope.read(event.bytes, event.start, event.end)) return;
    const { type, sequence } = envelope;
    if (this.#tellings.has(type)) return;
    this.checked += 1;
    for (const send of sends) {
      if (send.inReplyTo === sequence && send.connection === connection) return;
    }
    for (const close of closes) if (close.connection === connection) return;
    const isWaiting = this.#waiting.has(type);
    const asked: Asked = { type, sequence, since: event.at, isWaiting, calls: new Set() };
    for (const { call, asker } of calls) if (asker === connection) this.#called(asked, call, asker);
    if (!asked.isWaiting && asked.calls.size === 0) {
      this.#fail("every request is answered", asked, connection);
    }
    const others = this.#asked.get(connection);
    if (others === undefined) this.#asked.set(connection, [asked]);
    else others.push(asked);
  }

  #refused({ event, sends, closes }: Step, connection: ConnectionId): void {
    this.checked += 1;
    const { error } = controlPackets;
    if (sends.some((send) => send.connection === connection && send.type === error.type)) return;
    if (closes.some((close) => close.connection === connection)) return;
    throw new CheckFailure(this.name, "whoever is refused is told so", event.type);
  }

  #called(asked: Asked, call: CallId, asker: ConnectionId): void {
    asked.calls.add(call);
    asked.since = this.#now;
    this.#askers.set(call, asker);
  }

  #completed(step: Step, call: CallId): void {
    const connection = this.#askers.get(call);
    this.#askers.delete(call);
    const asked = connection === undefined ? undefined : this.#asked.get(connection);
    if (connection === undefined || asked === undefined) return;
    const left = this.#unanswered(asked, connection, step);
    for (const one of left) {
      if (!one.calls.delete(call)) continue;
      for (const next of step.calls) {
        if (next.asker === connection) this.#called(one, next.call, connection);
      }
      if (one.calls.size > 0 || one.isWaiting) continue;
      this.#fail("a call for somebody who waits ends with his answer", one, connection);
    }
    this.#keep(connection, left);
  }

  /** Ticks have taken who waited, and what was called for may be overdue. */
  #passed(step: Step): void {
    // Of many who wait a step is about few.
    const met = new Set<ConnectionId | null>();
    for (const { connection, inReplyTo } of step.sends) if (inReplyTo !== 0) met.add(connection);
    for (const { asker } of step.calls) met.add(asker);
    for (const [connection, asked] of this.#asked) {
      if (!met.has(connection)) {
        for (const one of asked) this.#overdue(one, connection);
        continue;
      }
      const left = this.#unanswered(asked, connection, step);
      for (const next of step.calls) {
        if (next.asker !== connection) continue;
        for (const one of left) this.#called(one, next.call, connection);
        // With one it is certain whose call it is.
        if (left[0] !== undefined && left.length === 1) left[0].isWaiting = false;
      }
      for (const one of left) this.#overdue(one, connection);
      this.#keep(connection, left);
    }
  }

  #overdue(one: Asked, connection: ConnectionId): void {
    if (one.calls.size === 0 || one.isWaiting) return;
    if (one.since + this.#deadlineMicros > this.#now) return;
    this.#fail("a call for somebody who waits ends with his answer", one, connection);
  }

  /** Those whom the step has not answered. */
  #unanswered(asked: readonly Asked[], connection: ConnectionId, { sends, calls }: Step): Asked[] {
    const left: Asked[] = [];
    let isTurn = false;
    for (let at = asked.length - 1; at >= 0; at -= 1) {
      const one = asked[at] as Asked;
      const isHis = ({ inReplyTo, connection: to }: Step["sends"][number]): boolean =>
        inReplyTo === one.sequence && to === connection;
      if (!sends.some(isHis)) {
        // It was taken before one that came after it.
        const isPassedOver = isTurn && one.isWaiting && one.calls.size === 0;
        if (isPassedOver && !calls.some(({ asker }) => asker === connection)) {
          this.#fail("who waits for a tick is answered in his turn", one, connection);
        }
        left.unshift(one);
      } else if (one.isWaiting) isTurn = true;
    }
    return left;
  }

  #keep(connection: ConnectionId, left: Asked[]): void {
    if (left.length > 0) this.#asked.set(connection, left);
    else this.#asked.delete(connection);
  }

  #fail(rule: string, { type, sequence }: Asked, connection: ConnectionId): never {
    const detail = `packet ${String(sequence)} of type ${String(type)}, connection`;
    throw new CheckFailure(this.name, rule, `${detail} ${String(connection)}`);
  }
}
