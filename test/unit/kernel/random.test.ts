import { describe, expect, it } from "vitest";
import { ApiMisuseError } from "../../../src/core/kernel/assert.ts";
import { RandomStream, type Seed } from "../../../src/core/kernel/random.ts";

const seed: Seed = [0x9e3779b9, 0x243f6a88, 0xb7e15162, 0xdeadbeef];

const take = (count: number, stream: RandomStream): number[] =>
  Array.from({ length: count }, () => stream.uint32());

describe("RandomStream", () => {
  it("gives the published sequence of xoshiro128++ from the state 1, 2, 3, 4", () => {
    expect(take(10, RandomStream.from([1, 2, 3, 4]))).toEqual([
      641, 1573767, 3222811527, 3517856514, 836907274, 4247214768, 3867114732, 1355841295,
      495546011, 621204420,
    ]);
  });

  it("never changes what a name gives, because journals were written with it", () => {
    expect(take(4, RandomStream.named(seed, "combat"))).toEqual([
      4246116077, 455250467, 1080834974, 2240462274,
    ]);
    expect(take(4, RandomStream.named([0, 0, 0, 0], ""))).toEqual([
      3935387583, 1091246595, 3776825142, 1373720990,
    ]);
  });

  it("gives a stream of its own to every name", () => {
    const firsts = new Set<string>();
    for (let index = 0; index < 20_000; index++) {
      firsts.add(take(2, RandomStream.named(seed, `name-${index}`)).join());
    }
    expect(firsts.size).toBe(20_000);
  });

  it("changes about half of the state for one bit of the seed", () => {
    let changed = 0;
    const before = RandomStream.named(seed, "x").state();
    for (let bit = 0; bit < 128; bit++) {
      const words = seed.map((word, index) =>
        index === bit >>> 5 ? (word ^ (1 << (bit & 31))) >>> 0 : word,
      );
      const after = RandomStream.named(words as unknown as Seed, "x").state();
      changed += before.reduce((sum, word, index) => sum + bits(word ^ (after[index] ?? 0)), 0);
    }
    // 128 trials of 128 bits: mean 8,192, standard deviation 64.
    expect(Math.abs(changed - 8_192)).toBeLessThan(400);
  });

  it("accepts a seed of zeros and refuses a state of zeros", () => {
    expect(RandomStream.named([0, 0, 0, 0], "any").state()).not.toEqual([0, 0, 0, 0]);
    expect(() => RandomStream.from([0, 0, 0, 0])).toThrow(ApiMisuseError);
  });

  it("refuses what is not four 32-bit words", () => {
    for (const bad of [
      [1, 2, 3],
      [1, 2, 3, 4, 5],
      [1, 2, 3, -1],
      [1, 2, 3, 0.5],
      [1, 2, 3, 2 ** 32],
    ]) {
      expect(() => RandomStream.from(bad as unknown as Seed)).toThrow(ApiMisuseError);
      expect(() => RandomStream.named(bad as unknown as Seed, "x")).toThrow(ApiMisuseError);
    }
  });

  it("refuses bounds that make no sense, and says which", () => {
    const stream = RandomStream.named(seed, "bounds");
    for (const n of [0, -1, 1.5, Number.NaN, 2 ** 32 + 1, Infinity]) {
      expect(() => stream.below(n)).toThrow(`below(${n})`);
    }
    expect(() => stream.between(2, 1)).toThrow("between(2, 1)");
    expect(() => stream.between(0, 2 ** 32)).toThrow(ApiMisuseError);
    expect(() => stream.between(0.5, 2)).toThrow(ApiMisuseError);
    expect(() => stream.chance(3, 2)).toThrow("chance(3, 2)");
    expect(() => stream.chance(-1, 2)).toThrow(ApiMisuseError);
    expect(() => stream.chance(0, 0)).toThrow(ApiMisuseError);
    expect(() => stream.pick([])).toThrow("at least one item");
  });

  it("reaches both ends of an inclusive range, and the whole of 32 bits", () => {
    const stream = RandomStream.named(seed, "ends");
    const seen = new Set(Array.from({ length: 200 }, () => stream.between(-1, 1)));
    expect([...seen].toSorted((a, b) => a - b)).toEqual([-1, 0, 1]);
    expect(stream.between(7, 7)).toBe(7);
    expect(RandomStream.from([1, 2, 3, 4]).below(2 ** 32)).toBe(641);
    expect(stream.between(Number.MIN_SAFE_INTEGER, Number.MIN_SAFE_INTEGER)).toBe(
      Number.MIN_SAFE_INTEGER,
    );
  });

  it("is certain at 0 of n and at n of n", () => {
    const stream = RandomStream.named(seed, "certain");
    for (let trial = 0; trial < 1_000; trial++) {
      expect(stream.chance(0, 3)).toBe(false);
      expect(stream.chance(3, 3)).toBe(true);
    }
  });

  it("draws again exactly when the product would favour a number", () => {
    // At n = 3 one product in 2^32 is too many: that of 0. The product whose lower half is 1, the
    // next one up, comes from 0xaaaaaaab and is kept. The first words are rotl(d + a, 7) + a.
    const kept = RandomStream.from([0, 5, 5, 0x57555555]);
    const again = RandomStream.from([0, 1, 0, 0]);
    expect([kept.below(3), again.below(3)]).toEqual([2, 0]);
    const afterOne = (state: Seed): Seed => {
      const stream = RandomStream.from(state);
      stream.uint32();
      return stream.state();
    };
    expect(RandomStream.from([0, 5, 5, 0x57555555]).uint32()).toBe(0xaaaaaaab);
    expect(RandomStream.from([0, 1, 0, 0]).uint32()).toBe(0);
    expect(kept.state()).toEqual(afterOne([0, 5, 5, 0x57555555]));
    expect(again.state()).not.toEqual(afterOne([0, 1, 0, 0]));
  });

  it("does not favour small numbers where the modulus would", () => {
    // At n = 3 * 2^30 a bare modulus gives the lower third twice as often as the others.
    const stream = RandomStream.named(seed, "bias");
    const n = 3 * 2 ** 30;
    const trials = 30_000;
    const thirds = [0, 0, 0];
    for (let trial = 0; trial < trials; trial++) {
      const third = Math.floor(stream.below(n) / 2 ** 30);
      thirds[third] = (thirds[third] ?? 0) + 1;
    }
    // Standard deviation 82; five of them.
    for (const count of thirds) expect(Math.abs(count - trials / 3)).toBeLessThan(410);
  });

  it("spreads evenly: below, unit and pick pass a chi-squared test of 100 bins", () => {
    const stream = RandomStream.named(seed, "even");
    const items = Array.from({ length: 100 }, (_, index) => index);
    // 99 degrees of freedom: mean 99, the value 165 is exceeded once in 30,000 runs.
    expect(chiSquared(() => stream.below(100))).toBeLessThan(165);
    expect(chiSquared(() => Math.floor(stream.unit() * 100))).toBeLessThan(165);
    expect(chiSquared(() => stream.pick(items))).toBeLessThan(165);
  });

  it("balances every single bit of its output", () => {
    const stream = RandomStream.named(seed, "bits");
    const trials = 20_000;
    const ones = new Array<number>(32).fill(0);
    for (let trial = 0; trial < trials; trial++) {
      const word = stream.uint32();
      for (let bit = 0; bit < 32; bit++) ones[bit] = (ones[bit] ?? 0) + ((word >>> bit) & 1);
    }
    // Standard deviation 71; five of them.
    for (const count of ones) expect(Math.abs(count - trials / 2)).toBeLessThan(355);
  });

  it("keeps streams of neighbouring names uncorrelated", () => {
    const left = RandomStream.named(seed, "npc-1");
    const right = RandomStream.named(seed, "npc-2");
    const trials = 20_000;
    let equalBits = 0;
    for (let trial = 0; trial < trials; trial++)
      equalBits += 32 - bits(left.uint32() ^ right.uint32());
    // 640,000 bits: mean 320,000, standard deviation 400.
    expect(Math.abs(equalBits - trials * 16)).toBeLessThan(2_000);
  });
});

function chiSquared(draw: () => number): number {
  const trials = 100_000;
  const bins = new Array<number>(100).fill(0);
  for (let trial = 0; trial < trials; trial++) {
    const bin = draw();
    bins[bin] = (bins[bin] ?? 0) + 1;
  }
  const expected = trials / 100;
  return bins.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
}

function bits(word: number): number {
  let count = 0;
  for (let rest = word >>> 0; rest !== 0; rest >>>= 1) count += rest & 1;
  return count;
}
