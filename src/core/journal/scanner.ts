/**
 * The recovery scan: reads a journal from one end to the other, hands out what is sound, and says
 * what is wrong with the rest. It decides between two things that look alike at first:
 *
 * - an unfinished tail: a block that was not finished when the process ended. It is cut and
 *   reported. A last block that was whole and has been damaged since looks the same, unless a
 *   checkpoint says that its events were there.
 * - corruption: something that once was whole is not any more. Nothing is cut; the place is named.
 *
 *     begin(file) feed(chunk)* endOfFile()     for each segment in the order of its name
 *     finish() -> verdict
 *
 * S1. Blocks come out in order and without a gap, each verified by its checksums and by the chain
 *     from the block before.
 * S2. A bad place is in doubt until the end of the journal, not a reason to stop: what was written
 *     later was only written because the bad place was complete (W4). So a later sound block, or a
 *     checkpoint of a later event, means corruption, and neither means an unfinished tail.
 * S3. What lies behind the last block of a segment is debris, not loss, if the next segment goes on
 *     exactly where that block ended: a tail that an earlier recovery cut, or reserved space.
 * S4. No sound block is cut, unless the role never promised that it would survive (`proof`).
 * S5. What is damaged before the checkpoint of `after` is passed over and told, where the log is
 *     seen to go on from exactly that checkpoint: at its block, at the next, or in a new segment.
 *     Nobody reads on from before it. From there on S1 to S4 hold without exception.
 */
import { apiRule, invariant } from "../kernel/assert.ts";
import { eventSequence, type EventSequence } from "../kernel/ids.ts";
import { lastSequence, type JournalBlock } from "./block.ts";
import { crc32, type Checksum } from "./checksum.ts";
import {
  journalStart,
  segmentSequence,
  type BlockHeader,
  type JournalPosition,
  type JournalProblem,
  type JournalProblemCode,
  type SegmentHeader,
} from "./format.ts";
import type { JournalKeys } from "./keys.ts";
import { SegmentReader, type Finding } from "./segment-reader.ts";

export interface ScannerOptions {
  /**
   * What the journal must pass through or go on from: the position of a checkpoint, `journalStart`
   * when there is none. "anything" takes the first segment's word, to look at a part of a journal.
   */
  readonly after: JournalPosition | "anything";
  /**
   * Where the last block before `after` ends in its segment's file; null: not known. Then nothing
   * proves that a damaged end of the journal is all before the checkpoint.
   */
  readonly afterEnd?: number | null;
  /** The newest checkpoint's position, which the journal must reach if it begins before it. */
  readonly through?: JournalPosition | null;
  /**
   * What proves that a bad place once was good. "later": any block behind it, because blocks are
   * written one after the other. "durable": a block behind it that says that it was durable; for a
   * role that does not sync each block, where a power loss may take one and leave the next.
   */
  readonly proof?: "later" | "durable";
  /** CRC-32, the pure one unless the platform has a faster one. */
  readonly checksum?: Checksum;
  /** For encrypted segments; none by default. */
  readonly keys?: JournalKeys | null;
}

export type ScanVerdict =
  /** Every byte is accounted for. */
  | ({ readonly type: "clean" } & JournalEnd)
  /** `cuts` must be made, and be durable, before anything is written. */
  | ({ readonly type: "unfinished"; readonly cuts: readonly Cut[] } & JournalEnd)
  /** Something that was whole is not. `sequence` is the first event that is in doubt. */
  | {
      readonly type: "corrupt";
      readonly path: string;
      readonly offset: number;
      readonly sequence: EventSequence;
      readonly problem: JournalProblem;
      readonly message: string;
    }
  /** A newer format, a missing key or a foreign file: not ours to judge, certainly not to cut. */
  | {
      readonly type: "refused";
      readonly path: string;
      readonly problem: JournalProblem;
      readonly message: string;
    };

export interface JournalEnd {
  /** Where a `JournalWriter` goes on. */
  readonly position: JournalPosition;
  /** The last sound segment, which says who wrote it; null when there is none. */
  readonly segment: SegmentHeader | null;
  /** Bytes between segments that no block needs, see S3. */
  readonly debris: readonly Cut[];
  /** Damaged places before the checkpoint of `after`, see S5; their blocks did not come out. */
  readonly passedOver: readonly Cut[];
}

