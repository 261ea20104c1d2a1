/**
 * Brings a machine to the state in which the journal ends: the newest checkpoint that is sound,
 * then every event behind it. A start does this once; a failed step does it again.
 *
 *     checkpoint -> pass 1: verify, collect failed steps -> pass 2: step -> cut the tail
 *
 * V1. Nothing leaves, and nothing is written before the journal has been found sound, all of it
 *     that is behind the checkpoint: only then is an unfinished tail cut, and what is left of the
 *     journal made durable.
 * V2. What is damaged is named by segment and byte and refused. Nothing is repaired by guessing.
 * V3. Only the build that wrote a tail steps it, unless the operator has said otherwise. Then a
 *     checkpoint follows at once, so that what was adopted once need not be adopted again.
 * V4. An event whose step threw in a feature just before the process died is left out, as it would
 *     have been; whoever goes on from here journals that.
 * V5. What is read twice must be the same twice, and what a server reads back while it runs must be
 *     what it has written. A disk that gives other bytes ends the process before anything is cut or
 *     written back.
 */
import type { FileEntry, Machine } from "../contract.ts";
import {
  blockBytes,
  checkpointFolder,
  checkpointPath,
  journalFolder,
  journalStart,
  isStillBlock,
  JournalScanner,
  Replayer,
  segmentSequence,
  stepFailures,
  lastSequence,
} from "../journal/index.ts";
import type {
  Checkpoint,
  Checksum,
  Divergence,
  JournalBlock,
  JournalEnd,
  JournalKeys,
  JournalPosition,
  ScanVerdict,
} from "../journal/index.ts";
import { invariant, messageOf } from "../kernel/assert.ts";
import type { ConnectionId, EventSequence } from "../kernel/ids.ts";
import { limits } from "../kernel/limits.ts";
import type { LogFields, LogLevel } from "../contract.ts";
import type { Durability } from "./config.ts";
import { formatRefusal, keyRefusal, newestCheckpoints, readWhole } from "./checkpoints.ts";
import { exitCodes, HostExit } from "./exit.ts";
import { listFolder, perform, readFile } from "./files.ts";
import type { FileScript } from "./files.ts";
import { Witness, WitnessedMachine, WitnessOutbox } from "./witness.ts";

export interface RecoveryOptions {
  /** A machine in its first state. */
  readonly create: () => Machine;
  readonly build: string;
  readonly checksum: Checksum;
  /** For what is encrypted; null: nothing is. */
  readonly keys: JournalKeys | null;
  /** Of the role: decides what proves that a damaged place once was whole. */
  readonly durability: Durability;
  /** Steps a tail of another build, without its digests. */
  readonly adoptTail: boolean;
  /** The role's data folder as one types it in a shell, for advice. */
  readonly folder: string;
  /** While the server runs: the last event, which was written whole. Null: that is to be found. */
  readonly endsWith: EventSequence | null;
  /** Events to leave out besides those that the journal itself names. */
  readonly skip: ReadonlySet<number>;
  readonly log: (level: LogLevel, message: string, fields: LogFields) => void;
}

/** An event whose step threw in a feature, as `step.failed` tells it. */
export interface FailedEvent {
  readonly failed: EventSequence;
  readonly connection: ConnectionId | null;
  readonly feature: string;
}

export interface Recovered {
  readonly machine: Machine;
  readonly witness: Witness;
  /** Where the journal goes on. */
  readonly position: JournalPosition;
  /** Where the last block ends in its file; null when that is not known. */
  readonly blockEnd: number | null;
  /** Of the last start; 0 when there was none. */
  readonly incarnation: number;
  /** True when another build's tail was stepped: a checkpoint must follow, see V3. */
  readonly isAdopted: boolean;
  /** The last event that the newest sound checkpoint contains; 0 when there is none. */
  readonly checkpointSequence: number;
  /**
   * There is a checkpoint and no sound segment. No end of a server leaves that, and neither does
   * the deletion of what is old: nobody knows what was behind the checkpoint.
   */
  readonly isJournalMissing: boolean;
  /** Events stepped. */
  readonly events: number;
  readonly cutBytes: number;
  /** Checkpoints that were passed over. */
  readonly damagedCheckpoints: number;
  /** Damaged places of the journal before the checkpoint, which were passed over. */
  readonly damagedPlaces: number;
  /** Of the event that a crash kept from being journalled as failed, see V4. */
  readonly failedEvent: FailedEvent | null;
}

