/** Encrypted journals and checkpoints: format 2. */
import { describe, expect, it } from "vitest";
import {
  decodeCheckpoint,
  encodeCheckpoint,
  journalStart,
  JournalInspector,
  readEvents,
  type Checkpoint,
  type JournalPosition,
  type WriterEncryption,
} from "../../../src/core/journal/index.ts";
import { readSegmentHeader } from "../../../src/core/journal/segment-header.ts";
import { crc32 } from "../../../src/core/journal/checksum.ts";
import {
  filesOf,
  logEncryption,
  logIdentity,
  logKey,
  logKeys,
  logWriter,
  nextWriter,
  packetBatches,
  scanFiles,
  writeBatches,
  type LogFiles,
} from "../../support/journal-log.ts";

const sealedFiles = (encryption: WriterEncryption = logEncryption()): LogFiles =>
  filesOf(writeBatches(logWriter({ encryption }), packetBatches(3, 5)));

const positionAfter = (files: LogFiles): JournalPosition => {
  const { verdict } = scanFiles(files, { keys: logKeys() });
  if (verdict.type !== "clean") throw new Error(verdict.type);
  return verdict.position;
};

const onlyFile = (files: LogFiles): [string, Uint8Array<ArrayBuffer>] => {
  const [entry] = files;
  if (entry === undefined || files.size !== 1) throw new Error("one file");
  return entry;
};

const checkpoint: Checkpoint = {
  identity: logIdentity(),
  position: { ...journalStart, nextSegment: 2 },
  digest: 7,
  machine: Uint8Array.from(Buffer.from("a long secret of the machine's")),
  host: Uint8Array.from(Buffer.from("and of the host")),
};

const contains = (bytes: Uint8Array, part: Uint8Array): boolean =>
  Buffer.from(bytes).includes(Buffer.from(part));

describe("encrypted journal", () => {
  it("[JRN-09] is read back by who has the key, and shows no event to others", () => {
    const batches = packetBatches(3, 5);
    const plain = filesOf(writeBatches(logWriter(), batches));
    const sealed = sealedFiles();
    const read = scanFiles(sealed, { keys: logKeys(), chunkBytes: 100 });
    expect(read.verdict.type).toBe("clean");
    const events = read.blocks.flatMap((block) => {
      const content = readEvents(block);
      return content.ok ? content.value.events : [];
    });
    expect(events).toEqual(batches.flat());
    for (const event of batches.flat()) {
      const packet = event.type === "packet.received" ? event.bytes : new Uint8Array(1);
      expect(contains(onlyFile(plain)[1], packet)).toBe(true);
      expect(contains(onlyFile(sealed)[1], packet)).toBe(false);
    }
  });

  it("[JRN-09] names the key that is missing, and never calls that damage", () => {
    const files = sealedFiles();
    const [path] = onlyFile(files);
    const { id } = logKey();
    expect(id).toMatch(/^[0-9a-f]{16}$/);
    const other = logKey(1);
    const sealed = `${path}: it is encrypted with key ${id}, and`;
    expect(scanFiles(files)).toMatchObject({
      blocks: [],
      verdict: { type: "refused", path, message: `${sealed} no key was given` },
    });
    expect(scanFiles(files, { keys: logKeys(other) })).toMatchObject({
      blocks: [],
      verdict: { type: "refused", message: `${sealed} the given keys are ${other.id}` },
    });
  });

  it("[JRN-09] goes on under another key, or none, with the next segment", () => {
    const files = sealedFiles();
    const batches = packetBatches(2, 5, 1_000);
    for (const key of [logKey(1), null]) {
      const encryption = key === null ? null : logEncryption(2, key);
      const writer = nextWriter(positionAfter(files), 2, undefined, encryption);
      const both = filesOf(writeBatches(writer, batches), new Map(files));
      const { blocks, verdict } = scanFiles(both, { keys: logKeys(key, logKey()) });
      expect(verdict.type).toBe("clean");
      expect(blocks).toHaveLength(5);
      const inspector = new JournalInspector(() => "");
      for (const block of blocks) expect(inspector.add(block)).toBeNull();
      expect(inspector.summary(verdict)).toMatchObject({
        format: key === null ? 1 : 2,
        keys: key === null ? [logKey().id] : [logKey().id, key.id],
      });
    }
  });

  it("never seals two blocks alike: another start or another segment is another key", () => {
    const limits = { blockBytesMax: 1_000, segmentBytesMax: 1_100 };
    const sealed = new Set<string>();
    for (const start of [1, 2]) {
      const writer = logWriter({ limits, encryption: logEncryption(start) });
      // The same events, in a segment of their own each time.
      for (const { offset, bytes } of writeBatches(writer, packetBatches(4, 5))) {
        expect(offset).toBe(0);
        sealed.add(Buffer.from(bytes.subarray(-100)).toString("hex"));
      }
    }
    expect(sealed.size).toBe(8);
  });

  it("says that a block was changed by somebody who has mended its checksums", () => {
    const files = sealedFiles();
    const [path, bytes] = onlyFile(files);
    const [first] = scanFiles(files, { keys: logKeys() }).blocks;
    const start = first?.offset ?? 0;
    const end = start + 84 + (first?.header.payloadBytes ?? 0);
    const view = new DataView(bytes.buffer);
    const forge = (at: number): void => {
      bytes[at] = (bytes[at] ?? 0) ^ 1;
      view.setUint32(start + 76, crc32(bytes, start + 84, end, 0), true);
      view.setUint32(start + 80, crc32(bytes, start, start + 80, 0), true);
    };
    // A byte of the batch, one of the tag, one of the header: its durable event.
    for (const at of [start + 90, end - 1, start + 56]) {
      forge(at);
      const { blocks, verdict } = scanFiles(files, { keys: logKeys() });
      expect(blocks).toEqual([]);
      expect(verdict).toMatchObject({ type: "corrupt", path, offset: start, sequence: 1 });
      expect(verdict).toMatchObject({ problem: { code: "content-malformed" } });
      forge(at);
    }
    expect(scanFiles(files, { keys: logKeys() }).verdict.type).toBe("clean");
  });

  it("says the same of a head that was changed: its blocks are of another key then", () => {
    const files = sealedFiles();
    const [path, bytes] = onlyFile(files);
    const head = readSegmentHeader(bytes, crc32);
    const end = head.ok ? head.value.bytes : 0;
    const at = Buffer.from(bytes).indexOf("build-of-a-test");
    bytes[at] = "B".charCodeAt(0);
    const view = new DataView(bytes.buffer);
    view.setUint32(16, crc32(bytes, 20, end, crc32(bytes, 0, 16, 0)), true);
    expect(scanFiles(files, { keys: logKeys() }).verdict).toMatchObject({
      type: "corrupt",
      path,
      offset: end,
      problem: { code: "content-malformed" },
    });
  });

  it("is damaged when its head names no key", () => {
    const files = filesOf(writeBatches(logWriter(), packetBatches(1, 1)));
    const [, bytes] = onlyFile(files);
    const view = new DataView(bytes.buffer);
    const end = 20 + view.getUint32(12, true);
    view.setUint32(8, 2, true);
    view.setUint32(16, crc32(bytes, 20, end, crc32(bytes, 0, 16, 0)), true);
    expect(scanFiles(files, { keys: logKeys() }).verdict).toMatchObject({
      type: "corrupt",
      problem: { code: "content-malformed" },
    });
  });
});

