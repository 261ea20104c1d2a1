/**
 * File operations below one folder, on Node's asynchronous callbacks.
 *
 * 1. An operation waits until all earlier ones on each of its paths are done; operations on
 *    different paths overtake each other. A folder is a path of its own.
 * 2. Every operation has exactly one completion, and never inside the order.
 * 3. Handles stay open between operations, at most `handlesMax` of them. The one unused longest is
 *    closed, but never one that holds writes which no sync has covered: the kernel may report a
 *    failed write-back only to those who had the file open then.
 * 4. A path outside of the folder is refused with EACCES.
 * 5. A write whose sync is ordered with it, as the journal's are, is one system call: through a
 *    handle that writes durably (O_DSYNC). That is the same promise for half of the thread changes,
 *    and holds for the bytes written alone, so it is only done when all earlier ones are durable.
 * 6. Where space behind it is reserved, too, such a write goes past the page cache if the platform
 *    can do that (see `direct.ts`), and through it otherwise.
 */
import fs from "node:fs";
import { dirname, join } from "node:path";
import type { FileEntry, FileOperation, FileResult, RequestId } from "../core/contract.ts";
import { captureFolder } from "../core/journal/index.ts";
import { assertNever, invariant } from "../core/kernel/assert.ts";
import { platformCode } from "./completions.ts";
import { directFlags, DirectWriter, edgeAfter } from "./direct.ts";
import type { Edge } from "./direct.ts";
import { makeFolder, syncFolder } from "./folders.ts";

/** Two for the journal's live segments, the rest for a recovery that reads many. */
const handlesMax = 32;

type Write = Extract<FileOperation, { type: "write" }>;
type Settle = (error: NodeJS.ErrnoException | null) => void;

export type FileCompletion = (request: RequestId, result: FileResult) => void;

interface Task {
  readonly request: RequestId;
  readonly operation: FileOperation;
  /** The keys in whose queues it waits. */
  readonly paths: readonly string[];
  isRunning: boolean;
}

interface Handle {
  readonly descriptor: number;
  /** Opened when they are first needed: with O_DSYNC, and past the page cache. */
  durable: number | null;
  direct: number | null;
  /** Of the writes that reserve space behind them. */
  edge: Edge | null;
  /** True from a write until the sync that covers it. */
  dirty: boolean;
  /** True when all that was ever written to the file is known to be durable. */
  settled: boolean;
  /** True from a durable write until the sync that was ordered with it. */
  covered: boolean;
}

type Opened = (error: NodeJS.ErrnoException | null, handle: Handle | null) => void;

const done: FileResult = { ok: true, type: "done" };
/** Missing where the platform has no such thing. */
const durableFlag: number | undefined = fs.constants.O_DSYNC;

export class Files {
  readonly #root: string;
  readonly #completed: FileCompletion;
  /** What waits for each path, the running one first. */
  readonly #queues = new Map<string, Task[]>();
  /** In the order of their last use, the latest last. */
  readonly #handles = new Map<string, Handle>();
  /** Null where files cannot be written past the page cache. */
  #direct: DirectWriter | null = null;
  #running = 0;
  #idle: (() => void) | null = null;

  /** @param root an existing folder */
  constructor(root: string, completed: FileCompletion) {
    this.#root = root;
    this.#completed = completed;
    if (directFlags !== null) this.#direct = new DirectWriter();
  }

