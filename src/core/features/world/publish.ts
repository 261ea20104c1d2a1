/**
 * A tick's news: tells every viewer what has changed of what he sees.
 *
 * Nobody is told anything of his own. What there is to say is encoded once, in the order of the
 * grid: what changed in each cell, and who left it. Cells that are neighbours along x are then
 * neighbours in the arena, so a viewer's update is one copy for each line of his rectangle, from
 * the arena to its end. Only who comes to see new cells, or loses some, gets spans that are made on
 * demand: all that is in a cell, and all that was. These too are made once a tick for all.
 *
 * N1. After a tick each viewer who has applied all his updates holds exactly the entities whose
 *     cell is in his rectangle, with their values: removals first, then updates in their order.
 * N2. An entity that moves from one cell to another has left the one and is told in full in the
 *     other, so whoever sees both keeps it and whoever sees one gains or loses it.
 * N3. Who has nothing to be told gets nothing. When nothing has changed, a tick looks at a few
 *     words of marks and at no entity.
 * N4. Between two calls nothing is kept here: the arena and the tables are written anew before they
 *     are read. What clients were told stands in the state.
 */
import { anyBit, entityIn, hasBit, nextBit, clearMarks, mark } from "../../ecs/index.ts";
import type { SessionId } from "../../kernel/ids.ts";
import { payloadBytesMax } from "../../wire/index.ts";
import {
  cellAt,
  cellOfKey,
  copyGrid,
  createGrid,
  firstFrom,
  isLaidFor,
  makeRoom,
  memberKey,
  rowOfKey,
  type Geometry,
  type Grid,
} from "./grid.ts";
import { intersect, look, seesNothing, setRectangle, type Rectangle } from "./sight.ts";
import { Arena, cutRecords } from "./spans.ts";
import type { World } from "./world.ts";

/** Takes the `WorldUpdate` in `bytes[start..end)`, which are borrowed until it returns. */
export type Tell = (session: SessionId, bytes: Uint8Array, start: number, end: number) => void;

/**
 * Tells all that has changed since the last call.
 *
 * @param geometry the world's from here on
 * @param tick what the updates carry
 */
export function publish(world: World, geometry: Geometry, tick: number, tell: Tell): void {
  const { components } = world.store;
  const isRelaid = !isLaidFor(world.geometry, geometry.size, geometry.viewDistance);
  if (!isRelaid && !hasNews(world)) return;
  const cellsBefore = world.geometry.cells;
  world.geometry = geometry;
  tables.begin(geometry);
  const arrivals = settle(world, isRelaid);
  const isRegridded = arrivals > 0 || world.hasEnded;
  const now = isRegridded ? regrid(world, arrivals) : world.told;
  tables.lost.begin(world.told, cellsBefore);
  tables.found.begin(now, geometry.cells);
  encodeLeft();
  encodeChanged(world, now);
  const { sight } = components;
  for (let row = nextBit(sight.present, 0); row !== -1; row = nextBit(sight.present, row + 1)) {
    tellViewer(world, row, isRelaid, tick, tell);
  }
  if (isRegridded) copyGrid(world.told, now);
  world.hasEnded = false;
  world.toldTick = tick;
  for (const name of ["body", "health", "place", "control", "correction"] as const) {
    clearMarks(world.store, name);
  }
}

/** True when something has changed that clients are told. */
export function hasNews({ hasEnded, store }: World): boolean {
  const { body, health, control } = store.components;
  return hasEnded || anyBit(control.dirty) || anyBit(body.dirty) || anyBit(health.dirty);
}

// ---------------------------------------------------------------- the grid of this tick

