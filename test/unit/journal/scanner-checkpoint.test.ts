import { describe, expect, it } from "vitest";
import { segmentSequence, type JournalPosition } from "../../../src/core/journal/index.ts";
import { eventSequence } from "../../../src/core/kernel/ids.ts";
import {
  bytesOf,
  filesOf,
  flip,
  logWriter,
  nextWriter,
  packetBatches,
  pathOf,
  scanFiles,
  writeBatches,
  type LogFiles,
} from "../../support/journal-log.ts";

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

  it("[JRN-19] passes over the checkpoint's own block at the very end, where it knows that end", () => {
    const { files, positions, offsets } = oneSegment();
    const whole = bytesOf(files, pathOf(1));
    const after = positions[5] as JournalPosition;
    const afterEnd = whole.length;
    for (let at = offsets[2] ?? 0; at < afterEnd; at += 7) {
      const damaged = whole.slice();
      flip(damaged, at);
      const log = new Map([[pathOf(1), damaged]]);
      const block = offsets.findLastIndex((offset) => offset <= at);
      expect(scanFiles(log, { after, afterEnd }).verdict).toMatchObject({
        type: "clean",
        position: after,
        passedOver: [{ path: pathOf(1), offset: offsets[block] }],
      });
    }
    const damaged = whole.slice();
    // As a sector that was lost, with two blocks in it and nothing but reserved space behind.
    damaged.fill(0xee, (offsets[4] ?? 0) + 50);
    const reserved = new Uint8Array(afterEnd + 500);
    reserved.set(damaged);
    const log = new Map([[pathOf(1), reserved]]);
    const passedOver = [
      { path: pathOf(1), offset: offsets[4], bytes: afterEnd - (offsets[4] ?? 0) },
    ];
    expect(scanFiles(log, { after, afterEnd }).verdict).toMatchObject({
      type: "clean",
      passedOver,
    });
    // The next start goes on from there, and the one after it finds both.
    const next = filesOf(writeBatches(nextWriter(after, 2), packetBatches(1, 5, 99)), new Map(log));
    expect(scanFiles(next, { after, afterEnd }).verdict).toMatchObject({
      type: "clean",
      position: { nextSequence: 36 },
      passedOver,
    });
    // What may be missing is not passed over: behind it, at its end, or where that is not known.
    reserved[afterEnd + 3] = 1;
    const short = new Map([[pathOf(1), damaged.slice(0, -1)]]);
    const refused = [
      scanFiles(log, { after, afterEnd }),
      scanFiles(short, { after, afterEnd }),
      scanFiles(new Map([[pathOf(1), damaged]]), { after }),
      scanFiles(new Map([[pathOf(1), damaged]]), { after: { ...after, nextSegment: 7 }, afterEnd }),
    ];
    expect(refused.map(({ verdict }) => verdict.type)).toEqual(Array(4).fill("corrupt"));
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
