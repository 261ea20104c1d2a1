/**
 * Copies short ranges of bytes. `set` needs a view of the source, which costs more than copying a
 * packet does; a loop over bytes takes three times as long as one over words.
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
  if (end - start > loopBytesMax) return copyLong(target, at, source, start, end);
  const ahead = at - start;
  const wordsEnd = end - 3;
  let from = start;
  for (; from < wordsEnd; from += 4) {
    target.setInt32(from + ahead, source.getInt32(from, true), true);
  }
  for (; from < end; from++) target.setInt8(from + ahead, source.getInt8(from));
}

/** From here on two views and `set` are faster. */
const loopBytesMax = 256;

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
