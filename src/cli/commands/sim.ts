/**
 * `reprise sim`: plays servers and their clients through simulated faults, every seed twice, and
 * leaves a failure file for what breaks a rule.
 */
import { readFile, writeFile } from "node:fs/promises";
import {
  calmOptions,
  drawOptions,
  drawPlayersOptions,
  readFailureFile,
  scenarioNames,
  simulate,
  withOptions,
} from "../../sim/index.ts";
import type {
  FailureFile,
  PartialOptions,
  ScenarioName,
  SimulationOptions,
} from "../../sim/index.ts";
import { flag, integer, readArguments, text, UsageError } from "../arguments.ts";
import { CommandError } from "../command-error.ts";
import type { Command } from "../command.ts";
import { grouped, printJson, ProgressLine, table } from "../output.ts";
import { addTo, newTally, reportOf, runCampaign } from "../simulation.ts";
import type { CampaignTally } from "../simulation.ts";

const help = `\
Plays servers and their clients through simulated faults, and checks that every rule holds.

Usage: reprise sim [--seed N] [--seeds COUNT] [--seconds S] [--scenario NAME] [--json]
       reprise sim --failure FILE [--json]

  --seed N        the first seed (default 1)
  --seeds COUNT   so many seeds, one after the other (default 1)
  --seconds S     simulated seconds of faults for each (default 10)
  --scenario NAME echo: one server that answers echoes; players: a login server and game servers,
                  with players who log in, walk and cheat; all: one after the other (default all)
  --failure FILE  replay a failure instead
  --json          print one JSON object

Each seed draws its own mix of faults, plays it twice, and compares. When a rule is broken, a
failure file is left that makes it happen again without the seed. Exit code 1: a rule is broken.

Examples:
  reprise sim --seeds 200
  reprise sim --failure failure-17-67b3acc3.json`;

const secondsMax = 3_600;
const options = {
  seed: integer(null, { min: 0, max: Number.MAX_SAFE_INTEGER }),
  seeds: integer(null, { min: 1, max: 100_000_000 }),
  seconds: integer(null, { min: 1, max: secondsMax }),
  scenario: text(null),
  failure: text(null),
  json: flag(),
};

/** Fields may be added, never renamed. */
interface SimulationReport {
  readonly seeds: number;
  readonly failures: readonly {
    readonly seed: number | null;
    readonly fingerprint: string;
    readonly file: string;
    readonly message: string;
  }[];
  readonly simulatedSeconds: number;
  readonly wallSeconds: number;
  readonly events: number;
  /** How many seeds were played twice and compared. */
  readonly determinismChecked: number;
  readonly faults: Readonly<Record<string, number>>;
  readonly coverage: { readonly reached: number; readonly total: number };
}

export const sim: Command = {
  name: "sim",
  summary: "play servers through simulated faults, every seed twice",
  help,
  async run(argv) {
    const { values } = readArguments(argv, options);
    if (values.failure === null) return campaign(values);
    const { seed, seeds, seconds, scenario } = values;
    if ([seed, seeds, seconds, scenario].some((value) => value !== null)) {
      throw new UsageError("--failure holds all that the other options could say");
    }
    return replayFailure(values.failure, values.json);
  },
};

interface CampaignValues {
  readonly seed: number | null;
  readonly seeds: number | null;
  readonly seconds: number | null;
  readonly scenario: string | null;
  readonly json: boolean;
}

/** @throws UsageError for a name that there is not */
function scenariosOf(wanted: string | null): readonly ScenarioName[] {
  if (wanted === null || wanted === "all") return scenarioNames;
  const found = scenarioNames.find((name) => name === wanted);
  if (found !== undefined) return [found];
  throw new UsageError(`--scenario is ${[...scenarioNames, "all"].join(", ")}, not "${wanted}"`);
}

async function campaign(values: CampaignValues): Promise<number> {
  const { seed, seeds, seconds, json } = values;
  const scenarios = scenariosOf(values.scenario);
  const fixed: PartialOptions = seconds === null ? {} : { seconds };
  const firstSeed = seed ?? 1;
  const wanted = seeds ?? 1;
  if (!json && wanted === 1) {
    for (const scenario of scenarios) {
      const draw = scenario === "players" ? drawPlayersOptions : drawOptions;
      console.log(optionLines(scenario, withOptions(draw(firstSeed), fixed)));
    }
  }
  const progress = new ProgressLine();
  const startedAt = performance.now();
  let isInterrupted = false;
  const interrupt = (): void => {
    isInterrupted = true;
  };
  process.once("SIGINT", interrupt);
  try {
    const tally = await runCampaign({
      firstSeed,
      seeds: wanted,
      scenarios,
      fixed,
      progress: (soFar) => {
        progress.show(() => progressText(soFar, wanted));
        return !isInterrupted;
      },
    });
    progress.end();
    const files = await leaveFiles(tally);
    print(tally, { files, startedAt, json, wanted });
    return tally.failures.length === 0 ? 0 : 1;
  } finally {
    progress.end();
    process.off("SIGINT", interrupt);
  }
}

