/**
 * The list of planted bugs is whole, and the alarm rings: a few of them are planted here, each in a
 * process of its own, and found by the simulator. All of them: `npm run mutants`.
 */
import { describe, expect, it } from "vitest";
import { mutants } from "../../../scripts/mutants/list.ts";
import { areaOf, areas, isMade, plantingProblem } from "../../../scripts/mutants/mutant.ts";
import { runHunt } from "../../../scripts/mutants/process.ts";

describe("the planted bugs", () => {
  it("are a hundred at least, half of them drawn, over the whole program", () => {
    const drawn = mutants.filter((mutant) => !isMade(mutant));
    const made = mutants.filter(isMade);
    expect(made.length).toBeGreaterThanOrEqual(100);
    expect(drawn.length).toBeGreaterThanOrEqual(made.length);
    expect(new Set(mutants.map(({ id }) => id)).size).toBe(mutants.length);
    expect(new Set(drawn.map(({ file }) => areaOf(file)))).toEqual(new Set(areas));
  });

  it("can be planted in the program as it is", () => {
    expect(mutants.flatMap((mutant) => plantingProblem(mutant) ?? [])).toEqual([]);
  });

  // One for each of the ways in which a bug shows, and whose business it is.
  it.each([
    ["wire-05", "frames"],
    ["edge-07", "secrecy"],
    ["F13-wrong-place", "gate"],
    ["F12-sent-twice", "frames"],
    ["F17-overwritten", "process-health"],
    ["F18-at-once", "back-off"],
    ["F24-farewell", "etiquette"],
    ["F30-whole-milliseconds", "ticks"],
  ])("%s is found by %s", async (id, checker) => {
    const hunted = await runHunt([id, "--seeds", "10"]);
    expect(hunted?.found?.checker).toBe(checker);
  });

  it("are no finding where nothing was hunted", async () => {
    await expect(runHunt(["nonexistent", "--seeds", "1"])).rejects.toThrow(
      "nonexistent --seeds 1 ended with 2: nonexistent: nothing was hunted: there is no mutant",
    );
  });
});
