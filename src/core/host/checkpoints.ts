/**
 * Checkpoints on the disk: read, the newest sound one first, and written.
 *
 * 1. A checkpoint has its name only once it is whole and durable, so what has the name and is not
 *    whole was damaged since.
 * 2. A damaged one costs the time to replay from the one before it, and is told.
 */
import type { LogFields, LogLevel } from "../contract.ts";
import {
  checkpointFolder,
  checkpointPath,
  checkpointSequence,
  decodeCheckpoint,
  encodeCheckpoint,
} from "../journal/index.ts";
import type { Checkpoint, Checksum } from "../journal/index.ts";
import { eventSequence } from "../kernel/ids.ts";
import { limits } from "../kernel/limits.ts";
import { listFolder, perform, readFile } from "./files.ts";
import type { FileScript } from "./files.ts";

/** What reading checkpoints takes. */
export interface CheckpointReading {
  readonly checksum: Checksum;
  readonly log: (level: LogLevel, message: string, fields: LogFields) => void;
}

export interface FoundCheckpoints {
  /** The sound ones, the newest first; at most as many as were asked for. */
  readonly sound: readonly Checkpoint[];
  /** How many damaged ones were met on the way. */
  readonly damaged: number;
}

/** The newest checkpoints that are whole. Reads no further than it must. */
export function* newestCheckpoints(
  options: CheckpointReading,
  count: number,
): FileScript<FoundCheckpoints> {
  const sound: Checkpoint[] = [];
  let damaged = 0;
  const files = (yield* listFolder(checkpointFolder)).filter(
    ({ name }) => checkpointSequence(name) !== null,
  );
  for (const { name, bytes: length } of files.toReversed()) {
    if (sound.length === count) break;
    const path = `${checkpointFolder}/${name}`;
    const read = decodeCheckpoint(yield* readWhole(path, 0, length), options.checksum);
    if (read.ok) {
      sound.push(read.value);
      continue;
    }
    damaged += 1;
    options.log("warn", "a checkpoint is damaged; the one before it is taken", {
      path,
      problem: read.problem.detail,
    });
  }
  return { sound, damaged };
}

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

/** Writes a checkpoint, under a name that it has only once it is whole. Returns its path. */
export function* writeCheckpoint(checkpoint: Checkpoint, checksum: Checksum): FileScript<string> {
  const path = checkpointPath(eventSequence(checkpoint.position.nextSequence - 1));
  const temporary = `${path}${unfinished}`;
  yield* writeWhole(temporary, encodeCheckpoint(checkpoint, checksum));
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
