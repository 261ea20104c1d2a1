/**
 * [AUTH-21] Those who look after a server, by what they ask and what comes of it:
 *
 * 1. Nobody is listed to, kicks or announces but whose account had the role for it when he came;
 *    and who has it is not refused for want of it.
 * 2. A moderator ends no session of an operator.
 * 3. A kick ends the session that it names, and no other; nothing else ends one so. Whoever is here
 *    is found by his name.
 * 4. An announcement reaches each session that is somebody's, once, and says how many those were.
 * 5. A page lists the sessions that there are, in the order in which they began, as they stand.
 *
 * Who is somebody is known from `PresenceChecker`, which must have seen the step before.
 */
import { nameKey } from "../../core/features/accounts/index.ts";
import { operateContract, sessionContract } from "../../core/features/contracts.ts";
import { errorTable } from "../../core/kernel/errors.ts";
import type { ConnectionId } from "../../core/kernel/ids.ts";
import {
  controlPackets,
  decodePayload,
  EnvelopeReader,
  toSafeNumber,
} from "../../core/wire/index.ts";
import type { AnyMessage, Decoded } from "../../core/wire/index.ts";
import { CheckFailure } from "./checker.ts";
import type { Checker, Step, StepSend } from "./checker.ts";
import type { PresenceChecker, Present } from "./presence.ts";
import { Rewound } from "./rewound.ts";

const { announce, announcement, begin, kick, sessions } = operateContract.entries;
const { hello } = sessionContract.entries;

/** Packets that it reads. */
export const orderPackets = [
  begin.replyType,
  sessions.replyType,
  kick.replyType,
  announce.replyType,
  controlPackets.error.type,
] as const;

/** Who may ask for what. */
const allowed: ReadonlyMap<number, readonly string[]> = new Map([
  [sessions.type, ["moderator", "operator"]],
  [kick.type, ["moderator", "operator"]],
  [announce.type, ["operator"]],
]);

type Page = Decoded<typeof sessions.reply>;
type Listed = NonNullable<Page["sessions"]>[number];

interface Guest {
  readonly remote: string;
  isGreeted: boolean;
  isEnding: boolean;
  /** The session's id, once a page has told it. */
  id: number | null;
}

/** Connections that are open, in the order in which they came. */
type House = Map<ConnectionId, Guest>;

/** As `SessionState` numbers them. */
const states = { handshaking: 0, connected: 1, authenticated: 2, inWorld: 3, disconnecting: 4 };
const roleNumbers: ReadonlyMap<string, number> = new Map([
  ["player", 0],
  ["moderator", 1],
  ["operator", 2],
]);

export class StaffChecker implements Checker {
  readonly name = "staff";
  readonly missesEncore = true;
  /** Counts orders that were carried out. */
  checked = 0;
  readonly memory = new Rewound<House>(() => new Map());
  readonly #presence: PresenceChecker;
  readonly #envelope = new EnvelopeReader();

  constructor(presence: PresenceChecker) {
    this.#presence = presence;
  }

  stepped(step: Step): void {
    const house = this.memory.now;
    const { event, sends, closes } = step;
    if (event.type === "connection.opened") {
      const { connection, remote } = event;
      house.set(connection, { remote, isGreeted: false, isEnding: false, id: null });
    }
    if (event.type === "packet.received") this.#asked(step, event);
    for (const { connection, type } of sends) {
      const guest = house.get(connection);
      if (type === hello.replyType && guest !== undefined) guest.isGreeted = true;
    }
    for (const { connection, code } of closes) {
      const guest = house.get(connection);
      if (guest !== undefined) guest.isEnding = true;
      if (code !== "KICKED") continue;
      const isOrdered = sends.some(({ type }) => type === kick.replyType);
      if (!isOrdered) this.#fail("nobody is kicked but by an order", String(connection));
    }
    if (event.type === "connection.closed") house.delete(event.connection);
  }

