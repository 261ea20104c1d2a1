/**
 * What comes with time: ticks, timers and the answers and deadlines of calls.
 *
 * T1. Tick n of a start is due at `tickStart + floor((n - tickBase) * 1,000,000 / tickHz)`: whole
 *     numbers, so that no error adds up. Another `tickHz` counts on from the tick that is due next.
 * T2. One step fires at most `ticksPerStepMax` ticks. The others are skipped and counted, and the
 *     tick number goes on with time.
 * T3. Ticks in which no feature has anything to do take no step: whatever comes next passes them,
 *     so that the next one has the number and the time that it would have had.
 * T4. A call is answered exactly once: by its completion or by its deadline, whichever is first.
 */
import type { CallResult } from "../contract.ts";
import { invariant } from "../kernel/assert.ts";
import { callId, micros, sessionId } from "../kernel/ids.ts";
import type { CallId, Micros } from "../kernel/ids.ts";
import { limits } from "../kernel/limits.ts";
import type { Timer } from "../kernel/timers.ts";
import { isInvalid } from "../wire/index.ts";
import { deadlineKind } from "./compose.ts";
import type { Answer, AnyOperation } from "./declared.ts";
import type { ErasedTick } from "./feature.ts";
import type { RealmMachine } from "./machine.ts";
import { onTurn } from "./packets.ts";
import type { Session } from "./sessions.ts";
import type { PendingCall } from "./state.ts";
import { isSuspended } from "./suspension.ts";

export function nextTimeout(realm: RealmMachine): Micros | null {
  const timer = realm.state.timers.nextDueAt();
  const tick = nextTickAt(realm);
  if (timer === null || tick === null) return timer ?? tick;
  return timer < tick ? timer : tick;
}

/** When the next tick is due that has something to do; null when none has, as things are. */
function nextTickAt(realm: RealmMachine): Micros | null {
  if (!hasTicks(realm)) return null;
  const needed = neededTick(realm);
  return needed === Infinity ? null : tickDueAt(realm, needed);
}

/** False when no feature asks for ticks, and before the server has started. */
const hasTicks = ({ composition, state }: RealmMachine): boolean =>
  composition.ticks && state.kernel.incarnation > 0;

/** No rest ends, and no tick is due, as late as that. */
const farthest = 2 ** 52;

/** The number of the next tick that has something to do; Infinity when none has, as things are. */
function neededTick(realm: RealmMachine): number {
  const { kernel, inbox } = realm.state;
  if (inbox.size > 0) return kernel.tick;
  const { features } = realm.composition;
  let needed = Infinity;
  for (let index = 0; index < features.length && needed > kernel.tick; index += 1) {
    const tick = features[index]?.implementation.tick ?? null;
    if (tick === null || isSuspended(realm, features[index]?.name ?? "")) continue;
    const first = tickFrom(realm, idleUntil(realm, index, tick));
    needed = Math.min(needed, Math.ceil(first / tick.every) * tick.every);
  }
  return needed;
}

/** Until when a feature's ticks have nothing to do; 0 when it cannot say. */
function idleUntil({ state }: RealmMachine, feature: number, tick: ErasedTick): number {
  if (tick.idleUntil === undefined) return 0;
  try {
    const until: unknown = tick.idleUntil(state.featureStates[feature], state.scene);
    return typeof until === "number" ? until : 0;
  } catch {
    // Here is no step that could be left out. The tick may throw alike, and is dealt with then.
    return 0;
  }
}

/** The next tick that is not due before a time; Infinity when that is too far away. */
export function tickFrom(realm: RealmMachine, at: number): number {
  const { tick, tickStart, tickBase, config } = realm.state.kernel;
  // What is not a number is no reason to rest.
  if (!(at > tickDueAt(realm, tick))) return tick;
  if (at > farthest) return Infinity;
  // Rounding may put the estimate one to either side of the rule in T1, which is the one that
  // counts.
  const estimate = tickBase + Math.floor(((at - tickStart) * config.tickHz) / 1_000_000);
  let next = Math.max(estimate - 1, tick);
  while (tickDueAt(realm, next) < at) next += 1;
  return next;
}

