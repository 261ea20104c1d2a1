/**
 * Small files of the data folder that a start writes: replaced in one step, so that a start which
 * is cut short leaves the old file or the new one, and nothing beside it.
 */
import fs from "node:fs";
import { platformCode } from "./completions.ts";

export interface ReplaceOptions {
  /** The text is on the disk before it has the file's name. Off when left out. */
  readonly flush?: boolean;
}

/**
 * Writes the file anew, and only when its text is another: a disk that is full, or may only be
 * read, does not matter to what is there already.
 *
 * @throws what `node:fs` throws when it cannot be written
 */
export function replaceFileSync(
  path: string,
  text: string,
  mode: number,
  { flush = false }: ReplaceOptions = {},
): void {
  if (textOf(path) === text) return;
  const temporary = `${path}.${process.pid}.new`;
  try {
    fs.writeFileSync(temporary, text, { mode, flush });
    fs.renameSync(temporary, path);
  } catch (error) {
    removeIfThere(temporary);
    throw error;
  }
}

/** What has failed before is what is told. */
function removeIfThere(path: string): void {
  try {
    fs.rmSync(path, { force: true });
  } catch {
    // It was not made: "no folder" is such a case.
  }
}

function textOf(path: string): string | null {
  try {
    return fs.readFileSync(path, "utf8");
  } catch {
    return null;
  }
}

/** False when the folder's disk is full; true when nobody can say. */
export function hasRoom(folder: string): boolean {
  try {
    return fs.statfsSync(folder).bavail > 0;
  } catch {
    return true;
  }
}

/** SQLITE_FULL. */
const full = 13;

/** What to do about a data folder in which something could not be written. */
export function folderAdvice(error: unknown): string {
  const code = platformCode(error);
  const isFull =
    code === "ENOSPC" ||
    code === "EDQUOT" ||
    (error instanceof Error && "errcode" in error && error.errcode === full);
  const advice = isFull ? "free space there" : "make the folder writable";
  return `${advice} or choose another: --data-dir DIR`;
}