/** What pass 1 found. */
interface Survey {
  readonly isForeign: boolean;
  /** Where the last block begins, or its segment if it is the first; null when there is none. */
  readonly last: LastBlock | null;
  readonly end: Extract<ScanVerdict, { readonly type: "clean" | "unfinished" }>;
  readonly failures: ReadonlySet<number>;
}

interface LastBlock {
  readonly path: string;
  readonly offset: number;
  readonly end: number;
  /** Behind `offset`, where the block itself begins; and its header. */
  readonly blockAt: number;
  readonly header: JournalBlock["header"];
}

/**
 * Recovers. Orders file operations on the folders of the journal and of the checkpoints.
 *
 * @throws HostExit when the journal is damaged, is another build's, or does not replay
 */
export function* recover(options: RecoveryOptions): FileScript<Recovered> {
  const { sound, damaged } = yield* newestCheckpoints(options, 1);
  const checkpoint = sound[0] ?? null;
  const after = checkpoint?.position ?? journalStart;
  const files = segmentsFrom(yield* listFolder(journalFolder), after);
  const begins = segmentSequence(files[0]?.name ?? "") ?? 1;
  if (damaged > 0 && begins > after.nextSequence) throw withoutBeginning(options, damaged, begins);
  const from = { after, end: checkpoint?.end ?? null };
  const survey = yield* scanAll(options, files, from);
  if (options.endsWith !== null && !isWholeUpTo(survey.end, options.endsWith)) {
    throw unlike(survey, options.endsWith);
  }
  let replayed = yield* replay(options, { files, checkpoint, survey, skip: survey.failures });
  let failedEvent: FailedEvent | null = null;
  if (replayed.failedEvent !== null) {
    failedEvent = replayed.failedEvent;
    const skip = new Set([...survey.failures, failedEvent.failed]);
    replayed = yield* replay(options, { files, checkpoint, survey, skip });
    invariant(replayed.failedEvent === null, "one event at most is left unjournalled");
  }
  const { machine, witness, events } = replayed;
  const cutBytes = yield* cutTail(survey.end);
  if (options.endsWith === null) {
    yield* secureTail(survey, options.checksum);
    if (checkpoint !== null) yield* secureName();
  }
  const { position, segment } = survey.end;
  const incarnation = Math.max(segment?.incarnation ?? 0, checkpoint?.identity.incarnation ?? 0);
  const isAdopted = survey.isForeign;
  return {
    machine,
    witness,
    position,
    blockEnd: endOfLast(survey, position) ?? checkpoint?.end ?? null,
    incarnation,
    isAdopted,
    checkpointSequence: after.nextSequence - 1,
    isJournalMissing: checkpoint !== null && segment === null,
    events,
    cutBytes,
    failedEvent,
    damagedCheckpoints: damaged,
    damagedPlaces: survey.end.passedOver.length,
  };
}

// ---------------------------------------------------------------- the beginning

/**
 * A machine with the checkpoint's state, or a new one.
 *
 * @throws HostExit when the checkpoint is of a build that this one does not understand
 */
export function restored(
  options: Pick<RecoveryOptions, "create" | "build">,
  checkpoint: Checkpoint | null,
): Machine {
  const machine = options.create();
  if (checkpoint === null) return machine;
  const { identity, position, digest } = checkpoint;
  const sequence = position.nextSequence - 1;
  try {
    machine.restore(checkpoint.machine);
  } catch (error) {
    const why = messageOf(error);
    throw refusal(
      `the checkpoint of event ${sequence} was made by build ${identity.build} and cannot be ` +
        `restored by this one (${options.build}): ${why}; start the build that made it`,
    );
  }
  if (identity.build === options.build && machine.digest() !== digest) {
    throw refusal(
      `the checkpoint of event ${sequence} restores to another state than it was made of; ` +
        `move it away to recover from the one before it`,
    );
  }
  return machine;
}

