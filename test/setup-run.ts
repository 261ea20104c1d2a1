/** Runs once around all tests: prints the seed before them, and after them where it can be found. */
import { chosenSeed, seedLine } from "./seed.ts";

export function setup(): () => void {
  const line = seedLine(chosenSeed());
  console.log(line);
  return () => {
    console.log(line);
  };
}
