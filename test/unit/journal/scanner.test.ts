import { describe, expect, it } from "vitest";
import type { Event } from "../../../src/core/contract.ts";
import {
  crc32,
  journalStart,
  readEvents,
  segmentPath,
  segmentSequence,
  type JournalPosition,
} from "../../../src/core/journal/index.ts";
import { eventSequence } from "../../../src/core/kernel/ids.ts";
import {
  cutFiles,
  filesOf,
  logIdentity,
  logWriter,
  nextWriter,
  packetBatches,
  scanFiles,
  writeBatches,
  type LogFiles,
} from "../../support/journal-log.ts";

const pathOf = (first: number): string => segmentPath(eventSequence(first));

/** Segments of events 1-10, 11-20 and 21-30, each of two blocks. */
const threeSegments = (): LogFiles => {
  const limits = { blockBytesMax: 1_200, segmentBytesMax: 1_700 };
  const files = filesOf(writeBatches(logWriter({ limits }), packetBatches(6, 5)));
  expect([...files.keys()]).toEqual([pathOf(1), pathOf(11), pathOf(21)]);
  return files;
};

const bytesOf = (files: LogFiles, path: string): Uint8Array<ArrayBuffer> => {
  const bytes = files.get(path);
  if (bytes === undefined) throw new Error(`no file ${path}`);
  return bytes;
};

