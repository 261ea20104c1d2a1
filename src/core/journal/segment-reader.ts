/**
 * Takes one segment file apart, whatever state it is in: bytes in, findings out. It knows the file
 * only; whether what it finds fits the rest of the log is the scanner's to judge.
 *
 *     head -> blocks -> blank -> search        (each arrow at most once, any may be none; see G1)
 *
 * - head: the file's header is awaited. blocks: each block follows on the one before.
 * - blank: nothing but zeros since the last block, as in a file whose space was reserved.
 * - search: something that is no block stood where one should. From here on every byte could begin
 *   a later block, which would prove that the bad place once was good.
 *
 * G1. `damage` is found at most once in a file, and only there does the search begin. It ends only
 *     at the block that the reader was told to go on from; behind it `damage` may come once more.
 * G2. What the search finds carries the salt of the segment. If that is lost with the header, it
 *     must be whole, and the scanner asks for more.
 * G3. At most one block and one chunk are held in memory.
 * G4. What is damaged is told from what is encrypted: checksums are looked at first, and need no
 *     key. A segment whose key is missing is not taken apart at all.
 * G5. A block that is whole in one chunk is a view of it. Only one that stands in two is copied:
 *     copying all would cost as much as the checksums.
 */
import { apiRule } from "../kernel/assert.ts";
import { contentLength, zerosEnd } from "../kernel/bytes.ts";
import type { Aead } from "../kernel/crypto.ts";
import { isBlockMagic, openBlock, readBlockHeader } from "./block.ts";
import type { Checksum } from "./checksum.ts";
import {
  blockHeaderBytes,
  fileHeadBytes,
  headBodyBytesMax,
  type BlockHeader,
  type JournalProblem,
  type SegmentHeader,
} from "./format.ts";
import { keyOf, type JournalKeys } from "./keys.ts";
import { readSegmentHeader } from "./segment-header.ts";

/** In the order of the file. */
export type Finding =
  | { readonly type: "header"; readonly header: SegmentHeader }
  | {
      readonly type: "block";
      readonly offset: number;
      readonly header: BlockHeader;
      readonly payload: Uint8Array;
    }
  | { readonly type: "damage"; readonly offset: number; readonly problem: JournalProblem }
  /** The header of a block behind the damage; `isWhole` when its batch is sound, too. */
  | {
      readonly type: "stray";
      readonly offset: number;
      readonly header: BlockHeader;
      readonly isWhole: boolean;
    }
  /** The search is over: what the file has from `offset` on follows on the `ResumePoint`. */
  | { readonly type: "resumed"; readonly offset: number };

/** A block behind which a file may be read on, whatever is damaged before it. */
export interface ResumePoint {
  readonly block: number;
  readonly checksum: number;
}

type State = "head" | "blocks" | "blank" | "search";

export class SegmentReader {
  readonly #checksum: Checksum;
  readonly #keys: JournalKeys | null;
  /** Null once it is passed. */
  #resume: ResumePoint | null;
  /** Of an encrypted segment. */
  #cipher: Aead | null = null;
  #state: State = "head";
  #header: SegmentHeader | null = null;
  #found: Finding[] = [];
  /** Length of the file. */
  #fileBytes: number;
  /** Where the last sound block ends; 0 before the first. */
  #blocksEnd = 0;
  /** Where the zeros begin. */
  #blankStart = 0;
  /** Behind the last byte that is not zero. */
  #contentEnd = 0;
  /** What is not taken yet, and where in the file it begins. */
  #pieces: Uint8Array[] = [];
  #piecesBytes = 0;
  #offset = 0;
  /** So many bytes, the held ones included, until there is anything to do. */
  #needed: number;

  /**
   * @param fileBytes the length of the file, all of which will be fed
   * @param resume where a search may end; null: nowhere
   */
  constructor(
    fileBytes: number,
    checksum: Checksum,
    keys: JournalKeys | null,
    resume: ResumePoint | null,
  ) {
    this.#checksum = checksum;
    this.#keys = keys;
    this.#resume = resume;
    this.#fileBytes = fileBytes;
    this.#needed = Math.min(fileBytes, fileHeadBytes + headBodyBytesMax);
  }

  /** Where the last sound block ends; 0 when the file has none. */
  get blocksEnd(): number {
    return this.#blocksEnd;
  }

