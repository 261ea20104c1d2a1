/**
 * Reading plain data that came from outside the core. Every function returns null for what is not
 * what it reads; none throws.
 */
import { playerId } from "../../kernel/ids.ts";
import type { PlayerId } from "../../kernel/ids.ts";
import type { PlainData } from "../../kernel/plain.ts";
import { playerRoles } from "../../kernel/roles.ts";
import type { PlayerRole } from "../../kernel/roles.ts";

export type Fields = Readonly<Record<string, PlainData>>;

/** The fields of a record; none for anything else. */
export function fieldsOf(value: PlainData): Fields {
  const isRecord =
    typeof value === "object" &&
    value !== null &&
    !Array.isArray(value) &&
    !ArrayBuffer.isView(value);
  return isRecord && !(value instanceof Map) && !(value instanceof Set) ? (value as Fields) : {};
}

export const textOf = (value: PlainData): string | null =>
  typeof value === "string" ? value : null;

export const booleanOf = (value: PlainData): boolean | null =>
  typeof value === "boolean" ? value : null;

/** A safe integer that is not below `min`. */
export const integerOf = (value: PlainData, min: number): number | null =>
  typeof value === "number" && Number.isSafeInteger(value) && value >= min ? value : null;

export function playerOf(value: PlainData): PlayerId | null {
  const number = integerOf(value, 1);
  return number === null ? null : playerId(number);
}

export const roleOf = (value: PlainData): PlayerRole | null =>
  playerRoles.find((role) => role === value) ?? null;

/** Null as soon as one item is not what `read` reads. */
export function listOf<T>(
  value: PlainData,
  read: (item: PlainData) => T | null,
): readonly T[] | null {
  if (!Array.isArray(value)) return null;
  const list: T[] = [];
  for (const item of value as readonly PlainData[]) {
    const one = read(item);
    if (one === null) return null;
    list.push(one);
  }
  return list;
}

export const pairOf = (value: PlainData): readonly [PlainData, PlainData] | null =>
  Array.isArray(value) && value.length === 2 ? (value as unknown as [PlainData, PlainData]) : null;
