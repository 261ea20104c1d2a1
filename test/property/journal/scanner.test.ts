import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Event } from "../../../src/core/contract.ts";
import {
  blockBytes,
  readEvents,
  type JournalBlock,
  type JournalPosition,
  type JournalWriter,
  type JournalWriterOptions,
  type SegmentIdentity,
} from "../../../src/core/journal/index.ts";
import {
  cutFiles,
  filesOf,
  logEncryption,
  logIdentity,
  logKeys,
  logWriter,
  nextWriter,
  packetBatches,
  scanFiles,
  writeBatches,
  type LogFiles,
  type Scanned,
} from "../../support/journal-log.ts";

const eventsOf = (blocks: readonly JournalBlock[]): Event[] =>
  blocks.flatMap((block) => {
    const content = readEvents(block);
    return content.ok ? content.value.events : [];
  });

const changed = (
  files: LogFiles,
  path: string,
  change: (bytes: Uint8Array<ArrayBuffer>) => Uint8Array<ArrayBuffer>,
): LogFiles =>
  new Map(files).set(path, change((files.get(path) as Uint8Array<ArrayBuffer>).slice()));

const flipped = (files: LogFiles, path: string, bit: number): LogFiles =>
  changed(files, path, (bytes) => {
    const copy = bytes.slice();
    copy[bit >> 3] = (copy[bit >> 3] as number) ^ (1 << (bit & 7));
    return copy;
  });

const endOf = (block: JournalBlock): number => block.offset + blockBytes(block);

/** The bytes of the file's last block, and the header with it when it is the only one. */
const lastWrite = ({ blocks }: Scanned, path: string): number => {
  const own = blocks.filter((block) => block.path === path);
  return own.length === 1 ? 0 : (own.at(-1)?.offset ?? 0);
};

