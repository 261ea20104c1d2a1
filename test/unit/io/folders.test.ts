import fs from "node:fs";
import { join } from "node:path";
import { expect, it, vi } from "vitest";
import { Files } from "../../../src/io/files.ts";
import { makeFolder, makeFolderSync } from "../../../src/io/folders.ts";
import { lockFolder } from "../../../src/io/lock.ts";
import type { FileResult, RequestId } from "../../../src/core/contract.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

const onWindows = process.platform === "win32";

/** The folders whose sync was asked for from here on, in order. */
function watchSyncs(): readonly string[] {
  const paths = new Map<number, string>();
  const synced: string[] = [];
  const { open, openSync, fsync, fsyncSync } = fs;
  const note = (descriptor: number): void => void synced.push(paths.get(descriptor) ?? "?");
  vi.spyOn(fs, "openSync").mockImplementation((path, ...rest) => {
    const descriptor = openSync(path, ...rest);
    paths.set(descriptor, String(path));
    return descriptor;
  });
  vi.spyOn(fs, "fsyncSync").mockImplementation((descriptor) => {
    note(descriptor);
    fsyncSync(descriptor);
  });
  vi.spyOn(fs, "open").mockImplementation(((path: string, ...rest: unknown[]) => {
    const done = rest.pop() as (error: unknown, descriptor: number) => void;
    Reflect.apply(open, fs, [
      path,
      ...rest,
      (error: unknown, descriptor: number) => {
        if (error === null) paths.set(descriptor, path);
        done(error, descriptor);
      },
    ]);
  }) as typeof fs.open);
  vi.spyOn(fs, "fsync").mockImplementation(((descriptor: number, done: () => void) => {
    note(descriptor);
    fsync(descriptor, done);
  }) as typeof fs.fsync);
  return synced;
}

// Skipped on Windows, which syncs no folders.
it.skipIf(onWindows)("[JRN-08] each level that the lock makes is durable above it", () => {
  const root = temporaryFolder();
  const synced = watchSyncs();
  lockFolder(join(root, "data", "game")).release();
  expect(synced).toEqual([root, join(root, "data")]);
  lockFolder(join(root, "data", "game")).release();
  expect(synced).toHaveLength(2);
});

// Skipped on Windows, which syncs no folders.
it.skipIf(onWindows)(
  "[JRN-08] a first write is done when its new folders are durable",
  async () => {
    const root = temporaryFolder();
    const synced = watchSyncs();
    const { promise, resolve } = Promise.withResolvers<FileResult>();
    const files = new Files(root, (_, result) => resolve(result));
    const bytes = Buffer.from("x");
    files.order(1 as RequestId, { type: "write", path: "journal/deep/a.log", offset: 0, bytes });
    expect(await promise).toEqual({ ok: true, type: "done" });
    expect(synced).toEqual([root, join(root, "journal")]);
    await files.close();
  },
);

const made = (folder: string): Promise<string | undefined> =>
  new Promise((resolve) => makeFolder(folder, 0o750, (error) => resolve(error?.code)));

it("a file in the way and a folder that takes no entry are errors, and nothing hangs", async () => {
  const root = temporaryFolder();
  const file = join(root, "file");
  fs.writeFileSync(file, "");
  expect(() => makeFolderSync(file, 0o750)).toThrow("EEXIST");
  expect(await made(file)).toBe("EEXIST");
  expect(await made(root)).toBeUndefined();
  if (process.platform !== "linux") return;
  expect(() => makeFolderSync("/proc/nope/tls", 0o750)).toThrow("ENOENT");
  expect(await made("/proc/nope/tls")).toBe("ENOENT");
});
