/** Failure files: read for a replay, left by a campaign. */
import { readFile, writeFile } from "node:fs/promises";
import { readFailureFile } from "../../sim/index.ts";
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
 * One file for each fingerprint, of the seed with the smallest number; none for a seed that took its
 * thread with it. Returns their paths by fingerprint.
 */
export async function leaveFiles(
  findings: readonly Finding[],
): Promise<ReadonlyMap<string, string>> {
  const files = new Map<string, string>();
  for (const { seed, fingerprint, failure } of findings) {
    if (failure === null || files.has(fingerprint)) continue;
    const path = `failure-${String(seed)}-${fingerprint}.json`;
    const content: FailureFile = { ...failure, replay: replayCommand(path) };
    await writeFile(path, `${JSON.stringify(content, null, 1)}\n`);
    files.set(fingerprint, path);
  }
  return files;
}

export const replayCommand = (path: string): string => `npx reprise sim --failure ${path}`;
