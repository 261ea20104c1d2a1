/** Failure files: read for a replay, left by a campaign. */
import { readFile, writeFile } from "node:fs/promises";
import { failureText, readFailureFile } from "../../sim/index.ts";
import type { FailureFile } from "../../sim/index.ts";
import { CommandError } from "../command-error.ts";
import type { Finding } from "./tally.ts";

/** @throws CommandError, or ApiMisuseError for a file of another kind */
export async function readFailure(path: string): Promise<FailureFile> {
  let json: unknown;
  try {
    json = JSON.parse(await readFile(path, "utf8"));
  } catch (error) {
    const why = error instanceof SyntaxError ? "it is no JSON" : (error as Error).message;
    throw new CommandError(`${path} cannot be read: ${why}`);
  }
  return readFailureFile(json);
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
    await writeFile(path, failureText(found));
    const file = await shrink(found);
    if (file !== found) await writeFile(path, failureText(file));
    files.set(fingerprint, { path, file });
  }
  return files;
}

export interface LeftFile {
  readonly path: string;
  readonly file: FailureFile;
}

export const replayCommand = (path: string): string => `npx reprise sim --failure ${path}`;
