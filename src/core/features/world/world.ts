/**
 * The state of the world: who is in it, where, and what clients were told of it. Plain data; the
 * hot part is columns, so a checkpoint of 5,000 players is some arrays.
 *
 * A change is made at once and marked; the tick tells it (`publish.ts`).
 */
import {
  attach,
  create,
  createStore,
  destroy,
  entityIn,
  mark,
  rowOf,
  type EntityId,
  type Row,
  type Store,
} from "../../ecs/index.ts";
import { invariant } from "../../kernel/assert.ts";
import type { Micros, PlayerId, SessionId } from "../../kernel/ids.ts";
import type { Position } from "../../wire/index.ts";
import { createGrid, geometryOf, type Geometry, type Grid } from "./grid.ts";
import { seesNothing } from "./sight.ts";

export const worldSchema = {
  /** Metres, metres per second and degrees; float32 on the wire and here. */
  body: {
    x: "float32",
    y: "float32",
    z: "float32",
    vx: "float32",
    vy: "float32",
    vz: "float32",
    rx: "float32",
    ry: "float32",
    rz: "float32",
  },
  health: { current: "uint32", max: "uint32", shield: "uint32" },
  /** In which cell clients know it to be, -1 while they know of none. Marked: it is another now. */
  place: { cell: "int32" },
  /** Whose it is and what he asked for. Marked: his last movement is not acknowledged. */
  control: {
    session: "float64",
    player: "float64",
    /** Of the last movement that was looked at. */
    sequence: "uint32",
    /** Microseconds at full speed that he may still use, and since when it has been growing. */
    allowance: "float64",
    allowedAt: "float64",
  },
  /** What its owner sees: see `Rectangle`. */
  sight: { x0: "int32", x1: "int32", z0: "int32", z1: "int32" },
  /** Marked: the owner believes in a position that is not so. */
  correction: {},
} as const;

export interface World {
  readonly store: Store<typeof worldSchema>;
  geometry: Geometry;
  /** What clients were told by the last tick that had something to tell. */
  readonly told: Grid;
  /** The number of that tick. */
  toldTick: number;
  /** An entity has ended that clients still know of. */
  hasEnded: boolean;
  /** The entity of each session that is in the world. */
  readonly bySession: Map<SessionId, Row>;
}

export interface Health {
  /** Points, each 0..2^32-1; `current` at most `max`. */
  readonly current: number;
  readonly max: number;
  readonly shield: number;
}

/** What everybody enters with. */
export const healthAtFirst: Readonly<Health> = { current: 100, max: 100, shield: 0 };

export const createWorld = (geometry: Geometry = geometryOf(10_000, 100)): World => ({
  store: createStore(worldSchema, 64),
  geometry,
  told: createGrid(),
  toldTick: 0,
  hasEnded: false,
  bySession: new Map(),
});

export interface Newcomer {
  readonly session: SessionId;
  readonly player: PlayerId;
  readonly at: Position;
  readonly now: Micros;
  /** Microseconds at full speed that he may use at once. */
  readonly allowance: number;
}

/** Makes the entity of a session that has none. */
export function spawn(world: World, newcomer: Newcomer): Row {
  const { store } = world;
  invariant(!world.bySession.has(newcomer.session), "a session has one entity", newcomer.session);
  const row = create(store);
  invariant(row !== -1, "there are more rows than sessions");
  const { body, health, place, control, sight } = store.components;
  for (const name of ["body", "health", "place", "control", "sight", "correction"] as const) {
    attach(store, name, row);
  }
  // Adding 0 turns -0 into 0: see M3 in `movement.ts`.
  body.columns.x[row] = newcomer.at.x + 0;
  body.columns.y[row] = newcomer.at.y + 0;
  body.columns.z[row] = newcomer.at.z + 0;
  health.columns.current[row] = healthAtFirst.current;
  health.columns.max[row] = healthAtFirst.max;
  health.columns.shield[row] = healthAtFirst.shield;
  place.columns.cell[row] = -1;
  control.columns.session[row] = newcomer.session;
  control.columns.player[row] = newcomer.player;
  control.columns.allowance[row] = newcomer.allowance;
  control.columns.allowedAt[row] = newcomer.now;
  for (const side of ["x0", "x1", "z0", "z1"] as const) {
    sight.columns[side][row] = seesNothing[side];
  }
  // That it is marked is how the next tick learns of it.
  mark(store, "body", row);
  world.bySession.set(newcomer.session, row);
  return row;
}

/** Takes the session's entity out of the world; false when it has none. */
export function despawn(world: World, session: SessionId): boolean {
  const row = world.bySession.get(session);
  if (row === undefined) return false;
  world.bySession.delete(session);
  if (world.store.components.place.columns.cell[row] !== -1) world.hasEnded = true;
  destroy(world.store, row);
  return true;
}

/**
 * Sets an entity's health; those who see it are told by the next tick.
 *
 * @returns false when there is no such entity
 */
export function setHealth(world: World, id: number, health: Health): boolean {
  const row = rowOf(world.store.entities, id);
  if (row === -1) return false;
  const { columns } = world.store.components.health;
  const { current, max, shield } = health;
  if (columns.current[row] === current && columns.max[row] === max) {
    if (columns.shield[row] === shield) return true;
  }
  columns.current[row] = current;
  columns.max[row] = max;
  columns.shield[row] = shield;
  mark(world.store, "health", row);
  return true;
}

export const idAt = (world: World, row: number): EntityId => entityIn(world.store, row);
