import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { backOffDelayMs, checkReconnect, defaultReconnect } from "../../../src/client/back-off.ts";
import { RandomStream } from "../../../src/core/kernel/random.ts";

const policies = fc
  .record({
    initialDelayMs: fc.integer({ min: 1, max: 5_000 }),
    more: fc.nat({ max: 100_000 }),
    stableAfterMs: fc.nat({ max: 10_000 }),
  })
  .map(({ initialDelayMs, more, stableAfterMs }) => ({
    initialDelayMs,
    maxDelayMs: initialDelayMs + more,
    stableAfterMs,
  }));

describe("back-off", () => {
  it("stays between the policy's floor and a ceiling that doubles up to the policy's", () => {
    fc.assert(
      fc.property(policies, fc.integer({ min: 1, max: 60 }), fc.nat(), (policy, failures, seed) => {
        checkReconnect(policy);
        const random = RandomStream.named([seed, 0, 0, 0], "delays");
        const delayMs = backOffDelayMs(policy, failures, random);
        const ceilingMs = Math.min(policy.initialDelayMs * 2 ** failures, policy.maxDelayMs);
        expect(Number.isInteger(delayMs)).toBe(true);
        expect(delayMs).toBeGreaterThanOrEqual(policy.initialDelayMs);
        expect(delayMs).toBeLessThanOrEqual(ceilingMs);
      }),
      { numRuns: 1_000 },
    );
  });

  it("[NET-23] spreads a thousand clients that lost their server together (F18)", () => {
    for (const failures of [3, 6, 10]) {
      const spanMs =
        Math.min(defaultReconnect.initialDelayMs * 2 ** failures, defaultReconnect.maxDelayMs) -
        defaultReconnect.initialDelayMs;
      const perTenth = new Array<number>(10).fill(0);
      for (let client = 0; client < 1_000; client += 1) {
        const random = RandomStream.named([client, 0, 0, 0], "reconnect");
        const delayMs = backOffDelayMs(defaultReconnect, failures, random);
        const tenth = Math.floor(((delayMs - defaultReconnect.initialDelayMs) / (spanMs + 1)) * 10);
        perTenth[tenth] = (perTenth[tenth] ?? 0) + 1;
      }
      // A tenth of them each, give or take six standard deviations.
      for (const count of perTenth) expect(Math.abs(count - 100)).toBeLessThan(57);
    }
  });
});
