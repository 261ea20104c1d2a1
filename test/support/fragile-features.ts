/** The built-in features and the fragile one, as a module that a follower's thread can load. */
import { builtinFeatures } from "../../src/core/features/index.ts";
import { fragile } from "./fragile.ts";

export const features = [...builtinFeatures, fragile];
