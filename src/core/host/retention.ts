/**
 * What is deleted, so that a server can run for ever: whole segments and checkpoints, by age and by
 * size, and never what a recovery needs.
 *
 * 1. The two newest sound checkpoints stay, and every segment behind the older one of them. What is
 *    sound is read anew each time, because a disk forgets: its checksums must fit, and nothing is
 *    decrypted for that. With fewer than two nothing is deleted.
 * 2. Of older checkpoints the first sound one in each segment stays as long as its segment: there a
 *    replay of the past begins. Before another one goes for it, it is read.
 * 3. Checkpoints go before segments, the oldest first, and each name is durably gone before the
 *    next one goes. So a crash leaves a journal that begins later, and none with a hole.
 * 4. What cannot be removed ends the round, is told, and comes first in the next one. Nothing that
 *    is younger goes before it, for the same reason. What cannot be read ends the round as well.
 */
import type { FileEntry } from "../contract.ts";
import {
  checkpointFolder,
  checkpointSequence,
  journalFolder,
  segmentSequence,
} from "../journal/index.ts";
import type { Checksum } from "../journal/index.ts";
import { readSegmentHeader } from "../journal/segment-header.ts";
import { damageOf, newestPositions, unfinished } from "./checkpoints.ts";
import type { CheckpointReading } from "./checkpoints.ts";
import { HostExit } from "./exit.ts";
import { listFolder, perform, readFile, removeDurably } from "./files.ts";
import type { FileScript } from "./files.ts";

export interface RetentionLimits {
  /** Events older than this may go; Infinity: none for their age. */
  readonly keepMicros: number;
  /** Above this the oldest may go; Infinity: none for their size. */
  readonly keepBytes: number;
}

export interface RetentionOptions extends Omit<CheckpointReading, "keys">, RetentionLimits {
  /** The time of the newest event. */
  readonly now: number;
}

/** What was deleted. */
export interface Deleted {
  checkpoints: number;
  segments: number;
  bytes: number;
  /** Of the files, relative to the role's data folder; also of one that could not be removed. */
  paths: string[];
  /** How many damaged checkpoints were met. */
  damaged: number;
  /** A file has gone, be it one that was never finished, which counts nowhere else. */
  hasMadeRoom: boolean;
  /** What ended the round: what could not be read, removed or synced; null: nothing did. */
  failure: HostExit | null;
}

/** Looks once, and deletes what may go. */
export function* retain(options: RetentionOptions): FileScript<Deleted> {
  const deleted: Deleted = {
    checkpoints: 0,
    segments: 0,
    bytes: 0,
    paths: [],
    damaged: 0,
    hasMadeRoom: false,
    failure: null,
  };
  try {
    yield* deleteOld(options, deleted);
  } catch (error) {
    if (!(error instanceof HostExit)) throw error;
    deleted.failure = error;
  }
  return deleted;
}

/** Counts as it goes, so that what a failure leaves undone is all that is not told. */
function* deleteOld(options: RetentionOptions, deleted: Deleted): FileScript<void> {
  const found = yield* listFolder(checkpointFolder);
  for (const { name } of found) {
    // Whoever wrote it died over it: two never write at one time.
    if (name.endsWith(unfinished)) yield* remove(checkpointFolder, name);
    deleted.hasMadeRoom ||= name.endsWith(unfinished);
  }
  const { sound, damaged } = yield* newestPositions(options, 2);
  deleted.damaged = damaged;
  const [, older] = sound;
  if (older === undefined) return;
  const needed = older.nextSequence - 1;
  const segments = numbered(yield* listFolder(journalFolder), segmentSequence);
  const checkpoints = numbered(found, checkpointSequence);
  const goes = yield* oldSegments(options, { segments, checkpoints, needed });
  const begin = segments[goes]?.sequence ?? 0;
  const spare = yield* thinned(options, { segments, checkpoints, needed }, { begin, deleted });
  yield* removeAll(checkpointFolder, spare, deleted, () => (deleted.checkpoints += 1));
  const old = segments.slice(0, goes);
  yield* removeAll(journalFolder, old, deleted, () => (deleted.segments += 1));
}

