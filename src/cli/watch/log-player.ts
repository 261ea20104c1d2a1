/**
 * Moves through the time of a log: steps a realm forward through its events, and goes back to a
 * checkpoint that it made on the way, from which it steps forward again.
 *
 *     open: every byte is verified, failed steps are found     once, like `reprise replay`
 *     seek(at): the moment that is wanted
 *     work(): a bounded part of the way there                  again and again, until it says true
 *
 * L1. The state is that after all blocks that end at `at` or before: blocks are not divided, and
 *     under load they follow each other within milliseconds.
 * L2. Checkpoints are made while going forward, at a distance in the time of the log that doubles
 *     whenever there are too many. So memory is bounded, and so is the way from any of them.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Machine } from "../../core/contract.ts";
import {
  journalFolder,
  journalStart,
  lastSequence,
  Replayer,
  stepFailures,
} from "../../core/journal/index.ts";
import type { Checkpoint, JournalBlock, JournalKeys } from "../../core/journal/index.ts";
import { DigestingOutbox } from "../../core/kernel/effects.ts";
import { createRealm } from "../../core/realm/index.ts";
import type { Realm } from "../../core/realm/index.ts";
import { readPlayersView } from "../../load/players-view.ts";
import { CommandError } from "../command-error.ts";
import {
  beginningOf,
  checkpointsOf,
  findJournal,
  journalBlocks,
  soundEnd,
} from "../journal-files.ts";
import type { JournalFiles } from "../journal-files.ts";
import { featuresFor } from "../journal-role.ts";
import type { Scene } from "./scene.ts";

const viewName = "world.players";

/** A state to go on from. */
interface Mark {
  /** The last event that it contains, 0 for none, and when it was. */
  readonly sequence: number;
  readonly at: number;
  /** Null: the first of all. */
  readonly state: Uint8Array | null;
}

export interface LogPlayerOptions {
  /** Of the log's time, before they spread out. */
  readonly markEveryMicros: number;
  readonly marksMax: number;
  /** For an encrypted log; by default those of the environment. */
  readonly keys?: JournalKeys;
}

export const logPlayerDefaults: LogPlayerOptions = { markEveryMicros: 5_000_000, marksMax: 64 };

export class LogPlayer {
  /** The times of the first and the last event, microseconds since the epoch. */
  readonly firstAt: number;
  readonly lastAt: number;
  readonly #files: JournalFiles;
  readonly #realm: Realm;
  readonly #failures: ReadonlySet<number>;
  readonly #marksMax: number;
  /** In the order of their events; the first is the beginning. */
  #marks: Mark[];
  #markEvery: number;
  #machine: Machine;
  #replayer: Replayer;
  #blocks: Generator<JournalBlock, unknown>;
  #next: JournalBlock | null = null;
  #at: number;
  #target: number;
  #trouble: string | null = null;

