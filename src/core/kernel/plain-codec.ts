/**
 * Plain data as bytes: MessagePack, with extension types for what MessagePack does not know.
 *
 * 1. Exact: what comes out equals what went in, NaN, -0, undefined, lone surrogates and the order
 *    of
 *    Map and Set included. Two things are not carried: the order of an object's keys, which is no
 *    state, and that one object stood in two places.
 * 2. Canonical: equal values have equal bytes in every process. Keys are sorted by code units, all
 *    NaN are one, numbers in arrays are little-endian.
 * 3. Owned: nothing that comes out shares memory with anything that went in.
 * 4. Bytes that are no plain data are refused with `ApiMisuseError`, and nothing else is thrown.
 *
 * The library encodes a tree of values. What it would change on the way (it writes -0 as 0 and
 * undefined as null) stands in that tree as an extension; a value without any is passed as it is,
 * not copied. A Map is an array whose first element is an extension, the map mark, then key, value,
 * key, value; a Set is the set mark and its items. An object whose keys the library cannot carry
 * (`__proto__`, or not well-formed) is the entries mark and then key, value, sorted.
 */
import { Decoder, Encoder, ExtData, type ExtensionCodecType } from "@msgpack/msgpack";
import { ApiMisuseError, messageOf } from "./assert.ts";
import {
  bigintBytes,
  decodeExtension,
  DecodedTyped,
  elementBytes,
  extension,
  isCarried,
  mapMark,
  Mark,
  refusal,
  setMark,
  utf16Bytes,
  wireEntries,
  wireMap,
  wireNan,
  wireNegativeZero,
  wireSet,
  wireUndefined,
} from "./plain-extensions.ts";
import {
  containerKind,
  plainDepthMax,
  sortedKeys,
  type PlainData,
  type PlainObject,
  type PlainTypedArray,
} from "./plain-shape.ts";

/**
 * The bytes of a value, for the caller to keep.
 *
 * @throws ApiMisuseError for what is not plain data, or is nested deeper than `plainDepthMax`;
 *   `assertPlain` says where
 */
export function encodePlain(value: PlainData): Uint8Array {
  const bytes = encoder.encode(toWire(value, 1));
  // The encoder keeps its buffer, and one large checkpoint would keep it large for ever.
  if (bytes.length > retainedBytesMax) encoder = newEncoder();
  return bytes;
}

/**
 * The value of bytes that `encodePlain` made.
 *
 * @param bytes exactly one value; not kept and not changed
 * @throws ApiMisuseError for anything else
 */
export function decodePlain(bytes: Uint8Array): PlainData {
  const decoder = bytes.length <= sharedDecoderBytesMax ? sharedDecoder : newDecoder(bytes.length);
  let tree: unknown;
  try {
    tree = decoder.decode(bytes);
  } catch (error) {
    if (error instanceof ApiMisuseError) throw error;
    throw refusal(messageOf(error));
  }
  return fromWire(tree, 1);
}

const codec: ExtensionCodecType<undefined> = {
  tryToEncode: (object) => (object instanceof ExtData ? object : null),
  decode: (data, type) => decodeExtension(type, data),
};

/** One value's containers count at most one level each, and the library counts the root as 1. */
const encoderDepthMax = plainDepthMax + 2;
const retainedBytesMax = 1_048_576;
/** Small messages share a decoder; its bound on lengths is this one, so that a lie costs little. */
const sharedDecoderBytesMax = 4_096;

const newEncoder = (): Encoder<undefined> =>
  new Encoder({ extensionCodec: codec, sortKeys: true, maxDepth: encoderDepthMax });

// The library's own cache of keys evicts by Math.random, which the core must not call.
const newDecoder = (lengthMax: number): Decoder<undefined> =>
  new Decoder({
    extensionCodec: codec,
    keyDecoder: null,
    maxArrayLength: lengthMax,
    maxMapLength: lengthMax,
    maxStrLength: lengthMax,
    maxBinLength: lengthMax,
    maxExtLength: lengthMax,
    mapKeyConverter: (key) => {
      if (typeof key === "string") return key;
      throw refusal("a key that is not a string");
    },
  });

let encoder = newEncoder();
const sharedDecoder = newDecoder(sharedDecoderBytesMax);

// ---------------------------------------------------------------- values to the library's tree

function toWire(value: PlainData, depth: number): unknown {
  switch (typeof value) {
    case "number":
      if (value !== value) return wireNan;
      return value === 0 && 1 / value < 0 ? wireNegativeZero : value;
    case "string":
      return isCarried(value) ? value : new ExtData(extension.utf16, utf16Bytes(value));
    case "boolean":
      return value;
    case "undefined":
      return wireUndefined;
    case "bigint":
      return new ExtData(extension.bigint, bigintBytes(value));
    case "object":
      return value === null ? null : containerToWire(value, depth);
    default:
      throw new ApiMisuseError(`a ${typeof value} is not plain data`);
  }
}

