/**
 * The register of sessions: who is present, over which connection, in which state.
 *
 * S1. Session ids count from 1 and are never reused.
 * S2. A connection belongs to at most one session, and a live session to exactly one connection
 *     (resuming a session over a later connection will relax the second half).
 * S3. Once a session is removed, no index holds its id or its connection.
 * S4. Opening, finding and removing cost the same however many sessions there are.
 * S5. A player is held by at most one session, which is authenticated or in the world, and is found
 *     by him. A session that is told to end, or ends, lets him go in that step, but remembers who
 *     it was; one that he logs out of forgets him.
 * S6. Those in the world are counted as they come and go.
 */
import { apiRule, invariant } from "../kernel/assert.ts";
import { nextSessionState } from "../kernel/charts/session.ts";
import type { SessionEvent, SessionState } from "../kernel/charts/session.ts";
import type { ErrorCode } from "../kernel/errors.ts";
import { sessionId } from "../kernel/ids.ts";
import type { ConnectionId, Micros, PlayerId, SessionId } from "../kernel/ids.ts";
import type { PlainData } from "../kernel/plain.ts";
import type { PlayerRole } from "../kernel/roles.ts";
import type { Identity, SessionView } from "./handler-context.ts";

/** A session as the realm keeps it. Features get it as a `SessionView`. */
export interface Session extends SessionView {
  state: SessionState;
  openedAt: Micros;
  heardAt: Micros;
  player: PlayerId | null;
  name: string;
  role: PlayerRole;
  login: string;
  readonly connection: ConnectionId;
  /** The sequences last used towards the peer, per delivery. */
  committedSequence: number;
  promptSequence: number;
  /** Undecodable packets since the last sound one. */
  malformedInRow: number;
  refusedSince: Micros;
  refusedCount: number;
  /** Why it was ordered to end, or null while it lives. */
  ending: ErrorCode | null;
}

export interface Opening {
  readonly connection: ConnectionId;
  readonly remote: string;
  readonly security: "tls" | "plain";
  readonly at: Micros;
}

/** Edges that go with more than a change of state: no feature may take them. */
export const realmMoves: ReadonlySet<SessionEvent> = new Set([
  "login.accepted",
  "disconnect.ordered",
  "connection.closed",
]);

/** What a session says of its player while it has none. */
const nobody = { player: null, name: "", role: "player", login: "" } as const;

/** All of it but who it is. By name: what is left over when some are taken out costs far more. */
const anonymous = (session: Session): Omit<Session, keyof Identity> => ({
  id: session.id,
  state: session.state,
  remote: session.remote,
  security: session.security,
  openedAt: session.openedAt,
  heardAt: session.heardAt,
  connection: session.connection,
  committedSequence: session.committedSequence,
  promptSequence: session.promptSequence,
  malformedInRow: session.malformedInRow,
  refusedSince: session.refusedSince,
  refusedCount: session.refusedCount,
  ending: session.ending,
});

const holdsPlayer = (state: SessionState): boolean =>
  state === "authenticated" || state === "inWorld";

export class Sessions {
  #last = 0;
  readonly #byId = new Map<SessionId, Session>();
  readonly #byConnection = new Map<ConnectionId, Session>();
  readonly #byPlayer = new Map<PlayerId, Session>();
  #inWorld = 0;
  /** Who was looked up last: packets of one connection come in a row. */
  #recent: Session | undefined;

  get size(): number {
    return this.#byId.size;
  }

  /** How many are in the world. */
  get inWorld(): number {
    return this.#inWorld;
  }