/** Passes the ticks that are due at `at`, come before any timer and have nothing to do. */
export function passIdleTicks(realm: RealmMachine, at: Micros): void {
  const until = upToTimer(realm, at);
  if (!isTickDue(realm, until)) return;
  const { kernel } = realm.state;
  const next = Math.min(neededTick(realm), tickFrom(realm, until + 1));
  if (next === kernel.tick) return;
  realm.count("ticks_idle_total", next - kernel.tick);
  kernel.tick = next;
}

/** How far time may pass before a timer is due. */
function upToTimer({ state }: RealmMachine, at: Micros): Micros {
  const timerAt = state.timers.nextDueAt();
  return timerAt !== null && timerAt < at ? timerAt : at;
}

export function tickDueAt(realm: RealmMachine, tick: number): Micros {
  const { tickStart, tickBase, config } = realm.state.kernel;
  return micros(tickStart + Math.floor(((tick - tickBase) * 1_000_000) / config.tickHz));
}

/** Call it before the change: what is due next stays so, and those behind it count from there. */
export function changeTickHz(realm: RealmMachine, tickHz: number): void {
  const { kernel } = realm.state;
  if (tickHz === kernel.config.tickHz) return;
  kernel.tickStart = tickDueAt(realm, kernel.tick);
  kernel.tickBase = kernel.tick;
}

/** Fires all that is due at `at`, ticks and timers in one order. */
export function passTime(realm: RealmMachine, at: Micros): void {
  const { kernel, timers } = realm.state;
  let ticks = 0;
  for (;;) {
    passIdleTicks(realm, at);
    if (isTickDue(realm, upToTimer(realm, at))) {
      if (ticks < kernel.config.ticksPerStepMax) runTick(realm);
      else skipTicks(realm, at);
      ticks += 1;
      continue;
    }
    const timer = timers.takeDue(at);
    if (timer === null) return;
    fire(realm, timer);
  }
}

const isTickDue = (realm: RealmMachine, at: Micros): boolean =>
  hasTicks(realm) && tickDueAt(realm, realm.state.kernel.tick) <= at;

function runTick(realm: RealmMachine): void {
  const { kernel, inbox } = realm.state;
  for (let taken = 0; taken < limits.inboxPerTickMax; taken += 1) {
    const waiting = inbox.take();
    if (waiting === null) break;
    onTurn(realm, waiting);
  }
  const { features } = realm.composition;
  // By index: `entries` makes three objects a feature, at every tick.
  for (let index = 0; index < features.length; index += 1) {
    const feature = features[index];
    if (feature === undefined) continue;
    const { tick } = feature.implementation;
    if (tick === null || kernel.tick % tick.every !== 0) continue;
    if (isSuspended(realm, feature.name)) continue;
    realm.run(index, null, (ctx) => tick.run(ctx));
  }
  kernel.tick += 1;
  realm.count("ticks_total");
}

/** Leaves out all ticks that are due at `at`. */
function skipTicks(realm: RealmMachine, at: Micros): void {
  const { kernel } = realm.state;
  const next = tickFrom(realm, at + 1);
  realm.count("ticks_skipped_total", next - kernel.tick);
  kernel.tick = next;
}

function fire(realm: RealmMachine, timer: Timer): void {
  if (timer.kind === deadlineKind) return expire(realm, callId(timer.id as number));
  const route = realm.composition.timers[timer.kind - 1];
  invariant(route !== undefined, "a timer has a feature", timer.kind);
  const feature = realm.composition.features[route.feature];
  const handler = feature?.implementation.timers[route.name];
  invariant(handler !== undefined, "a timer has a handler", route.name);
  if (isSuspended(realm, feature?.name ?? "")) return postpone(realm, timer);
  realm.run(route.feature, null, (ctx) => handler(ctx, timer.data, timer.id));
}