// ---------------------------------------------------------------- pass 1

/** The segments that hold events behind `after`, and the one that holds the event before. */
export function segmentsFrom(
  entries: readonly FileEntry[],
  after: JournalPosition,
): readonly FileEntry[] {
  const files = entries.filter(({ name }) => segmentSequence(name) !== null);
  const first = files.findLastIndex(
    ({ name }) => (segmentSequence(name) ?? 0) < after.nextSequence,
  );
  return first < 0 ? files : files.slice(first);
}

/** A checkpoint's position, and where in its file that is; null: not known. */
interface ScanFrom {
  readonly after: JournalPosition;
  readonly end: number | null;
}

function* scanAll(
  options: RecoveryOptions,
  files: readonly FileEntry[],
  from: ScanFrom,
): FileScript<Survey> {
  const { after } = from;
  const failures = new Set<number>(options.skip);
  let isForeign = false;
  let last: JournalBlock | null = null;
  const end = yield* scan(options, files, from, (blocks) => {
    for (const failed of stepFailures(blocks)) failures.add(failed);
    last = blocks.at(-1) ?? last;
    for (const block of blocks) {
      if (!isOfAnotherBuild(options, block, after)) continue;
      if (!options.adoptTail) throw foreignTail(options, block);
      isForeign = true;
    }
  });
  for (const { path, offset, bytes } of end.passedOver) {
    const fields = { path, offset, bytes, checkpoint: after.nextSequence - 1 };
    options.log(
      "warn",
      "the journal is damaged before the checkpoint; it goes on from there",
      fields,
    );
  }
  return { isForeign, last: lastOf(last), end, failures };
}

function lastOf(block: JournalBlock | null): LastBlock | null {
  if (block === null) return null;
  const { path, offset, header } = block;
  const isFirst = segmentSequence(path) === header.firstSequence;
  const from = isFirst ? 0 : offset;
  return { path, offset: from, end: offset + blockBytes(block), blockAt: offset - from, header };
}

/** Null where the journal goes on from a checkpoint's block, which did not come out. */
const endOfLast = ({ last }: Survey, { nextSequence }: JournalPosition): number | null =>
  last !== null && lastSequence(last.header) + 1 === nextSequence ? last.end : null;

/** Scans the files and hands the sound blocks on, in order. */
function* scan(
  options: RecoveryOptions,
  files: readonly FileEntry[],
  { after, end }: ScanFrom,
  take: (blocks: readonly JournalBlock[]) => void,
): FileScript<Survey["end"]> {
  const { checksum, keys, durability } = options;
  const proof = durability === "fsync" ? "later" : "durable";
  const scanner = new JournalScanner({ after, afterEnd: end, checksum, keys, proof });
  for (const { name, bytes } of files) {
    const path = `${journalFolder}/${name}`;
    scanner.begin(path, bytes);
    for (let at = 0; at < bytes && scanner.verdict === null;) {
      const chunk = yield* readFile(path, at, Math.min(limits.recoveryReadBytes, bytes - at));
      if (chunk.length === 0) break;
      at += chunk.length;
      take(scanner.feed(chunk));
    }
    take(scanner.endOfFile());
  }
  const verdict = scanner.finish();
  if (verdict.type === "clean" || verdict.type === "unfinished") return verdict;
  if (verdict.problem.code === "key-missing") throw keyRefusal(verdict.message);
  if (verdict.type === "refused") throw formatRefusal(verdict.message, verdict.problem.code);
  const advice = adviceOn(options, verdict, after);
  throw refusal(`the journal is damaged: ${verdict.message}; ${advice}`);
}

/** What retention has left goes on from a checkpoint, and there is none. */
const withoutBeginning = ({ folder }: RecoveryOptions, damaged: number, begins: number): HostExit =>
  refusal(
    `no sound checkpoint is left (${damaged} are damaged), and the journal begins with event ` +
      `${begins}: what was before it was deleted for its age or for space; put a file of ` +
      `${folder}/${checkpointFolder} back from a copy`,
  );