/** Finds the cells of what has moved; says how many entities came to another cell. */
function settle(world: World, isRelaid: boolean): number {
  const { store, geometry } = world;
  const { body, place } = store.components;
  const { x, z } = body.columns;
  const { cell } = place.columns;
  const candidates = isRelaid ? body.present : body.dirty;
  tables.makeArrivals(store.entities.size);
  let arrivals = 0;
  for (let row = nextBit(candidates, 0); row !== -1; row = nextBit(candidates, row + 1)) {
    const now = cellAt(geometry, x[row] as number, z[row] as number);
    if (now === cell[row] && !isRelaid) continue;
    cell[row] = now;
    mark(store, "place", row);
    tables.arrivals[arrivals] = memberKey(now, row);
    arrivals += 1;
  }
  return arrivals;
}

/** Merges the grid as it was told with those who came, and notes who left which cell. */
function regrid({ store, told }: World, arrivals: number): Grid {
  const { next, left } = tables;
  const { place } = store.components;
  const { alive } = store.entities;
  makeRoom(next, told.size + arrivals);
  makeRoom(left, told.size);
  next.size = 0;
  const coming = tables.arrivals.subarray(0, arrivals).sort((a, b) => a - b);
  let arrived = 0;
  for (let at = 0; at < told.size; at += 1) {
    const row = told.rows[at] as number;
    const cell = told.cells[at] as number;
    const id = told.ids[at] as number;
    if (!hasBit(alive, row) || entityIn(store, row) !== id || hasBit(place.dirty, row)) {
      add(left, cell, row, id);
      continue;
    }
    const key = memberKey(cell, row);
    for (; arrived < arrivals && (coming[arrived] as number) < key; arrived += 1) {
      const comer = rowOfKey(coming[arrived] as number);
      add(next, cellOfKey(coming[arrived] as number), comer, entityIn(store, comer));
    }
    add(next, cell, row, id);
  }
  for (; arrived < arrivals; arrived += 1) {
    const comer = rowOfKey(coming[arrived] as number);
    add(next, cellOfKey(coming[arrived] as number), comer, entityIn(store, comer));
  }
  return next;
}

function add(grid: Grid, cell: number, row: number, id: number): void {
  const at = grid.size;
  grid.cells[at] = cell;
  grid.rows[at] = row;
  grid.ids[at] = id;
  grid.size = at + 1;
}

// ---------------------------------------------------------------- the shared spans

/** Removals of those who left, by cell. */
function encodeLeft(): void {
  const { left, leftFrom, arena } = tables;
  for (let at = 0; at < left.size; at += 1) {
    leftFrom.reach(left.cells[at] as number, arena.at);
    arena.removal(left.ids[at] as number);
  }
  leftFrom.end(arena.at);
}

/** What changed, by cell. */
function encodeChanged({ store }: World, now: Grid): void {
  const { arena, changedFrom } = tables;
  const { body, health, place } = store.components;
  const { cells, rows, ids, size } = now;
  for (let at = 0; at < size; at += 1) {
    const row = rows[at] as number;
    const isNew = hasBit(place.dirty, row);
    const isMoved = isNew || hasBit(body.dirty, row);
    const isHurt = isNew || hasBit(health.dirty, row);
    if (!isMoved && !isHurt) continue;
    changedFrom.reach(cells[at] as number, arena.at);
    if (isMoved) arena.movement(store, row, ids[at] as number);
    if (isHurt) arena.health(store, row, ids[at] as number);
  }
  changedFrom.end(arena.at);
}

/**
 * Where in the arena the spans of cells begin that have any, one span behind the other in the order
 * of the cells. Only those from the first such cell to the last are known: a wide world has many
 * thousand cells, and most ticks are about a few.
 */
class SpanStarts {
  /** `at[c]` is where those of cell c begin, and those of the one before it end. */
  at = new Int32Array(0);
  first = Infinity;
  /** Behind the last one. */
  behind = 0;

  begin(cells: number): void {
    this.first = Infinity;
    this.behind = 0;
    if (this.at.length <= cells) this.at = new Int32Array(cells + 1);
  }

  /** The next span is of that cell. A grid of another geometry may have cells beyond the end. */
  reach(cell: number, start: number): void {
    if (this.first === Infinity) {
      this.first = cell;
      this.behind = cell;
    }
    const end = Math.min(cell + 1, this.at.length);
    while (this.behind < end) this.at[this.behind++] = start;
  }

