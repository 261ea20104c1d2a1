/**
 * Replays what is durable of a journal that still grows, next to the server that writes it: the
 * same events through a machine of its own, with an outbox that keeps digests only.
 *
 *     follow(mark)* -> read the segments up to the mark -> replay, compare -> checkpoints
 *     handOver()    -> the state after the last mark, for a host whose own is spoilt
 *
 * W1. It reads no byte behind the last mark: what stands there is on its way, or nobody's.
 * W2. Effects and state must come out as the server journalled them. The first that does not is
 *     told, written down, and the end of this follower: its state is nobody's then.
 * W3. A checkpoint is of events that the disk has, whatever the role's durability: a journal that
 *     ended before a checkpoint would pass for a damaged one.
 * W4. It steps no event of another build, as a recovery does not: a checkpoint that cannot be read
 *     at the moment may lead there.
 * W5. What it cannot write costs a checkpoint and is tried again with the next. What it cannot read
 *     ends it, and whoever owns it starts another one. Neither harms the server. What it cannot
 *     delete, or read for that, is told, and tried again with the next checkpoint. One that finds
 *     no room is tried once more when deleting has made some. The one exception is a sync of the
 *     journal, see W3: when that fails, the server ends as after one of its own.
 * W6. While the disk is full it writes no checkpoint, which would take the journal's last room, and
 *     deletes at once and after each due one what is too old anyway. With room again it writes the
 *     one that it passed over.
 */
import type { FileResult, LogFields, LogLevel, Machine, RequestId, Syscalls } from "../contract.ts";
import {
  blockBytes,
  journalFolder,
  journalStart,
  JournalScanner,
  lastSequence,
  Replayer,
} from "../journal/index.ts";
import type { Checksum, Divergence, JournalBlock, JournalKeys } from "../journal/index.ts";
import { messageOf } from "../kernel/assert.ts";
import { eventSequence } from "../kernel/ids.ts";
import { limits } from "../kernel/limits.ts";
import { newestCheckpoints, writeCheckpoint } from "./checkpoints.ts";
import type { HostConfig } from "./config.ts";
import { asciiBytes } from "./containment.ts";
import { leaveFile } from "./endings.ts";
import { HostExit } from "./exit.ts";
import {
  FileDesk,
  FileFailure,
  listFolder,
  perform,
  problemOf,
  readFile,
  runScript,
} from "./files.ts";
import type { FileScript } from "./files.ts";
import { restored, segmentsFrom } from "./recovery.ts";
import { retain } from "./retention.ts";
import type { Deleted } from "./retention.ts";
import { Witness, WitnessedMachine, WitnessOutbox } from "./witness.ts";

/** How far the journal is durable: up to the end of a block. */
export interface DurableMark {
  /** The segment, and where in it the block ends. */
  readonly path: string;
  readonly bytes: number;
  /** The block's last event. */
  readonly sequence: number;
  /** When the block was closed: not before its last event. */
  readonly at: number;
}

/** What one round of retention has deleted, and what has ended it; null: nothing has. */
type DeletedTold = Readonly<Omit<Deleted, "failure" | "hasMadeRoom">> & {
  readonly problem: string | null;
};

/** What a follower tells. Plain data, so that it can come from another thread. */
export type FollowerReport =
  /** Everything up to this event is replayed, and went as it was journalled. */
  | { readonly type: "replayed"; readonly sequence: number; readonly at: number }
  | { readonly type: "checkpoint"; readonly sequence: number; readonly bytes: number }
  | { readonly type: "checkpointFailed"; readonly message: string }
  | ({ readonly type: "deleted" } & DeletedTold)
  /** The state before the event that is held, or after the last one when none is. */
  | {
      readonly type: "state";
      readonly sequence: number;
      readonly isHolding: boolean;
      readonly machine: Uint8Array;
      readonly digest: number;
    }
  /** A replay went another way than the server. It follows no more. */
  | { readonly type: "diverged"; readonly sequence: number; readonly message: string }
  /** A sync of the journal failed: what was told to be durable may not be. */
  | { readonly type: "syncFailed"; readonly message: string }
  /** It cannot go on; another one may. */
  | { readonly type: "ended"; readonly message: string };

/** What of the host's configuration a follower goes by. */
export type FollowerConfig = Pick<
  HostConfig,
  | "durability"
  | "folder"
  | "checkpointEveryEvents"
  | "checkpointEveryMs"
  | "journalKeepMs"
  | "journalKeepBytes"
