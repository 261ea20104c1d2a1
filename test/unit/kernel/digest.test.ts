import { describe, expect, it } from "vitest";
import { ApiMisuseError } from "../../../src/core/kernel/assert.ts";
import {
  digestBytes,
  digestNumber,
  digestPlain,
  digestStart,
  digestString,
  finish,
  mix,
} from "../../../src/core/kernel/digest.ts";
import { plainDepthMax, type PlainData } from "../../../src/core/kernel/plain.ts";

const digest = (value: PlainData): number => finish(digestPlain(digestStart, value));

const floatBits = (kind: "float32" | "float64", words: number[]): PlainData => {
  const bits = Uint32Array.from(words);
  return kind === "float32" ? new Float32Array(bits.buffer) : new Float64Array(bits.buffer);
};

describe("digest", () => {
  it("folds and closes like MurmurHash3, x86, 32 bits", () => {
    // The published answers for "test" (four bytes, one word) and for nothing, seeds 0 and 1.
    expect(finish(mix(0, 0x74736574) ^ 4)).toBe(0xba6bd213);
    expect(finish(0)).toBe(0);
    expect(finish(1)).toBe(0x514e28b7);
  });

  // Digests stand in journals, so a change here makes every old journal diverge.
  it.each<[string, PlainData, number]>([
    ["null", null, 0xb4f618c6],
    ["undefined", undefined, 0x0f9a6959],
    ["false", false, 0x0601c36e],
    ["true", true, 0xd5c80093],
    ["0", 0, 0xc7bae66c],
    ["-0", -0, 0x3c822be1],
    ["NaN", Number.NaN, 0xdd6910db],
    ["1.5", 1.5, 0xe148ea96],
    ["-1e300", -1e300, 0x5b3b289e],
    ["a bigint", -(2n ** 70n), 0x19957041],
    ["no text", "", 0x056e0bc0],
    ["text", "reprise", 0x13f579c0],
    ["text of two scripts", "aé\u{1f600}", 0xafd8559e],
    ["no array", [], 0x00057078],
    ["an array", [1, "two", null], 0x5c7d2db0],
    ["an object", { b: [true], a: { c: undefined } }, 0xd1816504],
    [
      "a Map",
      new Map<PlainData, PlainData>([
        [1, "a"],
        ["b", 2n],
      ]),
      0x46021f30,
    ],
    ["a Set", new Set<PlainData>([3, "c"]), 0x01b255f3],
    ["bytes", new Uint8Array([1, 2, 3, 4, 5]), 0xe1f656b6],
    ["uint16", new Uint16Array([1, 65535]), 0xa26dff2e],
    ["uint32", new Uint32Array([1, 4294967295]), 0x13cd6ad1],
    ["int32", new Int32Array([-1, 7]), 0x825d4820],
    ["float32", new Float32Array([0.1, Number.NaN]), 0xd9f27de5],
    ["float64", new Float64Array([0.1, -0]), 0x82446633],
  ])("never changes its answer for %s", (_name, value, answer) => {
    expect(digest(value)).toBe(answer);
  });

  it("has the same answers for what the folding functions fold", () => {
    expect(finish(digestBytes(digestStart, new Uint8Array([1, 2, 3, 4, 5])))).toBe(0x3c7a6669);
    expect(finish(digestString(digestStart, "reprise"))).toBe(0x1b7977bc);
    expect(finish(digestNumber(digestStart, 1.5))).toBe(0xce67f555);
  });

  it("takes only the range it is told, wherever it lies", () => {
    const bytes = new Uint8Array(64).map((_, index) => index * 7);
    for (let start = 0; start < 8; start++) {
      for (let end = start; end < 20; end++) {
        const range = digestBytes(digestStart, bytes, start, end);
        expect(range).toBe(digestBytes(digestStart, bytes.slice(start, end)));
        expect(range).toBe(digestBytes(digestStart, bytes.subarray(start, end)));
      }
    }
  });

  it("tells kinds, lengths and nestings apart that hold the same words", () => {
    const all: PlainData[] = [
      null,
      undefined,
      false,
      true,
      0,
      -0,
      1,
      0n,
      1n,
      -1n,
      "",
      "0",
      "1",
      "\0",
      "\0\0",
      [],
      [[]],
      [0],
      [[], []],
      {},
      { a: undefined },
      { a: null },
      { "": 0 },
      new Map(),
      new Set(),
      [undefined],
      ["ab"],
      ["a", "b"],
      ["", "ab"],
      new Map([["a", 1]]),
      new Map([[1, "a"]]),
      new Set([1]),
      new Map([[0, 0]]),
      new Set([0, 1]),
      new Uint8Array(),
      new Uint8Array(1),
      new Uint8Array(2),
      new Uint8Array(3),
      new Uint8Array(4),
      new Uint8Array(5),
      new Uint16Array(1),
      new Uint32Array(1),
      new Int32Array(1),
      new Float32Array(1),
      new Float64Array(1),
      Number.NaN,
      Infinity,
      -Infinity,
      { a: 1, b: 2 },
      { a: 2, b: 1 },
      { ab: 12 },
      "ab",
      "ba",
      2 ** 53,
      2 ** 53 + 2,
      2n ** 64n,
      -(2n ** 64n),
      2n ** 64n + 1n,
    ];
    expect(new Set(all.map(digest)).size).toBe(all.length);
  });

  it("reads objects by sorted keys, Map and Set in their order", () => {
    expect(digest({ b: 1, a: 2 })).toBe(digest({ a: 2, b: 1 }));
    expect(digest({ "10": 1, "9": 2, z: 3 })).toBe(digest({ z: 3, "9": 2, "10": 1 }));
    expect(
      digest(
        new Map([
          ["a", 1],
          ["b", 2],
        ]),
      ),
    ).not.toBe(
      digest(
        new Map([
          ["b", 2],
          ["a", 1],
        ]),
      ),
    );
    expect(digest(new Set([1, 2]))).not.toBe(digest(new Set([2, 1])));
  });

  it("takes every NaN as one, alone and in arrays, and keeps -0 apart from 0", () => {
    const quiet = floatBits("float64", [0, 0x7ff80000]);
    const odd = floatBits("float64", [1, 0xfff00000]);
    expect(digest(quiet)).toBe(digest(odd));
    expect(digest(floatBits("float32", [0x7fc00000]))).toBe(
      digest(floatBits("float32", [0xff800001])),
    );
    expect(digest(new Float64Array([0]))).not.toBe(digest(new Float64Array([-0])));
    expect(digest(new Float32Array([0]))).not.toBe(digest(new Float32Array([-0])));
  });

  it("refuses what is not plain data, circles and depths", () => {
    const circle: Record<string, PlainData> = {};
    circle["self"] = circle;
    let deep: PlainData = [];
    for (let depth = 1; depth < plainDepthMax; depth++) deep = [deep];
    expect(digest(deep)).toBeTypeOf("number");
    for (const bad of [circle, [deep], () => 0, Symbol("x"), new Date(0), new (class {})()]) {
      expect(() => digest(bad as PlainData)).toThrow(ApiMisuseError);
    }
  });
});
