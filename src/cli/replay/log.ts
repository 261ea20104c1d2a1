/**
 * A journal that is looked at: its files, verified once from end to end, and the features that step
 * its events. Everything that steps a log for a reader begins here.
 */
import type { Digest, Event } from "../../core/contract.ts";
import { journalStart, lastSequence, readEvents, stepFailures } from "../../core/journal/index.ts";
import type {
  Checkpoint,
  JournalBlock,
  JournalEnd,
  JournalKeys,
  JournalPosition,
} from "../../core/journal/index.ts";
import { createRealm } from "../../core/realm/index.ts";
import type { Feature, Realm } from "../../core/realm/index.ts";
import { CommandError } from "../command-error.ts";
import {
  beginningOf,
  checkpointsOf,
  findJournal,
  journalBlocks,
  scanJournal,
  soundEnd,
} from "../journal-files.ts";
import type { JournalFiles } from "../journal-files.ts";
import { builtinFor, featuresFor, roleOf } from "../journal-role.ts";
import type { ProgressLine } from "../output.ts";
import { loadFeatures } from "./features-file.ts";

export interface Log {
  readonly files: JournalFiles;
  /** Which role wrote it; null where neither the log nor its folder tells. */
  readonly role: string | null;
  readonly features: readonly Feature[];
  readonly realm: Realm;
  /** Those that can be read, by the last event that they contain, ascending. */
  readonly checkpoints: ReadonlyMap<number, Checkpoint>;
  /** The state before the first event; null: the first of all. */
  readonly beginning: Checkpoint | null;
  readonly survey: Survey;
}

/** What a verification of every byte has found. */
export interface Survey {
  readonly end: JournalEnd;
  /** Bytes at the end, of a block that was not finished. */
  readonly tailBytes: number;
  /** Sequences of the events whose steps failed. */
  readonly failures: ReadonlySet<number>;
}

/** What a log is stepped with. */
export interface LogSource {
  /** A module with the role's features, or the features themselves; null: the built-in ones. */
  readonly features: string | readonly Feature[] | null;
  /** For an encrypted log; by default those of the environment. */
  readonly keys?: JournalKeys;
}

/**
 * Finds a journal and verifies it.
 *
 * @param path as `findJournal` takes it
 * @throws CommandError when there is none, it is damaged, or the module has no features
 */
export async function openLog(
  path: string,
  { features, keys }: LogSource,
  progress: ProgressLine,
): Promise<Log> {
  const files = findJournal(path, keys);
  const role = roleOf(files);
  const checkpoints = checkpointsOf(files);
  const beginning = beginningOf(files, checkpoints);
  const composed = await featuresOfLog(files, features, role);
  const survey = surveyOf(files, beginning?.position ?? journalStart, progress);
  const realm = createRealm({ features: composed });
  return { files, role, features: composed, realm, checkpoints, beginning, survey };
}

function featuresOfLog(
  files: JournalFiles,
  given: string | readonly Feature[] | null,
  role: string | null,
): Promise<readonly Feature[]> | readonly Feature[] {
  if (given === null) return featuresFor(files);
  return typeof given === "string" ? loadFeatures(given, role, builtinFor(role)) : given;
}

/** Verifies every byte and collects the failed steps. */
export function surveyOf(
  files: JournalFiles,
  after: JournalPosition,
  progress: ProgressLine,
): Survey {
  const failures = new Set<number>();
  let verified = 0;
  const verdict = scanJournal(files, after, (block) => {
    for (const sequence of stepFailures([block])) failures.add(sequence);
    verified += block.payload.length;
    progress.show(() => `verifying: ${percent(verified, files.bytes)}`);
    return true;
  });
  const end = soundEnd(verdict);
  const cuts = end.type === "unfinished" ? end.cuts : [];
  return { end, tailBytes: cuts.reduce((sum, { bytes }) => sum + bytes, 0), failures };
}

/** The last event of the log; 0 when it is empty. */
export const endOf = ({ survey }: Log): number => survey.end.position.nextSequence - 1;

/** The first event that the log has. */
export const firstOf = ({ beginning }: Log): number =>
  beginning === null ? 1 : beginning.position.nextSequence;

/** An event as it stands in the log. */
export interface LoggedEvent {
  readonly sequence: number;
  readonly event: Event;
  /** Of its effects; 0 where its step did not end. */
  readonly effects: Digest;
  /** Digests of tables of the state after it. */
  readonly states: readonly { readonly table: number; readonly digest: Digest }[];
}

const noStates: LoggedEvent["states"] = [];

/**
 * The events after `after`, in order, to the end of the log.
 *
 * @throws CommandError for a block that cannot be read
 */
export function* eventsAfter({ files }: Pick<Log, "files">, after: number): Generator<LoggedEvent> {
  // The segment that has the next event; those before it hold nothing new.
  const index = files.segments.findLastIndex(({ firstSequence }) => firstSequence <= after + 1);
  const segments = files.segments.slice(Math.max(0, index));
  for (const block of journalBlocks({ ...files, segments, through: null }, "anything")) {
    if (lastSequence(block.header) > after) yield* eventsOf(block, after);
  }
}

function* eventsOf(block: JournalBlock, after: number): Generator<LoggedEvent> {
  const content = readEvents(block);
  if (!content.ok) {
    const { path, offset } = block;
    throw new CommandError(`${path}, byte ${offset}: ${content.problem.detail}`);
  }
  const { events, effects, stateDigests } = content.value;
  const states = Map.groupBy(stateDigests, ({ after: sequence }) => Number(sequence));
  for (const [index, event] of events.entries()) {
    const sequence = block.header.firstSequence + index;
    if (sequence <= after) continue;
    yield {
      sequence,
      event,
      effects: effects[index] ?? 0,
      states: states.get(sequence) ?? noStates,
    };
  }
}

export const percent = (part: number, whole: number): string =>
  `${String(Math.min(100, Math.floor((100 * part) / Math.max(whole, 1))))} %`;
