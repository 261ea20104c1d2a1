/** The features of crash rounds, as a module for the server and for its follower's thread. */
import { gameFeatures } from "../../src/core/features/index.ts";
import type { Feature } from "../../src/core/realm/index.ts";
import { firstLedger } from "../../src/sim/upgrade/ledger.ts";

export const features: readonly Feature[] = [...gameFeatures, firstLedger];
