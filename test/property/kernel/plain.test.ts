import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ApiMisuseError } from "../../../src/core/kernel/assert.ts";
import {
  assertPlain,
  clonePlain,
  decodePlain,
  encodePlain,
  type PlainData,
} from "../../../src/core/kernel/plain.ts";
import { anyPlainData } from "./plain-data.ts";

const runs = { numRuns: 1_000 };

/** Everything that can be told apart by looking, the order of Map and Set included. */
function shape(value: PlainData): unknown {
  if (typeof value === "bigint") return ["bigint", String(value)];
  if (typeof value === "number") return ["number", Object.is(value, -0) ? "-0" : String(value)];
  if (typeof value !== "object" || value === null) return [typeof value, value];
  const name = (Object.getPrototypeOf(value) as { constructor: { name: string } }).constructor.name;
  if (value instanceof Map) return [name, [...value].map(([k, v]) => [shape(k), shape(v)])];
  if (Array.isArray(value) || value instanceof Set)
    return [name, [...value].map((v) => shape(v as PlainData))];
  if (ArrayBuffer.isView(value)) return [name, Array.from(value as Float64Array, (v) => shape(v))];
  const keys = Object.keys(value).sort();
  return [name, keys.map((key) => [key, shape((value as Record<string, PlainData>)[key])])];
}

/** The same value with every object's keys in reverse. */
function turned(value: PlainData): PlainData {
  if (typeof value !== "object" || value === null || ArrayBuffer.isView(value)) return value;
  if (Array.isArray(value)) return value.map((item) => turned(item as PlainData));
  if (value instanceof Map) return new Map([...value].map(([k, v]) => [turned(k), turned(v)]));
  if (value instanceof Set) return new Set([...value].map(turned));
  return Object.fromEntries(
    Object.entries(value as Record<string, PlainData>)
      .map(([k, v]) => [k, turned(v)] as const)
      .toReversed(),
  );
}

/** The value of the bytes, or null where they are refused as they should be. */
function readOrRefused(bytes: Uint8Array): PlainData {
  try {
    return decodePlain(bytes);
  } catch (error) {
    if (error instanceof ApiMisuseError) return null;
    throw error;
  }
}

describe("plain data", () => {
  it("comes back from its bytes exactly as it was", () => {
    fc.assert(
      fc.property(anyPlainData, (value) => {
        const back = decodePlain(encodePlain(value));
        expect(shape(back)).toEqual(shape(value));
        assertPlain(back, "what came back");
      }),
      runs,
    );
  });

  it("has the same bytes whenever it is equal", () => {
    fc.assert(
      fc.property(anyPlainData, (value) => {
        const bytes = encodePlain(value);
        expect(encodePlain(decodePlain(bytes))).toEqual(bytes);
        expect(encodePlain(turned(value))).toEqual(bytes);
        expect(encodePlain(clonePlain(value))).toEqual(bytes);
      }),
      runs,
    );
  });

  it("clones into something equal that shares no part", () => {
    fc.assert(
      fc.property(anyPlainData, (value) => {
        const copy = clonePlain(value);
        expect(shape(copy)).toEqual(shape(value));
        expect(sharedParts(value, copy)).toBe(0);
      }),
      runs,
    );
  });

  it("refuses or reads any bytes, and throws nothing else", () => {
    const damaged = fc
      .tuple(
        anyPlainData,
        fc.array(fc.tuple(fc.nat(), fc.nat({ max: 255 })), { maxLength: 3 }),
        fc.nat(),
      )
      .map(([value, changes, cut]) => {
        const bytes = encodePlain(value);
        for (const [at, byte] of changes) bytes[at % bytes.length] = byte;
        return cut % 3 === 0 ? bytes.slice(0, cut % (bytes.length + 1)) : bytes;
      });
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 64 }), damaged), (bytes) => {
        const value = readOrRefused(bytes);
        assertPlain(value, "what was read");
        expect(encodePlain(decodePlain(encodePlain(value)))).toEqual(encodePlain(value));
      }),
      { numRuns: 3_000 },
    );
  });
});

function parts(value: PlainData, into: Set<object>): Set<object> {
  if (typeof value !== "object" || value === null) return into;
  into.add(ArrayBuffer.isView(value) ? value.buffer : value);
  if (ArrayBuffer.isView(value)) return into;
  if (value instanceof Map) for (const [k, v] of value) parts(v, parts(k, into));
  else if (value instanceof Set || Array.isArray(value))
    for (const v of value) parts(v as PlainData, into);
  else for (const v of Object.values(value)) parts(v, into);
  return into;
}

function sharedParts(left: PlainData, right: PlainData): number {
  const others = parts(right, new Set());
  return [...parts(left, new Set())].filter((part) => others.has(part)).length;
}
