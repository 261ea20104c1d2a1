/**
 * Digests of 32 bits: equal things have equal digests in every process, on every CPU, and a change
 * of one bit changes the digest. Not cryptographic: whoever can choose the input can make two of
 * one digest. They find divergence, not malice.
 *
 * A digest is a running hash, folded one 32-bit word at a time by the body of MurmurHash3 (Austin
 * Appleby, public domain) and closed once by its finalizer.
 *
 * 1. Folding a word is a bijection of the hash for each word, and of the word for each hash. So two
 *    inputs that differ in one word never have the same digest, and neither do two hashes that are
 *    folded with the same words.
 * 2. Every value is folded with its kind and its length first, so that no two values have the same
 *    words: `["ab"]` and `["a", "b"]` differ.
 * 3. Canonical: objects by keys in the order of their code units, Map and Set in insertion order
 *    (their order is state), numbers by their float64 bits, every NaN as one, -0 apart from 0,
 *    typed
 *    arrays by kind and elements, whatever the CPU's byte order.
 * 4. The table of known answers in the tests never changes: digests stand in journals.
 */
import { ApiMisuseError } from "./assert.ts";
import {
  containerKind,
  plainDepthMax,
  sortedKeys,
  type PlainData,
  type PlainObject,
  type PlainTypedArray,
} from "./plain-shape.ts";

/** The hash of nothing yet. */
export const digestStart: number = 0x52707273;

/** Folds one 32-bit integer into the hash. Only the lower 32 bits of `word` count. */
export function mix(hash: number, word: number): number {
  let scrambled = Math.imul(word, 0xcc9e2d51);
  scrambled = (scrambled << 15) | (scrambled >>> 17);
  const folded = hash ^ Math.imul(scrambled, 0x1b873593);
  return (Math.imul((folded << 13) | (folded >>> 19), 5) + 0xe6546b64) | 0;
}

/** Closes a hash: every bit of it reaches every bit of the result, a uint32. */
export function finish(hash: number): number {
  let result = hash ^ (hash >>> 16);
  result = Math.imul(result, 0x85ebca6b);
  result ^= result >>> 13;
  result = Math.imul(result, 0xc2b2ae35);
  return (result ^ (result >>> 16)) >>> 0;
}

/** Folds a number by its float64 bits; all NaN are one, -0 is not 0. */
export function digestNumber(hash: number, value: number): number {
  if (value !== value) return mix(mix(hash, 0), float64NanHighWord);
  scratch.setFloat64(0, value, true);
  return mix(mix(hash, scratch.getInt32(0, true)), scratch.getInt32(4, true));
}

/** Folds a string by its length and its UTF-16 code units. */
export function digestString(hash: number, text: string): number {
  const length = text.length;
  let result = mix(hash, length);
  const pairsEnd = length - 1;
  let at = 0;
  for (; at < pairsEnd; at += 2) {
    result = mix(result, text.charCodeAt(at) | (text.charCodeAt(at + 1) << 16));
  }
  return at < length ? mix(result, text.charCodeAt(at)) : result;
}

/**
 * Folds bytes by their number and content.
 *
 * @param start first byte, 0 by default
 * @param end the byte after the last, `bytes.length` by default; 0 <= start <= end <= length
 */
export function digestBytes(
  hash: number,
  bytes: Uint8Array,
  start: number = 0,
  end: number = bytes.length,
): number {
  // Assembling words from bytes is twice as fast here as a DataView made for the purpose.
  let result = mix(hash, end - start);
  const wordsEnd = end - 3;
  let at = start;
  for (; at < wordsEnd; at += 4) {
    const low = (bytes[at] as number) | ((bytes[at + 1] as number) << 8);
    const high = ((bytes[at + 2] as number) << 16) | ((bytes[at + 3] as number) << 24);
    result = mix(result, low | high);
  }
  if (at >= end) return result;
  let rest = bytes[at] as number;
  if (at + 1 < end) rest |= (bytes[at + 1] as number) << 8;
  if (at + 2 < end) rest |= (bytes[at + 2] as number) << 16;
  return mix(result, rest);
}

/** What `digestBytes` gives for `[start, end)` of the bytes under the view, in half the time. */
export function digestRange(hash: number, view: DataView, start: number, end: number): number {
  let result = mix(hash, end - start);
  const wordsEnd = end - 3;
  let at = start;
  for (; at < wordsEnd; at += 4) result = mix(result, view.getInt32(at, true));
  if (at >= end) return result;
  let rest = view.getUint8(at);
  if (at + 1 < end) rest |= view.getUint8(at + 1) << 8;
  if (at + 2 < end) rest |= view.getUint8(at + 2) << 16;
  return mix(result, rest);
}

/**
 * Folds plain data in its canonical form. Cost grows with its size.
 *
 * @throws ApiMisuseError for what is not plain data, or is nested deeper than `plainDepthMax`
 */
