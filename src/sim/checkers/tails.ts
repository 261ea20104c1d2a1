/**
 * [JRN-01] What a process has left unfinished in the journal is gone when the next one listens: a
 * reader finds whole segments one behind the other, and nothing between them that no block needs.
 * And a process begins one segment, and another one only where the last has no room for more.
 *
 * [JRN-21] What retention has left of it is one piece, also after removals that failed.
 */
import { journalFolder, JournalScanner, segmentSequence } from "../../core/journal/index.ts";
import type { ScanVerdict } from "../../core/journal/index.ts";
import type { FaultCounters } from "../faults.ts";
import type { SimulationOptions } from "../options.ts";
import { CheckFailure } from "./checker.ts";
import type { Checker, DiskImage, QuietRun } from "./checker.ts";

export interface TailsWorld {
  readonly faults: FaultCounters;
  readonly options: Pick<SimulationOptions, "server">;
  /** The machine's disk as it is. */
  readonly disk: () => DiskImage;
}

const mayNotTell = [
  "follower.killed",
  "disk.entry-failed",
  "disk.read-failed",
  "disk.read-only",
] as const;

export class TailsChecker implements Checker {
  readonly name = "tails";
  /** Counts journals that were read. */
  checked = 0;
  readonly #faults: FaultCounters;
  readonly #disk: () => DiskImage;
  readonly #segmentBytesMax: number;
  /** A journal of one process has nothing to be cut. */
  #starts = 0;
  /** The first segment when the present process began to listen. */
  #oldest: string | null = null;
  /** Each begins a segment, whether it has come as far as listening or not. */
  #processes = 0;

  constructor({ faults, disk, options }: TailsWorld) {
    this.#segmentBytesMax = options.server.segmentBytesMax;
    this.#faults = faults;
    this.#disk = disk;
  }

  processStarted(): void {
    this.#processes += 1;
    this.#oldest = null;
  }

  /** What was deleted is counted, unless its follower was killed or the disk failed before that. */
  emptied({ metrics }: QuietRun): void {
    this.#judgeWhole(this.#read().verdict);
    const oldest = this.#oldest;
    if (oldest === null || mayNotTell.some((fault) => this.#faults.counts[fault] > 0)) return;
    if (this.#disk().read(oldest) !== null) return;
    if ((metrics.get("journal_deleted_segments_total") ?? 0) > 0) return;
    throw new CheckFailure(this.name, "segments that were deleted are counted", oldest);
  }

  listening(): void {
    this.#starts += 1;
    this.#oldest =
      this.#disk()
        .paths()
        .find((path) => segmentSequence(path) !== null) ?? null;
    // What a disk has done to sound bytes is another checker's business.
    if (this.#starts === 1 || this.#isSpoilt) return;
    this.checked += 1;
    const { verdict, joinable } = this.#read();
    this.#judgeWhole(verdict);
    if (joinable > this.#processes) {
      const detail = `${String(joinable)} would fit behind the last, of ${String(this.#processes)} starts`;
      throw new CheckFailure(this.name, "a segment is begun where the last one is full", detail);
    }
    if (verdict.type !== "clean" && verdict.type !== "unfinished") return;
    const cuts = verdict.type === "clean" ? verdict.debris : verdict.cuts;
    const [cut] = cuts;
    if (cut === undefined) return;
    throw new CheckFailure(
      this.name,
      "what was left unfinished is cut before anything is written",
      `${String(cut.bytes)} bytes at ${String(cut.offset)} of ${cut.path}`,
    );
  }

  get #isSpoilt(): boolean {
    const { counts } = this.#faults;
    return counts["disk.rot"] + counts["disk.misdirected"] > 0;
  }

  /** Each segment begins where the one before it has ended. */
  #judgeWhole(verdict: ScanVerdict): void {
    if (this.#isSpoilt || verdict.type !== "corrupt") return;
    if (verdict.problem.code !== "events-missing") return;
    throw new CheckFailure(this.name, "what is left of a journal has no hole", verdict.message);
  }

  /** The whole journal, and how many of its segments would have had room in the one before. */
  #read(): { readonly verdict: ScanVerdict; readonly joinable: number } {
    const disk = this.#disk();
    const scanner = new JournalScanner({ after: "anything" });
    let lastBytes = Infinity;
    let joinable = 0;
    for (const path of disk.paths()) {
      if (!path.startsWith(`${journalFolder}/`) || segmentSequence(path) === null) continue;
      const bytes = disk.read(path) ?? new Uint8Array(0);
      scanner.begin(path, bytes.length);
      scanner.feed(bytes);
      scanner.endOfFile();
      if (lastBytes + bytes.length <= this.#segmentBytesMax) joinable += 1;
      lastBytes = bytes.length;
    }
    return { verdict: scanner.finish(), joinable };
  }
}
