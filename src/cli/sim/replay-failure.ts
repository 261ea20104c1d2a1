/** `reprise sim --failure`: a failure again, and how it came about. */
import { simulate, storyOf } from "../../sim/index.ts";
import type { FailureFile } from "../../sim/index.ts";
import { printJson, ProgressLine } from "../output.ts";
import { readFailure, writeFailure } from "./failure-files.ts";
import { Interrupt } from "./interrupt.ts";
import { optionLines, reportOfCampaign, storyText, summary } from "./report.ts";
import { shrunkFile } from "./shrink.ts";
import { addTo, newTally, reportOf } from "./tally.ts";
import type { GivenToSeeds } from "./tally.ts";

export interface FailureOrder {
  readonly json: boolean;
  readonly shrink: boolean;
  /** What the run was given besides its plan. */
  readonly given: Pick<GivenToSeeds, "features" | "mayThrow">;
}

/**
 * @returns the exit code: 0 when the failure is gone
 * @throws CommandError for a file that is none
 */
export async function replayFailure(
  path: string,
  { json, shrink, given }: FailureOrder,
): Promise<number> {
  const found = await readFailure(path);
  const file = shrink ? await shrunkInPlace(path, found, given) : found;
  if (!json) console.log(optionLines(file.plan.scenario ?? "echo", file.plan.options));
  const startedAt = performance.now();
  const result = simulate({ ...given, plan: file.plan });
  const tally = newTally();
  addTo(tally, reportOf(file.seed ?? 0, [result]));
  const wallSeconds = (performance.now() - startedAt) / 1_000;
  const again = tally.failures[0]?.failure ?? null;
  const story = again === null || json ? [] : storyOf(file.plan, given);
  const left = again === null ? null : { path, file: { ...again, shrunk: file.shrunk, story } };
  const files = new Map(left === null ? [] : [[left.file.fingerprint, left]]);
  const scenarios = [file.plan.scenario ?? "echo"] as const;
  const parts = { files, wallSeconds, interrupted: false, scenarios, listsMissing: false };
  const report = reportOfCampaign(tally, parts);
  if (json) printJson(report);
  else console.log(`${summary(report, 1)}${storyText(files)}`);
  if (again === null) {
    if (!json) console.log(`The failure ${file.fingerprint} (${file.message}) is gone.`);
    return 0;
  }
  if (again.fingerprint !== file.fingerprint && !json) {
    console.log(`Another failure than the file's, which was ${file.fingerprint}: ${file.message}`);
  }
  if (!json) console.log(`\nThe server's last words:\n${again.log.join("\n")}`);
  return 1;
}

/** Ctrl-C leaves the smallest so far. */
async function shrunkInPlace(
  path: string,
  found: FailureFile,
  given: FailureOrder["given"],
): Promise<FailureFile> {
  const line = new ProgressLine();
  const interrupt = new Interrupt();
  interrupt.listen();
  try {
    const small = await shrunkFile(found, {
      isStopped: () => interrupt.isHeard,
      progress: (text) => line.show(text),
      given,
    });
    await writeFailure(path, small);
    return small;
  } finally {
    line.end();
    interrupt.forget();
  }
}
