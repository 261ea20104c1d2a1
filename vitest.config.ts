/**
 * One `vitest run` runs every test. The seed of the property tests is chosen here, once for all
 * files, and printed by `test/setup-run.ts` with the command that repeats it.
 */
import { defineConfig } from "vitest/config";
import { chosenSeed } from "./test/seed.ts";

// All workers inherit it.
process.env["REPRISE_SEED"] = String(chosenSeed());

const project = (name: string, timeoutMs: number) => ({
  test: {
    name,
    setupFiles: ["test/setup.ts"],
    restoreMocks: true,
    include: [`test/${name}/**/*.test.ts`],
    testTimeout: timeoutMs,
    hookTimeout: timeoutMs,
  },
});

export default defineConfig({
  test: {
    // Counts and durations for CI; `scripts/verify.ts` names the JSON file.
    reporters: ["default"],
    globalSetup: ["test/setup-run.ts"],
    // A property that shrinks takes longer than one that holds, so the bounds are generous.
    projects: [
      project("unit", 20_000),
      project("property", 120_000),
      project("conformance", 60_000),
      project("replay", 60_000),
      project("fence", 60_000),
      project("integration", 120_000),
    ],
    coverage: {
      provider: "v8",
      include: ["src/**/*.ts"],
      exclude: ["src/core/wire/gen/**", "src/charts/**"],
      reporter: ["text-summary", "json-summary"],
    },
  },
});
