/**
 * Copies short ranges of bytes. `set` needs a view of the source, which costs more than copying a
 * packet does. A loop takes eight bytes at a time: the engine keeps such a word in a register, and
 * that takes half as long as four at a time and a sixth of one by one.
 */

const nothing = new Uint8Array(0);

/** Makes `DataView`s of arrays that come many times in a row. Keeps the last array alive. */
export class ViewMemo {
  private bytes: Uint8Array = nothing;
  private view: DataView = new DataView(nothing.buffer);

  /** A view with the same offsets as `bytes`. */
  of(bytes: Uint8Array): DataView {
    if (bytes !== this.bytes) {
      this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      this.bytes = bytes;
    }
    return this.view;
  }
}

/**
 * Copies `source[start..end)` to `target[at..)`. The ranges do not overlap.
 *
 * @throws RangeError when a range is outside of its array
 */
export function copyRange(
  target: DataView,
  at: number,
  source: DataView,
  start: number,
  end: number,
): void {
  const length = end - start;
  if (length > loopBytesMax) return copyLong(target, at, source, start, end);
  const ahead = at - start;
  if (length < 8) {
    for (let from = start; from < end; from++) target.setInt8(from + ahead, source.getInt8(from));
    return;
  }
  const last = end - 8;
  for (let from = start; from < last; from += 8) {
    target.setBigInt64(from + ahead, source.getBigInt64(from, true), true);
  }
  // The last eight again in part, which is faster than what is left one by one.
  target.setBigInt64(last + ahead, source.getBigInt64(last, true), true);
}

/** From here on two views and `set` are faster. */
const loopBytesMax = 512;

function copyLong(
  target: DataView,
  at: number,
  source: DataView,
  start: number,
  end: number,
): void {
  const from = new Uint8Array(source.buffer, source.byteOffset + start, end - start);
  new Uint8Array(target.buffer, target.byteOffset + at, end - start).set(from);
}

/** Where the first byte at or after `start` lies that is not zero; `bytes.length` if none is. */
export function zerosEnd(bytes: Uint8Array, start: number): number {
  let at = start;
  for (; at < bytes.length && !isAligned(bytes, at); at++) if (bytes[at] !== 0) return at;
  if (at === bytes.length) return at;
  // Reserved space of a file is megabytes of zeros: four at a time take a quarter of the time.
  const words = wordsOf(bytes, at);
  const rowsEnd = words.length - 7;
  let word = 0;
  while (word < rowsEnd && isRowZero(words, word)) word += 8;
  while (word < words.length && words[word] === 0) word += 1;
  at += 4 * word;
  while (at < bytes.length && bytes[at] === 0) at += 1;
  return at;
}

/** How many bytes there are without the zeros at the end. */
export function contentLength(bytes: Uint8Array): number {
  let end = bytes.length;
  for (; end > 0 && !isAligned(bytes, end); end--) if (bytes[end - 1] !== 0) return end;
  const start = alignedStart(bytes);
  if (end > start) {
    const words = wordsOf(bytes, start);
    let word = (end - start) >> 2;
    while (word >= 8 && isRowZero(words, word - 8)) word -= 8;
    while (word > 0 && words[word - 1] === 0) word -= 1;
    end = start + 4 * word;
  }
  while (end > 0 && bytes[end - 1] === 0) end -= 1;
  return end;
}

/** Whether eight words from `at` on are zeros: one test for eight is twice as fast as eight. */
const isRowZero = (words: Int32Array, at: number): boolean =>
  ((words[at] as number) |
    (words[at + 1] as number) |
    (words[at + 2] as number) |
    (words[at + 3] as number) |
    (words[at + 4] as number) |
    (words[at + 5] as number) |
    (words[at + 6] as number) |
    (words[at + 7] as number)) ===
  0;

const isAligned = ({ byteOffset }: Uint8Array, at: number): boolean =>
  ((byteOffset + at) & 3) === 0;

const alignedStart = (bytes: Uint8Array): number => -bytes.byteOffset & 3;

/** The whole words from `at`, which is aligned, as far as there are any. */
const wordsOf = (bytes: Uint8Array, at: number): Int32Array =>
  new Int32Array(bytes.buffer, bytes.byteOffset + at, Math.max(0, bytes.length - at) >> 2);