async function replayFailure(path: string, json: boolean): Promise<number> {
  const file = await readFailure(path);
  if (!json) console.log(optionLines(file.plan.scenario ?? "echo", file.plan.options));
  const startedAt = performance.now();
  const result = simulate({ plan: file.plan });
  const tally = newTally();
  addTo(tally, reportOf(file.seed ?? 0, [result]));
  const [found] = tally.failures;
  const files = new Map(found === undefined ? [] : [[found.failure.fingerprint, path]]);
  print(tally, { files, startedAt, json, wanted: 1 });
  if (found === undefined) {
    if (!json) console.log(`The failure ${file.fingerprint} (${file.message}) is gone.`);
    return 0;
  }
  if (found.failure.fingerprint !== file.fingerprint && !json) {
    console.log(`Another failure than the file's, which was ${file.fingerprint}: ${file.message}`);
  }
  if (!json) console.log(`\nThe server's last words:\n${found.failure.log.join("\n")}`);
  return 1;
}

async function readFailure(path: string): Promise<FailureFile> {
  let json: unknown;
  try {
    json = JSON.parse(await readFile(path, "utf8"));
  } catch (error) {
    const why = error instanceof SyntaxError ? "it is no JSON" : (error as Error).message;
    throw new CommandError(`${path} cannot be read: ${why}`);
  }
  return readFailureFile(json);
}

/** One file for each fingerprint: of the seed with the smallest number. Returns their paths. */
async function leaveFiles({ failures }: CampaignTally): Promise<Map<string, string>> {
  const files = new Map<string, string>();
  for (const { seed, failure } of failures) {
    if (files.has(failure.fingerprint)) continue;
    const path = `failure-${String(seed)}-${failure.fingerprint}.json`;
    const content: FailureFile = { ...failure, replay: `npx reprise sim --failure ${path}` };
    await writeFile(path, `${JSON.stringify(content, null, 1)}\n`);
    files.set(failure.fingerprint, path);
  }
  return files;
}

interface PrintOptions {
  /** By fingerprint. */
  readonly files: ReadonlyMap<string, string>;
  readonly startedAt: number;
  readonly json: boolean;
  readonly wanted: number;
}

function print(tally: CampaignTally, { files, startedAt, json, wanted }: PrintOptions): void {
  const wallSeconds = (performance.now() - startedAt) / 1_000;
  const report: SimulationReport = {
    seeds: tally.seeds,
    failures: tally.failures.map(({ seed, failure: { fingerprint, message } }) => ({
      seed,
      fingerprint,
      file: files.get(fingerprint) ?? "",
      message,
    })),
    simulatedSeconds: tally.simulatedSeconds,
    wallSeconds,
    events: tally.events,
    determinismChecked: tally.seeds,
    faults: tally.faults,
    coverage: { reached: tally.reached.size, total: tally.coverageTotal },
  };
  if (json) return printJson(report);
  console.log(summary(report, wanted));
}

function summary(report: SimulationReport, wanted: number): string {
  const { seeds, failures, simulatedSeconds, wallSeconds, events, faults, coverage } = report;
  const speed = (2 * simulatedSeconds) / Math.max(wallSeconds, 0.001);
  const struck = Object.entries(faults).filter(([, count]) => count > 0);
  const rows: [string, string][] = [
    ["seeds", `${grouped(seeds)}${seeds < wanted ? ` of ${grouped(wanted)}` : ""}, each twice`],
    ["events", grouped(events)],
    ["simulated", `${grouped(Math.round(simulatedSeconds))} s in ${wallSeconds.toFixed(1)} s`],
    ["speed", `${grouped(Math.round(speed))} times real time`],
    ["coverage", `${grouped(coverage.reached)} of ${grouped(coverage.total)}`],
    ...struck.map(([name, count]): [string, string] => [name, grouped(count)]),
    ["failures", grouped(failures.length)],
  ];
  const lines = [
    ...new Map(failures.map((failure) => [failure.fingerprint, failure])).values(),
  ].map(
    ({ seed, fingerprint, file, message }) =>
      `\n${fingerprint}, seed ${String(seed)}: ${message}\n  npx reprise sim --failure ${file}`,
  );
  return [table(rows), ...lines].join("\n");
}

const progressText = ({ seeds, failures, events }: CampaignTally, wanted: number): string =>
  `${grouped(seeds)} of ${grouped(wanted)} seeds, ${grouped(events)} events, ` +
  `${grouped(failures.length)} failures`;

/** What was drawn, where it is not as calm: hidden faults make a failure unreadable. */
function optionLines(scenario: ScenarioName, drawn: SimulationOptions): string {
  const rows: [string, string][] = [["scenario", scenario]];
  for (const [group, value] of Object.entries(drawn) as [keyof SimulationOptions, unknown][]) {
    const calm = calmOptions[group];
    if (typeof value !== "object" || value === null) {
      rows.push([group, String(value)]);
      continue;
    }
    for (const [name, set] of Object.entries(value as Record<string, unknown>)) {
      const usual = (calm as unknown as Record<string, unknown>)[name];
      if (set !== usual) rows.push([`${group}.${name}`, String(set)]);
    }
  }
  return `${table(rows)}\n`;
}
