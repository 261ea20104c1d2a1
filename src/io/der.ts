/**
 * The few kinds of ASN.1 values that a certificate is made of, in DER (ITU-T X.690): one encoding
 * for each value, definite lengths, big-endian.
 */

const concat = (parts: readonly Uint8Array[]): Uint8Array => Buffer.concat(parts);

function value(tag: number, ...contents: readonly Uint8Array[]): Uint8Array {
  const content = concat(contents);
  const { length } = content;
  if (length < 128) return concat([Uint8Array.of(tag, length), content]);
  const bytes: number[] = [];
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) bytes.unshift(rest % 256);
  return concat([Uint8Array.of(tag, 0x80 | bytes.length, ...bytes), content]);
}

export const sequence = (...items: readonly Uint8Array[]): Uint8Array => value(0x30, ...items);
export const set = (...items: readonly Uint8Array[]): Uint8Array => value(0x31, ...items);
export const boolean = (is: boolean): Uint8Array => value(0x01, Uint8Array.of(is ? 0xff : 0x00));
export const octetString = (bytes: Uint8Array): Uint8Array => value(0x04, bytes);
export const utf8String = (text: string): Uint8Array => value(0x0c, Buffer.from(text, "utf8"));

/** @param bytes an unsigned number, most significant byte first, at least one byte */
export function integer(bytes: Uint8Array): Uint8Array {
  let start = 0;
  while (start < bytes.length - 1 && bytes[start] === 0) start += 1;
  const digits = bytes.subarray(start);
  // The first bit is the sign.
  const negative = ((digits[0] ?? 0) & 0x80) !== 0;
  return value(0x02, ...(negative ? [Uint8Array.of(0), digits] : [digits]));
}

/** @param unusedBits of the last byte, 0..7 */
export const bitString = (bytes: Uint8Array, unusedBits = 0): Uint8Array =>
  value(0x03, Uint8Array.of(unusedBits), bytes);

/** @param dotted for example "1.2.840.10045.4.3.2" */
export function objectIdentifier(dotted: string): Uint8Array {
  const [first = 0, second = 0, ...rest] = dotted.split(".").map(Number);
  return value(0x06, Uint8Array.from([first * 40 + second, ...rest].flatMap(base128)));
}

/** Seven bits a byte, the first bit set on all but the last. */
function base128(component: number): readonly number[] {
  const bytes = [component % 128];
  for (let rest = Math.floor(component / 128); rest > 0; rest = Math.floor(rest / 128)) {
    bytes.unshift(0x80 | (rest % 128));
  }
  return bytes;
}

/** UTCTime until 2049, GeneralizedTime from 2050 on, as RFC 5280 §4.1.2.5 has it. */
export function time(date: Date): Uint8Array {
  const digits = date.toISOString().replaceAll(/[-:T]/g, "").slice(0, 14);
  return date.getUTCFullYear() < 2050
    ? value(0x17, Buffer.from(`${digits.slice(2)}Z`, "latin1"))
    : value(0x18, Buffer.from(`${digits}Z`, "latin1"));
}

/** A value with a tag of its own around it: `[number] EXPLICIT`. */
export const explicit = (number: number, item: Uint8Array): Uint8Array =>
  value(0xa0 | number, item);

/** Bytes under a tag of their own: `[number] IMPLICIT` of a primitive type. */
export const implicit = (number: number, bytes: Uint8Array): Uint8Array =>
  value(0x80 | number, bytes);
