/**
 * What a feature declares beside its state: what its timers and calls carry, and what the outside
 * does for it. Names and plain data only, so that all of it can be in a checkpoint.
 */
import type { CallEffect } from "../contract.ts";
import type { ErrorCode } from "../kernel/errors.ts";
import type { Micros } from "../kernel/ids.ts";
import type { PlainData } from "../kernel/plain.ts";
import type { AnyContract, AnyRequest, Entries, Invalid } from "../wire/index.ts";

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

export type RequestOf<O> = O extends { readonly [requestType]?: (request: infer R) => void }
  ? R
  : never;
export type AnswerOf<O> = O extends { parse(answer: PlainData): infer A }
  ? Exclude<A, Invalid>
  : never;
export type CarriedOf<C> = C extends Carried<infer T> ? T : never;

export type TimerDeclarations = Readonly<Record<string, Carried<PlainData>>>;

export type KeysOf<E extends Entries, Kind> = {
  [K in keyof E]: E[K] extends Kind ? K : never;
}[keyof E] &
  string;

export interface CallDeclaration<ReplyKey extends string> {
  readonly operation: AnyOperation;
  readonly carries?: Carried<PlainData>;
  /** The request that this call's answer will reply to. */
  readonly replyTo?: ReplyKey;
}
export type CallDeclarations<C extends AnyContract> = Readonly<
  Record<string, CallDeclaration<KeysOf<C["entries"], AnyRequest>>>
>;

/** What came back. */
export type Answer<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly code: ErrorCode };
