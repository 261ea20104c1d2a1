/**
 * The feature API: what a user of Reprise writes, and what our own features are written on.
 *
 * A feature is declared (`defineFeature`: contract, state, timers, calls) and then implemented
 * (`.implement`: what happens). Timers and calls keep a name and plain data, never a closure, so
 * that all of a feature's future is in its checkpoint. Handlers change the state in place; nothing
 * that they order leaves before they return.
 *
 * F1. A context is valid until the handler returns, and belongs to that one event.
 * F2. A request is answered at most once: by `reply`, by `refuse`, or by the answer of a call that
 *     was declared with `replyTo`.
 * F3. What a handler throws costs its event, not the server: no effect of the event leaves.
 */
import type { CallEffect, LogFields, LogLevel } from "../contract.ts";
import type { SessionEvent, SessionState } from "../kernel/charts/session.ts";
import type { ErrorCode } from "../kernel/errors.ts";
import type { CallId, Incarnation, Micros, PlayerId, SessionId, Tick } from "../kernel/ids.ts";
import type { PlainData } from "../kernel/plain.ts";
import type { RandomStream } from "../kernel/random.ts";
import type { CloseReason } from "../kernel/reasons.ts";
import type { PlayerRole } from "../kernel/roles.ts";
import type { Timer } from "../kernel/timers.ts";
import type {
  AnyContract,
  AnyMessage,
  AnyRequest,
  AnyToClient,
  AnyToServer,
  Contract,
  Encodable,
  Entries,
  Invalid,
  ParsedOf,
  Position,
  RequestEntry,
  ToClientEntry,
} from "../wire/index.ts";
import type { RealmConfig } from "./config.ts";

// ---------------------------------------------------------------- declarations

declare const carriedType: unique symbol;
/** Says what a timer or call keeps until it comes back. Made by `carried<T>()`. */
export interface Carried<T> {
  readonly [carriedType]?: T;
}
/** The plain data that a timer or a call carries, for example `carried<{ id: number }>()`. */
export const carried = <T extends PlainData>(): Carried<T> => ({});

declare const requestType: unique symbol;
/** Something that the outside does for a feature. Made by `operation`. */
export interface Operation<Request extends PlainData, Answer> {
  readonly name: string;
  readonly effect: CallEffect;
  readonly deadline: Micros;
  readonly parse: (answer: PlainData) => Answer | Invalid;
  readonly [requestType]?: (request: Request) => void;
}
export type AnyOperation = Operation<never, unknown>;

/**
 * Declares an operation of the outside.
 *
 * @param name dotted, as the performer is registered: `data.spendItem`
 * @param options `effect`: `once` takes effect once, also across a crash; `deadline`: after it the
 *   call completes with `DEADLINE_EXCEEDED`; `answer`: parses what came back
 */
export const operation = <Request extends PlainData, Answer>(
  name: string,
  options: {
    readonly effect: CallEffect;
    readonly deadline: Micros;
    readonly answer: (value: PlainData) => Answer | Invalid;
  },
): Operation<Request, Answer> => ({
  name,
  effect: options.effect,
  deadline: options.deadline,
  parse: options.answer,
});

type RequestOf<O> = O extends { readonly [requestType]?: (request: infer R) => void } ? R : never;
type AnswerOf<O> = O extends { parse(answer: PlainData): infer A } ? Exclude<A, Invalid> : never;
type CarriedOf<C> = C extends Carried<infer T> ? T : never;

export type TimerDeclarations = Readonly<Record<string, Carried<PlainData>>>;

type KeysOf<E extends Entries, Kind> = {
  [K in keyof E]: E[K] extends Kind ? K : never;
}[keyof E] &
  string;

export interface CallDeclaration<ReplyKey extends string> {
  readonly operation: AnyOperation;
  readonly carries?: Carried<PlainData>;
  /** The request that this call's answer will reply to. */
  readonly replyTo?: ReplyKey;
}
type CallDeclarations<C extends AnyContract> = Readonly<
  Record<string, CallDeclaration<KeysOf<C["entries"], AnyRequest>>>
>;

/** What came back. */
export type Answer<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly code: ErrorCode };