/** What to do about a damaged segment, and what the last resort costs. */
function adviceOn(
  { folder }: RecoveryOptions,
  { path, offset, sequence }: Extract<ScanVerdict, { readonly type: "corrupt" }>,
  after: JournalPosition,
): string {
  const last = after.nextSequence - 1;
  const checkpoint = last === 0 ? "no checkpoint" : checkpointPath(last as EventSequence);
  const journal = `${folder}/${journalFolder}`;
  const look =
    `copy ${folder} first, then look with "reprise inspect ${journal}" and ` +
    `"reprise replay ${journal}"; put the file back from a copy, or `;
  const lost = (from: number): string => `everything from event ${from} on is lost`;
  // A journal that ends before the checkpoint would be refused: without any segment it is not.
  if (sequence <= last) {
    return `${look}move all segments away: ${checkpoint} remains, and ${lost(last + 1)}`;
  }
  const first = segmentSequence(path) ?? 1;
  if (offset === 0 || sequence === first) {
    const remains = last >= first - 1 ? checkpoint : "what is before";
    const move = "move this segment and all later ones away";
    return `${look}${move}: ${remains} remains, and ${lost(first)}`;
  }
  const cut = `truncate -s ${offset} ${folder}/${path}`;
  return `${look}cut it with "${cut}" and move all later segments away: ${lost(sequence)}`;
}

const isOfAnotherBuild = (
  { build }: RecoveryOptions,
  { segment, header }: JournalBlock,
  after: JournalPosition,
): boolean => lastSequence(header) >= after.nextSequence && segment.build !== build;

const foreignTail = ({ build }: RecoveryOptions, { segment }: JournalBlock): HostExit =>
  refusal(
    `the journal ends with events of build ${segment.build}, and this is build ${build}: only the ` +
      `build that wrote them is sure to read them the same way; end it in order with ` +
      `"reprise recover --build PATH", where PATH is that build, or start once with ` +
      `"--set journal.adoptTail=true" to take them as they are`,
  );

// ---------------------------------------------------------------- pass 2

interface ReplayOrder {
  readonly files: readonly FileEntry[];
  readonly checkpoint: Checkpoint | null;
  readonly survey: Survey;
  readonly skip: ReadonlySet<number>;
}

interface Replayed {
  readonly machine: Machine;
  readonly witness: Witness;
  readonly events: number;
  readonly failedEvent: FailedEvent | null;
}

function* replay(options: RecoveryOptions, order: ReplayOrder): FileScript<Replayed> {
  const { files, checkpoint, survey, skip } = order;
  const machine = restored(options, checkpoint);
  const witness = Witness.decode(checkpoint?.host ?? new Uint8Array(0));
  const after = checkpoint?.position ?? journalStart;
  const replayer = new Replayer(new WitnessedMachine(machine, witness), {
    after: after.nextSequence - 1,
    until: null,
    check: !survey.isForeign,
    skip,
    outbox: () => new WitnessOutbox(witness),
  });
  let failedEvent: FailedEvent | null = null;
  const from = { after, end: checkpoint?.end ?? null };
  const end = yield* scan(options, files, from, (blocks) => {
    for (const block of blocks) {
      if (failedEvent !== null) return;
      const divergence = replayer.apply(block);
      if (divergence === null) continue;
      failedEvent = failedLast(divergence, machine, witness, survey.end);
      if (failedEvent === null) throw diverged(divergence, options);
    }
  });
  if (!isSameEnd(end, survey.end)) throw unsteady("the end of the journal");
  return { machine, witness, events: replayer.events, failedEvent };
}

const isSameEnd = (end: Survey["end"], before: Survey["end"]): boolean =>
  end.type === before.type &&
  end.position.nextSequence === before.position.nextSequence &&
  end.position.chain.checksum === before.position.chain.checksum;

