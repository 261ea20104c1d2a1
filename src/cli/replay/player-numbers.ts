/**
 * Other numbers for players. What a feature does with a number it may do by its order or its
 * length, so both stay: a replay under other numbers then goes as it went, unless a feature counts
 * with them.
 *
 * P1. Of two players the one with the lower number has the lower other number.
 * P2. The other number takes as many bytes in a message as the old one.
 * P3. Which number it was cannot be told from it alone; where nearly all numbers of a length are
 *     taken, some players may keep theirs by chance.
 */
import { createHmac } from "node:crypto";

export class PlayerNumbers {
  readonly #others = new Map<number, number>();

  /**
   * @param key any bytes; another key gives other numbers
   * @param numbers of all players, positive integers
   */
  constructor(key: Uint8Array, numbers: Iterable<number>) {
    const byLength = Map.groupBy(
      [...new Set(numbers)].toSorted((a, b) => a - b),
      bytesOf,
    );
    for (const [length, own] of byLength) {
      const others = drawn(key, { length, count: own.length });
      own.forEach((number, index) => this.#others.set(number, others[index] ?? number));
    }
  }

  /** How many players have another number. */
  get size(): number {
    return this.#others.size;
  }

  /** The other number of a player; of whoever is none, the same. */
  of(number: number): number {
    return this.#others.get(number) ?? number;
  }
}

/** Bytes of a protobuf integer: seven bits each. */
function bytesOf(number: number): number {
  let bytes = 1;
  for (let left = Math.floor(number / 128); left > 0; left = Math.floor(left / 128)) bytes += 1;
  return bytes;
}

/** So many different numbers of a length, ascending. */
function drawn(
  key: Uint8Array,
  { length, count }: { readonly length: number; readonly count: number },
): readonly number[] {
  const first = length === 1 ? 1 : 128 ** (length - 1);
  const size = Math.min(128 ** length, Number.MAX_SAFE_INTEGER) - first;
  const found = new Set<number>();
  // Of few numbers that are nearly all taken, those that are not are drawn.
  const isDense = count > size / 2;
  const wanted = isDense ? size - count : count;
  for (let round = 0; found.size < wanted; round += 1) {
    const digest = createHmac("sha256", key).update(`${length}/${round}`).digest();
    const random = digest.readUIntBE(0, 6) * 32 + (digest[6] ?? 0) / 8;
    found.add(first + (Math.floor(random) % size));
  }
  if (!isDense) return [...found].toSorted((a, b) => a - b);
  return Array.from({ length: size }, (_, index) => first + index).filter((n) => !found.has(n));
}
