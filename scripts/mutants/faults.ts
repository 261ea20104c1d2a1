/** Mutants by hand, each a bug that somebody had, or could well have. */
import { earlyFaultMutants } from "./faults-early.ts";
import { lateFaultMutants } from "./faults-late.ts";
import { promiseMutants } from "./faults-promises.ts";
import type { Mutant } from "./mutant.ts";

export const faultMutants: readonly Mutant[] = [
  ...earlyFaultMutants,
  ...lateFaultMutants,
  ...promiseMutants,
];
