/** Shrinks what a campaign has found, for as long as somebody would wait for it. */
import { FileShrinking } from "../../sim/index.ts";
import type { FailureFile, Shrunk } from "../../sim/index.ts";
import { grouped } from "../output.ts";
import type { GivenToSeeds } from "./tally.ts";

/** For one failure. Most take a second or two. */
const secondsMax = 60;

export interface ShrinkWatch {
  /** What the run was given besides its plan. */
  readonly given?: Pick<GivenToSeeds, "features" | "mayThrow">;
  /** Asked between two runs: somebody has had enough. */
  readonly isStopped: () => boolean;
  /** Told after each run. */
  readonly progress: (text: () => string) => void;
}

/** The file made small, with its story. Signals are heard in between. */
export async function shrunkFile(
  file: FailureFile,
  { isStopped, progress, given = {} }: ShrinkWatch,
): Promise<FailureFile> {
  const shrinking = new FileShrinking(file, { given: () => given });
  const until = performance.now() + secondsMax * 1_000;
  while (shrinking.step() && performance.now() < until && !isStopped()) {
    progress(() => progressText(file, shrinking.soFar));
    await new Promise((resolve) => setImmediate(resolve));
  }
  return shrinking.file();
}

const progressText = ({ fingerprint }: FailureFile, soFar: Shrunk): string =>
  `shrinking ${fingerprint}: ${grouped(soFar.eventsBefore)} events, ` +
  `${grouped(soFar.events)} left after ${grouped(soFar.runs)} runs`;

/** How small it has become, in words; null for a file that was left as it was. */
export function shrunkText({ shrunk }: FailureFile): string | null {
  if (shrunk === null) return null;
  const { eventsBefore, events, runs, isFinished } = shrunk;
  const end = isFinished ? "" : ", not finished: the best so far";
  return (
    `shrunk from ${grouped(eventsBefore)} events to ${grouped(events)} ` +
    `in ${grouped(runs)} runs${end}`
  );
}