/** The file keeps `offset` bytes and loses all others; with offset 0 it is to be removed. */
export interface Cut {
  readonly path: string;
  readonly offset: number;
  /** What is lost. Zeros up to the end of the file do not count: they are reserved space. */
  readonly bytes: number;
}

/** Where the first bad place is, and what would be lost with it. */
interface Doubt {
  readonly path: string;
  readonly offset: number;
  readonly problem: JournalProblem;
}

interface OpenFile {
  readonly path: string;
  readonly reader: SegmentReader;
  header: SegmentHeader | null;
  isDamaged: boolean;
}

export class JournalScanner {
  readonly #checksum: Checksum;
  readonly #keys: JournalKeys | null;
  readonly #proof: "later" | "durable";
  readonly #after: JournalPosition | "anything";
  readonly #afterEnd: number | null;
  /** What must still be passed, in order. */
  #marks: readonly JournalPosition[];
  /** What the next block must continue. */
  #next: JournalPosition;
  /** False until the first sound segment, which may begin before the mark. */
  #isAnchored = false;
  #segment: SegmentHeader | null = null;
  #file: OpenFile | null = null;
  #path = "";
  #doubt: Doubt | null = null;
  #cuts: Cut[] = [];
  #debris: Cut[] = [];
  #passedOver: Cut[] = [];
  /** What the damage before the checkpoint is, unless it can be passed over. */
  #deferred: ScanVerdict | null = null;
  #verdict: ScanVerdict | null = null;
  /** Where the last file's sound part ends, for a gap that shows only in the next one. */
  #end = { path: "", offset: 0 };

  constructor(options: ScannerOptions) {
    this.#checksum = options.checksum ?? crc32;
    this.#keys = options.keys ?? null;
    this.#proof = options.proof ?? "later";
    this.#after = options.after;
    this.#afterEnd = options.afterEnd ?? null;
    const { through = null } = options;
    const after = options.after === "anything" ? [] : [options.after];
    this.#marks = through === null ? after : [...after, through];
    this.#next = options.after === "anything" ? journalStart : options.after;
  }

  /** Not null once nothing that follows can change it: corruption or a refusal. Stop feeding. */
  get verdict(): ScanVerdict | null {
    return this.#verdict;
  }

