/**
 * The client as a machine without a platform: bytes and times in, bytes and outcomes out. The load
 * tool, the simulator and every user's client run it unchanged; what differs is who carries out its
 * orders (`node.ts` over sockets, the simulator in simulated time).
 *
 * Theory of operation
 *
 *     start --> connecting --opened--> greeting --HELLO--> ready
 *                  ^  |                    |                 |
 *                  |  +------ failed ------+----- lost ------+
 *                  |                       |
 *                  +------ due -------- backingOff        stopped <-- stop, or no use in retrying
 *
 * One link exists at a time. When it is open the client says HELLO and waits for the server's; then
 * it is ready, and what was asked meanwhile is sent in the order of asking. A link that breaks is
 * followed by another after a drawn delay (`back-off.ts`), unless the server or the transport says
 * that trying again is of no use.
 *
 * The driver's part: call an input, then carry out what it put into the outbox, then wait for
 * bytes, for the link, or for `nextTimeout()`, whichever comes first. After each input the timeout
 * may be another one.
 *
 * C1. Every request has exactly one outcome, `resolved` or `rejected`. It may come before `request`
 *     returns; its number is then the one that `request` returns.
 * C2. A message is written at most once. What was written to a link that broke is rejected with
 *     CONNECTION_LOST and never sent again, because nobody knows whether the server acted on it.
 * C3. Messages leave in the order of asking, also across links.
 * C4. Nothing that a server sends throws. Bytes that are no packets end the link.
 * C5. After the order `close` the driver delivers nothing more of that link, not even `closed`.
 * C6. No method of the outbox calls back into the machine.
 * C7. `stopped` is for ever: nothing is pending then, and nothing is ordered any more.
 */
import type { CloseMode } from "../core/contract.ts";
import { heartbeatContract, sessionContract } from "../core/features/contracts.ts";
import { apiRule, assertNever, invariant } from "../core/kernel/assert.ts";
import type { Micros, PacketType } from "../core/kernel/ids.ts";
import { encodePayload } from "../core/wire/index.ts";
import { backOffDelayMs } from "./back-off.ts";
import type { ReconnectPolicy } from "./back-off.ts";
import { checkClientOptions, newClientCounters } from "./borders.ts";
import type {
  ClientCounters,
  ClientOptions,
  ClientOutbox,
  ClientState,
  Welcome,
} from "./borders.ts";
import { later, Link, payloadOf } from "./link.ts";
import type { Packet } from "./link.ts";
import { Pending } from "./pending.ts";
import type { Asked, RequestNumber, Waiting } from "./pending.ts";
import { endsSession, refusedByClient, refusedByServer } from "./refused.ts";
import type { Refused } from "./refused.ts";
import { Routes } from "./routes.ts";

/** As `ClientState`, with the link where there is one. */
type State =
  | Exclude<ClientState, { readonly name: "greeting" | "ready" }>
  | (Extract<ClientState, { readonly name: "greeting" | "ready" }> & { readonly link: Link });

export class ClientMachine {
  readonly counters: ClientCounters = newClientCounters();
  /** Of the last heartbeat that was answered; null before the first. */
  roundTripMicros: number | null = null;
  readonly #options: ClientOptions;
  readonly #outbox: ClientOutbox;
  readonly #routes: Routes;
  readonly #pending = new Pending();
  #state: State = { name: "idle" };
  #shown: ClientState = { name: "idle" };
  #requests = 0;
  #now = 0;

  /**
   * @param routes of the contracts, for those who make many clients of the same ones
   * @throws ApiMisuseError for options that contradict each other
   */
  constructor(
    options: ClientOptions,
    outbox: ClientOutbox,
    routes = new Routes(options.contracts),
  ) {
    checkClientOptions(options);
    this.#options = options;
    this.#outbox = outbox;
    this.#routes = routes;
  }

  get state(): ClientState {
    return this.#shown;
  }

