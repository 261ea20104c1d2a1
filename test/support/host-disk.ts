/**
 * A disk for tests of the host: every order waits until the test lets it complete, and both the
 * process and the machine may die in between. What an operation does happens when it completes.
 *
 * After a sync that failed the system takes the bytes for clean, as Linux does: a later sync brings
 * to the medium only what was written after that.
 */
import type { FileOperation, FileResult, RequestId } from "../../src/core/contract.ts";
import { assertNever } from "../../src/core/kernel/assert.ts";

interface StoredFile {
  /** What the operating system has. */
  written: Uint8Array;
  /** What the medium has. */
  durable: Uint8Array;
  /** The first byte that a sync will bring to the medium. */
  dirtyFrom: number;
}

export interface WaitingOrder {
  readonly request: RequestId;
  readonly operation: FileOperation;
}

const done: FileResult = { ok: true, type: "done" };

export class HostDisk {
  readonly #files = new Map<string, StoredFile>();
  /** The paths that survive a power loss. */
  readonly #durableNames = new Set<string>();
  readonly #waiting: WaitingOrder[] = [];
  /** The next operations of this type fail with the code. */
  fails: { readonly type: FileOperation["type"]; readonly code: string } | null = null;
  /** How many bytes longer files can become; what is removed gives back its own. */
  roomBytes = Infinity;

  /** Operations on paths that begin like this fail; null: none do. */
  failsPath: string | null = null;
  /** The code with which an operation fails; null: it does not. */
  refusal: (operation: FileOperation) => string | null = () => null;

