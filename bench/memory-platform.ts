/**
 * A platform without an outside: sockets that swallow what is written, a disk in memory. With it
 * the host runs as in production, and what is measured is the core alone.
 */
import { performance } from "node:perf_hooks";
import type {
  FileOperation,
  FileResult,
  RequestId,
  SocketId,
  Syscalls,
} from "../src/core/contract.ts";
import type { Host } from "../src/core/host/index.ts";
import { micros } from "../src/core/kernel/ids.ts";

const empty = new Uint8Array(0);

export class MemoryPlatform implements Syscalls {
  /** Bytes written to sockets so far. */
  written = 0;
  /** Bytes written to files so far. */
  journalled = 0;
  readonly files = new Map<string, { readonly offset: number; readonly bytes: Uint8Array }[]>();
  readonly #keeps: boolean;
  #listens = false;
  #done: { request: RequestId; result: FileResult }[] = [];

  /** @param options `keep`: hold what is written to files, to read it back */
  constructor({ keep }: { readonly keep: boolean }) {
    this.#keeps = keep;
  }

  /** Tells the host what its orders came to. */
  complete(host: Host): void {
    if (this.#listens) host.listening();
    this.#listens = false;
    const done = this.#done;
    this.#done = [];
    for (const { request, result } of done) host.fileDone(request, result);
  }

  /** What was written to each file, whole, by path; of a platform that keeps it. */
  contents(): ReadonlyMap<string, Uint8Array> {
    return new Map(
      Array.from(this.files, ([path, blocks]) => {
        const file = new Uint8Array(
          Math.max(...blocks.map(({ offset, bytes }) => offset + bytes.length)),
        );
        // In the order of the orders: blocks go over the zeros that were written ahead of them.
        for (const { offset, bytes } of blocks) file.set(bytes, offset);
        return [path, file] as const;
      }),
    );
  }

  monotonic() {
    return micros(Math.floor(performance.now() * 1_000));
  }
  wallClock() {
    return micros(Math.floor((performance.timeOrigin + performance.now()) * 1_000));
  }
  entropy(length: number): Uint8Array {
    return new Uint8Array(length).fill(7);
  }
  listen(): void {
    this.#listens = true;
  }
  stopListening(): void {}
  write(_socket: SocketId, bytes: Uint8Array): number {
    this.written += bytes.length;
    return 0;
  }
  pauseReading(): void {}
  resumeReading(): void {}
  closeSocket(): void {}
  perform(): void {}
  log(): void {}
  file(request: RequestId, operation: FileOperation): void {
    this.#done.push({ request, result: this.#perform(operation) });
  }
  exit(code: number, message: string): void {
    throw new Error(`the host ended with ${code}: ${message}`);
  }

  #perform(operation: FileOperation): FileResult {
    switch (operation.type) {
      case "list":
        return { ok: true, type: "entries", entries: [] };
      case "read":
        return { ok: true, type: "bytes", bytes: empty };
      case "write":
        this.journalled += operation.bytes.length;
        if (this.#keeps) {
          const blocks = this.files.get(operation.path) ?? [];
          // A copy: who wrote it may write the next block into the same bytes.
          blocks.push({ offset: operation.offset, bytes: operation.bytes.slice() });
          this.files.set(operation.path, blocks);
        }
        return { ok: true, type: "done" };
      default:
        return { ok: true, type: "done" };
    }
  }
}
