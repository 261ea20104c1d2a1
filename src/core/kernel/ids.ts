/**
 * Ids and quantities. A plain `number` says nothing about what it counts, so every id and quantity
 * that crosses a border is branded, and only the constructors below make one.
 *
 * Ids that must never be reused after a lost tail carry the incarnation: the number of the start,
 * above that of every start before that has served, whatever the journal has lost since. An id is
 * `(incarnation * 16 + worker) * 2^32 + counter`, which is exact in a double: 17 bits of
 * incarnation, 4 of worker, 32 of counter.
 */
import { invariant } from "./assert.ts";

declare const brand: unique symbol;
type Brand<T, Name extends string> = T & { readonly [brand]: Name };

/**
 * Microseconds since the epoch (an instant) or a number of microseconds (a span). Integer, >= 0.
 */
export type Micros = Brand<number, "Micros">;
/** One link to a peer. Given by the host, never reused. */
export type ConnectionId = Brand<number, "ConnectionId">;
/** One player's presence. Counted by the realm from 1, never reused. */
export type SessionId = Brand<number, "SessionId">;
/** One account, over all its sessions. Given by the accounts store, from 1, never reused. */
export type PlayerId = Brand<number, "PlayerId">;
/** One order to the outside that will be answered. Its idempotency key; never reused. */
export type CallId = Brand<number, "CallId">;
/** The number of a simulation tick, from 0. */
export type Tick = Brand<number, "Tick">;
/** The position of an event in the journal, from 1. */
export type EventSequence = Brand<number, "EventSequence">;
/** A handle to secret bytes that never enter the core. */
export type SecretRef = Brand<number, "SecretRef">;
/** The 32-bit number of a kind of packet. */
export type PacketType = Brand<number, "PacketType">;
/** How many times this data folder has been started, from 1. */
export type Incarnation = Brand<number, "Incarnation">;

export const INCARNATION_MAX = 2 ** 17 - 1;
export const WORKER_MAX = 15;
const COUNTER_SPAN = 2 ** 32;

const integer = (value: number, what: string): number => {
  if (!Number.isSafeInteger(value) || value < 0) failInteger(value, what);
  return value;
};

// Apart from `integer`, so that no message is made for those that are right.
function failInteger(value: number, what: string): void {
  invariant(false, `${what} must be an integer >= 0`, value);
}

export const micros = (value: number): Micros => integer(value, "micros") as Micros;
export const milliseconds = (value: number): Micros => micros(Math.round(value * 1_000));
export const seconds = (value: number): Micros => micros(Math.round(value * 1_000_000));
export const sessionId = (value: number): SessionId => integer(value, "session id") as SessionId;
export const connectionId = (value: number): ConnectionId =>
  integer(value, "connection id") as ConnectionId;
export const callId = (value: number): CallId => integer(value, "call id") as CallId;
export const tick = (value: number): Tick => integer(value, "tick") as Tick;
export const eventSequence = (value: number): EventSequence =>
  integer(value, "event sequence") as EventSequence;
export const secretRef = (value: number): SecretRef => integer(value, "secret ref") as SecretRef;
export const packetType = (value: number): PacketType =>
  integer(value, "packet type") as PacketType;

/** @param value >= 1 */
export const playerId = (value: number): PlayerId => {
  invariant(value >= 1, "player id out of range", value);
  return integer(value, "player id") as PlayerId;
};

/** @param value 1..131,071 */
export const incarnation = (value: number): Incarnation => {
  invariant(value >= 1 && value <= INCARNATION_MAX, "incarnation out of range", value);
  return integer(value, "incarnation") as Incarnation;
};

/**
 * Makes the number of an id that is never used again, not even after a crash that loses the tail
 * of the journal.
 *
 * @param start the incarnation that makes it
 * @param worker which of at most 16 makers, 0..15
 * @param counter 0..2^32-1, counted by that maker within that incarnation
 */
export const incarnatedId = (start: Incarnation, worker: number, counter: number): number => {
  invariant(worker >= 0 && worker <= WORKER_MAX, "worker out of range", worker);
  invariant(counter >= 0 && counter < COUNTER_SPAN, "id counter exhausted", counter);
  return (start * (WORKER_MAX + 1) + worker) * COUNTER_SPAN + counter;
};
