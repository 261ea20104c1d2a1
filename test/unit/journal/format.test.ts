import { describe, expect, it } from "vitest";
import { crc32, segmentPath, segmentSequence } from "../../../src/core/journal/index.ts";
import {
  encodeFileHead,
  readFileHead,
  type HeadValue,
} from "../../../src/core/journal/file-head.ts";
import { journalStart, segmentMagic } from "../../../src/core/journal/format.ts";
import {
  encodeSegmentHeader,
  readSegmentHeader,
} from "../../../src/core/journal/segment-header.ts";
import { eventSequence } from "../../../src/core/kernel/ids.ts";
import { logIdentity } from "../../support/journal-log.ts";

const header = {
  ...logIdentity(3),
  segment: 12,
  firstSequence: eventSequence(4_711),
  chain: { ...journalStart.chain, block: 99, checksum: 0xffff_ffff },
  sealing: null,
};

const headWith = (change: Record<string, HeadValue | undefined>): Uint8Array => {
  const read = readFileHead(encodeSegmentHeader(header, crc32), segmentMagic, crc32);
  if (!read.ok) throw new Error(read.problem.detail);
  const values: Record<string, HeadValue> = {};
  for (const [name, value] of [...read.value.values, ...Object.entries(change)]) {
    if (value === undefined) delete values[name];
    else values[name] = value;
  }
  return encodeFileHead(segmentMagic, values, crc32);
};

describe("segment header", () => {
  it("comes back as it was written, whatever follows it", () => {
    const bytes = encodeSegmentHeader(header, crc32);
    expect(bytes.length).toBeLessThan(400);
    const followed = Uint8Array.of(...bytes, 1, 2, 3);
    expect(readSegmentHeader(followed, crc32)).toEqual({
      ok: true,
      value: { header, bytes: bytes.length },
    });
  });

  it("may have names that this build does not know", () => {
    const bytes = headWith({ key: "k-2026", tags: [1, 2, 3], size: 2 ** 40 });
    expect(readSegmentHeader(bytes, crc32)).toMatchObject({ ok: true, value: { header } });
  });

  it("must have every name that this build needs, with a value that can be", () => {
    const wrong: Record<string, HeadValue | undefined>[] = [
      { build: undefined },
      { build: 7 },
      { node: undefined },
      { v8: [1] },
      { protocol: "1" },
      { config: 2 ** 32 },
      { incarnation: 0 },
      { incarnation: 2 ** 17 },
      { salt: undefined },
      { salt: [1] },
      { salt: [1, 2 ** 32] },
      { segment: 0 },
      { sequence: 0 },
      { block: undefined },
      { checksum: 2 ** 32 },
      { effects: undefined },
      { at: "now" },
    ];
    for (const change of wrong) {
      expect(readSegmentHeader(headWith(change), crc32)).toMatchObject({
        ok: false,
        problem: { code: "content-malformed" },
      });
    }
  });

  it("of format 0 is nobody's", () => {
    const bytes = encodeSegmentHeader(header, crc32);
    new DataView(bytes.buffer).setUint32(8, 0, true);
    const sum = crc32(bytes, 20, bytes.length, crc32(bytes, 0, 16, 0));
    new DataView(bytes.buffer).setUint32(16, sum, true);
    expect(readSegmentHeader(bytes, crc32)).toMatchObject({
      problem: { code: "content-malformed" },
    });
  });
});

describe("names of segments", () => {
  it("sort as their first events do", () => {
    const paths = [1, 9, 10, 99_999, 2 ** 40, Number.MAX_SAFE_INTEGER].map((first) =>
      segmentPath(eventSequence(first)),
    );
    expect(paths.toSorted()).toEqual(paths);
    expect(paths[0]).toBe("journal/0000000000000001.segment");
    expect(paths.map(segmentSequence)).toEqual([
      1,
      9,
      10,
      99_999,
      2 ** 40,
      Number.MAX_SAFE_INTEGER,
    ]);
  });

  it("are no other files' names", () => {
    const others = [
      "1.segment",
      "x0000000000000001.segment",
      "0000000000000001.segment.bak",
      "lock",
    ];
    expect(others.map(segmentSequence)).toEqual([null, null, null, null]);
  });
});
