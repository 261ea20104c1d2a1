/** Runs once around all tests: prints the seed before them, and again after them. */
import { chosenSeed, seedLine } from "./seed.ts";

export function setup(): () => void {
  const line = seedLine(chosenSeed());
  console.log(line);
  return () => {
    console.log(line);
  };
}
