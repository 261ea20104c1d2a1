/**
 * What a handler sees: sessions, and contexts by what called the handler. The types; `context.ts`
 * is the object behind them.
 *
 * F1. A context is valid until the handler returns, and belongs to that one event.
 * F2. A request is answered at most once: by `reply`, by `refuse`, or by the answer of a call that
 *     was declared with `replyTo`.
 */
import type { LogFields, LogLevel } from "../contract.ts";
import type { SessionEvent, SessionState } from "../kernel/charts/session.ts";
import type { ErrorCode } from "../kernel/errors.ts";
import type { CallId, Incarnation, Micros, PlayerId, SessionId, Tick } from "../kernel/ids.ts";
import type { RandomStream } from "../kernel/random.ts";
import type { PlayerRole } from "../kernel/roles.ts";
import type {
  AnyContract,
  AnyMessage,
  AnyToClient,
  Encodable,
  Position,
  RequestEntry,
  ToClientEntry,
} from "../wire/index.ts";
import type { RealmConfig } from "./config.ts";
import type { AnyOperation, CarriedOf, KeysOf, RequestOf } from "./declared.ts";
import type { EventsStore, EventStream } from "./event-store.ts";

/** A session as features see it. */
export interface SessionView {
  readonly id: SessionId;
  readonly state: SessionState;
  /** `address:port`, "unknown" when the platform could not say. */
  readonly remote: string;
  readonly security: "tls" | "plain";
  readonly openedAt: Micros;
  /** When the last complete packet came; stalls of the server are taken out. */
  readonly heardAt: Micros;
  /**
   * Who authenticated, or null. A session that was told to end, or has ended, still says who it
   * was, but no longer holds the player: he may be in another session by then.
   */
  readonly player: PlayerId | null;
  /** The player's name; empty before authentication. */
  readonly name: string;
  /** What the player may do; "player" before authentication. */
  readonly role: PlayerRole;
  /** The login by which the player came, see the accounts; empty before authentication. */
  readonly login: string;
}

/** Who a session is authenticated as. */
export interface Identity {
  readonly player: PlayerId;
  readonly name: string;
  readonly role: PlayerRole;
  /** The id of the login whose token let the player in: no secret. */
  readonly login: string;
}

/** What features may do to a session's chart; the other edges are the realm's own. */
export type SessionMove = Exclude<
  SessionEvent,
  "login.accepted" | "disconnect.ordered" | "connection.closed"
>;

type PairOf<Declared extends { readonly operation: AnyOperation }> = [
  request: RequestOf<Declared["operation"]>,
  ...carry: Declared extends { readonly carries: infer C } ? [carry: CarriedOf<C>] : [],
];

/** The calls that may be made where `Key` is the request being answered, or where none is. */
type CallsFor<Calls, Key> = {
  [K in keyof Calls]: Calls[K] extends { readonly replyTo: infer R }
    ? R extends Key
      ? K
      : never
    : K;
}[keyof Calls];

/** What every handler has. */
export interface Context<
  C extends AnyContract,
  State,
  Timers,
  Calls,
  Key = never,
  Streams extends string = string,
