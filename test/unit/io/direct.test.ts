import fs from "node:fs";
import { closeSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as fc from "fast-check";
import { expect, it, onTestFinished, vi } from "vitest";
import type { FileOperation, FileResult, RequestId } from "../../../src/core/contract.ts";
import { directFlags, edgeAfter } from "../../../src/io/direct.ts";
import type { Edge } from "../../../src/io/direct.ts";
import { Files } from "../../../src/io/files.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

/** Whether the folder's file system writes past the page cache. */
function isDirectHere(folder: string): boolean {
  if (directFlags === null) return false;
  const path = join(folder, "probe");
  writeFileSync(path, "");
  try {
    closeSync(openSync(path, directFlags));
    return true;
  } catch {
    return false;
  }
}

class Journal {
  readonly path: string;
  readonly #files: Files;
  readonly #waiting = new Map<RequestId, (result: FileResult) => void>();
  #last = 0;
  #end = 0;
  /** What the file must begin with; zeros follow. */
  readonly content: number[] = [];

  constructor(folder: string) {
    this.path = join(folder, "a.log");
    this.#files = new Files(folder, (request, result) => this.#waiting.get(request)?.(result));
    onTestFinished(() => this.#files.close());
  }

  /** One block, durable when it resolves. */
  async append(bytes: Uint8Array, zerosBehind: number): Promise<void> {
    const write: FileOperation = {
      type: "write",
      path: "a.log",
      offset: this.#end,
      bytes,
      zerosBehind,
    };
    const results = [this.#order(write), this.#order({ type: "sync", path: "a.log" })];
    const failed = (await Promise.all(results)).find(({ ok }) => !ok);
    if (failed !== undefined) throw new Error(JSON.stringify(failed));
    this.content.push(...bytes);
    this.#end += bytes.length;
  }

  #order(operation: FileOperation): Promise<FileResult> {
    this.#last += 1;
    const request = this.#last as RequestId;
    return new Promise((resolve) => {
      this.#waiting.set(request, resolve);
      this.#files.order(request, operation);
    });
  }
}

const anyBlocks = fc.array(
  fc.record({
    length: fc.oneof(fc.integer({ min: 1, max: 300 }), fc.integer({ min: 1, max: 20_000 })),
    zerosBehind: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 300_000 })),
    seed: fc.nat({ max: 250 }),
  }),
  { minLength: 1, maxLength: 12 },
);

const blockOf = (length: number, seed: number): Uint8Array =>
  Uint8Array.from({ length }, (_, at) => 1 + ((at * 7 + seed) % 255));

it("blocks of any length follow one another, and behind the last are zeros", async () => {
  await fc.assert(
    fc.asyncProperty(anyBlocks, async (blocks) => {
      const journal = new Journal(temporaryFolder());
      for (const { length, zerosBehind, seed } of blocks) {
        await journal.append(blockOf(length, seed), zerosBehind);
      }
      const found = readFileSync(journal.path);
      const { length } = journal.content;
      expect(found.subarray(0, length).equals(Buffer.from(journal.content))).toBe(true);
      expect(found.subarray(length).every((byte) => byte === 0)).toBe(true);
    }),
    { numRuns: 60 },
  );
});

it("the space that is asked for is reserved", async () => {
  const journal = new Journal(temporaryFolder());
  await journal.append(blockOf(100, 1), 0);
  await journal.append(blockOf(5_000, 2), 1_000_000);
  const { length } = readFileSync(journal.path);
  expect(length).toBeGreaterThanOrEqual(1_005_100);
  expect(length).toBeLessThanOrEqual(1_005_100 + 4_096);
});

it("blocks go past the page cache where that can be done, and through it where not", async () => {
  const folder = temporaryFolder();
  const journal = new Journal(folder);
  const direct = vi.spyOn(fs, "writev");
  const cached = vi.spyOn(fs, "write");
  onTestFinished(() => void vi.restoreAllMocks());
  await journal.append(blockOf(100, 1), 50_000);
  direct.mockClear();
  cached.mockClear();
  for (let block = 0; block < 10; block += 1) await journal.append(blockOf(700, block), 0);
  const isDirect = isDirectHere(folder);
  expect([direct.mock.calls.length, cached.mock.calls.length]).toEqual(
    isDirect ? [10, 0] : [0, 10],
  );
});

it.each(["EINVAL", "short"])(
  "a disk that does not take them so (%s) gets them else",
  async (how) => {
    const journal = new Journal(temporaryFolder());
    await journal.append(blockOf(100, 1), 50_000);
    const direct = vi.spyOn(fs, "writev").mockImplementation((...given: unknown[]) => {
      const answer = given.at(-1) as (error: Error | null, written: number) => void;
      const error = how === "short" ? null : Object.assign(new Error("no"), { code: "EINVAL" });
      setImmediate(answer, error, 512);
    });
    onTestFinished(() => void vi.restoreAllMocks());
    for (let block = 0; block < 4; block += 1) await journal.append(blockOf(3_000, block), 0);
    // A refusal is remembered; a disk that is full says so to the other way of writing.
    if (direct.mock.calls.length > 0) expect(direct).toHaveBeenCalledTimes(how === "short" ? 4 : 1);
    const found = readFileSync(journal.path);
    const { length } = journal.content;
    expect(found.subarray(0, length).equals(Buffer.from(journal.content))).toBe(true);
  },
);

it("the edge is what was written of the last page, if that is known", () => {
  const block = blockOf(5_000, 3);
  const first = edgeAfter(null, 0, block) as Edge;
  expect(first).toEqual({ end: 5_000, bytes: block.slice(4_096) });
  const second = edgeAfter(first, 5_000, Uint8Array.of(7, 8)) as Edge;
  expect(second.end).toBe(5_002);
  expect([...second.bytes.slice(-3)]).toEqual([block[4_999], 7, 8]);
  expect(second.bytes).toHaveLength(906);
  expect(edgeAfter(first, 5_001, Uint8Array.of(7))).toBeNull();
  expect(edgeAfter(null, 4_096, Uint8Array.of(7))).toEqual({ end: 4_097, bytes: Uint8Array.of(7) });
  expect(edgeAfter(first, 5_000, new Uint8Array(3_192))).toEqual({
    end: 8_192,
    bytes: new Uint8Array(0),
  });
});
