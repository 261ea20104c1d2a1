/**
 * Group commit: events become blocks, blocks become durable, one after the other.
 *
 *     append ... append --seal--> block --write, sync--> durable
 *
 * A block is named by its ticket: 1, 2, 3, ... in the order of sealing. While one block is on its
 * way to the disk the next one grows, so that the busier the server, the more events share a sync.
 *
 * C1. Blocks are written one at a time: the next one when the one before is as durable as the role
 *     asks. So a crash can cost the last block and never one in the middle.
 * C2. A ticket is durable when its block is, in a file whose name is: the first block of a segment
 *     waits for the folder, too.
 * C3. A write or sync that fails ends the process and is never repeated: after a failed fsync
 *     nobody knows which pages the disk has, and a second one may report success for lost ones.
 *     Only a write that finds no room on the disk is made again, with its sync: see `space.ts`.
 * C4. A segment is synced before the next one begins, whatever the role's durability.
 * C5. Where every block is synced, blocks are written into space that was filled with zeros and
 *     synced before: a sync that need not make a file longer takes a fifth of the time and half of
 *     the processor's. The scan takes zeros behind the last block for what they are.
 */
import type { Digest, Event, EventType, FileOperation, FileResult } from "../contract.ts";
import { journalFolder } from "../journal/index.ts";
import type { JournalPosition, JournalWriter, SealedBlock } from "../journal/index.ts";
import { invariant } from "../kernel/assert.ts";
import type { EventSequence, Micros } from "../kernel/ids.ts";
import type { HostConfig } from "./config.ts";
import { FileFailure } from "./files.ts";
import type { HostCounters } from "./counters.ts";
import type { FileDesk } from "./files.ts";
import type { Following } from "./following.ts";
import { Gathering } from "./gathering.ts";
import type { Now } from "./parts.ts";
import { lacksRoom } from "./space.ts";
import type { Space } from "./space.ts";

/** Zeros are worth their own writing when at least so many blocks fit them. Measured. */
const zeroedBlocksMin = 8;

/** A sealed block on its way. */
interface Voyage {
  readonly ticket: number;
  readonly block: SealedBlock;
  readonly synced: boolean;
  /** As `DurableBlock` has them. */
  readonly asked: number;
  readonly expected: number;
  readonly sealedAt: Micros;
  /** On the journal's clock. */
  readonly at: Micros;
}

export class Committer {
  /** The highest ticket whose block is durable; 0 for none. */
  durableTicket = 0;
  /** Bytes of sealed blocks that are not durable yet. */
  sailingBytes = 0;
  readonly #config: HostConfig;
  readonly #desk: FileDesk;
  readonly #counters: HostCounters;
  readonly #writer: JournalWriter;
  readonly #now: Now;
  readonly #following: Pick<Following, "durable">;
  readonly #space: Space;
  readonly #gathering: Gathering;
  readonly #queue: Voyage[] = [];
  #sailing: Voyage | null = null;
  /** Orders of the current stage of the voyage that are not answered. */
  #unanswered = 0;
  #stages: FileOperation[][] = [];
  /** What was ordered for the current one, and whether it found no room. */
  #stage: readonly FileOperation[] = [];
  #lack: FileFailure | null = null;
  #openTicket = 1;
  /** Monotonic time by which the open block is sealed; null while it is empty. */
  #dueAt: number | null = null;
  #isWanted = false;
  #isSyncWanted = false;
  /** How many events of the open block something waits for, and the last of them. */
  #asked = 0;
  #lastAsked = 0;
  #lastPath: string | null = null;
  /** Where the last block ends in its segment, and where the zeros behind it end. */
  #writtenEnd = 0;
  #reservedEnd = 0;

  constructor(options: {
    readonly config: HostConfig;
    readonly desk: FileDesk;
    readonly counters: HostCounters;
    readonly writer: JournalWriter;
    readonly now: Now;
    /** Is told of every block that is durable. */
    readonly following: Pick<Following, "durable">;
    readonly space: Space;
  }) {
    this.#config = options.config;
    this.#desk = options.desk;
    this.#counters = options.counters;
    this.#writer = options.writer;
    this.#now = options.now;
    this.#following = options.following;
    this.#space = options.space;
    this.#gathering = new Gathering(options.config);
  }

  /** The block that the next event goes to. */
  get openTicket(): number {
    return this.#openTicket;
  }

