/** The seed of a test run: the one given by `REPRISE_SEED`, or a fresh one. */

/** @returns an integer of 32 bits, as fast-check takes it */
export function chosenSeed(given: string | undefined = process.env["REPRISE_SEED"]): number {
  if (given === undefined || given === "") return Math.floor(Math.random() * 2 ** 31);
  const seed = Number(given);
  if (!Number.isInteger(seed) || seed !== (seed | 0)) {
    throw new Error(`REPRISE_SEED must be an integer of 32 bits, not "${given}"`);
  }
  return seed;
}

/** The line that every run prints, and without which CI fails. */
export const seedLine = (seed: number): string =>
  `seed ${String(seed)}, repeated by: REPRISE_SEED=${String(seed)} npm test`;
