/**
 * One `vitest run` runs every test. The seed of the property tests is chosen here, once for all
 * files, and printed by `test/setup-run.ts` with the command that repeats it.
 */
import { defineConfig } from "vitest/config";
import { chosenSeed } from "./test/seed.ts";

// All workers inherit it.
process.env["REPRISE_SEED"] = String(chosenSeed());

interface Project {
  readonly timeoutMs: number;
  /** Below `test`; the folder of the project's name where it is not given. */
  readonly folder?: string;
  readonly exclude?: readonly string[];
}

const project = (name: string, { timeoutMs, folder = name, exclude = [] }: Project) => ({
  test: {
    name,
    setupFiles: ["test/setup.ts"],
    restoreMocks: true,
    include: [`test/${folder}/**/*.test.ts`],
    exclude: [...exclude],
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
      project("unit", { timeoutMs: 20_000 }),
      project("property", { timeoutMs: 120_000 }),
      project("conformance", { timeoutMs: 60_000 }),
      project("replay", { timeoutMs: 60_000 }),
      project("fence", { timeoutMs: 60_000 }),
      project("integration", { timeoutMs: 120_000, exclude: ["test/integration/load/**"] }),
      project("load", { timeoutMs: 120_000, folder: "integration/load" }),
    ],
    coverage: {
      provider: "v8",
      include: ["src/**/*.ts"],
      exclude: ["src/core/wire/gen/**", "src/charts/**"],
      reporter: ["text-summary", "json-summary"],
    },
  },
});
