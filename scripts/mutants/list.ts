/** All mutants there are, by name. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { faultMutants } from "./faults.ts";
import type { Mutant } from "./mutant.ts";

const drawn = JSON.parse(
  readFileSync(join(import.meta.dirname, "drawn.json"), "utf8"),
) as readonly Mutant[];

export const mutants: readonly Mutant[] = [...drawn, ...faultMutants];

/** @throws Error when there is none of that name */
export function mutantNamed(id: string): Mutant {
  const mutant = mutants.find((one) => one.id === id);
  if (mutant === undefined) throw new Error(`there is no mutant ${id}`);
  return mutant;
}