  /**
   * Begins a segment. Segments come in ascending order of their names, each one complete.
   *
   * @param path names the file in the verdict
   * @param fileBytes its length
   */
  begin(path: string, fileBytes: number): void {
    apiRule(this.#file === null, "a segment ends before the next one begins");
    apiRule(this.#path === "" || path > this.#path, "segments come in ascending order");
    const resume = this.#awaited()?.chain ?? null;
    const reader = new SegmentReader(fileBytes, this.#checksum, this.#keys, resume);
    this.#path = path;
    this.#file = { path, reader, header: null, isDamaged: false };
  }

  /**
   * Takes the next bytes of the segment.
   *
   * @param chunk of any length; kept, because the blocks are views of it
   * @returns the blocks that are verified by now, each exactly once
   */
  feed(chunk: Uint8Array): readonly JournalBlock[] {
    const file = this.#openFile();
    return this.#verdict === null ? this.#judgeAll(file, file.reader.feed(chunk)) : [];
  }

  /**
   * The segment has grown, as one does that is still written: its length is another now. Where it
   * ended before, a block ended.
   */
  extend(fileBytes: number): void {
    this.#openFile().reader.extend(fileBytes);
  }

  /** Ends the segment. */
  endOfFile(): readonly JournalBlock[] {
    const file = this.#openFile();
    this.#file = null;
    if (this.#verdict !== null) return [];
    const blocks = this.#judgeAll(file, file.reader.end());
    this.#passOverLast(file);
    const { blocksEnd, tailBytes } = file.reader;
    if (file.isDamaged) this.#cuts.push({ path: file.path, offset: blocksEnd, bytes: tailBytes });
    this.#end = { path: file.path, offset: blocksEnd };
    return blocks;
  }

  /** Ends the journal: what it is, as a whole. */
  finish(): ScanVerdict {
    apiRule(this.#file === null, "the last segment ends before the journal does");
    if (this.#verdict !== null) return this.#verdict;
    if (this.#deferred !== null) return this.#deferred;
    const mark = this.#marks.at(-1);
    if (mark !== undefined && this.#isDueBy(mark)) return this.#endsBefore(mark);
    const end = {
      position: this.#next,
      segment: this.#segment,
      debris: this.#debris,
      passedOver: this.#passedOver,
    };
    return this.#doubt === null
      ? { type: "clean", ...end }
      : { type: "unfinished", cuts: this.#cuts, ...end };
  }

  /** False when all segments are gone that began before the mark, which says enough by itself. */
  #isDueBy({ nextSequence }: JournalPosition): boolean {
    if (this.#isAnchored || this.#doubt === null) return this.#isAnchored;
    // Its header is lost, but its name says which event it began with.
    return (segmentSequence(this.#doubt.path) ?? nextSequence) < nextSequence;
  }

  /** The newest checkpoint proves that more was there: what is in doubt, if anything is. */
  #endsBefore(mark: JournalPosition): ScanVerdict {
    const checkpoint = `the checkpoint of event ${mark.nextSequence - 1}`;
    if (this.#doubt === null) {
      const detail = `${checkpoint} is ahead of the journal's end`;
      return this.#corruptAt(this.#end, { code: "events-missing", detail });
    }
    const { code, detail } = this.#doubt.problem;
    const proof = `${detail}, and ${checkpoint} shows that events there were whole`;
    return this.#corruptAt(this.#doubt, { code, detail: proof });
  }

  #openFile(): OpenFile {
    const file = this.#file;
    apiRule(file !== null, "a segment begins before its bytes");
    return file;
  }

  #judgeAll(file: OpenFile, findings: readonly Finding[]): readonly JournalBlock[] {
    const blocks: JournalBlock[] = [];
    for (const finding of findings) {
      if (this.#verdict !== null) break;
      if (finding.type === "header") this.#judgeHeader(file, finding.header);
      else if (finding.type === "damage") this.#judgeDamage(file, finding);
      else if (finding.type === "stray") this.#judgeStray(file, finding);
      else if (finding.type === "resumed") this.#judgeResumed(file, finding.offset);
      else {
        const block = this.#judgeBlock(file, finding);
        if (block !== null) blocks.push(block);
      }
    }
    return blocks;
  }

  #judgeHeader(file: OpenFile, header: SegmentHeader): void {
    const { path } = file;
    const name = segmentSequence(path);
    if (name !== null && name !== header.firstSequence) {
      const detail = `it begins with event ${header.firstSequence}, so it was another segment`;
      return this.#corrupt(this.#doubt ?? { path, offset: 0 }, { code: "misnamed", detail });
    }
    if (this.#isAnchored) this.#passOverBefore(header);
    else this.#anchor(header);
    if (this.#deferred !== null) {
      this.#verdict = this.#deferred;
      return;
    }
    const detail = this.#breakBefore(header);
    if (detail !== null) {
      const code =
        header.firstSequence > this.#next.nextSequence ? "events-missing" : "chain-broken";
      return this.#corruptBefore(path, { code, detail });
    }
    this.#debris.push(...this.#cuts);
    this.#cuts = [];
    this.#doubt = null;
    file.header = header;
    this.#segment = header;
    this.#next = { ...this.#next, nextSegment: header.segment + 1 };
  }

  /** Takes the first segment's word for where it begins, if `after` is still to come. */
  #anchor(header: SegmentHeader): void {
    const after = this.#after;
    if (after === "anything" || header.firstSequence < after.nextSequence) {
      const { firstSequence: nextSequence, segment: nextSegment, chain } = header;
      this.#next = { nextSequence, nextSegment, chain };
    }
    const { nextSequence } = this.#next;
    this.#marks = this.#marks.filter((mark) => mark.nextSequence > nextSequence);
    this.#isAnchored = true;
  }

  /** Says what is wrong between the last block and a segment that should go on from it. */
  #breakBefore(header: SegmentHeader): string | null {
    const { nextSequence, nextSegment, chain } = this.#next;
    if (header.firstSequence > nextSequence) {
      return `events ${nextSequence} to ${header.firstSequence - 1} are missing before ${this.#path}`;
    }
    if (header.firstSequence < nextSequence) return `${this.#path} goes back to an earlier event`;
    if (!isSameChain(header.chain, chain))
      return `${this.#path} hangs on another block than the last one`;
    return header.segment >= nextSegment ? null : `${this.#path} has an earlier segment's number`;
  }

  #judgeDamage(file: OpenFile, found: Extract<Finding, { type: "damage" }>): void {
    const { path } = file;
    const { offset, problem } = found;
    file.isDamaged = true;
    const isUnreadable = problem.code === "newer-format" || problem.code === "key-missing";
    if (isUnreadable) return this.#refuse(path, problem);
    if (problem.code === "content-malformed") return this.#corrupt({ path, offset }, problem);
    if (problem.code === "foreign-file" && !this.#isTornHeader(path)) {
      return this.#refuse(path, problem);
    }
    this.#doubt ??= { path, offset, problem };
  }

  /** A file that begins with rubbish where our next segment would be is a write of ours, torn. */
  #isTornHeader(path: string): boolean {
    const { nextSequence } = this.#next;
    return nextSequence > 1 && segmentSequence(path) === nextSequence;
  }

  #judgeStray(file: OpenFile, found: Extract<Finding, { type: "stray" }>): void {
    const { header, isWhole } = found;
    const due = this.#next.chain.block + 1;
    const isKnown = file.header !== null || isWhole;
    const isLater = header.number > due && isKnown && this.#provesLoss(header);
    const isDisplaced = header.number === due && isWhole;
    if (!isLater && !isDisplaced) return;
    const doubt = this.#doubt ?? { path: file.path, offset: found.offset, problem: sound };
    const detail =
      `${doubt.problem.detail}, and block ${header.number} of event ${header.firstSequence} ` +
      `is sound at byte ${found.offset} of ${file.path}`;
    const verdict = this.#corruptAt(doubt, { code: doubt.problem.code, detail });
    const awaited = file.header === null ? null : this.#awaited();
    if (awaited !== null && header.number <= awaited.chain.block) this.#deferred ??= verdict;
    else this.#verdict = verdict;
  }

  // ---------------------------------------------------------------- before the checkpoint, see S5

  /** The checkpoint from which the log is to go on, until it was there. */
  #awaited(): JournalPosition | null {
    const after = this.#after;
    if (after === "anything" || after.chain.block === 0) return null;
    return this.#marks.includes(after) ? after : null;
  }

  #judgeResumed(file: OpenFile, end: number): void {
    const [after, doubt] = [this.#awaited(), this.#doubt];
    invariant(after !== null && doubt !== null, "a search goes on from what is awaited");
    const { path, offset } = doubt;
    file.isDamaged = false;
    this.#passOver(after, { path, offset, bytes: end - offset });
  }

  /** The last file's end is damaged, and this segment begins right behind the checkpoint. */
  #passOverBefore({ firstSequence, chain }: SegmentHeader): void {
    const [after, [cut]] = [this.#awaited(), this.#cuts];
    if (after === null || cut === undefined || this.#doubt === null) return;
    if (firstSequence === after.nextSequence && isSameChain(chain, after.chain)) {
      this.#passOver(after, cut);
    }
  }

  /**
   * The checkpoint's own block is damaged, and the file has nothing but zeros behind it: the log
   * ended there, or goes on in the next segment, which must say so.
   */
  #passOverLast(file: OpenFile): void {
    const [after, doubt, end] = [this.#awaited(), this.#doubt, this.#afterEnd];
    if (after === null || doubt === null || end === null || this.#verdict !== null) return;
    const isItsFile = doubt.path === file.path && file.header?.segment === after.nextSegment - 1;
    if (!isItsFile || file.reader.contentEnd > end || file.reader.fileBytes < end) return;
    file.isDamaged = false;
    const { path, offset } = doubt;
    this.#passOver(after, { path, offset, bytes: end - offset });
  }

  #passOver(after: JournalPosition, place: Cut): void {
    this.#passedOver.push(place);
    this.#doubt = null;
    this.#deferred = null;
    this.#cuts = [];
    this.#next = { ...after, nextSegment: this.#next.nextSegment };
    this.#marks = this.#marks.filter((mark) => mark.nextSequence > after.nextSequence);
  }

  #provesLoss(header: BlockHeader): boolean {
    return this.#proof === "later" || header.durableSequence >= this.#next.nextSequence;
  }

  #judgeBlock(file: OpenFile, found: Extract<Finding, { type: "block" }>): JournalBlock | null {
    const { path } = file;
    const { offset, header, payload } = found;
    const segment = file.header;
    const broken = this.#breakBeforeBlock(header);
    if (segment === null || broken !== null) {
      const detail = broken ?? "a block without a segment";
      this.#corrupt({ path, offset }, { code: codeOfBreak(header, this.#next), detail });
      return null;
    }
    const effectsBefore = this.#next.chain.effects;
    const last = lastSequence(header);
    const { number: block, checksum, effects, lastAt: at } = header;
    this.#next = {
      nextSequence: eventSequence(last + 1),
      nextSegment: this.#next.nextSegment,
      chain: { block, checksum, effects, at },
    };
    const missed = this.#passMarks(last, checksum);
    if (missed !== null) {
      const detail = `the checkpoint of event ${missed.nextSequence - 1} is of another log`;
      this.#corrupt({ path, offset }, { code: "checkpoint-mismatch", detail });
      return null;
    }
    return { path, offset, segment, header, effectsBefore, payload };
  }

  #breakBeforeBlock(header: BlockHeader): string | null {
    const { nextSequence, chain } = this.#next;
    if (header.number !== chain.block + 1) {
      return `block ${header.number} stands where block ${chain.block + 1} belongs`;
    }
    if (header.firstSequence !== nextSequence) {
      return `event ${header.firstSequence} stands where event ${nextSequence} belongs`;
    }
    if (header.previousChecksum !== chain.checksum) return "a block hangs on another than the last";
    return header.firstAt >= chain.at ? null : "a block goes back in time";
  }