  /** Orders whose turn has come: the first of each path. */
  get ready(): readonly WaitingOrder[] {
    const busy = new Set<string>();
    return this.#waiting.filter(({ operation }) => {
      const paths = pathsOf(operation);
      const isFirst = paths.every((path) => !busy.has(path));
      for (const path of paths) busy.add(path);
      return isFirst;
    });
  }

  get isIdle(): boolean {
    return this.#waiting.length === 0;
  }

  order(request: RequestId, operation: FileOperation): void {
    this.#waiting.push({ request, operation });
  }

  /** Lets one of `ready` take effect. */
  complete(order: WaitingOrder): FileResult {
    this.#waiting.splice(this.#waiting.indexOf(order), 1);
    if (this.fails?.type === order.operation.type) {
      const file = "path" in order.operation ? this.#files.get(order.operation.path) : undefined;
      if (file !== undefined && order.operation.type === "sync") file.dirtyFrom = Infinity;
      return { ok: false, code: this.fails.code };
    }
    const { failsPath } = this;
    if (failsPath !== null && pathsOf(order.operation).some((path) => path.startsWith(failsPath))) {
      return { ok: false, code: "EIO" };
    }
    const code = this.refusal(order.operation);
    return code === null ? this.#perform(order.operation) : { ok: false, code };
  }

  /** Paths and contents as a new process finds them. */
  contents(): Map<string, Uint8Array> {
    return new Map([...this.#files].map(([path, { written }]) => [path, written]));
  }

  put(path: string, bytes: Uint8Array): void {
    this.#files.set(path, { written: bytes, durable: bytes, dirtyFrom: Infinity });
    this.#durableNames.add(path);
  }

  remove(path: string): void {
    this.#files.delete(path);
    this.#durableNames.delete(path);
  }

  /**
   * What is left when the process dies. The operating system lives: what was not synced is there,
   * and may still be lost with the power.
   *
   * @param take how many of the waiting operations, in their order, still take effect
   */
  afterCrash(take = 0): HostDisk {
    for (const { operation } of this.#waiting.splice(0).slice(0, take)) this.#perform(operation);
    const copy = new HostDisk();
    for (const [path, { written, durable, dirtyFrom }] of this.#files) {
      copy.#files.set(path, { written: written.slice(), durable: durable.slice(), dirtyFrom });
    }
    for (const name of this.#durableNames) copy.#durableNames.add(name);
    return copy;
  }

  /**
   * What is left when the machine loses its power: what was synced, and of the rest what `keep`
   * says, in bytes behind what is durable.
   */
  afterPowerLoss(keep: (unsyncedBytes: number) => number): HostDisk {
    const copy = new HostDisk();
    for (const [path, { written, durable }] of this.#files) {
      if (!this.#durableNames.has(path)) continue;
      const kept = keep(Math.max(0, written.length - durable.length));
      copy.put(path, (kept === 0 ? durable : written.subarray(0, durable.length + kept)).slice());
    }
    return copy;
  }

  #perform(operation: FileOperation): FileResult {
    switch (operation.type) {
      case "list":
        return this.#list(operation.folder);
      case "read": {
        const bytes = this.#files.get(operation.path)?.written ?? new Uint8Array(0);
        const { offset, length } = operation;
        return { ok: true, type: "bytes", bytes: bytes.slice(offset, offset + length) };
      }
      case "write":
        return this.#write(operation);
      case "truncate": {
        const file = this.#file(operation.path);
        file.written = file.written.slice(0, operation.length);
        file.dirtyFrom = Math.min(file.dirtyFrom, operation.length);
        return done;
      }
      case "sync": {
        const file = this.#files.get(operation.path);
        if (file === undefined) return { ok: false, code: "ENOENT" };
        if (file.dirtyFrom !== Infinity) file.durable = synced(file);
        file.dirtyFrom = Infinity;
        return done;
      }
      case "syncFolder":
        return this.#syncFolder(operation.folder);
      case "rename": {
        const file = this.#files.get(operation.from);
        if (file === undefined) return { ok: false, code: "ENOENT" };
        this.#files.delete(operation.from);
        this.#files.set(operation.to, file);
        return done;
      }
      case "remove":
        this.roomBytes += this.#files.get(operation.path)?.written.length ?? 0;
        return this.#files.delete(operation.path) ? done : { ok: false, code: "ENOENT" };
      default:
        return assertNever(operation);
    }
  }

  #file(path: string): StoredFile {
    const file = this.#files.get(path) ?? {
      written: new Uint8Array(0),
      durable: new Uint8Array(0),
      dirtyFrom: 0,
    };
    this.#files.set(path, file);
    return file;
  }

  #write(operation: Extract<FileOperation, { type: "write" }>): FileResult {
    const { path, offset, bytes, zerosBehind = 0 } = operation;
    const file = this.#file(path);
    const end = offset + bytes.length + zerosBehind;
    const growth = Math.max(0, end - file.written.length);
    if (growth > this.roomBytes) return { ok: false, code: "ENOSPC" };
    this.roomBytes -= growth;
    const longer = new Uint8Array(Math.max(file.written.length, end));
    longer.set(file.written);
    longer.set(bytes, offset);
    longer.fill(0, end - zerosBehind, end);
    file.written = longer;
    file.dirtyFrom = Math.min(file.dirtyFrom, offset);
    return done;
  }

  #list(folder: string): FileResult {
    const prefix = prefixOf(folder);
    const entries = [...this.#files]
      .filter(([path]) => path.startsWith(prefix))
      .map(([path, { written }]) => ({ name: path.slice(prefix.length), bytes: written.length }))
      .filter(({ name }) => !name.includes("/"))
      .toSorted((a, b) => (a.name < b.name ? -1 : 1));
    return { ok: true, type: "entries", entries };
  }

  #syncFolder(folder: string): FileResult {
    const prefix = prefixOf(folder);
    const isIn = (path: string): boolean =>
      path.startsWith(prefix) && !path.slice(prefix.length).includes("/");
    for (const path of this.#durableNames) if (isIn(path)) this.#durableNames.delete(path);
    for (const path of this.#files.keys()) if (isIn(path)) this.#durableNames.add(path);
    return done;
  }
}

const prefixOf = (folder: string): string => (folder === "." ? "" : `${folder}/`);

/** What the medium has after a sync; what it never got in front of that is zeros. */
function synced({ written, durable, dirtyFrom }: StoredFile): Uint8Array {
  const bytes = new Uint8Array(written.length);
  bytes.set(durable.subarray(0, Math.min(dirtyFrom, bytes.length)));
  bytes.set(written.subarray(dirtyFrom), Math.min(dirtyFrom, bytes.length));
  return bytes;
}

function pathsOf(operation: FileOperation): string[] {
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
