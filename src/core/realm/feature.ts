/**
 * The feature API: what a user of Reprise writes, and what our own features are written on.
 *
 * A feature is declared (`defineFeature`: contract, state, timers, calls) and then implemented
 * (`.implement`: what happens). Timers and calls keep a name and plain data, never a closure, so
 * that all of a feature's future is in its checkpoint. Handlers change the state in place; nothing
 * that they order leaves before they return.
 *
 * F1, F2. Of contexts, see `handler-context.ts`.
 * F3. What a handler throws costs its event, not the server: no effect of the event leaves.
 */
import type { SessionState } from "../kernel/charts/session.ts";
import type { SessionId } from "../kernel/ids.ts";
import type { PlainData } from "../kernel/plain.ts";
import type { CloseReason } from "../kernel/reasons.ts";
import type { PlayerRole } from "../kernel/roles.ts";
import type { Timer } from "../kernel/timers.ts";
import type {
  AnyContract,
  AnyRequest,
  AnyToServer,
  Contract,
  ParsedOf,
  Position,
} from "../wire/index.ts";
import type {
  Answer,
  AnswerOf,
  CallDeclaration,
  CallDeclarations,
  CarriedOf,
  KeysOf,
  TimerDeclarations,
} from "./declared.ts";
import type { EventsReader, EventStream } from "./event-store.ts";
import type {
  Context,
  ReplyContext,
  SessionContext,
  SessionView,
  TellContext,
  TickContext,
  TickScene,
} from "./handler-context.ts";

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
  V extends string,
  Key extends keyof C["entries"],
> = C["entries"][Key] extends AnyRequest
  ? ReplyContext<C, S, T, K, Key, V>
  : TellContext<C, S, T, K, V>;

/** Acts on arrival (`handle`), or waits for the next tick (`inbox`), taken fairly over sessions. */
type PacketHandler<
  C extends AnyContract,
  S,
  T,
  K,
  V extends string,
  Key extends keyof C["entries"],
> = PacketPolicy &
  (
    | {
        handle(ctx: HandlerContext<C, S, T, K, V, Key>, message: ParsedOf<C["entries"][Key]>): void;
      }
    | { inbox(ctx: HandlerContext<C, S, T, K, V, Key>, message: ParsedOf<C["entries"][Key]>): void }
  );

type AnswerContext<C extends AnyContract, S, T, K, V extends string, Declared> = Declared extends {
  readonly replyTo: infer Key extends keyof C["entries"];
}
  ? ReplyContext<C, S, T, K, Key, V>
  : Context<C, S, T, K, never, V>;

type OptionalWhenEmpty<Key extends string, Map> = keyof Map extends never
  ? { readonly [P in Key]?: Map }
  : { readonly [P in Key]: Map };

type PacketHandlers<C extends AnyContract, S, T, K, V extends string> = {
  [Key in KeysOf<C["entries"], AnyRequest | AnyToServer>]: PacketHandler<C, S, T, K, V, Key>;
};
type AnswerHandlers<C extends AnyContract, S, T, K, V extends string> = {
  [Key in keyof K]: K[Key] extends { readonly operation: infer O }
    ? (
        ctx: AnswerContext<C, S, T, K, V, K[Key]>,
        answer: Answer<AnswerOf<O>>,
        ...carry: K[Key] extends { readonly carries: infer D } ? [carry: CarriedOf<D>] : []
      ) => void
    : never;
};
type TimerHandlers<C extends AnyContract, S, T, K, V extends string> = {
  [Key in keyof T]: (
    ctx: Context<C, S, T, K, never, V>,
    data: CarriedOf<T[Key]>,
    id: number | string,
  ) => void;
};
/** Timers of one name by id, for invariants. */
export type TimerViews<T> = { readonly [Key in keyof T]: ReadonlyMap<number | string, Timer> };

export type Implementation<
  C extends AnyContract,
  S,
  T,
  K,
  V extends string = string,
> = OptionalWhenEmpty<"packets", PacketHandlers<C, S, T, K, V>> &
  OptionalWhenEmpty<"answers", AnswerHandlers<C, S, T, K, V>> &
  OptionalWhenEmpty<"timers", TimerHandlers<C, S, T, K, V>> & {
    /** The life of sessions. `closed` comes exactly once for each `opened`. */
    readonly sessions?: {
      opened?(ctx: SessionContext<C, S, T, K, never, V>): void;
      closed?(ctx: SessionContext<C, S, T, K, never, V>, reason: CloseReason): void;
    };
    readonly tick?: {
      /** Runs every n-th tick, n >= 1. */
      readonly every: number;
      run(ctx: TickContext<C, S, T, K, V>): void;
      /**
       * Until when `run` would do nothing as things are: would tell, call, count, draw and change
       * nothing. A time as `ctx.now` has it, in microseconds; `Infinity` until something else
       * happens, 0 when there is something to do. Ticks that no feature has any use for take no
       * step, so a server with nothing to do does nothing; `run` may come all the same. It is asked
       * often and changes nothing. Left out, every tick runs.
       */
      idleUntil?(state: S, scene: TickScene): number;
    };
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
      Record<
        string,
        (
          state: S,
          sessions: ReadonlyMap<SessionId, SessionView>,
          events: EventsReader<V>,
        ) => PlainData
      >
    >;
    /** Checked again and again in tests and the simulator; the key is the rule, with its id. */
    readonly invariants?: Readonly<
      Record<
        string,
        (
          state: S,
          timers: TimerViews<T>,
          sessions: ReadonlyMap<SessionId, SessionView>,
          events: EventsReader<V>,
        ) => boolean
      >
    >;
  };

/** Migrations: key n makes the state of version n + 1 from that of version n. */
export type Migrations = Readonly<Record<number, (old: PlainData) => PlainData>>;

export interface Declaration<C extends AnyContract, S, T, K, V extends string = string> {
  readonly contract: C;
  /** Of the state's shape, from 1. */
  readonly version: number;
  readonly state: () => S;
  readonly timers?: T;
  readonly calls?: K;
  /** Event streams of the feature, made by `eventStream`. Handlers reach these and no others. */
  readonly events?: readonly EventStream<unknown, unknown, V>[];
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
  readonly tick: ErasedTick | null;
  readonly near: ((state: unknown, at: Position) => Iterable<SessionId>) | null;
  readonly views: Readonly<
    Record<
      string,
      (
        state: unknown,
        sessions: ReadonlyMap<SessionId, SessionView>,
        events: EventsReader,
      ) => PlainData
    >
  >;
  readonly invariants: Readonly<
    Record<
      string,
      (
        state: unknown,
        timers: unknown,
        sessions: ReadonlyMap<SessionId, SessionView>,
        events: EventsReader,
      ) => boolean
    >
  >;
}
export interface ErasedTick {
  readonly every: number;
  run(ctx: unknown): void;
  idleUntil?(state: unknown, scene: TickScene): number;
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
  const V extends string = never,
>(
  declaration: Declaration<C, S, T, K, V>,
): { implement(implementation: Implementation<C, S, T, K, V>): Feature } {
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
