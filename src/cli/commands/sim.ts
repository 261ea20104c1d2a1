/**
 * `reprise sim`: plays servers and their clients through simulated faults, every seed twice, and
 * leaves a failure file for what breaks a rule.
 */
import {
  drawOptions,
  drawPlayersOptions,
  drawUpgradeOptions,
  scenarioNames,
  withOptions,
} from "../../sim/index.ts";
import type { PartialOptions, ScenarioName, SimulationOptions } from "../../sim/index.ts";
import { ApiMisuseError } from "../../core/kernel/assert.ts";
import { StartError } from "../../io/start-error.ts";
import { readingKeys } from "../../io/journal-keys.ts";
import { decimal, flag, integer, readArguments, text, texts, UsageError } from "../arguments.ts";
import type { Values } from "../arguments.ts";
import { CommandError } from "../command-error.ts";
import type { Command } from "../command.ts";
import { printJson, ProgressLine } from "../output.ts";
import { beginningAt, featuresGiven } from "../sim/beginning.ts";
import type { Beginning } from "../sim/beginning.ts";
import { runCampaign, workersFor } from "../sim/campaign.ts";
import { runCanary } from "../sim/canary.ts";
import { FailureFiles } from "../sim/failure-files.ts";
import { fixedOptions } from "../sim/fixed-options.ts";
import { Interrupt } from "../sim/interrupt.ts";
import { replayFailure } from "../sim/replay-failure.ts";
import {
  optionLine,
  optionLines,
  progressText,
  reportOfCampaign,
  storyText,
  summary,
} from "../sim/report.ts";
import { shrunkFile } from "../sim/shrink.ts";
import type { GivenToSeeds } from "../sim/tally.ts";

const help = `\
Plays servers and their clients through simulated faults, and checks that every rule holds.

Usage: reprise sim [--seed N] [--seeds COUNT] [--minutes M] [OPTIONS]
       reprise sim --from JOURNAL [--at SEQ] [--features FILE] [--seeds COUNT] [OPTIONS]
       reprise sim --failure FILE [--shrink] [--features FILE] [--json]
       reprise sim --canary [--json]

  --seed N         the first seed (default 1)
  --seeds COUNT    so many seeds, one after the other (default 1)
  --minutes M      as many seeds as there is time for; with --seeds, whichever ends first
  --until-failure  end with the first seed that breaks a rule; without --seeds and --minutes, go on
                   until there is one
  --scenario NAME  echo: one server that answers echoes; players: a login server and game servers,
                   with players who log in, walk and cheat; upgrade: servers that get their next
                   build in the middle of it; all: one after the other (default all)
  --seconds S      simulated seconds of faults for each seed (default 10)
  --set NAME=VALUE an option that is not drawn, by the name that a seed prints, for example
                   network.resetPerMillion=1000; may stand several times
  --workers N      threads to play seeds on (default: one a processor; 0: only the program's own).
                   They change how long it takes and nothing else
  --verbose        what each seed of several has drawn, a line each
  --missing        what could have been reached and was not: fault, packet type, session state;
                   and what too few seeds reach to be asked of any campaign
  --covered        exit code 1 also when something was not
  --no-shrink      leave failures as they were found
  --from JOURNAL   begin with the state of this journal: seeds are futures of it. Its connections
                   are closed, as by a restart, and simulated clients come in their place
  --at SEQ         after this event (default: the last one)
  --key FILE       a file with keys of an encrypted journal; may be repeated
  --features FILE  features of your own, for --from and --failure: a module that exports them, and
                   the clients' workload if echoes are not what they are about
  --failure FILE   replay a failure instead, and tell what happens
  --shrink         and first make its file small, where Ctrl-C or --no-shrink left it as found
  --canary         plant a bug and see that it is found, shrunk and replayed: exit code 1 if not
  --json           print one JSON object

Each seed draws its own mix of faults, plays it twice, and compares. When a rule is broken, the run
is shrunk to the few things that it takes, for a minute at most, told as a story, and left as a
failure file that makes it happen again without the seed: written when it is found, and again when
it is shrunk. Ctrl-C or SIGTERM ends a campaign with what it has so far; a second one at once.

Exit codes: 0 every rule holds, 1 a rule is broken (also in a campaign that was interrupted), or
--covered and something was not, 2 bad usage, or a file that is missing or says nothing, 130
interrupted.

Examples:
  reprise sim --seeds 200
  reprise sim --minutes 30 --until-failure --scenario players
  reprise sim --seed 17 --set clock.jumpsMax=0
  reprise sim --from data/game/journal --at 120000 --seeds 50
  reprise sim --failure failure-17-67b3acc3.json`;

