/**
 * Whether an entity may move as its owner says it has. The server's position is the one that
 * counts; what is refused is put right at the client by the next tick.
 *
 * M1. Nothing of a refused movement is taken over, but its sequence: it is acknowledged.
 * M2. Over any time t an entity covers at most the speed limit times (t + the allowance).
 * M3. Coordinates in columns are float32 and never -0: whoever computes with them gets the same
 *     bits in every process, and equal places have equal bytes.
 *
 * Time at full speed is what is accounted, in whole microseconds: it grows with time up to a bound,
 * which absorbs a network that delivers late and at once, and a step uses up what it takes.
 */
import { mark } from "../../ecs/index.ts";
import type { Micros } from "../../kernel/ids.ts";
import type { Position } from "../../wire/index.ts";
import type { Movement } from "./contract.ts";
import type { World } from "./world.ts";

export interface MovementRules {
  /** Millimetres per second. */
  readonly speedMax: number;
  /** Microseconds at full speed that can be saved up. */
  readonly allowanceMax: number;
}

/** `stale` was overtaken by a later movement; the rest but `accepted` is impossible. */
export type Verdict = "accepted" | "stale" | "bounds" | "velocity" | "speed";

/** Applies a movement of the entity in `row`, whose owner it comes from, or says why not. */
export function move(
  world: World,
  row: number,
  wanted: Movement,
  now: Micros,
  rules: MovementRules,
): Verdict {
  const { store } = world;
  const { columns } = store.components.control;
  if (wanted.sequence <= (columns.sequence[row] as number)) return "stale";
  columns.sequence[row] = wanted.sequence;
  mark(store, "control", row);
  const verdict = judge(world, row, wanted, now, rules);
  if (verdict === "accepted") take(world, row, wanted);
  else mark(store, "correction", row);
  return verdict;
}

function judge(
  world: World,
  row: number,
  { position, velocity }: Movement,
  now: Micros,
  { speedMax, allowanceMax }: MovementRules,
): Verdict {
  const { body, control } = world.store.components;
  const { x, y, z } = body.columns;
  const edge = world.geometry.size / 2;
  const isInside =
    isWithin(position.x, edge, x[row] as number) &&
    isWithin(position.y, edge, y[row] as number) &&
    isWithin(position.z, edge, z[row] as number);
  if (!isInside) return "bounds";
  const limit = (speedMax / 1_000) * tolerance;
  if (squareOf(velocity.x, velocity.y, velocity.z) > limit * limit) return "velocity";
  const distance = Math.sqrt(
    squareOf(
      position.x - (x[row] as number),
      position.y - (y[row] as number),
      position.z - (z[row] as number),
    ),
  );
  const { allowance, allowedAt } = control.columns;
  const grown = (allowance[row] as number) + (now - (allowedAt[row] as number));
  const available = Math.min(grown, allowanceMax);
  const needed = Math.ceil((distance * 1_000_000) / limit);
  allowedAt[row] = now;
  allowance[row] = needed <= available ? available - needed : available;
  return needed <= available ? "accepted" : "speed";
}

function take(world: World, row: number, { position, velocity, rotation }: Movement): void {
  const { columns } = world.store.components.body;
  // All three are set, whatever the first says.
  const isMoved = setVector(columns.x, columns.y, columns.z, row, position);
  const isFaster = setVector(columns.vx, columns.vy, columns.vz, row, velocity);
  const isTurned = setVector(columns.rx, columns.ry, columns.rz, row, rotation);
  if (isMoved || isFaster || isTurned) mark(world.store, "body", row);
}

/** True when the vector was another. */
function setVector(
  xs: Float32Array,
  ys: Float32Array,
  zs: Float32Array,
  row: number,
  { x, y, z }: Position,
): boolean {
  // Adding 0 turns -0 into 0 and changes nothing else.
  const nextX = Math.fround(x) + 0;
  const nextY = Math.fround(y) + 0;
  const nextZ = Math.fround(z) + 0;
  if (xs[row] === nextX && ys[row] === nextY && zs[row] === nextZ) return false;
  xs[row] = nextX;
  ys[row] = nextY;
  zs[row] = nextZ;
  return true;
}

/** Also where it is no further out than before: who was left outside of a world may come back. */
const isWithin = (coordinate: number, edge: number, before: number): boolean =>
  (coordinate >= -edge || coordinate >= before) && (coordinate <= edge || coordinate <= before);

const squareOf = (x: number, y: number, z: number): number => x * x + y * y + z * z;

/** Clients at full speed round too. */
const tolerance = 1.01;