describe.each([
  ["is not encrypted", null],
  ["is encrypted", logKeys()],
])("recovery scan of a journal that %s", (_title, keys) => {
  const encryptionOf = (start: number) => (keys === null ? null : logEncryption(start));
  const writerOf = (options: Partial<JournalWriterOptions> = {}): JournalWriter =>
    logWriter({ ...options, encryption: encryptionOf(1) });
  const nextOf = (position: JournalPosition): JournalWriter =>
    nextWriter(position, 2, undefined, encryptionOf(2));
  const scanOf = (files: LogFiles, options: { readonly chunkBytes?: number } = {}): Scanned =>
    scanFiles(files, { ...options, keys });

  /** Three segments of a few blocks each. */
  const threeSegments = (): { files: LogFiles; paths: string[]; blocks: number } => {
    const limits = { blockBytesMax: 1_000, segmentBytesMax: 2_600 };
    const blocks = writeBatches(writerOf({ limits }), packetBatches(9, 5));
    const files = filesOf(blocks);
    expect(files.size).toBe(3);
    return { files, paths: [...files.keys()].sort(), blocks: blocks.length };
  };

  it("hands out the same blocks whatever the chunks are", () => {
    const { files, blocks } = threeSegments();
    const whole = scanOf(files, { chunkBytes: 1_000_000 });
    expect(whole.blocks).toHaveLength(blocks);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 4_000 }), (chunkBytes) => {
        expect(scanOf(files, { chunkBytes })).toStrictEqual(whole);
      }),
      { numRuns: 100 },
    );
  });

  it("[JRN-02] keeps every whole block of a log that is cut at any byte", () => {
    const files = filesOf(writeBatches(writerOf(), packetBatches(3, 2)));
    const [path = ""] = files.keys();
    const whole = scanOf(files);
    const ends = whole.blocks.map(endOf);
    const length = (files.get(path) as Uint8Array).length;
    for (let end = 0; end <= length; end += 1) {
      const cut = changed(files, path, (bytes) => bytes.slice(0, end));
      const { blocks, verdict } = scanOf(cut, { chunkBytes: 100 });
      const kept = ends.filter((blockEnd) => blockEnd <= end).length;
      expect(blocks).toHaveLength(kept);
      const offset = ends[kept - 1] ?? 0;
      const torn = files.get(path)?.slice(offset, end) ?? new Uint8Array(0);
      const cuts = [{ path, offset, bytes: torn.findLastIndex((byte) => byte !== 0) + 1 }];
      const isBorder = end === 0 || ends.includes(end);
      expect(verdict).toMatchObject(isBorder ? { type: "clean" } : { type: "unfinished", cuts });
    }
  });

  it("[JRN-02] goes on after any cut as if the lost tail had never been", () => {
    const files = filesOf(writeBatches(writerOf(), packetBatches(3, 2)));
    const [path = ""] = files.keys();
    const length = (files.get(path) as Uint8Array).length;
    fc.assert(
      fc.property(fc.nat(length), fc.boolean(), (end, isCut) => {
        const torn = changed(files, path, (bytes) => bytes.slice(0, end));
        const first = scanOf(torn);
        if (!("position" in first.verdict)) throw new Error(first.verdict.message);
        const { position } = first.verdict;
        // Also when a power loss undoes the cut itself: what is left of the tail is debris.
        const left = isCut ? cutFiles(torn, first.verdict) : torn;
        const added = packetBatches(2, 3, 1_000);
        const blocks = writeBatches(nextOf(position), added);
        expect(blocks[0]).toMatchObject({ startsSegment: true, offset: 0 });
        const second = scanOf(filesOf(blocks, new Map(left)));
        expect(eventsOf(second.blocks)).toEqual([...eventsOf(first.blocks), ...added.flat()]);
        // A file that is overwritten may be longer than what is written over it.
        expect(isCut ? ["clean"] : ["clean", "unfinished"]).toContain(second.verdict.type);
      }),
      { numRuns: 300 },
    );
  });

  it("[JRN-03] finds each flipped bit: corruption, or in the last block an unfinished tail", () => {
    const { files, paths } = threeSegments();
    const whole = scanOf(files);
    const last = paths.at(-1) as string;
    const tail = lastWrite(whole, last);
    const place = fc
      .constantFrom(...paths)
      .chain((path) =>
        fc.tuple(fc.constant(path), fc.nat((files.get(path) as Uint8Array).length * 8 - 1)),
      );
    fc.assert(
      fc.property(place, fc.integer({ min: 50, max: 5_000 }), ([path, bit], chunkBytes) => {
        const { blocks, verdict } = scanOf(flipped(files, path, bit), { chunkBytes });
        const isInTail = path === last && bit >> 3 >= tail;
        const sequence = blocks.length * 5 + 1;
        expect(verdict).toMatchObject(
          isInTail ? { type: "unfinished" } : { type: "corrupt", path, sequence },
        );
        expect("offset" in verdict ? verdict.offset : 0).toBeLessThanOrEqual(bit >> 3);
        // What is handed out is a beginning of the log, and ends before the bit.
        expect(blocks).toStrictEqual(whole.blocks.slice(0, blocks.length));
        const before = blocks.at(-1);
        const isBefore = before === undefined || before.path < path;
        expect(isBefore || endOf(before) <= bit >> 3).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });

  it("[JRN-03] finds every single flipped bit of a small log", () => {
    const files = filesOf(writeBatches(writerOf(), packetBatches(2, 1)));
    const [path = ""] = files.keys();
    const tail = lastWrite(scanOf(files), path);
    const bits = (files.get(path) as Uint8Array).length * 8;
    for (let bit = 0; bit < bits; bit += 1) {
      const { verdict } = scanOf(flipped(files, path, bit));
      expect(verdict.type).toBe(bit >> 3 >= tail ? "unfinished" : "corrupt");
    }
  });

  it("[JRN-03] finds any change of any bytes that is not at the end", () => {
    const { files, paths } = threeSegments();
    const [path = ""] = paths;
    const length = (files.get(path) as Uint8Array).length;
    const change = fc.uint8Array({ minLength: 1, maxLength: 700 });
    fc.assert(
      fc.property(fc.nat(length - 1), change, (at, rubbish) => {
        const spoilt = changed(files, path, (bytes) => {
          const copy = bytes.slice();
          copy.set(rubbish.subarray(0, length - at), at);
          return copy;
        });
        fc.pre(spoilt.get(path)?.some((byte, index) => byte !== files.get(path)?.[index]) === true);
        const { verdict } = scanOf(spoilt);
        // A file without our magic is not ours to judge.
        expect(at < 8 ? ["corrupt", "refused"] : ["corrupt"]).toContain(verdict.type);
      }),
      { numRuns: 1_000 },
    );
  });

  it("[JRN-02] cuts a torn last write whatever sectors of it are lost", () => {
    const batches = packetBatches(4, 30);
    const writes = writeBatches(writerOf(), batches);
    fc.assert(
      fc.property(
        fc.nat(3),
        fc.array(fc.boolean(), { minLength: 8, maxLength: 8 }),
        (index, kept) => {
          const before = writes.slice(0, index);
          const torn = writes[index] as (typeof writes)[number];
          const files = filesOf([...before, torn]);
          const bytes = files.get(torn.path) as Uint8Array;
          const whole = bytes.slice();
          // Sectors are those of the disk, not of the write.
          const first = Math.floor(torn.offset / 512);
          for (let sector = first; sector * 512 < bytes.length; sector += 1) {
            if (kept[sector % 8] === true) continue;
            bytes.fill(0, Math.max(torn.offset, sector * 512), (sector + 1) * 512);
          }
          const isTorn = bytes.some((byte, at) => byte !== whole[at]);
          const { blocks, verdict } = scanOf(files);
          expect(blocks).toHaveLength(isTorn ? index : index + 1);
          // The first write of all may be lost to the last byte: then there is no tail either.
          expect(isTorn ? ["unfinished", "clean"] : ["clean"]).toContain(verdict.type);
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe("recovery scan", () => {
  it("never takes a peer's bytes for a block, torn or not", () => {
    // A peer who has a whole journal, of another server, sends it as a packet.
    const foreign = [
      ...filesOf(writeBatches(logWriter(), packetBatches(3, 2))).values(),
    ][0] as Uint8Array;
    const verdictsOf = (identity: SegmentIdentity): Set<string> => {
      const batches = packetBatches(3, 2);
      const [first, second] = batches[2] as [Event, Event];
      batches[2] = [{ ...first, bytes: foreign, start: 0, end: foreign.length } as Event, second];
      const files = filesOf(writeBatches(logWriter({ identity }), batches));
      const [path = ""] = files.keys();
      const tail = scanFiles(files).blocks.at(-1)?.offset as number;
      const verdicts = new Set<string>();
      for (let end = (files.get(path) as Uint8Array).length - 1; end > tail; end -= 1) {
        const torn = changed(files, path, (bytes) => bytes.slice(0, end));
        verdicts.add(scanFiles(torn).verdict.type);
      }
      return verdicts;
    };
    expect(verdictsOf({ ...logIdentity(), salt: [1, 2] })).toEqual(new Set(["unfinished"]));
    // Who knew the salt could stop a restart: so the check above is alive.
    expect(verdictsOf(logIdentity())).toContain("corrupt");
  });
});
