import { describe, expect, it } from "vitest";
import type { Event, Machine, Outbox } from "../../../src/core/contract.ts";
import { fragileTypes } from "../../support/fragile.ts";
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
