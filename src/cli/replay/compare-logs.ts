/** Two logs, event by event: the first one that is not the same in both, or had other effects. */
import { clonePlain } from "../../core/kernel/plain.ts";
import type { PlainData } from "../../core/kernel/plain.ts";
import { grouped } from "../output.ts";
import type { ProgressLine } from "../output.ts";
import { differences } from "./differences.ts";
import type { Difference } from "./differences.ts";
import { nearestMark } from "./events.ts";
import type { Log, LoggedEvent } from "./log.ts";
import { endOf, eventsAfter, firstOf } from "./log.ts";
import { Playback } from "./playback.ts";
import { sessionAfter, sessionBefore } from "./whose.ts";
import { Words } from "./words.ts";
import type { EventInWords } from "./words.ts";

/** Fields may be added, never renamed. */
export interface LogsCompared {
  /** Events that are in both, up to the first that differs. */
  readonly same: number;
  /** The first event that was compared, and the last one of each log. */
  readonly fromSeq: number;
  readonly endSeq: readonly [first: number, second: number];
  /** Null: they are the same as far as both go, and end together. */
  readonly first: null | FirstDifference;
}

export interface FirstDifference {
  readonly seq: number;
  /** `end`: one of them goes on where the other has ended. */
  readonly what: "event" | "effects" | "end";
  /** The event in each; null where the log has ended. */
  readonly events: readonly [EventInWords | null, EventInWords | null];
  /** Of `event`: what differs in it; `before` is the first log's. */
  readonly fields: readonly Difference[];
  /** Of `effects`: what this build orders, and whose digest that has. */
  readonly effects: readonly string[];
  readonly agrees: "first" | "second" | "neither" | null;
}

const fieldsMax = 20;

/** @param ignoresTimes two events that differ in their times only are the same */
export function compareLogs(
  first: Log,
  second: Log,
  { ignoresTimes, progress }: { readonly ignoresTimes: boolean; readonly progress: ProgressLine },
): LogsCompared {
  const from = Math.max(firstOf(first), firstOf(second));
  const head = { fromSeq: from, endSeq: [endOf(first), endOf(second)] as const };
  const [left, right] = [eventsAfter(first, from - 1), eventsAfter(second, from - 1)];
  for (let same = 0; ; same += 1) {
    const [one, other] = [nextOf(left), nextOf(right)];
    if (one === null && other === null) return { ...head, same, first: null };
    progress.show(() => `comparing: event ${grouped(from + same)}`);
    const found = differenceOf(one, other, ignoresTimes);
    if (found === null) continue;
    return { ...head, same, first: inWords({ first, second }, found) };
  }
}

const nextOf = (events: Generator<LoggedEvent>): LoggedEvent | null => {
  const next = events.next();
  return next.done === true ? null : next.value;
};

interface Found {
  readonly what: FirstDifference["what"];
  readonly pair: readonly [LoggedEvent | null, LoggedEvent | null];
  readonly fields: readonly Difference[];
}

function differenceOf(
  one: LoggedEvent | null,
  other: LoggedEvent | null,
  ignoresTimes: boolean,
): Found | null {
  const pair = [one, other] as const;
  if (one === null || other === null) return { what: "end", pair, fields: [] };
  const fields = differences(
    "event",
    plainOf(one, ignoresTimes),
    plainOf(other, ignoresTimes),
    fieldsMax,
  );
  if (fields.length > 0) return { what: "event", pair, fields };
  // 0: the step did not end, and nobody knows what its effects were.
  const areKnown = one.effects !== 0 && other.effects !== 0;
  return areKnown && one.effects !== other.effects ? { what: "effects", pair, fields } : null;
}

/** The event without what is nothing of its own. */
function plainOf({ event }: LoggedEvent, ignoresTimes: boolean): PlainData {
  const own: Record<string, unknown> = { ...event };
  if (ignoresTimes) delete own["at"];
  if (event.type === "packet.received") {
    own["bytes"] = event.bytes.slice(event.start, event.end);
    delete own["start"];
    delete own["end"];
  }
  return clonePlain(own as PlainData);
}

function inWords(
  { first, second }: { readonly first: Log; readonly second: Log },
  { what, pair, fields }: Found,
): FirstDifference {
  const [one, other] = pair;
  const here = one === null ? null : stepped(first, one);
  const there = other === null ? null : stepped(second, other);
  const isEffects = what === "effects";
  return {
    seq: (one ?? other)?.sequence ?? 0,
    what,
    events: [here?.event ?? null, there?.event ?? null],
    fields,
    effects: isEffects ? (here?.effects ?? []) : [],
    agrees: isEffects ? agreement(here?.digest ?? null, pair) : null,
  };
}

function agreement(digest: number | null, [one, other]: Found["pair"]): FirstDifference["agrees"] {
  if (digest === one?.effects) return "first";
  return digest === other?.effects ? "second" : "neither";
}

/** The event by the state that it was stepped in, and what it orders there. */
function stepped(log: Log, logged: LoggedEvent) {
  const words = new Words(log.features);
  const playback = new Playback(log, nearestMark(log, logged.sequence - 1));
  const { machine, outbox } = playback;
  const isThere = playback.goTo(logged.sequence - 1);
  const next = isThere ? playback.next() : null;
  if (next === null) {
    const event = words.event(logged.sequence, logged.event, null);
    return { event, effects: [], digest: null };
  }
  const before = sessionBefore(machine, next.event);
  const step = playback.step(next);
  const session = before ?? (step.type === "stepped" ? sessionAfter(machine, next.event) : null);
  return {
    event: words.event(logged.sequence, next.event, session),
    effects: outbox.effects.map((effect) => words.effect(effect)),
    digest: step.type === "stepped" ? step.effects : null,
  };
}
