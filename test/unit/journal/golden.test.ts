import { deepStrictEqual } from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import {
  crc32,
  decodeCheckpoint,
  JournalKey,
  JournalKeys,
  readEvents,
} from "../../../src/core/journal/index.ts";
import { nodeCrypto } from "../../../src/io/crypto.ts";
import { goldenEvents, goldenFiles } from "../../fixtures/journal-v1/generate.ts";
import {
  describeJournal,
  verifyCheckpoint,
  verifyJournal,
} from "../../fixtures/journal-v1/verify.ts";
import { goldenKeys, sealedGoldenFiles } from "../../fixtures/journal-v2/generate.ts";
import { scanFiles } from "../../support/journal-log.ts";

const readOf =
  (name: string) =>
  (path: string): Uint8Array<ArrayBuffer> =>
    new Uint8Array(readFileSync(new URL(`../../fixtures/${name}/${path}`, import.meta.url)));
const read = readOf("journal-v1");
const readSealed = readOf("journal-v2");

const segments = ["0000000000000001", "0000000000000015", "0000000000000018"].map(
  (name) => `journal/${name}.segment`,
);
const checkpointPath = "checkpoints/0000000000000028.checkpoint";
const golden = new Map(segments.map((path) => [path, read(path)]));

describe("golden journal of format 1", () => {
  it("is what the writer still makes", () => {
    const made = goldenFiles();
    expect([...made.keys()]).toEqual([...segments, checkpointPath]);
    for (const [path, bytes] of made) expect(Buffer.compare(bytes, read(path))).toBe(0);
  });

  it("is read back event by event", () => {
    const { blocks, verdict } = scanFiles(golden);
    expect(verdict).toMatchObject({
      type: "clean",
      position: { nextSequence: 29, nextSegment: 4 },
      segment: { incarnation: 2, segment: 3 },
    });
    const events = blocks.flatMap((block) => {
      const content = readEvents(block);
      return content.ok ? content.value.events : [];
    });
    expect(events).toHaveLength(28);
    deepStrictEqual(events, goldenEvents);
  });

  it("is the same to a verifier that was written from docs/JOURNAL.md alone", () => {
    const expected = Buffer.from(read("expected.json")).toString("utf8");
    expect(JSON.parse(describeJournal(golden))).toEqual(JSON.parse(expected));
    const { events, stateDigests } = verifyJournal(golden);
    const own = scanFiles(golden).blocks.map((block) => readEvents(block));
    const contents = own.flatMap((content) => (content.ok ? [content.value] : []));
    expect(events.map(({ digest }) => digest)).toEqual(contents.flatMap(({ effects }) => effects));
    const digests = contents.flatMap((content) => content.stateDigests);
    expect(stateDigests).toEqual(digests.map((one) => [one.after, one.table, one.digest]));
  });

  it("has a checkpoint that both read alike", () => {
    const decoded = decodeCheckpoint(read(checkpointPath));
    const { map, machine, host } = verifyCheckpoint(read(checkpointPath));
    expect(decoded).toMatchObject({
      ok: true,
      value: { machine, host, digest: map["digest"], identity: { build: map["build"] } },
    });
    const { verdict } = scanFiles(golden);
    expect(decoded).toMatchObject({
      value: { position: "position" in verdict ? verdict.position : null },
    });
    expect(map["checksum"]).toBe("position" in verdict ? verdict.position.chain.checksum : null);
  });

  it("does not verify with any one of its bits flipped", () => {
    const path = segments[0] as string;
    const bytes = golden.get(path) as Uint8Array<ArrayBuffer>;
    for (let bit = 0; bit < bytes.length * 8; bit += 7) {
      const flipped = bytes.slice();
      flipped[bit >> 3] = (flipped[bit >> 3] as number) ^ (1 << (bit & 7));
      const spoilt = new Map(golden).set(path, flipped);
      expect(() => verifyJournal(spoilt)).toThrow(
        /damaged|another magic|no block|continues nothing/,
      );
    }
  });
});

describe("golden journal of format 2", () => {
  const sealed = new Map(segments.map((path) => [path, readSealed(path)]));
  const keys = new JournalKeys(
    null,
    goldenKeys.map((key) => new JournalKey(nodeCrypto, key)),
  );

  it("is what the writer still makes", () => {
    for (const [path, bytes] of sealedGoldenFiles()) {
      expect(Buffer.compare(bytes, readSealed(path))).toBe(0);
    }
  });

  it("[JRN-09] is read back event by event, with the key of each start", () => {
    const { blocks, verdict } = scanFiles(sealed, { keys });
    expect(verdict).toMatchObject({ type: "clean", position: { nextSequence: 29 } });
    const events = blocks.flatMap((block) => {
      const content = readEvents(block);
      return content.ok ? content.value.events : [];
    });
    deepStrictEqual(events, goldenEvents);
    const checkpoint = decodeCheckpoint(readSealed(checkpointPath), crc32, keys);
    const plain = decodeCheckpoint(read(checkpointPath));
    if (!checkpoint.ok || !plain.ok) throw new Error("a sound checkpoint");
    // The chain is of the bytes as they stand in the files.
    const { position, ...state } = checkpoint.value;
    const { position: _other, ...same } = plain.value;
    expect(state).toEqual(same);
    expect("position" in verdict ? verdict.position : null).toEqual(position);
  });

  it("is the same to a verifier that was written from docs/JOURNAL.md alone", () => {
    const expected = Buffer.from(readSealed("expected.json")).toString("utf8");
    expect(JSON.parse(describeJournal(sealed, goldenKeys))).toEqual(JSON.parse(expected));
    expect(verifyJournal(sealed, goldenKeys).events).toEqual(verifyJournal(golden).events);
    const { machine, host } = verifyCheckpoint(readSealed(checkpointPath), goldenKeys);
    const plain = verifyCheckpoint(read(checkpointPath));
    expect(Buffer.from(machine)).toEqual(Buffer.from(plain.machine));
    expect(Buffer.from(host)).toEqual(Buffer.from(plain.host));
    expect(() => verifyJournal(sealed)).toThrow(/key [0-9a-f]{16} is missing/);
  });

  it("does not verify with any one of its bits flipped", () => {
    const [path = ""] = segments;
    const bytes = sealed.get(path) as Uint8Array<ArrayBuffer>;
    for (let bit = 0; bit < bytes.length * 8; bit += 7) {
      const flipped = bytes.slice();
      flipped[bit >> 3] = (flipped[bit >> 3] as number) ^ (1 << (bit & 7));
      const spoilt = new Map(sealed).set(path, flipped);
      expect(() => verifyJournal(spoilt, goldenKeys)).toThrow(
        /damaged|another magic|no block|continues nothing/,
      );
    }
  });
});