  /** The number that the next request will have. */
  get nextRequest(): RequestNumber {
    return (this.#requests + 1) as RequestNumber;
  }

  /** Messages that wait for a link and requests that wait for an answer. */
  get pending(): number {
    return this.#pending.queued + this.#pending.inFlight;
  }

  // ---------------------------------------------------------------- what the user wants

  /** Begins. Once. */
  start(at: Micros): void {
    this.#passTo(at);
    apiRule(this.#state.name === "idle", "the client was started already");
    this.#becomeConnecting(0);
  }

  /** Ends for good. What is pending is rejected with STOPPED. Does nothing the second time. */
  stop(at: Micros): void {
    this.#passTo(at);
    const from = this.#state.name;
    if (from === "stopped") return;
    // Only a greeted server gets what is written: one that has not answered yet owes us nothing.
    if (from === "ready") this.#outbox.close("flush");
    else if (from === "connecting" || from === "greeting") this.#outbox.close("reset");
    this.#becomeStopped(refusedByClient("STOPPED"), refusedByClient("STOPPED"));
  }

  /**
   * Asks. The message is encoded here and now.
   *
   * @returns the number that the outcome will carry
   * @throws ApiMisuseError for a name that is no request, and for a message that cannot be encoded
   */
  request(contract: string, key: string, message: unknown, at: Micros): RequestNumber {
    const entry = this.#routes.request(contract, key);
    const payload = encodePayload(entry.message, message as never);
    this.#passTo(at);
    const number = this.nextRequest;
    this.#requests += 1;
    const asked = { number, entry, dueAt: later(at, this.#options.requestTimeoutMs) };
    const refused = this.#put({ kind: "request", type: entry.type, payload, asked });
    if (refused !== null) this.#outbox.rejected(number, refused);
    return number;
  }

  /**
   * Tells. Nothing comes back but, perhaps, `refused`.
   *
   * @returns why the message was not taken, or null
   * @throws ApiMisuseError as `request` does
   */
  tell(contract: string, key: string, message: unknown, at: Micros): Refused | null {
    const entry = this.#routes.tell(contract, key);
    const payload = encodePayload(entry.message, message as never);
    this.#passTo(at);
    return this.#put({ kind: "tell", type: entry.type, payload });
  }

  // ---------------------------------------------------------------- what happened to the link

  /** The link that `connect` ordered is up; over TLS that means after the handshake. */
  opened(at: Micros): void {
    this.#passTo(at);
    const state = this.#state;
    apiRule(state.name === "connecting", "opened: no link was ordered");
    const { helloTimeoutMs, protocol } = this.#options;
    const link = new Link(this.#options, at);
    const dueAt = later(at, helloTimeoutMs);
    this.#enter({ name: "greeting", failures: state.failures, dueAt, link });
    const hello = {
      protocolMin: protocol.min,
      protocolMax: protocol.max,
      contractHash: this.#routes.contractHash,
    };
    const { type, message } = sessionContract.entries.hello;
    const sequence = this.#write(link, type, encodePayload(message, hello));
    invariant(sequence === helloSequence, "HELLO is the first packet", sequence);
  }

  /** Bytes from the server, as they come. Ownership passes. */
  received(bytes: Uint8Array, at: Micros): void {
    this.#passTo(at);
    const link = linkOf(this.#state);
    if (link === null) return;
    link.receive(bytes, at);
    this.counters.bytesReceived += bytes.length;
    for (;;) {
      const next = link.next();
      if (next.kind === "none") return;
      if (next.kind === "broken") return this.#lose(next.refused, "reset");
      this.counters.packetsReceived += 1;
      this.#packet(link, next.packet);
      if (linkOf(this.#state) !== link) return;
    }
  }

  /** The server will send no more (FIN). */
  ended(at: Micros): void {
    this.#passTo(at);
    const link = linkOf(this.#state);
    if (link === null) return;
    this.#lose(link.farewell ?? refusedByClient("CONNECTION_LOST", "the server ended it"), "flush");
  }

  /** The link is gone, or never came up. `reason` null: in order. */
  closed(reason: Refused | null, at: Micros): void {
    this.#passTo(at);
    const link = linkOf(this.#state);
    if (link === null && this.#state.name !== "connecting") return;
    const lost = refusedByClient("CONNECTION_LOST", "the server closed it");
    this.#lose(link?.farewell ?? reason ?? lost, null);
  }

  /** What `write` said was too much has left the transport. */
  writable(at: Micros): void {
    this.#passTo(at);
    const link = linkOf(this.#state);
    if (link === null) return;
    link.congested = false;
    this.#sendQueued();
  }

  // ---------------------------------------------------------------- time

  /** When `timeReached` is wanted; null: the machine waits for nothing. */
  nextTimeout(): Micros | null {
    const own = this.#stateDueAt();
    const request = this.#pending.nextDueAt();
    return own === null || request === null ? (own ?? request) : earlier(own, request);
  }

  /** Does what is due. Harmless when nothing is. */
  timeReached(at: Micros): void {
    this.#passTo(at);
    for (let late = this.#pending.expire(at); late !== null; late = this.#pending.expire(at)) {
      this.#outbox.rejected(late.number, refusedByClient("REQUEST_TIMEOUT"));
    }
    const state = this.#state;
    switch (state.name) {
      case "idle":
      case "stopped":
        return;
      case "connecting":
        if (state.dueAt <= at) this.#lose(refusedByClient("CONNECT_TIMEOUT"), "reset");
        return;
      case "greeting":
        if (state.dueAt > at) return;
        return this.#lose(refusedByClient("SERVER_SILENT", "the server does not greet"), "reset");
      case "ready":
        return this.#tend(state.link, at);
      case "backingOff":
        if (state.dueAt <= at) this.#becomeConnecting(state.failures);
        return;
      default:
        assertNever(state);
    }
  }

  #stateDueAt(): Micros | null {
    const state = this.#state;
    switch (state.name) {
      case "idle":
      case "stopped":
        return null;
      case "connecting":
      case "greeting":
      case "backingOff":
        return state.dueAt;
      case "ready":
        return earlier(state.link.beatDueAt(), state.link.deadAt());
      default:
        return assertNever(state);
    }
  }

  /** Keeps a ready link alive, or finds it dead. */
  #tend(link: Link, at: Micros): void {
    if (link.deadAt() <= at) return this.#lose(refusedByClient("SERVER_SILENT"), "reset");
    if (link.beatDueAt() > at) return;
    const { type, message } = heartbeatContract.entries.beat;
    const beat = { timestamp: Math.floor(at / 1_000) };
    this.#write(link, type, encodePayload(message, beat));
    link.beat(at);
  }

  #passTo(at: Micros): void {
    apiRule(at >= this.#now, "time goes forward");
    this.#now = at;
  }

  // ---------------------------------------------------------------- out

  /** Sends the message now, or lets it wait. Returns why neither is possible. */
  #put(waiting: Waiting): Refused | null {
    const state = this.#state;
    if (state.name === "stopped") return refusedByClient("STOPPED", state.reason.message);
    if (this.pending >= this.#options.pendingMax) return refusedByClient("QUEUE_FULL");
    if (state.name === "ready" && !state.link.congested) {
      invariant(this.#pending.queued === 0, "nothing waits while it could be sent");
      this.#send(state.link, waiting);
    } else {
      this.#pending.put(waiting);
    }
    return null;
  }

  #sendQueued(): void {
    const state = this.#state;
    if (state.name !== "ready") return;
    while (!state.link.congested) {
      const next = this.#pending.take();
      if (next === null) return;
      this.#send(state.link, next);
    }
  }

  #send(link: Link, waiting: Waiting): void {
    const sequence = this.#write(link, waiting.type, waiting.payload);
    if (waiting.kind === "request") this.#pending.sent(sequence, waiting.asked);
  }

  #write(link: Link, type: PacketType, payload: Uint8Array): number {
    const frame = link.frame(type, payload, this.#now as Micros);
    this.counters.packetsSent += 1;
    this.counters.bytesSent += frame.length;
    if (this.#outbox.write(frame) === false) link.congested = true;
    return link.sequence;
  }

  // ---------------------------------------------------------------- in

  #packet(link: Link, packet: Packet): void {
    const route = this.#routes.inbound(packet.type);
    if (route === undefined) {
      // A newer server may tell what this client has no name for.
      this.counters.unknownPackets += 1;
      return;
    }
    if (!link.inOrder(route.delivery, packet.sequence)) this.counters.sequenceViolations += 1;
    switch (route.kind) {
      case "hello":
        return this.#hello(link, packet);
      case "error":
        return this.#error(link, packet);
      case "disconnect":
        return this.#disconnect(link, packet);
      case "reply":
        return this.#reply(link, packet);
      case "message": {
        const message = payloadOf(route.message, packet);
        if (message === null) return this.#broken(`${route.contract}.${route.key}`);
        this.#outbox.received(route.contract, route.key, message);
        return;
      }
      default:
        assertNever(route);
    }
  }

  #hello(link: Link, packet: Packet): void {
    const hello = payloadOf(sessionContract.entries.hello.reply, packet);
    if (hello === null) return this.#broken("session.hello");
    const state = this.#state;
    // A second HELLO changes nothing: the version of a link is fixed once.
    if (state.name !== "greeting") return;
    const { min, max } = this.#options.protocol;
    if (hello.protocol < min || hello.protocol > max) {
      const message = `the server chose protocol ${hello.protocol}, this client speaks ${min}..${max}`;
      const code = "VERSION_MISMATCH";
      return this.#lose({ code, message, retryAfterMs: 0, mayRetry: false }, "reset");
    }
    const sameContracts = hello.contractHash === this.#routes.contractHash;
    this.#becomeReady(link, { protocol: hello.protocol, sameContracts });
  }

  #error(link: Link, packet: Packet): void {
    const error = payloadOf(sessionContract.entries.error.message, packet);
    if (error === null) return this.#broken("session.error");
    const refused = refusedByServer(error.code, error.message, error.retryAfterMs);
    const asked = this.#pending.refused(packet.inReplyTo, error.count);
    // The server closes after such a code, but the reason travels only here: kept for `closed`.
    if (endsSession(refused)) link.farewell = refused;
    if (asked.length > 0) return this.#rejectAll(asked, refused);
    if (link.answersHeartbeat(packet.inReplyTo)) return;
    if (packet.inReplyTo === helloSequence && this.#state.name === "greeting") {
      return this.#lose(refused, "flush");
    }
    this.#outbox.refused(refused);
  }

  #disconnect(link: Link, packet: Packet): void {
    const disconnect = payloadOf(sessionContract.entries.disconnect.message, packet);
    if (disconnect === null) return this.#broken("session.disconnect");
    const { code, message, mayRetry } = disconnect;
    // An ERROR before it may have said how long to wait.
    const retryAfterMs = link.farewell?.retryAfterMs ?? 0;
    this.#lose({ ...refusedByServer(code, message, retryAfterMs), mayRetry }, "flush");
  }

  #reply(link: Link, packet: Packet): void {
    if (link.answersHeartbeat(packet.inReplyTo)) {
      this.roundTripMicros = this.#now - link.beatAt;
      return;
    }
    const asked = this.#pending.answered(packet.inReplyTo);
    if (asked === null) {
      this.counters.lateAnswers += 1;
      return;
    }
    const { entry, number } = asked;
    const message = payloadOf(entry.reply, packet);
    if (entry.replyType !== packet.type || message === null) {
      const broken = refusedByClient(
        "SERVER_BROKEN",
        `an answer of type ${packet.type} to ${entry.type}`,
      );
      this.#outbox.rejected(number, broken);
      return this.#lose(broken, "reset");
    }
    this.#outbox.resolved(number, message);
  }

  #broken(name: string): void {
    this.#lose(refusedByClient("SERVER_BROKEN", `${name} cannot be decoded`), "reset");
  }

  // ---------------------------------------------------------------- states

  /** The link is gone: what was in flight with it is lost, and perhaps another follows. */
  #lose(reason: Refused, close: CloseMode | null): void {
    const state = this.#state;
    const isLink = state.name === "connecting" || linkOf(state) !== null;
    invariant(isLink, "only a link can be lost", state.name);
    if (close !== null) this.#outbox.close(close);
    this.counters.lost += 1;
    if (reason.mayRetry && this.#options.reconnect !== null) {
      this.#becomeBackingOff(reason, this.#options.reconnect);
      this.#rejectAll(this.#pending.lose(), refusedByClient("CONNECTION_LOST"));
    } else {
      this.#becomeStopped(reason, refusedByClient("CONNECTION_LOST"));
    }
  }

  #becomeConnecting(failures: number): void {
    const from = this.#state.name;
    invariant(from === "idle" || from === "backingOff", "connecting follows no link", from);
    const dueAt = later(this.#now as Micros, this.#options.connectTimeoutMs);
    this.#enter({ name: "connecting", failures, dueAt });
    this.#outbox.connect();
  }

  #becomeReady(link: Link, welcome: Welcome): void {
    const state = this.#state;
    invariant(state.name === "greeting", "ready follows greeting", state.name);
    this.counters.readied += 1;
    const { failures } = state;
    this.#enter({ name: "ready", failures, since: this.#now as Micros, welcome, link });
    this.#sendQueued();
  }

  #becomeBackingOff(reason: Refused, policy: ReconnectPolicy): void {
    const state = this.#state;
    const isAttempt = "failures" in state && state.name !== "backingOff";
    invariant(isAttempt, "backing off follows an attempt", state.name);
    const stable = state.name === "ready" && later(state.since, policy.stableAfterMs) <= this.#now;
    const failures = stable ? 1 : state.failures + 1;
    const delayMs = backOffDelayMs(policy, failures, this.#options.random);
    const dueAt = later(this.#now as Micros, Math.max(delayMs, reason.retryAfterMs));
    this.#enter({ name: "backingOff", failures, dueAt, reason });
  }

  #becomeStopped(reason: Refused, lost: Refused): void {
    const from = this.#state.name;
    invariant(from !== "stopped", "stopped once");
    this.#enter({ name: "stopped", reason });
    this.#rejectAll(this.#pending.lose(), lost);
    this.#rejectAll(this.#pending.withdraw(), reason);
    invariant(this.pending === 0, "nothing is pending when stopped", this.pending);
  }

  #enter(state: State): void {
    this.#state = state;
    this.#shown = withoutLink(state);
    this.#outbox.stateChanged(this.#shown);
  }

  #rejectAll(requests: readonly Asked[], refused: Refused): void {
    for (const { number } of requests) this.#outbox.rejected(number, refused);
  }
}

const earlier = (left: Micros, right: Micros): Micros => (left < right ? left : right);

/** Of a client's first packet on a link. */
const helloSequence = 1;

function withoutLink(state: State): ClientState {
  if (!("link" in state)) return state;
  const { link: _link, ...shown } = state;
  return shown;
}

const linkOf = (state: State): Link | null =>
  state.name === "greeting" || state.name === "ready" ? state.link : null;
