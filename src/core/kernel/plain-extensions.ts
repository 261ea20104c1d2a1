/**
 * The MessagePack extensions of plain data: their numbers, and their bytes both ways. How they are
 * used stands in `plain-codec.ts`, which alone imports this.
 */
import { ExtData } from "@msgpack/msgpack";
import { ApiMisuseError } from "./assert.ts";
import type { PlainTypedArray } from "./plain-shape.ts";

// These numbers stand in checkpoints and journals: they are only added to.
export const extension = {
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

export const wireUndefined = oneByte(extension.constant, constants.undefined);
export const wireNan = oneByte(extension.constant, constants.nan);
export const wireNegativeZero = oneByte(extension.constant, constants.negativeZero);
export const wireMap = oneByte(extension.mark, marks.map);
export const wireSet = oneByte(extension.mark, marks.set);
export const wireEntries = oneByte(extension.mark, marks.entries);

/** Stands in a decoded tree for a mark; never part of plain data. */
export class Mark {
  readonly kind: number;
  constructor(kind: number) {
    this.kind = kind;
  }
}
export const mapMark = new Mark(marks.map);
export const setMark = new Mark(marks.set);
const entriesMark = new Mark(marks.entries);

/** A typed array that is already a copy, so that `fromWire` knows it from borrowed bytes. */
export class DecodedTyped {
  readonly array: PlainTypedArray;
  constructor(array: PlainTypedArray) {
    this.array = array;
  }
}

// The library's text decoder replaces lone surrogates and swallows a leading byte-order mark.
export const isCarried = (text: string): boolean =>
  text.isWellFormed() && text.charCodeAt(0) !== byteOrderMark;
const byteOrderMark = 0xfeff;

export const refusal = (why: string): ApiMisuseError =>
  new ApiMisuseError(`these bytes are no plain data: ${why}`);

/** What the library puts into its tree for an extension. Throws `refusal`. */
export function decodeExtension(type: number, data: Uint8Array): unknown {
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

/**
 * The sign as one byte (0 or 1), then the magnitude, most significant byte first, no zero in front.
 */
export function bigintBytes(value: bigint): Uint8Array {
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

export function utf16Bytes(text: string): Uint8Array {
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

/** The elements little-endian, whatever the CPU; every NaN with the same bits. */
export function elementBytes(array: PlainTypedArray): Uint8Array {
  if (isLittleEndian && !hasNan(array)) {
    return new Uint8Array(array.buffer, array.byteOffset, array.byteLength).slice();
  }
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

const isLittleEndian = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

/** Only the floating-point ones can. */
function hasNan(array: PlainTypedArray): boolean {
  if (!(array instanceof Float64Array || array instanceof Float32Array)) return false;
  for (let index = 0; index < array.length; index++) {
    const item = array[index] as number;
    if (item !== item) return true;
  }
  return false;
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