  /** Returns the mark that the log goes past without having been there, or null. */
  #passMarks(last: EventSequence, checksum: number): JournalPosition | null {
    const isPassed = (mark: JournalPosition): boolean => last >= mark.nextSequence - 1;
    const missed = this.#marks.find(
      (mark) =>
        isPassed(mark) && (last !== mark.nextSequence - 1 || checksum !== mark.chain.checksum),
    );
    if (missed !== undefined) return missed;
    if (this.#marks.some(isPassed)) this.#marks = this.#marks.filter((mark) => !isPassed(mark));
    return null;
  }

  // What shows only in a later file is wrong at the first bad place, or where the last file ended.
  #corruptBefore(path: string, problem: JournalProblem): void {
    const doubt = this.#doubt;
    if (doubt === null) {
      return this.#corrupt(this.#end.path === "" ? { path, offset: 0 } : this.#end, problem);
    }
    const detail = `${doubt.problem.detail}, and a later segment follows: ${problem.detail}`;
    this.#corrupt(doubt, { code: doubt.problem.code, detail });
  }

  #corrupt(where: { path: string; offset: number }, problem: JournalProblem): void {
    this.#verdict = this.#corruptAt(where, problem);
  }

  #corruptAt(
    { path, offset }: { path: string; offset: number },
    problem: JournalProblem,
  ): ScanVerdict {
    // The name of a first segment without a header may be of an event before the checkpoint's.
    const named = this.#isAnchored ? null : segmentSequence(path);
    const { nextSequence } = this.#next;
    const sequence = named !== null && named < nextSequence ? named : nextSequence;
    const message = `${path}, byte ${offset}, event ${sequence}: ${problem.detail}`;
    return { type: "corrupt", path, offset, sequence, problem, message };
  }

  #refuse(path: string, problem: JournalProblem): void {
    this.#verdict = { type: "refused", path, problem, message: `${path}: ${problem.detail}` };
  }
}

const sound: JournalProblem = { code: "chain-broken", detail: "a block out of its place" };

const isSameChain = (one: JournalPosition["chain"], other: JournalPosition["chain"]): boolean =>
  one.block === other.block &&
  one.checksum === other.checksum &&
  one.effects === other.effects &&
  one.at === other.at;

const codeOfBreak = (header: BlockHeader, next: JournalPosition): JournalProblemCode =>
  header.firstSequence > next.nextSequence ? "events-missing" : "chain-broken";
