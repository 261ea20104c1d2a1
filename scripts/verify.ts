/**
 * `npm run verify`: all that CI checks, in the order of what is cheap to find out. A step that
 * fails does not stop the others, so that one run tells everything. The end names every test that
 * failed, with the first line of why, then every step; the last line is always
 *
 *     tests: N passed, N failed            with `, N skipped` where there are any
 *
 * and the exit code is 0 only when every step has passed.
 */
import { execSync, spawn } from "node:child_process";
import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { join, relative } from "node:path";
import { chosenSeed, seedLine } from "../test/seed.ts";

/** Scripts of package.json. */
export const checks: readonly string[] = [
  "format:check",
  "gen:check",
  "typecheck",
  "lint",
  "graph",
  "dead",
  "spec",
];

/** Test stages, each the projects of vitest.config.ts that it runs. */
export const stages: Readonly<Record<string, readonly string[]>> = {
  unit: ["unit", "property", "conformance", "replay", "fence"],
  integration: ["integration"],
  load: ["load"],
};

/**
 * Stages that keep every core busy, the main thread's too; by default one is left free. Those that
 * start servers and wait for them are not among them.
 */
const crowded: ReadonlySet<string> = new Set(["unit"]);

export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** The part of Vitest's JSON report that counts. */
export interface Report {
  readonly success: boolean;
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    /** Why the file could not be loaded, or empty. */
    readonly message: string;
    readonly assertionResults: readonly {
      readonly status: string;
      readonly fullName: string;
      readonly failureMessages: readonly string[] | null;
    }[];
  }[];
}

/**
 * A file that cannot even be loaded counts as one failed test, and so does a run that broke off.
 */
export function countsOf(report: Report | null): Counts {
  if (report === null) return { passed: 0, failed: 1, skipped: 0 };
  const unprepared = report.testResults.filter(
    ({ status, assertionResults }) =>
      status === "failed" && !assertionResults.some((test) => test.status === "failed"),
  );
  const failed = report.numFailedTests + unprepared.length;
  return {
    passed: report.numPassedTests,
    failed: failed === 0 && !report.success ? 1 : failed,
    skipped: report.numPendingTests + report.numTodoTests,
  };
}

/**
 * The seed of all stages: the one given, or else the commit's own. So each commit tries new seeds,
 * and whoever verifies one before it is merged has seen what CI will see.
 */
export const verifySeed = (given: string | undefined, commit: string): number =>
  chosenSeed(
    given === undefined || given === "" ? String(parseInt(commit.slice(0, 7), 16)) : given,
  );

/** A line or two for each test that failed, and for each file that could not be loaded. */
export function failuresOf(report: Report | null): string[] {
  if (report === null) return ["the run broke off and left no report"];
  return report.testResults.flatMap(({ name, status, message, assertionResults }) => {
    const failed = assertionResults.filter((test) => test.status === "failed");
    const file = relative(process.cwd(), name);
    if (failed.length === 0)
      return status === "failed" ? [`${file}\n    ${firstLine(message)}`] : [];
    return failed.map(
      ({ fullName, failureMessages }) =>
        `${file} > ${fullName}\n    ${firstLine(failureMessages?.[0] ?? "")}`,
    );
  });
}

const firstLine = (text: string): string => text.trimStart().split("\n", 1)[0] ?? "";

/** The last line of every run. */
export function countsLine(all: readonly Counts[]): string {
  const sum = (key: keyof Counts): number => all.reduce((total, each) => total + each[key], 0);
  const skipped = sum("skipped") === 0 ? "" : `, ${String(sum("skipped"))} skipped`;
  return `tests: ${String(sum("passed"))} passed, ${String(sum("failed"))} failed${skipped}`;
}

interface Outcome {
  readonly name: string;
  readonly isPassed: boolean;
  readonly seconds: number;
}

const reports = "node_modules/.cache/reprise";

async function main(): Promise<void> {
  const outcomes: Outcome[] = [];
  const counts: Counts[] = [];
  const failures: string[] = [];
  const seed = verifySeed(process.env["REPRISE_SEED"], execSync("git rev-parse HEAD").toString());
  process.env["REPRISE_SEED"] = String(seed);
  for (const name of checks) outcomes.push(await timed(name, () => runCheck(name)));
  for (const [name, projects] of Object.entries(stages)) {
    const stage = await timed(`test ${name}`, () => runStage(name, projects));
    outcomes.push(stage);
    counts.push(countsOf(readReport(name)));
    failures.push(...failuresOf(readReport(name)));
  }
  for (const failure of failures) console.log(`failed: ${failure}`);
  if (failures.length > 0) console.log(seedLine(seed));
  for (const { name, isPassed, seconds } of outcomes) {
    console.log(`${isPassed ? "pass" : "FAIL"} ${name.padEnd(20)} ${seconds.toFixed(1)} s`);
  }
  console.log(countsLine(counts));
  process.exitCode = outcomes.every(({ isPassed }) => isPassed) ? 0 : 1;
}

async function timed(name: string, run: () => Promise<boolean>): Promise<Outcome> {
  console.log(`\n== ${name}`);
  const start = performance.now();
  const isPassed = await run();
  return { name, isPassed, seconds: (performance.now() - start) / 1_000 };
}

const runCheck = async (name: string): Promise<boolean> =>
  (await runCommand("npm", ["run", "--silent", name])).code === 0;

async function runStage(name: string, projects: readonly string[]): Promise<boolean> {
  mkdirSync(reports, { recursive: true });
  rmSync(reportPath(name), { force: true });
  const { code, output } = await runCommand("vitest", [
    ...["run", "--reporter=default", "--reporter=json", `--outputFile.json=${reportPath(name)}`],
    ...projects.flatMap((project) => ["--project", project]),
    ...(crowded.has(name) ? ["--maxWorkers=100%"] : []),
  ]);
  // A failure that cannot be repeated is half a failure report.
  const hasSeed = /^seed -?\d+, repeated by: /m.test(output);
  if (!hasSeed) console.error("the run did not print its seed");
  return code === 0 && hasSeed && countsOf(readReport(name)).failed === 0;
}

const reportPath = (stage: string): string => join(reports, `tests-${stage}.json`);

function readReport(stage: string): Report | null {
  try {
    return JSON.parse(readFileSync(reportPath(stage), "utf8")) as Report;
  } catch {
    return null;
  }
}

/** Runs a command of the search path, shows its output as it comes, and keeps it. */
async function runCommand(
  command: string,
  args: readonly string[],
): Promise<{ readonly code: number; readonly output: string }> {
  const child = spawn(command, args, {
    stdio: ["ignore", "pipe", "pipe"],
    shell: process.platform === "win32",
  });
  let output = "";
  child.stdout.on("data", (chunk: Buffer) => {
    output += chunk.toString();
    process.stdout.write(chunk);
  });
  child.stderr.on("data", (chunk: Buffer) => process.stderr.write(chunk));
  return new Promise((resolve) => {
    child.on("error", (error) => {
      console.error(`cannot run ${command}: ${error.message}`);
      resolve({ code: 1, output });
    });
    child.on("close", (code) => {
      resolve({ code: code ?? 1, output });
    });
  });
}

if (import.meta.main) await main();
