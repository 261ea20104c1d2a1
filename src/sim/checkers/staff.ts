/**
 * [AUTH-21] Those who look after a game server, by what they ask and what comes of it:
 *
 * 1. Nobody operates, is listed to, kicks or announces but whose account had the role for it when
 *    he came; who has not is refused for that, which is counted, and who has it is not.
 * 2. A moderator ends no session of an operator.
 * 3. A kick ends the session that it names, and no other; nothing else ends one so. Whoever is here
 *    is found by his name, and every session by its number.
 * 4. An announcement reaches each session that is somebody's, once, in the words of who ordered it,
 *    and says how many those were. Nobody hears of one that was not ordered.
 * 5. A page lists the sessions that there are, in the order in which they began, as they stand;
 *    times are not compared, nor who a session was that has been told to end.
 * 6. What the log says of an order names who gave it and whom it struck.
 *
 * Who is somebody is known from `PresenceChecker`, which must have seen the step before.
 */
import { nameKey } from "../../core/features/accounts/index.ts";
import { operateContract, sessionContract } from "../../core/features/contracts.ts";
import type { LogFields, LogLevel } from "../../core/contract.ts";
import { errorTable } from "../../core/kernel/errors.ts";
import type { ConnectionId } from "../../core/kernel/ids.ts";
import {
  controlPackets,
  decodePayload,
  EnvelopeReader,
  toSafeNumber,
} from "../../core/wire/index.ts";
import type { AnyMessage, Decoded, Long } from "../../core/wire/index.ts";
import { CheckFailure } from "./checker.ts";
import type { Checker, Step, StepSend } from "./checker.ts";
import type { PresenceChecker, Present } from "./presence.ts";
import { readPayload } from "./replies.ts";
import { Rewound } from "./rewound.ts";

const { announce, announcement, begin, kick, sessions } = operateContract.entries;
const { hello } = sessionContract.entries;
const { error } = controlPackets;
/** As promised, whatever the server takes it for. */
const sessionsPageMax = 100;

/** Packets that it reads. */
export const orderPackets = [
  begin.replyType,
  sessions.replyType,
  kick.replyType,
  announce.replyType,
  announcement.type,
  error.type,
] as const;

/** What the log says of orders. */
const orderLines: ReadonlySet<string> = new Set([
  "operate: session kicked",
  "operate: announcement",
]);

const staff: readonly string[] = ["moderator", "operator"];
/** Who may ask for what. */
const allowed: ReadonlyMap<number, readonly string[]> = new Map([
  [sessions.type, staff],
  [kick.type, staff],
  [announce.type, ["operator"]],
]);

type Listed = NonNullable<Decoded<typeof sessions.reply>["sessions"]>[number];

interface Guest {
  /** Its session's, which are counted from 1. */
  readonly id: number;
  readonly remote: string;
  readonly isSecure: boolean;
  isGreeted: boolean;
  isEnding: boolean;
}

interface House {
  /** False in a state that somebody else has left. */
  readonly isKnown: boolean;
  opened: number;
  /** Connections that are open, in the order in which they came. */
  readonly guests: Map<ConnectionId, Guest>;
}

/** As `SessionState` numbers them. */
const states = { handshaking: 0, connected: 1, authenticated: 2, inWorld: 3, disconnecting: 4 };
const roleNumbers: ReadonlyMap<string, number> = new Map([
  ["player", 0],
  ["moderator", 1],
  ["operator", 2],
]);

/** An order that is carried out in the step that it came in. */
interface Order {
  readonly step: Step;
  readonly reply: StepSend;
  readonly asker: Present;
  readonly read: <M extends AnyMessage>(message: M) => Decoded<M> | null;
}

export class StaffChecker implements Checker {
  readonly name = "staff";
  readonly missesEncore = true;
  /** Counts orders that were carried out. */
  checked = 0;
  readonly memory = new Rewound<House>((isKnown) => ({ isKnown, opened: 0, guests: new Map() }));
  readonly #presence: PresenceChecker;
  readonly #envelope = new EnvelopeReader();
  /** What the log may say of the step that was made last. */
  #line: LogFields | null = null;

  constructor(presence: PresenceChecker) {
    this.#presence = presence;
  }

  stepped(step: Step): void {
    const { guests } = this.memory.now;
    const { event, sends, closes } = step;
    this.#line = null;
    if (event.type === "connection.opened") this.#opened(event);
    if (event.type === "packet.received" && this.memory.now.isKnown) this.#asked(step, event);
    for (const send of sends) this.#told(send, sends);
    for (const { connection, code } of closes) {
      const guest = guests.get(connection);
      if (guest !== undefined) guest.isEnding = true;
      if (code !== "KICKED") continue;
      const isOrdered = sends.some(({ type }) => type === kick.replyType);
      if (!isOrdered) this.#fail("nobody is kicked but by an order", String(connection));
    }
    if (event.type === "connection.closed") guests.delete(event.connection);
  }