const flip = (bytes: Uint8Array, at: number): void => {
  bytes[at] = (bytes[at] as number) ^ 4;
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

describe("recovery scan from a checkpoint", () => {
  /** Positions after each block, and the files. */
  const withPositions = (): { files: LogFiles; positions: JournalPosition[] } => {
    const limits = { blockBytesMax: 1_200, segmentBytesMax: 1_700 };
    const writer = logWriter({ limits });
    const files: LogFiles = new Map();
    const positions = packetBatches(6, 5).map((batch) => {
      filesOf(writeBatches(writer, [batch]), files);
      return writer.position;
    });
    return { files, positions };
  };

  it("passes through any of them, with the older segments or without", () => {
    const { files, positions } = withPositions();
    for (const after of positions) {
      const { verdict } = scanFiles(files, { after });
      expect(verdict).toMatchObject({ type: "clean", position: positions[5] });
      // All that begin behind it, and the last one that does not.
      const paths = [...files.keys()];
      const first = paths.findLastIndex(
        (path) => (segmentSequence(path) ?? 0) <= after.nextSequence,
      );
      const some = new Map([...files].slice(first));
      expect(scanFiles(some, { after }).verdict).toEqual(verdict);
    }
    const end = positions[5] as JournalPosition;
    expect(scanFiles(new Map(), { after: end }).verdict).toMatchObject({
      type: "clean",
      position: end,
    });
  });

  it("refuses a journal that ends before it, or begins after it", () => {
    const { files, positions } = withPositions();
    const after = positions[3] as JournalPosition;
    const early = new Map([...files].slice(0, 1));
    expect(scanFiles(early, { after }).verdict).toMatchObject({
      type: "corrupt",
      path: pathOf(1),
      sequence: 11,
      problem: { code: "events-missing" },
    });
    const late = new Map([...files].slice(2));
    expect(scanFiles(late, { after: positions[0] as JournalPosition }).verdict).toMatchObject({
      type: "corrupt",
      sequence: 6,
      problem: { code: "events-missing" },
    });
  });

  it("does not cut what the checkpoint contains", () => {
    const { files, positions } = withPositions();
    files.set(pathOf(21), bytesOf(files, pathOf(21)).slice(0, -1));
    const { verdict } = scanFiles(files, { after: positions[5] as JournalPosition });
    expect(verdict).toMatchObject({ type: "corrupt", path: pathOf(21), sequence: 26 });
    expect(scanFiles(files, { after: positions[4] as JournalPosition }).verdict.type).toBe(
      "unfinished",
    );
  });

  /** One segment of six blocks, where each begins, and the position after each. */
  const oneSegment = () => {
    const writer = logWriter({ limits: { blockBytesMax: 1_200, segmentBytesMax: 100_000 } });
    const files: LogFiles = new Map();
    const positions = packetBatches(6, 5).map((batch) => {
      filesOf(writeBatches(writer, [batch]), files);
      return writer.position;
    });
    const { blocks, verdict } = scanFiles(files);
    expect(blocks).toHaveLength(6);
    return { files, positions, verdict, offsets: blocks.map(({ offset }) => offset) };
  };

  it("[JRN-19] passes over what is damaged before it in its segment, and hands out all behind it", () => {
    const { files, positions, verdict, offsets } = oneSegment();
    const whole = bytesOf(files, pathOf(1));
    for (const [last, after] of positions.entries()) {
      for (const [block, offset] of offsets.entries()) {
        // In its header, and in its events.
        for (const at of [offset + 9, offset + 150]) {
          const damaged = whole.slice();
          flip(damaged, at);
          const scanned = scanFiles(new Map([[pathOf(1), damaged]]), { after });
          // A last block that is damaged, with no other behind it, is not proven.
          const isPassed = block < last || (block === last && last < 5);
          if (!isPassed) {
            const type = block === 5 && last < 5 ? "unfinished" : "corrupt";
            expect(scanned.verdict.type).toBe(type);
            continue;
          }
          expect(scanned.verdict).toMatchObject({
            type: "clean",
            position: verdict.type === "clean" ? verdict.position : null,
            passedOver: [{ path: pathOf(1), offset }],
          });
          const behind = scanned.blocks.filter(
            ({ header }) => header.firstSequence >= after.nextSequence,
          );
          expect(behind).toHaveLength(5 - last);
        }
      }
    }
  });

  it("[JRN-19] passes over the damaged end of a segment, where the next begins behind it", () => {
    const { files, positions } = withPositions();
    flip(bytesOf(files, pathOf(1)), bytesOf(files, pathOf(1)).length - 3);
    expect(scanFiles(files, { after: positions[1] as JournalPosition }).verdict).toMatchObject({
      type: "clean",
      position: positions[5],
      passedOver: [{ path: pathOf(1) }],
    });
    // Of another checkpoint it is the middle of what is needed.
    expect(scanFiles(files, { after: positions[0] as JournalPosition }).verdict.type).toBe(
      "corrupt",
    );
  });

  it("[JRN-19] refuses what is damaged before a checkpoint of another history, and behind one", () => {
    const { files, positions, offsets } = oneSegment();
    const damaged = bytesOf(files, pathOf(1)).slice();
    flip(damaged, (offsets[1] ?? 0) + 150);
    const log = new Map([[pathOf(1), damaged]]);
    const third = positions[2] as JournalPosition;
    const foreign = { ...third, chain: { ...third.chain, checksum: third.chain.checksum ^ 1 } };
    expect(scanFiles(log, { after: foreign }).verdict).toMatchObject({
      type: "corrupt",
      offset: offsets[1],
    });
    flip(damaged, (offsets[4] ?? 0) + 150);
    expect(scanFiles(log, { after: third }).verdict).toMatchObject({
      type: "corrupt",
      offset: offsets[4],
      sequence: 21,
    });
    flip(damaged, (offsets[4] ?? 0) + 150);
    // An unfinished tail stays one.
    flip(damaged, (offsets[5] ?? 0) + 150);
    expect(scanFiles(log, { after: third }).verdict).toMatchObject({
      type: "unfinished",
      cuts: [{ path: pathOf(1), offset: offsets[5] }],
      passedOver: [{ offset: offsets[1] }],
    });
    flip(damaged, (offsets[5] ?? 0) + 150);
    // Without its header nobody knows whose blocks they are.
    flip(damaged, 40);
    expect(scanFiles(log, { after: third }).verdict.type).toBe("corrupt");
  });

  it("refuses a checkpoint of another history", () => {
    const { files, positions } = withPositions();
    const third = positions[2] as JournalPosition;
    const foreign = { ...third, chain: { ...third.chain, checksum: third.chain.checksum ^ 1 } };
    const between = { ...third, nextSequence: eventSequence(14) };
    for (const after of [foreign, between]) {
      expect(scanFiles(files, { after }).verdict).toMatchObject({
        type: "corrupt",
        problem: { code: "checkpoint-mismatch" },
      });
    }
    const last = positions[5] as JournalPosition;
    const ofOther = { ...last, chain: { ...last.chain, effects: 1 } };
    filesOf(writeBatches(nextWriter(last, 2), packetBatches(1, 5, 99)), files);
    const tail = new Map([...files].filter(([path]) => path === pathOf(31)));
    expect(scanFiles(tail, { after: ofOther }).verdict).toMatchObject({
      type: "corrupt",
      problem: { code: "chain-broken" },
    });
  });

  it("looks at a part of a journal when asked for nothing more", () => {
    const { files } = withPositions();
    const part = new Map([...files].slice(1));
    expect(scanFiles(part, { after: "anything" }).verdict).toMatchObject({
      type: "clean",
      position: { nextSequence: 31 },
    });
    part.set("copied/yesterday.segment", bytesOf(files, pathOf(1)));
    part.delete(pathOf(11));
    part.delete(pathOf(21));
    expect(scanFiles(part, { after: "anything" }).verdict).toMatchObject({ type: "clean" });
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
