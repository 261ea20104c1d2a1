/**
 * The last thing that is written when the process ends: a checkpoint when it does so in order, a
 * file that says where to look when it fails.
 */
import type { Checkpoint, Checksum, JournalKey } from "../journal/index.ts";
import { writeCheckpoint, writeWhole } from "./checkpoints.ts";
import { failureFolder } from "./containment.ts";
import type { FailureFile } from "./containment.ts";
import { exitCodes, HostExit } from "./exit.ts";
import { FileFailure, perform, problemOf } from "./files.ts";
import type { FileScript } from "./files.ts";
import { retain } from "./retention.ts";
import type { RetentionOptions } from "./retention.ts";

export interface LastCheckpoint {
  readonly checkpoint: Checkpoint;
  readonly checksum: Checksum;
  /** Encrypts it; null: it is not encrypted. */
  readonly key: JournalKey | null;
  /** What may be deleted then. */
  readonly retention: RetentionOptions;
}

/**
 * Leaves the checkpoint of an orderly end. All events are on the disk by now, so a full disk costs
 * the next start the time to step them and nothing else: it is told, and no failure.
 */
export function* endInOrder(last: LastCheckpoint): FileScript<HostExit> {
  const path = yield* leaveCheckpoint(last);
  if (path !== null) {
    return new HostExit(exitCodes.drained, `drained; everything up to ${path} is on the disk`);
  }
  const sequence = last.checkpoint.position.nextSequence - 1;
  const told = "it ends without a checkpoint, for which the disk has no room; nothing is lost";
  last.retention.log("warn", told, { lastSequence: sequence });
  return new HostExit(
    exitCodes.drained,
    `ended without a checkpoint, for which the disk has no room; everything up to event ` +
      `${sequence} is on the disk, and the next start steps it; before another build starts, ` +
      `free space and run "reprise recover"`,
  );
}

/** Returns its path; null where there is no room for it, also after what may go is deleted. */
function* leaveCheckpoint(last: LastCheckpoint): FileScript<string | null> {
  const path = yield* tryCheckpoint(last);
  const { hasMadeRoom, failure } = yield* retain(last.retention);
  if (failure !== null) {
    if (failure instanceof FileFailure && failure.isOfSync) throw failure;
    const told = "what is too old could not be deleted; the next start tries it again";
    last.retention.log("warn", told, { problem: problemOf(failure) });
  }
  return path === null && hasMadeRoom ? yield* tryCheckpoint(last) : path;
}

function* tryCheckpoint({ checkpoint, checksum, key }: LastCheckpoint): FileScript<string | null> {
  try {
    return yield* writeCheckpoint(checkpoint, checksum, key);
  } catch (error) {
    if (error instanceof FileFailure && error.hasFoundNoRoom) return null;
    throw error;
  }
}

/** Writes the failure's file as well as it can be, and ends the process in any case. */
export function* leaveFailure(file: FailureFile, failure: HostExit): FileScript<never> {
  try {
    yield* leaveFile(file);
  } catch {
    // A disk that fails as well must not hide what failed first.
  }
  throw failure;
}

/** Writes a file for whoever looks into what went wrong. */
export function* leaveFile({ name, bytes }: FailureFile): FileScript<void> {
  yield* writeWhole(`${failureFolder}/${name}`, bytes);
  yield* perform({ type: "syncFolder", folder: failureFolder });
}
