/**
 * The files of a journal for the commands that look at one: finds them from whatever path was
 * given, and reads them chunk by chunk, synchronously, because nothing else waits for the process.
 */
import { closeSync, openSync, readdirSync, readFileSync, readSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import {
  checkpointFolder,
  checkpointSequence,
  decodeCheckpoint,
  journalFolder,
  JournalScanner,
  missingKey,
  segmentSequence,
} from "../core/journal/index.ts";
import type {
  Checkpoint,
  JournalBlock,
  JournalKeys,
  JournalPosition,
  ScanVerdict,
} from "../core/journal/index.ts";
import { limits } from "../core/kernel/limits.ts";
import { zlibChecksum } from "../io/checksum.ts";
import { keyVariable, readingKeys } from "../io/journal-keys.ts";
import { CommandError } from "./command-error.ts";

export interface SegmentFile {
  readonly path: string;
  readonly bytes: number;
  /** The first event, by the file's name. */
  readonly firstSequence: number;
}

export interface JournalFiles {
  /** In the order of their first events; at least one. */
  readonly segments: readonly SegmentFile[];
  readonly bytes: number;
  /** Where checkpoints of this journal would be. */
  readonly checkpoints: string;
  /** Of the newest sound checkpoint that the segments must reach; null when there is none. */
  readonly through: JournalPosition | null;
  /** For what is encrypted: all that were given. */
  readonly keys: JournalKeys;
}

/**
 * @param path a segment, a folder of segments, or a data folder with one of them in it
 * @param keys for encrypted segments; by default those of the environment
 * @throws CommandError that says what is there instead, or which key is missing
 */
export function findJournal(path: string, keys: JournalKeys = readingKeys([])): JournalFiles {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats === undefined) throw new CommandError(`${path} does not exist`);
  if (stats.isFile()) {
    const firstSequence = segmentSequence(path);
    if (firstSequence === null) {
      throw new CommandError(`${path} is no journal: a segment is called like ${exampleName}`);
    }
    const folder = dirname(resolve(path));
    const next = segmentsIn(folder).find((segment) => segment.firstSequence > firstSequence);
    const segments = withKeys([{ path, bytes: stats.size, firstSequence }], keys);
    const end = next?.firstSequence ?? Infinity;
    const through = newestPosition(checkpointsBeside(folder), end, keys);
    return filesOf(folder, { through, segments, keys });
  }
  // Whoever names a data folder means the journal in it, if there is but one.
  const roles = listNames(path).map((name) => join(path, name, journalFolder));
  const folders = [path, join(path, journalFolder), ...roles].filter(
    (folder) => segmentsIn(folder).length > 0,
  );
  const [folder, other] = folders;
  if (folder === undefined) {
    throw new CommandError(`${path} holds no journal: no file like ${exampleName} is there`);
  }
  if (other !== undefined && folder !== path) {
    throw new CommandError(`${path} holds several journals; name one: ${folders.join(", ")}`);
  }
  // Before the segments are measured: a server that ends now writes them first.
  const through = newestPosition(checkpointsBeside(resolve(folder)), Infinity, keys);
  return filesOf(resolve(folder), { through, segments: withKeys(segmentsIn(folder), keys), keys });
}

/** What to do about a key that is missing. */
const keyAdvice = `name its file with --key, or set ${keyVariable}`;

/**
 * The segments, each of which can be read with the keys or is not encrypted.
 *
 * @throws CommandError for the first one that cannot
 */
function withKeys(segments: readonly SegmentFile[], keys: JournalKeys): readonly SegmentFile[] {
  for (const { path } of segments) {
    const [head = new Uint8Array(0)] = chunksOf(path, headBytesMax);
    const missing = missingKey(head, zlibChecksum, keys);
    if (missing !== null) throw new CommandError(`${path}: ${missing}; ${keyAdvice}`);
  }
  return segments;
}

/** The checkpoints of the journal that can be read, by the last event that they contain. */
export function checkpointsOf(files: JournalFiles): ReadonlyMap<number, Checkpoint> {
  const checkpoints = new Map<number, Checkpoint>();
  for (const name of listNames(files.checkpoints)) {
    const sequence = checkpointSequence(name);
    if (sequence === null) continue;
    const bytes = readFileSync(join(files.checkpoints, name));
    const read = decodeCheckpoint(bytes, zlibChecksum, files.keys);
    if (read.ok) checkpoints.set(sequence, read.value);
  }
  return checkpoints;
}

/**
 * The state with which a replay of the journal begins: null for the first of all. That is the
 * oldest checkpoint from which a journal can go on whose first segments are gone.
 *
 * @throws CommandError when there is none
 */
export function beginningOf(
  files: JournalFiles,
  checkpoints: ReadonlyMap<number, Checkpoint>,
): Checkpoint | null {
  const first = files.segments[0]?.firstSequence ?? 1;
  if (first === 1) return null;
  const fitting = [...checkpoints].find(([last]) => last >= first - 1);
  if (fitting !== undefined) return fitting[1];
  throw new CommandError(
    `the journal begins with event ${first}, and ${files.checkpoints} has no checkpoint of the ` +
      `state before it`,
  );
}

