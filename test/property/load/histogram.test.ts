import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Histogram } from "../../../src/load/histogram.ts";

const times = fc.array(
  fc.oneof(
    fc.nat({ max: 600 }),
    fc.nat({ max: 100_000 }),
    fc.integer({ min: 0, max: 2 ** 40 - 1 }),
    fc.constantFrom(127, 128, 255, 256, 257, 511, 512, 2 ** 31 - 1, 2 ** 31, 2 ** 32, 2 ** 40 - 1),
  ),
  { minLength: 1, maxLength: 200 },
);

const of = (micros: readonly number[]): Histogram => {
  const histogram = new Histogram();
  for (const value of micros) histogram.record(value);
  return histogram;
};

describe("the histogram", () => {
  it("[PRJ-05] gives each percentile at most 1/128 too large and never too small", () => {
    const share = fc.double({ min: 0.001, max: 1, noNaN: true });
    fc.assert(
      fc.property(times, share, (micros, part) => {
        const sorted = micros.toSorted((left, right) => left - right);
        const exact = sorted[Math.ceil(sorted.length * part) - 1] ?? 0;
        const reported = of(micros).percentileMicros(part);
        expect(reported).toBeGreaterThanOrEqual(exact);
        expect(reported).toBeLessThanOrEqual(exact + Math.floor(exact / 128));
      }),
      { numRuns: 1_000 },
    );
  });

  it("knows the longest time exactly, and never reports a longer one", () => {
    fc.assert(
      fc.property(times, (micros) => {
        const histogram = of(micros);
        expect(histogram.maxMicros).toBe(Math.max(...micros));
        expect(histogram.percentileMicros(1)).toBe(Math.max(...micros));
        expect(histogram.count).toBe(micros.length);
      }),
      { numRuns: 1_000 },
    );
  });

  it("is 0 when it is empty, and rounds fractions up", () => {
    expect(new Histogram().percentileMicros(0.99)).toBe(0);
    expect(of([0.2]).percentileMicros(0.5)).toBe(1);
    expect(() => new Histogram().percentileMicros(0)).toThrow("percentile");
    expect(() => of([-1])).toThrow("not negative");
  });
});
