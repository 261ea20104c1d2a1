/** What each piece of work promises. */
import type { Part } from "./check.ts";
import {
  crashTable,
  followerAndContainment,
  journalCosts,
  journalRates,
  longJournal,
} from "./journal-numbers.ts";
import { plantedChanges } from "./planted.ts";
import { stormNumbers, walkNumbers, worldNumbers } from "./players-numbers.ts";
import { rowIds, rows } from "./rows.ts";
import {
  canaryRings,
  determinismHolds,
  exhaustiveCorners,
  faultsStrike,
  mutantsCaught,
  simulatorSpeeds,
} from "./simulator-numbers.ts";
import {
  coreNumbers,
  echoNumbers,
  fullHouse,
  replayNumbers,
  sessionNumbers,
  simulatorNumbers,
} from "./skeleton-numbers.ts";

const skeletonRows = [
  ...rowIds("WIRE", [1, 6], [8, 10], [12, 14]),
  ...rowIds("HND", [1, 4], 6),
  ...rowIds("SES", [1, 7], [9, 14], 16),
  ...rowIds("SMG", [1, 5], 8, 9, 11),
  ...rowIds("NET", [1, 4], 6, [8, 12], [14, 16], 21),
  ...rowIds("TLS", [1, 6], 8),
  ...rowIds("MON", 1, 3, 4),
  ...rowIds("NMT", 4, 18, 19),
  ...rowIds("TST", [1, 8], 10, 11),
  ...rowIds("PIT", 1, 3, 5),
  ...rowIds("QLT", 14, 16),
];

const playersRows = [
  ...rowIds("PKT", [1, 11], [19, 23]),
  ...rowIds("WIRE", 11),
  ...rowIds("AUTH", [1, 18], 20, 21),
  ...rowIds("SES", 8, 17),
  ...rowIds("SMG", 6, 7, 10),
  ...rowIds("LOOP", [1, 3], [5, 9]),
  ...rowIds("SYNC", [1, 5], 7, 8),
  ...rowIds("GAME", 1, 2, 8),
];

const simulatorRows = [
  ...rowIds("TST", 6, [10, 11], 13),
  ...rowIds("SES", 9),
  ...rowIds("SMG", 4),
  ...rowIds("WIRE", 6),
];

const journalRows = [
  ...rowIds("JRN", [1, 24]),
  ...rowIds("CAP", [1, 4]),
  ...rowIds("RPL", [1, 8]),
  ...rowIds("DB", 7),
  ...rowIds("DIST", 3),
  ...rowIds("QLT", [10, 12]),
  ...rowIds("TST", 13),
];

/** By the name that `npm run accept` takes. */
export const acceptances: Readonly<Record<string, readonly Part[]>> = {
  skeleton: [
    rows(skeletonRows),
    plantedChanges("test/replay/golden/skeleton-v1"),
    coreNumbers,
    replayNumbers,
    simulatorNumbers,
    sessionNumbers,
    fullHouse,
    echoNumbers,
  ],
  players: [rows(playersRows), worldNumbers, walkNumbers, stormNumbers],
  simulator: [
    rows(simulatorRows),
    canaryRings,
    exhaustiveCorners,
    determinismHolds,
    faultsStrike,
    simulatorSpeeds,
    mutantsCaught,
  ],
  journal: [
    rows(journalRows),
    journalRates,
    journalCosts,
    longJournal,
    followerAndContainment,
    crashTable,
    faultsStrike,
  ],
};
