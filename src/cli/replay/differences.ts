/** Where two values of plain data differ, by the path of each part, for a reader. */
import type { PlainData } from "../../core/kernel/plain.ts";

/** A part of two values that is not the same. */
export interface Difference {
  /** Such as `feature:world.players{7}.x`. */
  readonly field: string;
  /** Each on one line; "nothing" where a side has no such part. */
  readonly before: string;
  readonly after: string;
}

const nothing = "nothing";
const shownCharactersMax = 200;

/**
 * The first parts that differ, in the order in which they stand.
 *
 * @param max how many are looked for at most
 */
export function differences(
  path: string,
  before: PlainData,
  after: PlainData,
  max: number,
): readonly Difference[] {
  const found: Difference[] = [];
  compare(path, before, after, (difference) => {
    found.push(difference);
    return found.length < max;
  });
  return found;
}

/** Returns false when nobody wants to know more. */
type Tell = (difference: Difference) => boolean;

function compare(path: string, before: PlainData, after: PlainData, tell: Tell): boolean {
  const [left, right] = [partsOf(before), partsOf(after)];
  if (left === null || right === null || left.kind !== right.kind) {
    if (left === null && right === null && areEqual(before, after)) return true;
    return tell({ field: path, before: shown(before), after: shown(after) });
  }
  for (const [key, [text, item]] of left.parts) {
    const other = right.parts.get(key);
    const goesOn =
      other === undefined
        ? tell({ field: path + text, before: shown(item), after: nothing })
        : compare(path + text, item, other[1], tell);
    if (!goesOn) return false;
  }
  for (const [key, [text, item]] of right.parts) {
    if (left.parts.has(key)) continue;
    if (!tell({ field: path + text, before: nothing, after: shown(item) })) return false;
  }
  return true;
}

function areEqual(before: PlainData, after: PlainData): boolean {
  if (!ArrayBuffer.isView(before) || !ArrayBuffer.isView(after)) return Object.is(before, after);
  const [left, right] = [before, after] as unknown as readonly ArrayLike<number>[];
  if (left === undefined || right === undefined || left.length !== right.length) return false;
  for (let index = 0; index < left.length; index += 1) {
    if (!Object.is(left[index], right[index])) return false;
  }
  return true;
}

interface Parts {
  readonly kind: string;
  /** By a key that tells them apart: the step of the path, and the part. */
  readonly parts: ReadonlyMap<string, readonly [string, PlainData]>;
}

/** Null for what has no parts, or is better shown whole. */
function partsOf(value: PlainData): Parts | null {
  if (typeof value !== "object" || value === null || ArrayBuffer.isView(value)) return null;
  const parts = new Map<string, readonly [string, PlainData]>();
  if (value instanceof Map) {
    for (const [key, item] of value as ReadonlyMap<PlainData, PlainData>) {
      parts.set(shown(key), [`{${shown(key)}}`, item]);
    }
    return { kind: "map", parts };
  }
  if (value instanceof Set) {
    for (const item of value as ReadonlySet<PlainData>) {
      parts.set(shown(item), [`{${shown(item)}}`, item]);
    }
    return { kind: "set", parts };
  }
  if (Array.isArray(value)) {
    for (const [index, item] of (value as readonly PlainData[]).entries()) {
      parts.set(String(index), [`[${index}]`, item]);
    }
    return { kind: "array", parts };
  }
  for (const [name, item] of Object.entries(value)) parts.set(name, [`.${name}`, item]);
  return { kind: "object", parts };
}

/** A value on one line, cut where it is long. */
export function shown(value: unknown): string {
  const text = written(value);
  return text.length <= shownCharactersMax ? text : `${text.slice(0, shownCharactersMax)}...`;
}

function written(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value === "bigint") return `${String(value)}n`;
  if (Object.is(value, -0)) return "-0";
  if (typeof value !== "object" || value === null) return String(value);
  if (value instanceof Uint8Array) return bytesText(value);
  if (ArrayBuffer.isView(value)) return `[${(value as unknown as number[]).join(", ")}]`;
  if (value instanceof Map) {
    const items = Array.from(value, ([key, item]) => `${written(key)} => ${written(item)}`);
    return `{ ${items.join(", ")} }`;
  }
  if (value instanceof Set) return `{ ${Array.from(value, written).join(", ")} }`;
  if (Array.isArray(value)) return `[${value.map(written).join(", ")}]`;
  const fields = Object.entries(value).map(([name, item]) => `${name}: ${written(item)}`);
  return fields.length === 0 ? "{}" : `{ ${fields.join(", ")} }`;
}

function bytesText(bytes: Uint8Array): string {
  const head = Buffer.from(bytes.subarray(0, 16)).toString("hex");
  const text = bytes.length > 16 ? ` ${head}...` : ` ${head}`;
  return `<${bytes.length} bytes${bytes.length === 0 ? "" : text}>`;
}
