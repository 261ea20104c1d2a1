import fs from "node:fs";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as fc from "fast-check";
import { expect, it, onTestFinished, vi } from "vitest";
import type { FileOperation, FileResult, RequestId } from "../../../src/core/contract.ts";
import { Files } from "../../../src/io/files.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

class Desk {
  readonly folder: string;
  readonly files: Files;
  readonly completed: RequestId[] = [];
  readonly #waiting = new Map<RequestId, (result: FileResult) => void>();
  #inOrder = false;
  #last = 0;

  constructor() {
    this.folder = temporaryFolder();
    this.files = new Files(this.folder, (request, result) => {
      if (this.#inOrder) throw new Error("completed inside the order");
      this.completed.push(request);
      const done = this.#waiting.get(request);
      if (done === undefined) throw new Error("completed twice");
      this.#waiting.delete(request);
      done(result);
    });
    onTestFinished(() => this.files.close());
  }

  order(operation: FileOperation): Promise<FileResult> {
    this.#last += 1;
    const request = this.#last as RequestId;
    return new Promise((resolve) => {
      this.#waiting.set(request, resolve);
      this.#inOrder = true;
      this.files.order(request, operation);
      this.#inOrder = false;
    });
  }

  write(path: string, text: string, offset = 0): Promise<FileResult> {
    return this.order({ type: "write", path, offset, bytes: Buffer.from(text) });
  }

  async text(path: string, offset = 0, length = 1_000_000): Promise<string> {
    const result = await this.order({ type: "read", path, offset, length });
    if (!result.ok || result.type !== "bytes") throw new Error(JSON.stringify(result));
    return Buffer.from(result.bytes).toString();
  }
}

const done: FileResult = { ok: true, type: "done" };

it("writes create file and folder, and reads give what was written", async () => {
  const desk = new Desk();
  expect(await desk.write("journal/deep/a.log", "hello")).toEqual(done);
  expect(await desk.write("journal/deep/a.log", "J", 0)).toEqual(done);
  expect(await desk.write("journal/deep/a.log", "!", 6)).toEqual(done);
  expect(await desk.text("journal/deep/a.log")).toBe("Jello\0!");
  expect(await desk.text("journal/deep/a.log", 1, 3)).toBe("ell");
  expect(await desk.text("journal/deep/a.log", 5, 100)).toBe("\0!");
  expect(await desk.text("journal/deep/a.log", 100, 5)).toBe("");
});

it("a missing file reads as empty, a missing folder lists nothing", async () => {
  const desk = new Desk();
  expect(await desk.text("nothing/here")).toBe("");
  const listed = await desk.order({ type: "list", folder: "nothing" });
  expect(listed).toEqual({ ok: true, type: "entries", entries: [] });
  expect(existsSync(join(desk.folder, "nothing"))).toBe(false);
});

it("lists files with their sizes in ascending order of name, and no folders", async () => {
  const desk = new Desk();
  mkdirSync(join(desk.folder, "f/sub"), { recursive: true });
  for (const [name, size] of [
    ["b", 2],
    ["a10", 3],
    ["a2", 0],
    ["B", 1],
  ] as const) {
    writeFileSync(join(desk.folder, "f", name), "x".repeat(size));
  }
  expect(await desk.order({ type: "list", folder: "f" })).toEqual({
    ok: true,
    type: "entries",
    entries: [
      { name: "B", bytes: 1 },
      { name: "a10", bytes: 3 },
      { name: "a2", bytes: 0 },
      { name: "b", bytes: 2 },
    ],
  });
});

it("operations on one path complete in order and see each other", async () => {
  const desk = new Desk();
  const results: Promise<unknown>[] = [];
  for (let index = 0; index < 50; index += 1) {
    results.push(desk.write("log", String(index).padStart(3, "0"), index * 3));
    if (index % 10 === 9) results.push(desk.order({ type: "sync", path: "log" }));
  }
  const read = desk.text("log");
  await Promise.all(results);
  const expected = Array.from({ length: 50 }, (_, index) => String(index).padStart(3, "0"));
  expect(await read).toBe(expected.join(""));
  expect(desk.completed).toEqual(desk.completed.toSorted((a, b) => a - b));
});

it("truncate, rename and remove work on files that are open", async () => {
  const desk = new Desk();
  await desk.write("a", "abcdef");
  expect(await desk.order({ type: "truncate", path: "a", length: 3 })).toEqual(done);
  expect(await desk.text("a")).toBe("abc");
  await desk.write("b", "old b");
  const renamed = desk.order({ type: "rename", from: "a", to: "b" });
  // Ordered after the rename, so both names are already the new ones.
  const [gone, there] = [desk.text("a"), desk.text("b")];
  expect(await renamed).toEqual(done);
  expect(await gone).toBe("");
  expect(await there).toBe("abc");
  await desk.write("b", "X", 3);
  expect(readFileSync(join(desk.folder, "b"), "utf8")).toBe("abcX");
  expect(await desk.order({ type: "remove", path: "b" })).toEqual(done);
  expect(await desk.order({ type: "syncFolder", folder: "" })).toEqual(done);
  expect(readdirSync(desk.folder)).toEqual([]);
});

it("what cannot be done is told by the platform's code", async () => {
  const desk = new Desk();
  const missing = { ok: false, code: "ENOENT" };
  expect(await desk.order({ type: "sync", path: "nothing" })).toEqual(missing);
  expect(await desk.order({ type: "remove", path: "nothing" })).toEqual(missing);
  expect(await desk.order({ type: "rename", from: "nothing", to: "x" })).toEqual(missing);
  expect(await desk.order({ type: "truncate", path: "nothing", length: 0 })).toEqual(missing);
  expect(await desk.order({ type: "syncFolder", folder: "nothing" })).toEqual(missing);
  await desk.write("folder/file", "x");
  expect(await desk.write("folder", "x")).toEqual({ ok: false, code: "EISDIR" });
  expect(await desk.write("folder/file/below", "x")).toEqual({ ok: false, code: "ENOTDIR" });
  expect(await desk.order({ type: "list", folder: "folder/file" })).toEqual({
    ok: false,
    code: "ENOTDIR",
  });
});

it("paths that leave the folder are refused and touch nothing", async () => {
  const desk = new Desk();
  const outside = [
    "../out",
    "/tmp/out",
    "a/../../out",
    "a//b",
    "./a",
    "a/.",
    "c:\\out",
    "a\\b",
    "a\0",
  ];
  for (const path of outside) {
    expect([path, await desk.write(path, "x")]).toEqual([path, { ok: false, code: "EACCES" }]);
    expect(await desk.order({ type: "remove", path })).toEqual({ ok: false, code: "EACCES" });
    expect(await desk.order({ type: "rename", from: "ok", to: path })).toEqual({
      ok: false,
      code: "EACCES",
    });
  }
  expect(readdirSync(desk.folder)).toEqual([]);
});

// Skipped where the platform cannot write durably in one call.
it.skipIf(fs.constants.O_DSYNC === undefined)(
  "a write whose sync is ordered with it is one call, or two when there is no second descriptor",
  async () => {
    const desk = new Desk();
    const block = async (offset: number): Promise<readonly FileResult[]> =>
      Promise.all([
        desk.write("a.log", "block", offset),
        desk.order({ type: "sync", path: "a.log" }),
      ]);
    const syncs = vi.spyOn(fs, "fdatasync");
    onTestFinished(() => syncs.mockRestore());
    expect(await block(0)).toEqual([done, done]);
    // What stands before the first sync is not known to be durable, so that is a sync of its own.
    expect(syncs).toHaveBeenCalledTimes(1);
    const opens = vi.spyOn(fs, "open").mockImplementation((...given: unknown[]) => {
      const answer = given.at(-1) as (error: Error) => void;
      setImmediate(answer, Object.assign(new Error("too many open files"), { code: "EMFILE" }));
    });
    expect(await block(5)).toEqual([done, done]);
    expect(syncs).toHaveBeenCalledTimes(2);
    opens.mockRestore();
    for (const offset of [10, 15, 20]) expect(await block(offset)).toEqual([done, done]);
    expect(syncs).toHaveBeenCalledTimes(2);
    expect(await desk.text("a.log")).toBe("block".repeat(5));
  },
);

it("keeps a bounded number of files open", async () => {
  const desk = new Desk();
  const open = (): number =>
    process.platform === "linux" ? readdirSync("/proc/self/fd").length : 0;
  const before = open();
  for (let index = 0; index < 100; index += 1) {
    await desk.write(`segment-${index}`, String(index));
    await desk.order({ type: "sync", path: `segment-${index}` });
  }
  expect(open() - before).toBeLessThanOrEqual(36);
  for (let index = 0; index < 100; index += 1) {
    expect(await desk.text(`segment-${index}`)).toBe(String(index));
  }
  expect(open() - before).toBeLessThanOrEqual(36);
});

it("any interleaving of orders on a few paths ends like the same orders one by one", async () => {
  const path = fc.constantFrom("a", "b", "f/c");
  const operation: fc.Arbitrary<FileOperation> = fc.oneof(
    fc.record({
      type: fc.constant("write" as const),
      path,
      offset: fc.nat(20),
      bytes: fc.uint8Array({ maxLength: 8 }),
    }),
    fc.record({ type: fc.constant("sync" as const), path }),
    fc.record({ type: fc.constant("truncate" as const), path, length: fc.nat(20) }),
    fc.record({ type: fc.constant("rename" as const), from: path, to: path }),
    fc.record({ type: fc.constant("remove" as const), path }),
  );
  const content = async (desk: Desk): Promise<readonly string[]> =>
    Promise.all(["a", "b", "f/c"].map((each) => desk.text(each)));
  await fc.assert(
    fc.asyncProperty(fc.array(operation, { maxLength: 12 }), async (operations) => {
      // The folder exists in both, or else a rename into it depends on who comes first.
      const [together, apart] = [new Desk(), new Desk()];
      await Promise.all([together.write("f/x", ""), apart.write("f/x", "")]);
      const results = await Promise.all(operations.map((each) => together.order(each)));
      const expected: FileResult[] = [];
      for (const each of operations) expected.push(await apart.order(each));
      expect(results).toEqual(expected);
      expect(await content(together)).toEqual(await content(apart));
      await Promise.all([together.files.close(), apart.files.close()]);
    }),
    { numRuns: 100 },
  );
});
