import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Counters } from "../../../src/core/kernel/counters.ts";

const labels = fc.uniqueArray(fc.tuple(fc.constantFrom("a", "b", "c", "reason"), fc.string()), {
  maxLength: 3,
  selector: ([name]) => name,
});
const additions = fc.array(fc.tuple(labels, fc.nat({ max: 1_000 })), { maxLength: 40 });

const escaped = (value: string): string =>
  value.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");

const sorted = (labelsOf: Readonly<Record<string, string>>): [string, string][] =>
  Object.entries(labelsOf).toSorted(([left], [right]) => (left < right ? -1 : 1));

const spelling = (pairs: readonly (readonly [string, string])[]): string =>
  pairs.length === 0
    ? "things_total"
    : `things_total{${pairs.map(([name, value]) => `${name}="${escaped(value)}"`).join(",")}}`;

describe("Counters", () => {
  it("hold for every label set the sum of what was added under any of its spellings", () => {
    fc.assert(
      fc.property(additions, (each) => {
        const counters = new Counters({ things_total: { help: "Things.", kind: "counter" } });
        const sums = new Map<string, number>();
        for (const [pairs, by] of each) {
          counters.add(spelling(pairs), by);
          const key = JSON.stringify(sorted(Object.fromEntries(pairs)));
          sums.set(key, (sums.get(key) ?? 0) + by);
          expect(counters.get(spelling(pairs.toReversed()))).toBe(sums.get(key));
        }
        const listed = [...counters.entries()].map(
          (entry) => [JSON.stringify(sorted(entry.labels)), entry.value] as const,
        );
        expect(new Map(listed)).toEqual(each.length === 0 ? new Map([["[]", 0]]) : sums);
      }),
      { numRuns: 1_000 },
    );
  });
});
