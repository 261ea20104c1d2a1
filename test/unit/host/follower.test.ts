import { describe, expect, it } from "vitest";
import type { Event, Machine, Outbox } from "../../../src/core/contract.ts";
import { builtinFeatures } from "../../../src/core/features/index.ts";
import type { HostConfig } from "../../../src/core/host/index.ts";
import { JournalScanner } from "../../../src/core/journal/index.ts";
import { fragile, fragileTypes } from "../../support/fragile.ts";
import { HostDisk } from "../../support/host-disk.ts";
import { HostWorld } from "../../support/host-world.ts";
import type { WorldOptions } from "../../support/host-world.ts";

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);

const eager: Partial<HostConfig> = { follower: "on", followAfterMs: 1, checkpointEveryEvents: 20 };

const following = (options: WorldOptions = {}): HostWorld =>
  new HostWorld({
    features: [...builtinFeatures, fragile],
    ...options,
    config: { ...eager, ...options.config },
  }).start();

/** Plays so many packets, with time between them. */
const play = (world: HostWorld, packets: number): void => {
  const peer = world.connect();
  for (let sent = 0; sent < packets; sent += 1) {
    peer.echo(bytes(sent & 0xff));
    world.advance(100_000);
  }
};

const count = (world: HostWorld, name: string): number => world.host.counters.get(name);

const checkpointsOf = (world: HostWorld): string[] =>
  [...world.disk.contents().keys()].filter((path) => path.endsWith(".checkpoint"));

const segmentsOf = (world: HostWorld): string[] =>
  [...world.disk.contents().keys()].filter((path) => path.endsWith(".segment"));

const damage = (disk: HostDisk, path: string): void => {
  const found = disk.contents().get(path) ?? bytes();
  const last = found.length - 1;
  disk.put(path, found.with(last, (found[last] ?? 0) ^ 0xff));
};

/** Its state goes another way than the server's from an event on. */
const straying =
  (after: number) =>
  (machine: Machine): Machine => {
    let steps = 0;
    const step = (event: Event, outbox: Outbox): void => {
      steps += 1;
      if (steps !== after || event.type !== "packet.received") machine.step(event, outbox);
    };
    return new Proxy(machine, {
      get(target, key): unknown {
        if (key === "step") return step;
        const value: unknown = Reflect.get(target, key, target);
        return typeof value === "function" ? (value as () => unknown).bind(target) : value;
      },
    });
  };

