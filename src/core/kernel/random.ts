/**
 * Random numbers for the game, the same in every process. Never for secrets: 16 bytes of output
 * tell all that follows.
 *
 * The generator is xoshiro128++ 1.0 (David Blackman and Sebastiano Vigna, 2019): 128 bits of state,
 * a period of 2^128 - 1, 32-bit additions, shifts and rotations only, so that no engine rounds
 * anything differently.
 *
 * 1. The state is never all zero, where the generator would stay for ever.
 * 2. How many numbers a call takes from the stream depends only on the stream and the arguments.
 * 3. Every use has its own name and so its own stream: a feature that draws one number more does
 *    not change what another one draws.
 */
import { ApiMisuseError, apiRule } from "./assert.ts";
import { digestStart, digestString, finish, mix } from "./digest.ts";

/** Four 32-bit words, each 0..2^32-1. */
export type Seed = readonly [number, number, number, number];

const TWO_TO_THE_32 = 0x1_0000_0000;
const TWO_TO_THE_26 = 0x400_0000;
const TWO_TO_THE_53 = TWO_TO_THE_26 * 0x800_0000;

export class RandomStream {
  readonly #words: Int32Array;

  private constructor(words: Int32Array) {
    this.#words = words;
  }

  /**
   * The stream of that name. Streams of different names or seeds are independent of each other.
   *
   * @param seed any four words, all zero included
   * @throws ApiMisuseError for what is not four words
   */
  static named(seed: Seed, name: string): RandomStream {
    apiRule(isFourWords(seed), "a seed is four integers, each 0..2^32-1");
    const words = spread(seed, name);
    // One name in 2^128 would land on the state that stays at zero.
    if (isZero(words)) words[0] = 1;
    return new RandomStream(words);
  }

  /**
   * The stream that goes on where `state()` was taken.
   *
   * @throws ApiMisuseError for all zero, or for what is not four words
   */
  static from(state: Seed): RandomStream {
    apiRule(isFourWords(state), "the state of a random stream is four integers, each 0..2^32-1");
    const words = Int32Array.from(state, (word) => word | 0);
    apiRule(!isZero(words), "the state of a random stream is never all zero");
    return new RandomStream(words);
  }

  /** All that there is to the stream. */
  state(): Seed {
    const word = (index: number): number => (this.#words[index] as number) >>> 0;
    return [word(0), word(1), word(2), word(3)];
  }

  /** An integer, 0..2^32-1, all equally likely. */
  uint32(): number {
    const words = this.#words;
    const first = words[0] as number;
    const second = words[1] as number;
    const third = words[2] as number;
    const fourth = words[3] as number;
    const sum = (first + fourth) | 0;
    const thirdMixed = third ^ first;
    const fourthMixed = fourth ^ second;
    words[0] = first ^ fourthMixed;
    words[1] = second ^ thirdMixed;
    words[2] = thirdMixed ^ (second << 9);
    words[3] = (fourthMixed << 11) | (fourthMixed >>> 21);
    return (((sum << 7) | (sum >>> 25)) + first) >>> 0;
  }

  /**
   * An integer, 0..n-1, all exactly equally likely.
   *
   * @param n integer, 1..2^32
   * @throws ApiMisuseError for any other n
   */
  below(n: number): number {
    if (n >>> 0 !== n || n === 0) return this.#belowAtTheEdge(n);
    // Daniel Lemire, "Fast Random Integer Generation in an Interval" (2019): the upper half of the
    // 64-bit product is the result, and the few products that would favour some are drawn again.
    let word = this.uint32();
    let lower = Math.imul(word, n) >>> 0;
    if (lower < n) {
      const unfair = (TWO_TO_THE_32 - n) % n;
      while (lower < unfair) {
        word = this.uint32();
        lower = Math.imul(word, n) >>> 0;
      }
    }
    return upperProduct(word, n);
  }

  /**
   * An integer, min..max, both included, all exactly equally likely.
   *
   * @param min safe integer
   * @param max safe integer, min..min + 2^32 - 1
   * @throws ApiMisuseError for anything else
   */
  between(min: number, max: number): number {
    if (!Number.isSafeInteger(min) || !Number.isSafeInteger(max) || min > max) {
      throw new ApiMisuseError(`between(${min}, ${max}): two safe integers, the smaller first`);
    }
    return min + this.below(max - min + 1);
  }

  /** A multiple of 2^-53, 0 <= x < 1, all equally likely. Takes two numbers from the stream. */
  unit(): number {
    const upper = this.uint32() >>> 5;
    const lower = this.uint32() >>> 6;
    return (upper * TWO_TO_THE_26 + lower) / TWO_TO_THE_53;
  }

  /**
   * True in exactly `numerator` of `denominator` cases.
   *
   * @param numerator integer, 0..denominator
   * @param denominator integer, 1..2^32
   * @throws ApiMisuseError for anything else
   */
  chance(numerator: number, denominator: number): boolean {
    if (!Number.isInteger(numerator) || numerator < 0 || numerator > denominator) {
      throw new ApiMisuseError(
        `chance(${numerator}, ${denominator}): the first is an integer from 0 to the second`,
      );
    }
    return this.below(denominator) < numerator;
  }

  /**
   * One of the items, all equally likely.
   *
   * @throws ApiMisuseError when there is none
   */
  pick<T>(items: readonly T[]): T {
    apiRule(items.length > 0, "pick needs at least one item");
    return items[this.below(items.length)] as T;
  }

  #belowAtTheEdge(n: number): number {
    if (n === TWO_TO_THE_32) return this.uint32();
    throw new ApiMisuseError(`below(${n}): an integer from 1 to 2^32`);
  }
}

// The upper 32 bits of a product of two uint32. Every intermediate is an integer below 2^53, and a
// division by a power of two is exact.
function upperProduct(word: number, n: number): number {
  const lower = Math.floor(((word & 0xffff) * n) / 0x1_0000);
  return Math.floor(((word >>> 16) * n + lower) / 0x1_0000);
}

// Each lane absorbs its word of the seed and the name. Then, twice around, each absorbs the lane
// before it: after the first round the last lane knows all of them, after the second all of them
// do.
function spread(seed: Seed, name: string): Int32Array {
  const lanes = new Int32Array(4);
  for (let lane = 0; lane < 4; lane++) {
    const own = mix(mix(digestStart, lane), seed[lane] as number);
    lanes[lane] = finish(digestString(own, name));
  }
  for (let turn = 0; turn < 8; turn++) {
    const before = lanes[(turn + 3) & 3] as number;
    lanes[turn & 3] = finish(mix(lanes[turn & 3] as number, before));
  }
  return lanes;
}

function isFourWords(seed: Seed): boolean {
  return seed.length === 4 && seed.every((word) => word >>> 0 === word);
}

function isZero(words: Int32Array): boolean {
  return words.every((word) => word === 0);
}
