/**
 * Every order of the events of small corners, with the production realms of the login and game
 * servers. All corners with `REPRISE_EXPLORE=all`; `node scripts/explore.ts` prints the figures.
 */
import { describe, expect, it } from "vitest";
import {
  corners,
  countCommuting,
  countInequivalent,
  countOrders,
  explore,
  untrueClaims,
} from "../../../src/sim/explore/index.ts";
import type { Corner } from "../../../src/sim/explore/index.ts";

const isAll = process.env["REPRISE_EXPLORE"] === "all";

const named = (...names: string[]): readonly Corner[] =>
  corners.filter(({ name }) => names.includes(name));

describe("every order of events", () => {
  it.each(named("login", "play"))(
    "[AUTH-08] $name: keeps every rule, and no state is left out that differs",
    { timeout: 120_000 },
    (corner) => {
      const whole = explore({ corner });
      expect(whole.broken).toBeNull();
      expect(whole.isComplete).toBe(true);
      const { tested, untrue } = untrueClaims(whole.graph);
      expect(untrue).toEqual([]);
      expect(tested).toBeGreaterThan(10_000);

      const reduced = explore({ corner, isReduced: true });
      expect(reduced.broken).toBeNull();
      expect(reduced.isComplete).toBe(true);
      expect(reduced.graph.states).toBeLessThan(whole.graph.states / 3);
      // What can become of the corner is the same, however it comes to be.
      expect([reduced.ends, reduced.endsDigest]).toEqual([whole.ends, whole.endsDigest]);

      const orders = countOrders(whole.graph);
      const { pairs, commuting } = countCommuting(whole.graph);
      const classes = countInequivalent(whole.graph, 1_000_000);
      expect(orders).toBeGreaterThan(10n ** 12n);
      expect(commuting).toBeGreaterThan(0.9 * pairs);
      // Each end is reached by an order of its own, at least.
      expect(classes ?? 0n).toBeGreaterThanOrEqual(BigInt(whole.ends));
      console.log(
        `${corner.name}: ${String(whole.graph.states)} states, ${String(orders)} orders, ` +
          `${String(classes)} of them inequivalent; ${String(reduced.graph.states)} states reduced`,
      );
    },
  );

  const others = corners.filter(({ name }) => name !== "login" && name !== "play");
  const chosen = isAll ? others : named("late");

  it.each(chosen)("[AUTH-08] $name: keeps every rule", { timeout: 240_000 }, (corner) => {
    const { broken, isComplete } = explore({ corner, isReduced: true });
    expect(broken).toBeNull();
    expect(isComplete).toBe(true);
  });
});
