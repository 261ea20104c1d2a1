/**
 * Entities: which exist, and their names. An entity lives in a row; what belongs to it stands in
 * that row of the columns. Rows are used again, names never are.
 *
 * E1. An id names at most one entity, ever: it is the row and the row's generation, which grows
 *     when the row is given away again. A row whose generations are used up is not used again.
 * E2. A new entity gets the lowest free row, so rows stay packed at the low end and the order of
 *     rows is the same in every process.
 * E3. An id is never 0, so that 0 can mean none on the wire.
 */
import { invariant } from "../kernel/assert.ts";
import { bitsFor, clearBit, hasBit, nextBit, nextGap, setBit, type Bits } from "./bits.ts";

declare const rowBrand: unique symbol;
declare const entityBrand: unique symbol;
/** Where an entity's values stand, 0..2^20-1. Valid until the entity is destroyed. */
export type Row = number & { readonly [rowBrand]: true };
/** The name of an entity: row + generation * 2^20, a safe integer. */
export type EntityId = number & { readonly [entityBrand]: true };

/** Rows at most. Games with a million entities in one realm have other problems first. */
export const rowsMax = 1_048_576;

/** Plain data, changed by the functions below only. */
export interface Entities {
  /** Rows that hold an entity. */
  alive: Bits;
  /** Rows that cannot be given away: those, and the worn out. */
  taken: Bits;
  /** Of the entity that is in the row, or was the last one; from 1, 0 where there was none. */
  generations: Uint32Array;
  /** How many exist. */
  size: number;
  /** No row below this is free. */
  lowestFree: number;
}

export const createEntities = (capacity: number): Entities => ({
  alive: bitsFor(capacity),
  taken: bitsFor(capacity),
  generations: new Uint32Array(capacity),
  size: 0,
  lowestFree: 0,
});

/** The row that the next entity gets, or -1 when all are taken. */
export function freeRow(entities: Entities): number {
  const row = nextGap(entities.taken, entities.lowestFree);
  return row >= entities.generations.length ? -1 : row;
}

/** @param row what `freeRow` said */
export function occupy(entities: Entities, row: number): EntityId {
  invariant(!hasBit(entities.taken, row), "the row is free", row);
  setBit(entities.alive, row);
  setBit(entities.taken, row);
  entities.generations[row] = (entities.generations[row] as number) + 1;
  entities.size += 1;
  entities.lowestFree = row + 1;
  return entityAt(entities, row);
}

export function vacate(entities: Entities, row: number): void {
  invariant(hasBit(entities.alive, row), "the row holds an entity", row);
  clearBit(entities.alive, row);
  entities.size -= 1;
  if (entities.generations[row] === generationMax) return;
  clearBit(entities.taken, row);
  if (row < entities.lowestFree) entities.lowestFree = row;
}

/** The name of the entity in a row that holds one. */
export const entityAt = (entities: Entities, row: number): EntityId =>
  ((entities.generations[row] as number) * rowsMax + row) as EntityId;

/** Where the entity is, or -1 when it is no more, or never was. */
export function rowOf(entities: Entities, id: number): Row | -1 {
  const row = id % rowsMax;
  if (!(row >= 0 && row < entities.generations.length) || !hasBit(entities.alive, row)) return -1;
  return entityAt(entities, row) === id ? (row as Row) : -1;
}

/** The least row from `from` on that holds an entity, or -1. */
export const nextEntity = (entities: Entities, from: number): Row | -1 =>
  nextBit(entities.alive, from) as Row | -1;

const generationMax = 0xffff_ffff;
