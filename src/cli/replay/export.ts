/**
 * Cuts one player's story out of a log and writes it as a journal of its own.
 *
 * The events are stepped once more while they are written, so digests and numbers are those of the
 * new log. What its player is told is compared with what he was told: the same bytes or, under
 * other names, the same fields.
 */
import type { ConnectionId } from "../../core/kernel/ids.ts";
import { CommandError } from "../command-error.ts";
import type { ProgressLine } from "../output.ts";
import { chooseCut } from "./cut.ts";
import type { OtherTold } from "./cut.ts";
import { shown } from "./differences.ts";
import { Disguise } from "./disguise.ts";
import type { Log } from "./log.ts";
import { endOf, eventsAfter } from "./log.ts";
import { PlayerNumbers } from "./player-numbers.ts";
import { Pseudonyms } from "./pseudonyms.ts";
import type { Effect } from "./recorder.ts";
import { censusOf, playCut, toldTo } from "./story.ts";
import type { Census, Cut, SeenSession, Told } from "./story.ts";
import { eventLine, Words } from "./words.ts";
import { LogWriter } from "./write-log.ts";

export interface ExportOrder {
  /** Whose story it is: one of the two. A player by number or by name. */
  readonly session: number | null;
  readonly player: string | null;
  readonly folder: string;
  readonly isAlone: boolean;
  readonly budgetMs: number;
  /** For other names; null: everybody keeps his own. */
  readonly key: Uint8Array | null;
  /** Fields that keep what is in them. */
  readonly kept: ReadonlySet<string>;
  readonly progress: ProgressLine;
}

/** Fields may be added, never renamed. */
export interface Exported {
  /** Whose story it is, as the first log counts them. */
  readonly sessions: readonly number[];
  /** Events of the new log, and of the first one. */
  readonly events: number;
  readonly endSeq: number;
  /** Other sessions that are in it as they were, and how many only come and go. */
  readonly whole: readonly number[];
  readonly ends: number;
  /** Of the files. */
  readonly bytes: number;
  /** Texts that have another name. */
  readonly names: number;
  /** Texts that share their other name, because so many short ones have taken all others. */
  readonly shared: number;
  /** Players who have another number. */
  readonly players: number;
  /** Where he would be told something else if they had: then all of them keep theirs. */
  readonly playersKeptSeq: number | null;
  /** What was left as it is, by field or packet, and how many times. */
  readonly untouched: Readonly<Record<string, number>>;
  /** The first place where he is told something else; null: nowhere. */
  readonly other: null | OtherInWords;
  /** Cuts that were tried. */
  readonly tries: number;
}

interface OtherInWords {
  /** In the first log. */
  readonly seq: number;
  readonly event: string;
  readonly before: readonly string[];
  readonly now: readonly string[];
  readonly threw: string | null;
}

/**
 * Writes the story.
 *
 * @throws CommandError when there is no such session or player, or the folder is not empty
 */
export function exportStory(log: Log, order: ExportOrder): Exported {
  const { folder, key, kept, progress } = order;
  if (key !== null && log.beginning !== null) {
    const what = "the log begins with a checkpoint, and there are names in its state";
    throw new CommandError(
      `${what}: export without --pseudonyms, or from a log with its beginning`,
    );
  }
  const census = censusOf(log, progress);
  const own = sessionsOf(census, order);
  const writer = new LogWriter({ folder, identity: identityOf(log), beginning: log.beginning });
  const chosen = chooseCut(log, census, { ...order, own });
  const play: StoryPlay = { log, census, own, cut: chosen.cut };
  const rewritten = rewrite(play, { key, kept, writer });
  const { written, disguise, names } = rewritten;
  const bytes = writer.finish();
  const ownSessions = own.map(({ session }) => session);
  const others = [...census.sessions.values()].filter(
    ({ from, session }) => from <= chosen.cut.last && !ownSessions.includes(session),
  );
  const whole = others.filter(({ connection }) => chosen.cut.whole.has(connection));
  const other = chosen.other ?? written.other;
  return {
    sessions: ownSessions,
    events: written.events,
    endSeq: endOf(log),
    whole: whole.map(({ session }) => session),
    ends: chosen.cut.keepsEnds ? others.length - whole.length : 0,
    bytes,
    names: names.size,
    shared: names.shared,
    players: rewritten.players,
    playersKeptSeq: rewritten.playersKeptSeq,
    untouched: Object.fromEntries(disguise?.untouched ?? []),
    other: other === null ? null : inWords(log, other),
    tries: chosen.tries,
  };
}

function sessionsOf(census: Census, { session, player }: ExportOrder): readonly SeenSession[] {
  const all = [...census.sessions.values()];
  const found = all.filter((seen) =>
    player === null
      ? seen.session === session
      : seen.players.has(Number(player)) || seen.names.has(player),
  );
  if (found.length > 0) return found;
  const last = all.at(-1)?.session ?? 0;
  throw new CommandError(
    player === null
      ? `there is no session ${session ?? 0} in the log; the last one is ${last}`
      : `nobody is called "${player}" in the log, by number or name`,
  );
}

