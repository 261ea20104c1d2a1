/**
 * Where two runs of one plan went different ways: the first step, and the first part of it.
 *
 * The traces tell the first step whose event or effects differ. What went wrong may have stood in
 * the state since long before, so the first step after which a table of the state differs is
 * looked for, too; it is found by halving, with runs that note digests at some of their steps.
 * Then both runs write that one step down, and the first difference in it has a name.
 */
import type { Field, ProbeNotes, ProbeOrder, StepRecord } from "./probe.ts";
import { firstDifference } from "./trace.ts";

/** Plays one of the two sides again, with somebody taking notes. */
export type Rerun = (order: ProbeOrder) => ProbeNotes;

export interface Divergence {
  /** From 0, over all servers. */
  readonly step: number;
  /** What that step was, on the one side and on the other. */
  readonly first: string;
  readonly second: string;
  /** Such as `state.world.players{7}.x`; null when all of the step is equal. */
  readonly field: string | null;
  /** What stands there; "nothing" where a side has no such field. */
  readonly values: readonly [first: string, second: string];
}

/** Digests of the state that a run notes at most, with all of its steps to choose from. */
const samplesMax = 200;

/**
 * Plays both sides a few times more.
 *
 * @returns null when they go the same way now: then whatever it was is not in the plan, nor in what
 *   the two sides always do
 */
export function locateDivergence(first: Rerun, second: Rerun): Divergence | null {
  const both = (order: ProbeOrder) => [first(order), second(order)] as const;
  const [left, right] = both({ tables: null, record: null });
  const seen = firstDifference(left.chain, right.chain);
  if (seen === null) return null;
  const step = firstTableDifference(both, seen);
  const records = both({ tables: null, record: step });
  return compare(step, records[0].record, records[1].record);
}

/** What to tell of it, on one line. */
export function describeDivergence({ step, first, second, field, values }: Divergence): string {
  const where = `step ${String(step)}, ${first}${first === second ? "" : ` and ${second}`}`;
  if (field === null) return `${where}: equal but for what the simulator did before it`;
  return `${where}: ${field} is ${values[0]} and ${values[1]}`;
}

type Both = (order: ProbeOrder) => readonly [ProbeNotes, ProbeNotes];

/** The first step up to `last` after which the states differ; `last` where none does. */
function firstTableDifference(both: Both, last: number): number {
  let from = 0;
  let to = last;
  while (to > from) {
    const stride = Math.max(1, Math.ceil((to - from) / samplesMax));
    const [left, right] = both({ tables: { from, to, stride }, record: null });
    const steps = Object.keys(left.tables).map(Number);
    const found = steps.find((step) => !areEqual(left.tables[step], right.tables[step]));
    // Beyond the last sample nothing was looked at yet.
    const end = found ?? to;
    const start = Math.max(from, (found ?? (steps.at(-1) ?? from) + stride) - stride + 1);
    if (stride === 1) return end;
    [from, to] = [Math.min(start, end), end];
  }
  return to;
}

const areEqual = (
  left: readonly number[] | undefined,
  right: readonly number[] | undefined,
): boolean =>
  left?.length === right?.length &&
  (left ?? []).every((digest, index) => digest === right?.[index]);

const nothing = "nothing";

function compare(step: number, left: StepRecord | null, right: StepRecord | null): Divergence {
  const names = { step, first: left?.name ?? nothing, second: right?.name ?? nothing };
  const [ours, theirs] = [byCause(left?.fields ?? []), byCause(right?.fields ?? [])];
  const at = firstUnequal(ours, theirs);
  const [one, other] = [ours[at], theirs[at]];
  if (one === undefined && other === undefined) {
    return { ...names, field: null, values: [nothing, nothing] };
  }
  // Where a part is missing on one side, what comes next there is another part.
  const isSame = one?.[0] === other?.[0];
  const path = isMissing(one, theirs) || other === undefined ? one?.[0] : other[0];
  if (isSame) return { ...names, field: one?.[0] ?? null, values: [valueOf(one), valueOf(other)] };
  const here = path === one?.[0] ? valueOf(one) : nothing;
  const there = path === other?.[0] ? valueOf(other) : nothing;
  return { ...names, field: path ?? null, values: [here, there] };
}

/**
 * What a step was made of comes first, then what it made of the states of features, which is where
 * a feature's mistake stands; what it told others follows from that.
 */
function byCause(fields: readonly Field[]): readonly Field[] {
  const ranks = ["event.", "state.feature:", "state.", ""];
  const rankOf = ([path]: Field): number => ranks.findIndex((prefix) => path.startsWith(prefix));
  return fields.toSorted((left, right) => rankOf(left) - rankOf(right));
}

/** Whether the other side has no such part at all. */
const isMissing = (field: Field | undefined, others: readonly Field[]): boolean =>
  field !== undefined && !others.some(([path]) => path === field[0]);

function firstUnequal(left: readonly Field[], right: readonly Field[]): number {
  const length = Math.max(left.length, right.length);
  for (let index = 0; index < length; index += 1) {
    if (left[index]?.[0] !== right[index]?.[0] || left[index]?.[1] !== right[index]?.[1]) {
      return index;
    }
  }
  return length;
}

const valueOf = (field: Field | undefined): string => field?.[1] ?? nothing;
