import { describe, expect, it } from "vitest";
import { copied, joined, newBytes } from "../../../src/sim/bytes.ts";

describe("bytes of a run", () => {
  it("are zeros that nobody else has, however many are asked for", () => {
    const lengths = [0, 1, 64, 65, 1_000, 16_384, 16_385, 300_000];
    const made: Uint8Array[] = [];
    // More than a slab holds.
    for (let round = 0; round < 20; round += 1) {
      for (const length of lengths) {
        const bytes = newBytes(length);
        expect(bytes.length).toBe(length);
        expect(bytes.every((byte) => byte === 0)).toBe(true);
        made.push(bytes.fill(made.length & 0xff));
      }
    }
    made.forEach((bytes, index) => {
      expect(bytes.every((byte) => byte === (index & 0xff))).toBe(true);
    });
  });

  it("are copied as slice does", () => {
    const bytes = Uint8Array.from({ length: 200 }, (_, index) => index);
    for (const [start, end] of [[0], [7], [7, 7], [3, 190], [0, 200]] as const) {
      const copy = copied(bytes, start, end);
      expect(copy).toEqual(bytes.slice(start, end));
      copy.fill(255);
    }
    expect(bytes[3]).toBe(3);
  });

  it("are joined in order; one alone is itself", () => {
    const parts = [Uint8Array.of(1, 2), new Uint8Array(0), new Uint8Array(100).fill(3)];
    expect(joined(parts)).toEqual(Uint8Array.of(1, 2, ...new Uint8Array(100).fill(3)));
    expect(joined([])).toHaveLength(0);
    const [only] = parts;
    if (only !== undefined) expect(joined([only])).toBe(only);
  });
});
