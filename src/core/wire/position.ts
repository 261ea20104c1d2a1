/** A point in the world, parsed. */
import { invalid } from "./contract.ts";
import type { Invalid } from "./contract.ts";

/** In metres; every coordinate is finite. */
export interface Position {
  readonly x: number;
  readonly y: number;
  readonly z: number;
}

/** Parses a decoded `Vector3`. A missing one, NaN and infinities are invalid. */
export function position(
  vector:
    | { readonly x?: number | null; readonly y?: number | null; readonly z?: number | null }
    | null
    | undefined,
): Position | Invalid {
  if (vector === null || vector === undefined) return invalid("the position is missing");
  const x = vector.x ?? 0;
  const y = vector.y ?? 0;
  const z = vector.z ?? 0;
  const finite = Number.isFinite(x) && Number.isFinite(y) && Number.isFinite(z);
  return finite ? { x, y, z } : invalid("a coordinate is not finite");
}
