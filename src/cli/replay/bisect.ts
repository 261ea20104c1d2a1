/**
 * The first event of a log after which something is wrong: an invariant is broken, by this build's
 * features or by the realm, or the event goes otherwise than the log says.
 *
 * X1. Checkpoints shorten the way: the first one in whose state an invariant is broken is an upper
 *     bound, and the last good one before it is where stepping begins.
 * X2. Effects are compared at every event. Invariants are looked at every so many events, so that a
 *     long log takes minutes and not days, and after every single one on the last stretch; one that
 *     is broken and whole again in between is found in short logs only.
 * X3. The log has digests of the state now and then only, each of one table. Where one differs
 *     while all effects agree, the first event is not known: the stretch since the last digest that
 *     agreed is told.
 */
import { clonePlain } from "../../core/kernel/plain.ts";
import type { PlainData } from "../../core/kernel/plain.ts";
import type { RealmMachine } from "../../core/realm/index.ts";
import { CommandError } from "../command-error.ts";
import { grouped } from "../output.ts";
import type { ProgressLine } from "../output.ts";
import { differences } from "./differences.ts";
import type { Difference } from "./differences.ts";
import type { Log, LoggedEvent } from "./log.ts";
import { endOf } from "./log.ts";
import { markOf, Playback } from "./playback.ts";
import type { Mark } from "./playback.ts";
import { sessionAfter, sessionBefore } from "./whose.ts";
import { Words } from "./words.ts";
import type { EventInWords } from "./words.ts";

/** Fields may be added, never renamed. */
export interface Bisected {
  /** The stretch that was stepped: the first event and the last. */
  readonly fromSeq: number;
  readonly toSeq: number;
  /** Events between two looks at the invariants, but for the last stretch. */
  readonly stride: number;
  readonly found: null | Found;
}

export interface Found {
  readonly kind: "invariant" | "effects" | "state" | "threw";
  readonly seq: number;
  /** What is wrong, on one line. */
  readonly message: string;
  /** Every rule that is broken after the event, in words. */
  readonly broken: readonly string[];
  /** The table of the state, or "effects"; null when the step threw. */
  readonly field: string | null;
  readonly event: EventInWords;
  /** What this build's step ordered. */
  readonly effects: readonly string[];
  /** What the event has changed in the state; the first of it where it is much. */
  readonly changes: readonly Difference[];
  /** Of `state`: the last event after which the table was known to agree. */
  readonly agreedSeq: number | null;
}

/** Looks at the invariants in a log, at most, before the last stretch. */
const looksMax = 4_096;
const looksPerMark = 64;
const changesMax = 20;

export interface BisectOrder {
  /** The last event to look at; null for all. */
  readonly until: number | null;
  /**
   * True: only invariants and throws are wrong, whatever is ordered. For a build that is meant to
   * go otherwise than the log; it also steps the events whose steps failed then.
   */
  readonly isFree: boolean;
}

/**
 * @throws CommandError when a rule is broken in the state with which the log begins,
 *   ApiMisuseError when this build cannot restore it
 */
export function bisect(log: Log, { until, isFree }: BisectOrder, progress: ProgressLine): Bisected {
  const last = Math.min(until ?? Infinity, endOf(log));
  // A build that goes its own way has states that no checkpoint knows of.
  const { start, bound } = isFree ? { start: markOf(log), bound: last } : stretchOf(log, last);
  const stride = Math.max(1, Math.ceil((bound - start.sequence) / looksMax));
  const search = new Search(log, { start, bound, stride, isFree, progress });
  return { fromSeq: start.sequence + 1, toSeq: bound, stride, found: search.run() };
}

/** Where to begin and where to end, by what the checkpoints show. */
function stretchOf(log: Log, last: number): { readonly start: Mark; readonly bound: number } {
  const first = markOf(log);
  let good = first;
  for (const [sequence, { machine: state }] of log.checkpoints) {
    if (sequence <= first.sequence || sequence > last) continue;
    const machine = log.realm.create();
    try {
      machine.restore(state);
    } catch {
      continue; // of a state that this build does not have
    }
    if (machine.violations().length > 0) return { start: good, bound: sequence };
    good = { sequence, state };
  }
  // All of them are sound: what differs from the log may stand anywhere.
  return { start: first, bound: last };
}

interface SearchOrder {
  readonly start: Mark;
  readonly bound: number;
  readonly stride: number;
  readonly isFree: boolean;
  readonly progress: ProgressLine;
}

/** What is wrong at an event, before it is told. */
interface Wrong {
  readonly kind: Found["kind"];
  readonly message: string;
  readonly broken: readonly string[];
  readonly field: string | null;
  readonly agreedSeq: number | null;
}

class Search {
  readonly #log: Log;
  readonly #order: SearchOrder;
  /** By table, the last event after which its digest agreed. */
  readonly #agreed = new Map<number, number>();

  constructor(log: Log, order: SearchOrder) {
    this.#log = log;
    this.#order = order;
  }

