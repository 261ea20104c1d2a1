/**
 * `reprise replay --edge`: runs the edge again on captured bytes and holds what comes out against
 * the journal beside them.
 */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { EdgeReplay } from "../../core/host/index.ts";
import type { EdgeDifference } from "../../core/host/index.ts";
import {
  captureFolder,
  isCaptureName,
  journalStart,
  readCapture,
  readEvents,
} from "../../core/journal/index.ts";
import { zlibChecksum } from "../../io/checksum.ts";
import { CommandError } from "../command-error.ts";
import { scanJournal } from "../journal-files.ts";
import type { Log } from "./log.ts";

/** Fields may be added, never renamed. */
export interface EdgeResult {
  readonly files: number;
  /** Captured connections that the journal has. */
  readonly connections: number;
  /** Events that came out as they were journalled. */
  readonly events: number;
  /** The first thing that did not; null when all did. */
  readonly differs: null | {
    readonly connection: number;
    readonly seq: number | null;
    readonly journalled: string | null;
    readonly made: string | null;
    readonly message: string;
  };
}

/**
 * Compares, by the build that replays: it must be the one that captured.
 *
 * @throws CommandError when there is no capture, or one cannot be read
 */
export function replayEdge({ files, realm, beginning }: Log): EdgeResult {
  const folder = join(dirname(files.checkpoints), captureFolder);
  const names = listCaptures(folder);
  const replay = new EdgeReplay(realm);
  for (const name of names) {
    const path = join(folder, name);
    const read = readCapture(new Uint8Array(readFileSync(path)), files.keys, zlibChecksum);
    if (!read.ok) throw new CommandError(`${path}: ${read.problem.detail}`);
    replay.takeFile(read.value);
  }
  let differs: EdgeDifference | null = null;
  scanJournal(files, beginning?.position ?? journalStart, (block) => {
    const content = readEvents(block);
    const events = content.ok ? content.value.events : [];
    for (const [index, event] of events.entries()) {
      differs ??= replay.meet(block.header.firstSequence + index, event);
    }
    return differs === null;
  });
  const found = differs ?? replay.finish();
  return {
    files: names.length,
    connections: replay.connections,
    events: replay.agreed,
    differs: found && {
      connection: found.connection,
      seq: found.sequence,
      journalled: found.journalled?.type ?? null,
      made: found.made?.type ?? null,
      message: found.message,
    },
  };
}

function listCaptures(folder: string): readonly string[] {
  let names: readonly string[];
  try {
    names = readdirSync(folder).filter(isCaptureName).toSorted();
  } catch {
    names = [];
  }
  if (names.length > 0) return names;
  throw new CommandError(`${folder} has no capture: begin one with "reprise capture on"`);
}
