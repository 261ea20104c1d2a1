/**
 * What the journal does on a disk that runs full. Some space is kept for that, as a file of zeros,
 * the reserve. A write that finds no room takes it:
 *
 *     ample --no room--> low: the reserve is given back, and the write made again
 *       ^                 |  ^
 *       |     no room even then   room
 *       |                 v  |
 *       |                full: the same write again and again
 *       +-- the reserve could be made anew, from low
 *
 * 1. Nothing that was acknowledged is touched, and nothing is acknowledged meanwhile: the block
 *    that found no room is written again, the same bytes at the same place, until it is there.
 * 2. The realm is told of `journal.low`, after which it lets nobody in, and of `journal.ample`.
 * 3. While it is full nobody is read. When that lasts, everybody is cut off.
 * 4. A failed sync is no such case, whatever its code: see C3 of the committer.
 */
import type { FileOperation, FileResult, JournalAmple, JournalLow } from "../contract.ts";
import { limits } from "../kernel/limits.ts";
import type { HostConfig } from "./config.ts";
import type { HostCounters } from "./counters.ts";
import { FileFailure, isRoomCode, listFolder, perform, removeDurably, runScript } from "./files.ts";
import type { FileDesk, FileScript } from "./files.ts";
import type { HostExit } from "./exit.ts";
import type { Now } from "./parts.ts";

/** In the data folder itself, so that it is in nobody's way who looks at the journal. */
const reserveName = "journal.reserve";
const dataFolder = ".";

export const lacksRoom = (result: FileResult): boolean => !result.ok && isRoomCode(result.code);

/** What the realm is to be told. */
export type SpaceNews = Omit<JournalLow, "at"> | Omit<JournalAmple, "at">;

export class Space {
  /** The disk was found full, and the reserve is not whole. */
  isLow = false;
  readonly #config: HostConfig;
  readonly #desk: FileDesk;
  readonly #counters: HostCounters;
  readonly #now: Now;
  /** `moving`: it is being made or given back. */
  #reserve: "none" | "moving" | "held" = "none";
  /** Since when a write has found no room at all; null: there is room. */
  #fullSince: number | null = null;
  /** Of the last write that found no room. */
  #lack: HostExit | null = null;
  /** When to try again what found no room. */
  #retryAt = Infinity;
  #retry: (() => void) | null = null;
  /** When to look whether the reserve can be made; at once after a start. */
  #lookAt = 0;
  #news: SpaceNews | null = null;

  constructor(options: {
    readonly config: HostConfig;
    readonly desk: FileDesk;
    readonly counters: HostCounters;
    readonly now: Now;
  }) {
    this.#config = options.config;
    this.#desk = options.desk;
    this.#counters = options.counters;
    this.#now = options.now;
    if (options.config.reserveBytes === 0) this.#lookAt = Infinity;
  }

  /** No write finds room, and there is nothing left to give. */
  get isFull(): boolean {
    return this.#fullSince !== null;
  }

  /** It has been full for so long that nobody is kept waiting any more. */
  get isHopeless(): boolean {
    const since = this.#fullSince;
    return since !== null && this.#now.monotonic - since >= this.#config.fullTimeoutMs * 1_000;
  }

  /**
   * What ends a process that was asked to end, and waits for room that does not come. Null while
   * there is hope.
   */
  get despair(): HostExit | null {
    return this.isHopeless ? this.#lack : null;
  }

  /** A write found no room: `again` is called when it is worth another try, once. */
  lacked(failure: HostExit, again: () => void): void {
    this.#lack = failure;
    this.#counters.add("journal_room_lacked_total");
    this.#becomeLow();
    if (this.#reserve === "held") return this.#spend(again);
    this.#fullSince ??= this.#now.monotonic;
    this.#retry = again;
    this.#retryAt = this.#now.monotonic + limits.roomRetryMs * 1_000;
  }

  /** A block is where it should be. */
  found(): void {
    this.#fullSince = null;
  }

  turn(): void {
    const { monotonic } = this.#now;
    const again = this.#retry;
    if (again !== null && monotonic >= this.#retryAt) {
      this.#retry = null;
      this.#retryAt = Infinity;
      again();
    }
    const mayLook = this.#reserve === "none" && this.#fullSince === null;
    if (mayLook && monotonic >= this.#lookAt) this.#make();
  }

  /** Monotonic time of the next `turn` that has something to do; `Infinity` when none. */
  nextTurn(): number {
    const looks = this.#reserve === "none" && this.#fullSince === null;
    return Math.min(this.#retryAt, looks ? this.#lookAt : Infinity);
  }

  /** What has changed since the last time; null when nothing that matters. */
  takeNews(): SpaceNews | null {
    const news = this.#news;
    this.#news = null;
    return news;
  }

  #becomeLow(): void {
    if (this.isLow) return;
    this.isLow = true;
    this.#counters.add("journal_low_total");
    const freeBytes = this.#reserve === "held" ? this.#config.reserveBytes : 0;
    this.#news = { type: "journal.low", freeBytes };
    this.#lookLater();
  }

  #becomeAmple(): void {
    if (!this.isLow) return;
    this.isLow = false;
    // Who has not heard of the one need not hear of the other.
    this.#news = this.#news === null ? { type: "journal.ample" } : null;
  }

  #lookLater(): void {
    this.#lookAt = this.#now.monotonic + limits.reserveRetryMs * 1_000;
  }

  #spend(done: () => void): void {
    this.#reserve = "moving";
    runScript(this.#desk, giveBack(), () => {
      this.#reserve = "none";
      done();
    });
  }

  #make(): void {
    // Without a reserve it is ample when the journal finds room again.
    if (this.#config.reserveBytes === 0) {
      this.#lookAt = Infinity;
      return this.#becomeAmple();
    }
    this.#reserve = "moving";
    runScript(this.#desk, makeReserve(this.#config.reserveBytes), (isMade) => {
      this.#reserve = isMade ? "held" : "none";
      if (isMade) return this.#becomeAmple();
      this.#becomeLow();
      this.#lookLater();
    });
  }
}

/** Returns whether there is a reserve now; one of another size is made anew. */
function* makeReserve(bytes: number): FileScript<boolean> {
  const entries = yield* listFolder(dataFolder);
  const before = entries.find(({ name }) => name === reserveName)?.bytes ?? 0;
  if (before === bytes) return true;
  const write: FileOperation = {
    type: "write",
    path: reserveName,
    offset: 0,
    bytes: new Uint8Array(0),
    zerosBehind: bytes,
  };
  const result = yield write;
  if (lacksRoom(result)) {
    yield* giveBack();
    return false;
  }
  if (!result.ok) throw new FileFailure(write, result.code);
  yield* perform({ type: "sync", path: reserveName });
  if (before > bytes) yield* perform({ type: "truncate", path: reserveName, length: bytes });
  return true;
}

/** What is on the way to the disk may need the room before the folder is synced, so it is. */
const giveBack = (): FileScript<void> => removeDurably(reserveName, dataFolder);