  /** Orders one operation. Its completion comes later, never from inside this call. */
  order(request: RequestId, operation: FileOperation): void {
    const paths = pathsOf(operation);
    if (!paths.every(isInside)) {
      setImmediate(() => this.#completed(request, { ok: false, code: "EACCES" }));
      return;
    }
    const task: Task = { request, operation, paths, isRunning: false };
    for (const path of paths) {
      const queue = this.#queues.get(path);
      if (queue === undefined) this.#queues.set(path, [task]);
      else queue.push(task);
    }
    this.#running += 1;
    // A moment later, so that a write finds the sync that is ordered right behind it.
    queueMicrotask(() => this.#runIfFirst(task));
  }

  /** Others have removed these files: keeping them open would keep their space. */
  forget(paths: readonly string[]): void {
    for (const path of paths) {
      const handle = this.#handles.get(path);
      if (handle === undefined || this.#queues.has(path)) continue;
      this.#handles.delete(path);
      release(handle, () => undefined);
    }
  }

  /** Waits for what was ordered, then closes every handle. Order nothing after it. */
  async close(): Promise<void> {
    if (this.#running > 0) await new Promise<void>((resolve) => (this.#idle = resolve));
    const handles = [...this.#handles.values()];
    this.#handles.clear();
    await Promise.all(handles.map((handle) => new Promise<void>((end) => release(handle, end))));
  }

  #runIfFirst(task: Task): void {
    if (task.isRunning) return;
    if (!task.paths.every((path) => this.#queues.get(path)?.[0] === task)) return;
    task.isRunning = true;
    this.#run(task.operation, (result) => this.#finish(task, result));
  }

  #finish(task: Task, result: FileResult): void {
    this.#running -= 1;
    const next: Task[] = [];
    for (const path of task.paths) {
      const queue = this.#queues.get(path);
      invariant(queue?.[0] === task, "a task ends at the head of its queues", path);
      queue.shift();
      const [head] = queue;
      if (head === undefined) this.#queues.delete(path);
      else next.push(head);
    }
    this.#completed(task.request, result);
    for (const waiting of new Set(next)) this.#runIfFirst(waiting);
    if (this.#running === 0) this.#idle?.();
  }

  #run(operation: FileOperation, finish: (result: FileResult) => void): void {
    const settle = (error: NodeJS.ErrnoException | null): void =>
      finish(error === null ? done : failed(error));
    switch (operation.type) {
      case "list":
        return list(this.#path(operation.folder), finish);
      case "read":
        return this.#read(operation, finish);
      case "write":
        return this.#write(operation, settle);
      case "sync":
        return this.#sync(operation.path, settle);
      case "syncFolder":
        return syncFolder(this.#path(operation.folder), settle);
      case "truncate":
        return this.#truncate(operation, settle);
      case "rename":
        return this.#closeHandles([operation.from, operation.to], () =>
          fs.rename(this.#path(operation.from), this.#path(operation.to), settle),
        );
      case "remove":
        return this.#closeHandles([operation.path], () =>
          fs.unlink(this.#path(operation.path), settle),
        );
      default:
        return assertNever(operation);
    }
  }

  #read(
    { path, offset, length }: Extract<FileOperation, { type: "read" }>,
    finish: (result: FileResult) => void,
  ): void {
    this.#open(path, false, (error, handle) => {
      if (handle === null) {
        const missing = error?.code === "ENOENT";
        const empty: FileResult = { ok: true, type: "bytes", bytes: new Uint8Array(0) };
        return finish(missing ? empty : failed(error));
      }
      readAt(handle.descriptor, offset, length, finish);
    });
  }

  #write(write: Write, settle: Settle): void {
    this.#open(write.path, true, (error, handle) => {
      if (handle === null) return settle(error);
      const next = this.#queues.get(write.path)?.[1];
      const isPaired = next?.operation.type === "sync" && handle.settled;
      const { edge } = handle;
      const reserves = write.zerosBehind !== undefined;
      handle.edge = reserves ? edgeAfter(edge, write.offset, write.bytes) : null;
      if (!isPaired) return writeLater(handle, write, settle);
      if (reserves) return this.#writeDirectly(handle, edge, write, settle);
      this.#writeDurably(handle, write, settle);
    });
  }

  #writeDurably(handle: Handle, write: Write, settle: Settle): void {
    if (durableFlag === undefined) return writeLater(handle, write, settle);
    if (handle.durable === null) {
      const flags = fs.constants.O_WRONLY | durableFlag;
      fs.open(this.#path(write.path), flags, (error, descriptor) => {
        // There may be no descriptor to be had at the moment: then the sync does what it is for.
        if (error !== null) return writeLater(handle, write, settle);
        handle.durable = descriptor;
        this.#writeDurably(handle, write, settle);
      });
      return;
    }
    writeAt(handle.durable, write.bytes, write.offset, (error) => {
      handle.covered = error === null;
      handle.settled = error === null;
      settle(error);
    });
  }

  /** @param edge where the bytes written before this write end */
  #writeDirectly(handle: Handle, edge: Edge | null, write: Write, settle: Settle): void {
    const { path, offset, bytes, zerosBehind = 0 } = write;
    const direct = this.#direct;
    if (direct?.takes(edge, offset, bytes.length) !== true)
      return this.#around(handle, write, settle);
    if (handle.direct === null) {
      fs.open(this.#path(path), directFlags ?? 0, (error, descriptor) => {
        if (error !== null) return this.#around(handle, write, settle, error);
        handle.direct = descriptor;
        this.#writeDirectly(handle, edge, write, settle);
      });
      return;
    }
    direct.append(handle.direct, edge, { offset, bytes, zerosBehind }, (error, isWhole) => {
      if (error?.code === "EINVAL" || (error === null && !isWhole)) {
        return this.#around(handle, write, settle, error);
      }
      handle.covered = error === null;
      handle.settled = error === null;
      settle(error);
    });
  }

  /** Through the page cache, because of `error` if there was one. */
  #around(
    handle: Handle,
    write: Write,
    settle: Settle,
    error: NodeJS.ErrnoException | null = null,
  ): void {
    // The file system, or its disk, does not do that: it is not asked again.
    if (error?.code === "EINVAL") this.#direct = null;
    if ((write.zerosBehind ?? 0) > 0) writeLater(handle, write, settle);
    else this.#writeDurably(handle, write, settle);
  }

  #sync(path: string, settle: (error: NodeJS.ErrnoException | null) => void): void {
    this.#open(path, false, (error, handle) => {
      if (handle === null) return settle(error);
      if (handle.covered) {
        handle.covered = false;
        return settle(null);
      }
      fs.fdatasync(handle.descriptor, (failure) => {
        if (failure === null) handle.dirty = false;
        handle.settled = failure === null;
        settle(failure);
      });
    });
  }

  #truncate(
    { path, length }: Extract<FileOperation, { type: "truncate" }>,
    settle: (error: NodeJS.ErrnoException | null) => void,
  ): void {
    this.#open(path, false, (error, handle) => {
      if (handle === null) return settle(error);
      handle.dirty = true;
      handle.settled = false;
      handle.edge = null;
      fs.ftruncate(handle.descriptor, length, settle);
    });
  }

  #open(path: string, create: boolean, opened: Opened): void {
    const kept = this.#handles.get(path);
    if (kept !== undefined) {
      this.#handles.delete(path);
      this.#handles.set(path, kept);
      return opened(null, kept);
    }
    const { O_RDWR, O_CREAT } = fs.constants;
    const absolute = this.#path(path);
    fs.open(absolute, create ? O_RDWR | O_CREAT : O_RDWR, modeOf(path), (error, descriptor) => {
      if (error === null) {
        const handle: Handle = {
          descriptor,
          durable: null,
          direct: null,
          edge: null,
          dirty: false,
          settled: false,
          covered: false,
        };
        this.#handles.set(path, handle);
        this.#closeUnused();
        return opened(null, handle);
      }
      if (!create || error.code !== "ENOENT") return opened(error, null);
      makeFolder(dirname(absolute), 0o750, (failure) =>
        failure === null ? this.#open(path, true, opened) : opened(failure, null),
      );
    });
  }

  #closeUnused(): void {
    if (this.#handles.size <= handlesMax) return;
    for (const [path, handle] of this.#handles) {
      if (handle.dirty || this.#queues.has(path)) continue;
      this.#handles.delete(path);
      release(handle, () => undefined);
      return;
    }
  }

  #closeHandles(paths: readonly string[], then: () => void): void {
    const [path, ...rest] = paths;
    if (path === undefined) return then();
    const handle = this.#handles.get(path);
    this.#handles.delete(path);
    if (handle === undefined) return this.#closeHandles(rest, then);
    release(handle, () => this.#closeHandles(rest, then));
  }

  #path(path: string): string {
    return join(this.#root, path);
  }
}

