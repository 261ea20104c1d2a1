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
  captureTail,
  isCaptureName,
  readCapture,
} from "../../core/journal/index.ts";
import type { CaptureContent, JournalKeys } from "../../core/journal/index.ts";
import { zlibChecksum } from "../../io/checksum.ts";
import { CommandError } from "../command-error.ts";
import { eventsAfter, firstOf } from "./log.ts";
import type { Log } from "./log.ts";

/** Fields may be added, never renamed. */
export interface EdgeResult {
  readonly files: number;
  /** Captured connections that the journal has. */
  readonly connections: number;
  /** Events that came out as they were journalled. */
  readonly events: number;
  /** Places where a capture is not what was written; empty when it is sound. */
  readonly damaged: readonly BadPlace[];
  /** Ends of captures within a part, as a killed process leaves them: nothing is wrong there. */
  readonly unfinished: readonly BadPlace[];
  /** The first thing that did not; null when all did. */
  readonly differs: null | {
    readonly connection: number;
    readonly seq: number | null;
    readonly journalled: string | null;
    readonly made: string | null;
    readonly message: string;
  };
}

/** A place of a capture from which on its file says nothing. */
interface BadPlace {
  readonly path: string;
  readonly at: number;
  /** From there to the end of the file. */
  readonly bytes: number;
  readonly what: string;
}

/**
 * Compares, by the build that replays: it must be the one that captured.
 *
 * @throws CommandError when there is no capture, or one or the journal cannot be read
 */
export function replayEdge(log: Log): EdgeResult {
  const { files, realm } = log;
  const folder = join(dirname(files.checkpoints), captureFolder);
  const names = listCaptures(folder);
  const replay = new EdgeReplay(realm);
  const damaged: BadPlace[] = [];
  const unfinished: BadPlace[] = [];
  let last: CaptureFile | null = null;
  for (const name of names) {
    const file = readFile(join(folder, name), files.keys);
    if (file.tail === "damaged") damaged.push(placeOf(file, "it is damaged"));
    if (file.tail === "unfinished") unfinished.push(placeOf(file, "a part was not finished"));
    const gap = gapBefore(file, last);
    if (gap !== null) damaged.push(gap);
    // Behind a gap it goes on with what nobody can know the beginning of.
    if (gap === null) replay.takeFile(file.content);
    last = gap === null ? file : { ...file, tail: "damaged" };
  }
  let differs: EdgeDifference | null = null;
  for (const { sequence, event } of eventsAfter(log, firstOf(log) - 1)) {
    differs = replay.meet(sequence, event);
    if (differs !== null) break;
  }
  const found = differs ?? replay.finish();
  return {
    files: names.length,
    connections: replay.connections,
    events: replay.agreed,
    damaged,
    unfinished,
    differs: found && {
      connection: found.connection,
      seq: found.sequence,
      journalled: found.journalled?.type ?? null,
      made: found.made?.type ?? null,
      message: found.message,
    },
  };
}

interface CaptureFile {
  readonly path: string;
  /** Bytes of the file. */
  readonly size: number;
  readonly content: CaptureContent;
  readonly tail: ReturnType<typeof captureTail>;
}

function readFile(path: string, keys: JournalKeys): CaptureFile {
  const bytes = new Uint8Array(readFileSync(path));
  const read = readCapture(bytes, keys, zlibChecksum);
  if (!read.ok) throw new CommandError(`${path}: ${read.problem.detail}`);
  const content = read.value;
  const tail = captureTail(bytes, bytes.length - content.tailBytes, zlibChecksum);
  return { path, size: bytes.length, content, tail };
}

/** A capture goes on in its next file only behind a whole one: null where it does. */
function gapBefore(file: CaptureFile, last: CaptureFile | null): BadPlace | null {
  const { identity, file: number } = file.content;
  // The files that are gone first are the oldest ones: they are no gap.
  if (last === null || last.content.identity.incarnation !== identity.incarnation) return null;
  if (!goesOn(file.content)) return null;
  if (last.content.file !== number - 1) {
    return { path: file.path, at: 0, bytes: file.size, what: "the file before it is missing" };
  }
  if (last.tail === "none") return null;
  return last.tail === "damaged"
    ? { path: file.path, at: 0, bytes: file.size, what: "the file before it is damaged" }
    : placeOf(last, "it is cut off, and goes on in the next file");
}

/** Whether it has something of a connection that was opened in a file before. */
function goesOn({ records }: CaptureContent): boolean {
  const opened = new Set<number>();
  for (const { type, connection } of records) {
    if (type === "opened") opened.add(connection);
    else if (!opened.has(connection)) return true;
  }
  return false;
}

const placeOf = ({ path, size, content }: CaptureFile, what: string): BadPlace => ({
  path,
  at: size - content.tailBytes,
  bytes: content.tailBytes,
  what,
});

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
