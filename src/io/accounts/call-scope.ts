/**
 * Who asks: call ids are counted in each role's journal, so the name that goes before them is kept
 * beside it. A folder whose journal is gone counts from the start again, and gets a new name.
 */
import { randomBytes } from "node:crypto";
import fs from "node:fs";
import { join } from "node:path";
import { platformCode } from "../completions.ts";
import { makeFolderSync } from "../folders.ts";
import { folderAdvice, replaceFileSync } from "../replace-file.ts";
import { StartError } from "../start-error.ts";

/**
 * @param folder of the role
 * @returns a text that no other folder has, the same for as long as the journal is there
 * @throws StartError DATA_FOLDER_UNUSABLE
 */
export function callScope(folder: string): string {
  const file = join(folder, "caller");
  try {
    if (hasJournal(folder) && fs.existsSync(file)) return fs.readFileSync(file, "utf8").trim();
    const scope = randomBytes(12).toString("base64url");
    makeFolderSync(folder, 0o700);
    replaceFileSync(file, `${scope}\n`, 0o600, { flush: true });
    return scope;
  } catch (error) {
    throw new StartError(
      "DATA_FOLDER_UNUSABLE",
      `${file} cannot be read or written (${platformCode(error)}); ${folderAdvice(error)}`,
    );
  }
}

/** What `callScope` gave last; empty when it never did. */
export function keptScope(folder: string): string {
  try {
    return fs.readFileSync(join(folder, "caller"), "utf8").trim();
  } catch {
    return "";
  }
}

const hasJournal = (folder: string): boolean =>
  ["journal", "checkpoints"].some((name) => {
    const path = join(folder, name);
    return fs.existsSync(path) && fs.readdirSync(path).length > 0;
  });
