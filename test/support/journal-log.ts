/** Journals in memory: written by the real writer, kept as files, read by the real scanner. */
import type { Event } from "../../src/core/contract.ts";
import {
  crc32,
  JournalKey,
  JournalKeys,
  JournalScanner,
  JournalWriter,
  journalStart,
  segmentPath,
  type JournalBlock,
  type JournalPosition,
  type JournalWriterOptions,
  type ScannerOptions,
  type ScanVerdict,
  type SealedBlock,
  type SegmentIdentity,
  type WriterEncryption,
} from "../../src/core/journal/index.ts";
import { connectionId, eventSequence, incarnation, micros } from "../../src/core/kernel/ids.ts";
import { nodeCrypto } from "../../src/io/crypto.ts";

/** Path to content, in any order. */
export type LogFiles = Map<string, Uint8Array<ArrayBuffer>>;

/** Of the segment that begins with this event. */
export const pathOf = (first: number): string => segmentPath(eventSequence(first));

/** @throws Error when there is no such file */
export function bytesOf(files: LogFiles, path: string): Uint8Array<ArrayBuffer> {
  const bytes = files.get(path);
  if (bytes === undefined) throw new Error(`no file ${path}`);
  return bytes;
}

/** Another bit in one byte. */
export const flip = (bytes: Uint8Array, at: number): void => {
  bytes[at] = (bytes[at] as number) ^ 4;
};

export const logIdentity = (start = 1): SegmentIdentity => ({
  build: "build-of-a-test",
  node: "v26.10.0",
  v8: "14.6.202.1-node.18",
  protocol: 1,
  configDigest: 0xc0ffee11,
  incarnation: incarnation(start),
  salt: [0x5a170000 + start, 0x9e3779b9],
});

/** A key of 32 equal bytes. */
export const logKey = (byte = 0x5c): JournalKey =>
  new JournalKey(nodeCrypto, new Uint8Array(32).fill(byte));

export const logKeys = (key: JournalKey | null = logKey(), ...old: JournalKey[]): JournalKeys =>
  new JournalKeys(key, old);

/** What a start with that key would write with. */
export const logEncryption = (start = 1, key: JournalKey = logKey()): WriterEncryption => ({
  key,
  salt: [start, 0, 0xffff_ffff, 7],
});

const logLimits = { blockBytesMax: 65_536, segmentBytesMax: 262_144 };

export const logWriter = (options: Partial<JournalWriterOptions> = {}): JournalWriter =>
  new JournalWriter({ ...journalStart, identity: logIdentity(), limits: logLimits, ...options });

/** A writer that goes on where a scan ended, as the next start would. */
export const nextWriter = (
  position: JournalPosition,
  start: number,
  segmentBytesMax = logLimits.segmentBytesMax,
  encryption: WriterEncryption | null = null,
): JournalWriter =>
  logWriter({
    ...position,
    encryption,
    identity: logIdentity(start),
    limits: {
      blockBytesMax: Math.min(logLimits.blockBytesMax, segmentBytesMax - 1),
      segmentBytesMax,
    },
  });

/** A segment or a checkpoint as if it were of that format. */
export const withFormat = (file: Uint8Array, format: number): Uint8Array<ArrayBuffer> => {
  const bytes = new Uint8Array(file);
  const view = new DataView(bytes.buffer);
  view.setUint32(8, format, true);
  const end = 20 + view.getUint32(12, true);
  view.setUint32(16, crc32(bytes, 20, end, crc32(bytes, 0, 16, 0)), true);
  return bytes;
};

/** One block for each batch. The digest of an event's effects is its sequence times 3, plus 1. */
export const writeBatches = (
  writer: JournalWriter,
  batches: readonly (readonly Event[])[],
): SealedBlock[] => {
  const blocks: SealedBlock[] = [];
  for (const batch of batches) {
    for (const event of batch) writer.effects((writer.append(event) * 3 + 1) >>> 0);
    const block = writer.seal();
    if (block !== null) blocks.push(block);
  }
  return blocks;
};

/** Carries out the writes. */
export const filesOf = (blocks: readonly SealedBlock[], files: LogFiles = new Map()): LogFiles => {
  for (const { path, offset, bytes } of blocks) {
    const before = files.get(path) ?? new Uint8Array(0);
    const after = new Uint8Array(Math.max(before.length, offset + bytes.length));
    after.set(before);
    after.set(bytes, offset);
    files.set(path, after);
  }
  return files;
};

export interface Scanned {
  readonly blocks: readonly JournalBlock[];
  readonly verdict: ScanVerdict;
}

/**
 * Feeds every file in chunks of the given size, in the order of the names, and looks no further.
 */
export const scanFiles = (
  files: LogFiles,
  { chunkBytes = 10_000, ...options }: Partial<ScannerOptions> & { chunkBytes?: number } = {},
): Scanned => {
  const scanner = new JournalScanner({ after: journalStart, ...options });
  const blocks: JournalBlock[] = [];
  for (const path of [...files.keys()].sort()) {
    const bytes = files.get(path) ?? new Uint8Array(0);
    scanner.begin(path, bytes.length);
    for (let at = 0; at < bytes.length; at += chunkBytes) {
      blocks.push(...scanner.feed(bytes.slice(at, at + chunkBytes)));
    }
    blocks.push(...scanner.endOfFile());
  }
  return { blocks, verdict: scanner.finish() };
};

/** Carries out what a verdict asks for before the next start. */
export const cutFiles = (files: LogFiles, verdict: ScanVerdict): LogFiles => {
  const cut = new Map(files);
  if (verdict.type !== "unfinished") return cut;
  for (const { path, offset } of verdict.cuts) {
    if (offset === 0) cut.delete(path);
    else cut.set(path, (cut.get(path) ?? new Uint8Array(0)).slice(0, offset));
  }
  return cut;
};

/** A packet with content of its own, `index` microseconds after the first. */
export const packetEvent = (index: number, length = 100): Event => ({
  type: "packet.received",
  start: 0,
  end: length,
  at: micros(1_700_000_000_000_000 + index),
  connection: connectionId(0x11_0000_0000 + (index % 7)),
  transport: "stream",
  bytes: Uint8Array.from({ length }, (_, at) => (index * 31 + at * 7) & 0xff),
});

/** `blocks` batches of `events` packets each, from the packet of that index. */
export const packetBatches = (blocks: number, events: number, from = 0): Event[][] =>
  Array.from({ length: blocks }, (_, block) =>
    Array.from({ length: events }, (_none, event) => packetEvent(from + block * events + event)),
  );
