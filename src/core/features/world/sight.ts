/**
 * What a viewer sees: the entities in a rectangle of cells around his own, himself included.
 *
 * V1. On each axis the rectangle reaches at least 2 cells to both sides and at most 3, as far as
 *     there is ground. Cells are half the view distance, so whoever is within it is seen.
 * V2. It changes only when the viewer's cell does, and then as little as V1 allows. Whoever paces
 *     up and down on a border makes nobody appear and vanish.
 */

/** Cells, both ends included. Nothing is seen when `x1` is below `x0`. */
export interface Rectangle {
  x0: number;
  x1: number;
  z0: number;
  z1: number;
}

/** Cells to each side that are always seen, and beyond which none ever is. */
const reachMin = 2;
export const reachMax = 3;

export const seesNothing: Readonly<Rectangle> = { x0: 0, x1: -1, z0: 0, z1: -1 };

/** The rectangle after the viewer has come to cell (x, z), into `result`. */
export function look(
  before: Readonly<Rectangle>,
  x: number,
  z: number,
  cells: number,
  result: Rectangle,
): void {
  const last = cells - 1;
  const isNew = before.x1 < before.x0;
  // What is out of reach on an axis keeps nothing there.
  const keepsX = !isNew && before.x1 >= x - reachMax && before.x0 <= x + reachMax;
  const keepsZ = !isNew && before.z1 >= z - reachMax && before.z0 <= z + reachMax;
  result.x0 = lower(keepsX ? before.x0 : x, x);
  result.x1 = upper(keepsX ? before.x1 : x, x, last);
  result.z0 = lower(keepsZ ? before.z0 : z, z);
  result.z1 = upper(keepsZ ? before.z1 : z, z, last);
}

/** The cells of both, into `result`; nothing when they have none in common. */
export function intersect(
  one: Readonly<Rectangle>,
  other: Readonly<Rectangle>,
  result: Rectangle,
): void {
  result.x0 = Math.max(one.x0, other.x0);
  result.x1 = Math.min(one.x1, other.x1);
  result.z0 = Math.max(one.z0, other.z0);
  result.z1 = Math.min(one.z1, other.z1);
  if (result.x1 < result.x0 || result.z1 < result.z0) setRectangle(result, seesNothing);
}

export function setRectangle(target: Rectangle, source: Readonly<Rectangle>): void {
  target.x0 = source.x0;
  target.x1 = source.x1;
  target.z0 = source.z0;
  target.z1 = source.z1;
}

const lower = (before: number, at: number): number =>
  Math.max(0, Math.min(Math.max(before, at - reachMax), at - reachMin));

const upper = (before: number, at: number, last: number): number =>
  Math.min(last, Math.max(Math.min(before, at + reachMax), at + reachMin));
