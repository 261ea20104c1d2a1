import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { publishedContracts } from "../../../src/core/features/contracts.ts";
import { assertPlain, clonePlain } from "../../../src/core/kernel/plain.ts";
import { decodePayload, isInvalid } from "../../../src/core/wire/index.ts";
import { oddMessage } from "../wire/arbitraries.ts";

/** Everything that a client may send, by `contract.entry`. */
const inbound = publishedContracts.flatMap(({ name, entries }) =>
  Object.entries(entries).flatMap(([key, entry]) =>
    entry.kind === "toClient" ? [] : [{ name: `${name}.${key}`, entry }],
  ),
);

describe("every parser of the published contracts", () => {
  it.each(inbound)(
    "[SES-10] [PKT-20] $name never throws, and gives plain data without a number that is not finite",
    ({ entry }) => {
      let decodedCount = 0;
      const given = fc.oneof(oddMessage, fc.uint8Array({ maxLength: 40 }));
      const law = fc.property(given, (bytes) => {
        const message = decodePayload(entry.message, bytes, 0, bytes.length);
        if (message === null) return;
        decodedCount += 1;
        const value = entry.parse(message);
        if (isInvalid(value)) {
          expect(value.invalid).toMatch(/^[a-z0-9 '^+-]+$/);
          return;
        }
        assertPlain(value, "parsed");
        expect(clonePlain(value)).toEqual(value);
        expect(numbersIn(value).every(Number.isFinite)).toBe(true);
      });
      fc.assert(law, { numRuns: 1_000 });
      expect(decodedCount).toBeGreaterThan(50);
    },
  );
});

function numbersIn(value: unknown): number[] {
  if (typeof value === "number") return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(numbersIn) : [];
}
