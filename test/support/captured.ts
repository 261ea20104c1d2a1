/** Holds what was captured on a disk in memory against the journal there. */
import { EdgeReplay, type EdgeDifference } from "../../src/core/host/index.ts";
import { readCapture, type JournalKeys } from "../../src/core/journal/index.ts";
import type { Realm } from "../../src/core/realm/index.ts";
import type { HostDisk } from "./host-disk.ts";
import { journalOf } from "./host-world.ts";

export interface Compared {
  readonly connections: number;
  readonly agreed: number;
  readonly differs: EdgeDifference | null;
}

export function compareEdge(
  disk: HostDisk,
  realm: Pick<Realm, "rules" | "budgets">,
  keys: JournalKeys | null = null,
): Compared {
  const replay = new EdgeReplay(realm);
  let differs: EdgeDifference | null = null;
  const files = [...disk.contents()].filter(([path]) => path.startsWith("capture/"));
  for (const [path, bytes] of files.toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    const read = readCapture(bytes, keys);
    if (!read.ok) throw new Error(`${path}: ${read.problem.detail}`);
    replay.takeFile(read.value);
  }
  for (const { sequence, event } of journalOf(disk, keys)) {
    differs ??= replay.meet(sequence, event);
  }
  differs ??= replay.finish();
  return { connections: replay.connections, agreed: replay.agreed, differs };
}
