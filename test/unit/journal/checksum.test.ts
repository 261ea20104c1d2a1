import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import zlib from "node:zlib";
import { crc32 } from "../../../src/core/journal/index.ts";

const ascii = (text: string): Uint8Array => Uint8Array.from(text, (unit) => unit.charCodeAt(0));

describe("crc32", () => {
  it("gives the published check values", () => {
    expect(crc32(ascii("123456789"), 0, 9, 0)).toBe(0xcbf43926);
    expect(crc32(new Uint8Array(0), 0, 0, 0)).toBe(0);
    expect(crc32(new Uint8Array(32), 0, 32, 0)).toBe(0x190a55ad);
    expect(crc32(new Uint8Array(32).fill(0xff), 0, 32, 0)).toBe(0xff6cab0b);
  });

  it("equals the platform's for any range and seed", () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 200, size: "max" }),
        fc.nat(200),
        fc.nat(200),
        fc.nat({ max: 0xffff_ffff }),
        (bytes, a, b, seed) => {
          const [start = 0, end = 0] = [Math.min(a, bytes.length), Math.min(b, bytes.length)].sort(
            (left, right) => left - right,
          );
          const own = crc32(bytes, start, end, seed);
          expect(own).toBe(zlib.crc32(bytes.subarray(start, end), seed));
        },
      ),
      { numRuns: 1_000 },
    );
  });

  it("continues: the checksum of two parts is that of the whole", () => {
    const bytes = ascii("a journal is a file that is only added to");
    const first = crc32(bytes, 0, 11, 0);
    expect(crc32(bytes, 11, bytes.length, first)).toBe(crc32(bytes, 0, bytes.length, 0));
  });

  it("refuses a range outside of the bytes", () => {
    expect(() => crc32(new Uint8Array(4), 0, 5, 0)).toThrow("checksum range");
    expect(() => crc32(new Uint8Array(4), 3, 2, 0)).toThrow("checksum range");
  });
});
