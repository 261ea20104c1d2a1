/**
 * The disk of one machine. Every file has two contents: what the operating system has (`written`),
 * which survives the process, and what the medium has (`durable`), which survives the machine. The
 * same holds for the entries of a folder.
 *
 *     write, truncate --> written --sync--> durable        (a file's bytes)
 *     create, rename, remove --> names --syncFolder--> durable names
 *
 * F1. Operations on one path complete in the order in which they were asked for.
 * F2. An operation takes effect when it completes, and at no other time. One that has not completed
 *     when the process dies may have taken effect or not.
 * F3. After a power loss a file holds its durable bytes, plus, of each write since the last sync,
 *     all, nothing, a beginning, or some sectors, whichever was decided.
 * F4. A sync that failed makes nothing durable, and a later sync does not make up for it: the
 *     kernel has forgotten that the bytes were dirty. (Linux does so.)
 *
 * Left out: one file system may order entries and bytes more strictly than this. A host that
 * survives here survives there.
 */
import { assertNever } from "../core/kernel/assert.ts";
import type { FileEntry, FileOperation, FileResult } from "../core/contract.ts";
import type { RandomStream } from "../core/kernel/random.ts";
import type { Decisions, Subject } from "./decisions.ts";
import type { FaultCounters } from "./faults.ts";
import type { DiskOptions } from "./options.ts";
import { Pages } from "./pages.ts";
import type { Scheduler, Task } from "./scheduler.ts";

export interface DiskParts {
  readonly scheduler: Scheduler;
  readonly decisions: Decisions;
  readonly faults: FaultCounters;
  readonly options: DiskOptions;
}

/** A change that no sync has covered. */
type Unsynced =
  | { readonly type: "write"; readonly offset: number; readonly length: number }
  | { readonly type: "truncate"; readonly length: number };

/** An operation that has not completed. */
interface Pending {
  readonly operation: FileOperation;
  readonly task: Task;
}

interface File {
  readonly written: Pages;
  readonly durable: Pages;
  unsynced: Unsynced[];
  /** Writes whose sync failed (F4): they are as unsure as unsynced ones, for ever. */
  forsaken: Unsynced[];
}

const done: FileResult = { ok: true, type: "done" };
const failed = (code: string): FileResult => ({ ok: false, code });
const sectorBytes = 512;

export class Disk {
  readonly #parts: DiskParts;
  readonly #subjects: DiskSubjects;
  /** What the running system sees. */
  #files = new Map<string, File>();
  /** What a power loss would leave of the names. */
  #durableFiles = new Map<string, File>();
  /** When the last operation on each path completes. */
  readonly #busyUntilMicros = new Map<string, number>();
  /** In the order in which they were asked for. */
  readonly #pending = new Set<Pending>();

