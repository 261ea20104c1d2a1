import * as fc from "fast-check";
import type { PlainData } from "../../../src/core/kernel/plain.ts";

const anyText = fc.oneof(
  fc.string({ unit: "binary", maxLength: 12 }),
  // Any code units, lone surrogates included; long enough for the codec's slower paths.
  fc
    .array(fc.nat({ max: 0xffff }), { maxLength: 12 })
    .map((units) => String.fromCharCode(...units)),
  fc.string({ unit: "grapheme", minLength: 100, maxLength: 300 }),
  fc.constantFrom(
    "",
    "__proto__",
    "constructor",
    "\ufeffmarked",
    "\ufeff".padEnd(300, "x"),
    "\ud800",
  ),
);

const anyNumber = fc.oneof(
  fc.double(),
  fc.integer(),
  fc.maxSafeInteger(),
  fc.constantFrom(
    0,
    -0,
    Number.NaN,
    Infinity,
    -Infinity,
    2 ** 53,
    -(2 ** 53),
    2 ** 64,
    127,
    128,
    -32,
    -33,
  ),
);

const anyPrimitive = fc.oneof<fc.Arbitrary<PlainData>[]>(
  fc.constantFrom(null, undefined, true, false),
  anyNumber,
  anyText,
  fc.bigInt(),
  fc.bigInt({ min: -(2n ** 600n), max: 2n ** 600n }),
);

const anyTyped = fc.oneof<fc.Arbitrary<PlainData>[]>(
  fc.uint8Array(),
  fc.uint16Array(),
  fc.uint32Array(),
  fc.int32Array(),
  fc.float32Array(),
  fc.float64Array(),
);

const { value } = fc.letrec<{ value: PlainData; key: string }>((tie) => ({
  key: anyText,
  value: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    anyPrimitive,
    anyTyped,
    fc.array(tie("value"), { maxLength: 5 }),
    fc
      .array(fc.tuple(tie("key"), tie("value")), { maxLength: 5 })
      .map((entries) => Object.fromEntries(entries)),
    fc
      .array(fc.tuple(tie("value"), tie("value")), { maxLength: 5 })
      .map((entries) => new Map(entries)),
    fc.array(tie("value"), { maxLength: 5 }).map((items) => new Set(items)),
  ),
}));

/** Plain data of every kind, nested, with the values that codecs get wrong. */
export const anyPlainData: fc.Arbitrary<PlainData> = value;
