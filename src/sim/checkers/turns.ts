/**
 * [LOOP-05] Packets that wait for a tick are taken in turns:
 *
 * 1. While anybody waits the next tick is asked for, and it takes all who wait and answers them.
 * 2. Those of one connection are taken in the order in which they came.
 * 3. Between two of one connection, everybody who waited has had one taken.
 * 4. Nobody has more waiting than he may.
 *
 * Judged by the answers. Who has a call under way is not looked at until the tick behind its end:
 * his answers may be those of calls.
 */
import type { CallId, ConnectionId } from "../../core/kernel/ids.ts";
import { limits } from "../../core/kernel/limits.ts";
import { EnvelopeReader } from "../../core/wire/index.ts";
import { CheckFailure } from "./checker.ts";
import type { Checker, Step, StepSend } from "./checker.ts";
import { tickMicrosOf } from "./ticks.ts";
import type { WaitingTypes } from "./waiting-types.ts";

/** What waits of one connection. */
interface Waiter {
  readonly sequences: number[];
  /** The turn in which it began to wait, or was taken last. */
  turn: number;
}

export class TurnsChecker implements Checker {
  readonly name = "turns";
  readonly missesEncore = true;
  /** Nobody waits when a process begins. */
  readonly missesReplays = true;
  /** Counts packets that were taken. */
  checked = 0;
  readonly #envelope = new EnvelopeReader();
  /** Requests that wait for a tick. */
  readonly #types: ReadonlySet<number>;
  readonly #waiters = new Map<ConnectionId, Waiter>();
  /** When somebody's packet was taken last, while others wait. */
  readonly #takenIn = new Map<ConnectionId, number>();
  /** Told to end and not yet gone: what they send is ignored. */
  readonly #ending = new Set<ConnectionId>();
  readonly #calls = new Map<CallId, ConnectionId>();
  /** They have, or had since the last tick, calls under way. */
  readonly #asking = new Set<ConnectionId>();
  /** Nothing waits of which no answer tells. */
  readonly #areAllSeen: boolean;
  #turn = 0;
  /** 0 until the server has started. */
  #tickMicros = 0;

  constructor({ requests, tellings }: WaitingTypes) {
    this.#types = requests;
    this.#areAllSeen = tellings.size === 0;
  }

  processStarted(): void {
    this.#waiters.clear();
    this.#takenIn.clear();
    this.#ending.clear();
    this.#calls.clear();
    this.#asking.clear();
  }

  stepped(step: Step): void {
    const { event, sends, calls, closes, counts, machine } = step;
    if (event.type === "server.started") this.#tickMicros = tickMicrosOf(event.config);
    for (const { call, asker } of calls) if (asker !== null) this.#called(call, asker);
    for (const { connection } of closes) {
      this.#waiters.delete(connection);
      this.#ending.add(connection);
    }
    if (event.type === "connection.closed") this.#gone(event.connection);
    if (event.type === "call.completed") this.#calls.delete(event.call);
    const before = event.type === "time.reached" ? this.#waiting() : 0;
    const isTick = before > 0 && before <= limits.inboxPerTickMax && counts.has("ticks_total");
    if (isTick) this.#leftOver(sends);
    if (before > 0) for (const send of sends) this.#answered(send);
    if (this.#asking.size > 0 && counts.has("ticks_total")) this.#seeAgain();
    if (event.type === "packet.received") this.#came(step, event);
    if (this.#waiters.size === 0) return this.#takenIn.clear();
    const next = machine.nextTimeout() ?? Infinity;
    if (this.#tickMicros === 0 || next <= event.at + this.#tickMicros) return;
    for (const [waiter, { sequences }] of this.#waiters) {
      this.#fail("whoever waits has the next tick asked for", packetOf(waiter, sequences[0]));
    }
  }

  #called(call: CallId, asker: ConnectionId): void {
    this.#waiters.delete(asker);
    this.#calls.set(call, asker);
    this.#asking.add(asker);
  }

  #gone(connection: ConnectionId): void {
    this.#waiters.delete(connection);
    this.#ending.delete(connection);
    this.#asking.delete(connection);
    for (const [call, asker] of this.#calls) if (asker === connection) this.#calls.delete(call);
  }

  /** A tick has taken whatever waited unseen. */
  #seeAgain(): void {
    const asking = new Set(this.#calls.values());
    for (const connection of this.#asking) {
      if (!asking.has(connection)) this.#asking.delete(connection);
    }
  }

  /** A tick takes so many that nobody may be left. */
  #leftOver(sends: readonly StepSend[]): void {
    for (const [connection, { sequences }] of this.#waiters) {
      const answered = new Set<number>();
      for (const send of sends) if (send.connection === connection) answered.add(send.inReplyTo);
      const left = sequences.find((sequence) => !answered.has(sequence));
      if (left === undefined) continue;
      this.#fail("a tick takes all who wait and answers them", packetOf(connection, left));
    }
  }

  #waiting(): number {
    let waiting = 0;
    for (const { sequences } of this.#waiters.values()) waiting += sequences.length;
    return waiting;
  }

  #came(
    { sends }: Step,
    { bytes, start, end, connection }: Extract<Step["event"], { type: "packet.received" }>,
  ): void {
    const envelope = this.#envelope;
    if (!envelope.read(bytes, start, end) || !this.#types.has(envelope.type)) return;
    const { sequence } = envelope;
    if (this.#ending.has(connection) || this.#asking.has(connection)) return;
    if (sends.some((send) => send.inReplyTo === sequence && send.connection === connection)) return;
    const waiter = this.#waiters.get(connection);
    if (waiter !== undefined) {
      waiter.sequences.push(sequence);
      if (waiter.sequences.length <= limits.inboxPerSessionMax) return;
      this.#fail("nobody has more waiting than he may", `connection ${String(connection)}`);
    }
    this.#waiters.set(connection, { sequences: [sequence], turn: (this.#turn += 1) });
  }

  #answered({ connection, inReplyTo }: StepSend): void {
    const waiter = this.#waiters.get(connection);
    const at = waiter?.sequences.indexOf(inReplyTo) ?? -1;
    if (waiter === undefined || at === -1) return;
    this.checked += 1;
    if (at > 0) {
      const sequence = String(waiter.sequences[0]);
      this.#fail("one's packets are taken in their order", `${sequence} was passed over`);
    }
    const last = this.#takenIn.get(connection) ?? 0;
    for (const [other, { turn }] of this.#waiters) {
      if (turn >= last || !this.#areAllSeen) continue;
      const detail = `connection ${String(connection)} before ${String(other)}`;
      this.#fail("nobody is taken twice while another waits", detail);
    }
    waiter.turn = this.#turn += 1;
    this.#takenIn.set(connection, this.#turn);
    waiter.sequences.shift();
    if (waiter.sequences.length === 0) this.#waiters.delete(connection);
  }

  #fail(rule: string, detail: string): never {
    throw new CheckFailure(this.name, rule, detail);
  }
}

const packetOf = (connection: ConnectionId, sequence: number | undefined): string =>
  `packet ${String(sequence)} of connection ${String(connection)}`;
