/** The views `world.players` and `world.bodies` as checkers read them. */
import type { PlainData } from "../../core/kernel/plain.ts";

export interface ShownEntity {
  readonly id: number;
  readonly player: number;
  readonly x: number;
  readonly y: number;
  readonly z: number;
  /** -1 until viewers were told of it. */
  readonly cell: number;
}

/** What a viewer sees: columns x0..x1 of lines z0..z1. */
export interface ShownViewer {
  readonly id: number;
  readonly x0: number;
  readonly x1: number;
  readonly z0: number;
  readonly z1: number;
}

export interface PlayersView {
  readonly tick: number;
  /** Metres. */
  readonly size: number;
  readonly viewDistance: number;
  readonly cell: number;
  /** Cells along a side. */
  readonly cells: number;
  readonly entities: readonly ShownEntity[];
  readonly viewers: readonly ShownViewer[];
}

export const playersViewName = "world.players";

export const readPlayersView = (data: PlainData): PlayersView => data as unknown as PlayersView;

export const bodiesViewName = "world.bodies";

/** Number after number, so many of each entity: see `bodyColumns`. */
export interface BodiesView {
  /** Cells along a side. */
  readonly cells: number;
  readonly bodies: readonly number[];
}

/** What the view has of an entity, and how many numbers that is: see `showBodies`. */
export const bodyColumns = {
  id: 0,
  cell: 1,
  /** x, y, z of each: place, velocity, rotation; then points of health, most points, shield. */
  values: 2,
  velocity: 5,
  rotation: 8,
  sequence: 14,
  /** x0, x1, z0, z1. */
  sight: 15,
  count: 19,
} as const;

export const readBodiesView = (data: PlainData): BodiesView => data as unknown as BodiesView;

/** Where in the view the numbers of an entity begin; its length when it is not there. */
export function bodyAt(bodies: readonly number[], id: number): number {
  let at = 0;
  while (at < bodies.length && bodies[at] !== id) at += bodyColumns.count;
  return at;
}
