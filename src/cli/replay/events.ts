/** The events of a log, decoded, for a reader: `reprise replay PATH --events`. */
import type { ConnectionId } from "../../core/kernel/ids.ts";
import type { ProgressLine } from "../output.ts";
import { grouped } from "../output.ts";
import type { Log } from "./log.ts";
import { endOf } from "./log.ts";
import { markOf, Playback } from "./playback.ts";
import type { Mark } from "./playback.ts";
import type { Effect } from "./recorder.ts";
import { sessionAfter, sessionBefore } from "./whose.ts";
import { Words } from "./words.ts";
import type { EventInWords } from "./words.ts";

export interface EventsOrder {
  /** Sequences, both included. */
  readonly from: number;
  readonly to: number;
  /** Only what belongs to this session, and what was sent to it; null: everybody's. */
  readonly session: number | null;
  /** Only events of this type, or with a packet of this name or number; null: all. */
  readonly type: string | null;
  /** Tells what the step of each event ordered. */
  readonly effects: boolean;
}

/** Fields may be added, never renamed. */
export interface ToldEvent extends EventInWords {
  /** True when its step failed and it is left out of every replay. */
  readonly failed?: true;
  /** What its step ordered, where that was asked for. */
  readonly effects?: readonly string[];
}

/** Why the telling stopped early. */
export interface Trouble {
  /** The event that cannot be stepped. */
  readonly seq: number;
  readonly message: string;
}

/**
 * The events that are wanted, in their order.
 *
 * @returns why it stopped early; null when it did not
 */
export function* tellEvents(
  log: Log,
  order: EventsOrder,
  progress: ProgressLine,
): Generator<ToldEvent, Trouble | null> {
  const words = new Words(log.features);
  const playback = new Playback(log, nearestMark(log, order.from - 1));
  const last = Math.min(order.to, endOf(log));
  const { machine, outbox } = playback;
  for (let next = playback.next(); next !== null && next.sequence <= last; next = playback.next()) {
    const { sequence, event } = next;
    progress.show(() => `reading: event ${grouped(sequence)} of ${grouped(last)}`);
    const before = sessionBefore(machine, event);
    const stepped = playback.step(next);
    const session = before ?? (stepped.type === "stepped" ? sessionAfter(machine, event) : null);
    const inWords = sequence < order.from ? null : words.event(sequence, event, session);
    const effects = wantedEffects(
      order,
      outbox.effects,
      (connection) => machine.state.sessions.ofConnection(connection)?.id,
    );
    if (inWords !== null && isWanted(order, inWords, effects)) {
      yield {
        ...inWords,
        ...(stepped.type === "left-out" ? { failed: true as const } : {}),
        ...(order.effects ? { effects: effects.map((effect) => words.effect(effect)) } : {}),
      };
    }
    if (stepped.type === "threw") {
      return { seq: sequence, message: `event ${sequence} cannot be stepped: ${stepped.message}` };
    }
  }
  return null;
}

/**
 * The newest state that was kept no later than after the event of that sequence, and that this
 * build restores to what it was made of.
 */
export function nearestMark(log: Log, sequence: number): Mark {
  for (const [last, checkpoint] of [...log.checkpoints].toReversed()) {
    if (last > sequence) continue;
    const machine = log.realm.create();
    try {
      machine.restore(checkpoint.machine);
    } catch {
      continue; // of a state that this build does not have
    }
    if (machine.digest() === checkpoint.digest) {
      return { sequence: last, state: checkpoint.machine };
    }
  }
  return markOf(log);
}

function wantedEffects(
  { session }: EventsOrder,
  effects: readonly Effect[],
  sessionOf: (connection: ConnectionId) => number | undefined,
): readonly Effect[] {
  if (session === null) return effects;
  return effects.filter(
    (effect) => effect.kind === "call" || sessionOf(effect.connection) === session,
  );
}

function isWanted(
  { session, type, effects: tellsEffects }: EventsOrder,
  told: EventInWords,
  effects: readonly Effect[],
): boolean {
  if (type !== null && !isOfType(type, told)) return false;
  if (session === null || told.session === session) return true;
  // What was sent to a session in somebody else's event is a part of its story.
  return tellsEffects && effects.some(({ kind }) => kind !== "call");
}

const isOfType = (wanted: string, { type, packet }: EventInWords): boolean =>
  type === wanted ||
  packet?.name === wanted ||
  (packet !== undefined && String(packet.type) === wanted);