function pathsOf(operation: FileOperation): readonly string[] {
  switch (operation.type) {
    case "list":
    case "syncFolder":
      return [operation.folder];
    case "rename":
      return [...new Set([operation.from, operation.to])];
    default:
      return [operation.path];
  }
}

/** The root itself is "" or ".". Drive letters and backslashes would mean something to Windows. */
function isInside(path: string): boolean {
  if (path === "" || path === ".") return true;
  return path
    .split("/")
    .every((part) => part !== "" && part !== "." && part !== ".." && !/[\\:\0]/.test(part));
}

const failed = (error: unknown): FileResult => ({ ok: false, code: platformCode(error) });

function readAt(
  descriptor: number,
  offset: number,
  length: number,
  finish: (result: FileResult) => void,
): void {
  fs.fstat(descriptor, (error, status) => {
    if (error !== null) return finish(failed(error));
    // What is asked for may be "all there is": memory goes by what the file has.
    const bytes = new Uint8Array(Math.max(0, Math.min(length, status.size - offset)));
    let filled = 0;
    const more = (): void => {
      if (filled === bytes.length) return finish({ ok: true, type: "bytes", bytes });
      fs.read(descriptor, bytes, filled, bytes.length - filled, offset + filled, (failure, n) => {
        if (failure !== null) return finish(failed(failure));
        if (n === 0) {
          return finish({ ok: true, type: "bytes", bytes: bytes.subarray(0, filled) });
        }
        filled += n;
        more();
      });
    };
    more();
  });
}

