/** Failure files: read for a replay, left by a campaign. */
import { readFile, writeFile } from "node:fs/promises";
import { failureText, readFailureFile } from "../../sim/index.ts";
import type { FailureFile } from "../../sim/index.ts";
import { CommandError } from "../command-error.ts";
import type { Finding } from "./tally.ts";

/** @throws CommandError with exit code 2 for a file that is none: 1 says that a rule is broken */
export async function readFailure(path: string): Promise<FailureFile> {
  try {
    return readFailureFile(JSON.parse(await readFile(path, "utf8")));
  } catch (error) {
    const why = error instanceof SyntaxError ? "it is no JSON" : (error as Error).message;
    throw new CommandError(`${path} cannot be read: ${why}`, {}, 2);
  }
}

/**
 * One file for each fingerprint, of the seed with the smallest number; none for a seed that took
 * its thread with it. Each is written as it was found first, so that nothing is lost while it
 * shrinks.
 *
 * @param shrink what becomes of a file before it is left
 * @returns the files, and where they are, by fingerprint
 */
export async function leaveFiles(
  findings: readonly Finding[],
  shrink: (file: FailureFile) => Promise<FailureFile>,
): Promise<ReadonlyMap<string, LeftFile>> {
  const files = new Map<string, LeftFile>();
  for (const { seed, fingerprint, failure } of findings) {
    if (failure === null || files.has(fingerprint)) continue;
    const path = `failure-${String(seed)}-${fingerprint}.json`;
    const found: FailureFile = { ...failure, replay: replayCommand(path) };
    await writeFailure(path, found);
    const file = await shrink(found);
    if (file !== found) await writeFailure(path, file);
    files.set(fingerprint, { path, file });
  }
  return files;
}

/** Writes over what was there. */
export const writeFailure = (path: string, file: FailureFile): Promise<void> =>
  writeFile(path, failureText(file));

export interface LeftFile {
  readonly path: string;
  readonly file: FailureFile;
}

export const replayCommand = (path: string): string => `npx reprise sim --failure ${path}`;