const secondsMax = 3_600;
const minutesMax = 100_000;
const options = {
  seed: integer(null, { min: 0, max: Number.MAX_SAFE_INTEGER }),
  seeds: integer(null, { min: 1, max: 100_000_000 }),
  minutes: decimal(null, { min: 0.01, max: minutesMax }),
  "until-failure": flag(),
  seconds: integer(null, { min: 1, max: secondsMax }),
  scenario: text(null),
  set: texts(),
  workers: integer(null, { min: 0, max: 1_024 }),
  verbose: flag(),
  missing: flag(),
  covered: flag(),
  "no-shrink": flag(),
  from: text(null),
  at: integer(null, { min: 1, max: Number.MAX_SAFE_INTEGER }),
  key: texts(),
  features: text(null),
  failure: text(null),
  shrink: flag(),
  canary: flag(),
  json: flag(),
};
type SimValues = Values<typeof options>;

/** What a shell reports for a program that SIGINT has ended. */
const interruptedCode = 130;

export const sim: Command = {
  name: "sim",
  summary: "play servers through simulated faults, every seed twice",
  help,
  async run(argv) {
    try {
      return await play(argv);
    } catch (error) {
      throw withoutFinding(error);
    }
  },
};

/** Here 1 says that a rule is broken, so nothing else that went wrong may end with it. */
function withoutFinding(error: unknown): unknown {
  if (error instanceof CommandError) return new CommandError(error.message, error.details, 2);
  if (!(error instanceof Error) || error instanceof UsageError) return error;
  const isExpected =
    error instanceof ApiMisuseError || error instanceof StartError || "code" in error;
  return isExpected ? new CommandError(error.message, {}, 2) : error;
}

async function play(argv: readonly string[]): Promise<number> {
  const { values } = readArguments(argv, options);
  const { failure, canary, shrink, json, features, ...others } = values;
  const saysMore = Object.values(others).some((value) =>
    Array.isArray(value) ? value.length > 0 : value !== null && value !== false,
  );
  if (canary) {
    if (saysMore || shrink || features !== null || failure !== null)
      throw new UsageError("--canary stands alone");
    return runCanary(json);
  }
  if (failure !== null) {
    if (saysMore) throw new UsageError("--failure holds all that the other options could say");
    return replayFailure(failure, { json, shrink, given: await featuresGiven(features) });
  }
  if (shrink) throw new UsageError("--shrink needs a --failure; a campaign shrinks by itself");
  if (values.from === null) {
    if (values.at !== null) throw new UsageError("--at is for --from");
    if (features !== null) throw new UsageError("--features is for --from and --failure");
    return campaign(values, scenariosOf(values.scenario), {});
  }
  const { scenario, given } = await beginningOf(values, values.from);
  return campaign(values, [scenario], given);
}

/** @throws UsageError for a name that there is not */
function scenariosOf(wanted: string | null): readonly ScenarioName[] {
  if (wanted === null || wanted === "all") return scenarioNames;
  const found = scenarioNames.find((name) => name === wanted);
  if (found !== undefined) return [found];
  throw new UsageError(`--scenario is ${[...scenarioNames, "all"].join(", ")}, not "${wanted}"`);
}

function fixedOf({ set, seconds }: SimValues): PartialOptions {
  const fixed = fixedOptions(set);
  if (seconds === null) return fixed;
  if (fixed.seconds !== undefined) throw new UsageError("--seconds and --set seconds are the same");
  return { ...fixed, seconds };
}

