import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Report } from "../../scripts/verify.ts";
import {
  checks,
  countsLine,
  countsOf,
  failuresOf,
  stages,
  verifySeed,
} from "../../scripts/verify.ts";
import config from "../../vitest.config.ts";

const report = (changes: Partial<Report>): Report => ({
  success: true,
  numPassedTests: 5,
  numFailedTests: 0,
  numPendingTests: 0,
  numTodoTests: 0,
  testResults: [],
  ...changes,
});

type File = Report["testResults"][number];
const test = (
  status: string,
  failureMessages: string[] = [],
): File["assertionResults"][number] => ({
  status,
  fullName: `a suite ${status}`,
  failureMessages,
});
const file = (changes: Partial<File>): File => ({
  name: join(process.cwd(), "test/unit/one.test.ts"),
  status: "passed",
  message: "",
  assertionResults: [],
  ...changes,
});

describe("the failures that the end of a run names", () => {
  it("are the failed tests and the files that could not be loaded, with why in a line", () => {
    const testResults = [
      file({ assertionResults: [test("passed")] }),
      file({
        status: "failed",
        assertionResults: [
          test("passed"),
          test("failed", ["AssertionError: 1 is not 2\n    at x"]),
        ],
      }),
      file({ status: "failed", message: "\nSyntaxError: a brace\n  at line 1" }),
    ];
    expect(failuresOf(report({ success: false, testResults }))).toEqual([
      "test/unit/one.test.ts > a suite failed\n    AssertionError: 1 is not 2",
      "test/unit/one.test.ts\n    SyntaxError: a brace",
    ]);
    expect(failuresOf(null)).toEqual(["the run broke off and left no report"]);
  });
});

describe("the count of the tests", () => {
  it("is that of Vitest's report", () => {
    expect(countsOf(report({ numFailedTests: 2, numPendingTests: 1, numTodoTests: 1 }))).toEqual({
      passed: 5,
      failed: 2,
      skipped: 2,
    });
  });

  it("counts a file that cannot be loaded, a run that broke off and one that never began", () => {
    const testResults = [
      file({ status: "failed", message: "\nSyntaxError: a brace\n  at line 1" }),
      file({ status: "failed", assertionResults: [test("skipped")] }),
    ];
    expect(countsOf(report({ success: false, testResults })).failed).toBe(2);
    expect(countsOf(report({ success: false })).failed).toBe(1);
    expect(countsOf(null)).toEqual({ passed: 0, failed: 1, skipped: 0 });
  });

  it("[TST-10] is one line over all stages, with the skipped ones where there are any", () => {
    const counts = { passed: 5, failed: 1, skipped: 0 };
    expect(countsLine([counts, counts])).toBe("tests: 10 passed, 2 failed");
    expect(countsLine([counts, { ...counts, skipped: 3 }])).toBe(
      "tests: 10 passed, 2 failed, 3 skipped",
    );
  });
});

describe("what CI runs", () => {
  it("has the seed of its commit when none is given", () => {
    const commit = "00000ff1111111111111111111111111111111111\n";
    expect(verifySeed(undefined, commit)).toBe(255);
    expect(verifySeed("", commit)).toBe(255);
    expect(verifySeed("-7", commit)).toBe(-7);
  });

  it("[TST-11] has a stage each for unit, integration and load tests", () => {
    expect(Object.keys(stages)).toEqual(["unit", "integration", "load"]);
  });

  it("runs every project of the tests in one stage", () => {
    const projects = config.test?.projects?.map((project) => {
      const { name } = (project as { test: { name: string } }).test;
      return name;
    });
    expect(Object.values(stages).flat().toSorted()).toEqual(projects?.toSorted());
  });

  it("runs scripts that exist", () => {
    const { scripts } = JSON.parse(readFileSync("package.json", "utf8")) as {
      scripts: Record<string, string>;
    };
    for (const check of checks) expect(scripts).toHaveProperty(check);
    expect(scripts["test"]).toBe("vitest run");
    expect(globSync(".ci/run")).toEqual([".ci/run"]);
  });
});