  end(end: number): void {
    if (this.behind < this.at.length) this.at[this.behind] = end;
  }
}

/** Spans of whole cells, encoded when somebody first needs one. */
class CellSpans {
  /** Ends of the spans that the viewer gets, in pairs. */
  readonly pieces: number[] = [];
  readonly #write: (world: World, row: number, id: number) => void;
  #grid: Grid = createGrid();
  #side = 0;
  #starts = new Int32Array(0);
  #ends = new Int32Array(0);
  /** In which tick the span was made. */
  #stamps = new Float64Array(0);
  #stamp = 0;

  constructor(write: (world: World, row: number, id: number) => void) {
    this.#write = write;
  }

  begin(grid: Grid, side: number): void {
    this.#grid = grid;
    this.#side = side;
    this.#stamp += 1;
    if (this.#starts.length >= side * side) return;
    this.#starts = new Int32Array(side * side);
    this.#ends = new Int32Array(side * side);
    this.#stamps = new Float64Array(side * side);
  }

  /** Collects the spans of what is in `rectangle` and not in `hole`, which lies inside it. */
  collect(world: World, rectangle: Readonly<Rectangle>, hole: Readonly<Rectangle>): void {
    this.pieces.length = 0;
    for (let z = rectangle.z0; z <= rectangle.z1; z += 1) {
      if (z < hole.z0 || z > hole.z1 || hole.x1 < hole.x0) {
        this.#line(world, z, rectangle.x0, rectangle.x1);
      } else {
        this.#line(world, z, rectangle.x0, hole.x0 - 1);
        this.#line(world, z, hole.x1 + 1, rectangle.x1);
      }
    }
  }

  #line(world: World, z: number, x0: number, x1: number): void {
    if (x1 < x0) return;
    const { cells, size } = this.#grid;
    const last = z * this.#side + x1;
    let at = firstFrom(this.#grid, z * this.#side + x0);
    while (at < size && (cells[at] as number) <= last) at = this.#cell(world, at);
  }

  /** Takes the cell whose members begin at `at`; says where the next one's do. */
  #cell(world: World, at: number): number {
    const { cells, rows, ids, size } = this.#grid;
    const { arena } = tables;
    const cell = cells[at] as number;
    const isMade = this.#stamps[cell] === this.#stamp;
    if (!isMade) {
      this.#stamps[cell] = this.#stamp;
      this.#starts[cell] = arena.at;
    }
    let next = at;
    for (; next < size && cells[next] === cell; next += 1) {
      if (!isMade) this.#write(world, rows[next] as number, ids[next] as number);
    }
    if (!isMade) this.#ends[cell] = arena.at;
    this.pieces.push(this.#starts[cell] as number, this.#ends[cell] as number);
    return next;
  }
}

// ---------------------------------------------------------------- one viewer

function tellViewer(world: World, row: number, isRelaid: boolean, tick: number, tell: Tell): void {
  const { store } = world;
  const { place, control, correction, body } = store.components;
  const { before, kept, found, lost, arena } = tables;
  readSight(world, row, before);
  const isLooking = isRelaid || hasBit(place.dirty, row);
  if (isLooking) lookAround(world, row, isRelaid);
  else setRectangle(kept, before);
  // An update has each span of this tick at most once, and one record besides.
  arena.reserve(arena.at + 256);
  const start = arena.at;
  arena.head(tick, control.columns.sequence[row] as number);
  const headEnd = arena.at;
  copyLines(tables.leftFrom, kept, world.geometry.cells);
  if (isLooking) copyPieces(lost.pieces);
  copyLines(tables.changedFrom, kept, world.geometry.cells);
  if (isLooking) copyPieces(found.pieces);
  if (hasBit(correction.dirty, row) && !hasBit(body.dirty, row)) {
    arena.movement(store, row, entityIn(store, row));
  }
  if (arena.at > headEnd || hasBit(control.dirty, row)) {
    const session = control.columns.session[row] as SessionId;
    if (arena.at - start <= payloadBytesMax) tell(session, arena.bytes, start, arena.at);
    else tellInParts(session, start, headEnd, tell);
  }
  arena.at = start;
}

/** Settles what the viewer sees from here on, and finds what is new and what is lost. */
function lookAround(world: World, row: number, isRelaid: boolean): void {
  const { before, after, kept, found, lost } = tables;
  const { cells } = world.geometry;
  const cell = world.store.components.place.columns.cell[row] as number;
  look(isRelaid ? seesNothing : before, cell % cells, Math.floor(cell / cells), cells, after);
  if (isRelaid) setRectangle(kept, seesNothing);
  else intersect(before, after, kept);
  found.collect(world, after, kept);
  lost.collect(world, before, kept);
  const { columns } = world.store.components.sight;
  columns.x0[row] = after.x0;
  columns.x1[row] = after.x1;
  columns.z0[row] = after.z0;
  columns.z1[row] = after.z1;
}

function readSight({ store }: World, row: number, result: Rectangle): void {
  const { columns } = store.components.sight;
  result.x0 = columns.x0[row] as number;
  result.x1 = columns.x1[row] as number;
  result.z0 = columns.z0[row] as number;
  result.z1 = columns.z1[row] as number;
}

/** One copy for each line of cells in which there is something. */
function copyLines(spans: SpanStarts, { x0, x1, z0, z1 }: Readonly<Rectangle>, side: number): void {
  if (x1 < x0) return;
  const { arena } = tables;
  const { at, first, behind } = spans;
  const lastLine = z1 * side;
  for (let line = z0 * side; line <= lastLine; line += side) {
    const from = Math.max(line + x0, first);
    const to = Math.min(line + x1 + 1, behind);
    if (from >= to) continue;
    const start = at[from] as number;
    const end = at[to] as number;
    if (start < end) arena.copy(start, end);
  }
}

function copyPieces(pieces: readonly number[]): void {
  for (let at = 0; at < pieces.length; at += 2) {
    tables.arena.copy(pieces[at] as number, pieces[at + 1] as number);
  }
}

/** More than fits a packet: several of them, each with the head, removals in the first. */
function tellInParts(session: SessionId, start: number, headEnd: number, tell: Tell): void {
  const { arena } = tables;
  const end = arena.at;
  const room = payloadBytesMax - (headEnd - start);
  arena.reserve(payloadBytesMax);
  cutRecords(arena.bytes, headEnd, end, room, (from, to) => {
    arena.at = end;
    arena.copy(start, headEnd);
    arena.copy(from, to);
    tell(session, arena.bytes, end, arena.at);
  });
}

// ---------------------------------------------------------------- what is used again

class Tables {
  readonly arena = new Arena();
  readonly next = createGrid();
  readonly left = createGrid();
  readonly before: Rectangle = { ...seesNothing };
  readonly after: Rectangle = { ...seesNothing };
  readonly kept: Rectangle = { ...seesNothing };
  /** All that is in a cell that a viewer has come to see. */
  readonly found = new CellSpans((world, row, id) => {
    this.arena.movement(world.store, row, id);
    this.arena.health(world.store, row, id);
  });
  /** All that was in a cell that a viewer no longer sees. */
  readonly lost = new CellSpans((_world, _row, id) => this.arena.removal(id));
  arrivals = new Float64Array(64);
  readonly changedFrom = new SpanStarts();
  readonly leftFrom = new SpanStarts();

  begin({ cells }: Geometry): void {
    this.arena.at = 0;
    this.left.size = 0;
    this.changedFrom.begin(cells * cells);
    this.leftFrom.begin(cells * cells);
  }

  makeArrivals(count: number): void {
    if (this.arrivals.length < count) this.arrivals = new Float64Array(count * 2);
  }
}

const tables = new Tables();
