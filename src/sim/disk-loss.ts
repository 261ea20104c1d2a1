/**
 * What a power loss leaves of the bytes that no sync has covered: of each write all, nothing, a
 * beginning or some sectors, whatever became of those before and behind it.
 */
import type { RandomStream } from "../core/kernel/random.ts";
import type { Subject } from "./decisions.ts";
import type { FileContents } from "./disk-damage.ts";
import type { FaultCounters } from "./faults.ts";

/** A change that no sync has covered. */
type Unsynced =
  | { readonly type: "write"; readonly offset: number; readonly length: number }
  | { readonly type: "truncate"; readonly length: number };

export interface File extends FileContents {
  unsynced: Unsynced[];
  /** Writes whose sync failed (F4): they are as unsure as unsynced ones, for ever. */
  forsaken: Unsynced[];
}

const sectorBytes = 512;

/** Decides what the medium got of each change, and makes the file that. */
export function loseUnsynced(file: File, lost: Subject, faults: FaultCounters): void {
  let hasLost = false;
  for (const change of [...file.forsaken, ...file.unsynced]) {
    const isKept =
      change.type === "write"
        ? keepsWrite(file, change, { lost, faults })
        : keepsTruncation(file, change.length, { lost, faults });
    if (isKept && hasLost) faults.hit("disk.reordered");
    hasLost ||= !isKept;
  }
  file.written.become(file.durable);
  file.unsynced = [];
  file.forsaken = [];
}

interface Loss {
  readonly lost: Subject;
  readonly faults: FaultCounters;
}

/** Returns whether the medium got it. */
function keepsTruncation(file: File, length: number, { lost, faults }: Loss): boolean {
  const isLost = lost.next<boolean>(true, (random) => random.chance(1, 2));
  if (isLost) faults.hit("disk.lost");
  else file.durable.truncate(length);
  return !isLost;
}

/** Returns whether the medium got any of it. */
function keepsWrite(
  { written, durable }: File,
  { offset, length }: { readonly offset: number; readonly length: number },
  { lost, faults }: Loss,
): boolean {
  const kept = lost.next<Kept | null>(null, (random) => drawKept(random, length));
  if (kept === "all") {
    durable.copyFrom(written, offset, length);
    return true;
  }
  const isLost = kept === null || kept === "none";
  faults.hit(isLost ? "disk.lost" : "disk.torn");
  if (isLost) return false;
  if (typeof kept === "number") {
    durable.copyFrom(written, offset, Math.min(kept, length));
    return true;
  }
  for (const sector of kept) {
    const from = sector * sectorBytes;
    if (from >= length) continue;
    durable.copyFrom(written, offset + from, Math.min(sectorBytes, length - from));
  }
  return true;
}

/** A number: that many bytes from the beginning. A list: the sectors of these numbers. */
type Kept = "none" | "all" | number | readonly number[];

const drawKept = (random: RandomStream, length: number): Kept => {
  const draw = random.below(4);
  if (draw === 0 || length === 0) return "none";
  if (draw === 1) return "all";
  if (draw === 2) return random.below(length);
  const sectors = Math.ceil(length / sectorBytes);
  return Array.from({ length: sectors }, (_, sector) => sector).filter(() => random.chance(1, 2));
};