function containerToWire(value: object, depth: number): unknown {
  if (depth > plainDepthMax) {
    throw new ApiMisuseError(`plain data is nested deeper than ${plainDepthMax}, or in a circle`);
  }
  const kind = containerKind(value);
  switch (kind) {
    case "object":
      return objectToWire(value as PlainObject, depth + 1);
    case "array":
      return arrayToWire(value as readonly PlainData[], depth + 1);
    case "map":
      return mapToWire(value as ReadonlyMap<PlainData, PlainData>, depth + 1);
    case "set":
      return setToWire(value as ReadonlySet<PlainData>, depth + 1);
    case "uint8":
      return value;
    case null:
      throw new ApiMisuseError("an instance of a class is not plain data");
    default:
      return new ExtData(extension[kind], elementBytes(value as PlainTypedArray));
  }
}

function objectToWire(value: PlainObject, depth: number): unknown {
  let changed: Record<string, unknown> | null = null;
  for (const key of Object.keys(value)) {
    if (key === "__proto__" || !isCarried(key)) return entriesToWire(value, depth);
    const before = value[key];
    const after = toWire(before, depth);
    if (after !== before) (changed ??= { ...value })[key] = after;
  }
  return changed ?? value;
}

function entriesToWire(value: PlainObject, depth: number): unknown {
  const wire: unknown[] = [wireEntries];
  for (const key of sortedKeys(value)) wire.push(toWire(key, depth), toWire(value[key], depth));
  return wire;
}

function arrayToWire(value: readonly PlainData[], depth: number): unknown {
  let changed: unknown[] | null = null;
  for (let index = 0; index < value.length; index++) {
    const before = value[index];
    const after = toWire(before, depth);
    if (after !== before) (changed ??= [...value])[index] = after;
  }
  return changed ?? value;
}

function mapToWire(value: ReadonlyMap<PlainData, PlainData>, depth: number): unknown {
  const wire: unknown[] = [wireMap];
  for (const [key, item] of value) wire.push(toWire(key, depth), toWire(item, depth));
  return wire;
}

function setToWire(value: ReadonlySet<PlainData>, depth: number): unknown {
  const wire: unknown[] = [wireSet];
  for (const item of value) wire.push(toWire(item, depth));
  return wire;
}

// ---------------------------------------------------------------- the library's tree to values

// Arrays and objects are filled in place: the tree is nobody else's.
function fromWire(value: unknown, depth: number): PlainData {
  if (typeof value !== "object" || value === null) return value as PlainData;
  if (value instanceof Mark) throw refusal("a mark that marks nothing");
  if (value instanceof DecodedTyped) return value.array;
  if (depth > plainDepthMax) throw refusal(`nested deeper than ${plainDepthMax}`);
  if (value instanceof Uint8Array) return new Uint8Array(value);
  if (Array.isArray(value)) return arrayFromWire(value as unknown[], depth + 1);
  const object = value as Record<string, PlainData>;
  for (const key of Object.keys(object)) object[key] = fromWire(object[key], depth + 1);
  return object;
}

function arrayFromWire(wire: unknown[], depth: number): PlainData {
  const first = wire[0];
  if (first instanceof Mark) {
    if (first === setMark) return setFromWire(wire, depth);
    if (wire.length % 2 !== 1) throw refusal("a key without a value");
    return first === mapMark ? mapFromWire(wire, depth) : entriesFromWire(wire, depth);
  }
  for (let index = 0; index < wire.length; index++) wire[index] = fromWire(wire[index], depth);
  return wire as PlainData[];
}

function mapFromWire(wire: readonly unknown[], depth: number): PlainData {
  const map = new Map<PlainData, PlainData>();
  for (let index = 1; index < wire.length; index += 2) {
    map.set(fromWire(wire[index], depth), fromWire(wire[index + 1], depth));
  }
  if (map.size * 2 + 1 !== wire.length) throw refusal("a key that occurs twice");
  return map;
}

function setFromWire(wire: readonly unknown[], depth: number): PlainData {
  const set = new Set<PlainData>();
  for (let index = 1; index < wire.length; index++) set.add(fromWire(wire[index], depth));
  if (set.size + 1 !== wire.length) throw refusal("an item that occurs twice");
  return set;
}

function entriesFromWire(wire: readonly unknown[], depth: number): PlainData {
  const object: PlainObject = {};
  for (let index = 1; index < wire.length; index += 2) {
    const key = fromWire(wire[index], depth);
    if (typeof key !== "string") throw refusal("a key that is not a string");
    // An assignment to `__proto__` would change the prototype instead.
    Object.defineProperty(object, key, {
      value: fromWire(wire[index + 1], depth),
      configurable: true,
      enumerable: true,
      writable: true,
    });
  }
  if (Object.keys(object).length * 2 + 1 !== wire.length) throw refusal("a key that occurs twice");
  return object;
}
