import { describe, expect, it } from "vitest";
import { ApiMisuseError, InvariantError } from "../../../src/core/kernel/assert.ts";
import { micros, type Micros } from "../../../src/core/kernel/ids.ts";
import { decodePlain, encodePlain, type PlainData } from "../../../src/core/kernel/plain.ts";
import { TimerTable, type Timer } from "../../../src/core/kernel/timers.ts";

const ofTimer = ({ kind, id, dueAt, data }: Timer): unknown[] => [kind, id, Number(dueAt), data];

function takeAll(table: TimerTable, at: number): unknown[] {
  const taken: unknown[] = [];
  for (;;) {
    const timer = table.takeDue(micros(at));
    if (timer === null) return taken;
    taken.push(ofTimer(timer));
  }
}

describe("TimerTable", () => {
  it("[NMT-19] takes what is due in the order of time, kind, number, text", () => {
    const table = new TimerTable();
    table.set(1, "a", micros(5), null);
    table.set(1, 2, micros(5), null);
    table.set(1, "B", micros(5), null);
    table.set(1, 10, micros(5), null);
    table.set(1, -3, micros(5), null);
    table.set(0, "z", micros(5), null);
    table.set(9, 1, micros(4), null);
    table.set(0, 0, micros(6), null);
    const order = takeAll(table, 6).map((timer) => (timer as unknown[]).slice(0, 3));
    expect(order).toEqual([
      [9, 1, 4],
      [0, "z", 5],
      [1, -3, 5],
      [1, 2, 5],
      [1, 10, 5],
      [1, "B", 5],
      [1, "a", 5],
      [0, 0, 6],
    ]);
    expect(table.size).toBe(0);
    expect(table.nextDueAt()).toBeNull();
  });

  it("leaves alone what is not due yet", () => {
    const table = new TimerTable();
    table.set(0, 1, micros(10), "later");
    expect(table.takeDue(micros(9))).toBeNull();
    expect(table.nextDueAt()).toBe(10);
    expect(takeAll(table, 10)).toEqual([[0, 1, 10, "later"]]);
  });

  it("replaces a timer of the same kind and id, earlier or later", () => {
    const table = new TimerTable();
    table.set(0, 1, micros(10), "first");
    table.set(0, 2, micros(20), null);
    table.set(0, 1, micros(30), "second");
    expect(table.size).toBe(2);
    expect(table.nextDueAt()).toBe(20);
    table.set(0, 1, micros(5), "third");
    expect(table.get(0, 1)?.data).toBe("third");
    expect(takeAll(table, 100).map((timer) => (timer as unknown[])[1])).toEqual([1, 2]);
  });

  it("does not change a timer that somebody holds", () => {
    const table = new TimerTable();
    table.set(0, 1, micros(10), "first");
    const held = table.get(0, 1);
    table.set(0, 1, micros(20), "second");
    expect(held).toMatchObject({ dueAt: 10, data: "first" });
  });

  it("cancels, and says whether there was anything", () => {
    const table = new TimerTable();
    table.set(3, "x", micros(1), null);
    expect(table.cancel(3, "y")).toBe(false);
    expect(table.cancel(4, "x")).toBe(false);
    expect(table.cancel(3, "x")).toBe(true);
    expect(table.cancel(3, "x")).toBe(false);
    expect([table.size, table.sizeOf(3), table.sizeOf(77), table.nextDueAt()]).toEqual([
      0,
      0,
      0,
      null,
    ]);
  });

  it("keeps a number and the text of it apart, and -0 and 0 together", () => {
    const table = new TimerTable();
    table.set(0, 1, micros(1), "number");
    table.set(0, "1", micros(1), "text");
    table.set(0, -0, micros(2), "minus");
    table.set(0, 0, micros(2), "zero");
    expect(table.sizeOf(0)).toBe(3);
    expect(Object.is(table.get(0, 0)?.id, 0)).toBe(true);
    expect(table.get(0, 0)?.data).toBe("zero");
  });

  it("lists a kind in the order in which its ids were first set, also after a restore", () => {
    const table = new TimerTable();
    for (const id of [3, "b", 1, "a"]) table.set(0, id, micros(10), null);
    table.set(0, 3, micros(99), "replaced keeps its place");
    table.cancel(0, "b");
    table.set(0, "b", micros(1), "set anew is last");
    expect([...table.of(0).keys()]).toEqual([3, 1, "a", "b"]);
    const restored = TimerTable.restore(decodePlain(encodePlain(table.checkpoint())));
    expect([...restored.of(0).keys()]).toEqual([3, 1, "a", "b"]);
    expect([...table.of(55)]).toEqual([]);
  });

  it("has one digest for equal tables, however they came to be", () => {
    const left = new TimerTable();
    const right = new TimerTable();
    left.set(7, 1, micros(1), null);
    left.cancel(7, 1);
    for (const [kind, id] of [
      [2, 1],
      [0, "x"],
      [0, 5],
    ] as const)
      left.set(kind, id, micros(9), { id });
    for (const [kind, id] of [
      [0, "x"],
      [0, 5],
      [2, 1],
    ] as const)
      right.set(kind, id, micros(9), { id });
    expect(left.digest()).toBe(right.digest());
    expect(encodePlain(left.checkpoint())).toEqual(encodePlain(right.checkpoint()));
    expect(left.digest()).toBe(0x2a3a094e);
  });

  it.each<[string, (table: TimerTable) => void]>([
    ["another time", (table) => table.set(0, 1, micros(11), { n: 1 })],
    ["other data", (table) => table.set(0, 1, micros(10), { n: 2 })],
    [
      "another id",
      (table) => {
        table.cancel(0, 1);
        table.set(0, 2, micros(10), { n: 1 });
      },
    ],
    [
      "text for a number",
      (table) => {
        table.cancel(0, 1);
        table.set(0, "1", micros(10), { n: 1 });
      },
    ],
    [
      "another kind",
      (table) => {
        table.cancel(0, 1);
        table.set(1, 1, micros(10), { n: 1 });
      },
    ],
    ["one more", (table) => table.set(0, 2, micros(10), null)],
    ["none", (table) => table.cancel(0, 1)],
  ])("has another digest with %s", (_name, change) => {
    const table = new TimerTable();
    table.set(0, 1, micros(10), { n: 1 });
    const before = table.digest();
    change(table);
    expect(table.digest()).not.toBe(before);
  });

  it("refuses kinds, ids and times of another form", () => {
    const table = new TimerTable();
    for (const kind of [-1, 0.5, Number.NaN]) {
      expect(() => table.set(kind, 1, micros(1), null)).toThrow(ApiMisuseError);
    }
    for (const id of [0.5, Number.NaN, Infinity, 2 ** 53]) {
      expect(() => table.set(0, id, micros(1), null)).toThrow(ApiMisuseError);
    }
    expect(() => table.set(0, 1, -1 as Micros, null)).toThrow(InvariantError);
    expect(table.size).toBe(0);
  });

  it.each<[string, PlainData]>([
    ["nothing", null],
    ["an object", {}],
    ["a kind that is none", [null]],
    ["a kind without ids", [{ kind: 0, dueAt: new Float64Array(0), data: [] }]],
    ["times of another length", [{ kind: 0, ids: [1], dueAt: new Float64Array(2), data: [null] }]],
    ["data of another length", [{ kind: 0, ids: [1], dueAt: new Float64Array(1), data: [] }]],
    ["a time that is none", [{ kind: 0, ids: [1], dueAt: new Float64Array([0.5]), data: [null] }]],
    ["a kind below zero", [{ kind: -1, ids: [1], dueAt: new Float64Array(1), data: [null] }]],
    ["an id that is none", [{ kind: 0, ids: [null], dueAt: new Float64Array(1), data: [null] }]],
    ["a timer twice", [{ kind: 0, ids: [1, 1], dueAt: new Float64Array(2), data: [null, null] }]],
  ])("refuses to restore %s", (_name, checkpoint) => {
    expect(() => TimerTable.restore(checkpoint)).toThrow(ApiMisuseError);
  });
});
