/** The alarm rings: a bug that is always planted, and must always be found. CI fails without it. */
import { expect, it } from "vitest";
import { canary, canaryChecker } from "../../../src/sim/index.ts";
import { reprise } from "../../support/command-line.ts";

it("[TST-13] the canary is found, shrunk, told, left in a file, read, and fails again", () => {
  const { silent, file, seed } = canary();
  expect(silent).toBeNull();
  expect(seed).not.toBeNull();
  expect(file?.checker).toBe(canaryChecker);
  expect(file?.shrunk?.events).toBeLessThanOrEqual(25);
  expect(file?.story.at(-1)).toContain("BROKEN");
});

it("`reprise sim --canary` says so", async () => {
  const { code, out } = await reprise("sim", "--canary", "--json");
  expect(JSON.parse(out)).toMatchObject({ rings: true, silent: null });
  expect(code).toBe(0);
});
