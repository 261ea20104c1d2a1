/** The last things that are written: a checkpoint by an orderly end, a failure file by another. */
import {
  checkpointFolder,
  checkpointPath,
  checkpointSequence,
  encodeCheckpoint,
} from "../journal/index.ts";
import type { Checkpoint, Checksum } from "../journal/index.ts";
import { eventSequence } from "../kernel/ids.ts";
import { limits } from "../kernel/limits.ts";
import { failureFolder } from "./containment.ts";
import type { FailureFile } from "./containment.ts";
import type { HostExit } from "./exit.ts";
import { listFolder, perform } from "./files.ts";
import type { FileScript } from "./files.ts";

/**
 * Writes a checkpoint, under a name that it has only once it is whole, and removes those that are
 * too many. Returns its path.
 */
export function* writeCheckpoint(checkpoint: Checkpoint, checksum: Checksum): FileScript<string> {
  const path = checkpointPath(eventSequence(checkpoint.position.nextSequence - 1));
  const temporary = `${path}.unfinished`;
  yield* writeWhole(temporary, encodeCheckpoint(checkpoint, checksum));
  yield* perform({ type: "rename", from: temporary, to: path });
  yield* perform({ type: "syncFolder", folder: checkpointFolder });
  const files = yield* listFolder(checkpointFolder);
  const kept = files.filter(({ name }) => checkpointSequence(name) !== null);
  for (const { name } of kept.slice(0, -limits.checkpointsKept)) {
    yield* perform({ type: "remove", path: `${checkpointFolder}/${name}` });
  }
  return path;
}

/** Writes the failure's file as well as it can be, and ends the process in any case. */
export function* leaveFailure(file: FailureFile, failure: HostExit): FileScript<never> {
  try {
    yield* writeWhole(`${failureFolder}/${file.name}`, file.bytes);
    yield* perform({ type: "syncFolder", folder: failureFolder });
  } catch {
    // A disk that fails as well must not hide what failed first.
  }
  throw failure;
}

/** Writes a file that may have had other contents, durably. */
function* writeWhole(path: string, bytes: Uint8Array): FileScript<void> {
  yield* perform({ type: "write", path, offset: 0, bytes });
  yield* perform({ type: "truncate", path, length: bytes.length });
  yield* perform({ type: "sync", path });
}
