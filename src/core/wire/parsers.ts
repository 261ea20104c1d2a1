/**
 * What the parsers of contracts are made of: each turns one field of a decoded message into a value
 * that a handler can use, or says why it is none. None of them throws.
 */
import protobuf from "protobufjs/minimal.js";
import { secretRef } from "../kernel/ids.ts";
import type { SecretRef } from "../kernel/ids.ts";
import { invalid } from "./contract.ts";
import type { Invalid } from "./contract.ts";
import { toSafeNumber } from "./longs.ts";
import type { LongHalves } from "./longs.ts";

/**
 * Parses a 64-bit id. Ids are numbers to features: the servers give none above 2^53-1, so a
 * greater one is nobody's.
 *
 * @returns an integer 0..2^53-1; 0 is what an absent field reads as
 */
export function identity(value: number | LongHalves): number | Invalid {
  const number = toSafeNumber(value);
  return number === null || number < 0 ? invalid("an id is above 2^53-1") : number;
}

/**
 * Parses several ids.
 *
 * @param countMax more of them are invalid
 */
export function identities(
  values: readonly (number | LongHalves)[],
  countMax: number,
): readonly number[] | Invalid {
  if (values.length > countMax) return invalid(`more than ${countMax} ids`);
  const numbers: number[] = [];
  for (const value of values) {
    const number = identity(value);
    if (typeof number !== "number") return number;
    numbers.push(number);
  }
  return numbers;
}

/**
 * Parses a text. Whether it may be empty is for the feature to say.
 *
 * @param what the field's name to a reader, such as "the username"
 * @param bytesMax of its UTF-8, which all languages count alike
 */
export function text(value: string, what: string, bytesMax: number): string | Invalid {
  // No character is shorter than a byte: the first comparison spares counting long ones.
  const fits = value.length <= bytesMax && protobuf.util.utf8.length(value) <= bytesMax;
  return fits ? value : invalid(`${what} is longer than ${bytesMax} bytes`);
}

/** A secret as the request of a call names it: the bytes themselves are outside the core. */
export type SecretSlot = { readonly secret: SecretRef };

/**
 * Parses a string field that the contract declares secret, in place of whose content the edge put
 * the digits of a reference.
 *
 * @returns null when the sender left the field out
 */
export function secretSlot(digits: string): SecretSlot | null | Invalid {
  if (digits === "") return null;
  const ref = /^(0|[1-9][0-9]{0,15})$/.test(digits) ? Number(digits) : Infinity;
  return Number.isSafeInteger(ref) ? { secret: secretRef(ref) } : invalid("a secret is not sealed");
}
