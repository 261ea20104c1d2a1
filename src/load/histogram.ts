/**
 * A histogram of times in constant memory: exact below 256 us, and above that in buckets no wider
 * than 1/128 of their value, which is the idea of Gil Tene's HdrHistogram. Percentiles are the
 * upper ends of buckets, so none is ever reported too small.
 */
import { apiRule, invariant } from "../core/kernel/assert.ts";

/** Buckets in each power of two. */
const SUB_BUCKETS = 128;
const SUB_BUCKET_BITS = 7;
/** 2^40 us are twelve days; longer ones count as that long. */
const MAGNITUDES = 40 - SUB_BUCKET_BITS;
const VALUE_MAX = 2 ** 40 - 1;

export class Histogram {
  readonly #counts = new Float64Array((MAGNITUDES + 1) * SUB_BUCKETS);
  #count = 0;
  #max = 0;

  get count(): number {
    return this.#count;
  }

  /** The longest time, exactly; 0 when there is none. */
  get maxMicros(): number {
    return this.#max;
  }

  /** @param micros >= 0; fractions are rounded up */
  record(micros: number): void {
    const value = Math.min(Math.ceil(micros), VALUE_MAX);
    invariant(value >= 0, "a time is not negative", micros);
    const index = bucketOf(value);
    this.#counts[index] = (this.#counts[index] ?? 0) + 1;
    this.#count += 1;
    if (value > this.#max) this.#max = value;
  }

  /**
   * The time that this share of all did not exceed; 0 when there is none.
   *
   * @param share 0 < share <= 1
   */
  percentileMicros(share: number): number {
    apiRule(share > 0 && share <= 1, `a percentile is above 0 and at most 1, not ${share}`);
    let left = Math.ceil(this.#count * share);
    if (left === 0) return 0;
    for (let index = 0; index < this.#counts.length; index += 1) {
      left -= this.#counts[index] ?? 0;
      if (left <= 0) return Math.min(upperEnd(index), this.#max);
    }
    return this.#max;
  }
}

/** Values below 2 * SUB_BUCKETS have a bucket each; above, the width doubles with the magnitude. */
function bucketOf(value: number): number {
  if (value < 2 * SUB_BUCKETS) return value;
  // Above 2^31 `clz32` cannot see: shift by a division, which is exact for a power of two.
  const high = Math.floor(value / 2 ** 16);
  const bits = high === 0 ? 32 - Math.clz32(value) : 48 - Math.clz32(high);
  const magnitude = bits - SUB_BUCKET_BITS - 1;
  return magnitude * SUB_BUCKETS + Math.floor(value / 2 ** magnitude);
}

function upperEnd(index: number): number {
  if (index < 2 * SUB_BUCKETS) return index;
  const magnitude = Math.floor(index / SUB_BUCKETS) - 1;
  const within = index - magnitude * SUB_BUCKETS;
  return (within + 1) * 2 ** magnitude - 1;
}
