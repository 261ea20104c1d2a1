/**
 * Sets of small integers as bits in words: plain data, and walking one in ascending order costs a
 * few instructions for each member and one for each 32 that are missing.
 */

/** Bit `n & 31` of word `n >>> 5` says whether `n` is in the set. */
export type Bits = Uint32Array;

/** An empty set with room for the integers 0..`capacity`-1. */
export const bitsFor = (capacity: number): Bits => new Uint32Array((capacity + 31) >>> 5);

/** @param index 0..capacity-1, as in all of these */
export const hasBit = (bits: Bits, index: number): boolean =>
  (((bits[index >>> 5] as number) >>> (index & 31)) & 1) === 1;

export function setBit(bits: Bits, index: number): void {
  const word = index >>> 5;
  bits[word] = (bits[word] as number) | (1 << (index & 31));
}

export function clearBit(bits: Bits, index: number): void {
  const word = index >>> 5;
  bits[word] = (bits[word] as number) & ~(1 << (index & 31));
}

/** The least member that is at least `from`, or -1. */
export function nextBit(bits: Bits, from: number): number {
  let word = from >>> 5;
  if (word >= bits.length) return -1;
  let rest = (bits[word] as number) & (-1 << (from & 31));
  while (rest === 0) {
    word += 1;
    if (word >= bits.length) return -1;
    rest = bits[word] as number;
  }
  return (word << 5) + lowestBit(rest);
}

/** The least integer that is not in the set and at least `from`, or -1 when there is no room. */
export function nextGap(bits: Bits, from: number): number {
  let word = from >>> 5;
  if (word >= bits.length) return -1;
  let rest = ~(bits[word] as number) & (-1 << (from & 31));
  while (rest === 0) {
    word += 1;
    if (word >= bits.length) return -1;
    rest = ~(bits[word] as number);
  }
  return (word << 5) + lowestBit(rest);
}

/** True when the set has a member. */
export function anyBit(bits: Bits): boolean {
  for (let word = 0; word < bits.length; word += 1) if (bits[word] !== 0) return true;
  return false;
}

/** @param word not 0 */
const lowestBit = (word: number): number => 31 - Math.clz32(word & -word);
