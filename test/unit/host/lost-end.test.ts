import { expect, it } from "vitest";
import type { StartRecord } from "../../../src/core/host/index.ts";
import { HostDisk } from "../../support/host-disk.ts";
import { HostWorld } from "../../support/host-world.ts";

/** Of one journal, over all its starts. */
class Starts implements StartRecord {
  last = 0;
  begins(incarnation: number): void {
    this.last = incarnation;
  }
}

/** Serves once and is killed. */
function served(starts: StartRecord, disk = new HostDisk()): HostWorld {
  const world = new HostWorld({ disk, starts }).start();
  world.connect().echo(Uint8Array.of(1));
  world.settle();
  return world;
}

const warnings = ({ logs }: HostWorld) =>
  logs.filter(({ level, message }) => level === "warn" && message.includes("has lost its end"));

it("[JRN-22] uses no number of a start again whose part of the journal was moved away, and says so", () => {
  const starts = new Starts();
  const first = served(starts).disk.afterCrash();
  const before = new Set(first.contents().keys());
  const second = served(starts, first);
  expect(warnings(second)).toEqual([]);
  expect(second.host.recovered?.incarnation).toBe(2);
  const disk = second.disk.afterCrash();
  for (const path of disk.contents().keys()) if (!before.has(path)) disk.remove(path);
  const third = served(starts, disk);
  expect(third.host.recovered?.incarnation).toBe(3);
  expect(third.host.counters.get("journal_starts_lost_total")).toBe(1);
  expect(warnings(third)).toMatchObject([
    { fields: { lastStart: 2, lastStartKept: 1, lastSequence: expect.any(Number) as number } },
  ]);
  const fourth = served(starts, third.disk.afterCrash());
  expect(fourth.host.recovered?.incarnation).toBe(4);
  expect(warnings(fourth)).toEqual([]);
});

it("[JRN-22] counts a start that has served, and none that died before", () => {
  const starts = new Starts();
  const world = new HostWorld({ starts });
  world.host.start();
  expect(starts.last).toBe(0);
  world.settle();
  expect(world.isListening).toBe(true);
  expect(starts.last).toBe(1);
});

const segmentsOf = (disk: HostDisk) =>
  [...disk.contents().keys()].filter((path) => path.endsWith(".segment"));
const gone = ({ logs }: HostWorld) =>
  logs.filter(({ message }) => message.startsWith("the journal is gone"));

it("[JRN-23] says that a journal is gone of which a checkpoint is left, and from which event on", () => {
  const first = new HostWorld().start();
  first.connect().echo(Uint8Array.of(1));
  first.settle();
  first.host.drain();
  first.settle();
  expect(first.exited?.code).toBe(0);
  const ended = first.disk.afterCrash();
  const checkpoint = [...ended.contents().keys()]
    .map((path) => Number(/(\d+)\.checkpoint/.exec(path)?.[1] ?? 0))
    .reduce((a, b) => Math.max(a, b));
  expect(segmentsOf(ended)).toHaveLength(1);
  const second = served(new Starts(), ended);
  expect(second.host.recovered).toMatchObject({
    lastSequence: checkpoint,
    isJournalMissing: false,
  });
  expect(gone(second)).toEqual([]);
  const disk = second.disk.afterCrash();
  for (const path of segmentsOf(disk)) disk.remove(path);
  const third = served(new Starts(), disk);
  expect(third.exited).toBeNull();
  expect(third.host.recovered).toMatchObject({ lastSequence: checkpoint, isJournalMissing: true });
  expect(third.host.counters.get("journal_missing_total")).toBe(1);
  expect(gone(third)).toMatchObject([{ level: "warn", fields: { checkpoint } }]);
  const fourth = served(new Starts(), third.disk.afterCrash());
  expect(fourth.host.counters.get("journal_missing_total")).toBe(0);
  expect(gone(fourth)).toEqual([]);
});