/** In their order, each durably gone before the next one goes. */
function* removeAll(
  folder: string,
  files: readonly Numbered[],
  deleted: Deleted,
  count: () => void,
): FileScript<void> {
  // A sync that failed or never came has left names that a power loss would bring back.
  if (files.length > 0) yield* perform({ type: "syncFolder", folder });
  for (const { name, bytes } of files) {
    deleted.paths.push(`${folder}/${name}`);
    yield* remove(folder, name);
    deleted.bytes += bytes;
    deleted.hasMadeRoom = true;
    count();
  }
}

interface Numbered extends FileEntry {
  readonly sequence: number;
}

const numbered = (
  files: readonly FileEntry[],
  sequenceOf: (name: string) => number | null,
): readonly Numbered[] =>
  files.flatMap((file) => {
    const sequence = sequenceOf(file.name);
    return sequence === null ? [] : [{ ...file, sequence }];
  });

interface Folders {
  readonly segments: readonly Numbered[];
  readonly checkpoints: readonly Numbered[];
  /** The last event that the older of the two checkpoints contains. */
  readonly needed: number;
}

/** How many of the oldest segments may go. */
function* oldSegments(
  { checksum, keepBytes, keepMicros, now }: RetentionOptions,
  { segments, checkpoints, needed }: Folders,
): FileScript<number> {
  let held = sumOf(segments) + sumOf(checkpoints);
  let goes = 0;
  for (;;) {
    const [oldest, next] = [segments[goes], segments[goes + 1]];
    // The next one must begin at the latest with the first event that is needed.
    if (oldest === undefined || next === undefined || next.sequence > needed + 1) return goes;
    if (held <= keepBytes) {
      const endedAt = yield* endOfOneBefore(next, checksum);
      if (endedAt === null || now - endedAt <= keepMicros) return goes;
    }
    held -= oldest.bytes;
    goes += 1;
  }
}

/** The time of the last event before a segment, which its head names; null for a damaged one. */
function* endOfOneBefore({ name }: Numbered, checksum: Checksum): FileScript<number | null> {
  const path = `${journalFolder}/${name}`;
  const head = readSegmentHeader(yield* readFile(path, 0, headBytesMax), checksum);
  return head.ok ? head.value.header.chain.at : null;
}

/** More than any head has. */
const headBytesMax = 8_192;

/** Those that are neither needed nor the first sound one of a segment that stays. */
function* thinned(
  options: RetentionOptions,
  { segments, checkpoints, needed }: Folders,
  { begin, deleted }: { readonly begin: number; readonly deleted: Deleted },
): FileScript<readonly Numbered[]> {
  const homes = Map.groupBy(
    checkpoints.filter(({ sequence }) => sequence < needed),
    ({ sequence }) => segments.findLastIndex((segment) => segment.sequence <= sequence + 1),
  );
  const spare: Numbered[] = [];
  for (const [home, all] of homes) {
    const staying = home < 0 ? [] : all.filter(({ sequence }) => sequence + 1 >= begin);
    const first = staying.length < 2 ? staying[0] : yield* firstSound(options, staying, deleted);
    const goes = staying.length > 0 && first === undefined ? [] : all;
    spare.push(...goes.filter((each) => each !== first));
  }
  return spare;
}

/** Undefined: all of them are damaged, and none is better than another. */
function* firstSound(
  { checksum, log }: RetentionOptions,
  files: readonly Numbered[],
  deleted: Deleted,
): FileScript<Numbered | undefined> {
  for (const file of files) {
    const problem = yield* damageOf(file, checksum);
    if (problem === null) return file;
    deleted.damaged += 1;
    const path = `${checkpointFolder}/${file.name}`;
    log("warn", "an older checkpoint is damaged; the next one of its segment is kept", {
      path,
      problem,
    });
  }
  return undefined;
}

const sumOf = (files: readonly Numbered[]): number =>
  files.reduce((sum, { bytes }) => sum + bytes, 0);

const remove = (folder: string, name: string): FileScript<void> =>
  removeDurably(`${folder}/${name}`, folder);