/** Writes what a sync will make durable. */
function writeLater(handle: Handle, { bytes, offset, zerosBehind }: Write, settle: Settle): void {
  handle.dirty = true;
  handle.settled = false;
  writeAt(handle.descriptor, bytes, offset, (error) => {
    if (error !== null) return settle(error);
    writeZeros(handle.descriptor, offset + bytes.length, zerosBehind ?? 0, settle);
  });
}

function writeZeros(descriptor: number, offset: number, count: number, settle: Settle): void {
  if (count === 0) return settle(null);
  const piece = zeros.subarray(0, Math.min(count, zeros.length));
  writeAt(descriptor, piece, offset, (error) => {
    if (error !== null) return settle(error);
    writeZeros(descriptor, offset + piece.length, count - piece.length, settle);
  });
}

const zeros = new Uint8Array(65_536);

function writeAt(
  descriptor: number,
  bytes: Uint8Array,
  offset: number,
  settle: (error: NodeJS.ErrnoException | null) => void,
): void {
  if (bytes.length === 0) return void setImmediate(settle, null);
  fs.write(descriptor, bytes, 0, bytes.length, offset, (error, written) => {
    if (error !== null) return settle(error);
    if (written === bytes.length) return settle(null);
    writeAt(descriptor, bytes.subarray(written), offset + written, settle);
  });
}

function list(folder: string, finish: (result: FileResult) => void): void {
  fs.readdir(folder, { withFileTypes: true }, (error, found) => {
    if (error !== null) {
      const missing = error.code === "ENOENT";
      return finish(missing ? { ok: true, type: "entries", entries: [] } : failed(error));
    }
    const names = found.filter((entry) => entry.isFile()).map((entry) => entry.name);
    names.sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
    const entries: FileEntry[] = [];
    const next = (index: number): void => {
      const name = names[index];
      if (name === undefined) return finish({ ok: true, type: "entries", entries });
      fs.stat(join(folder, name), (failure, status) => {
        if (failure !== null && failure.code !== "ENOENT") return finish(failed(failure));
        if (failure === null) entries.push({ name, bytes: status.size });
        next(index + 1);
      });
    };
    next(0);
  });
}

function release({ descriptor, durable, direct }: Handle, then: () => void): void {
  const close = ([first, ...rest]: readonly number[]): void => {
    if (first === undefined) then();
    else fs.close(first, () => close(rest));
  };
  close([descriptor, durable, direct].filter((each) => each !== null));
}

/** What clients sent, passwords among it, is for the owner's eyes only. */
const modeOf = (path: string): number => (path.startsWith(`${captureFolder}/`) ? 0o600 : 0o640);