  /** Bytes behind the last sound block, without zeros at the end: those are reserved space. */
  get tailBytes(): number {
    return Math.max(0, this.#contentEnd - this.#blocksEnd);
  }

  /** Behind the last byte that is not zero. */
  get contentEnd(): number {
    return this.#contentEnd;
  }

  /** As announced, or as it turned out to be. */
  get fileBytes(): number {
    return this.#fileBytes;
  }

  /** @param chunk the next bytes of the file. Kept: findings are views of it. */
  feed(chunk: Uint8Array): readonly Finding[] {
    const content = contentLength(chunk);
    if (content > 0) this.#contentEnd = this.#offset + this.#piecesBytes + content;
    this.#pieces.push(plainBytes(chunk));
    this.#piecesBytes += chunk.length;
    const fed = this.#offset + this.#piecesBytes;
    apiRule(fed <= this.#fileBytes, "a segment is longer than it was announced");
    this.#found = [];
    while (this.#piecesBytes >= this.#needed && this.#takeFrom(this.#ready()));
    return this.#found;
  }

  /** The file is longer by now; where it ended before, a block ended. All of it will be fed. */
  extend(fileBytes: number): void {
    apiRule(fileBytes >= this.#fileBytes, "a segment grows");
    this.#fileBytes = fileBytes;
    this.#needed = 1;
  }

  /** The file has ended, at the latest where it was announced to. */
  end(): readonly Finding[] {
    this.#fileBytes = this.#offset + this.#piecesBytes;
    this.#found = [];
    this.#takeFrom(this.#join(this.#piecesBytes));
    const findings = this.#found;
    // A segment's header and first block are one write, so a header alone is a write that was torn.
    if (this.#header !== null && this.#blocksEnd === 0 && this.#state !== "search") {
      return [...findings, damage(0, "it ends before its first block")];
    }
    return findings;
  }

  /** What is to be looked at next. Only what stands in two pieces is copied, see G5. */
  #ready(): Uint8Array {
    const first = this.#pieces[0];
    if (this.#state === "search") return this.#join(this.#piecesBytes);
    return first !== undefined && first.length >= this.#needed ? first : this.#join(this.#needed);
  }

  /** Takes what it can. False when more bytes than there are must come first. */
  #takeFrom(bytes: Uint8Array): boolean {
    let at = 0;
    for (;;) {
      const next = this.#advance(bytes, at);
      if (next === null) break;
      at = next;
    }
    this.#drop(at);
    return at > 0 || this.#needed > bytes.length;
  }

  #drop(count: number): void {
    this.#offset += count;
    this.#piecesBytes -= count;
    let left = count;
    for (let [first] = this.#pieces; first !== undefined && left > 0; [first] = this.#pieces) {
      if (first.length > left) this.#pieces[0] = first.subarray(left);
      else this.#pieces.shift();
      left -= Math.min(left, first.length);
    }
  }

  /** The first so many bytes of what is held. */
  #join(count: number): Uint8Array {
    const first = this.#pieces[0];
    if (first !== undefined && first.length === count) return first;
    const bytes = new Uint8Array(count);
    let at = 0;
    for (const piece of this.#pieces) {
      if (at === count) break;
      bytes.set(piece.length > count - at ? piece.subarray(0, count - at) : piece, at);
      at = Math.min(count, at + piece.length);
    }
    return bytes;
  }

  /** Takes one thing at `at`. Returns where the next begins, or null to wait for more bytes. */
  #advance(bytes: Uint8Array, at: number): number | null {
    switch (this.#state) {
      case "head":
        return this.#takeHead(bytes);
      case "blocks":
        return this.#takeBlock(bytes, at);
      case "blank":
        return this.#passZeros(bytes, at);
      case "search":
        return this.#searchOn(bytes, at);
    }
  }

