/**
 * The ground as a square of cells, and who was in which of them when it was last told.
 *
 * The plane is x and z; y is up and divides nothing. Cells count from the corner of least x and z,
 * along x first, so that neighbours along x are neighbours in every array that is in this order.
 *
 * G1. A grid is sorted by cell and then by row. It is a function of its members and of nothing
 *     else, so the way that led there cannot show in any packet.
 * G2. A grid says what clients were told, not what is: between two ticks entities have moved on,
 *     ended, or given their row to another.
 */
import type { Row } from "../../ecs/index.ts";

/** Lengths in metres. */
export interface Geometry {
  /** Of a side: coordinates are in [-size / 2, size / 2]. */
  readonly size: number;
  /** Who is no farther than this is seen. */
  readonly viewDistance: number;
  /** Of a cell's side. */
  readonly cell: number;
  /** Cells along a side. */
  readonly cells: number;
}

/** @returns whether a world was laid out with those */
export const isLaidFor = (geometry: Geometry, size: number, viewDistance: number): boolean =>
  geometry.size === size && geometry.viewDistance === viewDistance;

/** Along a side. What a tick does once for every cell then costs less than 0.1 ms. */
export const cellsMax = 256;

/** Half the view distance to a cell, or more where a side would have more than `cellsMax`. */
export function geometryOf(size: number, viewDistance: number): Geometry {
  const cell = Math.max(viewDistance / 2, size / cellsMax);
  return { size, viewDistance, cell, cells: Math.ceil(size / cell) };
}

/** The cell of a point; of the nearest one that there is for a point outside. */
export function cellAt({ size, cell, cells }: Geometry, x: number, z: number): number {
  const column = Math.floor((x + size / 2) / cell);
  const line = Math.floor((z + size / 2) / cell);
  return within(line, cells) * cells + within(column, cells);
}

const within = (index: number, cells: number): number =>
  index < 0 ? 0 : index >= cells ? cells - 1 : index;

/** Three columns of one length, of which the first `size` count. Plain data. */
export interface Grid {
  cells: Int32Array;
  rows: Uint32Array;
  /** The names of the entities that were told of, because rows change hands. */
  ids: Float64Array;
  size: number;
}

export const createGrid = (): Grid => ({
  cells: new Int32Array(gridRoomMin),
  rows: new Uint32Array(gridRoomMin),
  ids: new Float64Array(gridRoomMin),
  size: 0,
});

/** The first member whose cell is at least `cell`; `size` when there is none. */
export function firstFrom({ cells, size }: Grid, cell: number): number {
  let low = 0;
  let high = size;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((cells[middle] as number) < cell) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Makes `target` equal to `source`. Nothing is left behind its size: all of it is state. */
export function copyGrid(target: Grid, source: Grid): void {
  const { size } = source;
  if (target.cells.length < size) makeRoom(target, size);
  target.cells.set(source.cells.subarray(0, size));
  target.rows.set(source.rows.subarray(0, size));
  target.ids.set(source.ids.subarray(0, size));
  if (size < target.size) {
    target.cells.fill(0, size, target.size);
    target.rows.fill(0, size, target.size);
    target.ids.fill(0, size, target.size);
  }
  target.size = size;
}

/** Room for `size` members. What the grid held is gone. */
export function makeRoom(grid: Grid, size: number): void {
  let room = Math.max(grid.cells.length, gridRoomMin);
  while (room < size) room *= 2;
  if (room === grid.cells.length) return;
  grid.cells = new Int32Array(room);
  grid.rows = new Uint32Array(room);
  grid.ids = new Float64Array(room);
}

/** A member that comes in, as one number by which to sort. */
export const memberKey = (cell: number, row: number): number => cell * rowSpan + row;
export const cellOfKey = (key: number): number => Math.floor(key / rowSpan);
export const rowOfKey = (key: number): Row => (key % rowSpan) as Row;

/** Above every row of a store. */
const rowSpan = 1_048_576;
const gridRoomMin = 64;
