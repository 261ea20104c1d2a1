/**
 * A bug that must be found. A simulator that finds nothing looks like a program without bugs, so
 * now and then a server is played that breaks its first promise, and the alarm has to ring: the bug
 * is found, shrunk, written to a file, read again, and fails again.
 */
import { failureFile, failureText, FileShrinking, readFailureFile } from "./failure-file.ts";
import type { FailureFile } from "./failure-file.ts";
import { simulatedHost } from "./host.ts";
import type { PartialOptions } from "./options.ts";
import type { Given } from "./shrink/index.ts";
import { simulate } from "./simulate.ts";

/** Answers do not wait for their events to be durable, so a crash takes back what was told. */
export const canaryBug =
  "a server whose answers leave when the system has them, and the disk has not";
/** Who has to find it. */
export const canaryChecker = "durability";

const given = (): Given => ({ host: simulatedHost({ host: { durability: "written" } }) });

/** Crashes are what shows it. */
const fixed: PartialOptions = { seconds: 3, process: { endsMax: 4, restartMaxMicros: 100_000 } };
const seedsMax = 200;
/** The alarm has rung by then; a story would be shorter with more. */
const runsMax = 400;

export interface CanaryResult {
  /** The first seed that found it; null when none did. */
  readonly seed: number | null;
  /** As it was left, and read again; null when nothing was found. */
  readonly file: FailureFile | null;
  /** What did not work; null when the alarm rings. */
  readonly silent: string | null;
}

/** Plants, finds, shrinks, writes, reads and replays. Takes a few seconds. */
export function canary(): CanaryResult {
  for (let seed = 1; seed <= seedsMax; seed += 1) {
    const result = simulate({ ...given(), seed, fixed });
    const { failure } = result;
    if (failure === null) continue;
    if (failure.checker !== canaryChecker) {
      return { seed, file: null, silent: `found by ${failure.checker}: ${failure.message}` };
    }
    const shrinking = new FileShrinking(failureFile(result, failure, "canary.json"), {
      given,
      runsMax,
    });
    while (shrinking.step());
    const file = readFailureFile(JSON.parse(failureText(shrinking.file())));
    return { seed, file, silent: judged(file) };
  }
  return { seed: null, file: null, silent: `not found in ${String(seedsMax)} seeds` };
}

function judged({ plan, fingerprint, shrunk, story }: FailureFile): string | null {
  if (shrunk === null || shrunk.events >= shrunk.eventsBefore) return "it was found, not shrunk";
  if (story.length === 0) return "it was found, not told";
  const again = simulate({ ...given(), plan }).failure;
  if (again?.fingerprint !== fingerprint) return "its file does not make it happen again";
  const sound = simulate({ plan }).failure;
  return sound === null ? null : `a sound server fails, too: ${sound.message}`;
}
