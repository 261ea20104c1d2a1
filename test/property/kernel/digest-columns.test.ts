/** Columns are digested by their bits; element by element it must come to the same. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { digestNumber, digestPlain, mix } from "../../../src/core/kernel/digest.ts";

const bits = fc.array(
  fc.oneof(
    fc.integer(),
    // The exponents of NaN and infinity, of either sign, with any lower bits.
    fc.constantFrom(0x7ff00000, 0x7ff80000, 0x7f800000, 0x7fc00000).map((word) => word | 0),
    fc.integer({ min: 0x7f80_0000, max: 0x7fff_ffff }),
    fc.integer({ min: 0x7f80_0000, max: 0x7fff_ffff }).map((word) => word | 0x8000_0000),
    fc.constantFrom(0, -0x8000_0000),
  ),
  { maxLength: 40, size: "max" },
);
const hash = fc.integer();

/** The words as an array of another kind, which begins `skipped` words into its buffer. */
const wordsAt = (words: readonly number[], skipped: number): Int32Array =>
  new Int32Array([...Array.from({ length: skipped }, () => 7), ...words]).subarray(skipped);

const float32Words = (value: number): number => {
  if (Number.isNaN(value)) return 0x7fc00000;
  const view = new DataView(new ArrayBuffer(4));
  view.setFloat32(0, value);
  return view.getInt32(0);
};

describe("the digest of columns", () => {
  it("of float32 is that of its elements, every NaN being one", () => {
    fc.assert(
      fc.property(hash, bits, fc.nat(3), (start, words, skipped) => {
        const { buffer, byteOffset, length } = wordsAt(words, skipped);
        const column = new Float32Array(buffer, byteOffset, length);
        const head = mix(mix(start, 16), length);
        const expected = Array.from(column).reduce((h, value) => mix(h, float32Words(value)), head);
        expect(digestPlain(start, column)).toBe(expected);
      }),
      { numRuns: 1_000 },
    );
  });

  it("of float64 is that of its elements, every NaN being one", () => {
    fc.assert(
      fc.property(hash, bits, fc.nat(1), (start, words, skipped) => {
        const even = words.slice(0, words.length & ~1);
        const { buffer, byteOffset, length } = wordsAt(even, skipped * 2);
        const column = new Float64Array(buffer, byteOffset, length / 2);
        const head = mix(mix(start, 17), column.length);
        const expected = Array.from(column).reduce((h, value) => digestNumber(h, value), head);
        expect(digestPlain(start, column)).toBe(expected);
      }),
      { numRuns: 1_000 },
    );
  });

  it("of integers is that of its elements", () => {
    fc.assert(
      fc.property(hash, bits, (start, words) => {
        for (const [tag, column] of [
          [13, Uint16Array.from(words)],
          [14, Uint32Array.from(words)],
          [15, Int32Array.from(words)],
        ] as const) {
          const head = mix(mix(start, tag), column.length);
          const expected = Array.from(column).reduce((h, value) => mix(h, value), head);
          expect(digestPlain(start, column)).toBe(expected);
        }
      }),
      { numRuns: 300 },
    );
  });
});
