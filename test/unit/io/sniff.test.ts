import * as fc from "fast-check";
import { expect, it } from "vitest";
import { limits } from "../../../src/core/kernel/limits.ts";
import { sniff } from "../../../src/io/sniff.ts";

it("[WIRE-01] takes no frame of any allowed length for TLS, in either byte order", () => {
  for (let length = 0; length <= limits.frameBytesMax; length += 1) {
    const little = [length & 0xff, (length >> 8) & 0xff, length >> 16, 0];
    expect(sniff(Uint8Array.from(little))).toBe("plain");
    expect(sniff(Uint8Array.from(little.toReversed()))).toBe("plain");
  }
});

it("[WIRE-01] takes a hello of TLS 1.0 to 1.3 for TLS", () => {
  for (const minor of [1, 2, 3, 4]) {
    expect(sniff(Uint8Array.of(0x16, 3, minor, 2, 0, 1))).toBe("tls");
  }
});

it("[SES-09] decides the same however the bytes are split", () => {
  const start = fc.oneof(
    fc.uint8Array({ minLength: 3, maxLength: 8 }),
    fc.constantFrom(
      Uint8Array.of(0x16, 3, 1, 9),
      Uint8Array.of(0x16, 3, 0),
      Uint8Array.of(0x16, 4, 1),
    ),
  );
  fc.assert(
    fc.property(start, (bytes) => {
      const whole = sniff(bytes);
      expect(whole).not.toBe("undecided");
      for (let length = 0; length < bytes.length; length += 1) {
        const part = sniff(bytes.subarray(0, length));
        expect(["undecided", whole]).toContain(part);
      }
    }),
    { numRuns: 1_000 },
  );
});
