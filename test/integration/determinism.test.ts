/** The same seeds come to the same digests in other processes and on another Node. */
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, it } from "vitest";
import { scenarioNames } from "../../src/sim/index.ts";
import { compare, node24, nodeAt, thisNode } from "../../scripts/determinism.ts";

const seeds = 15;
const other = node24();
const missing = "missing" in other ? ` (left out: ${other.missing})` : "";

describe("a seed goes the same way", () => {
  // Skipped where there is no Node 24 for the platform; the test below takes its place.
  it.skipIf("missing" in other)(
    `[JRN-05] in other processes, in another order, and on Node 24${missing}`,
    async () => {
      const arms = [thisNode(false), thisNode(true)];
      if ("path" in other) arms.push(nodeAt(other.path, "Node 24"));
      const { runs, events, differences } = await compare(arms, { firstSeed: 1, seeds });
      expect(differences).toEqual([]);
      expect(runs).toBe(seeds * scenarioNames.length);
      expect(events).toBeGreaterThan(10_000);
    },
  );

  // Skipped where the one above is not: it is a part of that one.
  it.runIf("missing" in other)("[JRN-05] in other processes, in another order", async () => {
    const arms = [thisNode(false), thisNode(true)];
    const { differences } = await compare(arms, { firstSeed: 1, seeds });
    expect(differences).toEqual([]);
  });

  it("or the first field that does not is named: a Node that rounds otherwise", async () => {
    const otherMath = join(import.meta.dirname, "../fixtures/other-math.ts");
    const odd = {
      ...thisNode(false),
      name: "odd",
      args: ["--import", pathToFileURL(otherMath).href],
    };
    const range = { firstSeed: 1, seeds: 1 };
    const { differences } = await compare([thisNode(false), odd], range);
    expect(differences).toHaveLength(1);
    expect(differences[0]).toMatchObject({ arm: "odd", scenario: "players", seed: 1 });
    expect(differences[0]?.what).toMatch(
      /^step \d+, game: \S+ at \d+ us: (state|effects)\S+ is \S+ and \S+$/,
    );
  });
});
