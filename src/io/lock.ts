/**
 * One process at a time owns a data folder.
 *
 * The lock is the operating system's, taken by SQLite on the file `lock`. So it ends with its
 * process, however that ends: there is no stale lock to judge, a process id that is used again
 * means nothing, and two processes that come at the same moment cannot both take over. A plain pid
 * file can promise none of the three. `owner.json` beside it is only for the message.
 */
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import { platformCode } from "./completions.ts";
import { makeFolderSync } from "./folders.ts";
import { ownIdentity } from "./process-identity.ts";
import { folderAdvice } from "./replace-file.ts";
import { StartError } from "./start-error.ts";

export interface FolderLock {
  /** Gives the folder up. A second call does nothing. */
  release(): void;
}

/** SQLITE_BUSY. */
const busy = 5;

/** What this process has locked. A database that nobody refers to would be closed, and unlocked. */
const held = new Set<DatabaseSync>();

/**
 * Makes the folder if need be and locks it.
 *
 * @throws StartError DATA_FOLDER_LOCKED naming folder, owner and what to do, or
 *   DATA_FOLDER_UNUSABLE when it cannot be made or written
 */
export function lockFolder(folder: string): FolderLock {
  const database = openLockFile(folder);
  try {
    database.exec("PRAGMA busy_timeout = 0; PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE");
  } catch (error) {
    database.close();
    if (isBusy(error)) throw new StartError("DATA_FOLDER_LOCKED", lockedMessage(folder));
    throw unusable(folder, error);
  }
  const owner = join(folder, "owner.json");
  held.add(database);
  writeOwner(owner);
  return {
    release: () => {
      if (!held.delete(database)) return;
      removeOwner(owner);
      database.close();
    },
  };
}

/** As well as it can be: the lock holds also where the disk has no room for a name. */
function writeOwner(path: string): void {
  try {
    writeFileSync(path, `${JSON.stringify({ ...ownIdentity(), since: new Date() })}\n`);
  } catch {
    // Rather nobody's name than that of whoever was here before.
    removeOwner(path);
  }
}

function removeOwner(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {
    // It is something else, and not ours.
  }
}

function openLockFile(folder: string): DatabaseSync {
  try {
    makeFolderSync(folder, 0o750);
    const sqlite = quietly(() => process.getBuiltinModule("node:sqlite"));
    return new sqlite.DatabaseSync(join(folder, "lock"));
  } catch (error) {
    throw unusable(folder, error);
  }
}

/**
 * Node 24 warns on standard error, where log lines are, that SQLite is experimental there. What is
 * used of it here is the same in every version.
 */
function quietly<T>(load: () => T): T {
  const emitWarning: unknown = Reflect.get(process, "emitWarning");
  process.emitWarning = () => undefined;
  try {
    return load();
  } finally {
    Reflect.set(process, "emitWarning", emitWarning);
  }
}

const isBusy = (error: unknown): boolean =>
  error instanceof Error && "errcode" in error && error.errcode === busy;

const unusable = (folder: string, error: unknown): StartError =>
  new StartError(
    "DATA_FOLDER_UNUSABLE",
    `data folder ${folder} cannot be used (${platformCode(error)}); ${folderAdvice(error)}`,
  );

function lockedMessage(folder: string): string {
  let owner = "another process";
  try {
    const { pid, since } = JSON.parse(readFileSync(join(folder, "owner.json"), "utf8"));
    owner = `process ${Number(pid)} since ${String(since)}`;
  } catch {
    // The owner may be between taking the lock and writing its name down.
  }
  return (
    `data folder ${folder} is in use by ${owner}; ` +
    "stop that process (reprise kill) or choose another folder: --data-dir DIR"
  );
}
