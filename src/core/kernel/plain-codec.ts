/**
 * Plain data as bytes: MessagePack, with extension types for what MessagePack does not know.
 *
 * 1. Exact: what comes out equals what went in, NaN, -0, undefined, lone surrogates and the order of
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
import { ApiMisuseError } from "./assert.ts";
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
    throw refusal(error instanceof Error ? error.message : String(error));
  }
  return fromWire(tree, 1);
}

const refusal = (why: string): ApiMisuseError =>
  new ApiMisuseError(`these bytes are no plain data: ${why}`);

// ---------------------------------------------------------------- the extensions

// These numbers stand in checkpoints and journals: they are only added to.
const extension = {
  constant: 0,
  mark: 1,
  bigint: 2,
  utf16: 3,
  uint16: 4,
  uint32: 5,
  int32: 6,
  float32: 7,
  float64: 8,
} as const;
const constants = { undefined: 0, nan: 1, negativeZero: 2 } as const;
const marks = { map: 0, set: 1, entries: 2 } as const;

const oneByte = (type: number, byte: number): ExtData => new ExtData(type, Uint8Array.of(byte));

const wireUndefined = oneByte(extension.constant, constants.undefined);
const wireNan = oneByte(extension.constant, constants.nan);
const wireNegativeZero = oneByte(extension.constant, constants.negativeZero);
const wireMap = oneByte(extension.mark, marks.map);
const wireSet = oneByte(extension.mark, marks.set);
const wireEntries = oneByte(extension.mark, marks.entries);

/** Stands in a decoded tree for a mark; never part of plain data. */
class Mark {
  readonly kind: number;
  constructor(kind: number) {
    this.kind = kind;
  }
}
const mapMark = new Mark(marks.map);
const setMark = new Mark(marks.set);
const entriesMark = new Mark(marks.entries);

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

// The library's text decoder replaces lone surrogates and swallows a leading byte-order mark.
const isCarried = (text: string): boolean =>
  text.isWellFormed() && text.charCodeAt(0) !== byteOrderMark;
const byteOrderMark = 0xfeff;

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

// ---------------------------------------------------------------- extensions and their bytes

/** A typed array that is already a copy, so that `fromWire` knows it from borrowed bytes. */
class DecodedTyped {
  readonly array: PlainTypedArray;
  constructor(array: PlainTypedArray) {
    this.array = array;
  }
}

function decodeExtension(type: number, data: Uint8Array): unknown {
  switch (type) {
    case extension.constant:
      return decodeConstant(data);
    case extension.mark:
      return decodeMark(data);
    case extension.bigint:
      return decodeBigint(data);
    case extension.utf16:
      return decodeUtf16(data);
    case extension.uint16:
      return decodeElements(Uint16Array, data, (view, at) => view.getUint16(at, true));
    case extension.uint32:
      return decodeElements(Uint32Array, data, (view, at) => view.getUint32(at, true));
    case extension.int32:
      return decodeElements(Int32Array, data, (view, at) => view.getInt32(at, true));
    case extension.float32:
      return decodeElements(Float32Array, data, (view, at) => view.getFloat32(at, true));
    case extension.float64:
      return decodeElements(Float64Array, data, (view, at) => view.getFloat64(at, true));
    default:
      throw refusal(`extension ${type} is not known`);
  }
}

function decodeConstant(data: Uint8Array): unknown {
  const which = data.length === 1 ? data[0] : null;
  if (which === constants.undefined) return undefined;
  if (which === constants.nan) return Number.NaN;
  if (which === constants.negativeZero) return -0;
  throw refusal("an unknown constant");
}

function decodeMark(data: Uint8Array): Mark {
  const which = data.length === 1 ? data[0] : null;
  if (which === marks.map) return mapMark;
  if (which === marks.set) return setMark;
  if (which === marks.entries) return entriesMark;
  throw refusal("an unknown mark");
}

/** The sign as one byte (0 or 1), then the magnitude, most significant byte first, no zero in front. */
function bigintBytes(value: bigint): Uint8Array {
  const digits = (value < 0n ? -value : value).toString(16);
  const even = digits.length % 2 === 0 ? digits : `0${digits}`;
  const length = value === 0n ? 0 : even.length / 2;
  const bytes = new Uint8Array(1 + length);
  bytes[0] = value < 0n ? 1 : 0;
  for (let at = 0; at < length; at++) {
    bytes[at + 1] = parseInt(even.slice(at * 2, at * 2 + 2), 16);
  }
  return bytes;
}

function decodeBigint(data: Uint8Array): bigint {
  const sign = data[0];
  const isCanonical = data.length === 1 ? sign === 0 : data[1] !== 0;
  if ((sign !== 0 && sign !== 1) || !isCanonical) throw refusal("a bigint of another form");
  let digits = "0x0";
  for (let at = 1; at < data.length; at++) {
    digits += (data[at] as number).toString(16).padStart(2, "0");
  }
  const magnitude = BigInt(digits);
  return sign === 1 ? -magnitude : magnitude;
}

function utf16Bytes(text: string): Uint8Array {
  const view = new DataView(new ArrayBuffer(text.length * 2));
  for (let at = 0; at < text.length; at++) view.setUint16(at * 2, text.charCodeAt(at), true);
  return new Uint8Array(view.buffer);
}

function decodeUtf16(data: Uint8Array): string {
  if (data.length % 2 !== 0) throw refusal("half a code unit");
  let text = "";
  for (let at = 0; at < data.length; at += 2) {
    text += String.fromCharCode((data[at] as number) | ((data[at + 1] as number) << 8));
  }
  if (isCarried(text)) throw refusal("a string of another form");
  return text;
}

function elementBytes(array: PlainTypedArray): Uint8Array {
  const view = new DataView(new ArrayBuffer(array.byteLength));
  const length = array.length;
  for (let index = 0; index < length; index++) {
    const item = array[index] as number;
    if (array instanceof Float64Array) setFloat64(view, index * 8, item);
    else if (array instanceof Float32Array) setFloat32(view, index * 4, item);
    else if (array instanceof Uint16Array) view.setUint16(index * 2, item, true);
    else view.setUint32(index * 4, item, true);
  }
  return new Uint8Array(view.buffer);
}

// What bits a NaN is written with is up to the engine, so it is written as the integers it is.
function setFloat64(view: DataView, at: number, value: number): void {
  view.setFloat64(at, value, true);
  if (value === value) return;
  view.setUint32(at, 0, true);
  view.setUint32(at + 4, 0x7ff80000, true);
}

function setFloat32(view: DataView, at: number, value: number): void {
  view.setFloat32(at, value, true);
  if (value !== value) view.setUint32(at, 0x7fc00000, true);
}

function decodeElements<T extends PlainTypedArray>(
  make: { new (length: number): T; readonly BYTES_PER_ELEMENT: number },
  data: Uint8Array,
  read: (view: DataView, at: number) => number,
): DecodedTyped {
  const width = make.BYTES_PER_ELEMENT;
  if (data.length % width !== 0) throw refusal("half an element");
  const array = new make(data.length / width);
  const view = new DataView(data.buffer, data.byteOffset, data.length);
  for (let index = 0; index < array.length; index++) array[index] = read(view, index * width);
  return new DecodedTyped(array);
}