  /** True when every event so far is in a durable block. */
  get isQuiet(): boolean {
    return this.#writer.openEvents === 0 && this.#sailing === null && this.#queue.length === 0;
  }

  /** Bytes of events that are not durable yet. */
  get pendingBytes(): number {
    return this.sailingBytes + this.#writer.openBytes;
  }

  /** For how long the oldest block has been on its way, microseconds; 0 when none is. */
  get heldMicros(): number {
    return this.#sailing === null ? 0 : this.#now.monotonic - this.#sailing.sealedAt;
  }

  /** Arguments as `JournalWriter.append`'s. */
  append(event: Event, type: EventType, at: Micros): EventSequence {
    // One turn may bring more than a block should hold.
    if (this.#writer.isFull) this.#seal();
    this.#dueAt ??= this.#now.monotonic + this.#config.commitWindowMs * 1_000;
    return this.#writer.append(event, type, at);
  }

  /** Puts in the digest of the last event's effects. */
  effects(digest: Digest): void {
    this.#writer.effects(digest);
  }

  /** Puts in the digest of one table of the state after the last event. */
  stateDigest(table: number, digest: Digest): void {
    this.#writer.stateDigest(table, digest);
  }

  /** Of the last event; 0 before the first. */
  get lastSequence(): number {
    return this.#writer.nextSequence - 1;
  }

  /** Where the journal goes on. Only while no block is open. */
  get position(): JournalPosition {
    return this.#writer.position;
  }

  /** The segment that was written last, and how long it is without zeros; null before the first. */
  get lastSegment(): { readonly path: string; readonly bytes: number } | null {
    return this.#lastPath === null ? null : { path: this.#lastPath, bytes: this.#writtenEnd };
  }

  /**
   * Something of the last event waits for the open block: seal it as soon as the one before is
   * durable, or a moment later, see `gathering.ts`.
   */
  want(): void {
    this.#isWanted = true;
    const { lastSequence } = this;
    if (this.#lastAsked === lastSequence) return;
    this.#lastAsked = lastSequence;
    this.#asked += 1;
  }

  /** Something needs the open block on the disk, whatever the role's durability. */
  wantSynced(): void {
    this.#isWanted = true;
    this.#isSyncWanted = true;
  }

  /** A turn ends: seals the open block when its time has come, and sends the next on its way. */
  turn(): void {
    if (this.#writer.openEvents > 0 && this.#isDue()) this.#seal();
    if (this.#sailing === null) this.#sail();
  }

  /** Monotonic time of the next `turn` that has something to do; null when none. */
  nextTurn(): number | null {
    // The voyage under way ends with a completion, which is a turn of its own.
    if (this.#sailing !== null || this.#writer.openEvents === 0) return null;
    if (this.#isHeld) return Math.min(this.#gathering.until, this.#dueAt ?? Infinity);
    return this.#isWanted ? 0 : this.#dueAt;
  }

  /** True while the open block, for which something waits, is waited with. */
  get #isHeld(): boolean {
    if (!this.#isWanted || this.#isSyncWanted) return false;
    return this.#gathering.holds(this.#asked, this.#now.monotonic);
  }

  #isDue(): boolean {
    if (this.#writer.openBytes >= this.#config.blockBytesMax) return true;
    if (this.#sailing !== null || this.#queue.length > 0) return false;
    if (this.#isWanted && !this.#isHeld) return true;
    return this.#dueAt !== null && this.#now.monotonic >= this.#dueAt;
  }

  #seal(): void {
    const block = this.#writer.seal();
    invariant(block !== null, "an open block has events");
    const expected = this.#gathering.sealed();
    const synced = this.#isSyncWanted || this.#config.durability === "fsync";
    this.#queue.push({
      ticket: this.#openTicket,
      block,
      synced: synced || block.startsSegment,
      asked: this.#asked,
      expected,
      sealedAt: this.#now.monotonic,
      at: this.#now.at,
    });
    this.#openTicket += 1;
    this.sailingBytes += block.bytes.length;
    this.#dueAt = null;
    this.#isWanted = false;
    this.#isSyncWanted = false;
    this.#asked = 0;
    if (expected > 0) this.#counters.add("journal_blocks_gathered_total");
    this.#counters.add("journal_blocks_total");
    this.#counters.add("journal_bytes_total", block.bytes.length);
  }

  #sail(): void {
    const voyage = this.#queue.shift();
    if (voyage === undefined) return;
    this.#sailing = voyage;
    this.#stages = this.#plan(voyage);
    this.#lastPath = voyage.block.path;
    this.#enterStage();
  }

  /** What must be done for the block, in stages: a stage begins when the one before is over. */
  #plan({ block, synced }: Voyage): FileOperation[][] {
    const { path, offset, bytes } = block;
    const stages: FileOperation[][] = [];
    const leavesUnsynced = block.startsSegment && this.#config.durability !== "fsync";
    if (leavesUnsynced && this.#lastPath !== null) {
      stages.push([{ type: "sync", path: this.#lastPath }]);
    }
    // Orders of one path are carried out in order, so the sync need not wait for a turn of ours.
    const zerosBehind = this.#zerosBehind(block);
    const reserving = this.#config.durability === "fsync" ? { zerosBehind } : {};
    const write: FileOperation = { type: "write", path, offset, bytes, ...reserving };
    stages.push(synced ? [write, { type: "sync", path }] : [write]);
    if (block.startsSegment) stages.push([{ type: "syncFolder", folder: journalFolder }]);
    return stages;
  }

  /** How many zeros to write with it; none while it fits those that were written before. */
  #zerosBehind({ offset, bytes, startsSegment }: SealedBlock): number {
    if (startsSegment) this.#reservedEnd = 0;
    this.#writtenEnd = offset + bytes.length;
    if (this.#writtenEnd <= this.#reservedEnd) return 0;
    const { durability, journalAheadBytes, segmentBytesMax } = this.#config;
    // Large blocks are few: what their syncs would save is less than the zeros cost.
    const isWorth = bytes.length * zeroedBlocksMin <= journalAheadBytes;
    if (!isWorth || durability !== "fsync") return 0;
    if (this.#space.isLow) return 0;
    const zeros = Math.min(journalAheadBytes, Math.max(0, segmentBytesMax - this.#writtenEnd));
    this.#reservedEnd = this.#writtenEnd + zeros;
    return zeros;
  }

  #enterStage(): void {
    const operations = this.#stages.shift();
    if (operations === undefined) return this.#arrive();
    this.#stage = operations;
    this.#lack = null;
    this.#unanswered = operations.length;
    for (const operation of operations) {
      if (operation.type !== "write") this.#counters.add("journal_syncs_total");
      this.#desk.order(operation, (result) => {
        this.#answered(operation, result);
      });
    }
  }

  #answered(operation: FileOperation, result: FileResult): void {
    if (!result.ok) {
      const failure = new FileFailure(operation, result.code);
      const isRoom = operation.type === "write" && lacksRoom(result);
      // Behind a first write that found no room there is no file to sync. Both are made again.
      const isMoot = this.#lack !== null && operation.type === "sync" && result.code === "ENOENT";
      if (!isRoom && !isMoot) throw failure;
      this.#lack ??= failure;
    }
    this.#unanswered -= 1;
    invariant(this.#unanswered >= 0, "one answer for each order", operation.type);
    if (this.#unanswered > 0) return;
    if (this.#lack === null) this.#enterStage();
    else this.#findRoom(this.#lack);
  }

  /** The same once more when there may be room for it, and no zeros behind it. */
  #findRoom(lack: FileFailure): void {
    this.#reservedEnd = this.#writtenEnd;
    this.#stages.unshift(
      this.#stage.map((operation) =>
        operation.type === "write" && operation.zerosBehind !== undefined
          ? { ...operation, zerosBehind: 0 }
          : operation,
      ),
    );
    this.#space.lacked(lack, () => this.#enterStage());
  }

  #arrive(): void {
    const voyage = this.#sailing;
    invariant(voyage !== null && voyage.ticket === this.durableTicket + 1, "C1");
    this.#sailing = null;
    this.#space.found();
    this.durableTicket = voyage.ticket;
    if (voyage.synced) this.#writer.durable(voyage.block.lastSequence);
    const { path, offset, bytes, lastSequence: sequence } = voyage.block;
    this.#following.durable({ path, bytes: offset + bytes.length, sequence, at: voyage.at });
    this.sailingBytes -= voyage.block.bytes.length;
    this.#writer.recycle(voyage.block.bytes);
    const took = this.#now.monotonic - voyage.sealedAt;
    if (voyage.synced) {
      const { asked, expected } = voyage;
      this.#gathering.durable({ asked, expected, took }, this.#asked, this.#now.monotonic);
    }
    this.#counters.committed(took);
  }
}