>;

export interface FollowerOptions {
  readonly config: FollowerConfig;
  readonly create: () => Machine;
  readonly build: string;
  readonly checksum: Checksum;
  /** As the host has them; none by default. */
  readonly keys?: JournalKeys | null;
  /** Files of the role's data folder. */
  readonly syscalls: Pick<Syscalls, "file">;
  readonly log: (level: LogLevel, message: string, fields: LogFields) => void;
  readonly report: (report: FollowerReport) => void;
}

/** What it has, once it has begun. */
interface Progress {
  readonly machine: Machine;
  readonly witness: Witness;
  readonly replayer: Replayer;
  readonly scanner: JournalScanner;
  /** The segment that is being read, and how far. */
  segment: { readonly path: string; read: number } | null;
  /** The last block that was replayed. */
  block: JournalBlock | null;
  /** The last event that a checkpoint contains, and its time. */
  checkpointed: { sequence: number; at: number };
}

export class Follower {
  readonly #options: FollowerOptions;
  readonly #desk: FileDesk;
  /** What is durable and not read yet: the last mark of each segment. */
  readonly #marks: DurableMark[] = [];
  #progress: Progress | null = null;
  #isBusy = false;
  #isOver = false;
  #wantsState = false;
  #isLow = false;
  /** Room is to be made, or a checkpoint that was passed over to be written, without delay. */
  #isUrgent = false;
  #hasPassedOver = false;
  /** Its last round of deleting was ended by what could not be deleted. */
  #wasStuck = false;

  constructor(options: FollowerOptions) {
    this.#options = options;
    this.#desk = new FileDesk(options.syscalls);
  }

  /** The journal is durable up to there. Every segment's last mark must be told. */
  follow(mark: DurableMark): void {
    if (this.#marks.at(-1)?.path === mark.path) this.#marks[this.#marks.length - 1] = mark;
    else this.#marks.push(mark);
    this.#guarded(() => this.#advance());
  }

  /** Asks for the state after all that it was told of, as soon as it has come so far. */
  handOver(): void {
    this.#wantsState = true;
    this.#guarded(() => this.#advance());
  }

  /** The disk is full and lives on its reserve, or has room again, see W6. */
  room(isLow: boolean): void {
    this.#isLow = isLow;
    this.#isUrgent = isLow || this.#hasPassedOver;
    this.#guarded(() => this.#advance());
  }

  /** An operation that it ordered is done. */
  fileDone(request: RequestId, result: FileResult): void {
    try {
      this.#desk.complete(request, result);
    } catch (error) {
      this.#end(error);
    }
  }

  #advance(): void {
    if (this.#isBusy || this.#isOver) return;
    const script = this.#next();
    if (script === null) return;
    this.#isBusy = true;
    runScript(this.#desk, script, () => {
      this.#isBusy = false;
      this.#advance();
    });
  }

  #next(): FileScript<void> | null {
    const [mark] = this.#marks;
    const progress = this.#progress;
    if (mark !== undefined) return progress === null ? this.#begin(mark) : this.#readOn(progress);
    if (progress === null) return null;
    if (this.#wantsState) this.#tellState(progress);
    return this.#isDue(progress) ? this.#checkpoint(progress) : null;
  }

  // -------------------------------------------------------------- reading

