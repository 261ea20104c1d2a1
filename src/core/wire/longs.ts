/**
 * 64-bit integers. protobufjs decodes them to `Long` objects and takes numbers or `Long` objects to
 * encode; a bigint it would silently encode as 0. These convert both ways without losing a bit.
 */
import protobuf from "protobufjs/minimal.js";
import { apiRule } from "../kernel/assert.ts";
import type { reprise as pb } from "./gen/session.js";

/** A 64-bit integer as static code declares it: the `Long` of the package that protobufjs uses. */
export type Long = Exclude<pb.v1.HeartbeatRequest["playerId"], number>;

/** The part of it that counts, which is all that protobufjs itself promises. */
export interface LongHalves {
  /** 32 bits each. */
  readonly low: number;
  readonly high: number;
  readonly unsigned: boolean;
}

/**
 * The exact value.
 *
 * @param value from a decoded message: a `Long`, or a number that is an integer
 * @throws ApiMisuseError for a number with a fraction
 */
export function toBigint(value: number | LongHalves): bigint {
  if (typeof value === "number") {
    apiRule(Number.isInteger(value), "toBigint: not an integer");
    return BigInt(value);
  }
  const high = value.unsigned ? value.high >>> 0 : value.high | 0;
  return (BigInt(high) << 32n) | BigInt(value.low >>> 0);
}

/**
 * The value as a number, or null when a number does not hold it exactly (above 2^53-1 or below).
 */
export function toSafeNumber(value: number | LongHalves): number | null {
  if (typeof value === "number") return Number.isSafeInteger(value) ? value : null;
  const high = value.unsigned ? value.high >>> 0 : value.high | 0;
  const number = high * 0x1_0000_0000 + (value.low >>> 0);
  return Number.isSafeInteger(number) ? number : null;
}

/**
 * What `encode` takes for a 64-bit field.
 *
 * @param value -2^63..2^64-1; a negative one for signed fields only
 * @throws ApiMisuseError outside that range
 */
export function fromBigint(value: bigint): Long {
  apiRule(value >= -(1n << 63n) && value < 1n << 64n, "fromBigint: more than 64 bits");
  const low = Number(value & 0xffff_ffffn);
  const high = Number((value >> 32n) & 0xffff_ffffn);
  return new protobuf.util.LongBits(low, high).toLong(value >= 0n) as Long;
}
