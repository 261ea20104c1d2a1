/**
 * Arrays of bytes for all that lives about as long as a run: what travels, what lies on disks, what
 * checkers keep. The engine allocates each array of more than 64 bytes outside its heap, which
 * takes about a microsecond; a part of a slab takes a tenth of that. So none of them may be cloned,
 * or handed to another thread, with its buffer.
 */
const slabBytes = 262_144;
/** Longer arrays have a buffer of their own. */
const sharedBytesMax = 16_384;
/** The engine keeps the shortest in its own heap: those cost no more than a view. */
const heapBytesMax = 64;

let slab = new Uint8Array(0);
let taken = 0;

/** So many zeros. */
export function newBytes(length: number): Uint8Array {
  if (length <= heapBytesMax || length > sharedBytesMax) return new Uint8Array(length);
  if (taken + length > slab.length) {
    slab = new Uint8Array(slabBytes);
    taken = 0;
  }
  taken += length;
  return slab.subarray(taken - length, taken);
}

/** The same as `slice`. */
export function copied(bytes: Uint8Array, start = 0, end = bytes.length): Uint8Array {
  const copy = newBytes(end - start);
  copy.set(end - start === bytes.length ? bytes : bytes.subarray(start, end));
  return copy;
}

/** All of them, one behind the other; the same array where there is one. */
export function joined(parts: readonly Uint8Array[]): Uint8Array {
  const [only] = parts;
  if (parts.length === 1 && only !== undefined) return only;
  let length = 0;
  for (const part of parts) length += part.length;
  const all = newBytes(length);
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