  open({ connection, remote, security, at }: Opening): Session {
    invariant(!this.#byConnection.has(connection), "a connection opens once", connection);
    this.#last += 1;
    const session: Session = {
      id: sessionId(this.#last),
      state: "handshaking",
      remote,
      security,
      openedAt: at,
      heardAt: at,
      ...nobody,
      connection,
      committedSequence: 0,
      promptSequence: 0,
      malformedInRow: 0,
      refusedSince: at,
      refusedCount: 0,
      ending: null,
    };
    this.#byId.set(session.id, session);
    this.#byConnection.set(connection, session);
    return session;
  }

  get(id: SessionId): Session | undefined {
    return this.#byId.get(id);
  }

  ofConnection(connection: ConnectionId): Session | undefined {
    if (this.#recent?.connection !== connection) this.#recent = this.#byConnection.get(connection);
    return this.#recent;
  }

  /** The session that holds the player. */
  ofPlayer(player: PlayerId): Session | undefined {
    return this.#byPlayer.get(player);
  }

  /** In ascending order of ids, because a map keeps the order of insertion and ids only grow. */
  all(): MapIterator<Session> {
    return this.#byId.values();
  }

  view(): ReadonlyMap<SessionId, SessionView> {
    return this.#byId;
  }

  /**
   * Gives the player to a session. False, and nothing changes, when the chart has no such edge or
   * another session holds him.
   */
  authenticate(session: Session, { player, name, role, login }: Identity): boolean {
    apiRule(Number.isSafeInteger(player) && player >= 1, "authenticate: no player has such an id");
    if (this.#byPlayer.has(player) || !this.advance(session, "login.accepted")) return false;
    session.player = player;
    session.name = name;
    session.role = role;
    session.login = login;
    this.#byPlayer.set(player, session);
    return true;
  }

  /** False, and nothing changes, when the chart has no such edge. */
  advance(session: Session, event: SessionEvent): boolean {
    const next = nextSessionState(session.state, event);
    if (next === null) return false;
    this.#inWorld += Number(next === "inWorld") - Number(session.state === "inWorld");
    session.state = next;
    if (session.player !== null && !holdsPlayer(next)) this.#letGo(session, session.player);
    return true;
  }

  #letGo(session: Session, player: PlayerId): void {
    if (this.#byPlayer.get(player) === session) this.#byPlayer.delete(player);
    if (session.state === "connected") Object.assign(session, nobody);
  }

  remove(session: Session): void {
    invariant(session.state === "disconnected", "only an ended session is removed", session.id);
    invariant(this.#byId.delete(session.id), "the session was registered", session.id);
    this.#byConnection.delete(session.connection);
    this.#recent = undefined;
  }

  /** Moves every session's times by a stall of ours, which is nobody's silence. */
  forgive(duration: Micros): void {
    for (const session of this.#byId.values()) {
      session.openedAt = (session.openedAt + duration) as Micros;
      session.heardAt = (session.heardAt + duration) as Micros;
    }
  }

  /** Each broken rule in words; empty when all hold. */
  violations(): string[] {
    const found: string[] = [];
    if (this.#byId.size !== this.#byConnection.size) found.push("S2: indexes differ in size");
    for (const session of this.#byId.values()) {
      if (this.#byConnection.get(session.connection) !== session) {
        found.push(`S2: session ${session.id} is not found by its connection`);
      }
      if (session.id > this.#last) found.push(`S1: session ${session.id} is above the counter`);
      if (session.state === "disconnected") found.push(`S3: session ${session.id} is a ghost`);
    }
    const recent = this.#recent;
    if (recent !== undefined && this.#byId.get(recent.id) !== recent) {
      found.push(`S3: session ${recent.id} is still found by its connection`);
    }
    return [...found, ...this.#playerViolations()];
  }

  #playerViolations(): string[] {
    const found: string[] = [];
    let holders = 0;
    let inWorld = 0;
    for (const session of this.#byId.values()) {
      const { id, state, player, ending } = session;
      if (state === "inWorld") inWorld += 1;
      if (!holdsPlayer(state)) {
        const forgot = state === "handshaking" || state === "connected";
        if (forgot && player !== null) found.push(`S5: session ${id} is ${state} as a player`);
        continue;
      }
      holders += 1;
      if (ending !== null) found.push(`S5: session ${id} was told to end and is ${state}`);
      if (player === null) found.push(`S5: session ${id} is ${state} as nobody`);
      else if (this.#byPlayer.get(player) !== session) {
        found.push(`S5: session ${id} is not found by its player`);
      }
    }
    if (holders !== this.#byPlayer.size)
      found.push("S5: players are held by sessions that are not");
    if (inWorld !== this.#inWorld) found.push("S6: those in the world are miscounted");
    return found;
  }

  /**
   * The third element, who the sessions are, is left out while all are nobody: the table is then
   * the one that logs from before there were players have digests of.
   */
  checkpoint(): PlainData {
    const known: [SessionId, PlayerId, string, PlayerRole, string][] = [];
    const list: Omit<Session, keyof Identity>[] = [];
    for (const session of this.#byId.values()) {
      const { id, player, name, role, login } = session;
      if (player !== null) known.push([id, player, name, role, login]);
      list.push(anonymous(session));
    }
    return known.length === 0 ? [this.#last, list] : [this.#last, list, known];
  }

  static restore(data: PlainData): Sessions {
    const [last, list, known = []] = data as [
      number,
      Omit<Session, keyof Identity>[],
      [SessionId, PlayerId, string, PlayerRole, string][]?,
    ];
    const sessions = new Sessions();
    sessions.#last = last;
    for (const one of list) {
      const session = { ...one, ...nobody };
      if (session.state === "inWorld") sessions.#inWorld += 1;
      sessions.#byId.set(session.id, session);
      sessions.#byConnection.set(session.connection, session);
    }
    for (const [id, player, name, role, login] of known) {
      const session = sessions.#byId.get(id);
      invariant(session !== undefined, "who is known has a session", id);
      Object.assign(session, { player, name, role, login });
      if (holdsPlayer(session.state)) sessions.#byPlayer.set(player, session);
    }
    return sessions;
  }
}
