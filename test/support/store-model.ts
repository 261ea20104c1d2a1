/** An entity store beside what a Map would hold, and steps to take on both. */
import assert from "node:assert/strict";
import fc from "fast-check";
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
} from "../../src/core/ecs/index.ts";
import { decodePlain, encodePlain } from "../../src/core/kernel/plain.ts";

const schema = { place: { x: "float32", y: "float64" }, health: { points: "uint32" } } as const;
const newStore = () => createStore(schema, 2);
type TestStore = ReturnType<typeof newStore>;
type Name = keyof typeof schema;
const names: readonly Name[] = ["place", "health"];

interface Known {
  readonly components: Map<Name, { value: number; marked: boolean }>;
}

/** What is asked of the store; `who` chooses among the names that were ever given. */
type StoreStep =
  | { readonly type: "create" }
  | { readonly type: "reload" }
  | { readonly type: "clear"; readonly name: Name }
  | Change;
type Change =
  | { readonly type: "destroy"; readonly who: number }
  | { readonly type: "attach" | "detach" | "mark"; readonly who: number; readonly name: Name }
  | { readonly type: "set"; readonly who: number; readonly name: Name; readonly value: number };

const who = fc.nat(40);
const name = fc.constantFrom(...names);
export const storeStep: fc.Arbitrary<StoreStep> = fc.oneof(
  { weight: 4, arbitrary: fc.constant<StoreStep>({ type: "create" }) },
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
  { weight: 1, arbitrary: fc.constant<StoreStep>({ type: "reload" }) },
);

const column = (store: TestStore, of: Name) =>
  of === "place" ? store.components.place.columns.x : store.components.health.columns.points;

export class StoreAndModel {
  store = newStore();
  readonly model = new Map<number, Known>();
  /** Every name that was ever given, in order. */
  readonly given: number[] = [];

  take(order: StoreStep): void {
    if (order.type === "create") return this.#create();
    if (order.type === "clear") return this.#clear(order.name);
    if (order.type === "reload") return this.#reload();
    const id = this.given[order.who % Math.max(this.given.length, 1)] ?? 0;
    const row = rowOf(this.store.entities, id);
    const known = this.model.get(id);
    assert.equal(row === -1, known === undefined);
    if (row === -1 || known === undefined) return;
    this.#change(order, id, row, known);
  }

  #reload(): void {
    this.store = decodePlain(encodePlain(this.store as never)) as never;
  }

  #clear(of: Name): void {
    clearMarks(this.store, of);
    for (const { components } of this.model.values()) {
      const known = components.get(of);
      if (known !== undefined) known.marked = false;
    }
  }

  #create(): void {
    const row = create(this.store);
    const id = entityIn(this.store, row);
    assert.ok(!this.given.includes(id), "a name comes once");
    assert.ok(id > 0);
    // The lowest row that nobody is in.
    const rows = new Set(Array.from(this.model.keys(), (other) => other % 1_048_576));
    for (let lower = 0; lower < row; lower += 1) assert.equal(rows.has(lower), true);
    this.given.push(id);
    this.model.set(id, { components: new Map() });
  }

  #change(order: Change, id: number, row: number, { components }: Known): void {
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
    assert.deepEqual(storeViolations(store), []);
    assert.equal(store.entities.size, model.size);
    const rows: number[] = [];
    for (let row = nextEntity(store.entities, 0); row !== -1;) {
      rows.push(row);
      const known = model.get(entityIn(store, row));
      assert.ok(known !== undefined);
      for (const each of names) {
        const held = known?.components.get(each);
        assert.equal(has(store, each, row), held !== undefined);
        assert.equal(isMarked(store, each, row), held?.marked ?? false);
        assert.equal(column(store, each)[row], held?.value ?? 0);
      }
      const marked = [...(known?.components.values() ?? [])].some((held) => held.marked);
      assert.equal(needsUpdate(store, row), marked);
      row = nextEntity(store.entities, row + 1);
    }
    assert.deepEqual(
      rows,
      rows.toSorted((a, b) => a - b),
    );
    assert.equal(rows.length, model.size);
    for (const each of names) {
      let count = 0;
      for (let row = nextWith(store, each, 0); row !== -1; row = nextWith(store, each, row + 1)) {
        count += 1;
      }
      assert.equal(count, [...model.values()].filter((k) => k.components.has(each)).length);
    }
  }
}
