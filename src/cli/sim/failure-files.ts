/** Failure files: read for a replay, left by a campaign. */
import { writeFileSync } from "node:fs";
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
 * its thread with it. Each is written as soon as it is found, so that nothing that becomes of the
 * campaign loses it, and again when it has been made small.
 */
export class FailureFiles {
  readonly #files = new Map<string, LeftFile>();

  /** The files, and where they are, by fingerprint. */
  get left(): ReadonlyMap<string, LeftFile> {
    return this.#files;
  }

  /**
   * Writes what has no file yet.
   *
   * @param findings all so far
   */
  leave(findings: readonly Finding[]): void {
    for (const { seed, fingerprint, failure } of findings) {
      if (failure === null || this.#files.has(fingerprint)) continue;
      const path = `failure-${String(seed)}-${fingerprint}.json`;
      const file: FailureFile = { ...failure, replay: replayCommand(path) };
      // Between two seeds, and before a signal is heard that ends the process.
      writeFileSync(path, failureText(file));
      this.#files.set(fingerprint, { path, file });
    }
  }

  /** @param shrink what becomes of each; the same file where it stays as it was found */
  async rewrite(shrink: (file: FailureFile) => Promise<FailureFile>): Promise<void> {
    for (const [fingerprint, { path, file }] of this.#files) {
      const small = await shrink(file);
      if (small === file) continue;
      await writeFailure(path, small);
      this.#files.set(fingerprint, { path, file: small });
    }
  }
}

/** Writes over what was there. */
export const writeFailure = (path: string, file: FailureFile): Promise<void> =>
  writeFile(path, failureText(file));

export interface LeftFile {
  readonly path: string;
  readonly file: FailureFile;
}

export const replayCommand = (path: string): string => `npx reprise sim --failure ${path}`;
