/**
 * One log, stepped by two builds side by side: this one and another, whose modules are loaded from
 * its own folder and share nothing with ours.
 *
 * A1. Both get the same events. What the log leaves out, because its step failed, both leave out;
 *     how the other build would have stepped it is looked at and undone.
 * A2. Effects are compared at every event, states every so many events and at the end; the first
 *     event after which the states differ is then looked for with both.
 * A3. Behind the first difference the log is no longer what the other build would have written: its
 *     clients would have gone on otherwise. Differences behind it are counted, not explained.
 */
import { clonePlain } from "../../core/kernel/plain.ts";
import type { PlainData } from "../../core/kernel/plain.ts";
import { grouped } from "../output.ts";
import type { ProgressLine } from "../output.ts";
import { differences } from "./differences.ts";
import type { Difference } from "./differences.ts";
import type { Log, LoggedEvent } from "./log.ts";
import { endOf, eventsAfter } from "./log.ts";
import type { OtherBuild } from "./other-build.ts";
import { markOf, thrownBy } from "./playback.ts";
import type { Effect } from "./recorder.ts";
import { EffectRecorder } from "./recorder.ts";
import type { Machine } from "../../core/contract.ts";
import { sessionAfter, sessionBefore } from "./whose.ts";
import type { Whereabouts } from "./against-whereabouts.ts";
import { Words } from "./words.ts";
import type { EventInWords } from "./words.ts";
import type { RealmMachine } from "../../core/realm/index.ts";

export type Classification = "identical" | "other-state" | "other-outputs" | "crash";

/** Fields may be added, never renamed. */
export interface Compared {
  readonly classification: Classification;
  /** Events that both have stepped. */
  readonly events: number;
  readonly fromSeq: number;
  readonly toSeq: number;
  /** The first event with other outputs, or the one at which the other build threw. */
  readonly first: null | OtherOutputs;
  /** How many events have other outputs. */
  readonly changed: number;
  /** The first event after which the states differ; null where they never do. */
  readonly state: null | OtherState;
  /** Events that the log leaves out because their step failed, and how the other build does. */
  readonly failures: readonly MendedFailure[];
  /** The first event at which this build differs from the log itself; null: it agrees. */
  readonly divergedSeq: number | null;
  /**
   * How the other build ended otherwise than by an exception in a step: it ended the process, with
   * this exit code, did not come back, or ran out of memory. Behind that nothing was compared, and
   * of what was before only that it came so far.
   */
  readonly death: null | { readonly message: string; readonly exitCode: number | null };
}

export interface OtherOutputs {
  readonly seq: number;
  readonly event: EventInWords;
  /** Decoded, by each build's own contracts. */
  readonly here: readonly string[];
  readonly there: readonly string[];
  /** What the step of the other build threw; null when it did not. */
  readonly threw: string | null;
}

interface OtherState {
  readonly seq: number;
  readonly event: EventInWords;
  /** `before` is here, `after` is there. */
  readonly fields: readonly Difference[];
}

interface MendedFailure {
  readonly seq: number;
  /** What it throws there; null: it throws no more. */
  readonly threw: string | null;
}

const looksMax = 1_024;
const fieldsMax = 20;

export interface CompareOptions {
  /** The last event; null for all. */
  readonly until: number | null;
  readonly progress: ProgressLine;
  /** Is told of each event before either build steps it. */
  readonly whereabouts: Whereabouts;
}

/**
 * Steps the log with both builds.
 */
export function compareBuilds(
  log: Log,
  other: OtherBuild,
  { until, progress, whereabouts }: CompareOptions,
): Compared {
  const pair = new Pair(log, other, whereabouts);
  const last = Math.min(until ?? Infinity, endOf(log));
  const from = markOf(log).sequence;
  const stride = Math.max(1, Math.ceil((last - from) / looksMax));
  let first: OtherOutputs | null = null;
  let isCrash = false;
  let changed = 0;
  let differsBy: number | null = null;
  let divergedSeq: number | null = null;
  let mark = pair.mark();
  const failures: MendedFailure[] = [];
  for (const next of eventsAfter(log, from)) {
    if (next.sequence > last) break;
    progress.show(() => `comparing: event ${grouped(next.sequence)} of ${grouped(last)}`);
    const whose = sessionBefore(pair.here, next.event);
    const step = pair.step(next);
    if (step.type === "left-out") {
      failures.push({ seq: next.sequence, threw: step.threw });
      continue;
    }
    if (step.type === "here-threw") {
      divergedSeq ??= next.sequence;
      break;
    }
    if (next.effects !== 0 && step.here !== next.effects) divergedSeq ??= next.sequence;
    if (step.threw !== null || step.here !== step.there) {
      changed += 1;
      const session = whose ?? sessionAfter(pair.here, next.event);
      if (first === null || (step.threw !== null && !isCrash)) {
        first = pair.tell(next, session, step.threw);
      }
      isCrash ||= step.threw !== null;
      if (isCrash) break;
    }
    const isLook = (next.sequence - from) % stride === 0 || next.sequence === last;
    if (!isLook || differsBy !== null) continue;
    if (pair.areAlike()) mark = pair.mark();
    else differsBy = next.sequence;
  }
  const state =
    differsBy === null ? null : firstOtherState(log, other, { mark, last: differsBy, whereabouts });
  return {
    classification: classify(isCrash, changed, state),
    events: pair.sequence - from,
    fromSeq: from + 1,
    toSeq: pair.sequence,
    first,
    changed,
    state,
    failures,
    divergedSeq,
    death: null,
  };
}