/** Of the start that wrote the log's beginning. */
function identityOf({ survey, beginning }: Log) {
  const segment = survey.end.segment ?? beginning?.identity;
  if (segment === undefined) throw new CommandError("the log is empty");
  const { build, node, v8, protocol, configDigest, incarnation } = segment;
  return { build, node, v8, protocol, configDigest, incarnation };
}

/** What is played, again and again. */
interface StoryPlay {
  readonly log: Log;
  readonly census: Census;
  readonly own: readonly SeenSession[];
  readonly cut: Cut;
}

interface Written {
  readonly events: number;
  readonly other: OtherTold | null;
}

interface Rewritten {
  readonly written: Written;
  /** Null: everybody keeps his name. */
  readonly disguise: Disguise | null;
  readonly names: Pseudonyms;
  readonly players: number;
  readonly playersKeptSeq: number | null;
}

interface RewriteOrder extends Pick<ExportOrder, "key" | "kept"> {
  readonly writer: LogWriter;
}

/**
 * Writes the cut. Under other names it is played before, with other numbers of players: features
 * may count with those, and then they keep theirs.
 */
function rewrite(play: StoryPlay, { key, kept, writer }: RewriteOrder): Rewritten {
  const names = new Pseudonyms(key ?? new Uint8Array(0));
  if (key === null) {
    const written = writeCut(play, { writer, disguise: null, before: [] });
    return { written, disguise: null, names, players: 0, playersKeptSeq: null };
  }
  const { features } = play.log;
  const under = (players: PlayerNumbers | null): Disguise =>
    new Disguise({ features, names, players, kept });
  const { before, met } = toldBefore(play, under(null));
  const players = new PlayerNumbers(key, met);
  const tried = (numbers: PlayerNumbers | null): number =>
    writeCut(play, { writer: null, disguise: under(numbers), before }).other?.sequence ?? Infinity;
  const goesUntil = players.size === 0 ? Infinity : tried(players);
  const isKept = goesUntil < Infinity && tried(null) > goesUntil;
  const disguise = under(isKept ? null : players);
  const written = writeCut(play, { writer, disguise, before });
  return {
    ...{ written, disguise, names },
    players: isKept ? 0 : players.size,
    playersKeptSeq: isKept ? goesUntil : null,
  };
}

/** What he was told under the old names, and the numbers of all players. */
function toldBefore(
  { log, census, own, cut }: StoryPlay,
  looking: Disguise,
): { readonly before: readonly Told[]; readonly met: ReadonlySet<number> } {
  const connections = connectionsOf(own);
  const before: Told[] = [];
  playCut({
    ...{ log, census, cut },
    take({ sequence, event }, outbox) {
      looking.event(event);
      before.push({ sequence, effects: toldTo(connections, outbox.effects) });
      return true;
    },
  });
  return { before, met: looking.met };
}

interface WriteOrder {
  /** Null: it is only played. */
  readonly writer: LogWriter | null;
  readonly disguise: Disguise | null;
  /** What he was told under the old names, to compare with: he is told other bytes now. */
  readonly before: readonly Told[];
}

function writeCut(
  { log, census, own, cut }: StoryPlay,
  { writer, disguise, before }: WriteOrder,
): Written {
  const connections = connectionsOf(own);
  const words = new Words(log.features);
  let other: OtherTold | null = null;
  let at = 0;
  const { events, trouble } = playCut({
    ...{ log, census, cut },
    change: (event) => disguise?.event(event) ?? event,
    take({ sequence, event, isLeftOut }, outbox, machine) {
      writer?.add(event, isLeftOut ? null : outbox.digest(), machine);
      const told = before[at++];
      if (disguise === null || told === undefined || other !== null) return true;
      const now = toldTo(connections, outbox.effects);
      if (!isAlike(told.effects, now, { disguise, words })) {
        other = { sequence, before: told.effects, now, threw: null };
      }
      return true;
    },
  });
  if (trouble === null) return { events, other };
  const { sequence, message: threw } = trouble;
  return { events, other: other ?? { sequence, before: [], now: [], threw } };
}

const connectionsOf = (own: readonly SeenSession[]): ReadonlySet<ConnectionId> =>
  new Set(own.map(({ connection }) => connection));

interface Names {
  readonly disguise: Disguise;
  readonly words: Words;
}

/** The same but for the names. */
function isAlike(
  before: readonly Effect[],
  now: readonly Effect[],
  { disguise, words }: Names,
): boolean {
  return (
    before.length === now.length &&
    before.every((effect, index) => {
      const own = now[index];
      if (effect.kind !== "send" || own?.kind !== "send") {
        return shown(effect) === shown(own);
      }
      const { payload: _before, ...head } = effect;
      const { payload: _now, ...ownHead } = own;
      const fields = shown(disguise.fields(words.sent(effect).fields));
      return shown(head) === shown(ownHead) && fields === shown(words.sent(own).fields);
    })
  );
}

function inWords(log: Log, { sequence, before, now, threw }: OtherTold): OtherInWords {
  const words = new Words(log.features);
  const next = eventsAfter(log, sequence - 1).next();
  const event = next.done === true ? "" : eventLine(words.event(sequence, next.value.event, null));
  return {
    seq: sequence,
    event,
    before: before.map((effect) => words.effect(effect)),
    now: now.map((effect) => words.effect(effect)),
    threw,
  };
}
