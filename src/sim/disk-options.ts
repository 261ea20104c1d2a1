/**
 * What a run's disks are like, and how likely each fault of theirs is.
 *
 * Chances are whole numbers out of a million, times in microseconds.
 */
import { RandomStream } from "../core/kernel/random.ts";
import { seedWords } from "./decisions.ts";
import { rate } from "./drawing.ts";

/** How likely something is, 0..1,000,000. */
type PerMillion = number;

export interface DiskOptions {
  readonly operationMicros: number;
  readonly syncMicros: number;
  /** Of each operation. */
  readonly slowPerMillion: PerMillion;
  readonly slowMaxMicros: number;
  readonly syncFailedPerMillion: PerMillion;
  readonly writeFailedPerMillion: PerMillion;
  /** Of each read and list. */
  readonly readFailedPerMillion: PerMillion;
  /** Of each rename, removal, truncation and sync of a folder. */
  readonly entryFailedPerMillion: PerMillion;
  /** Of each removal, besides. */
  readonly removalFailedPerMillion: PerMillion;
  /** Of each write that is under way when its process dies, that it was made in part. */
  readonly shortPerMillion: PerMillion;
  /** Of each end of a process, that bytes rot until the next one. */
  readonly rotPerMillion: PerMillion;
  /** Of each read, that it gives other bytes. */
  readonly misreadPerMillion: PerMillion;
  /** Of each write of the journal, that it goes elsewhere in it. */
  readonly misdirectedPerMillion: PerMillion;
  /** How often in the run the disk stalls, is full, or can only be read; and for how long. */
  readonly stallsMax: number;
  readonly fullsMax: number;
  readonly readOnlysMax: number;
  readonly spellMaxMicros: number;
  /** What each server keeps back for a full disk, and how long it keeps clients waiting then. */
  readonly reserveBytes: number;
  readonly fullTimeoutMicros: number;
}

/** An honest disk. */
export const calmDisk: DiskOptions = {
  operationMicros: 20,
  syncMicros: 270,
  slowPerMillion: 0,
  slowMaxMicros: 500_000,
  syncFailedPerMillion: 0,
  writeFailedPerMillion: 0,
  readFailedPerMillion: 0,
  entryFailedPerMillion: 0,
  removalFailedPerMillion: 0,
  shortPerMillion: 0,
  rotPerMillion: 0,
  misreadPerMillion: 0,
  misdirectedPerMillion: 0,
  stallsMax: 0,
  fullsMax: 0,
  readOnlysMax: 0,
  spellMaxMicros: 3_000_000,
  reserveBytes: 0,
  fullTimeoutMicros: 30_000_000,
};

export const drawDisk = (random: RandomStream, seed: number): DiskOptions => ({
  operationMicros: random.pick([5, 20, 200]),
  syncMicros: random.pick([100, 270, 3_000]),
  slowPerMillion: rate(random, 20_000),
  slowMaxMicros: random.pick([20_000, 500_000]),
  syncFailedPerMillion: random.chance(3, 4) ? 0 : 1_000,
  writeFailedPerMillion: random.chance(3, 4) ? 0 : 500,
  ...drawDiskTroubles(seed),
  ...drawRemovals(seed),
});

function drawRemovals(seed: number) {
  const random = RandomStream.named(seedWords(seed), "options/disk-removals");
  return {
    removalFailedPerMillion: random.chance(3, 4) ? 0 : random.pick([50_000, 500_000]),
  };
}

/** What happens to bytes on the disk, and to the disk as a whole. */
function drawDiskTroubles(seed: number) {
  // What came later has a stream of its own, so that old seeds stay what they are.
  const random = RandomStream.named(seedWords(seed), "options/disk");
  return {
    readFailedPerMillion: random.chance(3, 4) ? 0 : 5_000,
    entryFailedPerMillion: random.chance(3, 4) ? 0 : 20_000,
    shortPerMillion: rate(random, 1_000_000),
    rotPerMillion: rate(random, 600_000),
    misreadPerMillion: random.chance(3, 4) ? 0 : 30_000,
    misdirectedPerMillion: random.chance(3, 4) ? 0 : random.pick([300, 3_000]),
    stallsMax: random.chance(1, 2) ? 0 : random.between(1, 3),
    fullsMax: random.chance(1, 2) ? 0 : random.between(1, 2),
    readOnlysMax: random.chance(3, 4) ? 0 : 1,
    spellMaxMicros: random.pick([300_000, 2_000_000, 6_000_000]),
    reserveBytes: random.pick([0, 4_096, 65_536]),
    fullTimeoutMicros: random.pick([1_000_000, 30_000_000]),
  };
}
