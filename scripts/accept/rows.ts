/** Rows: each is proven by the tests whose titles carry its id, run here once for all of them. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chosenSeed, seedLine } from "../../test/seed.ts";
import type { Check, Part } from "./check.ts";

interface Assertion {
  readonly fullName: string;
  readonly status: string;
  readonly failureMessages?: readonly string[];
}

interface TestFile {
  readonly name: string;
  readonly status: string;
  readonly message: string;
  readonly assertionResults: readonly Assertion[];
}

/** The ids of a range: `rowIds("WIRE", [1, 6], 8)` is WIRE-01 to WIRE-06 and WIRE-08. */
export const rowIds = (
  area: string,
  ...numbers: readonly (number | readonly [number, number])[]
): string[] =>
  numbers.flatMap((part) => {
    const [first, last] = typeof part === "number" ? [part, part] : part;
    return Array.from(
      { length: last - first + 1 },
      (_, index) => `${area}-${String(first + index).padStart(2, "0")}`,
    );
  });

/** A part that runs the whole test suite and looks the rows up in its results. */
export const rows = (ids: readonly string[]): Part =>
  async function* run(): AsyncIterable<Check> {
    const seed = chosenSeed();
    const results = runTests(seed);
    const failed = results.filter(({ status }) => status === "failed");
    const names = failed.map(({ fullName }) => fullName);
    yield {
      id: "tests",
      bound: "0 failed",
      measured: [`${results.length} run, ${failed.length} failed`, ...names].join("; "),
      pass: results.length > 0 && failed.length === 0,
    };
    for (const { fullName, failureMessages = [] } of failed) {
      process.stderr.write(`${fullName}\n${failureMessages.join("\n")}\n`);
    }
    if (failed.length > 0) process.stderr.write(`${seedLine(seed)}\n`);
    for (const id of ids) {
      const own = results.filter(({ fullName }) => fullName.includes(`[${id}]`));
      const passed = own.filter(({ status }) => status === "passed");
      yield {
        id,
        bound: "tests pass",
        measured: `${passed.length} of ${own.length}`,
        pass: passed.length > 0 && !own.some(({ status }) => status === "failed"),
      };
    }
  };

function runTests(seed: number): readonly Assertion[] {
  const folder = mkdtempSync(join(tmpdir(), "reprise-accept-"));
  try {
    const file = join(folder, "tests.json");
    spawnSync("npx", ["vitest", "run", "--reporter=json", `--outputFile=${file}`], {
      stdio: ["ignore", "ignore", "inherit"],
      env: { ...process.env, REPRISE_SEED: String(seed) },
    });
    const report = JSON.parse(readFileSync(file, "utf8")) as {
      testResults: readonly TestFile[];
    };
    return report.testResults.flatMap(({ name, status, message, assertionResults }) => {
      // One that cannot be loaded has no tests.
      const isLost = status === "failed" && assertionResults.length === 0;
      return isLost ? [{ fullName: name, status, failureMessages: [message] }] : assertionResults;
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