// ---------------------------------------------------------------- what a handler sees

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
export interface Context<C extends AnyContract, State, Timers, Calls, Key = never> {
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
   * As `publish`, of a message that is encoded already, at most `payloadBytesMax` bytes. They are
   * sent as they are: that they are this packet's message is the caller's promise. The bytes are
   * borrowed until this returns.
   */
  publishEncoded<K extends KeysOf<C["entries"], AnyToClient>>(
    sessions: Iterable<SessionId>,
    key: K,
    bytes: Uint8Array,
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
> extends Context<C, State, Timers, Calls, Key> {
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
> extends SessionContext<C, State, Timers, Calls, Key> {
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
export interface TellContext<C extends AnyContract, State, Timers, Calls> extends SessionContext<
  C,
  State,
  Timers,
  Calls
> {
  refuse(code: ErrorCode, message?: string): void;
}

/** A tick's handler. */
export interface TickContext<C extends AnyContract, State, Timers, Calls> extends Context<
  C,
  State,
  Timers,
  Calls
> {
  readonly tick: Tick;
}

// ---------------------------------------------------------------- the implementation

/** Packets a second that one session may send of one type, and how many at once. */
export interface Budget {
  readonly perSecond: number;
  readonly burst: number;
}

interface PacketPolicy {
  /** In which states of the session the packet is allowed. */
  readonly states: readonly SessionState[];
  readonly budget?: Budget;
  /** Who may send it. Default: everybody whom the state allows. */
  readonly roles?: readonly PlayerRole[];
}

type HandlerContext<
  C extends AnyContract,
  S,
  T,
  K,
  Key extends keyof C["entries"],
> = C["entries"][Key] extends AnyRequest ? ReplyContext<C, S, T, K, Key> : TellContext<C, S, T, K>;

/** Acts on arrival (`handle`), or waits for the next tick (`inbox`), taken fairly over sessions. */
type PacketHandler<C extends AnyContract, S, T, K, Key extends keyof C["entries"]> = PacketPolicy &
  (
    | { handle(ctx: HandlerContext<C, S, T, K, Key>, message: ParsedOf<C["entries"][Key]>): void }
    | { inbox(ctx: HandlerContext<C, S, T, K, Key>, message: ParsedOf<C["entries"][Key]>): void }
  );

type AnswerContext<C extends AnyContract, S, T, K, Declared> = Declared extends {
  readonly replyTo: infer Key extends keyof C["entries"];
}
  ? ReplyContext<C, S, T, K, Key>
  : Context<C, S, T, K>;

type OptionalWhenEmpty<Key extends string, Map> = keyof Map extends never
  ? { readonly [P in Key]?: Map }
  : { readonly [P in Key]: Map };

type PacketHandlers<C extends AnyContract, S, T, K> = {
  [Key in KeysOf<C["entries"], AnyRequest | AnyToServer>]: PacketHandler<C, S, T, K, Key>;
};
type AnswerHandlers<C extends AnyContract, S, T, K> = {
  [Key in keyof K]: K[Key] extends { readonly operation: infer O }
    ? (
        ctx: AnswerContext<C, S, T, K, K[Key]>,
        answer: Answer<AnswerOf<O>>,
        ...carry: K[Key] extends { readonly carries: infer D } ? [carry: CarriedOf<D>] : []
      ) => void
    : never;
};
type TimerHandlers<C extends AnyContract, S, T, K> = {
  [Key in keyof T]: (
    ctx: Context<C, S, T, K>,
    data: CarriedOf<T[Key]>,
    id: number | string,
  ) => void;
};
/** Timers of one name by id, for invariants. */
export type TimerViews<T> = { readonly [Key in keyof T]: ReadonlyMap<number | string, Timer> };

export type Implementation<C extends AnyContract, S, T, K> = OptionalWhenEmpty<
  "packets",
  PacketHandlers<C, S, T, K>
> &
  OptionalWhenEmpty<"answers", AnswerHandlers<C, S, T, K>> &
  OptionalWhenEmpty<"timers", TimerHandlers<C, S, T, K>> & {
    /** The life of sessions. `closed` comes exactly once for each `opened`. */
    readonly sessions?: {
      opened?(ctx: SessionContext<C, S, T, K>): void;
      closed?(ctx: SessionContext<C, S, T, K>, reason: CloseReason): void;
    };
    /** `every` n-th tick, n >= 1. */
    readonly tick?: { readonly every: number; run(ctx: TickContext<C, S, T, K>): void };
    /**
     * The live sessions whose area of interest covers `at`, each once, in an order that is the
     * same in every process. At most one feature of a server knows areas.
     */
    readonly near?: (state: S, at: Position) => Iterable<SessionId>;
    /**
     * What tools may see of the state, by name: plain data, made anew or not, that nobody changes.
     * It must change nothing: it is not journalled who looked.
     */
    readonly views?: Readonly<
      Record<string, (state: S, sessions: ReadonlyMap<SessionId, SessionView>) => PlainData>
    >;
    /** Checked after every step in tests and the simulator; the key is the rule, with its id. */
    readonly invariants?: Readonly<
      Record<
        string,
        (state: S, timers: TimerViews<T>, sessions: ReadonlyMap<SessionId, SessionView>) => boolean
      >
    >;
  };

/** Migrations: key n makes the state of version n + 1 from that of version n. */
export type Migrations = Readonly<Record<number, (old: PlainData) => PlainData>>;

export interface Declaration<C extends AnyContract, S, T, K> {
  readonly contract: C;
  /** Of the state's shape, from 1. */
  readonly version: number;
  readonly state: () => S;
  readonly timers?: T;
  readonly calls?: K;
  readonly migrations?: Migrations;
  /** Names and help texts of the counters that the feature counts. */
  readonly counters?: Readonly<Record<string, string>>;
}

/** A feature as the realm holds it: its types have done their work. */
export interface Feature {
  readonly name: string;
  readonly declaration: Declaration<
    AnyContract,
    object,
    TimerDeclarations,
    Readonly<Record<string, CallDeclaration<string>>>
  >;
  readonly implementation: ErasedImplementation;
}

/** `Implementation` without its types. The realm calls with what the types have promised. */
export interface ErasedImplementation {
  readonly packets: Readonly<Record<string, ErasedPacketHandler>>;
  readonly answers: Readonly<
    Record<string, (ctx: unknown, answer: Answer<unknown>, carry: PlainData) => void>
  >;
  readonly timers: Readonly<
    Record<string, (ctx: unknown, data: PlainData, id: number | string) => void>
  >;
  readonly sessions: {
    opened?(ctx: unknown): void;
    closed?(ctx: unknown, reason: CloseReason): void;
  };
  readonly tick: { readonly every: number; run(ctx: unknown): void } | null;
  readonly near: ((state: unknown, at: Position) => Iterable<SessionId>) | null;
  readonly views: Readonly<
    Record<string, (state: unknown, sessions: ReadonlyMap<SessionId, SessionView>) => PlainData>
  >;
  readonly invariants: Readonly<
    Record<
      string,
      (state: unknown, timers: unknown, sessions: ReadonlyMap<SessionId, SessionView>) => boolean
    >
  >;
}
export interface ErasedPacketHandler extends PacketPolicy {
  handle?(ctx: unknown, message: unknown): void;
  inbox?(ctx: unknown, message: unknown): void;
}

/**
 * Declares a feature: what it is. `.implement` says what it does.
 *
 * @param declaration `state` makes the first state, plain data only; a new shape of it is the next
 *   `version` with a migration; `timers` and `calls` name everything that can come back later
 */
export function defineFeature<
  const C extends Contract,
  S extends object,
  const T extends TimerDeclarations = Readonly<Record<never, never>>,
  const K extends CallDeclarations<C> = Readonly<Record<never, never>>,
>(
  declaration: Declaration<C, S, T, K>,
): { implement(implementation: Implementation<C, S, T, K>): Feature } {
  return {
    implement(implementation) {
      const given = implementation as unknown as Partial<ErasedImplementation>;
      return {
        name: declaration.contract.name,
        declaration,
        implementation: {
          packets: given.packets ?? {},
          answers: given.answers ?? {},
          timers: given.timers ?? {},
          sessions: given.sessions ?? {},
          tick: given.tick ?? null,
          near: given.near ?? null,
          views: given.views ?? {},
          invariants: given.invariants ?? {},
        },
      };
    },
  };
}
