/**
 * Orders to the disk and what comes back. Long work on files, such as a recovery, is written as a
 * script: a generator that yields an operation and is given its result. It stays plain code from
 * top to bottom and needs no promise; and because each result comes in a turn of its own, the
 * process hears its signals between any two operations.
 *
 * F1. Every order is answered by one completion, and what waits for it is called once.
 */
import type { FileEntry, FileOperation, FileResult, RequestId, Syscalls } from "../contract.ts";
import { invariant } from "../kernel/assert.ts";
import { exitCodes, HostExit } from "./exit.ts";

/** Ties orders to what is to be done when they are answered. */
export class FileDesk {
  readonly #syscalls: Pick<Syscalls, "file">;
  readonly #waiting = new Map<RequestId, (result: FileResult) => void>();
  #last = 0;

  constructor(syscalls: Pick<Syscalls, "file">) {
    this.#syscalls = syscalls;
  }

  order(operation: FileOperation, done: (result: FileResult) => void): void {
    this.#last += 1;
    const request = this.#last as RequestId;
    this.#waiting.set(request, done);
    this.#syscalls.file(request, operation);
  }

  complete(request: RequestId, result: FileResult): void {
    const done = this.#waiting.get(request);
    invariant(done !== undefined, "a completion answers an order", request);
    this.#waiting.delete(request);
    done(result);
  }
}

/** Yields operations, is given their results, and returns what it was for. */
export type FileScript<T> = Generator<FileOperation, T, FileResult>;

/** Runs a script from its first operation to its end; `done` may be called before this returns. */
export function runScript<T>(
  desk: FileDesk,
  script: FileScript<T>,
  done: (value: T) => void,
): void {
  const advance = (step: IteratorResult<FileOperation, T>): void => {
    if (step.done === true) return done(step.value);
    desk.order(step.value, (result) => advance(script.next(result)));
  };
  advance((script as Generator<FileOperation, T, FileResult | undefined>).next(undefined));
}

/** @throws HostExit naming operation, path and the platform's code */
export function* perform(operation: FileOperation): FileScript<void> {
  checked(operation, yield operation);
}

/** The folder's files in ascending order of name; none when the folder is missing. */
export function* listFolder(folder: string): FileScript<readonly FileEntry[]> {
  const operation = { type: "list", folder } as const;
  const result = checked(operation, yield operation);
  invariant(result.type === "entries", "list gives entries", folder);
  return result.entries;
}

/** Fewer bytes than `length` only at the end of the file. */
export function* readFile(path: string, offset: number, length: number): FileScript<Uint8Array> {
  const operation = { type: "read", path, offset, length } as const;
  const result = checked(operation, yield operation);
  invariant(result.type === "bytes", "read gives bytes", path);
  return result.bytes;
}

/** What is gone already is gone. It is made durable all the same. */
export function* removeDurably(path: string, folder: string): FileScript<void> {
  const operation = { type: "remove", path } as const;
  const result = yield operation;
  if (!result.ok && result.code !== "ENOENT") throw new FileFailure(operation, result.code);
  yield* perform({ type: "syncFolder", folder });
}

type Success = Extract<FileResult, { readonly ok: true }>;

function checked(operation: FileOperation, result: FileResult): Success {
  if (!result.ok) throw new FileFailure(operation, result.code);
  return result;
}

/** An operation failed, and whoever ordered it goes no further. */
export class FileFailure extends HostExit {
  readonly operation: FileOperation["type"];
  /** As the platform names it. */
  readonly code: string;

  /** What failed, for those who go on: without the advice to whoever has to start again. */
  readonly problem: string;

  constructor(operation: FileOperation, code: string) {
    const problem = `${operation.type} of ${subject(operation)} failed with ${code}`;
    const advice = isRoomCode(code) ? "free space on" : "check";
    const rest = `nothing acknowledged is lost; ${advice} the disk of the data folder`;
    super(exitCodes.failed, `${problem}; ${rest} and start again`);
    this.operation = operation.type;
    this.code = code;
    this.problem = problem;
  }

  /** After one of these nobody knows what is on the disk, whatever its code says. */
  get isOfSync(): boolean {
    return this.operation === "sync" || this.operation === "syncFolder";
  }

  /** The disk is full, and nothing is in doubt. */
  get hasFoundNoRoom(): boolean {
    return isRoomCode(this.code) && !this.isOfSync;
  }
}

/** What failed, for those who go on. */
export const problemOf = (failure: HostExit): string =>
  failure instanceof FileFailure ? failure.problem : failure.message;

/** What a platform says of a disk, or of an account's share of it, that is full. */
const roomCodes: ReadonlySet<string> = new Set(["ENOSPC", "EDQUOT"]);

export const isRoomCode = (code: string): boolean => roomCodes.has(code);

function subject(operation: FileOperation): string {
  switch (operation.type) {
    case "list":
    case "syncFolder":
      return `folder ${operation.folder}`;
    case "rename":
      return `${operation.from} to ${operation.to}`;
    case "read":
    case "write":
      return `${operation.path} at byte ${operation.offset}`;
    case "sync":
    case "truncate":
    case "remove":
      return operation.path;
  }
}