function classify(isCrash: boolean, changed: number, state: OtherState | null): Classification {
  if (isCrash) return "crash";
  if (changed > 0) return "other-outputs";
  return state === null ? "identical" : "other-state";
}

/** Both states after one event. */
interface PairMark {
  readonly sequence: number;
  readonly here: Uint8Array;
  readonly there: Uint8Array;
}

type PairStep =
  | { readonly type: "left-out"; readonly threw: string | null }
  | { readonly type: "here-threw" }
  | {
      readonly type: "stepped";
      readonly here: number;
      readonly there: number;
      readonly threw: string | null;
    };

/** The two machines, step by step. */
class Pair {
  readonly here: RealmMachine;
  readonly there: Machine;
  sequence: number;
  readonly #log: Log;
  readonly #whereabouts: Whereabouts;
  readonly #words: { readonly here: Words; readonly there: Words };
  readonly #outboxes = { here: new EffectRecorder(), there: new EffectRecorder() };

  constructor(log: Log, other: OtherBuild, whereabouts: Whereabouts, mark: PairMark | null = null) {
    this.#log = log;
    this.#whereabouts = whereabouts;
    this.#words = { here: new Words(log.features), there: new Words(other.features) };
    this.here = log.realm.create();
    this.there = other.create();
    const { sequence, state } = markOf(log);
    this.sequence = mark?.sequence ?? sequence;
    const [here, there] = [mark?.here ?? state, mark?.there ?? state];
    if (here !== null) this.here.restore(here);
    if (there !== null) this.there.restore(there);
  }

  mark(): PairMark {
    const { sequence, here, there } = this;
    return { sequence, here: here.checkpoint(), there: there.checkpoint() };
  }

  /** Every table that both have is the same in both, and none has a table more. */
  areAlike(): boolean {
    const { here, there } = this;
    const [ours, theirs] = [here.tables, there.tables];
    if (ours.length !== theirs.length) return false;
    return ours.every(
      (name, index) =>
        theirs[index] === name && here.tableDigest(index) === there.tableDigest(index),
    );
  }

  step(next: LoggedEvent): PairStep {
    const { sequence, event } = next;
    const { here, there } = this.#outboxes;
    this.sequence = sequence;
    here.begin(event.at);
    there.begin(event.at);
    if (this.#log.survey.failures.has(sequence)) return this.#tryOnly(next);
    const isLast = sequence === endOf(this.#log);
    const before = isLast ? this.here.checkpoint() : null;
    this.#whereabouts.begin(sequence, true);
    try {
      this.here.step(event, here);
    } catch {
      if (before === null || this.here.failedFeature === null) return { type: "here-threw" };
      this.here.restore(before);
      here.begin(event.at);
      return this.#tryOnly(next);
    }
    const threw = this.#stepThere(next);
    return { type: "stepped", here: here.digest(), there: there.digest(), threw };
  }

  /** What the last step ordered, on both sides. */
  tell({ sequence, event }: LoggedEvent, session: number | null, threw: string | null) {
    const { here, there } = this.#outboxes;
    return {
      seq: sequence,
      event: this.#words.here.event(sequence, event, session),
      here: here.effects.map((effect: Effect) => this.#words.here.effect(effect)),
      there:
        threw === null
          ? there.effects.map((effect: Effect) => this.#words.there.effect(effect))
          : [],
      threw,
    };
  }

  /** Steps an event there and takes it back (A1). */
  #tryOnly(next: LoggedEvent): PairStep {
    const before = this.there.checkpoint();
    const threw = this.#stepThere(next);
    this.there.restore(before);
    return { type: "left-out", threw };
  }

  #stepThere({ sequence, event }: LoggedEvent): string | null {
    this.#whereabouts.begin(sequence, false);
    try {
      this.there.step(event, this.#outboxes.there);
      return null;
    } catch (error) {
      return thrownBy(this.there.failedFeature, error);
    }
  }
}

/** Steps both from where they were alike to where they are not. */
function firstOtherState(
  log: Log,
  other: OtherBuild,
  {
    mark,
    last,
    whereabouts,
  }: { readonly mark: PairMark; readonly last: number; readonly whereabouts: Whereabouts },
): OtherState | null {
  const pair = new Pair(log, other, whereabouts, mark);
  const words = new Words(log.features);
  for (const next of eventsAfter(log, mark.sequence)) {
    if (next.sequence > last) return null;
    const whose = sessionBefore(pair.here, next.event);
    const step = pair.step(next);
    if (step.type === "left-out" || pair.areAlike()) continue;
    const session = whose ?? sessionAfter(pair.here, next.event);
    return {
      seq: next.sequence,
      event: words.event(next.sequence, next.event, session),
      fields: otherFields(pair),
    };
  }
  return null;
}

function otherFields({ here, there }: Pair): readonly Difference[] {
  const theirs = tablesOf(there);
  const ours = tablesOf(here);
  const names = new Set([...ours.keys(), ...theirs.keys()]);
  return [...names]
    .flatMap((name) => differences(name, ours.get(name), theirs.get(name), fieldsMax))
    .slice(0, fieldsMax);
}

/** Another build's realm may keep its state elsewhere than ours; then its tables are not told. */
function tablesOf(machine: Machine): ReadonlyMap<string, PlainData> {
  const { state } = machine as Partial<RealmMachine>;
  if (typeof state?.table !== "function") return new Map();
  return new Map(machine.tables.map((name, index) => [name, clonePlain(state.table(index))]));
}
