/** The store against what a Map would hold: entities with names that are never used again. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  attach,
  clearMarks,
  create,
  createStore,
  destroy,
  detach,
  entityIn,
  has,
  isMarked,
  mark,
  needsUpdate,
  nextEntity,
  nextWith,
  rowOf,
  storeViolations,
} from "../../../src/core/ecs/index.ts";
import { decodePlain, encodePlain } from "../../../src/core/kernel/plain.ts";

const schema = { place: { x: "float32", y: "float64" }, health: { points: "uint32" } } as const;
const newStore = () => createStore(schema, 2);
type TestStore = ReturnType<typeof newStore>;
type Name = keyof typeof schema;
const names: readonly Name[] = ["place", "health"];

interface Known {
  readonly components: Map<Name, { value: number; marked: boolean }>;
}

/** What is asked of the store; `who` chooses among the names that were ever given. */
type Step =
  | { readonly type: "create" | "reload" }
  | { readonly type: "destroy"; readonly who: number }
  | { readonly type: "attach" | "detach" | "mark"; readonly who: number; readonly name: Name }
  | { readonly type: "clear"; readonly name: Name }
  | { readonly type: "set"; readonly who: number; readonly name: Name; readonly value: number };

const who = fc.nat(40);
const name = fc.constantFrom(...names);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.constant<Step>({ type: "create" }) },
  { weight: 3, arbitrary: fc.record({ type: fc.constant("destroy" as const), who }) },
  {
    weight: 6,
    arbitrary: fc.record({
      type: fc.constantFrom("attach" as const, "detach" as const, "mark" as const),
      who,
      name,
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ type: fc.constant("set" as const), who, name, value: fc.nat(1_000) }),
  },
  { weight: 1, arbitrary: fc.record({ type: fc.constant("clear" as const), name }) },
  { weight: 1, arbitrary: fc.constant<Step>({ type: "reload" }) },
);

const column = (store: TestStore, of: Name) =>
  of === "place" ? store.components.place.columns.x : store.components.health.columns.points;

class Both {
  store = newStore();
  readonly model = new Map<number, Known>();
  /** Every name that was ever given, in order. */
  readonly given: number[] = [];

  take(order: Step): void {
    if (order.type === "create") return this.#create();
    if (order.type === "reload") {
      this.store = decodePlain(encodePlain(this.store as never)) as never;
      return;
    }
    if (order.type === "clear") {
      clearMarks(this.store, order.name);
      for (const { components } of this.model.values()) {
        const known = components.get(order.name);
        if (known !== undefined) known.marked = false;
      }
      return;
    }
    const id = this.given[order.who % Math.max(this.given.length, 1)] ?? 0;
    const row = rowOf(this.store.entities, id);
    const known = this.model.get(id);
    expect(row === -1).toBe(known === undefined);
    if (row === -1 || known === undefined) return;
    this.#change(order, id, row, known);
  }

  #create(): void {
    const row = create(this.store);
    const id = entityIn(this.store, row);
    expect(this.given).not.toContain(id);
    expect(id).toBeGreaterThan(0);
    // The lowest row that nobody is in.
    const rows = new Set(Array.from(this.model.keys(), (other) => other % 1_048_576));
    for (let lower = 0; lower < row; lower += 1) expect(rows.has(lower)).toBe(true);
    this.given.push(id);
    this.model.set(id, { components: new Map() });
  }

  #change(
    order: Extract<Step, { readonly who: number }>,
    id: number,
    row: number,
    { components }: Known,
  ): void {
    if (order.type === "destroy") {
      destroy(this.store, row);
      this.model.delete(id);
      return;
    }
    const known = components.get(order.name);
    if (order.type === "attach") {
      attach(this.store, order.name, row);
      if (known === undefined) components.set(order.name, { value: 0, marked: false });
    } else if (order.type === "detach") {
      detach(this.store, order.name, row);
      components.delete(order.name);
    } else if (known !== undefined) {
      if (order.type === "set") {
        column(this.store, order.name)[row] = order.value;
        known.value = order.value;
      }
      mark(this.store, order.name, row);
      known.marked = true;
    }
  }

  compare(): void {
    const { store, model } = this;
    expect(storeViolations(store)).toEqual([]);
    expect(store.entities.size).toBe(model.size);
    const rows: number[] = [];
    for (let row = nextEntity(store.entities, 0); row !== -1;) {
      rows.push(row);
      const known = model.get(entityIn(store, row));
      expect(known).toBeDefined();
      for (const each of names) {
        const held = known?.components.get(each);
        expect(has(store, each, row)).toBe(held !== undefined);
        expect(isMarked(store, each, row)).toBe(held?.marked ?? false);
        expect(column(store, each)[row]).toBe(held?.value ?? 0);
      }
      const marked = [...(known?.components.values() ?? [])].some((held) => held.marked);
      expect(needsUpdate(store, row)).toBe(marked);
      row = nextEntity(store.entities, row + 1);
    }
    expect(rows).toEqual(rows.toSorted((a, b) => a - b));
    expect(rows.length).toBe(model.size);
    for (const each of names) {
      let count = 0;
      for (let row = nextWith(store, each, 0); row !== -1; row = nextWith(store, each, row + 1)) {
        count += 1;
      }
      expect(count).toBe([...model.values()].filter((k) => k.components.has(each)).length);
    }
  }
}

describe("the entity store", () => {
  it("[LOOP-08] holds what a naive Map holds, and no name comes twice", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
        const both = new Both();
        for (const each of steps) both.take(each);
        both.compare();
      }),
      { numRuns: 1_000 },
    );
  });

  it("[LOOP-08] the same steps give the same bytes", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const [one, other] = [new Both(), new Both()];
        for (const each of steps) one.take(each);
        for (const each of steps) other.take(each);
        expect(encodePlain(one.store as never)).toEqual(encodePlain(other.store as never));
      }),
      { numRuns: 200 },
    );
  });
});