  #takeHead(bytes: Uint8Array): number | null {
    if (bytes.length < this.#needed && this.#offset + bytes.length < this.#fileBytes) return null;
    if (isZero(bytes, 0, Math.min(bytes.length, fileHeadBytes))) return this.#enterBlank(0, 0);
    const head = readSegmentHeader(bytes, this.#checksum);
    if (!head.ok) return this.#enterSearch({ offset: 0, problem: head.problem }, 0);
    const { header, bytes: headBytes } = head.value;
    if (header.sealing !== null) {
      const key = keyOf(this.#keys, header.sealing);
      if (typeof key === "string") {
        const problem: JournalProblem = { code: "key-missing", detail: key };
        return this.#enterSearch({ offset: 0, problem }, 0);
      }
      this.#cipher = key.cipherOf(bytes.subarray(0, headBytes));
    }
    this.#header = header;
    this.#found.push({ type: "header", header });
    this.#state = "blocks";
    return headBytes;
  }

  #takeBlock(bytes: Uint8Array, at: number): number | null {
    const offset = this.#offset + at;
    const fileLeft = this.#fileBytes - offset;
    if (fileLeft === 0) return null;
    if (this.#lacks(bytes, at, Math.min(fileLeft, blockHeaderBytes))) return null;
    if (bytes[at] === 0) return this.#enterBlank(offset, at);
    if (fileLeft < blockHeaderBytes) return this.#spoilt(offset, at, "it ends within a header");
    const header = readBlockHeader(bytes, at, this.#checksum);
    if (header === null) return this.#spoilt(offset, at, "a header's checksum does not fit");
    if (!this.#isOfThisSegment(header))
      return this.#spoilt(offset, at, "an old block stands there");
    const length = blockHeaderBytes + header.payloadBytes;
    if (fileLeft < length) return this.#spoilt(offset, at, "it ends within a block");
    if (this.#lacks(bytes, at, length)) return null;
    if (!this.#isSound(bytes, at, header)) {
      return this.#spoilt(offset, at, "a block's checksum does not fit");
    }
    const payload =
      this.#cipher === null
        ? bytes.subarray(at + blockHeaderBytes, at + length)
        : openBlock(bytes, at, header, this.#cipher);
    if (payload === null) return this.#enterSearch({ offset, problem: forged }, at);
    this.#found.push({ type: "block", offset, header, payload });
    this.#blocksEnd = offset + length;
    if (this.#resume !== null && header.number >= this.#resume.block) this.#resume = null;
    return at + length;
  }

  #passZeros(bytes: Uint8Array, at: number): number | null {
    const to = zerosEnd(bytes, at);
    if (to < bytes.length)
      return this.#spoilt(this.#blankStart, to, "zeros stand before something");
    this.#needed = 1;
    return to === at ? null : to;
  }

  #searchOn(bytes: Uint8Array, at: number): number | null {
    let to = at;
    while (to + blockHeaderBytes <= bytes.length && !isBlockMagic(bytes, to)) to += 1;
    if (to + blockHeaderBytes > bytes.length) {
      this.#needed = bytes.length - to + 1;
      return to === at ? null : to;
    }
    const header = readBlockHeader(bytes, to, this.#checksum);
    if (header === null || !this.#isOfThisSegment(header)) return to + 1;
    const offset = this.#offset + to;
    const length = blockHeaderBytes + header.payloadBytes;
    const isInFile = offset + length <= this.#fileBytes;
    if (isInFile && this.#lacks(bytes, to, length)) return to === at ? null : to;
    const isWhole = isInFile && this.#isSound(bytes, to, header);
    if (isWhole) {
      const on = this.#resumeAt(header, to, length);
      if (on !== null) return on;
    }
    this.#found.push({ type: "stray", offset, header, isWhole });
    return to + 1;
  }

  /** Where blocks go on: behind the block of the resume point, or at the next. Null elsewhere. */
  #resumeAt(
    { number, checksum, previousChecksum }: BlockHeader,
    at: number,
    length: number,
  ): number | null {
    const point = this.#resume;
    // Without the segment's header nobody knows whose blocks these are.
    if (point === null || this.#header === null) return null;
    const isItself = number === point.block && checksum === point.checksum;
    const isNext = number === point.block + 1 && previousChecksum === point.checksum;
    if (!isItself && !isNext) return null;
    const on = isItself ? at + length : at;
    this.#resume = null;
    this.#state = "blocks";
    this.#blocksEnd = this.#offset + on;
    this.#found.push({ type: "resumed", offset: this.#blocksEnd });
    return on;
  }

  /** True when bytes are still to come; says how many are needed. */
  #lacks(bytes: Uint8Array, at: number, length: number): boolean {
    this.#needed = length;
    return bytes.length - at < length;
  }

  #isOfThisSegment(block: BlockHeader): boolean {
    const own = this.#header;
    if (own === null) return true;
    const isSalted = block.salt[0] === own.salt[0] && block.salt[1] === own.salt[1];
    return isSalted && block.segment === own.segment;
  }

  #isSound(bytes: Uint8Array, at: number, header: BlockHeader): boolean {
    const start = at + blockHeaderBytes;
    return this.#checksum(bytes, start, start + header.payloadBytes, 0) === header.payloadChecksum;
  }

  #enterBlank(offset: number, at: number): number {
    this.#state = "blank";
    this.#blankStart = offset;
    return at;
  }

  #spoilt(offset: number, at: number, detail: string): number {
    const { problem } = damage(offset, detail);
    return this.#enterSearch({ offset, problem }, at);
  }

  #enterSearch(where: { offset: number; problem: JournalProblem }, at: number): number {
    this.#state = "search";
    this.#found.push({ type: "damage", ...where });
    return at;
  }
}

const forged: JournalProblem = {
  code: "content-malformed",
  detail: "a block is not what its key has sealed: its checksums fit, and its bytes were changed",
};

const damage = (offset: number, detail: string): Extract<Finding, { type: "damage" }> => ({
  type: "damage",
  offset,
  problem: { code: "block-damaged", detail },
});

const isZero = (bytes: Uint8Array, start: number, end: number): boolean => {
  for (let at = start; at < end; at += 1) if (bytes[at] !== 0) return false;
  return true;
};

// A platform's own kind of byte array would hand its kind on to every event, and its `subarray`
// may be slower; plain data does not know it at all.
const plainBytes = (bytes: Uint8Array): Uint8Array =>
  Object.getPrototypeOf(bytes) === Uint8Array.prototype
    ? bytes
    : new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
