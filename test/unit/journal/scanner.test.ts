import { describe, expect, it } from "vitest";
import type { Event } from "../../../src/core/contract.ts";
import {
  crc32,
  JournalScanner,
  journalStart,
  readEvents,
  type JournalPosition,
} from "../../../src/core/journal/index.ts";
import { eventSequence } from "../../../src/core/kernel/ids.ts";
import {
  bytesOf,
  cutFiles,
  filesOf,
  flip,
  logIdentity,
  logWriter,
  nextWriter,
  packetBatches,
  pathOf,
  scanFiles,
  writeBatches,
  type LogFiles,
} from "../../support/journal-log.ts";

/** Segments of events 1-10, 11-20 and 21-30, each of two blocks. */
const threeSegments = (): LogFiles => {
  const limits = { blockBytesMax: 1_200, segmentBytesMax: 1_700 };
  const files = filesOf(writeBatches(logWriter({ limits }), packetBatches(6, 5)));
  expect([...files.keys()]).toEqual([pathOf(1), pathOf(11), pathOf(21)]);
  return files;
};

const joined = (...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> => {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
};

describe("recovery scan of a sound journal", () => {
  it("is clean, and says where to go on", () => {
    const { blocks, verdict } = scanFiles(threeSegments());
    expect(blocks.map(({ header }) => header.firstSequence)).toEqual([1, 6, 11, 16, 21, 26]);
    expect(verdict).toMatchObject({
      type: "clean",
      position: { nextSequence: 31, nextSegment: 4, chain: { block: 6 } },
      debris: [],
    });
  });

  it("is clean when there is nothing at all", () => {
    const expected = {
      type: "clean",
      position: journalStart,
      segment: null,
      debris: [],
      passedOver: [],
    };
    expect(scanFiles(new Map()).verdict).toEqual(expected);
    expect(scanFiles(new Map([[pathOf(1), new Uint8Array(0)]])).verdict).toEqual(expected);
    expect(scanFiles(new Map([[pathOf(1), new Uint8Array(9_999)]])).verdict).toEqual(expected);
  });

  it("takes zeros behind the last block for reserved space", () => {
    const files = threeSegments();
    for (const [path, bytes] of files) files.set(path, joined(bytes, new Uint8Array(8_192)));
    for (const chunkBytes of [1, 83, 4_096, 100_000]) {
      const { blocks, verdict } = scanFiles(files, { chunkBytes });
      expect(blocks).toHaveLength(6);
      expect(verdict).toMatchObject({ type: "clean", debris: [] });
    }
  });

  it("follows a journal through restarts", () => {
    let position: JournalPosition = journalStart;
    const files: LogFiles = new Map();
    for (let start = 1; start <= 4; start += 1) {
      const writer = nextWriter(position, start);
      filesOf(writeBatches(writer, packetBatches(2, 3, start * 100)), files);
      const { verdict } = scanFiles(files);
      expect(verdict).toMatchObject({ type: "clean", segment: { incarnation: start } });
      expect((verdict as { position: JournalPosition }).position).toEqual(writer.position);
      position = writer.position;
    }
    expect(position.nextSequence).toBe(25);
  });

  it("copies a block only when it stands in two chunks", () => {
    const [[path, bytes] = ["", new Uint8Array(0)]] = filesOf(
      writeBatches(logWriter(), packetBatches(4, 60)),
    );
    const headMax = 4_200;
    expect(bytes.length).toBeGreaterThan(2 * headMax);
    for (let cut = headMax; cut < bytes.length; cut += 37) {
      const chunks = [bytes.slice(0, cut), bytes.slice(cut)];
      const scanner = new JournalScanner({ after: journalStart });
      scanner.begin(path, bytes.length);
      const blocks = [...chunks.flatMap((chunk) => scanner.feed(chunk)), ...scanner.endOfFile()];
      expect(blocks.map(({ header }) => header.firstSequence)).toEqual([1, 61, 121, 181]);
      const copied = blocks.filter(({ payload }) =>
        chunks.every((chunk) => chunk.buffer !== payload.buffer),
      );
      expect(copied.length).toBeLessThan(2);
    }
  });

  it("takes any kind of byte array and makes plain ones of it", () => {
    const files = threeSegments();
    const buffers = new Map([...files].map(([path, bytes]) => [path, Buffer.from(bytes) as never]));
    const { blocks } = scanFiles(buffers);
    const content = readEvents(blocks[0] as never);
    const [event] = content.ok ? content.value.events : [];
    const bytes = event?.type === "packet.received" ? event.bytes : null;
    expect(Object.getPrototypeOf(bytes)).toBe(Uint8Array.prototype);
  });
});

describe("recovery scan of an unfinished tail", () => {
  it("cuts bytes that begin no block", () => {
    const files = threeSegments();
    const { length } = bytesOf(files, pathOf(21));
    files.set(
      pathOf(21),
      joined(bytesOf(files, pathOf(21)), Uint8Array.of(0xab, 0x42, 0x4c, 0x4b, 9)),
    );
    expect(scanFiles(files).verdict).toMatchObject({
      type: "unfinished",
      cuts: [{ path: pathOf(21), offset: length, bytes: 5 }],
      position: { nextSequence: 31, nextSegment: 4 },
    });
  });

  it("cuts rubbish behind zeros, from where the zeros begin", () => {
    const files = threeSegments();
    const { length } = bytesOf(files, pathOf(21));
    const rubbish = Uint8Array.of(...Array<number>(100).fill(0), 7);
    files.set(pathOf(21), joined(bytesOf(files, pathOf(21)), rubbish));
    expect(scanFiles(files).verdict).toMatchObject({
      type: "unfinished",
      cuts: [{ path: pathOf(21), offset: length, bytes: 101 }],
    });
  });

  it("does not count zeros of reserved space as cut", () => {
    for (const chunkBytes of [7, 100_000]) {
      const files = threeSegments();
      const { length } = bytesOf(files, pathOf(21));
      const torn = joined(bytesOf(files, pathOf(21)), Uint8Array.of(0xab, 0, 9));
      files.set(pathOf(21), joined(torn, new Uint8Array(5_000)));
      const { verdict } = scanFiles(files, { chunkBytes });
      expect(verdict).toMatchObject({ cuts: [{ path: pathOf(21), offset: length, bytes: 3 }] });
      expect(scanFiles(cutFiles(files, verdict)).verdict).toMatchObject({ type: "clean" });
    }
  });

  it("removes a segment that has no whole block, and the next start takes its name", () => {
    const files = threeSegments();
    files.set(pathOf(21), bytesOf(files, pathOf(21)).slice(0, 400));
    const { verdict } = scanFiles(files);
    expect(verdict).toMatchObject({
      type: "unfinished",
      cuts: [{ path: pathOf(21), offset: 0, bytes: 400 }],
      position: { nextSequence: 21, nextSegment: 4 },
    });
    const position = (verdict as { position: JournalPosition }).position;
    const blocks = writeBatches(nextWriter(position, 2), packetBatches(1, 2, 900));
    expect(blocks[0]?.path).toBe(pathOf(21));
    expect(scanFiles(filesOf(blocks, cutFiles(files, verdict))).verdict).toMatchObject({
      type: "clean",
      segment: { segment: 4, incarnation: 2 },
    });
  });

  it("cuts the first write of a segment also when rubbish stands where its header should", () => {
    const files = threeSegments();
    files.set(pathOf(31), new Uint8Array(700).fill(0x99));
    expect(scanFiles(files).verdict).toMatchObject({
      type: "unfinished",
      cuts: [{ path: pathOf(31), offset: 0, bytes: 700 }],
      position: { nextSequence: 31 },
    });
  });

  it("counts what an earlier cut left behind as debris, once the next segment goes on before it", () => {
    const files = threeSegments();
    const torn = bytesOf(files, pathOf(21)).subarray(0, 1_000);
    files.set(pathOf(21), joined(torn, Uint8Array.of(1, 2, 3)));
    const first = scanFiles(files).verdict as { position: JournalPosition; cuts: unknown };
    // The cut was lost with the power, the new segment was not.
    filesOf(writeBatches(nextWriter(first.position, 2), packetBatches(1, 2, 900)), files);
    const { blocks, verdict } = scanFiles(files);
    expect(verdict).toMatchObject({
      type: "clean",
      debris: first.cuts,
      position: { nextSequence: 28 },
    });
    expect(blocks.at(-1)?.segment.incarnation).toBe(2);
  });

  it("ignores an old block, whole as it may be, behind the last one", () => {
    // What an earlier start wrote shows up behind what was written over it.
    const old = writeBatches(logWriter({ identity: logIdentity(1) }), packetBatches(4, 5));
    const files = filesOf(old);
    filesOf(writeBatches(logWriter({ identity: logIdentity(2) }), packetBatches(2, 5)), files);
    expect(scanFiles(files).verdict).toMatchObject({
      type: "unfinished",
      position: { nextSequence: 11 },
      segment: { incarnation: 2 },
    });
  });
});

describe("recovery scan of a corrupt journal", () => {
  const corruptAt = (path: string, sequence: number, code: string) => ({
    type: "corrupt",
    path,
    sequence,
    problem: { code },
  });

  it("[JRN-03] names the segment, the byte and the event, in one line", () => {
    const files = threeSegments();
    const { blocks } = scanFiles(files);
    const [, second] = blocks;
    flip(bytesOf(files, pathOf(1)), (second?.offset ?? 0) + 200);
    const { verdict, blocks: sound } = scanFiles(files);
    expect(sound).toHaveLength(1);
    expect(verdict).toMatchObject({
      ...corruptAt(pathOf(1), 6, "block-damaged"),
      offset: second?.offset,
    });
    expect((verdict as { message: string }).message).toBe(
      `${pathOf(1)}, byte ${second?.offset}, event 6: a block's checksum does not fit, and a later ` +
        `segment follows: events 6 to 10 are missing before ${pathOf(11)}`,
    );
  });

  it("tells a lost segment", () => {
    const files = threeSegments();
    files.delete(pathOf(11));
    expect(scanFiles(files).verdict).toMatchObject(corruptAt(pathOf(1), 11, "events-missing"));
    files.delete(pathOf(1));
    expect(scanFiles(files).verdict).toMatchObject(corruptAt(pathOf(21), 1, "events-missing"));
  });

  it("tells a segment in the middle that lost its end, at a block's border or not", () => {
    for (const [end, code] of [
      [0, "events-missing"],
      [100, "header-damaged"],
      [900, "events-missing"],
      [1_000, "block-damaged"],
    ] as const) {
      const files = threeSegments();
      const whole = bytesOf(files, pathOf(11));
      const border = scanFiles(files).blocks[3]?.offset ?? 0;
      files.set(pathOf(11), whole.slice(0, end === 900 ? border : end));
      const sequence = end < 900 ? 11 : 16;
      expect(scanFiles(files).verdict).toMatchObject(corruptAt(pathOf(11), sequence, code));
    }
  });

  it("tells segments that took each other's names", () => {
    const files = threeSegments();
    const [first, second] = [bytesOf(files, pathOf(1)), bytesOf(files, pathOf(11))];
    files.set(pathOf(1), second).set(pathOf(11), first);
    expect(scanFiles(files).verdict).toMatchObject(corruptAt(pathOf(1), 1, "misnamed"));
  });

  it("tells blocks in another order, a block twice and a block left out", () => {
    const source = filesOf(writeBatches(logWriter(), packetBatches(4, 5)));
    const bytes = bytesOf(source, pathOf(1));
    const starts = scanFiles(source).blocks.map(({ offset }) => offset);
    const head = bytes.subarray(0, starts[0]);
    const [a, b, c, d] = starts.map((start, index) => bytes.subarray(start, starts[index + 1])) as [
      Uint8Array,
      Uint8Array,
      Uint8Array,
      Uint8Array,
    ];
    const verdictOf = (...parts: Uint8Array[]) =>
      scanFiles(new Map([[pathOf(1), joined(head, ...parts)]])).verdict;
    expect(verdictOf(a, b, c, d).type).toBe("clean");
    expect(verdictOf(b, a, c, d)).toMatchObject(corruptAt(pathOf(1), 1, "events-missing"));
    expect(verdictOf(a, c, b, d)).toMatchObject(corruptAt(pathOf(1), 6, "events-missing"));
    expect(verdictOf(a, b, c, c, d)).toMatchObject(corruptAt(pathOf(1), 16, "chain-broken"));
    expect(verdictOf(a, b, d)).toMatchObject(corruptAt(pathOf(1), 11, "events-missing"));
    expect(verdictOf(a, b, c, d, d)).toMatchObject(corruptAt(pathOf(1), 21, "chain-broken"));
    expect(verdictOf(a, Uint8Array.of(1), b)).toMatchObject(
      corruptAt(pathOf(1), 6, "block-damaged"),
    );
    expect(verdictOf(a, new Uint8Array(b.length), c)).toMatchObject(
      corruptAt(pathOf(1), 6, "block-damaged"),
    );
  });

  it("tells a block of another journal with the same numbers and salt", () => {
    const own = filesOf(writeBatches(logWriter(), packetBatches(3, 5)));
    const other = filesOf(writeBatches(logWriter(), packetBatches(3, 5, 50)));
    const at = scanFiles(own).blocks[1]?.offset ?? 0;
    const mixed = joined(
      bytesOf(own, pathOf(1)).subarray(0, at),
      bytesOf(other, pathOf(1)).subarray(at),
    );
    expect(scanFiles(new Map([[pathOf(1), mixed]])).verdict).toMatchObject({
      ...corruptAt(pathOf(1), 6, "chain-broken"),
      offset: at,
    });
  });

  it("tells a segment of another journal that agrees in everything but the bytes", () => {
    const limits = { blockBytesMax: 1_200, segmentBytesMax: 1_700 };
    const other = packetBatches(2, 5).map((batch) =>
      batch.map((event) => ({ ...event, bytes: Uint8Array.of(1, 2), start: 0, end: 2 }) as Event),
    );
    const writer = logWriter({ limits });
    writeBatches(writer, other);
    const files = threeSegments();
    files.delete(pathOf(21));
    files.delete(pathOf(11));
    filesOf(writeBatches(nextWriter(writer.position, 1), packetBatches(1, 5, 10)), files);
    expect(scanFiles(files).verdict).toMatchObject(corruptAt(pathOf(1), 11, "chain-broken"));
  });

  it("tells a segment whose number was given before", () => {
    const writer = logWriter();
    const files = filesOf(writeBatches(writer, packetBatches(1, 5)));
    const again = { ...writer.position, nextSegment: 1 };
    filesOf(writeBatches(nextWriter(again, 2), packetBatches(1, 5, 90)), files);
    expect(scanFiles(files).verdict).toMatchObject(corruptAt(pathOf(1), 6, "chain-broken"));
  });

  it("tells two continuations of one block", () => {
    const files = filesOf(writeBatches(logWriter(), packetBatches(4, 5)));
    const tornFiles = new Map(files).set(pathOf(1), bytesOf(files, pathOf(1)).slice(0, -1));
    const { position } = scanFiles(tornFiles).verdict as { position: JournalPosition };
    filesOf(writeBatches(nextWriter(position, 2), packetBatches(1, 5, 90)), files);
    // The block that had been torn is whole again, and somebody went on without it.
    expect(scanFiles(files).verdict).toMatchObject(corruptAt(pathOf(1), 21, "chain-broken"));
  });

  it("does not cut a flipped bit in the only block before a torn one", () => {
    const files = filesOf(writeBatches(logWriter(), packetBatches(2, 5)));
    const [first, second] = scanFiles(files).blocks;
    const bytes = bytesOf(files, pathOf(1)).slice(0, (second?.offset ?? 0) + 90);
    flip(bytes, (first?.offset ?? 0) + 300);
    expect(scanFiles(new Map([[pathOf(1), bytes]])).verdict).toMatchObject(
      corruptAt(pathOf(1), 1, "block-damaged"),
    );
  });
});

describe("recovery scan of what is not ours", () => {
  it("[JRN-04] refuses a newer format by its number", () => {
    const files = threeSegments();
    const bytes = bytesOf(files, pathOf(11));
    const view = new DataView(bytes.buffer);
    view.setUint32(8, 7, true);
    const end = 20 + view.getUint32(12, true);
    view.setUint32(16, crc32(bytes, 20, end, crc32(bytes, 0, 16, 0)), true);
    expect(scanFiles(files).verdict).toEqual({
      type: "refused",
      path: pathOf(11),
      problem: { code: "newer-format", detail: "it has format 7, this build reads up to 2" },
      message: `${pathOf(11)}: it has format 7, this build reads up to 2`,
    });
  });

  it("refuses a foreign file, and does not offer to cut it", () => {
    const text = new TextEncoder().encode("a letter to grandmother, not a journal");
    expect(scanFiles(new Map([[pathOf(1), text]])).verdict).toMatchObject({
      type: "refused",
      path: pathOf(1),
      problem: { code: "foreign-file" },
    });
    const files = threeSegments().set(pathOf(25), text);
    expect(scanFiles(files).verdict).toMatchObject({ type: "refused", path: pathOf(25) });
  });

  it("stops judging once it has judged", () => {
    const files = threeSegments();
    files.set(pathOf(1), new TextEncoder().encode("not a journal at all"));
    const { blocks, verdict } = scanFiles(files);
    expect(blocks).toEqual([]);
    expect(verdict).toMatchObject({ type: "refused", path: pathOf(1) });
  });
});

describe("recovery scan where not every block is synced", () => {
  it("cuts from a lost block on, unless a later one says that it was durable", () => {
    for (const synced of [0, 5, 6, 10, 15]) {
      const writer = logWriter();
      const files: LogFiles = new Map();
      packetBatches(4, 5).forEach((batch, index) => {
        if (index === 3 && synced > 0) writer.durable(eventSequence(synced));
        filesOf(writeBatches(writer, [batch]), files);
      });
      const lost = scanFiles(files).blocks[1];
      bytesOf(files, pathOf(1)).fill(0, (lost?.offset ?? 0) + 84, (lost?.offset ?? 0) + 300);
      expect(scanFiles(files).verdict.type).toBe("corrupt");
      const { verdict } = scanFiles(files, { proof: "durable" });
      expect(verdict).toMatchObject(
        synced < 6
          ? { type: "unfinished", position: { nextSequence: 6 } }
          : { type: "corrupt", sequence: 6 },
      );
    }
  });
});
