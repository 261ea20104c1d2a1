/** Which mutants speak for all of them where all would take too long. */
import { digestStart, digestString, finish } from "../../src/core/kernel/digest.ts";
import type { Mutant } from "./mutant.ts";

/** So many of them, by a hash of their names: nobody chooses. */
export function sampleOf(all: readonly Mutant[], count: number): readonly Mutant[] {
  const rankOf = ({ id }: Mutant): number =>
    finish(digestString(digestStart, `sample/${id}`)) >>> 0;
  const ranked = all.map((mutant) => ({ mutant, rank: rankOf(mutant) }));
  ranked.sort((left, right) => left.rank - right.rank);
  return ranked.slice(0, count).map(({ mutant }) => mutant);
}
