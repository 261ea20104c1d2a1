/** What each piece of work promises. */
import type { Part } from "./check.ts";
import { plantedChanges } from "./planted.ts";
import { rowIds, rows } from "./rows.ts";
import {
  coreNumbers,
  echoNumbers,
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

/** By the name that `npm run accept` takes. */
export const acceptances: Readonly<Record<string, readonly Part[]>> = {
  skeleton: [
    rows(skeletonRows),
    plantedChanges("test/replay/golden/skeleton-v1"),
    coreNumbers,
    replayNumbers,
    simulatorNumbers,
    sessionNumbers,
    echoNumbers,
  ],
};