/** How many seeds; null for as many as there is time for. */
function seedsWanted(values: SimValues): number | null {
  if (values.seeds !== null) return values.seeds;
  return values.minutes !== null || values["until-failure"] ? null : 1;
}

/** What a seed plays with. */
function optionsOf(seed: number, scenario: ScenarioName, fixed: PartialOptions): SimulationOptions {
  const draws = {
    echo: drawOptions,
    players: drawPlayersOptions,
    upgrade: drawUpgradeOptions,
  } satisfies Record<ScenarioName, unknown>;
  return withOptions(draws[scenario](seed), fixed);
}

/** A log says which scenario goes on with it. */
async function beginningOf(
  { at, features, key, scenario }: SimValues,
  from: string,
): Promise<Beginning> {
  if (scenario !== null) throw new UsageError("--from says which scenario it is by its log");
  const progress = new ProgressLine();
  try {
    const order = { from, at, features, keys: readingKeys(key) };
    const beginning = await beginningAt(order, progress);
    progress.end();
    if (beginning.advice !== null) console.error(`reprise sim: warning: ${beginning.advice}`);
    return beginning;
  } finally {
    progress.end();
  }
}

async function campaign(
  values: SimValues,
  scenarios: readonly ScenarioName[],
  given: GivenToSeeds,
): Promise<number> {
  const { json, verbose } = values;
  const fixed = fixedOf(values);
  const firstSeed = values.seed ?? 1;
  const wanted = seedsWanted(values);
  const seeds = wanted ?? Infinity;
  const msMax = values.minutes === null ? null : values.minutes * 60_000;
  if (!json && wanted === 1) {
    for (const scenario of scenarios) {
      console.log(optionLines(scenario, optionsOf(firstSeed, scenario, fixed)));
    }
  }
  const line = new ProgressLine();
  const startedAt = performance.now();
  const elapsedMs = (): number => performance.now() - startedAt;
  const interrupt = new Interrupt();
  const files = new FailureFiles();
  // One seed is played here, where nothing hears a signal: it ends the process as it always does.
  if (seeds > 1) interrupt.listen();
  try {
    const tally = await runCampaign({
      firstSeed,
      seeds,
      scenarios,
      fixed,
      given,
      // Features cannot be handed to another thread.
      workers: given.features ? 0 : (values.workers ?? workersFor(Math.min(seeds, 1_000_000))),
      untilFailure: values["until-failure"],
      progress: (soFar, { seed }) => {
        files.leave(soFar.failures);
        if (verbose && !json && wanted !== 1) {
          line.end();
          for (const scenario of scenarios) {
            console.log(optionLine(seed, scenario, optionsOf(seed, scenario, fixed)));
          }
        }
        line.show(() => progressText({ tally: soFar, wanted, elapsedMs: elapsedMs(), msMax }));
        return !interrupt.isHeard && (msMax === null || elapsedMs() < msMax);
      },
    });
    line.end();
    const wallSeconds = elapsedMs() / 1_000;
    const interrupted = interrupt.isHeard && (wanted === null || tally.seeds < wanted);
    const progress = (text: () => string): void => line.show(text);
    const { from: _from, workload: _workload, ...own } = given;
    const watch = { isStopped: () => interrupt.isHeard, progress, given: own };
    if (!values["no-shrink"]) await files.rewrite((file) => shrunkFile(file, watch));
    line.end();
    const listsMissing = values.missing || values.covered;
    const parts = { files: files.left, wallSeconds, interrupted, scenarios, listsMissing };
    const report = reportOfCampaign(tally, parts);
    if (json) printJson(report);
    else console.log(`${summary(report, wanted)}${storyText(files.left)}`);
    if (tally.failures.length > 0) return 1;
    if (interrupted) return interruptedCode;
    return values.covered && (report.coverage.missing ?? []).length > 0 ? 1 : 0;
  } finally {
    line.end();
    interrupt.forget();
  }
}
