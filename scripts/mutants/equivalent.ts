/** Mutants that were drawn and that nobody can see, each with the reason. */
import type { Mutant } from "./mutant.ts";

export const equivalents: readonly (Pick<Mutant, "file" | "from" | "to"> & {
  readonly why: string;
})[] = [];
