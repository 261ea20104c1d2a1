/** Who sees what, as clients were last told. */
import { entityIn, hasBit, rowOf, type Row } from "../../ecs/index.ts";
import type { SessionId } from "../../kernel/ids.ts";
import type { PlainData } from "../../kernel/plain.ts";
import type { SessionView } from "../../realm/index.ts";
import type { Position } from "../../wire/index.ts";
import { cellAt, firstFrom } from "./grid.ts";
import { reachMax } from "./sight.ts";
import { idAt, type World } from "./world.ts";

/**
 * The sessions of the entities whose area of interest covers a place, in the order of the grid. An
 * entity that entered in this tick sees nothing yet.
 */
export function viewersOf(world: World, at: Position): SessionId[] {
  const { store, geometry, told } = world;
  const { cells } = geometry;
  const center = cellAt(geometry, at.x, at.z);
  const x = center % cells;
  const z = Math.floor(center / cells);
  const x0 = Math.max(0, x - reachMax);
  const x1 = Math.min(cells - 1, x + reachMax);
  const lastLine = Math.min(cells - 1, z + reachMax);
  const found: SessionId[] = [];
  for (let line = Math.max(0, z - reachMax); line <= lastLine; line += 1) {
    const last = line * cells + x1;
    let member = firstFrom(told, line * cells + x0);
    for (; member < told.size && (told.cells[member] as number) <= last; member += 1) {
      const row = rowOf(store.entities, told.ids[member] as number);
      if (row !== -1 && sees(world, row, x, z)) {
        found.push(store.components.control.columns.session[row] as SessionId);
      }
    }
  }
  return found;
}

function sees({ store }: World, row: Row, x: number, z: number): boolean {
  const { present, columns } = store.components.sight;
  return (
    hasBit(present, row) &&
    x >= (columns.x0[row] as number) &&
    x <= (columns.x1[row] as number) &&
    z >= (columns.z0[row] as number) &&
    z <= (columns.z1[row] as number)
  );
}

/**
 * Everybody in the world, for tools. Who must see whom follows from `cell`, counted along x and
 * then z, and from the viewers' rectangles of cells: both are as of the last update that was sent,
 * whose tick is `tick`. Positions are as of now.
 */
export function showPlayers(
  world: World,
  sessions: ReadonlyMap<SessionId, SessionView>,
): PlainData {
  const { store, geometry, toldTick } = world;
  const { body, control, place, sight } = store.components;
  const entities: PlainData[] = [];
  const viewers: PlainData[] = [];
  for (const [session, row] of world.bySession) {
    const id = idAt(world, row);
    const cell = place.columns.cell[row] as number;
    entities.push({
      id,
      player: control.columns.player[row] as number,
      name: sessions.get(session)?.name ?? "",
      x: body.columns.x[row] as number,
      y: body.columns.y[row] as number,
      z: body.columns.z[row] as number,
      cell,
    });
    viewers.push({
      id,
      session,
      x0: sight.columns.x0[row] as number,
      x1: sight.columns.x1[row] as number,
      z0: sight.columns.z0[row] as number,
      z1: sight.columns.z1[row] as number,
    });
  }
  const { size, viewDistance, cell, cells } = geometry;
  return { tick: toldTick, size, viewDistance, cell, cells, entities, viewers };
}

/**
 * What clients are told of everybody, number after number: the entity's id and its cell, -1 until
 * somebody was told of it; place, velocity and rotation, each x, y, z; health, its most, shield;
 * the owner's last movement that was judged; the rectangle of cells that he sees, x0, x1, z0, z1.
 */
export function showBodies(world: World): PlainData {
  const { body, health, control, place, sight } = world.store.components;
  const shown = [
    place.columns.cell,
    ...[body.columns.x, body.columns.y, body.columns.z],
    ...[body.columns.vx, body.columns.vy, body.columns.vz],
    ...[body.columns.rx, body.columns.ry, body.columns.rz],
    ...[health.columns.current, health.columns.max, health.columns.shield],
    control.columns.sequence,
    ...[sight.columns.x0, sight.columns.x1, sight.columns.z0, sight.columns.z1],
  ];
  const bodies: number[] = [];
  for (const row of world.bySession.values()) {
    bodies.push(idAt(world, row));
    for (const column of shown) bodies.push(column[row] as number);
  }
  return { cells: world.geometry.cells, bodies };
}

/** The grid says of every entity that clients know where its columns say that it was told. */
export function isGridSound({ store, told }: World): boolean {
  const { cell } = store.components.place.columns;
  let known = 0;
  for (let at = 0; at < told.size; at += 1) {
    const isOrdered =
      at === 0 ||
      (told.cells[at - 1] as number) < (told.cells[at] as number) ||
      ((told.cells[at - 1] as number) === (told.cells[at] as number) &&
        (told.rows[at - 1] as number) < (told.rows[at] as number));
    if (!isOrdered) return false;
    const row = rowOf(store.entities, told.ids[at] as number);
    if (row === -1) continue;
    if (row !== told.rows[at] || cell[row] !== told.cells[at]) return false;
    known += 1;
  }
  let expected = 0;
  for (let row = 0; row < cell.length; row += 1) {
    if (hasBit(store.entities.alive, row) && (cell[row] as number) >= 0) expected += 1;
  }
  return known === expected;
}

/** Every session that is in the world has one entity, which is his, and every entity a session. */
export function areOwnersSound(
  { store, bySession }: World,
  sessions: ReadonlyMap<SessionId, SessionView>,
): boolean {
  for (const { id, state } of sessions.values()) {
    if (state === "inWorld" && !bySession.has(id)) return false;
  }
  for (const [session, row] of bySession) {
    if (rowOf(store.entities, entityIn(store, row)) !== row) return false;
    if (store.components.control.columns.session[row] !== session) return false;
  }
  return bySession.size === store.entities.size;
}
