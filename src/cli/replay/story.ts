/**
 * One player's story in a log: which events are his, what was sent to him, and what remains of it
 * when the events of others are left out.
 *
 * T1. Events of nobody (starts, ticks and timers, the clock, the drain) belong to every story. Of a
 *     connection a cut has all events, or its opening and its end, or none.
 * T2. Calls are counted over all players, so a cut gives them other numbers; the answers follow
 *     the calls.
 * T3. A story is the same when everything that leaves for its connections is the same, in the same
 *     events: payloads, numbers and ends of the link.
 */
import type { Event } from "../../core/contract.ts";
import { callId, eventSequence } from "../../core/kernel/ids.ts";
import type { CallId, ConnectionId } from "../../core/kernel/ids.ts";
import type { ProgressLine } from "../output.ts";
import { grouped } from "../output.ts";
import type { Log } from "./log.ts";
import { endOf, eventsAfter } from "./log.ts";
import { markOf, Playback, thrownBy } from "./playback.ts";
import { EffectRecorder } from "./recorder.ts";
import type { CallOrderEffect, Effect } from "./recorder.ts";
import { connectionOf } from "./whose.ts";

/** A session as the log shows it. */
export interface SeenSession {
  readonly session: number;
  readonly connection: ConnectionId;
  /** Of its first event; of one that was open already when the log begins, 0. */
  readonly from: number;
  /** Of its last event; the log's end when it is still open there. */
  to: number;
  readonly players: Set<number>;
  readonly names: Set<string>;
}

/** Everybody in a log, by their connections, and the calls that its events have made. */
export interface Census {
  readonly sessions: ReadonlyMap<ConnectionId, SeenSession>;
  /** By event, in the order of the calls. */
  readonly calls: ReadonlyMap<number, readonly CallOrderEffect[]>;
}

/** Steps the whole log once. */
export function censusOf(log: Log, progress: ProgressLine): Census {
  const sessions = new Map<ConnectionId, SeenSession>();
  const calls = new Map<number, readonly CallOrderEffect[]>();
  const playback = new Playback(log);
  const { machine, outbox } = playback;
  const last = endOf(log);
  const meet = (from: number): void => {
    for (const { id, connection, player, name } of machine.state.sessions.all()) {
      const seen = sessions.get(connection) ?? {
        ...{ session: id, connection, from, to: last },
        ...{ players: new Set<number>(), names: new Set<string>() },
      };
      sessions.set(connection, seen);
      if (player !== null) seen.players.add(player);
      if (player !== null) seen.names.add(name);
    }
  };
  meet(0);
  for (let next = playback.next(); next !== null; next = playback.next()) {
    const { sequence, event } = next;
    progress.show(() => `looking: event ${grouped(sequence)} of ${grouped(last)}`);
    if (playback.step(next).type === "threw") break;
    const ordered = callsIn(outbox.effects);
    if (ordered.length > 0) calls.set(sequence, ordered);
    if (event.type === "connection.closed") {
      const seen = sessions.get(event.connection);
      if (seen !== undefined) seen.to = sequence;
    } else if (event.type === "connection.opened" || event.type === "call.completed") {
      meet(sequence);
    }
  }
  meet(last);
  return { sessions, calls };
}

/** Which events of a log are kept. */
export interface Cut {
  /** Of these connections all events. */
  readonly whole: ReadonlySet<ConnectionId>;
  /** Of the others their opening and their end, which keeps the numbers of sessions. */
  readonly keepsEnds: boolean;
  /** The last event. */
  readonly last: number;
}

/** An event of a cut. */
export interface CutEvent {
  /** Its place in the log. */
  readonly sequence: number;
  readonly event: Event;
  /** It is in the log and is not stepped. */
  readonly isLeftOut: boolean;
}

/** What left for the connections of the story in an event. */
export interface Told {
  readonly sequence: number;
  readonly effects: readonly Effect[];
}

export interface CutPlayed {
  /** Why it cannot be stepped; null: it can. */
  readonly trouble: { readonly sequence: number; readonly message: string } | null;
  readonly events: number;
}

