/** The store against what a Map would hold: entities with names that are never used again. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { encodePlain } from "../../../src/core/kernel/plain.ts";
import { StoreAndModel, storeStep } from "../../support/store-model.ts";

describe("the entity store", () => {
  it("[LOOP-08] holds what a naive Map holds, and no name comes twice", () => {
    fc.assert(
      fc.property(fc.array(storeStep, { maxLength: 80, size: "max" }), (steps) => {
        const both = new StoreAndModel();
        for (const each of steps) both.take(each);
        both.compare();
      }),
      { numRuns: 1_000 },
    );
  });

  it("[LOOP-08] the same steps give the same bytes", () => {
    fc.assert(
      fc.property(fc.array(storeStep, { maxLength: 60, size: "max" }), (steps) => {
        const [one, other] = [new StoreAndModel(), new StoreAndModel()];
        for (const each of steps) one.take(each);
        for (const each of steps) other.take(each);
        expect(encodePlain(one.store as never)).toEqual(encodePlain(other.store as never));
      }),
      { numRuns: 200 },
    );
  });
});
