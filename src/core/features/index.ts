/** The features that every server has, in the order in which the realm composes them. */
import type { Feature } from "../realm/index.ts";
import { echo } from "./echo/feature.ts";
import { heartbeat } from "./heartbeat/feature.ts";
import { session } from "./session/feature.ts";

export const builtinFeatures: readonly Feature[] = [session, heartbeat, echo];
