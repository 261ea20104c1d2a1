/**
 * What plain data is, and which kind a value is of. The one place that knows; `plain.ts` is the
 * entry that others import.
 */

/**
 * Plain data: what state, timers, calls and their answers are made of. No class instances,
 * functions, symbols, promises or cycles, so that a checkpoint holds everything there is.
 */
export type PlainData =
  | null
  | undefined
  | boolean
  | number
  | bigint
  | string
  | PlainTypedArray
  | readonly PlainData[]
  | ReadonlyMap<PlainData, PlainData>
  | ReadonlySet<PlainData>
  | { readonly [key: string]: PlainData };

export type PlainTypedArray =
  Uint8Array | Uint16Array | Uint32Array | Int32Array | Float32Array | Float64Array;

export type PlainObject = { readonly [key: string]: PlainData };

/**
 * Containers inside containers, the outermost counted as 1. State that anybody reads is under 10
 * deep; the bound keeps recursion off the end of the stack. MessagePack's own default is 100.
 */
export const plainDepthMax = 64;

/** An object that may stand in plain data, with its kind, so that a `switch` narrows it. */
export type PlainContainerKind =
  | "object"
  | "array"
  | "map"
  | "set"
  | "uint8"
  | "uint16"
  | "uint32"
  | "int32"
  | "float32"
  | "float64";

/**
 * The kind of an object, or null when it has no place in plain data. A subclass is none, `Buffer`
 * included: it would come back from a checkpoint as something that behaves otherwise.
 */
export function containerKind(value: object): PlainContainerKind | null {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === Object.prototype) return "object";
  if (prototype === Array.prototype) return "array";
  if (prototype === Map.prototype) return "map";
  if (prototype === Set.prototype) return "set";
  if (prototype === Uint8Array.prototype) return "uint8";
  if (prototype === Float64Array.prototype) return "float64";
  if (prototype === Uint32Array.prototype) return "uint32";
  if (prototype === Int32Array.prototype) return "int32";
  if (prototype === Float32Array.prototype) return "float32";
  if (prototype === Uint16Array.prototype) return "uint16";
  return null;
}

/** -1, 0 or 1 in the order of UTF-16 code units, which is the same everywhere. */
export const compareCodeUnits = (left: string, right: string): number =>
  left < right ? -1 : left > right ? 1 : 0;

/** An object's own keys in the order of their code units. */
export function sortedKeys(value: object): string[] {
  const keys = Object.keys(value);
  if (keys.length > insertionSortMax) return keys.sort(compareCodeUnits);
  for (let at = 1; at < keys.length; at++) {
    const key = keys[at] as string;
    let hole = at;
    for (; hole > 0 && (keys[hole - 1] as string) > key; hole--) {
      keys[hole] = keys[hole - 1] as string;
    }
    keys[hole] = key;
  }
  return keys;
}

// Below this, sorting in place is faster than a comparator that is called back.
const insertionSortMax = 24;
