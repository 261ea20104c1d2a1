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
  | Uint8Array
  | Uint16Array
  | Uint32Array
  | Int32Array
  | Float32Array
  | Float64Array
  | readonly PlainData[]
  | ReadonlyMap<PlainData, PlainData>
  | ReadonlySet<PlainData>
  | { readonly [key: string]: PlainData };
