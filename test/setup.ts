/** Runs before each test file: every property draws from the seed of the run. */
import fc from "fast-check";
import { chosenSeed } from "./seed.ts";

fc.configureGlobal({ seed: chosenSeed() });