  /** @param name of the machine, part of the decisions' keys */
  constructor(parts: DiskParts, name: string) {
    this.#parts = parts;
    const about = (what: string): Subject => parts.decisions.subject(`disk/${name}/${what}`);
    this.#subjects = {
      slow: about("slow"),
      syncFailed: about("syncFailed"),
      writeFailed: about("writeFailed"),
      lost: about("lost"),
      entryLost: about("entryLost"),
      pending: about("pending"),
    };
  }

  /**
   * Orders one operation. The bytes of a write must not change before it completes.
   *
   * @param completed called later, unless the process dies before
   */
  order(operation: FileOperation, completed: (result: FileResult) => void): void {
    const { scheduler } = this.#parts;
    const paths = pathsOf(operation);
    let atMicros = scheduler.nowMicros + this.#duration(operation);
    for (const path of paths) atMicros = Math.max(atMicros, this.#busyUntilMicros.get(path) ?? 0);
    for (const path of paths) this.#busyUntilMicros.set(path, atMicros);
    const task = scheduler.at(atMicros, () => {
      this.#pending.delete(pending);
      completed(this.#perform(operation));
    });
    const pending: Pending = { operation, task };
    this.#pending.add(pending);
  }

  /**
   * The process died. What it had ordered completes for nobody; the operation that was under way
   * on a path has taken effect or not, those behind it have not.
   */
  processDied(): void {
    for (const operation of this.#dropPending()) {
      const happens = this.#subjects.pending.next<boolean>(false, (random) => random.chance(1, 2));
      if (happens) this.#perform(operation);
    }
  }

  /**
   * The machine lost its power. What is left is what was durable, and what the decisions spare: of
   * what was under way, too.
   */
  powerLost(): void {
    this.processDied();
    const files = new Set([...this.#files.values(), ...this.#durableFiles.values()]);
    for (const file of files) this.#loseUnsynced(file);
    this.#loseEntries();
  }

  /**
   * What a reader of the running system gets, for checkers, at no cost in simulated time. Zeros at
   * the end may be left out.
   */
  read(path: string, from: "written" | "durable" = "written"): Uint8Array | null {
    const files = from === "written" ? this.#files : this.#durableFiles;
    const file = files.get(path);
    if (file === undefined) return null;
    const pages = from === "written" ? file.written : file.durable;
    return pages.read(0, pages.contentEnd);
  }

  /** The paths of all files, ascending. */
  paths(from: "written" | "durable" = "written"): string[] {
    const files = from === "written" ? this.#files : this.#durableFiles;
    return [...files.keys()].sort(byCodeUnits);
  }

  /** Puts a file there before the run begins, durable. */
  install(path: string, bytes: Uint8Array): void {
    const file = newFile();
    file.written.write(0, bytes);
    file.durable.copyFrom(file.written, 0, bytes.length);
    this.#files.set(path, file);
    this.#durableFiles.set(path, file);
  }

  #duration(operation: FileOperation): number {
    const { options, faults } = this.#parts;
    const isSync = operation.type === "sync" || operation.type === "syncFolder";
    const usual = isSync ? options.syncMicros : options.operationMicros;
    const extra = this.#subjects.slow.seldom(options.slowPerMillion, options.slowMaxMicros);
    if (extra > 0) faults.hit("disk.slow");
    return usual + extra;
  }

  /** Forgets what was ordered; returns the first operation of each path. */
  #dropPending(): FileOperation[] {
    const begun: FileOperation[] = [];
    const busy = new Set<string>();
    for (const { operation, task } of this.#pending) {
      this.#parts.scheduler.cancel(task);
      const paths = pathsOf(operation);
      if (!paths.some((path) => busy.has(path))) begun.push(operation);
      for (const path of paths) busy.add(path);
    }
    this.#pending.clear();
    this.#busyUntilMicros.clear();
    return begun;
  }

  #perform(operation: FileOperation): FileResult {
    switch (operation.type) {
      case "list":
        return { ok: true, type: "entries", entries: this.#list(operation.folder) };
      case "read": {
        const file = this.#files.get(operation.path);
        const { offset, length } = operation;
        const bytes = file?.written.read(offset, length) ?? new Uint8Array(0);
        return { ok: true, type: "bytes", bytes };
      }
      case "write":
        return this.#write(operation);
      case "sync":
        return this.#sync(operation.path);
      case "syncFolder":
        return this.#syncFolder(operation.folder);
      case "truncate":
        return this.#truncate(operation.path, operation.length);
      case "rename":
        return this.#rename(operation.from, operation.to);
      case "remove":
        return this.#files.delete(operation.path) ? done : failed("ENOENT");
      default:
        return assertNever(operation);
    }
  }

  #list(folder: string): FileEntry[] {
    const prefix = folder === "" || folder === "." ? "" : `${folder}/`;
    const entries: FileEntry[] = [];
    for (const [path, file] of this.#files) {
      const name = path.slice(prefix.length);
      if (!path.startsWith(prefix) || name.includes("/")) continue;
      entries.push({ name, bytes: file.written.length });
    }
    return entries.sort((left, right) => byCodeUnits(left.name, right.name));
  }

  #write(operation: Extract<FileOperation, { type: "write" }>): FileResult {
    const { path, offset, bytes, zerosBehind = 0 } = operation;
    const { options, faults } = this.#parts;
    const fails = this.#subjects.writeFailed.strikes(options.writeFailedPerMillion);
    if (fails) {
      faults.hit("disk.write-failed");
      return failed("EIO");
    }
    let file = this.#files.get(path);
    if (file === undefined) {
      file = newFile();
      this.#files.set(path, file);
    }
    file.written.write(offset, bytes);
    file.unsynced.push({ type: "write", offset, length: bytes.length });
    // A write of its own: the disk may have one and not the other.
    const end = offset + bytes.length;
    if (zerosBehind > 0) {
      file.written.writeZeros(end, zerosBehind);
      file.unsynced.push({ type: "write", offset: end, length: zerosBehind });
    }
    return done;
  }

  #truncate(path: string, length: number): FileResult {
    const file = this.#files.get(path);
    if (file === undefined) return failed("ENOENT");
    file.written.truncate(length);
    file.unsynced.push({ type: "truncate", length });
    return done;
  }

  #sync(path: string): FileResult {
    const file = this.#files.get(path);
    if (file === undefined) return failed("ENOENT");
    const { options, faults } = this.#parts;
    const fails = this.#subjects.syncFailed.strikes(options.syncFailedPerMillion);
    if (fails) {
      faults.hit("disk.sync-failed");
      file.forsaken.push(...file.unsynced);
      file.unsynced = [];
      return failed("EIO");
    }
    for (const change of file.unsynced) {
      if (change.type === "write") {
        file.durable.copyFrom(file.written, change.offset, change.length);
      }
    }
    file.durable.truncate(file.written.length);
    file.unsynced = [];
    return done;
  }

  #syncFolder(folder: string): FileResult {
    const isIn = (path: string): boolean => parentOf(path) === folder;
    for (const path of this.#durableFiles.keys()) {
      if (isIn(path) && !this.#files.has(path)) this.#durableFiles.delete(path);
    }
    for (const [path, file] of this.#files) if (isIn(path)) this.#durableFiles.set(path, file);
    return done;
  }

  #rename(from: string, to: string): FileResult {
    const file = this.#files.get(from);
    if (file === undefined) return failed("ENOENT");
    this.#files.delete(from);
    this.#files.set(to, file);
    return done;
  }

  #loseUnsynced(file: File): void {
    for (const change of [...file.forsaken, ...file.unsynced]) {
      if (change.type === "write") this.#loseWrite(file, change.offset, change.length);
      else this.#loseTruncation(file, change.length);
    }
    file.written.become(file.durable);
    file.unsynced = [];
    file.forsaken = [];
  }

  #loseTruncation(file: File, length: number): void {
    const isLost = this.#subjects.lost.next<boolean>(true, (random) => random.chance(1, 2));
    if (isLost) this.#parts.faults.hit("disk.lost");
    else file.durable.truncate(length);
  }

  /** Decides how much of one write the medium got: lost, a beginning, some sectors, or all. */
  #loseWrite(file: File, offset: number, length: number): void {
    const kept = this.#subjects.lost.next<Kept | null>(null, (random) => drawKept(random, length));
    const { faults } = this.#parts;
    if (kept === "all") {
      file.durable.copyFrom(file.written, offset, length);
      return;
    }
    const isLost = kept === null || kept === "none";
    faults.hit(isLost ? "disk.lost" : "disk.torn");
    if (isLost) return;
    if (typeof kept === "number") {
      file.durable.copyFrom(file.written, offset, Math.min(kept, length));
      return;
    }
    for (const sector of kept) {
      const from = sector * sectorBytes;
      if (from >= length) continue;
      const count = Math.min(sectorBytes, length - from);
      file.durable.copyFrom(file.written, offset + from, count);
    }
  }

  /** Decides for each name whose creation or removal was not synced whether it came to be. */
  #loseEntries(): void {
    const files = new Map(this.#durableFiles);
    const changed = new Set([...this.#files.keys(), ...this.#durableFiles.keys()]);
    for (const path of [...changed].sort(byCodeUnits)) {
      const now = this.#files.get(path);
      if (now === this.#durableFiles.get(path)) continue;
      const isLost = this.#subjects.entryLost.next<boolean>(true, (random) => random.chance(1, 2));
      if (isLost) this.#parts.faults.hit("disk.entry-lost");
      else if (now === undefined) files.delete(path);
      else files.set(path, now);
    }
    this.#files = files;
    this.#durableFiles = new Map(files);
  }
}

interface DiskSubjects {
  readonly slow: Subject;
  readonly syncFailed: Subject;
  readonly writeFailed: Subject;
  readonly lost: Subject;
  readonly entryLost: Subject;
  readonly pending: Subject;
}

/** A number: that many bytes from the beginning. A list: the sectors of these numbers. */
type Kept = "none" | "all" | number | readonly number[];

const drawKept = (random: RandomStream, length: number): Kept => {
  const draw = random.below(4);
  if (draw === 0 || length === 0) return "none";
  if (draw === 1) return "all";
  if (draw === 2) return random.below(length);
  const sectors = Math.ceil(length / sectorBytes);
  return Array.from({ length: sectors }, (_, sector) => sector).filter(() => random.chance(1, 2));
};

const newFile = (): File => ({
  written: new Pages(),
  durable: new Pages(),
  unsynced: [],
  forsaken: [],
});

const parentOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf("/")));

const byCodeUnits = (left: string, right: string): number =>
  left < right ? -1 : left > right ? 1 : 0;

function pathsOf(operation: FileOperation): readonly string[] {
  switch (operation.type) {
    case "list":
    case "syncFolder":
      return [operation.folder];
    case "rename":
      return [operation.from, operation.to];
    default:
      return [operation.path];
  }
}
