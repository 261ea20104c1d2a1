/**
 * [SES-02] [SES-05] [NET-12] How a server behaves towards its peers, as told by the realm's steps:
 *
 * 1. Whoever is ended is told why first, and in order; whoever is abusive is cut without a word.
 * 2. A session is greeted once, and only where there is a version that both sides speak.
 * 3. A packet has one answer at most.
 * 4. A session has one login under way at most, and a player one login that is being opened.
 * 5. A drain ends every session in the step that hears of it, and lets nobody in afterwards.
 * 6. Whoever waits for the outside is answered in the step that hears of it.
 * 7. An address tries as many logins as it has been granted, and is refused none of these; of
 *    those that have all of theirs again no more are kept than have to be.
 * 8. Whoever has lost the framing or the numbers is cut at once; who sends what is no packet, or
 *    is refused, is cut when he goes on for longer than the limits say, and not sooner.
 * 9. A logout that leaves it all to its session is understood.
 */
import { accountContract, loginContract } from "../../core/features/contracts.ts";
import type { ConnectionOpened } from "../../core/contract.ts";
import type { RealmConfig } from "../../core/realm/config.ts";
import { protocolRange, sessionContract } from "../../core/features/session/contract.ts";
import { errorTable } from "../../core/kernel/errors.ts";
import type { CallId, ConnectionId } from "../../core/kernel/ids.ts";
import type { PlainData } from "../../core/kernel/plain.ts";
import {
  controlPackets,
  decodePayload,
  EnvelopeReader,
  toSafeNumber,
} from "../../core/wire/index.ts";
import { CheckFailure } from "./checker.ts";
import type { Checker, Step } from "./checker.ts";
import { readPayload } from "./replies.ts";
import { Rewound } from "./rewound.ts";
import { startedWith } from "./started-with.ts";

const { hello } = sessionContract.entries;
const { login } = loginContract.entries;
const { logout } = accountContract.entries;

/** What is known of an open connection. */
interface Guest {
  readonly address: string;
  isGreeted: boolean;
  isEnding: boolean;
  /** The packets that were answered last; older ones are not answered any more. */
  readonly answered: Set<number>;
  /** Malformed packets in a row: those that were told as such, and all that may have been. */
  malformed: number;
  malformedAtMost: number;
  /** So many of his packets wait for a tick. Until then they end no row, nor make one longer. */
  waiting: number;
  refusedSince: number;
  refused: number;
}

/** A call for one; whose it is, and until when the realm waits for it. */
interface LoginUnderWay {
  readonly who: string;
  readonly asker: ConnectionId | null;
  readonly until: number;
}

interface House {
  readonly guests: Map<ConnectionId, Guest>;
  /** Logins by their calls: whose session or which player they are of, and until when. */
  readonly logins: Map<CallId, LoginUnderWay>;
  /** Calls that are made for somebody who waits. */
  readonly awaited: Map<CallId, ConnectionId>;
  isDraining: boolean;
  /** By address, when it has all its logins again; in the order in which they tried. */
  readonly fullAt: Map<string, number>;
  /** Between two logins of an address, and how many it has at once. */
  intervalMicros: number;
  burst: number;
}

const answeredMax = 512;
/** So many addresses that have all their logins again are forgotten with each login. */
const forgottenMax = 8;
const addressesViewName = "login.addresses";
/** The deadline of the accounts' operations. */
const patienceMicros = 10_000_000;
/** Of these somebody waits for the answer. */
const answeredOperations: ReadonlySet<string> = new Set([
  "accounts.verify",
  "logins.open",
  "tokens.verify",
]);

export class EtiquetteChecker implements Checker {
  readonly name = "etiquette";
  /** Counts sessions that were ended. */
  checked = 0;
  readonly memory = new Rewound(newHouse);
  readonly #envelope = new EnvelopeReader();
  readonly #limits: Patience;
  readonly #waiting: ReadonlySet<number>;

  /** @param waiting types of packets that wait for a tick */
  constructor(limits: Patience, waiting: ReadonlySet<number>) {
    this.#limits = limits;
    this.#waiting = waiting;
  }

