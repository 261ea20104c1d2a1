import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { contentLength, copyRange, ViewMemo, zerosEnd } from "../../../src/core/kernel/bytes.ts";
import { digestBytes, digestRange, digestStart } from "../../../src/core/kernel/digest.ts";

/** Bytes in the middle of a larger buffer, and a range of them. */
const anyRange = fc
  .tuple(fc.uint8Array({ maxLength: 700, size: "max" }), fc.nat(), fc.nat(), fc.nat({ max: 9 }))
  .map(([content, first, second, lead]) => {
    const buffer = new Uint8Array(lead + content.length + 5);
    buffer.set(content, lead);
    const bytes = buffer.subarray(lead, lead + content.length);
    const places = [first, second].map((place) => place % (content.length + 1));
    const [start, end] = [Math.min(...places), Math.max(...places)];
    return { bytes, start, end };
  });

describe("ranges of bytes", () => {
  it("are copied as they are, and nothing round them changes", () => {
    fc.assert(
      fc.property(anyRange, fc.nat({ max: 9 }), ({ bytes, start, end }, at) => {
        const target = new Uint8Array(at + (end - start) + 3).fill(0xa5);
        const views = new ViewMemo();
        copyRange(new DataView(target.buffer), at, views.of(bytes), start, end);
        expect([...target.subarray(0, at)]).toEqual(Array.from({ length: at }, () => 0xa5));
        expect(target.subarray(at, at + end - start)).toEqual(bytes.slice(start, end));
        expect([...target.subarray(at + end - start)]).toEqual([0xa5, 0xa5, 0xa5]);
      }),
      { numRuns: 1_000 },
    );
  });

  it("have the digest that their bytes have", () => {
    fc.assert(
      fc.property(anyRange, fc.nat(), ({ bytes, start, end }, salt) => {
        const view = new ViewMemo().of(bytes);
        const hash = digestStart ^ salt;
        expect(digestRange(hash, view, start, end)).toBe(digestBytes(hash, bytes, start, end));
      }),
      { numRuns: 1_000 },
    );
  });

  it("cannot be copied from outside of their array", () => {
    const source = new ViewMemo().of(new Uint8Array(8));
    expect(() => copyRange(new DataView(new ArrayBuffer(8)), 0, source, 4, 9)).toThrow(RangeError);
  });

  it("are seen anew when the array is another one", () => {
    const views = new ViewMemo();
    const [one, other] = [Uint8Array.of(1), Uint8Array.of(2)];
    expect([views.of(one), views.of(other), views.of(one)].map((view) => view.getUint8(0))).toEqual(
      [1, 2, 1],
    );
  });
});

describe("zeros among bytes", () => {
  const zerosWithSome = fc
    .tuple(fc.nat({ max: 60 }), fc.nat({ max: 9 }), fc.array(fc.nat({ max: 59 }), { maxLength: 3 }))
    .map(([length, lead, marks]) => {
      // What lies round them is not zero.
      const bytes = new Uint8Array(lead + length + 5).fill(0xa5).subarray(lead, lead + length);
      bytes.fill(0);
      for (const mark of marks) if (mark < length) bytes[mark] = 1;
      return bytes;
    });

  it("are passed from any place on, to the first byte that is none", () => {
    fc.assert(
      fc.property(zerosWithSome, fc.nat({ max: 60 }), (bytes, place) => {
        const start = Math.min(place, bytes.length);
        const expected = bytes.findIndex((byte, at) => at >= start && byte !== 0);
        expect(zerosEnd(bytes, start)).toBe(expected === -1 ? bytes.length : expected);
      }),
    );
  });

  it("are left out at the end", () => {
    fc.assert(
      fc.property(zerosWithSome, (bytes) => {
        expect(contentLength(bytes)).toBe(bytes.findLastIndex((byte) => byte !== 0) + 1);
      }),
    );
  });
});
