/**
 * How a player of a load walks: on and on at one speed, turning a little with each step, and back
 * from the border of the region. Who began outside of it walks towards its middle first.
 */
import type { RandomStream } from "../core/kernel/random.ts";
import type { Position } from "../core/wire/index.ts";

export interface Walk {
  /** Where the server has the walker, as far as the walker knows: float32, like on the wire. */
  x: number;
  y: number;
  z: number;
  /** Radians from the x axis. */
  heading: number;
}

export interface Pace {
  /** Metres. */
  readonly stepLength: number;
  /** Metres a second. */
  readonly speed: number;
  /** Half of the region's side, metres: it is a square around the origin. */
  readonly reach: number;
}

export interface Step {
  readonly position: Position;
  readonly velocity: Position;
}

/** A walker at a place, with a heading that is drawn. */
export const walkFrom = ({ x, y, z }: Position, random: Pick<RandomStream, "unit">): Walk => ({
  x,
  y,
  z,
  heading: random.unit() * 2 * Math.PI,
});

/** Makes the next step. */
export function stepOf(walk: Walk, pace: Pace, random: Pick<RandomStream, "unit">): Step {
  walk.heading += (random.unit() - 0.5) * turnMax;
  const { reach, stepLength, speed } = pace;
  const isOut = Math.abs(walk.x) > reach || Math.abs(walk.z) > reach;
  if (isOut) walk.heading = Math.atan2(-walk.z, -walk.x);
  let alongX = Math.cos(walk.heading);
  let alongZ = Math.sin(walk.heading);
  if (!isOut) {
    if (Math.abs(walk.x + alongX * stepLength) > reach) alongX = -alongX;
    if (Math.abs(walk.z + alongZ * stepLength) > reach) alongZ = -alongZ;
    walk.heading = Math.atan2(alongZ, alongX);
  }
  // Rounded as the wire and the server round, and adding 0 makes 0 of -0, as the server does.
  walk.x = Math.fround(walk.x + alongX * stepLength) + 0;
  walk.z = Math.fround(walk.z + alongZ * stepLength) + 0;
  return { position: placeOf(walk), velocity: { x: alongX * speed, y: 0, z: alongZ * speed } };
}

/** Where the walker is, standing. */
export const stand = (walk: Walk): Step => ({
  position: placeOf(walk),
  velocity: { x: 0, y: 0, z: 0 },
});

const placeOf = ({ x, y, z }: Walk): Position => ({ x, y, z });

/**
 * The reach of a region in which each of so many players sees about `visible` others.
 *
 * @param viewDistance metres; the sets of cells that players see are some 2.75 of it wide
 */
export function reachFor(players: number, visible: number, viewDistance: number): number {
  const seen = 2.75 * viewDistance;
  const side = seen * Math.sqrt(Math.max(1, players - 1) / visible);
  return Math.max(side, seen) / 2;
}

/** Radians a step. */
const turnMax = 0.5;