  #asked(
    step: Step,
    { connection, bytes, start, end }: Extract<Step["event"], { type: "packet.received" }>,
  ): void {
    const envelope = this.#envelope;
    if (!envelope.read(bytes, start, end)) return;
    const { type, sequence, payloadStart, payloadEnd } = envelope;
    const roles = allowed.get(type);
    if (roles === undefined) return;
    const { present, leaving } = this.#presence;
    const asker = present.get(connection) ?? leaving.get(connection) ?? null;
    const reply = step.sends.find(
      (send) => send.connection === connection && send.inReplyTo === sequence,
    );
    if (reply === undefined) return;
    const mayAsk = roles.includes(asker?.role ?? "");
    const order = <M extends AnyMessage>(message: M): Decoded<M> | null =>
      decodePayload(message, bytes, payloadStart, payloadEnd);
    if (reply.type === controlPackets.error.type) {
      const wanted = type === kick.type ? order(kick.message) : null;
      if (mayAsk && asker !== null) this.#refused(reply, asker, wanted);
      return;
    }
    if (asker === null || !mayAsk) {
      this.#fail("nobody looks after a server but who may", `a ${asker?.role ?? "stranger"}`);
    }
    if (!step.isReplay) this.checked += 1;
    if (type === kick.type) this.#kicked(step, { reply, asker, order: order(kick.message) });
    if (type === announce.type) this.#announced(step, reply);
    if (type === sessions.type) this.#listed(reply, { asker, order: order(sessions.message) });
  }

  /** @param wanted whom he wanted to be kicked; null for another order */
  #refused({ payload }: StepSend, asker: Present, wanted: KickOrder | null): void {
    const code = read(controlPackets.error.message, payload)?.code ?? 0;
    const whose = wanted === null ? null : this.#named(wanted);
    if (code === errorTable.NOT_FOUND.code && whose !== null) {
      this.#fail("whoever is here is found by his name", whose.name);
    }
    if (code !== errorTable.NOT_PERMITTED.code) return;
    const isForOperators = wanted !== null && asker.role !== "operator";
    // Whose session it is that is named by its id is not known.
    const mayBeOne = whose === null ? isSession(wanted) : whose.role === "operator";
    if (isForOperators && mayBeOne) return;
    this.#fail("who may look after a server is not refused", `a ${asker.role}`);
  }

  /** Who is here and named; null when nobody is, or a session is. */
  #named({ sessionId, playerName }: KickOrder): Present | null {
    if (isSession({ sessionId })) return null;
    const key = nameKey(playerName);
    for (const one of this.#presence.present.values()) if (nameKey(one.name) === key) return one;
    return null;
  }

  #kicked(step: Step, { reply, asker, order }: Kicking): void {
    const answer = read(kick.reply, reply.payload);
    if (answer === null || order === null) return;
    const ended = step.closes.filter(({ code }) => code === "KICKED");
    const [first] = ended;
    if (first === undefined || ended.length > 1) {
      this.#fail("a kick ends one session", String(ended.length));
    }
    const whose = this.#presence.leaving.get(first.connection) ?? null;
    if (whose?.role === "operator" && asker.role !== "operator") {
      this.#fail("a moderator ends no session of an operator", whose.name);
    }
    const { id = null } = this.memory.now.get(first.connection) ?? {};
    const told = toSafeNumber(answer.sessionId);
    const wanted = toSafeNumber(order.sessionId);
    const isHe =
      wanted === 0 ? nameKey(order.playerName) === nameKey(whose?.name ?? "") : wanted === told;
    const isTold = id === null || id === told;
    if (isHe && isTold && whose?.name === (answer.playerName || undefined)) return;
    this.#fail("a kick ends the session that it names", String(first.connection));
  }

  #announced({ sends }: Step, reply: StepSend): void {
    const { present } = this.#presence;
    const heard = sends.filter(({ type }) => type === announcement.type);
    const listeners = new Set(heard.map(({ connection }) => connection));
    const isHeard = [...present.keys()].every((connection) => listeners.has(connection));
    const detail = `${String(heard.length)} of ${String(present.size)}`;
    if (!isHeard || heard.length !== present.size) {
      this.#fail("an announcement reaches each who is somebody, once", detail);
    }
    if (heard.some(({ delivery }) => delivery !== "committed")) {
      this.#fail("an announcement is sent when it is durable", detail);
    }
    if (read(announce.reply, reply.payload)?.receivers === heard.length) return;
    this.#fail("an announcement says how many it reached", detail);
  }

  #listed(reply: StepSend, { asker, order }: Listing): void {
    const page = read(sessions.reply, reply.payload);
    if (page === null || order === null) return;
    const after = toSafeNumber(order.afterSessionId) ?? 0;
    const guests = [...this.memory.now];
    const from = after === 0 ? 0 : guests.findIndex(([, { id }]) => id === after) + 1;
    if (page.total !== guests.length) {
      const detail = `${String(page.total)}, not ${String(guests.length)}`;
      this.#fail("a page says how many sessions there are", detail);
    }
    // Where the page begins is known behind a session of which an earlier one has told.
    if (after !== 0 && from === 0) return;
    const count = order.limit === 0 ? pageMax : Math.min(order.limit, pageMax);
    const due = guests.slice(from, from + count);
    const listed = page.sessions ?? [];
    const isMore = from + count < guests.length;
    if (listed.length !== due.length || page.more !== isMore) {
      this.#fail("a page lists as many as were asked for", String(listed.length));
    }
    for (const [index, [connection, guest]] of due.entries()) {
      const one = listed[index];
      if (one !== undefined) this.#compare(one, { connection, guest, asker });
    }
  }

  #compare(listed: Listed, { connection, guest, asker }: Comparison): void {
    const who = this.#presence.present.get(connection) ?? null;
    guest.id ??= toSafeNumber(listed.sessionId ?? 0);
    const state = guest.isEnding
      ? "disconnecting"
      : who !== null
        ? who.inWorld
          ? "inWorld"
          : "authenticated"
        : guest.isGreeted
          ? "connected"
          : "handshaking";
    const due = [
      guest.id,
      states[state],
      guest.isEnding ? null : (who?.player ?? 0),
      guest.isEnding ? null : (who?.name ?? ""),
      guest.isEnding ? null : (roleNumbers.get(who?.role ?? "player") ?? 0),
      asker.role === "operator" ? guest.remote : "",
    ];
    const told = [
      toSafeNumber(listed.sessionId ?? 0),
      listed.state,
      guest.isEnding ? null : toSafeNumber(listed.playerId ?? 0),
      guest.isEnding ? null : listed.playerName,
      guest.isEnding ? null : listed.role,
      listed.remote,
    ];
    if (due.join() === told.join()) return;
    this.#fail("a page lists sessions as they stand", `${told.join()}, not ${due.join()}`);
  }

  #fail(rule: string, detail: string): never {
    throw new CheckFailure(this.name, rule, detail);
  }
}

const pageMax = 100;

type KickOrder = Decoded<typeof kick.message>;

interface Kicking {
  readonly reply: StepSend;
  readonly asker: Present;
  readonly order: KickOrder | null;
}

interface Listing {
  readonly asker: Present;
  readonly order: Decoded<typeof sessions.message> | null;
}

interface Comparison {
  readonly connection: ConnectionId;
  readonly guest: Guest;
  readonly asker: Present;
}

const isSession = (named: Pick<KickOrder, "sessionId"> | null): boolean =>
  named !== null && toSafeNumber(named.sessionId) !== 0;

const read = <M extends AnyMessage>(message: M, payload: Uint8Array | null): Decoded<M> | null =>
  payload === null ? null : decodePayload(message, payload, 0, payload.length);
