/** Draws that options are made for: any limit is a legal one, also 0. */
import type { RandomStream } from "../core/kernel/random.ts";

/** True in so many of a million cases. */
export const strikes = (random: RandomStream, perMillion: number): boolean =>
  random.chance(Math.min(Math.max(perMillion, 0), 1_000_000), 1_000_000);

/** An integer, 0..limit-1; 0 when there is none. Not exactly fair above 2^32, as befits a fault. */
export const below = (random: RandomStream, limit: number): number =>
  limit < 1 ? 0 : Math.min(limit - 1, Math.floor(random.unit() * limit));

/** An integer, -most..most. */
export const within = (random: RandomStream, most: number): number =>
  below(random, 2 * most + 1) - most;

/** The nearest of -most..most. A plan may say more than could be drawn. */
export const clipped = (value: number, most: number): number =>
  Math.min(Math.max(value, -most), most);

/** Off in half of the seeds, otherwise up to `most`, with small rates as likely as large ones. */
export const rate = (random: RandomStream, mostPerMillion: number): number => {
  if (random.chance(1, 2)) return 0;
  return Math.max(1, Math.floor(mostPerMillion / (1 << random.below(8))));
};