  stepped(step: Step): void {
    const { event } = step;
    const { guests, logins } = this.memory.now;
    if (event.type === "connection.opened") {
      guests.set(event.connection, newGuest(event));
    } else if (event.type === "server.started") {
      const { loginsPerMinute, loginsBurst } = startedWith(event.config);
      this.memory.now.isDraining = false;
      // What the process before this one asked is answered to nobody.
      logins.clear();
      this.memory.now.awaited.clear();
      this.memory.now.intervalMicros = Math.ceil(60_000_000 / loginsPerMinute);
      this.memory.now.burst = loginsBurst;
    } else if (event.type === "call.completed") {
      logins.delete(event.call);
      this.#answered(step, event.call);
    }
    if (event.type === "time.reached") {
      this.#expired(step);
      if (this.#waiting.size > 0 && step.counts.has("ticks_total")) this.#ticked();
    }
    if (step.sends.length > 0) this.#told(step);
    if ("connection" in event && event.connection !== null) this.#patience(step, event.connection);
    if (step.counts.has("packets_undecodable_total")) this.#notUnderstood(event);
    if (event.type === "step.failed") this.#failed(step, event.connection);
    if (step.closes.length > 0) this.#ended(step);
    if (step.calls.length > 0) this.#called(step);
    if (event.type === "drain.requested") this.memory.now.isDraining = true;
    if (this.memory.now.isDraining) this.#drained(step);
    if (event.type === "connection.closed") guests.delete(event.connection);
  }

  #told({ event, sends }: Step): void {
    for (const { connection, type, inReplyTo, payload } of sends) {
      const guest = this.memory.now.guests.get(connection);
      if (guest === undefined) continue;
      if (guest.isEnding) this.#fail("nothing is said behind a farewell", event.type);
      if (type === hello.replyType) this.#greeted(guest, event);
      if (type === login.replyType && payload !== null) this.#refused(guest, event, payload);
      if (inReplyTo === 0) continue;
      const { answered } = guest;
      if (answered.has(inReplyTo)) {
        this.#fail("a packet has one answer", `packet ${String(inReplyTo)}, by ${String(type)}`);
      }
      answered.add(inReplyTo);
      for (const oldest of answered) {
        if (answered.size > answeredMax) answered.delete(oldest);
        break;
      }
    }
  }