export function digestPlain(hash: number, value: PlainData): number {
  return digestAt(hash, value, 1);
}

// These numbers are part of every digest, see invariant 4.
const tags = {
  null: 1,
  undefined: 2,
  false: 3,
  true: 4,
  number: 5,
  bigint: 6,
  string: 7,
  array: 8,
  object: 9,
  map: 10,
  set: 11,
  uint8: 12,
  uint16: 13,
  uint32: 14,
  int32: 15,
  float32: 16,
  float64: 17,
} as const;

const float64NanHighWord = 0x7ff80000;
const float32NanWord = 0x7fc00000;
const scratch = new DataView(new ArrayBuffer(8));

function digestAt(hash: number, value: PlainData, depth: number): number {
  switch (typeof value) {
    case "number":
      return digestNumber(mix(hash, tags.number), value);
    case "string":
      return digestString(mix(hash, tags.string), value);
    case "boolean":
      return mix(hash, value ? tags.true : tags.false);
    case "undefined":
      return mix(hash, tags.undefined);
    case "bigint":
      return digestString(mix(hash, tags.bigint), value.toString(16));
    case "object":
      return value === null ? mix(hash, tags.null) : digestContainer(hash, value, depth);
    default:
      throw new ApiMisuseError(`a ${typeof value} has no digest: it is not plain data`);
  }
}

function digestContainer(hash: number, value: object, depth: number): number {
  if (depth > plainDepthMax) {
    throw new ApiMisuseError(`plain data is nested deeper than ${plainDepthMax}, or in a circle`);
  }
  const kind = containerKind(value);
  switch (kind) {
    case "object":
      return digestObject(hash, value as PlainObject, depth);
    case "array":
      return digestArray(hash, value as readonly PlainData[], depth);
    case "map":
      return digestMap(hash, value as ReadonlyMap<PlainData, PlainData>, depth);
    case "set":
      return digestSet(hash, value as ReadonlySet<PlainData>, depth);
    case null:
      throw new ApiMisuseError("an instance of a class has no digest: it is not plain data");
    default:
      return digestTypedArray(mix(hash, tags[kind]), value as PlainTypedArray);
  }
}

function digestObject(hash: number, value: PlainObject, depth: number): number {
  const keys = sortedKeys(value);
  let result = mix(mix(hash, tags.object), keys.length);
  for (const key of keys) result = digestAt(digestString(result, key), value[key], depth + 1);
  return result;
}

function digestArray(hash: number, value: readonly PlainData[], depth: number): number {
  let result = mix(mix(hash, tags.array), value.length);
  for (const item of value) result = digestAt(result, item, depth + 1);
  return result;
}

function digestMap(hash: number, value: ReadonlyMap<PlainData, PlainData>, depth: number): number {
  let result = mix(mix(hash, tags.map), value.size);
  for (const [key, item] of value) {
    result = digestAt(digestAt(result, key, depth + 1), item, depth + 1);
  }
  return result;
}

function digestSet(hash: number, value: ReadonlySet<PlainData>, depth: number): number {
  let result = mix(mix(hash, tags.set), value.size);
  for (const item of value) result = digestAt(result, item, depth + 1);
  return result;
}

function digestTypedArray(hash: number, value: PlainTypedArray): number {
  if (value instanceof Uint8Array) return digestBytes(hash, value);
  const result = mix(hash, value.length);
  if (value instanceof Float64Array) return digestFloat64s(result, value);
  if (value instanceof Float32Array) return digestFloat32s(result, value);
  let folded = result;
  for (let index = 0; index < value.length; index++) folded = mix(folded, value[index] as number);
  return folded;
}

// Columns are most of a game's state. Their bits are read as words, where they are: taking each
// number out and putting it into a scratch buffer takes five times as long.

function digestFloat32s(hash: number, value: Float32Array): number {
  const words = new Int32Array(value.buffer, value.byteOffset, value.length);
  let result = hash;
  for (let index = 0; index < words.length; index++) {
    const word = words[index] as number;
    result = mix(result, (word & 0x7fffffff) > 0x7f800000 ? float32NanWord : word);
  }
  return result;
}

function digestFloat64s(hash: number, value: Float64Array): number {
  const words = new Int32Array(value.buffer, value.byteOffset, value.length * 2);
  let result = hash;
  for (let index = 0; index < words.length; index += 2) {
    const low = words[index + lowWordAt] as number;
    const high = words[index + 1 - lowWordAt] as number;
    const magnitude = high & 0x7fffffff;
    const isNan = magnitude > 0x7ff00000 || (magnitude === 0x7ff00000 && low !== 0);
    result = isNan ? mix(mix(result, 0), float64NanHighWord) : mix(mix(result, low), high);
  }
  return result;
}

/** Where a float64 has its lower word on this CPU: 0 or 1. */
const lowWordAt = new Uint8Array(new Uint32Array([1]).buffer)[0] === 1 ? 0 : 1;
