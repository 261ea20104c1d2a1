/**
 * Makes folders that are still there after a power cut: the entry of a new folder is durable once
 * the folder above it is synced, so that is done for each level that is made.
 *
 * The levels are made one by one. Node's own recursive mkdir never returns where a folder that
 * exists answers ENOENT to a new entry, as /proc does.
 */
import fs from "node:fs";
import { dirname } from "node:path";

type Settled = (error: NodeJS.ErrnoException | null) => void;

/** Folders that may be written but not read, and file systems that sync no folder. */
const unsyncable: ReadonlySet<string | undefined> = new Set(["EACCES", "EINVAL", "ENOTSUP"]);

/**
 * Makes the folder and those above it that are missing, each durable; one that is there is kept.
 *
 * @throws what `node:fs` throws when it cannot be made
 */
export function makeFolderSync(folder: string, mode: number): void {
  try {
    fs.mkdirSync(folder, { mode });
  } catch (error) {
    const above = dirname(folder);
    if (isFolder(folder)) return;
    if (!isMissing(error) || above === folder) throw error;
    makeFolderSync(above, mode);
    fs.mkdirSync(folder, { mode });
  }
  syncSync(dirname(folder));
}

/** The same without blocking the thread. */
export function makeFolder(folder: string, mode: number, settle: Settled): void {
  const above = dirname(folder);
  const made = (): void =>
    syncFolder(above, (error) => settle(unsyncable.has(error?.code) ? null : error));
  fs.mkdir(folder, { mode }, (error) => {
    if (error === null) return made();
    fs.stat(folder, (unseen, status) => {
      if (unseen === null && status.isDirectory()) return settle(null);
      if (!isMissing(error) || above === folder) return settle(error);
      makeFolder(above, mode, (failure) => {
        if (failure !== null) return settle(failure);
        fs.mkdir(folder, { mode }, (again) => {
          // Somebody else may have made it meanwhile; syncing once more does no harm.
          if (again === null || again.code === "EEXIST") made();
          else settle(again);
        });
      });
    });
  });
}

/** Makes the entries of a folder durable. */
export function syncFolder(folder: string, settle: Settled): void {
  // Windows neither opens a folder nor needs it: its file systems journal the entries themselves.
  if (process.platform === "win32") return void setImmediate(settle, null);
  fs.open(folder, "r", (error, descriptor) => {
    if (error !== null) return settle(error);
    fs.fsync(descriptor, (failure) => fs.close(descriptor, () => settle(failure)));
  });
}

function syncSync(folder: string): void {
  if (process.platform === "win32") return;
  let descriptor: number | null = null;
  try {
    descriptor = fs.openSync(folder, "r");
    fs.fsyncSync(descriptor);
  } catch (error) {
    if (!unsyncable.has((error as NodeJS.ErrnoException).code)) throw error;
  } finally {
    if (descriptor !== null) fs.closeSync(descriptor);
  }
}

const isMissing = (error: unknown): boolean =>
  (error as NodeJS.ErrnoException | null)?.code === "ENOENT";

function isFolder(path: string): boolean {
  try {
    return fs.statSync(path).isDirectory();
  } catch {
    return false; // missing, or not to be seen: the error of mkdir says more
  }
}
