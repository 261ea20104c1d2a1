/**
 * The register of sessions: who is present, over which connection, in which state.
 *
 * S1. Session ids count from 1 and are never reused.
 * S2. A connection belongs to at most one session, and a live session to exactly one connection
 *     (resuming a session over a later connection will relax the second half).
 * S3. Once a session is removed, no index holds its id or its connection.
 * S4. Opening, finding and removing cost the same however many sessions there are.
 */
import { invariant } from "../kernel/assert.ts";
import { nextSessionState } from "../kernel/charts/session.ts";
import type { SessionEvent, SessionState } from "../kernel/charts/session.ts";
import type { ErrorCode } from "../kernel/errors.ts";
import { sessionId } from "../kernel/ids.ts";
import type { ConnectionId, Micros, SessionId } from "../kernel/ids.ts";
import type { PlainData } from "../kernel/plain.ts";
import type { SessionView } from "./feature.ts";

/** A session as the realm keeps it. Features get it as a `SessionView`. */
export interface Session extends SessionView {
  state: SessionState;
  openedAt: Micros;
  heardAt: Micros;
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

export class Sessions {
  #last = 0;
  readonly #byId = new Map<SessionId, Session>();
  readonly #byConnection = new Map<ConnectionId, Session>();
  /** Who was looked up last: packets of one connection come in a row. */
  #recent: Session | undefined;

  get size(): number {
    return this.#byId.size;
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

  /** In ascending order of ids, because a map keeps the order of insertion and ids only grow. */
  all(): MapIterator<Session> {
    return this.#byId.values();
  }

  view(): ReadonlyMap<SessionId, SessionView> {
    return this.#byId;
  }

  /** False, and nothing changes, when the chart has no such edge. */
  advance(session: Session, event: SessionEvent): boolean {
    const next = nextSessionState(session.state, event);
    if (next === null) return false;
    session.state = next;
    return true;
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
    return found;
  }

  checkpoint(): PlainData {
    return [this.#last, Array.from(this.#byId.values(), (session) => ({ ...session }))];
  }

  static restore(data: PlainData): Sessions {
    const [last, list] = data as [number, Session[]];
    const sessions = new Sessions();
    sessions.#last = last;
    for (const session of list) {
      sessions.#byId.set(session.id, session);
      sessions.#byConnection.set(session.connection, session);
    }
    return sessions;
  }
}
