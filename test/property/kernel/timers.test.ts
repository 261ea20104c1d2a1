import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { micros } from "../../../src/core/kernel/ids.ts";
import { decodePlain, encodePlain } from "../../../src/core/kernel/plain.ts";
import { TimerTable, type Timer } from "../../../src/core/kernel/timers.ts";

type Id = number | string;
type Command =
  | { type: "set"; kind: number; id: Id; dueAt: number }
  | { type: "cancel"; kind: number; id: Id }
  | { type: "take"; at: number }
  | { type: "restore" };
interface Expected {
  kind: number;
  id: Id;
  dueAt: number;
  data: number;
}

const kind = fc.nat({ max: 3 });
const id = fc.oneof(
  fc.integer({ min: -3, max: 12 }),
  fc.constantFrom("", "a", "B", "10", "9", "é", "\u{1f600}", "\uffff"),
);
// Few different times, so that ties are common.
const time = fc.nat({ max: 12 });
const command: fc.Arbitrary<Command> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ type: fc.constant("set" as const), kind, id, dueAt: time }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant("cancel" as const), kind, id }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant("take" as const), at: time }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant("restore" as const) }) },
);

function rank(left: Expected, right: Expected): number {
  if (left.dueAt !== right.dueAt) return left.dueAt - right.dueAt;
  if (left.kind !== right.kind) return left.kind - right.kind;
  if (typeof left.id === "number" && typeof right.id === "number") return left.id - right.id;
  if (typeof left.id === "string" && typeof right.id === "string")
    return left.id < right.id ? -1 : 1;
  return typeof left.id === "number" ? -1 : 1;
}

/** The table as plainly as it can be said: a list in the order of setting, sorted when asked. */
class Model {
  timers: Expected[] = [];

  set(expected: Expected): void {
    const at = this.timers.findIndex(
      (each) => each.kind === expected.kind && each.id === expected.id,
    );
    if (at === -1) this.timers.push(expected);
    else this.timers[at] = expected;
  }

  remove(kindOf: number, idOf: Id): boolean {
    const before = this.timers.length;
    this.timers = this.timers.filter((each) => each.kind !== kindOf || each.id !== idOf);
    return this.timers.length < before;
  }

  first(): Expected | undefined {
    return this.timers.toSorted(rank)[0];
  }
}

const seen = (timer: Timer | undefined | null): unknown =>
  timer ? { kind: timer.kind, id: timer.id, dueAt: timer.dueAt, data: timer.data } : null;

function expectSame(table: TimerTable, model: Model): void {
  expect(table.size).toBe(model.timers.length);
  expect(table.nextDueAt()).toBe(model.first()?.dueAt ?? null);
  for (let each = 0; each <= 3; each++) {
    const expected = model.timers.filter((timer) => timer.kind === each);
    expect(table.sizeOf(each)).toBe(expected.length);
    expect([...table.of(each)].map(([key, timer]) => [key, seen(timer)])).toEqual(
      expected.map((timer) => [timer.id, timer]),
    );
  }
}

interface Outcome {
  /** The table to go on with. */
  readonly table: TimerTable;
  readonly said: unknown;
  readonly expected: unknown;
}

/** Does one thing to both, and gives what each says to it. */
function perform(each: Command, data: number, table: TimerTable, model: Model): Outcome {
  switch (each.type) {
    case "set":
      table.set(each.kind, each.id, micros(each.dueAt), data);
      model.set({ kind: each.kind, id: each.id, dueAt: each.dueAt, data });
      return { table, said: table.get(each.kind, each.id)?.data, expected: data };
    case "cancel": {
      const said = [table.cancel(each.kind, each.id), table.get(each.kind, each.id)];
      return { table, said, expected: [model.remove(each.kind, each.id), undefined] };
    }
    case "take": {
      const first = model.first();
      const due = first !== undefined && first.dueAt <= each.at ? first : null;
      if (due !== null) model.remove(due.kind, due.id);
      return { table, said: seen(table.takeDue(micros(each.at))), expected: due };
    }
    case "restore": {
      const restored = TimerTable.restore(decodePlain(encodePlain(table.checkpoint())));
      return { table: restored, said: restored.digest(), expected: table.digest() };
    }
  }
}

describe("TimerTable", () => {
  it("does what a sorted list does, whatever is done to it", () => {
    fc.assert(
      fc.property(fc.array(command, { maxLength: 120, size: "max" }), (commands) => {
        let table = new TimerTable();
        const model = new Model();
        commands.forEach((each, index) => {
          const outcome = perform(each, index, table, model);
          expect(outcome.said).toEqual(outcome.expected);
          table = outcome.table;
          expectSame(table, model);
        });
        const rest = model.timers.toSorted(rank).map((timer) => seen(timer as unknown as Timer));
        expect(rest.map(() => seen(table.takeDue(micros(99))))).toEqual(rest);
        expect(table.size).toBe(0);
      }),
      { numRuns: 500 },
    );
  });

  it("has equal digests exactly for equal checkpoints", () => {
    const sets = fc.array(fc.tuple(kind, id, time), { maxLength: 4 });
    fc.assert(
      fc.property(sets, sets, (left, right) => {
        const [one, other] = [left, right].map((timers) => {
          const table = new TimerTable();
          for (const [k, i, t] of timers) table.set(k, i, micros(t), null);
          return table;
        }) as [TimerTable, TimerTable];
        const same =
          String(encodePlain(one.checkpoint())) === String(encodePlain(other.checkpoint()));
        expect(one.digest() === other.digest()).toBe(same);
      }),
      { numRuns: 1_000 },
    );
  });
});
