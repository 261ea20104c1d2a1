/**
 * [HND-01] What is refused is refused for its reason, and nothing else is:
 *
 * 1. What the edge has turned away is answered with the reason for which it did; what was no packet
 *    with INVALID_PACKET.
 * 2. A packet that the state of its session does not allow is answered with NOT_ALLOWED_IN_STATE,
 *    and counted so; one that it allows is not. Packets that wait for a tick are looked at as they
 *    come.
 *
 * How far a session has come is told from the answers that it was given.
 */
import {
  loginContract,
  operateContract,
  sessionContract,
  worldContract,
} from "../../core/features/contracts.ts";
import type { SessionState } from "../../core/kernel/charts/session.ts";
import { errorTable } from "../../core/kernel/errors.ts";
import type { ErrorCode } from "../../core/kernel/errors.ts";
import type { ConnectionId } from "../../core/kernel/ids.ts";
import type { Realm } from "../../core/realm/index.ts";
import { controlPackets, EnvelopeReader } from "../../core/wire/index.ts";
import { CheckFailure } from "./checker.ts";
import type { Checker, Step, StepSend } from "./checker.ts";
import { compositionOf } from "./composition-of.ts";
import { isSuccess, readPayload } from "./replies.ts";

const { error } = controlPackets;
const { hello } = sessionContract.entries;
const { login } = loginContract.entries;
const { begin } = operateContract.entries;
const { enter } = worldContract.entries;

type Received = Extract<Step["event"], { type: "packet.received" }>;

export class RefusalsChecker implements Checker {
  readonly name = "refusals";
  readonly missesEncore = true;
  /** Nobody is connected when a process begins. */
  readonly missesReplays = true;
  /** Counts errors that were told. */
  checked = 0;
  readonly #envelope = new EnvelopeReader();
  /** By type of packet, where it may be sent. */
  readonly #allowed = new Map<number, ReadonlySet<SessionState>>();
  /** Of those who have not been told to end. */
  readonly #states = new Map<ConnectionId, SessionState>();
  readonly #followsStates: boolean;

  /** @param followsStates no feature moves sessions on but those that come with Reprise */
  constructor(realm: Realm, followsStates: boolean) {
    this.#followsStates = followsStates;
    for (const [type, { states }] of compositionOf(realm).routes) {
      this.#allowed.set(type, states);
    }
  }

  processStarted(): void {
    this.#states.clear();
  }

  stepped(step: Step): void {
    const { event, sends, closes } = step;
    switch (event.type) {
      case "connection.opened":
        this.#states.set(event.connection, "handshaking");
        break;
      case "packet.refused":
        this.#told(sends, event.connection, event.reason);
        break;
      case "packet.malformed":
        this.#told(sends, event.connection, "INVALID_PACKET");
        break;
      case "packet.received":
        if (this.#followsStates) this.#received(step, event);
        break;
      default:
        break;
    }
    for (const send of sends) this.#moved(send);
    for (const { connection } of closes) this.#states.delete(connection);
    if (event.type === "connection.closed") this.#states.delete(event.connection);
  }

  #told(sends: readonly StepSend[], connection: ConnectionId, due: ErrorCode): void {
    for (const send of sends) {
      if (send.connection !== connection || send.type !== error.type) continue;
      this.checked += 1;
      if (codeOf(send) === errorTable[due].code) continue;
      this.#fail("what is refused is told why", `${String(codeOf(send))}, not ${due}`);
    }
  }

  #received({ sends, counts }: Step, { connection, bytes, start, end }: Received): void {
    const envelope = this.#envelope;
    if (!envelope.read(bytes, start, end)) return;
    const { type, sequence } = envelope;
    const allowed = this.#allowed.get(type);
    const before = this.#states.get(connection);
    if (allowed === undefined || before === undefined) return;
    // Whoever says anything else first is taken as greeted.
    const state = before === "handshaking" && !allowed.has(before) ? "connected" : before;
    this.#states.set(connection, state);
    const isCounted = counts.has(`packets_refused_in_state_total{state="${state}"}`);
    if (allowed.has(state)) {
      if (!isCounted) return;
      this.#fail("a packet is served where it is allowed", `${String(type)} in ${state}`);
    }
    const isTold = sends.some(
      (send) =>
        send.connection === connection &&
        send.inReplyTo === sequence &&
        codeOf(send) === errorTable.NOT_ALLOWED_IN_STATE.code,
    );
    this.checked += 1;
    if (isTold && isCounted && sends.length === 1) return;
    this.#fail("a packet has no effect where it is not allowed", `${String(type)} in ${state}`);
  }

  #moved({ connection, type, payload }: StepSend): void {
    if (!this.#states.has(connection)) return;
    if (type === hello.replyType) this.#states.set(connection, "connected");
    const isIn =
      type === begin.replyType || (type === login.replyType && isSuccess(login.reply, payload));
    if (isIn) this.#states.set(connection, "authenticated");
    if (type !== enter.replyType || !isSuccess(enter.reply, payload)) return;
    this.#states.set(connection, "inWorld");
  }

  #fail(rule: string, detail: string): never {
    throw new CheckFailure(this.name, rule, detail);
  }
}

/** The code of an error; 0 for other packets. */
const codeOf = ({ type, payload }: StepSend): number =>
  type === error.type ? (readPayload(error.message, payload)?.code ?? 0) : 0;
