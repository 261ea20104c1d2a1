/**
 * The list of planted bugs is whole, and the alarm rings: a few of them are planted here, each in a
 * process of its own, and found by the simulator. All of them: `npm run mutants`.
 */
import { describe, expect, it } from "vitest";
import { mutants } from "../../../scripts/mutants/list.ts";
import { areaOf, areas, isPlantable } from "../../../scripts/mutants/mutant.ts";
import { runHunt } from "../../../scripts/mutants/process.ts";

describe("the planted bugs", () => {
  it("are a hundred at least, half of them drawn, over the whole program", () => {
    const drawn = mutants.filter(({ operator }) => !/^[A-Z]/.test(operator));
    expect(drawn.length).toBeGreaterThanOrEqual(50);
    expect(mutants.length - drawn.length).toBeGreaterThanOrEqual(50);
    expect(new Set(mutants.map(({ id }) => id)).size).toBe(mutants.length);
    expect(new Set(drawn.map(({ file }) => areaOf(file)))).toEqual(new Set(areas));
  });

  it("can be planted in the program as it is", () => {
    expect(mutants.filter((mutant) => !isPlantable(mutant)).map(({ id }) => id)).toEqual([]);
  });

  // One for each of the ways in which a bug shows.
  it.each([
    ["wire-05", 10],
    ["edge-07", 10],
    ["F13-wrong-place", 10],
    ["F12-sent-twice", 10],
    ["F17-overwritten", 10],
    ["F18-at-once", 10],
    ["F24-farewell", 10],
    ["F30-whole-milliseconds", 10],
  ])("%s is found", async (id, seeds) => {
    const hunted = await runHunt([id, "--seeds", String(seeds)]);
    expect(hunted === null || hunted.found !== null).toBe(true);
  });
});
