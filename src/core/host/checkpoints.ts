/**
 * Checkpoints on the disk: read, the newest sound one first, and written.
 *
 * 1. A checkpoint has its name only once it is whole and durable, so what has the name and is not
 *    whole was damaged since.
 * 2. A damaged one costs the time to replay from the one before it, and is told. One whose key is
 *    missing is not damaged: it is refused, so that nobody goes on from an older state for want of
 *    a key.
 */
import type { FileEntry, LogFields, LogLevel } from "../contract.ts";
import {
  checkpointFolder,
  checkpointPath,
  checkpointSequence,
  decodeCheckpoint,
  encodeCheckpoint,
  verifyCheckpoint,
} from "../journal/index.ts";
import type {
  Checkpoint,
  Checksum,
  JournalKey,
  JournalKeys,
  JournalPosition,
} from "../journal/index.ts";
import type { JournalProblemCode, Read } from "../journal/format.ts";
import { eventSequence } from "../kernel/ids.ts";
import { limits } from "../kernel/limits.ts";
import { exitCodes, HostExit } from "./exit.ts";
import { listFolder, perform, readFile } from "./files.ts";
import type { FileScript } from "./files.ts";

/** What reading checkpoints takes. */
export interface CheckpointReading {
  readonly checksum: Checksum;
  /** For encrypted files; null: there are none. */
  readonly keys: JournalKeys | null;
  readonly log: (level: LogLevel, message: string, fields: LogFields) => void;
}

export interface FoundCheckpoints<T = Checkpoint> {
  /** The sound ones, the newest first; at most as many as were asked for. */
  readonly sound: readonly T[];
  /** How many damaged ones were met on the way. */
  readonly damaged: number;
}

/** The newest checkpoints that are whole. Reads no further than it must. */
export const newestCheckpoints = (
  { checksum, keys, log }: CheckpointReading,
  count: number,
): FileScript<FoundCheckpoints> =>
  newest(log, count, (bytes) => decodeCheckpoint(bytes, checksum, keys));

/** Where the newest checkpoints are that the disk has as they were written; nothing is opened. */
export const newestPositions = (
  { checksum, log }: Pick<CheckpointReading, "checksum" | "log">,
  count: number,
): FileScript<FoundCheckpoints<JournalPosition>> =>
  newest(log, count, (bytes) => verifyCheckpoint(bytes, checksum));

function* newest<T>(
  log: CheckpointReading["log"],
  count: number,
  read: (file: Uint8Array) => Read<T>,
): FileScript<FoundCheckpoints<T>> {
  const sound: T[] = [];
  let damaged = 0;
  const files = (yield* listFolder(checkpointFolder)).filter(
    ({ name }) => checkpointSequence(name) !== null,
  );
  for (const { name, bytes: length } of files.toReversed()) {
    if (sound.length === count) break;
    const path = `${checkpointFolder}/${name}`;
    const found = read(yield* readWhole(path, 0, length));
    if (found.ok) {
      sound.push(found.value);
      continue;
    }
    const { code, detail } = found.problem;
    if (code === "key-missing") throw keyRefusal(`${path}: ${detail}`);
    if (code === "newer-format") throw formatRefusal(`${path}: ${detail}`, code);
    damaged += 1;
    log("warn", "a checkpoint is damaged; the one before it is taken", { path, problem: detail });
  }
  return { sound, damaged };
}

/** What is wrong with the bytes of a checkpoint; null: nothing, or it is of a later Reprise. */
export function* damageOf(
  { name, bytes }: FileEntry,
  checksum: Checksum,
): FileScript<string | null> {
  const found = verifyCheckpoint(
    yield* readWhole(`${checkpointFolder}/${name}`, 0, bytes),
    checksum,
  );
  return found.ok || found.problem.code === "newer-format" ? null : found.problem.detail;
}

/**
 * @param message names the file and its format, or what else it is
 * @param code what is wrong with it: a file that nobody here wrote has nobody who could read it
 */
export const formatRefusal = (message: string, code: JournalProblemCode): HostExit => {
  const advice = code === "foreign-file" ? "move it away" : "start the Reprise that wrote it";
  return new HostExit(exitCodes.refused, `the journal cannot be read: ${message}; ${advice}`);
};

/** @param message names the file and the key */
export const keyRefusal = (message: string): HostExit =>
  new HostExit(
    exitCodes.refused,
    `the journal cannot be read: ${message}; name the file that has it in journal.keyFile, ` +
      "or in journal.oldKeyFiles if another one is written with now",
  );

/** Fewer bytes than `length` only at the end of the file. */
export function* readWhole(path: string, offset: number, length: number): FileScript<Uint8Array> {
  const whole = new Uint8Array(length);
  let at = 0;
  while (at < length) {
    const count = Math.min(limits.recoveryReadBytes, length - at);
    const chunk = yield* readFile(path, offset + at, count);
    if (chunk.length === 0) break;
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole.subarray(0, at);
}

/** The end of a name that a file has while it is written. */
export const unfinished = ".unfinished";

/**
 * Writes a checkpoint, under a name that it has only once it is whole. Returns its path.
 *
 * @param key encrypts it; null: it is not encrypted
 */
export function* writeCheckpoint(
  checkpoint: Checkpoint,
  checksum: Checksum,
  key: JournalKey | null,
): FileScript<string> {
  const path = checkpointPath(eventSequence(checkpoint.position.nextSequence - 1));
  const temporary = `${path}${unfinished}`;
  try {
    yield* writeWhole(temporary, encodeCheckpoint(checkpoint, checksum, key));
  } catch (error) {
    // A full disk needs the room of what was written; that this fails as well is told already.
    yield { type: "remove", path: temporary };
    throw error;
  }
  yield* perform({ type: "rename", from: temporary, to: path });
  yield* perform({ type: "syncFolder", folder: checkpointFolder });
  return path;
}

/** Writes a file that may have had other contents, durably. */
export function* writeWhole(path: string, bytes: Uint8Array): FileScript<void> {
  yield* perform({ type: "write", path, offset: 0, bytes });
  yield* perform({ type: "truncate", path, length: bytes.length });
  yield* perform({ type: "sync", path });
}