describe("the follower", () => {
  it("[JRN-14] replays what the server does, and leaves checkpoints of the same state", () => {
    const world = following();
    play(world, 100);
    world.advance(1_000_000);
    expect(count(world, "follower_sequence")).toBe(world.journal().length);
    expect(count(world, "follower_lag_seconds")).toBe(0);
    expect(count(world, "checkpoints_total")).toBeGreaterThan(2);
    expect(count(world, "replay_divergences_total")).toBe(0);
    const again = following({ disk: world.disk.afterPowerLoss(() => 0) });
    expect(again.exited).toBeNull();
    expect(again.host.recovered?.lastSequence).toBe(world.journal().length);
    expect(again.host.recovered?.events).toBeLessThanOrEqual(20);
  });

  it("writes a checkpoint after a while, however little happens", () => {
    const world = following({ config: { checkpointEveryEvents: 1e6, checkpointEveryMs: 3_000 } });
    play(world, 100);
    const written = count(world, "checkpoints_total");
    expect(written).toBeGreaterThanOrEqual(2);
    expect(written).toBeLessThanOrEqual(4);
  });

  it("is not started for a server that lives a moment", () => {
    const world = following({ config: { followAfterMs: 5_000, checkpointEveryEvents: 200 } });
    play(world, 40);
    expect(world.follower).toBeNull();
    play(world, 20);
    expect(world.follower).not.toBeNull();
  });

  it("is started early for one that has as much to tell as a checkpoint holds", () => {
    const world = following({ config: { followAfterMs: 5_000 } });
    play(world, 40);
    expect(world.follower).not.toBeNull();
  });

  it("[JRN-14] is started early after several short starts: what a restart steps stays bounded", () => {
    const config = { followAfterMs: 60_000, checkpointEveryEvents: 100 };
    let { disk } = following({ config });
    const stepped: number[] = [];
    for (let start = 0; start < 8; start += 1) {
      const world = following({ disk, config });
      stepped.push(world.host.recovered?.events ?? 0);
      play(world, 15);
      disk = world.disk.afterCrash();
    }
    // Each start has less than a checkpoint's worth of its own.
    expect(stepped.slice(1, 3).every((events) => events > 0 && events < 100)).toBe(true);
    expect(Math.max(...stepped)).toBeLessThan(200);
    expect(stepped.some((events, index) => events < (stepped[index - 1] ?? 0))).toBe(true);
  });

  it("without a spare core follows when a segment is full", () => {
    const world = following({
      config: { follower: "rotation", blockBytesMax: 1_000, segmentBytesMax: 2_000 },
    });
    play(world, 100);
    expect(segmentsOf(world).length).toBeGreaterThan(2);
    const followed = count(world, "follower_sequence");
    expect(followed).toBeGreaterThan(50);
    expect(followed).toBeLessThan(world.journal().length);
  });

  it("takes a start that falls on its own segment, and the tail of one before it", () => {
    let { disk } = following();
    for (let start = 0; start < 3; start += 1) {
      const world = following({ disk });
      play(world, 15);
      expect(count(world, "follower_sequence")).toBe(world.journal().length);
      disk = world.disk.afterCrash();
    }
  });

  it("[JRN-13] raises the alarm at the first event that goes another way, and writes no checkpoint", () => {
    const world = following({ watchFollower: straying(12) });
    play(world, 60);
    expect(count(world, "replay_divergences_total")).toBe(1);
    expect(count(world, "checkpoints_total")).toBe(0);
    const alarm = world.logs.find(({ message }) => message.includes("another way"));
    const problem = expect.stringMatching(/^event \d+ \(packet\.received\) had effects/);
    const fields = { sequence: expect.any(Number), problem };
    expect(alarm).toMatchObject({ level: "error", fields });
    const [name] = [...world.disk.contents().keys()].filter((path) => path.startsWith("failures/"));
    const text = new TextDecoder().decode(world.disk.contents().get(name ?? ""));
    expect(JSON.parse(text)).toMatchObject({
      type: "effects",
      event: "packet.received",
      sequence: alarm?.fields["sequence"],
    });
    expect(world.exited).toBeNull();
  });

  it("[JRN-17] is started anew when it cannot read, and the server does not notice", () => {
    const world = following();
    play(world, 10);
    world.disk.fails = { type: "read", code: "EIO" };
    play(world, 5);
    expect(count(world, "follower_ends_total")).toBeGreaterThan(0);
    world.disk.fails = null;
    play(world, 30);
    expect(count(world, "follower_sequence")).toBe(world.journal().length);
    expect(world.exited).toBeNull();
  });

  it("[JRN-17] goes without a checkpoint that it cannot write", () => {
    const world = following();
    play(world, 8);
    world.disk.fails = { type: "rename", code: "ENOSPC" };
    play(world, 20);
    expect(count(world, "checkpoints_failed_total")).toBeGreaterThan(0);
    expect(count(world, "checkpoints_total")).toBe(0);
    world.disk.fails = null;
    play(world, 20);
    expect(count(world, "checkpoints_total")).toBeGreaterThan(0);
    expect(count(world, "follower_ends_total")).toBe(0);
  });

  it("makes durable what a checkpoint is of, where blocks are only written", () => {
    const world = following({ config: { durability: "written" } });
    play(world, 60);
    expect(checkpointsOf(world)).not.toHaveLength(0);
    const again = following({ disk: world.disk.afterPowerLoss(() => 0) });
    expect(again.exited).toBeNull();
    expect(again.host.recovered?.lastSequence).toBeGreaterThanOrEqual(20);
  });
});