  #greeted(guest: Guest, event: Step["event"]): void {
    if (guest.isGreeted) this.#fail("a session is greeted once", event.type);
    guest.isGreeted = true;
    const envelope = this.#envelope;
    if (event.type !== "packet.received") this.#fail("a greeting is answered", event.type);
    if (!envelope.read(event.bytes, event.start, event.end)) return;
    const { payloadStart, payloadEnd } = envelope;
    const said = decodePayload(hello.message, event.bytes, payloadStart, payloadEnd);
    if (said === null) return;
    // Whoever names no version speaks the first.
    const min = Math.max(said.protocolMin, 1);
    const max = Math.max(said.protocolMax, min);
    if (max >= protocolRange.min && min <= protocolRange.max) return;
    this.#fail("only a version that both speak is agreed on", `${String(min)}..${String(max)}`);
  }

  /** Whoever's event was left out is ended in the step that tells of it. */
  #failed({ closes }: Step, connection: ConnectionId | null): void {
    if (connection === null) return;
    const guest = this.memory.now.guests.get(connection);
    if (guest === undefined || guest.isEnding) return;
    const code = closes.find((close) => close.connection === connection)?.code ?? "no end";
    if (code !== "FEATURE_FAILED") this.#fail("who makes a feature throw is ended", code);
  }

  #ended({ event, sends, closes }: Step): void {
    for (const { connection, mode, code } of closes) {
      const guest = this.memory.now.guests.get(connection);
      if (guest !== undefined) guest.isEnding = true;
      this.checked += 1;
      if (mode !== (errorTable[code].abuse ? "reset" : "flush")) {
        this.#fail("who is ended is told, and who is abusive is cut", `${code} by ${mode}`);
      }
      // Whoever has said goodbye knows.
      if (mode === "reset" || event.type === "connection.ended") continue;
      const isTold = sends.some(
        (send) => send.connection === connection && send.type === controlPackets.disconnect.type,
      );
      if (!isTold) this.#fail("who is ended is told why", code);
    }
  }

  /** What has waited is taken, and ends a row then if it is sound. */
  #ticked(): void {
    for (const guest of this.memory.now.guests.values()) {
      if (guest.waiting === 0) continue;
      guest.waiting = 0;
      guest.malformed = 0;
    }
  }

  /** Whether the one whose event it is is cut when he must be, and not before. */
  #patience({ event, sends, closes }: Step, connection: ConnectionId): void {
    const guest = this.memory.now.guests.get(connection);
    if (guest === undefined || guest.isEnding) return;
    const code = closes.find((close) => close.connection === connection)?.code ?? null;
    const { malformedInRowMax, refusedPerWindowMax, refusedWindowMs } = this.#limits;
    if (event.type === "packet.received" && this.#waits(event)) {
      guest.waiting += 1;
      guest.malformedAtMost += 1;
    } else if (event.type === "packet.received") {
      const isError = sends.some(
        (send) => send.connection === connection && send.type === controlPackets.error.type,
      );
      guest.malformed = 0;
      guest.malformedAtMost = isError ? guest.malformedAtMost + 1 : guest.waiting;
    } else if (event.type === "packet.malformed") {
      guest.malformed += guest.waiting > 0 ? 0 : 1;
      guest.malformedAtMost += 1;
      const mustEnd = fatal.has(event.reason) || guest.malformed > malformedInRowMax;
      if (mustEnd && code === null) this.#fail("who sends no packets is cut", event.reason);
    }
    if (event.type === "packet.refused" || event.type === "packet.malformed") {
      if (event.at - guest.refusedSince > refusedWindowMs * 1_000) {
        guest.refusedSince = event.at;
        guest.refused = 0;
      }
      guest.refused += event.type === "packet.refused" ? event.count : 1;
      const isFlood = guest.refused > refusedPerWindowMax;
      if (isFlood !== (code === "FLOOD")) {
        this.#fail("a flood of refused packets is cut, and no less", String(guest.refused));
      }
    }
    if (code === "TOO_MANY_MALFORMED" && guest.malformedAtMost <= malformedInRowMax) {
      this.#fail("some malformed packets are forgiven", String(guest.malformedAtMost));
    }
  }

  #waits({ bytes, start, end }: Extract<Step["event"], { type: "packet.received" }>): boolean {
    if (this.#waiting.size === 0 || !this.#envelope.read(bytes, start, end)) return false;
    return this.#waiting.has(this.#envelope.type);
  }

  #notUnderstood(event: Step["event"]): void {
    if (event.type !== "packet.received") return;
    const { bytes, start, end } = event;
    const envelope = this.#envelope;
    if (!envelope.read(bytes, start, end) || envelope.type !== (logout.type as number)) return;
    const { payloadStart, payloadEnd } = envelope;
    const order = decodePayload(logout.message, bytes, payloadStart, payloadEnd);
    if (order === null || order.sessionToken !== "" || toSafeNumber(order.playerId) !== 0) return;
    this.#fail("a logout of nothing is understood", `connection ${String(event.connection)}`);
  }

  /** Whoever was answered because the time was up is not answered again. */
  #expired({ sends }: Step): void {
    const { awaited } = this.memory.now;
    if (awaited.size === 0 || sends.length === 0) return;
    const answered = new Set<ConnectionId>();
    for (const { connection, inReplyTo } of sends) if (inReplyTo !== 0) answered.add(connection);
    for (const [call, asker] of awaited) if (answered.has(asker)) awaited.delete(call);
  }

  #answered({ sends, closes, calls }: Step, call: CallId): void {
    const { awaited, guests } = this.memory.now;
    const asker = awaited.get(call);
    awaited.delete(call);
    const guest = asker === undefined ? undefined : guests.get(asker);
    if (guest === undefined || guest.isEnding) return;
    const isHis = (one: { readonly connection: ConnectionId }): boolean => one.connection === asker;
    if (sends.some(isHis) || closes.some(isHis)) return;
    if (calls.some((next) => next.asker === asker)) return;
    this.#fail("whoever waits for the outside is answered", `connection ${String(asker)}`);
  }

  #called({ calls, event, machine }: Step): void {
    const { logins, awaited } = this.memory.now;
    for (const { call, operation, asker, request } of calls) {
      if (asker !== null && answeredOperations.has(operation)) awaited.set(call, asker);
      const who =
        operation === "accounts.verify" && asker !== null
          ? `session at ${String(asker)}`
          : operation === "logins.open"
            ? `player ${String(playerOf(request))}`
            : null;
      if (who === null) continue;
      for (const other of logins.values()) {
        const isUnderWay = other.who === who && event.at < other.until;
        if (isUnderWay) this.#fail("one login is under way at a time", who);
      }
      // The realm gives a call up when its time is over, whatever becomes of it.
      logins.set(call, { who, asker, until: event.at + patienceMicros });
      if (operation !== "accounts.verify" || asker === null) continue;
      this.#tried(asker, event.at);
      this.#forgotten(machine);
    }
  }

  /** An address has tried a login. */
  #tried(asker: ConnectionId, at: number): void {
    const { guests, fullAt, intervalMicros, burst } = this.memory.now;
    const address = guests.get(asker)?.address ?? "";
    let left = forgottenMax;
    for (const [other, full] of fullAt) {
      if (full > at || left === 0) break;
      fullAt.delete(other);
      left -= 1;
    }
    const next = Math.max(fullAt.get(address) ?? at, at) + intervalMicros;
    fullAt.delete(address);
    fullAt.set(address, next);
    if (next - at <= burst * intervalMicros) return;
    this.#fail("an address tries no more logins than it is granted", address);
  }

  /** Refused tries are unknown here, and with them others may have been forgotten. */
  #forgotten(machine: Step["machine"]): void {
    if (!machine.views.includes(addressesViewName)) return;
    const kept = Number(machine.view(addressesViewName));
    const most = this.memory.now.fullAt.size;
    if (kept <= most) return;
    this.#fail(
      "an address is forgotten that needs no budget",
      `${String(kept)}, not ${String(most)}`,
    );
  }

  /** A login was refused: not because of too many, unless there were. */
  #refused({ address }: Guest, event: Step["event"], payload: Uint8Array): void {
    if (event.type !== "packet.received") return;
    const answer = readPayload(login.reply, payload);
    if (answer?.errorCode !== errorTable.RATE_LIMITED.code) return;
    const { fullAt, intervalMicros, burst, logins } = this.memory.now;
    const next = Math.max(fullAt.get(address) ?? event.at, event.at) + intervalMicros;
    if (next - event.at > burst * intervalMicros) return;
    // Or another one of the session is under way.
    for (const { asker, until } of logins.values()) {
      if (asker === event.connection && event.at <= until) return;
    }
    this.#fail("no login is refused that is granted", address);
  }

  #drained({ event, machine }: Step): void {
    if (event.type !== "drain.requested" && event.type !== "connection.opened") return;
    for (const [connection, { isEnding }] of this.memory.now.guests) {
      if (isEnding || (event.type !== "drain.requested" && event.connection !== connection)) {
        continue;
      }
      const detail = `connection ${String(connection)}, ${String(machine.views.length)} views`;
      this.#fail("a drain ends every session", detail);
    }
  }

  #fail(rule: string, detail: string): never {
    throw new CheckFailure(this.name, rule, detail);
  }
}

type Patience = Pick<RealmConfig, "malformedInRowMax" | "refusedPerWindowMax" | "refusedWindowMs">;

const fatal: ReadonlySet<string> = new Set(["frame-length", "sequence", "transport"]);

const newGuest = ({ at, remote }: ConnectionOpened): Guest => ({
  address: remote.slice(0, remote.lastIndexOf(":")),
  isGreeted: false,
  isEnding: false,
  answered: new Set(),
  malformed: 0,
  malformedAtMost: 0,
  waiting: 0,
  refusedSince: at,
  refused: 0,
});

const newHouse = (): House => ({
  guests: new Map(),
  logins: new Map(),
  awaited: new Map(),
  isDraining: false,
  fullAt: new Map(),
  intervalMicros: 0,
  burst: 0,
});

const playerOf = (request: PlainData): PlainData =>
  (request as Readonly<Record<string, PlainData>>)["player"] ?? null;