  /** A step's lines come when it was made. */
  logged(_level: LogLevel, message: string, fields: LogFields): void {
    if (!orderLines.has(message)) return;
    for (const [name, value] of Object.entries(this.#line ?? { order: message })) {
      if ((fields[name] ?? null) === value) continue;
      const detail = `${name} is ${String(fields[name])}, not ${String(value)}`;
      this.#fail("the log names who gave an order and whom it struck", detail);
    }
  }

  #opened({
    connection,
    remote,
    security,
  }: Extract<Step["event"], { type: "connection.opened" }>): void {
    const house = this.memory.now;
    house.opened += 1;
    const isSecure = security === "tls";
    const guest = { id: house.opened, remote, isSecure, isGreeted: false, isEnding: false };
    house.guests.set(connection, guest);
  }

  #told({ connection, type, payload }: StepSend, sends: readonly StepSend[]): void {
    if (type === hello.replyType) {
      const guest = this.memory.now.guests.get(connection);
      if (guest !== undefined) guest.isGreeted = true;
    } else if (type === announcement.type) {
      if (sends.some((send) => send.type === announce.replyType)) return;
      this.#fail("nothing is announced but by an order", String(connection));
    } else if (type === begin.replyType) {
      this.#admitted(connection, payload);
    }
  }

  #admitted(connection: ConnectionId, payload: Uint8Array | null): void {
    const { role = "", player = 0 } = this.#presence.present.get(connection) ?? {};
    if (!staff.includes(role)) this.#fail("nobody operates but who may", `a ${role}`);
    const answer = readPayload(begin.reply, payload);
    const isHe = numberOf(answer?.playerId) === player && answer?.role === roleNumbers.get(role);
    if (!isHe) this.#fail("who operates is told who he is", `player ${String(player)}`);
  }

  #asked(
    step: Step,
    { connection, bytes, start, end }: Extract<Step["event"], { type: "packet.received" }>,
  ): void {
    const envelope = this.#envelope;
    if (!envelope.read(bytes, start, end)) return;
    const { type, sequence, payloadStart, payloadEnd } = envelope;
    const guest = this.memory.now.guests.get(connection);
    // Whoever says anything else first is taken as greeted.
    if (guest !== undefined && type !== hello.type) guest.isGreeted = true;
    const roles = allowed.get(type);
    if (roles === undefined) return;
    const reply = step.sends.find(
      (send) => send.connection === connection && send.inReplyTo === sequence,
    );
    if (reply === undefined) return;
    const { present, leaving } = this.#presence;
    const asker = present.get(connection) ?? leaving.get(connection) ?? null;
    const mayAsk = asker !== null && roles.includes(asker.role);
    const read: Order["read"] = (message) =>
      decodePayload(message, bytes, payloadStart, payloadEnd);
    if (reply.type === error.type) {
      const code = readPayload(error.message, reply.payload)?.code ?? 0;
      const wanted = type === kick.type ? read(kick.message) : null;
      if (mayAsk) this.#refused(code, asker, wanted);
      else if (asker !== null) this.#unauthorized(step, asker, code);
      return;
    }
    if (!mayAsk) {
      this.#fail("nobody looks after a server but who may", `a ${asker?.role ?? "stranger"}`);
    }
    if (!step.isReplay) this.checked += 1;
    const order: Order = { step, reply, asker, read };
    if (type === kick.type) this.#kicked(order);
    if (type === announce.type) this.#announced(order);
    if (type === sessions.type) this.#listed(order);
  }

  /** Who may not has asked. */
  #unauthorized({ counts }: Step, { role }: Present, code: number): void {
    const isCounted = counts.has(`packets_refused_for_role_total{role="${role}"}`);
    if (code === errorTable.NOT_PERMITTED.code && isCounted) return;
    this.#fail("who may not look after a server is told so, and counted", `a ${role}`);
  }

  /** @param wanted whom he wanted to be kicked; null for another order */
  #refused(code: number, asker: Present, wanted: KickOrder | null): void {
    const found = wanted === null ? null : this.#named(wanted);
    if (code === errorTable.NOT_FOUND.code && found !== null) {
      this.#fail("whoever is here is found", `connection ${String(found)}`);
    }
    const isRole = code === errorTable.NOT_PERMITTED.code;
    if (!isRole && code !== errorTable.NOT_ALLOWED_IN_STATE.code) return;
    const whose = found === null ? null : this.#presence.present.get(found);
    if (isRole && asker.role !== "operator" && whose?.role === "operator") return;
    this.#fail("who may look after a server is not refused", `a ${asker.role}`);
  }

  /** The connection of whoever is here and named; null when nobody is. */
  #named({ sessionId, playerName }: KickOrder): ConnectionId | null {
    const number = numberOf(sessionId);
    const key = nameKey(playerName);
    for (const [connection, { id, isEnding }] of this.memory.now.guests) {
      const { name = null } = this.#presence.present.get(connection) ?? {};
      const isNamed = number === 0 ? name !== null && nameKey(name) === key : id === number;
      if (isNamed && !isEnding) return connection;
    }
    return null;
  }

  #kicked({ step, reply, asker, read }: Order): void {
    const answer = readPayload(kick.reply, reply.payload);
    const order = read(kick.message);
    if (answer === null || order === null) return;
    const { closes } = step;
    const [first] = closes;
    if (first?.code !== "KICKED" || closes.length > 1) {
      this.#fail("a kick ends one session", `${String(closes.length)} have ended`);
    }
    const whose = this.#presence.leaving.get(first.connection) ?? null;
    if (whose?.role === "operator" && asker.role !== "operator") {
      this.#fail("a moderator ends no session of an operator", whose.name);
    }
    const { id = 0 } = this.memory.now.guests.get(first.connection) ?? {};
    const { player = 0, name = "" } = whose ?? {};
    const wanted = numberOf(order.sessionId);
    const isHe = wanted === 0 ? nameKey(order.playerName) === nameKey(name) : wanted === id;
    const told = [numberOf(answer.sessionId), numberOf(answer.playerId), answer.playerName];
    if (!isHe || told.join() !== [id, player, name].join()) {
      this.#fail("a kick ends the session that it names", `${told.join()}, not ${String(id)}`);
    }
    this.#line = { by: asker.player, session: id, player: whose?.player ?? null };
  }

  #announced({ step, reply, asker, read }: Order): void {
    const { present } = this.#presence;
    const heard = step.sends.filter(({ type }) => type === announcement.type);
    const listeners = new Set(heard.map(({ connection }) => connection));
    const isHeard = [...present.keys()].every((connection) => listeners.has(connection));
    const detail = `${String(heard.length)} of ${String(present.size)}`;
    if (!isHeard || heard.length !== present.size) {
      this.#fail("an announcement reaches each who is somebody, once", detail);
    }
    if (heard.some(({ delivery }) => delivery !== "committed")) {
      this.#fail("an announcement is sent when it is durable", detail);
    }
    const words = read(announce.message)?.message;
    if (
      heard.some(({ payload }) => readPayload(announcement.message, payload)?.message !== words)
    ) {
      this.#fail("an announcement says what was ordered", String(words));
    }
    this.#line = { by: asker.player };
    if (readPayload(announce.reply, reply.payload)?.receivers === heard.length) return;
    this.#fail("an announcement says how many it reached", detail);
  }

  #listed({ reply, asker, read }: Order): void {
    const page = readPayload(sessions.reply, reply.payload);
    const order = read(sessions.message);
    if (page === null || order === null) return;
    const after = numberOf(order.afterSessionId);
    const guests = [...this.memory.now.guests];
    const from = guests.filter(([, { id }]) => id <= after).length;
    if (page.total !== guests.length) {
      const detail = `${String(page.total)}, not ${String(guests.length)}`;
      this.#fail("a page says how many sessions there are", detail);
    }
    const count = Math.min(order.limit === 0 ? sessionsPageMax : order.limit, sessionsPageMax);
    const due = guests.slice(from, from + count);
    const listed = page.sessions ?? [];
    if (listed.length !== due.length || page.more !== from + count < guests.length) {
      this.#fail("a page lists as many as were asked for", String(listed.length));
    }
    for (const [index, [connection, guest]] of due.entries()) {
      const one = listed[index];
      if (one !== undefined) this.#compare(one, { connection, guest, asker });
    }
  }

  #compare(listed: Listed, { connection, guest, asker }: Comparison): void {
    const { id, isEnding, isGreeted, isSecure, remote } = guest;
    const who = this.#presence.present.get(connection) ?? null;
    const unowned = isGreeted ? "connected" : "handshaking";
    const owned = who?.inWorld === true ? "inWorld" : "authenticated";
    const state = isEnding ? "disconnecting" : who === null ? unowned : owned;
    const due = [id, states[state], asker.role === "operator" ? remote : "", isSecure];
    const told = [numberOf(listed.sessionId), listed.state, listed.remote, listed.secure];
    if (!isEnding) {
      due.push(who?.player ?? 0, who?.name ?? "", roleNumbers.get(who?.role ?? "player") ?? 0);
      told.push(numberOf(listed.playerId), listed.playerName, listed.role);
    }
    if (due.join() === told.join()) return;
    this.#fail("a page lists sessions as they stand", `${told.join()}, not ${due.join()}`);
  }

  #fail(rule: string, detail: string): never {
    throw new CheckFailure(this.name, rule, detail);
  }
}

type KickOrder = Decoded<typeof kick.message>;

interface Comparison {
  readonly connection: ConnectionId;
  readonly guest: Guest;
  readonly asker: Present;
}

const numberOf = (value: number | Long | null | undefined): number => toSafeNumber(value ?? 0) ?? 0;