/**
 * The end of a journal that can be replayed.
 *
 * @throws CommandError for one that is damaged
 */
export function soundEnd(
  verdict: ScanVerdict | null,
): Extract<ScanVerdict, { readonly type: "clean" | "unfinished" }> {
  if (verdict?.type === "clean" || verdict?.type === "unfinished") return verdict;
  if (verdict?.type === "corrupt") {
    const { path, offset, sequence: seq, problem } = verdict;
    throw new CommandError(`corrupt: ${verdict.message}`, { path, offset, seq, ...problem });
  }
  throw new CommandError(`refused: ${verdict?.message ?? "the journal was not read to its end"}`);
}

/**
 * Reads the journal once, in order.
 *
 * A journal does not say how durable its role was, and the role's setting may have been another
 * one then. So a later block proves that a bad place was whole only where it says that the place
 * was durable: that holds for every role, and calls no tail corrupt that a power loss has cut.
 *
 * @param after where the journal is known to go on from, or "anything"
 * @param take gets each verified block; returns false to stop, and then there is no verdict
 */
export function scanJournal(
  files: JournalFiles,
  after: JournalPosition | "anything",
  take: (block: JournalBlock) => boolean,
): ScanVerdict | null {
  const blocks = journalBlocks(files, after);
  for (let next = blocks.next(); ; next = blocks.next()) {
    if (next.done === true) return next.value;
    if (!take(next.value)) return null;
  }
}

/**
 * The verified blocks of the journal in their order, read as they are asked for; then the verdict.
 * Each block, once taken, is the taker's to keep.
 *
 * @param after as for `scanJournal`
 */
export function* journalBlocks(
  files: JournalFiles,
  after: JournalPosition | "anything",
): Generator<JournalBlock, ScanVerdict> {
  const { through, keys } = files;
  const scanner = new JournalScanner({
    after,
    through,
    keys,
    proof: "durable",
    checksum: zlibChecksum,
  });
  for (const { path, bytes } of files.segments) {
    if (scanner.verdict !== null) break;
    scanner.begin(path, bytes);
    for (const chunk of chunksOf(path, bytes)) {
      yield* scanner.feed(chunk);
      if (scanner.verdict !== null) break;
    }
    yield* scanner.endOfFile();
  }
  return scanner.finish();
}

/** Several of the longest blocks: one that stands in two chunks has to be copied. */
const chunkBytes = 8 * limits.blockBytesMax;

/** What a running server has written behind `bytes` since is not looked at. */
function* chunksOf(path: string, bytes: number): Generator<Uint8Array> {
  const file = openSync(path, "r");
  try {
    for (let left = bytes; left > 0;) {
      // The blocks are views of the chunk, so each chunk has memory of its own.
      const chunk = new Uint8Array(Math.min(chunkBytes, left));
      const length = readSync(file, chunk, 0, chunk.length, null);
      if (length === 0) return;
      left -= length;
      yield chunk.subarray(0, length);
    }
  } finally {
    closeSync(file);
  }
}

/** The head of any file of a journal is shorter. */
const headBytesMax = 8_192;

const exampleName = "0000000000000001.segment";

function filesOf(
  folder: string,
  found: Pick<JournalFiles, "through" | "segments" | "keys">,
): JournalFiles {
  const bytes = found.segments.reduce((sum, segment) => sum + segment.bytes, 0);
  return { ...found, bytes, checkpoints: checkpointsBeside(folder) };
}

const checkpointsBeside = (folder: string): string => join(dirname(folder), checkpointFolder);

/** Of the newest checkpoint that can be read and that is of an event before `end`. */
function newestPosition(folder: string, end: number, keys: JournalKeys): JournalPosition | null {
  for (const name of listNames(folder).toReversed()) {
    const sequence = checkpointSequence(name);
    if (sequence === null || sequence >= end) continue;
    const read = decodeCheckpoint(readFileSync(join(folder, name)), zlibChecksum, keys);
    if (read.ok) return read.value.position;
    if (read.problem.code === "key-missing") {
      throw new CommandError(`${join(folder, name)}: ${read.problem.detail}; ${keyAdvice}`);
    }
  }
  return null;
}

function segmentsIn(folder: string): readonly SegmentFile[] {
  const segments: SegmentFile[] = [];
  for (const name of listNames(folder)) {
    const firstSequence = segmentSequence(name);
    if (firstSequence === null) continue;
    const path = join(folder, name);
    segments.push({ path, bytes: statSync(path).size, firstSequence });
  }
  return segments;
}

/** In ascending order; a missing folder has none. */
function listNames(folder: string): readonly string[] {
  const stats = statSync(folder, { throwIfNoEntry: false });
  if (stats?.isDirectory() !== true) return [];
  return readdirSync(folder).toSorted((left, right) => (left < right ? -1 : 1));
}