> {
  readonly state: State;
  /** Microseconds since the epoch: `at` of the event. */
  readonly now: Micros;
  /**
   * `now` by the wall clock, which may have been set since the start, also backwards. For calendar
   * dates and the expiry of tokens only.
   */
  readonly wallNow: Micros;
  /** Which start of the server this is, from 1: what another start told the outside may be lost. */
  readonly incarnation: Incarnation;
  readonly config: RealmConfig;
  /** 32 bits that tell this server's set of contracts from another. */
  readonly contractHash: number;
  /** All live sessions, in order of their ids. */
  readonly sessions: {
    readonly size: number;
    get(id: SessionId): SessionView | undefined;
    /** The live session that holds the player: authenticated, and not told to end. */
    ofPlayer(player: PlayerId): SessionView | undefined;
    [Symbol.iterator](): Iterator<SessionView>;
  };
  /** A named stream of the realm's randomness, this feature's own. */
  random(name: string): RandomStream;
  /** A stream of the feature's own: one that its declaration lists. */
  events<E, S, Name extends Streams>(stream: EventStream<E, S, Name>): EventsStore<E, S>;
  /** Sets or moves the timer of that name and id; it fires once, `delay` (>= 1) from now. */
  timer<K extends keyof Timers & string>(
    name: K,
    id: number | string,
    delay: Micros,
    ...data: CarriedOf<Timers[K]> extends undefined ? [] : [data: CarriedOf<Timers[K]>]
  ): void;
  /** False when there was no such timer. */
  cancelTimer(name: keyof Timers & string, id: number | string): boolean;
  /** False when the session is gone; nothing was sent then. */
  send<K extends KeysOf<C["entries"], AnyToClient>>(
    session: SessionId,
    key: K,
    message: MessageOf<C, K>,
  ): boolean;
  /** To the session that holds the player; false, and nothing was sent, when none does. */
  sendTo<K extends KeysOf<C["entries"], AnyToClient>>(
    player: PlayerId,
    key: K,
    message: MessageOf<C, K>,
  ): boolean;
  /**
   * To those whose area of interest covers a place: encodes once, returns to how many it went.
   * Nobody's does where no feature of the server knows areas (`near` of an implementation).
   */
  near(at: Position): {
    send<K extends KeysOf<C["entries"], AnyToClient>>(key: K, message: MessageOf<C, K>): number;
  };
  /** Encodes once, sends to each that is live; returns to how many. */
  publish<K extends KeysOf<C["entries"], AnyToClient>>(
    sessions: Iterable<SessionId>,
    key: K,
    message: MessageOf<C, K>,
  ): number;
  /**
   * As `publish`, of a message that is encoded already and stands in `bytes[start..end)`, at most
   * `payloadBytesMax` bytes. That it is this packet's message is the caller's promise. The bytes
   * are borrowed until this returns; a view of them would cost more than most of them do.
   */
  publishEncoded<K extends KeysOf<C["entries"], AnyToClient>>(
    sessions: Iterable<SessionId>,
    key: K,
    bytes: Uint8Array,
    start?: number,
    end?: number,
  ): number;
  /** To every session in one of `states` (default: connected, authenticated, inWorld). */
  broadcast<K extends KeysOf<C["entries"], AnyToClient>>(
    key: K,
    message: MessageOf<C, K>,
    states?: readonly SessionState[],
  ): number;
  /** Orders an operation; its answer comes to `answers`. */
  call<K extends CallsFor<Calls, Key> & string>(
    name: K,
    ...args: Calls[K] extends { readonly operation: AnyOperation } ? PairOf<Calls[K]> : never
  ): CallId;
  /** Tells the peer why, then closes its connection in order. */
  disconnect(session: SessionId, code: ErrorCode): void;
  count(counter: string, by?: number): void;
  log(level: LogLevel, message: string, fields?: LogFields): void;
}

type MessageOf<C extends AnyContract, K extends keyof C["entries"]> =
  C["entries"][K] extends ToClientEntry<infer M> ? Encodable<M> : never;

/** A handler that some session's event called. */
export interface SessionContext<
  C extends AnyContract,
  State,
  Timers,
  Calls,
  Key = never,
  Streams extends string = string,
> extends Context<C, State, Timers, Calls, Key, Streams> {
  readonly session: SessionView;
  /**
   * Whose event it is; of an answer, who asked. Throws `ApiMisuseError` before authentication and
   * after a logout.
   */
  readonly player: PlayerId;
  /**
   * Makes a connected session the player's, who is found by it from here on. False, and nothing
   * happens, when the session is in another state or another live one holds the player: end that
   * one first, a session that was told to end holds nobody.
   */
  authenticate(who: Identity): boolean;
  /**
   * Moves the session along its chart; false, and nothing happens, when the chart has no such edge.
   * A logout lets the player go.
   */
  advance(event: SessionMove): boolean;
}

/** A handler of a packet or of an answer that somebody waits for. */
export interface ReplyContext<
  C extends AnyContract,
  State,
  Timers,
  Calls,
  Key extends keyof C["entries"],
  Streams extends string = string,
> extends SessionContext<C, State, Timers, Calls, Key, Streams> {
  /** Answers the request. */
  reply(
    message: C["entries"][Key] extends RequestEntry<AnyMessage, infer R, infer _>
      ? Encodable<R>
      : never,
  ): void;
  /** Answers the request with an ERROR. */
  refuse(code: ErrorCode, message?: string): void;
}

/** A handler of a packet that is not answered; it may still be refused. */
export interface TellContext<
  C extends AnyContract,
  State,
  Timers,
  Calls,
  Streams extends string = string,
> extends SessionContext<C, State, Timers, Calls, never, Streams> {
  refuse(code: ErrorCode, message?: string): void;
}

/** A tick's handler. */
export interface TickContext<
  C extends AnyContract,
  State,
  Timers,
  Calls,
  Streams extends string = string,
> extends Context<C, State, Timers, Calls, never, Streams> {
  readonly tick: Tick;
}

/**
 * What a feature may look at, besides its state, to say until when it has nothing to do. What
 * depends on anything else cannot rest.
 */
export interface TickScene {
  readonly config: RealmConfig;
  /** How many sessions are in the world. */
  readonly inWorld: number;
}
