/**
 * A store: entities and the components that they have. A component is a set of rows that have it, a
 * set of rows in which it has changed, and columns: typed arrays with one element for each row.
 *
 *     const store = createStore({ body: { x: "float32", y: "float32" }, owned: {} }, 64);
 *     const row = create(store);
 *     attach(store, "body", row);
 *     store.components.body.columns.x[row] = 3;
 *     mark(store, "body", row);
 *
 * A store is plain data and nothing else: it stands in a feature's state, and a checkpoint of it is
 * its arrays. What works on it are functions; a system is a loop over rows in ascending order.
 *
 * K1. A row without an entity has no component, and all its columns are 0.
 * K2. A component that is marked is attached.
 * K3. All columns have one length, the capacity, which doubles when the rows are used up. Whoever
 *     holds a column holds it until the next `create`.
 */
import { apiRule, invariant } from "../kernel/assert.ts";
import { clearBit, hasBit, nextBit, setBit, type Bits } from "./bits.ts";
import {
  createEntities,
  entityAt,
  freeRow,
  occupy,
  rowsMax,
  vacate,
  type Entities,
  type EntityId,
  type Row,
} from "./entities.ts";

interface ColumnTypes {
  readonly float32: Float32Array;
  readonly float64: Float64Array;
  readonly int32: Int32Array;
  readonly uint8: Uint8Array;
  readonly uint16: Uint16Array;
  readonly uint32: Uint32Array;
}
type Column = ColumnTypes[keyof ColumnTypes];

/** Columns by name, with the kind of their elements. */
export type Fields = Readonly<Record<string, keyof ColumnTypes>>;
/** Components by name. */
export type Schema = Readonly<Record<string, Fields>>;

export interface Component<F extends Fields> {
  /** Rows that have it. */
  present: Bits;
  /** Rows in which it has changed since somebody cleared this. */
  dirty: Bits;
  columns: { [K in keyof F]: ColumnTypes[F[K]] };
}

export interface Store<S extends Schema> {
  readonly entities: Entities;
  readonly components: { readonly [C in keyof S]: Component<S[C]> };
}

/**
 * An empty store.
 *
 * @param capacity rows to begin with, 1..2^20
 */
export function createStore<const S extends Schema>(schema: S, capacity: number): Store<S> {
  apiRule(capacity >= 1 && capacity <= rowsMax, `createStore: capacity must be in 1..${rowsMax}`);
  const components: Record<string, Component<Fields>> = {};
  for (const [name, fields] of Object.entries(schema)) {
    const columns: Record<string, Column> = {};
    for (const [field, kind] of Object.entries(fields)) columns[field] = makers[kind](capacity);
    const words = (capacity + 31) >>> 5;
    components[name] = { present: new Uint32Array(words), dirty: new Uint32Array(words), columns };
  }
  return { entities: createEntities(capacity), components: components as never };
}

/** How many rows there are, used or not. */
export const capacityOf = ({ entities }: Store<Schema>): number => entities.generations.length;

/**
 * Makes an entity without components.
 *
 * @returns its row; -1 when there are `rowsMax` entities
 */
export function create(store: Store<Schema>): Row | -1 {
  let row = freeRow(store.entities);
  if (row === -1) {
    if (!grow(store)) return -1;
    row = freeRow(store.entities);
  }
  occupy(store.entities, row);
  return row as Row;
}

/** Ends the entity in `row` with all its components. */
export function destroy(store: Store<Schema>, row: number): void {
  vacate(store.entities, row);
  for (const name of Object.keys(store.components)) detach(store, name, row);
}

/** Gives the entity a component, all of whose columns are 0. Nothing happens when it has it. */
export function attach<S extends Schema>(store: Store<S>, name: keyof S, row: number): void {
  invariant(hasBit(store.entities.alive, row), "components belong to entities", row);
  setBit(store.components[name].present, row);
}

/** Takes the component away, and what its columns held. */
export function detach<S extends Schema>(store: Store<S>, name: keyof S, row: number): void {
  const { present, dirty, columns } = store.components[name];
  if (!hasBit(present, row)) return;
  clearBit(present, row);
  clearBit(dirty, row);
  for (const column of Object.values<Column>(columns)) column[row] = 0;
}

