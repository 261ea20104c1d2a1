import { describe, expect, it } from "vitest";
import {
  journalStart,
  segmentPath,
  type JournalPosition,
} from "../../../src/core/journal/index.ts";
import { eventSequence } from "../../../src/core/kernel/ids.ts";
import {
  filesOf,
  logWriter,
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

describe("recovery scan of a journal that a checkpoint has seen the end of", () => {
  const written = (): { files: LogFiles; through: JournalPosition } => {
    const writer = logWriter();
    const files = filesOf(writeBatches(writer, packetBatches(3, 5)));
    return { files, through: writer.position };
  };

  it("[JRN-03] calls a flipped bit in the last block corruption, and names the block", () => {
    const { files, through } = written();
    const last = scanFiles(files).blocks[2]?.offset ?? 0;
    expect(scanFiles(files, { through }).verdict.type).toBe("clean");
    flip(bytesOf(files, pathOf(1)), last + 200);
    expect(scanFiles(files).verdict.type).toBe("unfinished");
    for (const options of [{ through }, { after: through }, { after: "anything", through }]) {
      const { verdict } = scanFiles(files, options as { after: JournalPosition });
      expect(verdict).toMatchObject({
        type: "corrupt",
        offset: last,
        sequence: 11,
        problem: { code: "block-damaged" },
        message:
          `${pathOf(1)}, byte ${last}, event 11: a block's checksum does not fit, and the ` +
          `checkpoint of event 15 shows that events there were whole`,
      });
    }
  });

  it("does not cut a first segment whose header is damaged", () => {
    const { files, through } = written();
    flip(bytesOf(files, pathOf(1)), 40);
    for (const after of [journalStart, through]) {
      const { verdict } = scanFiles(files, { after, through, proof: "durable" });
      expect(verdict).toMatchObject({ type: "corrupt", path: pathOf(1), offset: 0, sequence: 1 });
    }
  });

  it("asks nothing of a part that begins behind the checkpoint, and refuses another log", () => {
    const files = threeSegments();
    const part = new Map([...files].slice(2));
    const { through } = written();
    expect(scanFiles(part, { after: "anything", through }).verdict.type).toBe("clean");
    const other = { ...through, chain: { ...through.chain, checksum: 1 } };
    expect(scanFiles(files, { through: other }).verdict).toMatchObject({
      type: "corrupt",
      problem: { code: "checkpoint-mismatch" },
    });
  });
});
