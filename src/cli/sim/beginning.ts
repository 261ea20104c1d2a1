/**
 * What `reprise sim` is given by files: the state of a log to begin with, and features of users.
 * A log of the built-in roles goes on among players, who log in, walk and cheat; one of features of
 * a user's own among clients who do what his workload says.
 */
import type { JournalKeys } from "../../core/journal/index.ts";
import type { Fork, ScenarioName, Workload } from "../../sim/index.ts";
import type { ProgressLine } from "../output.ts";
import { exportedBy, loadFeatures } from "../replay/features-file.ts";
import { forkLog } from "../replay/fork-log.ts";
import { openLog } from "../replay/log.ts";
import { givenByFile, otherContracts } from "../replay/other-contracts.ts";
import { builtinFeatures } from "../../core/features/index.ts";
import type { GivenToSeeds } from "./tally.ts";

export interface BeginningOrder {
  readonly from: string;
  /** The last event that is to have happened; null: the log's last. */
  readonly at: number | null;
  /** A module; null: the built-in features. */
  readonly features: string | null;
  readonly keys: JournalKeys;
}

export interface Beginning {
  readonly scenario: ScenarioName;
  readonly given: GivenToSeeds;
  /** Why the state may be none of theirs, and what to do about it; null: it is theirs. */
  readonly advice: string | null;
}

/** @throws CommandError when there is no such moment, or the module has no features */
export async function beginningAt(
  { from, at, features, keys }: BeginningOrder,
  progress: ProgressLine,
): Promise<Beginning> {
  const log = await openLog(from, { features, keys }, progress);
  const adviceOn = ({ sequence }: Fork): string | null =>
    otherContracts(log, sequence, givenByFile(features));
  const isBuiltin = features === null && log.role !== null;
  if (isBuiltin) {
    const fork = forkLog(log, at, log.role === "login" ? "login" : "game-1");
    return { scenario: "players", given: { from: fork }, advice: adviceOn(fork) };
  }
  const fork = forkLog(log, at, "server");
  const more = features === null ? {} : await givenIn(features);
  const given = { from: fork, features: log.features, ...more };
  return { scenario: "echo", given, advice: adviceOn(fork) };
}

/** The features of a plan's servers; none when they are the built-in ones. */
export async function featuresGiven(path: string | null): Promise<GivenToSeeds> {
  if (path === null) return {};
  const features = await loadFeatures(path, null, builtinFeatures);
  const { mayThrow } = await givenIn(path);
  return { features, ...(mayThrow === undefined ? {} : { mayThrow }) };
}

/** What the module says of a run besides its features. */
async function givenIn(path: string): Promise<Pick<GivenToSeeds, "workload" | "mayThrow">> {
  const { workload, mayThrow } = await exportedBy(path);
  return {
    ...(typeof workload === "function" ? { workload: workload as Workload } : {}),
    ...(Array.isArray(mayThrow) ? { mayThrow: mayThrow.map(String) } : {}),
  };
}
