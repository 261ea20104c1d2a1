import { describe, expect, it } from "vitest";
import {
  journalStart,
  readEvents,
  segmentPath,
  segmentSequence,
  type SegmentIdentity,
} from "../../../src/core/journal/index.ts";
import { eventSequence } from "../../../src/core/kernel/ids.ts";
import {
  filesOf,
  logIdentity,
  logWriter,
  packetBatches,
  packetEvent,
  scanFiles,
  writeBatches,
} from "../../support/journal-log.ts";

describe("JournalWriter", () => {
  it("counts events from 1 and names each segment after its first one", () => {
    const limits = { blockBytesMax: 1_000, segmentBytesMax: 2_600 };
    const blocks = writeBatches(logWriter({ limits }), packetBatches(9, 5));
    expect(blocks.map(({ firstSequence, lastSequence }) => [firstSequence, lastSequence])).toEqual(
      Array.from({ length: 9 }, (_, block) => [block * 5 + 1, block * 5 + 5]),
    );
    const starts = blocks.filter(({ startsSegment }) => startsSegment);
    expect(starts.length).toBeGreaterThan(1);
    for (const { path, firstSequence, offset } of starts) {
      expect(path).toBe(segmentPath(firstSequence));
      expect(segmentSequence(path)).toBe(firstSequence);
      expect(offset).toBe(0);
    }
  });

  it("puts each block right behind the one before, within the limit of the segment", () => {
    const limits = { blockBytesMax: 1_000, segmentBytesMax: 2_600 };
    const ends = new Map<string, number>();
    for (const { path, offset, bytes } of writeBatches(
      logWriter({ limits }),
      packetBatches(9, 5),
    )) {
      expect(offset).toBe(ends.get(path) ?? 0);
      expect(offset + bytes.length).toBeLessThanOrEqual(2_600);
      ends.set(path, offset + bytes.length);
    }
  });

  it("fills a segment to the last byte of its limit", () => {
    const [first, second] = writeBatches(logWriter(), packetBatches(2, 5));
    const exact = (first?.bytes.length ?? 0) + (second?.bytes.length ?? 0);
    const counts = [exact, exact - 1].map((segmentBytesMax) => {
      const limits = { blockBytesMax: 1_000, segmentBytesMax };
      return filesOf(writeBatches(logWriter({ limits }), packetBatches(2, 5))).size;
    });
    expect(counts).toEqual([1, 2]);
  });

  it("gives a block that is larger than any segment one of its own", () => {
    const limits = { blockBytesMax: 1_000, segmentBytesMax: 2_600 };
    const writer = logWriter({ limits });
    const batches = [[packetEvent(0)], [packetEvent(1, 5_000)], [packetEvent(2)]];
    const files = filesOf(writeBatches(writer, batches));
    expect([...files.keys()]).toEqual([1, 2, 3].map((first) => segmentPath(eventSequence(first))));
    expect(scanFiles(files).verdict.type).toBe("clean");
  });

  it("copies what it is lent", () => {
    const writer = logWriter();
    const bytes = Uint8Array.of(8, 1, 2, 3, 8);
    writer.append({ ...packetEvent(0), bytes, start: 1, end: 4 } as never);
    bytes.fill(9);
    const [block] = scanFiles(filesOf([writer.seal() as never])).blocks;
    const content = readEvents(block as never);
    expect(content).toMatchObject({ value: { events: [{ bytes: Uint8Array.of(1, 2, 3) }] } });
  });

  it("hands out bytes that later events do not change", () => {
    const writer = logWriter();
    writer.append(packetEvent(0));
    const block = writer.seal();
    const before = block?.bytes.slice();
    writer.append(packetEvent(1));
    writer.seal();
    expect(block?.bytes).toEqual(before);
  });

  it("says how large and how full the open block is", () => {
    const writer = logWriter({ limits: { blockBytesMax: 500, segmentBytesMax: 9_000 } });
    expect([writer.openEvents, writer.openBytes, writer.isFull]).toEqual([0, 0, false]);
    expect(writer.seal()).toBeNull();
    writer.append(packetEvent(0));
    const { openBytes } = writer;
    expect([writer.openEvents, writer.isFull]).toEqual([1, false]);
    writer.append(packetEvent(1, 400));
    expect([writer.openEvents, writer.isFull]).toEqual([2, true]);
    writer.seal();
    writer.append(packetEvent(2));
    // The segment has its header by now, so the block is all that is written.
    expect(writer.seal()?.bytes).toHaveLength(openBytes);
    expect(writer.nextSequence).toBe(4);
  });

  it("keeps the digests of effects and state where they belong", () => {
    const writer = logWriter();
    writer.append(packetEvent(0));
    writer.effects(0xffff_ffff);
    writer.stateDigest(0, 11);
    writer.stateDigest(1, 0xfedc_ba98);
    writer.append(packetEvent(1)); // its step never ended
    writer.append(packetEvent(2));
    writer.effects(5);
    writer.stateDigest(2, 13);
    const [block] = scanFiles(filesOf([writer.seal() as never])).blocks;
    expect(readEvents(block as never)).toMatchObject({
      ok: true,
      value: {
        effects: [0xffff_ffff, 0, 5],
        stateDigests: [
          { after: 1, table: 0, digest: 11 },
          { after: 1, table: 1, digest: 0xfedc_ba98 },
          { after: 3, table: 2, digest: 13 },
        ],
      },
    });
    expect(block?.header.flags).toBe(2);
  });

  it("chains the digests of all effects over blocks and restarts", () => {
    const all = writeBatches(logWriter(), packetBatches(4, 3));
    const writer = logWriter();
    const half = writeBatches(writer, packetBatches(2, 3));
    const rest = writeBatches(
      logWriter({ ...writer.position, identity: logIdentity(2) }),
      packetBatches(2, 3, 6),
    );
    const last = (blocks: typeof all) => scanFiles(filesOf(blocks)).blocks.at(-1)?.header.effects;
    expect(last([...half, ...rest])).toBe(last(all));
    expect(last(half)).not.toBe(last(all));
  });

  it("writes down who writes", () => {
    const identity: SegmentIdentity = logIdentity(77);
    const { verdict } = scanFiles(
      filesOf(writeBatches(logWriter({ identity }), packetBatches(1, 1))),
    );
    expect(verdict).toMatchObject({
      type: "clean",
      segment: { ...identity, segment: 1, firstSequence: 1 },
    });
  });

  it("refuses to go back in time, also behind a restart", () => {
    const writer = logWriter();
    writer.append(packetEvent(5));
    expect(() => writer.append(packetEvent(4))).toThrow("time goes back");
    writer.seal();
    const next = logWriter({ ...writer.position, identity: logIdentity(2) });
    expect(() => next.append(packetEvent(4))).toThrow("time goes back");
    expect(next.append(packetEvent(5))).toBe(2);
  });

  it("refuses digests that belong to no open event", () => {
    const writer = logWriter();
    expect(() => writer.effects(1)).toThrow("effects follow their event");
    expect(() => writer.stateDigest(0, 1)).toThrow("follows an event");
    writer.append(packetEvent(0));
    writer.effects(1);
    expect(() => writer.effects(1)).toThrow("effects follow their event");
    writer.seal();
    expect(() => writer.effects(1)).toThrow("effects follow their event");
    expect(() => writer.durable(eventSequence(2))).toThrow("only a written event");
  });

  it("has a position only between two blocks", () => {
    const writer = logWriter();
    expect(writer.position).toEqual(journalStart);
    writer.append(packetEvent(0));
    expect(() => writer.position).toThrow("between two blocks");
  });
});
