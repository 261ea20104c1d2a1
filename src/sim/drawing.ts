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
