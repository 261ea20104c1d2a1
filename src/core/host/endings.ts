/** The last thing that is written when the process ends for a failure. */
import { writeWhole } from "./checkpoints.ts";
import { failureFolder } from "./containment.ts";
import type { FailureFile } from "./containment.ts";
import type { HostExit } from "./exit.ts";
import { perform } from "./files.ts";
import type { FileScript } from "./files.ts";

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
