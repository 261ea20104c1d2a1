import { describe, expect, it } from "vitest";
import {
  attach,
  capacityOf,
  create,
  createStore,
  destroy,
  entityIn,
  mark,
  needsUpdate,
  nextEntity,
  rowOf,
  storeViolations,
  type Store,
} from "../../../src/core/ecs/index.ts";

const schema = { body: { x: "float32" }, health: { points: "uint16" } } as const;

const rowsOf = (store: Store<typeof schema>): number[] => {
  const rows: number[] = [];
  for (let row = nextEntity(store.entities, 0); row !== -1;) {
    rows.push(row);
    row = nextEntity(store.entities, row + 1);
  }
  return rows;
};

describe("the entity store", () => {
  it("[LOOP-08] a row that is used again has another name", () => {
    const store = createStore(schema, 4);
    const row = create(store);
    const first = entityIn(store, row);
    destroy(store, row);
    expect(create(store)).toBe(row);
    expect(entityIn(store, row)).not.toBe(first);
    expect(rowOf(store.entities, first)).toBe(-1);
  });

  it("[LOOP-08] a row whose generations are used up is not used again", () => {
    const store = createStore(schema, 4);
    const row = create(store);
    destroy(store, row);
    store.entities.generations[row] = 0xffff_fffe;
    expect(create(store)).toBe(row);
    expect(Number.isSafeInteger(entityIn(store, row))).toBe(true);
    destroy(store, row);
    expect(create(store)).toBe(row + 1);
    expect(storeViolations(store)).toEqual([]);
  });

  it("[LOOP-08] iterates in ascending order of rows, across growth and gaps", () => {
    const store = createStore(schema, 2);
    for (let count = 0; count < 100; count += 1) create(store);
    expect(capacityOf(store)).toBe(128);
    for (const row of [0, 31, 32, 63, 99]) destroy(store, row);
    const rows = rowsOf(store);
    expect(rows).toHaveLength(95);
    expect(rows).toEqual(rows.toSorted((a, b) => a - b));
    expect(create(store)).toBe(0);
    expect(create(store)).toBe(31);
  });

  it("[SYNC-01] marks the entities whose changes must reach clients", () => {
    const store = createStore(schema, 2);
    const row = create(store);
    attach(store, "body", row);
    attach(store, "health", row);
    expect(needsUpdate(store, row)).toBe(false);
    mark(store, "body", row);
    expect(needsUpdate(store, row)).toBe(true);
    expect(() => mark(store, "health", create(store))).toThrow(/only what is there changes/);
  });

  it("finds a broken rule", () => {
    const store = createStore(schema, 2);
    const row = create(store);
    attach(store, "body", row);
    destroy(store, row);
    store.components.body.columns.x[row] = 1;
    store.components.health.dirty[0] = 1;
    expect(storeViolations(store)).toEqual([
      "K1: row 0 keeps what body held",
      "K2: row 0 has marks of health",
    ]);
  });
});