describe("an fsync of the follower's", () => {
  it.each(["sync", "syncFolder"] as const)(
    "[JRN-06] that fails for the journal (%s) ends the server, whose journal it is",
    (type) => {
      const world = following({ config: { durability: "written" } });
      play(world, 5);
      world.disk.refusal = (operation) => {
        if (operation.type !== type) return null;
        const place = operation.type === "sync" ? operation.path : operation.folder;
        return place.startsWith("journal") ? "EIO" : null;
      };
      play(world, 40);
      expect(world.exited?.code).toBe(70);
      expect(world.exited?.message).toMatch(/^sync.* of .*journal.* failed with EIO;/i);
      expect(count(world, "checkpoints_total")).toBe(0);
    },
  );

  it.each(["sync", "syncFolder"] as const)(
    "[JRN-17] that fails for a checkpoint (%s) costs the checkpoint, and the next one is tried",
    (type) => {
      const world = following();
      world.disk.refusal = (operation) => {
        if (operation.type !== type) return null;
        const place = operation.type === "sync" ? operation.path : operation.folder;
        return place.startsWith("checkpoints") ? "ENOSPC" : null;
      };
      play(world, 40);
      expect(count(world, "checkpoints_failed_total")).toBeGreaterThan(1);
      expect(count(world, "checkpoints_total")).toBe(0);
      world.disk.refusal = () => null;
      play(world, 40);
      expect(count(world, "checkpoints_total")).toBeGreaterThan(0);
      expect(count(world, "follower_ends_total")).toBe(0);
      expect(world.exited).toBeNull();
    },
  );
});

describe("checkpoints that are damaged", () => {
  const played = (): HostWorld => {
    const world = following();
    play(world, 100);
    return world;
  };

  it("[JRN-14] cost a longer replay: the one before is taken, which is told and counted", () => {
    const disk = played().disk.afterCrash();
    const paths = [...disk.contents().keys()].filter((path) => path.endsWith(".checkpoint"));
    damage(disk, paths.at(-1) ?? "");
    // A follower would begin at once, and its retention meet the same file.
    const again = following({ disk, config: { follower: "off" } });
    expect(again.exited).toBeNull();
    expect(again.host.recovered?.events).toBeGreaterThan(20);
    expect(count(again, "checkpoints_damaged_total")).toBe(1);
    expect(again.logs.some(({ message }) => message.startsWith("a checkpoint is damaged"))).toBe(
      true,
    );
  });

  it("[JRN-14] leave the whole log, when all of them are", () => {
    const disk = played().disk.afterCrash();
    for (const path of disk.contents().keys()) {
      if (path.endsWith(".checkpoint")) damage(disk, path);
    }
    const again = following({ disk });
    expect(again.exited).toBeNull();
    expect(again.host.recovered?.events).toBe(again.host.recovered?.lastSequence);
  });
});

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
    expect(count(world, "journal_deleted_segments_total")).toBeGreaterThan(5);
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

describe("a step that throws, with a follower", () => {
  it("[JRN-07] is left out: the follower's state is taken, and all others stay", () => {
    const world = following({ config: { checkpointEveryEvents: 1e6 } });
    play(world, 30);
    const [bystander, culprit] = [world.connect(), world.connect()];
    world.advance(100_000);
    culprit.packet(fragileTypes.breakNow, bytes());
    bystander.echo(bytes(7));
    world.advance(1_000_000);
    expect(count(world, 'rebuilds_total{from="follower"}')).toBe(1);
    expect(count(world, "rebuild_max_micros")).toBeLessThan(100_000);
    expect(bystander.heard).toHaveLength(1);
    expect(bystander.heard.some(({ type }) => type === fragileTypes.noise)).toBe(false);
    expect(culprit.goodbye()).not.toBeNull();
    expect(bystander.closed).toBeNull();
    play(world, 30);
    expect(count(world, "follower_sequence")).toBe(world.journal().length);
    expect(count(world, "replay_divergences_total")).toBe(0);
    const again = following({ disk: world.disk.afterCrash() });
    expect(again.exited).toBeNull();
  });

  it("[JRN-17] waits for a follower that hangs half a second, and then reads the journal", () => {
    const world = following();
    play(world, 30);
    const culprit = world.connect();
    world.advance(100_000);
    world.isFollowerAwake = false;
    culprit.packet(fragileTypes.breakNow, bytes());
    world.advance(400_000);
    expect(world.host.phase).toBe("recovering");
    world.advance(200_000);
    expect(world.host.phase).toBe("serving");
    expect(count(world, 'rebuilds_total{from="journal"}')).toBe(1);
  });
});