  /**
   * @param path as `findJournal` takes it; of a data folder with several journals, the game's
   * @param progress is called now and then while the log is verified, with the share that is done
   * @throws CommandError when there is no sound log of a game server
   */
  constructor(
    path: string,
    { markEveryMicros, marksMax, keys }: LogPlayerOptions = logPlayerDefaults,
    progress: (share: number) => void = () => undefined,
  ) {
    this.#files = findJournal(gameJournal(path), keys);
    const beginning = beginningOf(this.#files, checkpointsOf(this.#files));
    this.#realm = createRealm({ features: featuresFor(this.#files) });
    const survey = surveyOf(this.#files, beginning, progress);
    if (!this.#realm.create().views.includes(viewName)) {
      throw new CommandError(`${path} is no log of a game server: there are no players in it`);
    }
    this.#failures = survey.failures;
    this.firstAt = survey.firstAt;
    this.lastAt = survey.lastAt;
    this.#markEvery = markEveryMicros;
    this.#marksMax = marksMax;
    const sequence = (beginning?.position.nextSequence ?? journalStart.nextSequence) - 1;
    const first: Mark = { sequence, at: this.firstAt, state: beginning?.machine ?? null };
    this.#marks = [first];
    this.#at = this.firstAt;
    this.#target = this.firstAt;
    [this.#machine, this.#replayer, this.#blocks] = this.#from(first);
  }

  /** The moment that is shown. */
  get at(): number {
    return this.#at;
  }

  /** Why it does not go on; null while it does. */
  get trouble(): string | null {
    return this.#trouble;
  }

  /** How many states it could go back to without a long way. */
  get marks(): number {
    return this.#marks.length;
  }

  /** The players at `at`. */
  scene(): Scene {
    const scene = readPlayersView(this.#machine.view(viewName));
    if (scene === null) throw new CommandError("the log's players have a form of another version");
    return scene;
  }

  /** Says where to go. Times outside of the log mean its ends. */
  seek(at: number): void {
    this.#target = Math.min(this.lastAt, Math.max(this.firstAt, at));
    if (this.#target >= this.#at) return;
    this.#trouble = null;
    const mark = this.#marks.findLast((each) => each.at <= this.#target) ?? this.#marks[0];
    if (mark === undefined) return;
    [this.#machine, this.#replayer, this.#blocks] = this.#from(mark);
    this.#next = null;
    this.#at = mark.at;
  }

  /**
   * Goes a part of the way.
   *
   * @param budgetMs how long it may take, about
   * @returns whether it is there
   */
  work(budgetMs: number): boolean {
    const deadline = performance.now() + budgetMs;
    while (this.#trouble === null) {
      const block = this.#peek();
      if (block === null || block.header.lastAt > this.#target) break;
      this.#step(block);
      if (performance.now() > deadline) return false;
    }
    this.#at = this.#target;
    return true;
  }

  #step(block: JournalBlock): void {
    this.#next = null;
    const divergence = this.#replayer.apply(block);
    const { lastAt } = block.header;
    if (divergence !== null) {
      const why = "message" in divergence ? divergence.message : divergence.type;
      this.#trouble = `it cannot be played on from event ${divergence.sequence}: ${why}`;
      return;
    }
    this.#at = Math.max(this.#at, lastAt);
    const newest = this.#marks.at(-1);
    if (newest === undefined || lastAt - newest.at < this.#markEvery) return;
    this.#marks.push({
      sequence: lastSequence(block.header),
      at: lastAt,
      state: this.#machine.checkpoint(),
    });
    if (this.#marks.length <= this.#marksMax) return;
    this.#marks = this.#marks.filter((_mark, index) => index % 2 === 0);
    this.#markEvery *= 2;
  }

  /** The next block that has anything new; null at the end. */
  #peek(): JournalBlock | null {
    while (this.#next === null) {
      const next = this.#blocks.next();
      if (next.done === true) return null;
      if (lastSequence(next.value.header) > this.#replayer.lastSequence) this.#next = next.value;
    }
    return this.#next;
  }

  /** A machine with the mark's state, and what brings it forward from there. */
  #from(mark: Mark): [Machine, Replayer, Generator<JournalBlock, unknown>] {
    const machine = this.#realm.create();
    if (mark.state !== null) machine.restore(mark.state);
    const replayer = new Replayer(machine, {
      after: mark.sequence,
      until: null,
      check: false,
      skip: this.#failures,
      outbox: () => new DigestingOutbox(),
    });
    // The segment that has the event after the mark; those before it hold nothing new.
    const { segments } = this.#files;
    const index = segments.findLastIndex(({ firstSequence }) => firstSequence <= mark.sequence + 1);
    const left = segments.slice(Math.max(0, index));
    return [machine, replayer, journalBlocks({ ...this.#files, segments: left }, "anything")];
  }
}

/** A data folder has a log for each role; only the game's has players. */
function gameJournal(path: string): string {
  const game = join(path, "game");
  return existsSync(join(game, journalFolder)) ? game : path;
}

interface Survey {
  readonly failures: ReadonlySet<number>;
  readonly firstAt: number;
  readonly lastAt: number;
}

/** Verifies every byte, as a replay does before it steps. */
function surveyOf(
  files: JournalFiles,
  beginning: Checkpoint | null,
  progress: (share: number) => void,
): Survey {
  const failures = new Set<number>();
  let [firstAt, lastAt, verified] = [Infinity, 0, 0];
  const blocks = journalBlocks(files, beginning?.position ?? journalStart);
  let next = blocks.next();
  for (; next.done !== true; next = blocks.next()) {
    const { header, payload } = next.value;
    for (const sequence of stepFailures([next.value])) failures.add(sequence);
    firstAt = Math.min(firstAt, header.firstAt);
    lastAt = Math.max(lastAt, header.lastAt);
    verified += payload.length;
    progress(verified / files.bytes);
  }
  soundEnd(next.value);
  if (lastAt === 0) throw new CommandError("the log is empty");
  return { failures, firstAt, lastAt };
}
