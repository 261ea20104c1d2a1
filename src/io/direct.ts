/**
 * Appends to a file past the page cache (O_DIRECT, O_DSYNC): the bytes go to the disk from where
 * they stand and are durable when the call returns. The page cache would take a fresh page for
 * each page of a journal that nobody reads again; on a virtual machine such a page may cost more
 * than all else that is done for what is in it.
 *
 * A disk takes whole pages only, from memory that begins on one:
 *
 *     | kept page so far | bytes ........... | zeros | zeros ahead ... |
 *     ^ page             ^ offset                    ^ page            ^ page
 *
 * 1. Only behind what was written last, or at the beginning of a page: nothing else is known of
 *    the page that has to be written with it.
 * 2. What stands behind the bytes is zeros afterwards, to the end of the page at least. So this is
 *    only for files whose owner has said that he reserves the space.
 * 3. One write at a time: the memory is used again for each.
 */
import fs from "node:fs";

const pageBytes = 4_096;
/** The longest append; a journal's blocks are shorter. */
const areaBytes = 1_536 * 1_024;
/** Zeros are written from the same memory again and again. */
const zeroBytes = 256 * 1_024;
const memoryBytes = areaBytes + zeroBytes;

/** Missing where the platform has no such thing. */
const { O_DIRECT, O_DSYNC, O_WRONLY } = fs.constants;
export const directFlags: number | null =
  Number.isInteger(O_DIRECT) && Number.isInteger(O_DSYNC) ? O_WRONLY | O_DIRECT | O_DSYNC : null;

/** The page in which a file's written bytes end. */
export interface Edge {
  /** Where the written bytes end. */
  readonly end: number;
  /** From the page's beginning to `end`. */
  readonly bytes: Uint8Array;
}

/** The edge after `bytes` were written at `offset`; null when the page is not known. */
export function edgeAfter(edge: Edge | null, offset: number, bytes: Uint8Array): Edge | null {
  const end = offset + bytes.length;
  const inPage = end % pageBytes;
  if (inPage <= bytes.length) return { end, bytes: bytes.slice(bytes.length - inPage) };
  if (edge?.end !== offset) return null;
  const joined = new Uint8Array(inPage);
  joined.set(edge.bytes);
  joined.set(bytes, inPage - bytes.length);
  return { end, bytes: joined };
}

export class DirectWriter {
  // A buffer that could grow has pages of its own, so it begins on one.
  readonly #memory = new Uint8Array(new ArrayBuffer(memoryBytes, { maxByteLength: memoryBytes }));
  readonly #zeros = this.#memory.subarray(areaBytes);
  #isBusy = false;

  /** Whether `append` may be called. */
  takes(edge: Edge | null, offset: number, length: number): boolean {
    const isPlaced = offset % pageBytes === 0 || edge?.end === offset;
    return isPlaced && !this.#isBusy && length + 2 * pageBytes <= areaBytes;
  }

  /**
   * Writes `bytes` at `offset` and at least `zerosBehind` zeros behind them. `isWhole` is false
   * when the disk took only a part: the caller then writes all of it in another way.
   */
  append(
    descriptor: number,
    edge: Edge | null,
    { offset, bytes, zerosBehind }: { offset: number; bytes: Uint8Array; zerosBehind: number },
    written: (error: NodeJS.ErrnoException | null, isWhole: boolean) => void,
  ): void {
    const memory = this.#memory;
    const inPage = offset % pageBytes;
    if (inPage > 0 && edge !== null) memory.set(edge.bytes);
    memory.set(bytes, inPage);
    const used = inPage + bytes.length;
    const length = Math.ceil(used / pageBytes) * pageBytes;
    memory.fill(0, used, length);
    const pieces = [memory.subarray(0, length)];
    let ahead = Math.ceil((used + zerosBehind) / pageBytes) * pageBytes - length;
    const total = length + ahead;
    for (; ahead > 0; ahead -= zeroBytes) pieces.push(this.#zeros.subarray(0, ahead));
    this.#isBusy = true;
    fs.writev(descriptor, pieces, offset - inPage, (error, count) => {
      this.#isBusy = false;
      written(error, count === total);
    });
  }
}
