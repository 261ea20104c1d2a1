/**
 * Plain data as JSON has it. What JSON does not have is written as an object with one name that
 * nothing else has: `{ "$bytes": "0aff" }`, `{ "$integer": "7" }`, `{ "$number": "NaN" }`. The
 * messages of a user's scripts may hold all three.
 */

type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };

/** @param value plain data: no cycles, no functions; what is undefined is left out */
export function toJson(value: unknown): Json {
  if (typeof value === "bigint") return { $integer: String(value) };
  if (typeof value === "number") {
    const isWritten = Number.isFinite(value) && !Object.is(value, -0);
    return isWritten ? value : { $number: Object.is(value, -0) ? "-0" : String(value) };
  }
  if (value instanceof Uint8Array) {
    return { $bytes: Array.from(value, (byte) => byte.toString(16).padStart(2, "0")).join("") };
  }
  if (Array.isArray(value)) return value.map(toJson);
  if (typeof value === "object" && value !== null) {
    const fields = Object.entries(value).filter(([, field]) => field !== undefined);
    return Object.fromEntries(fields.map(([name, field]) => [name, toJson(field)]));
  }
  return value as Json;
}

/** The inverse. Never throws: what only looks like one of ours stays what it is. */
export function fromJson(json: unknown): unknown {
  if (Array.isArray(json)) return json.map(fromJson);
  if (typeof json !== "object" || json === null) return json;
  const fields = Object.entries(json);
  const [first] = fields;
  if (fields.length === 1 && first !== undefined) {
    const special = fromSpecial(first[0], first[1]);
    if (special !== null) return special;
  }
  return Object.fromEntries(fields.map(([name, field]) => [name, fromJson(field)]));
}

function fromSpecial(name: string, text: unknown): Uint8Array | bigint | number | null {
  if (typeof text !== "string") return null;
  if (name === "$integer" && /^-?\d+$/.test(text)) return BigInt(text);
  if (name === "$number" && /^(NaN|-?Infinity|-0)$/.test(text)) return Number(text);
  if (name !== "$bytes" || !/^([0-9a-f]{2})*$/.test(text)) return null;
  return Uint8Array.from({ length: text.length / 2 }, (_, index) =>
    Number.parseInt(text.slice(2 * index, 2 * index + 2), 16),
  );
}

/** Whether it is an object with names, and no list. */
export const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
