/** Whatever was typed, in whatever script: no letter of it stays where it stood. */
import fc from "fast-check";
import { isIP } from "node:net";
import { describe, expect, it } from "vitest";
import { Pseudonyms } from "../../../src/cli/replay/pseudonyms.ts";

const typed = fc.oneof(
  fc.string({ unit: "binary", minLength: 1, maxLength: 24 }),
  fc.string({ unit: "grapheme", minLength: 1, maxLength: 24 }),
  fc.string({ unit: "grapheme-ascii", minLength: 1, maxLength: 24 }),
);
const telling = /[\p{L}\p{M}\p{N}]/u;

/** Addresses of this machine, and that of no machine, are nobody's. */
const isNobodys = (text: string): boolean =>
  isIP(text) !== 0 && /^(127\.|::ffff:127\.|::1?$)/.test(text);

describe("pseudonyms of any text", () => {
  it("[RPL-06] leave no letter, mark or digit at its place, and are as long", () => {
    const names = new Pseudonyms(Uint8Array.of(7));
    fc.assert(
      fc.property(typed, (text) => {
        // Digits of an address are drawn anew, and may be the same by chance.
        fc.pre(isIP(text) === 0);
        const other = names.of(text);
        expect(Buffer.byteLength(other)).toBe(Buffer.byteLength(text));
        const [before, now] = [Array.from(text), Array.from(other)];
        expect(now.length).toBe(before.length);
        for (const [at, character] of before.entries()) {
          if (telling.test(character)) expect(now[at]).not.toBe(character);
        }
        expect(names.of(text)).toBe(other);
      }),
      { numRuns: 3_000 },
    );
  });

  it("[RPL-06] never make one of two, or count those that share one", () => {
    fc.assert(
      fc.property(fc.uniqueArray(typed, { maxLength: 60 }), fc.nat(255), (texts, key) => {
        const names = new Pseudonyms(Uint8Array.of(key));
        const others = new Set(texts.map((text) => names.of(text)));
        expect(others.size).toBe(texts.length - names.shared);
      }),
      { numRuns: 100 },
    );
  });

  it("[RPL-06] make a valid address of six as long of any such address", () => {
    const names = new Pseudonyms(Uint8Array.of(8));
    fc.assert(
      fc.property(fc.ipV6(), fc.integer({ min: 1, max: 65_535 }), (host, port) => {
        fc.pre(isIP(host) === 6 && !isNobodys(host));
        const other = names.address(`[${host}]:${port}`);
        expect(other.length).toBe(`[${host}]:${port}`.length);
        expect(other.endsWith(`]:${port}`)).toBe(true);
        expect(isIP(other.slice(1, -`]:${port}`.length))).toBe(6);
        expect(other).not.toContain(`[${host}]`);
      }),
    );
  });
});
