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
 * F5. What was synced stays as it is, but for what `disk-damage.ts` does to it. Whole spells of
 *     stalls, of no room and of no changes are those of `disk-spells.ts`.
 *
 * Left out: one file system may order entries and bytes more strictly than this. A host that
 * survives here survives there. And a write that finds no room leaves nothing here, not even a new
 * file; elsewhere it may leave a beginning or an empty file, which the host writes over when there
 * is room, and which a recovery takes for an unfinished tail.
 */
import { assertNever } from "../core/kernel/assert.ts";
import type { FileEntry, FileOperation, FileResult } from "../core/contract.ts";
import type { Decisions, Subject } from "./decisions.ts";
import { DiskDamage } from "./disk-damage.ts";
import type { SeenDamage } from "./disk-damage.ts";
import { loseUnsynced } from "./disk-loss.ts";
import type { File } from "./disk-loss.ts";
import { DiskSpells } from "./disk-spells.ts";
import type { FaultCounters } from "./faults.ts";
import type { DiskOptions } from "./options.ts";
import { Pages } from "./pages.ts";
import type { Scheduler, Task } from "./scheduler.ts";

export interface DiskParts {
  readonly scheduler: Scheduler;
  readonly decisions: Decisions;
  readonly faults: FaultCounters;
  readonly options: DiskOptions;
  /** Of the run's storm, in which spells begin; none begin when left out. */
  readonly stormMicros?: number;
}

/** An operation that has not completed. */
interface Pending {
  readonly operation: FileOperation;
  readonly task: Task;
}

const done: FileResult = { ok: true, type: "done" };
const failed = (code: string): FileResult => ({ ok: false, code });