  /** From the newest checkpoint through all segments before the mark's. */
  *#begin(mark: DurableMark): FileScript<void> {
    const { create, build, checksum, keys = null, config, log } = this.#options;
    const { sound } = yield* newestCheckpoints({ checksum, keys, log }, 1);
    const checkpoint = sound[0] ?? null;
    const machine = restored({ create, build }, checkpoint);
    const witness = Witness.decode(checkpoint?.host ?? new Uint8Array(0));
    const after = checkpoint?.position ?? journalStart;
    const sequence = after.nextSequence - 1;
    const replayer = new Replayer(new WitnessedMachine(machine, witness), {
      after: sequence,
      until: null,
      check: true,
      skip: new Set(),
      outbox: () => new WitnessOutbox(witness),
      isFollowing: true,
    });
    const proof = config.durability === "fsync" ? "later" : "durable";
    const progress: Progress = {
      machine,
      witness,
      replayer,
      scanner: new JournalScanner({ after, checksum, keys, proof }),
      segment: null,
      block: null,
      checkpointed: { sequence, at: after.chain.at },
    };
    this.#progress = progress;
    for (const { name, bytes } of segmentsFrom(yield* listFolder(journalFolder), after)) {
      const path = `${journalFolder}/${name}`;
      // Of those that were written since it begins, the marks tell.
      if (path >= mark.path) break;
      yield* this.#readTo(progress, path, bytes);
    }
  }

  *#readOn(progress: Progress): FileScript<void> {
    const [mark] = this.#marks;
    if (mark === undefined) return;
    yield* this.#readTo(progress, mark.path, mark.bytes);
    if (this.#marks[0] === mark) this.#marks.shift();
    const { replayer, block } = progress;
    if (block === null) return;
    const { sequence, at } = { sequence: replayer.lastSequence, at: block.header.lastAt };
    this.#options.report({ type: "replayed", sequence, at });
  }

  /** Reads a segment on to `bytes`, where a block ends. */
  *#readTo(progress: Progress, path: string, bytes: number): FileScript<void> {
    const { scanner } = progress;
    let open = progress.segment;
    if (open === null || open.path !== path) {
      if (open !== null) this.#take(progress, scanner.endOfFile());
      scanner.begin(path, bytes);
      open = { path, read: 0 };
      progress.segment = open;
    } else if (open.read < bytes) scanner.extend(bytes);
    while (open.read < bytes) {
      const count = Math.min(limits.recoveryReadBytes, bytes - open.read);
      const chunk = yield* readFile(path, open.read, count);
      if (chunk.length === 0) throw new Error(`${path} has ${open.read} bytes instead of ${bytes}`);
      open.read += chunk.length;
      this.#take(progress, scanner.feed(chunk));
      if (this.#isDue(progress)) yield* this.#checkpoint(progress);
    }
  }

  #take(progress: Progress, blocks: readonly JournalBlock[]): void {
    const { scanner, replayer } = progress;
    for (const block of blocks) {
      const { build } = block.segment;
      if (build !== this.#options.build && lastSequence(block.header) > replayer.lastSequence) {
        const event = `event ${block.header.firstSequence} is of build ${build}`;
        throw new Error(`${event}, and no checkpoint behind it is sound`);
      }
      const divergence = replayer.apply(block);
      if (divergence !== null) throw new Diverged(divergence);
      progress.block = block;
      // The age of a first checkpoint counts from the first event.
      if (progress.checkpointed.sequence === 0) progress.checkpointed.at ||= block.header.firstAt;
    }
    const { verdict } = scanner;
    if (verdict !== null && "message" in verdict) throw new Error(verdict.message);
  }

  // -------------------------------------------------------------- what comes of it

  #tellState({ machine, replayer }: Progress): void {
    this.#wantsState = false;
    const { lastSequence: sequence, isHolding } = replayer;
    const [bytes, digest] = [machine.checkpoint(), machine.digest()];
    this.#options.report({ type: "state", sequence, isHolding, machine: bytes, digest });
  }

  #isDue({ block, replayer, checkpointed }: Progress): boolean {
    if (block === null || replayer.isHolding) return false;
    if (this.#isUrgent) return true;
    const { checkpointEveryEvents, checkpointEveryMs } = this.#options.config;
    const events = replayer.lastSequence - checkpointed.sequence;
    if (events >= checkpointEveryEvents) return true;
    return events > 0 && block.header.lastAt - checkpointed.at >= checkpointEveryMs * 1_000;
  }

  /** Writes one, or passes it over, and deletes what is too old then. */
  *#checkpoint(progress: Progress): FileScript<void> {
    const { block } = progress;
    if (block === null) return;
    const { report, config } = this.#options;
    const isLow = this.#isLow;
    this.#isUrgent = false;
    if (lastSequence(block.header) > progress.checkpointed.sequence) this.#hasPassedOver = isLow;
    // Also when it fails: a full disk is not asked again at once.
    progress.checkpointed = { sequence: lastSequence(block.header), at: block.header.lastAt };
    if (!isLow && config.durability !== "fsync") yield* this.#syncJournal(block.path);
    let failure = isLow ? null : yield* this.#tryWrite(progress, block);
    const isInDoubt = failure instanceof FileFailure && failure.isOfSync;
    // Whether the newest checkpoint is durable nobody knows then, so nothing older goes for it.
    const hasMadeRoom = !isInDoubt && (yield* this.#retain(block));
    const foundNoRoom = failure instanceof FileFailure && failure.hasFoundNoRoom;
    if (foundNoRoom && hasMadeRoom) failure = yield* this.#tryWrite(progress, block);
    if (failure !== null) report({ type: "checkpointFailed", message: problemOf(failure) });
  }

  /** Returns what has prevented it; null: nothing. */
  *#tryWrite(progress: Progress, block: JournalBlock): FileScript<HostExit | null> {
    try {
      yield* this.#write(progress, block);
      return null;
    } catch (error) {
      if (error instanceof HostExit) return error;
      throw error;
    }
  }

  *#write({ machine, witness }: Progress, block: JournalBlock): FileScript<void> {
    const { checksum, keys, report } = this.#options;
    const { header, segment } = block;
    const sequence = lastSequence(header);
    const state = machine.checkpoint();
    const chain = {
      block: header.number,
      checksum: header.checksum,
      effects: header.effects,
      at: header.lastAt,
    };
    const checkpoint = {
      identity: segment,
      position: {
        nextSequence: eventSequence(sequence + 1),
        nextSegment: segment.segment + 1,
        chain,
      },
      end: block.offset + blockBytes(block),
      digest: machine.digest(),
      machine: state,
      host: witness.encode(),
    };
    yield* writeCheckpoint(checkpoint, checksum, keys?.current ?? null);
    report({ type: "checkpoint", sequence, bytes: state.length });
  }

  /** Returns whether anything has gone. */
  *#retain({ header }: JournalBlock): FileScript<boolean> {
    const { checksum, log, report, config } = this.#options;
    const { failure, hasMadeRoom, ...deleted } = yield* retain({
      checksum,
      log,
      now: header.lastAt,
      keepMicros: config.journalKeepMs * 1_000,
      keepBytes: config.journalKeepBytes,
    });
    const { checkpoints, segments, damaged } = deleted;
    const problem = failure === null ? null : problemOf(failure);
    const news = checkpoints + segments + damaged;
    if (news > 0 || failure !== null || this.#wasStuck) {
      report({ type: "deleted", ...deleted, problem });
    }
    this.#wasStuck = failure !== null;
    return hasMadeRoom;
  }

  /** See W3. A sync that fails is the server's affair as much as one of its own. */
  *#syncJournal(path: string): FileScript<void> {
    try {
      yield* perform({ type: "sync", path });
      yield* perform({ type: "syncFolder", folder: journalFolder });
    } catch (error) {
      throw error instanceof FileFailure ? new SyncFailed(error.message) : error;
    }
  }

  // -------------------------------------------------------------- the end

  #guarded(part: () => void): void {
    if (this.#isOver) return;
    try {
      part();
    } catch (error) {
      this.#end(error);
    }
  }

  #end(error: unknown): void {
    this.#isOver = true;
    if (error instanceof Diverged)
      return runScript(this.#desk, this.#alarm(error), () => undefined);
    const { report } = this.#options;
    const message = messageOf(error);
    report({ type: error instanceof SyncFailed ? "syncFailed" : "ended", message });
  }

  /** Leaves a file as well as it can be, and tells in any case. */
  *#alarm(diverged: Diverged): FileScript<void> {
    const { report, build } = this.#options;
    try {
      yield* leaveFile(divergenceFile(diverged, build));
    } catch {
      // A disk that fails as well must not hide what was found.
    }
    const { message, divergence } = diverged;
    report({ type: "diverged", sequence: divergence.sequence, message });
  }
}

class SyncFailed extends Error {
  override readonly name = "SyncFailed";
}

class Diverged extends Error {
  override readonly name = "Diverged";
  readonly divergence: Divergence;

  constructor(divergence: Divergence) {
    const { sequence, event } = divergence;
    super(`event ${sequence} (${event ?? "unreadable"}) ${differenceOf(divergence)}`);
    this.divergence = divergence;
  }
}

function differenceOf(divergence: Divergence): string {
  switch (divergence.type) {
    case "effects":
      return `had effects ${divergence.expected} and has ${divergence.actual} when it is replayed`;
    case "state":
      return (
        `left table ${divergence.table} with digest ${divergence.expected}, ` +
        `and with ${divergence.actual} when it is replayed`
      );
    case "threw":
      return `throws when it is replayed: ${divergence.message}`;
    case "unreadable":
      return `cannot be read: ${divergence.message}`;
  }
}

function divergenceFile({ divergence, message }: Diverged, build: string) {
  const name = `${String(divergence.sequence).padStart(16, "0")}.divergence.json`;
  const content = { ...divergence, message, build };
  return { name, bytes: asciiBytes(`${JSON.stringify(content, null, 2)}\n`) };
}
