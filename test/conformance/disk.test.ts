/**
 * What the host may expect of files, on a real folder and on the simulated disk, with one body. Not
 * here: what a power loss leaves, which no test can make of a real disk; and folders without files,
 * which the simulated disk does not know.
 */
import { existsSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import * as fc from "fast-check";
import { describe, expect, it, onTestFinished } from "vitest";
import type { FileOperation, FileResult, RequestId } from "../../src/core/contract.ts";
import { Files } from "../../src/io/files.ts";
import { Decisions } from "../../src/sim/decisions.ts";
import { Disk } from "../../src/sim/disk.ts";
import { FaultCounters } from "../../src/sim/faults.ts";
import { calmOptions } from "../../src/sim/options.ts";
import { Scheduler } from "../../src/sim/scheduler.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

/** Carries operations out, ordered at once; their results in the order of the orders. */
interface DiskArm {
  run(operations: readonly FileOperation[]): Promise<readonly FileResult[]>;
  /** A path on which every write finds the disk full; null when there can be none here. */
  readonly fullPath: string | null;
}

function realArm(): DiskArm {
  const folder = temporaryFolder();
  const waiting = new Map<RequestId, (result: FileResult) => void>();
  const files = new Files(folder, (request, result) => waiting.get(request)?.(result));
  onTestFinished(() => files.close());
  const device = "/dev/full";
  const hasDevice = existsSync(device);
  if (hasDevice) symlinkSync(device, join(folder, "full"));
  let last = 0;
  const order = (operation: FileOperation): Promise<FileResult> =>
    new Promise((resolve) => {
      last += 1;
      waiting.set(last as RequestId, resolve);
      files.order(last as RequestId, operation);
    });
  return {
    run: (operations) => Promise.all(operations.map(order)),
    fullPath: hasDevice ? "full" : null,
  };
}

function simulatedArm(): DiskArm {
  const scheduler = new Scheduler();
  const spell = { afterMicros: 0, forMicros: 1_000_000, leftBytes: 0, code: "ENOSPC" };
  const decisions = Decisions.planned(new Map([["disk/full/full#0", spell]]));
  const options = { ...calmOptions.disk, fullsMax: 1 };
  const parts = { scheduler, decisions, faults: new FaultCounters(), options, stormMicros: 1 };
  const [disk, full] = [new Disk(parts, "node"), new Disk(parts, "full")];
  scheduler.runUntil(1);
  const run = (operations: readonly FileOperation[]): Promise<readonly FileResult[]> => {
    const results: FileResult[] = [];
    for (const [index, operation] of operations.entries()) {
      const isFull = "path" in operation && operation.path === "full";
      (isFull ? full : disk).order(operation, (result) => (results[index] = result));
    }
    scheduler.runUntil(scheduler.nowMicros + 100_000);
    return Promise.resolve(results);
  };
  return { run, fullPath: "full" };
}

const done: FileResult = { ok: true, type: "done" };
const failed = (code: string): FileResult => ({ ok: false, code });
const write = (path: string, offset: number, text: string): FileOperation => ({
  type: "write",
  path,
  offset,
  bytes: Uint8Array.from(text, (letter) => letter.charCodeAt(0)),
});
const read = (path: string, offset = 0, length = 1_000_000): FileOperation => ({
  type: "read",
  path,
  offset,
  length,
});
const textOf = (result: FileResult | undefined): string =>
  result?.ok === true && result.type === "bytes"
    ? String.fromCharCode(...result.bytes)
    : JSON.stringify(result);

describe.each([
  ["a real folder", realArm],
  ["the simulated disk", simulatedArm],
])("files on %s", (_name, makeArm) => {
  const text = async (arm: DiskArm, path: string): Promise<string> =>
    textOf((await arm.run([read(path)]))[0]);

  it("are made by a write, folder and all, and read as they were written", async () => {
    const arm = makeArm();
    const results = await arm.run([write("a/b/f", 0, "hello"), read("a/b/f", 1, 3)]);
    expect(results[0]).toEqual(done);
    expect(textOf(results[1])).toBe("ell");
    await arm.run([write("a/b/f", 7, "x")]);
    expect(await text(arm, "a/b/f")).toBe("hello\0\0x");
    expect(await arm.run([{ type: "list", folder: "a/b" }])).toEqual([
      { ok: true, type: "entries", entries: [{ name: "f", bytes: 8 }] },
    ]);
  });

  it("do what was ordered on one path in order, without being waited for", async () => {
    const arm = makeArm();
    const results = await arm.run([
      write("f", 0, "one"),
      { type: "sync", path: "f" },
      write("f", 0, "two"),
      read("f"),
      { type: "truncate", path: "f", length: 1 },
      read("f"),
      { type: "rename", from: "f", to: "g" },
      read("g"),
      { type: "remove", path: "g" },
      read("g"),
    ]);
    expect([3, 5, 7, 9].map((index) => textOf(results[index]))).toEqual(["two", "t", "t", ""]);
    expect(results.every(({ ok }) => ok)).toBe(true);
  });

  it("that are missing read as nothing, and cannot be synced, cut, renamed or removed", async () => {
    const arm = makeArm();
    const results = await arm.run([
      read("missing"),
      { type: "list", folder: "nowhere" },
      { type: "sync", path: "missing" },
      { type: "truncate", path: "missing", length: 0 },
      { type: "rename", from: "missing", to: "other" },
      { type: "remove", path: "missing" },
    ]);
    expect(textOf(results[0])).toBe("");
    expect(results[1]).toEqual({ ok: true, type: "entries", entries: [] });
    expect(results.slice(2)).toEqual([1, 2, 3, 4].map(() => failed("ENOENT")));
  });

  it("are replaced by a rename, and what was there before is gone", async () => {
    const arm = makeArm();
    await arm.run([write("d/new", 0, "new"), write("d/old", 0, "old one")]);
    await arm.run([{ type: "rename", from: "d/new", to: "d/old" }]);
    expect(await arm.run([{ type: "syncFolder", folder: "d" }])).toEqual([done]);
    expect(await text(arm, "d/old")).toBe("new");
    expect(await text(arm, "d/new")).toBe("");
  });

  it("are made longer with zeros by a truncation, and by what is reserved behind a write", async () => {
    const arm = makeArm();
    await arm.run([write("f", 0, "abc"), { type: "truncate", path: "f", length: 5 }]);
    expect(await text(arm, "f")).toBe("abc\0\0");
    const reserving = { ...write("r", 0, "abc"), zerosBehind: 9_000 } as FileOperation;
    await arm.run([reserving, { type: "sync", path: "r" }]);
    const [content] = await arm.run([read("r")]);
    const reserved = textOf(content);
    expect(reserved.slice(0, 3)).toBe("abc");
    expect(reserved.length).toBeGreaterThanOrEqual(9_003);
    expect(reserved.length).toBeLessThanOrEqual(9_003 + 4_096);
    expect(/^abc\0+$/.test(reserved)).toBe(true);
  });

  it("say ENOSPC on a full disk, and take nothing back of what they have", async ({ skip }) => {
    const arm = makeArm();
    const { fullPath } = arm;
    // Skipped where the platform has no device that is always full.
    if (fullPath === null) return skip("there is no /dev/full here");
    expect(await arm.run([write(fullPath, 0, "x".repeat(100))])).toEqual([failed("ENOSPC")]);
    expect(await arm.run([write("other", 0, "x")])).toEqual([done]);
  });
});

it("files behave alike on a real folder and on the simulated disk, whatever is ordered", async () => {
  const path = fc.constantFrom("a", "d/b", "d/c");
  const operation: fc.Arbitrary<FileOperation> = fc.oneof(
    fc.record({
      type: fc.constant("write" as const),
      path,
      offset: fc.nat(5_000),
      bytes: fc.uint8Array({ maxLength: 3_000, size: "max" }),
    }),
    fc.record({ type: fc.constant("truncate" as const), path, length: fc.nat(6_000) }),
    fc.record({ type: fc.constant("sync" as const), path }),
    fc.record({ type: fc.constant("rename" as const), from: path, to: path }),
    fc.record({ type: fc.constant("remove" as const), path }),
    path.map((of) => read(of)),
    fc.constant<FileOperation>({ type: "list", folder: "d" }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(operation, { maxLength: 12 }), async (operations) => {
      const [real, simulated] = [realArm(), simulatedArm()];
      const made = [write("d/b", 0, "begun"), ...operations];
      for (const each of made) {
        expect(await simulated.run([each])).toEqual(await real.run([each]));
      }
    }),
    { numRuns: 40 },
  );
});
