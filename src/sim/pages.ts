/**
 * The bytes of a simulated file, in pages: a preallocated segment of 64 MiB costs nothing until it
 * is written, and two versions of a file share the pages in which they agree.
 *
 * P1. A page is changed only by the one file that holds it alone; otherwise it is copied first.
 * P2. What was never written reads as zeros, and so does what lies behind a file's end.
 */
import { copied, newBytes } from "./bytes.ts";

const pageBytes = 4_096;

interface Page {
  readonly bytes: Uint8Array;
  isShared: boolean;
}

export class Pages {
  /** Of the file. */
  length = 0;
  #pages = new Map<number, Page>();

  /** Where the last byte lies that may be another than zero; at most `length`. */
  get contentEnd(): number {
    let last = -1;
    for (const index of this.#pages.keys()) last = Math.max(last, index);
    return Math.min(this.length, (last + 1) * pageBytes);
  }

  /** Fewer bytes than asked for only at the end of the file. They belong to the caller. */
  read(offset: number, length: number): Uint8Array {
    const count = Math.max(0, Math.min(length, this.length - offset));
    const bytes = newBytes(count);
    this.#eachPart(offset, count, (index, from, size, done) => {
      const page = this.#pages.get(index);
      if (page !== undefined) bytes.set(page.bytes.subarray(from, from + size), done);
    });
    return bytes;
  }

  write(offset: number, bytes: Uint8Array): void {
    this.#eachPart(offset, bytes.length, (index, from, size, done) => {
      this.#own(index).set(bytes.subarray(done, done + size), from);
    });
    // No bytes lengthen no file, wherever they are written.
    if (bytes.length > 0) this.length = Math.max(this.length, offset + bytes.length);
  }

  /** The same as writing so many zeros, but whole pages of them cost nothing. */
  writeZeros(offset: number, length: number): void {
    this.#eachPart(offset, length, (index, from, size) => {
      if (size === pageBytes) this.#pages.delete(index);
      else if (this.#pages.has(index)) this.#own(index).fill(0, from, from + size);
    });
    this.length = Math.max(this.length, offset + length);
  }

  truncate(length: number): void {
    if (length < this.length) {
      const first = Math.ceil(length / pageBytes);
      for (const index of this.#pages.keys()) if (index >= first) this.#pages.delete(index);
      const rest = length % pageBytes;
      if (rest > 0 && this.#pages.has(first - 1)) this.#own(first - 1).fill(0, rest);
    }
    this.length = length;
  }

  /** Takes over a span of another file's bytes. */
  copyFrom(other: Pages, offset: number, length: number): void {
    const count = Math.max(0, Math.min(length, other.length - offset));
    const endsBoth = offset + count === other.length && other.length >= this.length;
    this.#eachPart(offset, count, (index, from, size, done) => {
      const theirs = other.#pages.get(index);
      const isWhole = size === pageBytes || (endsBoth && done + size === count);
      if (from === 0 && isWhole) {
        this.#share(index, theirs);
      } else if (theirs === undefined && !this.#pages.has(index)) {
        // Zeros on both sides.
      } else {
        const bytes = theirs?.bytes.subarray(from, from + size) ?? new Uint8Array(size);
        this.#own(index).set(bytes, from);
      }
    });
    if (count > 0) this.length = Math.max(this.length, offset + count);
  }

  /** Becomes the same file as `other`; both can change on. */
  become(other: Pages): void {
    this.length = other.length;
    this.#pages = new Map();
    for (const [index, page] of other.#pages) this.#share(index, page);
  }

  #share(index: number, page: Page | undefined): void {
    if (page === undefined) {
      this.#pages.delete(index);
      return;
    }
    page.isShared = true;
    this.#pages.set(index, page);
  }

  #own(index: number): Uint8Array {
    const page = this.#pages.get(index);
    if (page !== undefined && !page.isShared) return page.bytes;
    const bytes = page === undefined ? newBytes(pageBytes) : copied(page.bytes);
    this.#pages.set(index, { bytes, isShared: false });
    return bytes;
  }

  #eachPart(
    offset: number,
    length: number,
    visit: (index: number, from: number, size: number, done: number) => void,
  ): void {
    let done = 0;
    while (done < length) {
      const at = offset + done;
      const from = at % pageBytes;
      const size = Math.min(pageBytes - from, length - done);
      visit(Math.floor(at / pageBytes), from, size, done);
      done += size;
    }
  }
}
