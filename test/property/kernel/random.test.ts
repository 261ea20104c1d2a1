import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { RandomStream, type Seed } from "../../../src/core/kernel/random.ts";

const word = fc.nat({ max: 0xffff_ffff });
const anySeed = fc.tuple(word, word, word, word);
const anyState = anySeed.filter((words) => words.some((each) => each !== 0));
const runs = { numRuns: 1_000 };

/** The algorithm as published, in integers without a width. */
function* reference(state: Seed): Generator<number> {
  const mask = 0xffff_ffffn;
  const rotate = (x: bigint, k: bigint): bigint => ((x << k) | (x >> (32n - k))) & mask;
  let [s0, s1, s2, s3] = state.map(BigInt) as [bigint, bigint, bigint, bigint];
  for (;;) {
    yield Number((rotate((s0 + s3) & mask, 7n) + s0) & mask);
    const t = (s1 << 9n) & mask;
    s2 ^= s0;
    s3 ^= s1;
    s1 ^= s2;
    s0 ^= s3;
    s2 ^= t;
    s3 = rotate(s3, 11n);
  }
}

describe("RandomStream", () => {
  it("is xoshiro128++ from every state", () => {
    fc.assert(
      fc.property(anyState, (state) => {
        const stream = RandomStream.from(state);
        const expected = reference(state);
        for (let count = 0; count < 50; count++) {
          expect(stream.uint32()).toBe(expected.next().value);
        }
      }),
      runs,
    );
  });

  it("goes on from its state as if it had never stopped", () => {
    fc.assert(
      fc.property(anySeed, fc.string(), fc.nat({ max: 20 }), (seed, name, drawn) => {
        const stream = RandomStream.named(seed, name);
        for (let count = 0; count < drawn; count++) stream.unit();
        const resumed = RandomStream.from(stream.state());
        for (let count = 0; count < 5; count++) expect(resumed.below(77)).toBe(stream.below(77));
      }),
      runs,
    );
  });

  it("gives below(n) as the upper half of the exact product, unfair products left out", () => {
    const n = fc.oneof(fc.integer({ min: 1, max: 2 ** 32 }), fc.integer({ min: 1, max: 300 }));
    fc.assert(
      fc.property(anyState, n, (state, bound) => {
        const unfair = 2n ** 32n % BigInt(bound);
        const words = reference(state);
        let product: bigint;
        do product = BigInt(words.next().value as number) * BigInt(bound);
        while ((product & 0xffff_ffffn) < unfair);
        expect(RandomStream.from(state).below(bound)).toBe(Number(product >> 32n));
      }),
      runs,
    );
  });

  it("stays within its bounds", () => {
    const range = fc
      .tuple(fc.maxSafeInteger(), fc.nat({ max: 2 ** 32 - 1 }))
      .filter(([min, span]) => Number.isSafeInteger(min + span));
    fc.assert(
      fc.property(anySeed, range, (seed, [min, span]) => {
        const stream = RandomStream.named(seed, "range");
        const drawn = stream.between(min, min + span);
        expect(Number.isSafeInteger(drawn) && drawn >= min && drawn <= min + span).toBe(true);
        const unit = stream.unit();
        expect(unit >= 0 && unit < 1 && Number.isInteger(unit * 2 ** 53)).toBe(true);
      }),
      runs,
    );
  });
});