/** Keeps a timer whose feature is suspended: the next start may let it fire. */
function postpone(realm: RealmMachine, { kind, id, data }: Timer): void {
  const { kernel, timers } = realm.state;
  timers.set(kind, id, micros(kernel.now + limits.suspendedTimerMs * 1_000), data);
}

// ---------------------------------------------------------------- calls

function expire(realm: RealmMachine, id: CallId): void {
  const pending = realm.state.calls.get(id);
  if (pending === undefined) return;
  realm.state.calls.delete(id);
  realm.count(`calls_answered_total{outcome="deadline"}`);
  deliver(realm, pending, { ok: false, code: "DEADLINE_EXCEEDED" });
}

export function answerCall(realm: RealmMachine, id: CallId, result: CallResult): void {
  const pending = realm.state.calls.get(id);
  if (pending === undefined) return realm.count("calls_answered_too_late_total");
  realm.state.calls.delete(id);
  realm.state.timers.cancel(deadlineKind, id);
  realm.count(`calls_answered_total{outcome="${result.ok ? "ok" : "failed"}"}`);
  deliver(realm, pending, parsed(realm, pending, result));
}

function parsed(realm: RealmMachine, pending: PendingCall, result: CallResult): Answer<unknown> {
  if (!result.ok) return { ok: false, code: result.code };
  const { operation } = declared(realm, pending);
  const value = operation.parse(result.answer);
  if (!isInvalid(value)) return { ok: true, value };
  realm.log("error", "an answer makes no sense", { operation: operation.name, why: value.invalid });
  return { ok: false, code: "INTERNAL" };
}

function deliver(realm: RealmMachine, pending: PendingCall, answer: Answer<unknown>): void {
  const { feature, replyTo, answered } = declared(realm, pending);
  const session = pending.session === 0 ? null : sessionOrGone(realm, pending);
  const entry = realm.composition.features[feature]?.declaration.contract.entries[replyTo];
  const ctx = realm.contexts[feature];
  invariant(ctx !== undefined, "a call has a feature", pending.feature);
  try {
    if (session === null || entry?.kind !== "request") ctx.begin(session);
    else ctx.beginAsked(session, pending.inReplyTo, entry);
    ctx.askedBy(pending.player ?? null);
    answered(ctx, answer, pending.carry);
  } catch (error) {
    realm.failedFeature ??= pending.feature;
    throw error;
  } finally {
    ctx.end();
  }
}

interface DeclaredCall {
  readonly feature: number;
  readonly operation: AnyOperation;
  readonly replyTo: string;
  readonly answered: (ctx: unknown, answer: Answer<unknown>, carry: unknown) => void;
}

function declared(realm: RealmMachine, pending: PendingCall): DeclaredCall {
  const feature = realm.composition.features.findIndex(({ name }) => name === pending.feature);
  const found = realm.composition.features[feature];
  const call = found?.declaration.calls?.[pending.name];
  const answered = found?.implementation.answers[pending.name];
  invariant(call !== undefined && answered !== undefined, "a call is declared", pending.name);
  return {
    feature,
    operation: call.operation,
    replyTo: call.replyTo ?? "",
    answered: answered as DeclaredCall["answered"],
  };
}

/** The session, or what is left to say of one that ended while its call was under way. */
function sessionOrGone(realm: RealmMachine, { session: asker, player }: PendingCall): Session {
  const id = sessionId(asker);
  const session = realm.state.sessions.get(id);
  if (session !== undefined) return session;
  return {
    id,
    state: "disconnected",
    remote: "unknown",
    security: "plain",
    openedAt: realm.state.kernel.now,
    heardAt: realm.state.kernel.now,
    player: player ?? null,
    name: "",
    role: "player",
    login: "",
    connection: 0 as Session["connection"],
    committedSequence: 0,
    promptSequence: 0,
    malformedInRow: 0,
    refusedSince: realm.state.kernel.now,
    refusedCount: 0,
    ending: "GOODBYE",
  };
}