describe("encrypted checkpoint", () => {
  const sealed = encodeCheckpoint(checkpoint, crc32, logKey());

  it("[JRN-09] is read back by who has the key, and shows no state to others", () => {
    expect(decodeCheckpoint(sealed, crc32, logKeys())).toMatchObject({
      ok: true,
      value: { machine: checkpoint.machine, host: checkpoint.host, digest: 7 },
    });
    expect(contains(encodeCheckpoint(checkpoint), checkpoint.machine)).toBe(true);
    for (const part of [checkpoint.machine, checkpoint.host]) {
      expect(contains(sealed, part)).toBe(false);
    }
  });

  it("[JRN-09] names the key that is missing", () => {
    expect(decodeCheckpoint(sealed)).toMatchObject({
      problem: {
        code: "key-missing",
        detail: `it is encrypted with key ${logKey().id}, and no key was given`,
      },
    });
  });

  it("is refused when any bit of it is flipped or it is cut, with the key and without", () => {
    for (const keys of [logKeys(), null]) {
      for (let bit = 0; bit < sealed.length * 8; bit += 1) {
        const changed = sealed.slice();
        changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        expect(decodeCheckpoint(changed, crc32, keys)).toMatchObject({
          ok: false,
          problem: { code: expect.stringMatching(/damaged|foreign/) as string },
        });
      }
      for (let length = 0; length < sealed.length; length += 1) {
        const cut = decodeCheckpoint(sealed.subarray(0, length), crc32, keys);
        expect(cut).toMatchObject({
          problem: { code: expect.stringContaining("damaged") as string },
        });
      }
    }
  });

  it("is the same file when it is made again, and under no key twice when it is another", () => {
    expect(encodeCheckpoint(checkpoint, crc32, logKey())).toEqual(sealed);
    const saltOf = (bytes: Uint8Array): string =>
      Buffer.from(bytes).subarray(Buffer.from(bytes).indexOf("keySalt"), -60).toString("hex");
    const others = [
      { ...checkpoint, digest: 8 },
      { ...checkpoint, host: new Uint8Array(15) },
      { ...checkpoint, position: { ...checkpoint.position, nextSegment: 3 } },
    ].map((other) => saltOf(encodeCheckpoint(other, crc32, logKey())));
    expect(new Set([saltOf(sealed), ...others]).size).toBe(4);
  });
});