export class Disk {
  readonly #parts: DiskParts;
  readonly #subjects: DiskSubjects;
  readonly #damage: DiskDamage;
  readonly #spells: DiskSpells;
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
      short: about("short"),
      readFailed: about("readFailed"),
      entryFailed: about("entryFailed"),
      removalFailed: about("removalFailed"),
    };
    this.#damage = new DiskDamage(parts, name);
    this.#spells = new DiskSpells({ ...parts, stormMicros: parts.stormMicros ?? 0 }, name);
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
    atMicros = this.#spells.delayed(atMicros);
    for (const path of paths) this.#busyUntilMicros.set(path, atMicros);
    const task = scheduler.at(atMicros, () => {
      this.#pending.delete(pending);
      completed(this.#perform(operation));
    });
    const pending: Pending = { operation, task };
    this.#pending.add(pending);
  }

  /** A process is about to begin. */
  processStarts(): void {
    this.#damage.processStarts();
  }

  /**
   * The process died. What it had ordered completes for nobody; the operation that was under way
   * on a path has taken effect or not, a write also in part; those behind it have not.
   */
  processDied(): void {
    this.#dropProcess();
    this.#damage.rest(this.#files);
  }

  /**
   * The machine lost its power. What is left is what was durable, and what the decisions spare: of
   * what was under way, too.
   */
  powerLost(): void {
    this.#dropProcess();
    const files = new Set([...this.#files.values(), ...this.#durableFiles.values()]);
    const { lost } = this.#subjects;
    for (const file of files) loseUnsynced(file, lost, this.#parts.faults);
    this.#damage.powerLost();
    this.#loseEntries();
    this.#damage.rest(this.#files);
  }

  /** True when bytes are not what they should be, or the last process was told other ones. */
  get isSuspect(): boolean {
    return this.#damage.isSuspect;
  }

  /** Where bytes are wrong, or were read wrong by the last process. */
  damages(): readonly SeenDamage[] {
    return this.#damage.seen(this.#files);
  }

  /** Somebody puts back what should be there. Returns how many places it was. */
  mend(): number {
    return this.#damage.mend();
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

  #dropProcess(): void {
    const { pending, short } = this.#subjects;
    for (const operation of this.#dropPending()) {
      const happens = pending.next<boolean>(false, (random) => random.chance(1, 2));
      if (!happens) continue;
      const isWrite = operation.type === "write";
      const { shortPerMillion } = this.#parts.options;
      const length = isWrite ? short.seldom(shortPerMillion, operation.bytes.length) : 0;
      if (isWrite && length > 0) this.#writeBeginning(operation, length);
      else this.#perform(operation);
    }
    this.#damage.processDied();
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
    const refused = this.#refusal(operation);
    if (refused !== null) return failed(refused);
    switch (operation.type) {
      case "list":
        return { ok: true, type: "entries", entries: this.#list(operation.folder) };
      case "read": {
        const { path, offset, length } = operation;
        const bytes = this.#files.get(path)?.written.read(offset, length) ?? new Uint8Array(0);
        return { ok: true, type: "bytes", bytes: this.#damage.misread(path, offset, bytes) };
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
        return this.#remove(operation.path);
      default:
        return assertNever(operation);
    }
  }

  /** Why an operation fails, besides what is particular to writes and syncs; null: it does not. */
  #refusal(operation: FileOperation): string | null {
    const { options, faults } = this.#parts;
    const { readFailed, entryFailed } = this.#subjects;
    switch (operation.type) {
      case "list":
      case "read":
        if (!readFailed.strikes(options.readFailedPerMillion)) return null;
        faults.hit("disk.read-failed");
        return "EIO";
      case "write":
        return this.#spells.refusal(operation, this.#growth(operation));
      case "sync":
        return this.#spells.refusal(operation, 0);
      default:
        if (entryFailed.strikes(options.entryFailedPerMillion)) {
          faults.hit("disk.entry-failed");
          return "EIO";
        }
        if (operation.type === "remove" && this.#stays(operation.path)) return "EIO";
        return this.#spells.refusal(operation, 0);
    }
  }

  /** Whether a file that is to be removed stays. */
  #stays(path: string): boolean {
    const { options, faults } = this.#parts;
    if (!this.#files.has(path)) return false;
    const stays = this.#subjects.removalFailed.strikes(options.removalFailedPerMillion);
    if (stays) faults.hit("disk.removal-failed");
    return stays;
  }

  /** By how much a write makes its file longer. */
  #growth({ path, offset, bytes, zerosBehind = 0 }: Write): number {
    const length = this.#files.get(path)?.written.length ?? 0;
    return offset + bytes.length + zerosBehind - length;
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

  #write(operation: Write): FileResult {
    const { offset, bytes, zerosBehind = 0 } = operation;
    const { options, faults } = this.#parts;
    const fails = this.#subjects.writeFailed.strikes(options.writeFailedPerMillion);
    if (fails) {
      faults.hit("disk.write-failed");
      return failed("EIO");
    }
    const file = this.#fileFor(operation.path);
    this.#writeBytes(operation, file);
    file.unsynced.push({ type: "write", offset, length: bytes.length });
    // A write of its own: the disk may have one and not the other.
    const end = offset + bytes.length;
    if (zerosBehind > 0) {
      this.#damage.healed(file, end, end + zerosBehind);
      file.written.writeZeros(end, zerosBehind);
      file.unsynced.push({ type: "write", offset: end, length: zerosBehind });
    }
    return done;
  }

  #fileFor(path: string): File {
    const known = this.#files.get(path);
    if (known !== undefined) return known;
    const file = newFile();
    this.#files.set(path, file);
    return file;
  }

  /** Writes the bytes where they belong, or elsewhere. */
  #writeBytes(operation: Write, file: File): void {
    const { path, offset, bytes } = operation;
    const stray = this.#damage.misdirect(operation, this.#files);
    const target = stray === null ? undefined : this.#files.get(stray.path);
    this.#damage.noteWrite(path, file, offset);
    if (stray === null || target === undefined) {
      file.written.write(offset, bytes);
      this.#damage.healed(file, offset, offset + bytes.length);
      return;
    }
    // The file system believes that they are there.
    const end = offset + bytes.length;
    if (file.written.length < end) file.written.truncate(end);
    this.#damage.carryAstray(operation, file, target, stray.from);
  }

  /** The process dies in a write that takes several system calls: the first ones were made. */
  #writeBeginning({ path, offset, bytes }: Write, length: number): void {
    this.#parts.faults.hit("disk.short-write");
    this.#perform({ type: "write", path, offset, bytes: bytes.subarray(0, length) });
  }

  #remove(path: string): FileResult {
    const file = this.#files.get(path);
    if (file === undefined) return failed("ENOENT");
    this.#files.delete(path);
    this.#spells.freed(file.written.length);
    return done;
  }

  #truncate(path: string, length: number): FileResult {
    const file = this.#files.get(path);
    if (file === undefined) return failed("ENOENT");
    this.#spells.freed(Math.max(0, file.written.length - length));
    this.#damage.healed(file, length, Infinity);
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
    this.#damage.synced(file);
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

type Write = Extract<FileOperation, { type: "write" }>;

interface DiskSubjects {
  readonly slow: Subject;
  readonly syncFailed: Subject;
  readonly writeFailed: Subject;
  readonly lost: Subject;
  readonly entryLost: Subject;
  readonly pending: Subject;
  readonly short: Subject;
  readonly readFailed: Subject;
  readonly entryFailed: Subject;
  readonly removalFailed: Subject;
}

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