/** V5. */
const unsteady = (what: string): HostExit =>
  new HostExit(
    exitCodes.failed,
    `${what} was read twice and was not the same; nothing was changed; check the disk of the ` +
      "data folder and start again",
  );

const isWholeUpTo = ({ type, position }: Survey["end"], sequence: EventSequence): boolean =>
  type === "clean" && position.nextSequence === sequence + 1;

/** V5. */
function unlike({ end }: Survey, endsWith: EventSequence): HostExit {
  const last = end.position.nextSequence - 1;
  const isLess = last < endsWith;
  return new HostExit(
    exitCodes.failed,
    `the journal ${isLess ? "ends with" : "has more than"} event ${last} when it is read back, and ` +
      `${isLess ? "more" : "less"} was written; nothing was changed; check the disk of the data ` +
      "folder and start again",
  );
}

/** The event that a feature threw on, when it is the journal's last; see V4. */
function failedLast(
  divergence: Divergence,
  machine: Machine,
  { event }: Witness,
  { position }: JournalEnd,
): FailedEvent | null {
  const { failedFeature: feature } = machine;
  if (divergence.type !== "threw" || feature === null || event === null) return null;
  if (divergence.sequence !== position.nextSequence - 1) return null;
  return { failed: divergence.sequence, connection: connectionOf(event), feature };
}

/** Whose event it was. */
export function connectionOf(event: object): ConnectionId | null {
  return "connection" in event ? (event.connection as ConnectionId | null) : null;
}

function diverged(divergence: Divergence, { folder }: RecoveryOptions): HostExit {
  const { sequence, event } = divergence;
  const what =
    divergence.type === "threw" || divergence.type === "unreadable"
      ? divergence.message
      : `its ${divergence.type} have digest ${divergence.actual}, not ${divergence.expected}`;
  return refusal(
    `event ${sequence} (${event ?? "unknown"}) does not replay as it was journalled: ${what}; ` +
      `keep the data folder and run "reprise replay ${folder}/${journalFolder} --check"`,
  );
}

// ---------------------------------------------------------------- the tail

/**
 * Makes durable what was read. A process that died between write and sync, or because the sync
 * failed, has left its last block with the operating system only: sound as it reads now, and gone
 * with the next power loss, when the segment that is written next hangs on it.
 *
 * It is written again, because a sync alone may do nothing: after one that failed, the kernel takes
 * the bytes for clean. Where the journal goes on from a checkpoint's block, which did not come out,
 * nothing hangs on what was found before: a damaged file stays as it is.
 */
function* secureTail(survey: Survey, checksum: Checksum): FileScript<void> {
  const { last, end: found } = survey;
  if (last === null || endOfLast(survey, found.position) === null) return;
  const { path, offset, end, blockAt, header } = last;
  const bytes = yield* readWhole(path, offset, end - offset);
  if (!isStillBlock(bytes, blockAt, header, checksum)) throw unsteady(`the last block of ${path}`);
  yield* perform({ type: "write", path, offset, bytes });
  yield* perform({ type: "sync", path });
  yield* perform({ type: "syncFolder", folder: journalFolder });
}

/**
 * Makes the checkpoint's name durable. A process that died between the renaming and the folder's
 * sync has left it to the next power loss, and what is journalled from here on hangs on it: another
 * build than the one that wrote the tail before it could not do without.
 */
function* secureName(): FileScript<void> {
  yield* perform({ type: "syncFolder", folder: checkpointFolder });
}

/** Cuts what was not finished; returns how many bytes, zeros of reserved space not counted. */
function* cutTail(end: Survey["end"]): FileScript<number> {
  if (end.type === "clean") return 0;
  let bytes = 0;
  for (const cut of end.cuts) {
    bytes += cut.bytes;
    if (cut.offset === 0) {
      yield* perform({ type: "remove", path: cut.path });
    } else {
      yield* perform({ type: "truncate", path: cut.path, length: cut.offset });
      yield* perform({ type: "sync", path: cut.path });
    }
  }
  yield* perform({ type: "syncFolder", folder: journalFolder });
  return bytes;
}

const refusal = (message: string): HostExit => new HostExit(exitCodes.refused, message);