interface CutPlay {
  readonly log: Log;
  readonly census: Census;
  readonly cut: Cut;
  /** What becomes of an event that is kept; itself, or one like it. */
  readonly change?: (event: Event) => Event;
  /** Gets each event once it is stepped, with what its step ordered. False: enough. */
  readonly take: (event: CutEvent, outbox: EffectRecorder, machine: Playback["machine"]) => boolean;
  /** Called before the first event, with the machine in the state before it. */
  readonly begin?: (machine: Playback["machine"]) => void;
}

/** Steps a cut from its beginning. Numbers of calls, and of events that failed, are its own. */
export function playCut({ log, census, cut, change, take, begin }: CutPlay): CutPlayed {
  const machine = log.realm.create();
  const { state, sequence: before } = markOf(log);
  if (state !== null) machine.restore(state);
  begin?.(machine);
  const outbox = new EffectRecorder();
  const renamed = new Map<CallId, CallId>();
  const places = new Map<number, number>();
  let events = 0;
  for (const { sequence, event } of eventsAfter(log, before)) {
    if (sequence > cut.last) break;
    const kept = keptEvent(event, { cut, renamed, places });
    if (kept === null) continue;
    events += 1;
    places.set(sequence, before + events);
    const changed = change?.(kept) ?? kept;
    outbox.begin(changed.at);
    const isLeftOut = log.survey.failures.has(sequence);
    try {
      if (!isLeftOut) machine.step(changed, outbox);
    } catch (error) {
      const message = thrownBy(machine.failedFeature, error);
      return { trouble: { sequence, message }, events };
    }
    pair(census.calls.get(sequence) ?? [], outbox.effects, renamed);
    if (!take({ sequence, event: changed, isLeftOut }, outbox, machine)) break;
  }
  return { trouble: null, events };
}

interface Keeping {
  readonly cut: Cut;
  readonly renamed: ReadonlyMap<CallId, CallId>;
  /** Where events stand in the cut. */
  readonly places: ReadonlyMap<number, number>;
}

/** The event as the cut has it; null when it has not. */
function keptEvent(event: Event, { cut, renamed, places }: Keeping): Event | null {
  if (event.type === "call.completed") {
    const call = renamed.get(event.call);
    return call === undefined ? null : { ...event, call: callId(call) };
  }
  if (event.type === "step.failed") {
    const failed = places.get(event.failed);
    return failed === undefined ? null : { ...event, failed: eventSequence(failed) };
  }
  const connection = connectionOf(event);
  if (connection === null || cut.whole.has(connection)) return event;
  const isEnd = event.type === "connection.opened" || event.type === "connection.closed";
  return cut.keepsEnds && isEnd ? event : null;
}

const callsIn = (effects: readonly Effect[]): readonly CallOrderEffect[] =>
  effects.filter((effect) => effect.kind === "call");

/** The calls of one step, as the log has them and as they are here: alike in their operations. */
function pair(
  before: readonly CallOrderEffect[],
  effects: readonly Effect[],
  renamed: Map<CallId, CallId>,
): void {
  if (before.length === 0) return;
  const left = [...callsIn(effects)];
  for (const { call, operation } of before) {
    const at = left.findIndex((each) => each.operation === operation);
    const [own] = at < 0 ? [] : left.splice(at, 1);
    if (own !== undefined) renamed.set(call, own.call);
  }
}

/** What of the effects leaves for these connections. */
export const toldTo = (
  own: ReadonlySet<ConnectionId>,
  effects: readonly Effect[],
): readonly Effect[] =>
  effects.filter((effect) => effect.kind !== "call" && own.has(effect.connection));

export function areTheSame(left: readonly Effect[], right: readonly Effect[]): boolean {
  return (
    left.length === right.length &&
    left.every((effect, index) => isTheSame(effect, right[index] as Effect))
  );
}

function isTheSame(left: Effect, right: Effect): boolean {
  if (left.kind === "send" && right.kind === "send") {
    return (
      left.connection === right.connection &&
      left.type === right.type &&
      left.delivery === right.delivery &&
      left.sequence === right.sequence &&
      left.inReplyTo === right.inReplyTo &&
      Buffer.compare(left.payload, right.payload) === 0
    );
  }
  if (left.kind === "close" && right.kind === "close") {
    return (
      left.connection === right.connection && left.mode === right.mode && left.code === right.code
    );
  }
  return false;
}
