/** What the servers of a game with campfires are composed of, by role: `--features` takes this. */
import { featuresOf, gameFeatures } from "reprise";
import type { Feature, FeatureRole } from "reprise";
import { campfire } from "./campfire.ts";

export const features = (role: FeatureRole): readonly Feature[] =>
  role === "game" ? [...gameFeatures, campfire] : featuresOf(role);