export const has = <S extends Schema>(store: Store<S>, name: keyof S, row: number): boolean =>
  hasBit(store.components[name].present, row);

/** Says that the component of the row has changed. */
export function mark<S extends Schema>(store: Store<S>, name: keyof S, row: number): void {
  const { present, dirty } = store.components[name];
  invariant(hasBit(present, row), "only what is there changes", row);
  setBit(dirty, row);
}

export const isMarked = <S extends Schema>(store: Store<S>, name: keyof S, row: number): boolean =>
  hasBit(store.components[name].dirty, row);

/** Whether any component of the row has changed. */
export function needsUpdate(store: Store<Schema>, row: number): boolean {
  for (const { dirty } of Object.values(store.components)) if (hasBit(dirty, row)) return true;
  return false;
}

/** Forgets all marks of a component. */
export const clearMarks = <S extends Schema>(store: Store<S>, name: keyof S): void => {
  store.components[name].dirty.fill(0);
};

/** The least row from `from` on that has the component, or -1. */
export const nextWith = <S extends Schema>(
  store: Store<S>,
  name: keyof S,
  from: number,
): Row | -1 => nextBit(store.components[name].present, from) as Row | -1;

/** Every broken rule in words; empty when all hold. Cost grows with the capacity. */
export function storeViolations(store: Store<Schema>): string[] {
  const { entities, components } = store;
  const found: string[] = [];
  let size = 0;
  for (let row = 0; row < entities.generations.length; row += 1) {
    const isAlive = hasBit(entities.alive, row);
    if (isAlive) size += 1;
    if (isAlive && !hasBit(entities.taken, row)) found.push(`E2: row ${row} is given away twice`);
    if (isAlive && entityAt(entities, row) === 0) found.push(`E3: row ${row} has no name`);
    for (const [name, { present, dirty, columns }] of Object.entries(components)) {
      const isPresent = hasBit(present, row);
      if (isPresent && !isAlive) found.push(`K1: row ${row} has ${name} and no entity`);
      if (!isPresent && hasBit(dirty, row)) found.push(`K2: row ${row} has marks of ${name}`);
      const isClean = Object.values<Column>(columns).every((column) => column[row] === 0);
      if (!isPresent && !isClean) found.push(`K1: row ${row} keeps what ${name} held`);
    }
  }
  if (size !== entities.size) found.push(`E2: ${size} entities, ${entities.size} counted`);
  return found;
}

const makers: { readonly [K in keyof ColumnTypes]: (length: number) => ColumnTypes[K] } = {
  float32: (length) => new Float32Array(length),
  float64: (length) => new Float64Array(length),
  int32: (length) => new Int32Array(length),
  uint8: (length) => new Uint8Array(length),
  uint16: (length) => new Uint16Array(length),
  uint32: (length) => new Uint32Array(length),
};

/** Doubles all columns; false when they are as long as they may be. */
function grow(store: Store<Schema>): boolean {
  const before = capacityOf(store);
  if (before >= rowsMax) return false;
  const capacity = Math.min(before * 2, rowsMax);
  const words = (capacity + 31) >>> 5;
  const { entities } = store;
  entities.alive = longer(entities.alive, words);
  entities.taken = longer(entities.taken, words);
  entities.generations = longer(entities.generations, capacity);
  for (const component of Object.values(store.components)) {
    component.present = longer(component.present, words);
    component.dirty = longer(component.dirty, words);
    const columns = component.columns as Record<string, Column>;
    for (const [name, column] of Object.entries(columns)) columns[name] = longer(column, capacity);
  }
  return true;
}

function longer<C extends Column>(column: C, length: number): C {
  const result = makers[kindOf(column)](length) as C;
  result.set(column);
  return result;
}

function kindOf(column: Column): keyof ColumnTypes {
  if (column instanceof Float32Array) return "float32";
  if (column instanceof Float64Array) return "float64";
  if (column instanceof Int32Array) return "int32";
  if (column instanceof Uint8Array) return "uint8";
  return column instanceof Uint16Array ? "uint16" : "uint32";
}

/** The name of the entity in a row that holds one. */
export const entityIn = ({ entities }: Store<Schema>, row: number): EntityId =>
  entityAt(entities, row);
