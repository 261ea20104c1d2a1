import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  digestBytes,
  digestPlain,
  digestStart,
  finish,
  mix,
} from "../../../src/core/kernel/digest.ts";
import { decodePlain, encodePlain, type PlainData } from "../../../src/core/kernel/plain.ts";
import { anyPlainData } from "./plain-data.ts";

const digest = (value: PlainData): number => finish(digestPlain(digestStart, value));
const ofBytes = (bytes: Uint8Array): number => finish(digestBytes(digestStart, bytes));
const runs = { numRuns: 1_000 };

const ones = (word: number): number => {
  let count = 0;
  for (let rest = word >>> 0; rest !== 0; rest >>>= 1) count += rest & 1;
  return count;
};

describe("digest", () => {
  it("changes with every single bit of a word, whatever came before and after", () => {
    const word = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
    fc.assert(
      fc.property(word, word, word, fc.nat({ max: 31 }), (hash, first, second, bit) => {
        const before = mix(mix(hash, first), second);
        expect(mix(mix(hash, first ^ (1 << bit)), second)).not.toBe(before);
        expect(mix(mix(hash ^ (1 << bit), first), second)).not.toBe(before);
      }),
      runs,
    );
  });

  it("changes with every single bit of a frame", () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 100 }), fc.nat(), (bytes, at) => {
        const flipped = bytes.slice();
        const bit = at % (bytes.length * 8);
        flipped[bit >>> 3] = (flipped[bit >>> 3] ?? 0) ^ (1 << (bit & 7));
        expect(ofBytes(flipped)).not.toBe(ofBytes(bytes));
      }),
      runs,
    );
  });

  it("changes each bit of the digest in half of the cases where one bit of 84 bytes changes", () => {
    const changedBits = new Array<number>(32).fill(0);
    let trials = 0;
    let changed = 0;
    const frame = new Uint8Array(84);
    for (let round = 0; round < 20; round++) {
      for (let index = 0; index < 84; index++)
        frame[index] = Math.imul(index + round, 0x9e3779b1) >>> 24;
      const before = ofBytes(frame);
      for (let bit = 0; bit < 84 * 8; bit++) {
        frame[bit >>> 3] = (frame[bit >>> 3] ?? 0) ^ (1 << (bit & 7));
        const difference = before ^ ofBytes(frame);
        frame[bit >>> 3] = (frame[bit >>> 3] ?? 0) ^ (1 << (bit & 7));
        changed += ones(difference);
        for (let out = 0; out < 32; out++) {
          changedBits[out] = (changedBits[out] ?? 0) + ((difference >>> out) & 1);
        }
        trials++;
      }
    }
    expect(changed / trials).toBeGreaterThan(15.8);
    expect(changed / trials).toBeLessThan(16.2);
    for (const count of changedBits) expect(Math.abs(count / trials - 0.5)).toBeLessThan(0.03);
  });

  it("has about as many equal digests among 100,000 frames as chance allows", () => {
    const seen = new Set<number>();
    const bytes = new Uint8Array(8);
    const view = new DataView(bytes.buffer);
    for (let count = 0; count < 100_000; count++) {
      view.setUint32(0, count, true);
      view.setUint32(4, count * 3, true);
      seen.add(ofBytes(bytes));
    }
    // 5e9 pairs over 2^32: 1.16 expected, 8 or more once in 30,000.
    expect(100_000 - seen.size).toBeLessThan(8);
  });

  it("is equal for equal things: after a journey through bytes, and under any order of keys", () => {
    fc.assert(
      fc.property(anyPlainData, fc.boolean(), (value, reversed) => {
        expect(digest(decodePlain(encodePlain(value)))).toBe(digest(value));
        const record = { a: value, b: 1, c: value };
        const entries = Object.entries(record);
        const again = Object.fromEntries(reversed ? entries.toReversed() : entries);
        expect(digest(again)).toBe(digest(record));
      }),
      runs,
    );
  });

  it("differs wherever the canonical bytes differ", () => {
    fc.assert(
      fc.property(anyPlainData, anyPlainData, (left, right) => {
        const sameBytes = String(encodePlain(left)) === String(encodePlain(right));
        expect(digest(left) === digest(right)).toBe(sameBytes);
      }),
      runs,
    );
  });
});