  run(): Found | null {
    const { start, bound, stride, progress } = this.#order;
    const playback = this.#playbackFrom(start);
    const [broken] = playback.machine.violations();
    if (broken !== undefined) {
      const where = `the state after event ${start.sequence}, with which the log begins`;
      throw new CommandError(`${where}, is broken already: ${broken}`);
    }
    let mark = start;
    let looks = 0;
    for (
      let next = this.#next(playback, bound);
      next !== null;
      next = this.#next(playback, bound)
    ) {
      const { sequence } = next;
      progress.show(() => `looking: event ${grouped(sequence)} of ${grouped(bound)}`);
      const wrong = this.#step(playback, next);
      // A rule may have been broken since the last look.
      if (wrong !== null) return this.#first(mark, sequence);
      const isLook = (sequence - start.sequence) % stride === 0 || sequence === bound;
      if (!isLook) continue;
      if (playback.machine.violations().length > 0) return this.#first(mark, sequence);
      looks += 1;
      if (looks % looksPerMark === 0) mark = playback.mark();
    }
    return null;
  }

  /** The first event behind the mark after which a rule is broken; there is one up to `last`. */
  #first(mark: Mark, last: number): Found | null {
    const playback = this.#playbackFrom(mark);
    for (let next = this.#next(playback, last); next !== null; next = this.#next(playback, last)) {
      const wrong = this.#step(playback, next) ?? brokenIn(playback.machine);
      if (wrong !== null) return this.#tell(mark, next.sequence, wrong);
    }
    return null;
  }

  #playbackFrom(mark: Mark): Playback {
    const { isFree } = this.#order;
    return new Playback(this.#log, mark, isFree ? new Set() : this.#log.survey.failures);
  }

  #next(playback: Playback, last: number): LoggedEvent | null {
    return playback.sequence >= last ? null : playback.next();
  }

  /** Steps, and says how it differs from the log. */
  #step(playback: Playback, next: LoggedEvent): Wrong | null {
    const stepped = playback.step(next);
    const nowhere = { broken: [], agreedSeq: null };
    if (stepped.type === "threw") {
      return { ...nowhere, kind: "threw", message: stepped.message, field: null };
    }
    if (this.#order.isFree) return null;
    if (stepped.type === "stepped" && next.effects !== 0 && stepped.effects !== next.effects) {
      const message = `its effects have digest ${stepped.effects}, and ${next.effects} in the log`;
      return { ...nowhere, kind: "effects", message, field: "effects" };
    }
    return this.#compareStates(playback, next);
  }

  #compareStates({ machine }: Playback, { sequence, states }: LoggedEvent): Wrong | null {
    for (const { table, digest } of states) {
      const field = machine.tables[table] ?? `table ${table}, which this build does not have`;
      const actual = table < machine.tables.length ? machine.tableDigest(table) : 0;
      if (actual !== digest) {
        const agreedSeq = this.#agreed.get(table) ?? this.#order.start.sequence;
        const message = `${field} has digest ${actual}, and ${digest} in the log`;
        return { kind: "state", message, broken: [], field, agreedSeq };
      }
      this.#agreed.set(table, sequence);
    }
    return null;
  }

  /** Steps the event once more, with the state before it at hand. */
  #tell(mark: Mark, sequence: number, wrong: Wrong): Found | null {
    const playback = this.#playbackFrom(mark);
    playback.goTo(sequence - 1);
    const next = playback.next();
    if (next === null) return null;
    const { machine, outbox } = playback;
    const before = stateOf(machine);
    const whose = sessionBefore(machine, next.event);
    const stepped = playback.step(next);
    const words = new Words(this.#log.features);
    const isWhole = stepped.type === "stepped";
    const session = whose ?? (isWhole ? sessionAfter(machine, next.event) : null);
    return {
      ...wrong,
      seq: sequence,
      event: words.event(sequence, next.event, session),
      effects: isWhole ? outbox.effects.map((effect) => words.effect(effect)) : [],
      changes: isWhole ? changesOf(before, stateOf(machine), wrong.field) : [],
    };
  }
}

function brokenIn(machine: RealmMachine): Wrong | null {
  const broken = machine.violations();
  const [first] = broken;
  if (first === undefined) return null;
  const feature = first.slice(0, Math.max(0, first.indexOf(":")));
  const field = machine.tables.includes(`feature:${feature}`) ? `feature:${feature}` : null;
  return { kind: "invariant", message: `broken: ${first}`, broken, field, agreedSeq: null };
}

/** Every table by its name, as it is now. */
const stateOf = (machine: RealmMachine): ReadonlyMap<string, PlainData> =>
  new Map(machine.tables.map((name, index) => [name, clonePlain(machine.state.table(index))]));

/** What every event changes, and tells nobody anything. */
const usual: ReadonlySet<string> = new Set(["kernel.now"]);

/** @param table whose changes come first */
function changesOf(
  before: ReadonlyMap<string, PlainData>,
  after: ReadonlyMap<string, PlainData>,
  table: string | null,
): readonly Difference[] {
  return [...after]
    .toSorted(([left], [right]) => Number(right === table) - Number(left === table))
    .flatMap(([name, data]) => differences(name, before.get(name), data, changesMax))
    .filter(({ field }) => !usual.has(field))
    .slice(0, changesMax);
}
