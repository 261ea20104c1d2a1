import { describe, expect, it } from "vitest";
import type { HostConfig } from "../../../src/core/host/index.ts";
import { JournalScanner } from "../../../src/core/journal/index.ts";
import type { HostWorld } from "../../support/host-world.ts";
import {
  checkpointsOf,
  count,
  damage,
  following,
  play,
  segmentsOf,
} from "../../support/following-world.ts";

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);

describe("retention", () => {
  const small: Partial<HostConfig> = { blockBytesMax: 1_000, segmentBytesMax: 2_000 };

  it("[JRN-15] deletes whole segments above the size, and what is left recovers after any crash", () => {
    const world = following({ config: { ...small, journalKeepBytes: 1 } });
    for (let round = 0; round < 30; round += 1) {
      play(world, 12);
      const names = segmentsOf(world);
      expect(names.length).toBeLessThan(12);
      const again = following({ disk: world.disk.afterPowerLoss(() => 0) });
      expect(again.exited?.message).toBeUndefined();
      expect(again.host.recovered?.lastSequence).toBeGreaterThan(
        count(world, "journal_sequence") - 5,
      );
    }
    const deleted = count(world, "journal_deleted_segments_total");
    expect(deleted).toBeGreaterThan(5);
    // Of segments that are no longer than that; checkpoints that went with them are longer.
    expect(count(world, "journal_deleted_bytes_total")).toBeGreaterThan(deleted * 1_000);
  });

  it("[JRN-15] keeps what recovery needs when the newest checkpoint is damaged", () => {
    const world = following({ config: { ...small, journalKeepBytes: 1 } });
    play(world, 200);
    expect(count(world, "journal_deleted_segments_total")).toBeGreaterThan(2);
    const disk = world.disk.afterCrash();
    damage(disk, checkpointsOf(world).at(-1) ?? "");
    const again = following({ disk });
    expect(again.exited?.message).toBeUndefined();
    expect(again.host.recovered?.events).toBeGreaterThan(0);
  });

  it("says what is missing when no checkpoint is left to go on from", () => {
    const world = following({ config: { ...small, journalKeepBytes: 1 } });
    play(world, 200);
    const disk = world.disk.afterCrash();
    for (const path of checkpointsOf(world)) damage(disk, path);
    const again = following({ disk });
    expect(again.exited?.code).toBe(1);
    expect(again.exited?.message).toMatch(/^no sound checkpoint is left \(\d are damaged\)/);
  });

  it("deletes by age, and nothing that is younger", () => {
    const world = following({ config: { ...small, journalKeepMs: 60_000 } });
    play(world, 300);
    expect(count(world, "journal_deleted_segments_total")).toBe(0);
    play(world, 600);
    expect(count(world, "journal_deleted_segments_total")).toBeGreaterThan(0);
    // Ninety seconds and a bit of it are in the past.
    const deleted = count(world, "journal_deleted_segments_total");
    expect(deleted).toBeLessThan((deleted + segmentsOf(world).length) / 2);
  });

  /** The segments that are there begin each where the one before it ended. */
  const wholeFrom = (world: HostWorld): string => {
    const scanner = new JournalScanner({ after: "anything" });
    for (const path of segmentsOf(world).toSorted()) {
      const content = world.disk.contents().get(path) ?? bytes();
      scanner.begin(path, content.length);
      scanner.feed(content);
      scanner.endOfFile();
    }
    return scanner.finish().type;
  };

  it.each(["EIO", "EROFS", "EACCES", "EBUSY"])(
    "[JRN-21] stops at what cannot be deleted (%s), tells it once, and tries it again",
    (code) => {
      const world = following({ config: { ...small, journalKeepBytes: 1 } });
      play(world, 100);
      const [oldest] = segmentsOf(world).toSorted();
      const deleted = count(world, "journal_deleted_segments_total");
      expect(deleted).toBeGreaterThan(0);
      world.disk.refusal = (operation) =>
        operation.type === "remove" && operation.path === oldest ? code : null;
      play(world, 100);
      expect(segmentsOf(world)).toContain(oldest);
      expect(wholeFrom(world)).toBe("clean");
      expect(count(world, "journal_deleted_segments_total")).toBe(deleted);
      expect(count(world, "journal_deletions_failed_total")).toBeGreaterThan(1);
      expect(count(world, "checkpoints_failed_total")).toBe(0);
      const told = world.logs.filter(({ message }) => message.includes("could not be deleted"));
      expect(told).toHaveLength(1);
      expect(told[0]?.fields["problem"]).toContain(`remove of ${oldest ?? ""} failed with ${code}`);
      world.disk.refusal = () => null;
      play(world, 30);
      expect(segmentsOf(world)).not.toContain(oldest);
      expect(count(world, "journal_deleted_segments_total")).toBeGreaterThan(deleted);
      expect(world.exited).toBeNull();
    },
  );

  it("[JRN-21] takes what is gone already for deleted", () => {
    const world = following({ config: { ...small, journalKeepBytes: 1 } });
    play(world, 100);
    const deleted = count(world, "journal_deleted_segments_total");
    world.disk.refusal = (operation) => (operation.type === "remove" ? "ENOENT" : null);
    play(world, 60);
    expect(count(world, "journal_deletions_failed_total")).toBe(0);
    expect(count(world, "journal_deleted_segments_total")).toBeGreaterThan(deleted);
  });

  it("[JRN-21] removes no segment before the one before it is durably gone", () => {
    const world = following({ config: { ...small, journalKeepBytes: 1 } });
    let [isSynced, removed] = [false, 0];
    world.disk.refusal = (operation) => {
      if (operation.type === "syncFolder" && operation.folder === "journal") isSynced = true;
      if (operation.type !== "remove" || !operation.path.startsWith("journal/")) return null;
      expect(isSynced).toBe(true);
      isSynced = false;
      removed += 1;
      return removed % 3 === 0 ? "ENOENT" : null;
    };
    play(world, 200);
    expect(removed).toBeGreaterThan(5);
  });

  it.each(["ENOSPC", "EDQUOT"])(
    "[JRN-17] makes room for a checkpoint that finds none (%s), and tries it once more",
    (code) => {
      const isCheckpoint = (path: string): boolean => path.startsWith("checkpoints/");
      const world = following({ config: { ...small, journalKeepBytes: 1e9 } });
      play(world, 100);
      const segments = segmentsOf(world).length;
      expect(count(world, "journal_deleted_segments_total")).toBe(0);
      const again = following({
        disk: world.disk.afterCrash(),
        config: { ...small, journalKeepBytes: 1 },
      });
      // There is room as soon as the first segment has gone.
      again.disk.refusal = (operation) =>
        operation.type === "write" &&
        isCheckpoint(operation.path) &&
        segmentsOf(again).length >= segments
          ? code
          : null;
      play(again, 30);
      expect(count(again, "journal_deleted_segments_total")).toBeGreaterThan(0);
      expect(count(again, "checkpoints_failed_total")).toBe(0);
      expect(count(again, "checkpoints_total")).toBeGreaterThan(0);
      expect(count(again, "follower_ends_total")).toBe(0);
      expect(again.exited).toBeNull();
    },
  );

  it("[JRN-17] goes on while no checkpoint finds room, as far as the two newest sound ones", () => {
    const world = following({ config: { ...small, journalKeepBytes: 30_000 } });
    play(world, 200);
    const sound = checkpointsOf(world).toSorted().slice(-2);
    const deleted = count(world, "journal_deleted_segments_total");
    world.disk.refusal = (operation) =>
      operation.type === "write" && operation.path.startsWith("checkpoints/") ? "ENOSPC" : null;
    play(world, 60);
    expect(count(world, "checkpoints_failed_total")).toBeGreaterThan(2);
    expect(count(world, "journal_deleted_segments_total")).toBeGreaterThan(deleted);
    play(world, 200);
    expect(checkpointsOf(world)).toEqual(expect.arrayContaining(sound));
    const next = following({ disk: world.disk.afterPowerLoss(() => 0) });
    expect(next.exited).toBeNull();
    expect(next.host.recovered?.lastSequence).toBe(count(world, "journal_sequence"));
  });

  it("[JRN-21] that cannot read is told as what it is: the checkpoint was written", () => {
    const world = following({ config: { ...small, journalKeepBytes: 1 } });
    play(world, 60);
    const [written, deleted] = [
      count(world, "checkpoints_total"),
      count(world, "journal_deleted_segments_total"),
    ];
    world.disk.refusal = (operation) =>
      operation.type === "list" && operation.folder === "journal" ? "EIO" : null;
    play(world, 60);
    expect(count(world, "checkpoints_total")).toBeGreaterThan(written + 1);
    expect(count(world, "checkpoints_failed_total")).toBe(0);
    expect(count(world, "journal_deletions_failed_total")).toBeGreaterThan(1);
    expect(count(world, "journal_deleted_segments_total")).toBe(deleted);
    const told = world.logs.filter(({ message }) => message.includes("could not be deleted"));
    expect(told.map(({ fields }) => fields["problem"])).toEqual([
      "list of folder journal failed with EIO",
    ]);
    expect(world.logs.some(({ message }) => message.includes("was not written"))).toBe(false);
    world.disk.refusal = () => null;
    play(world, 30);
    expect(count(world, "journal_deleted_segments_total")).toBeGreaterThan(deleted);
    expect(count(world, "follower_ends_total")).toBe(0);
  });

  it("[JRN-15] keeps the first sound checkpoint of a segment, and not a damaged one for it", () => {
    const world = following({ config: { ...small, checkpointEveryEvents: 3 } });
    while (checkpointsOf(world).length < 2) play(world, 1);
    const [first = ""] = checkpointsOf(world).toSorted();
    damage(world.disk, first);
    play(world, 40);
    expect(checkpointsOf(world)).not.toContain(first);
    expect(count(world, "checkpoints_damaged_total")).toBe(1);
    const told = world.logs.filter(({ message }) => message.startsWith("an older checkpoint"));
    expect(told).toMatchObject([{ level: "warn", fields: { path: first } }]);
    const starts = segmentsOf(world).map((path) => Number(/[0-9]{16}/.exec(path)?.[0]));
    const [oldest = 0, next = 0] = starts.toSorted((left, right) => left - right);
    const there = checkpointsOf(world).map((path) => Number(/[0-9]{16}/.exec(path)?.[0]));
    expect(there.filter((sequence) => sequence + 1 < next && sequence + 1 >= oldest)).toHaveLength(
      1,
    );
  });

  it("keeps the first checkpoint of each segment that it keeps", () => {
    const world = following({ config: { ...small, checkpointEveryEvents: 3 } });
    play(world, 120);
    const checkpoints = checkpointsOf(world).length;
    const segments = segmentsOf(world).length;
    expect(count(world, "checkpoints_total")).toBeGreaterThan(segments + 4);
    expect(checkpoints).toBeLessThanOrEqual(segments + 2);
    expect(checkpoints).toBeGreaterThan(segments - 3);
  });
});
