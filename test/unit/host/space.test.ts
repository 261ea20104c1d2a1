import { describe, expect, it } from "vitest";
import type { FileOperation } from "../../../src/core/contract.ts";
import { builtinFeatures } from "../../../src/core/features/index.ts";
import { fragile, fragileTypes } from "../../support/fragile.ts";
import { HostWorld, promptEchoType } from "../../support/host-world.ts";

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);
const reserveBytes = 4_096;
const reserving = { reserveBytes, fullTimeoutMs: 3_000 };
const eventsOf = (world: HostWorld): string[] =>
  world
    .journal()
    .map(({ event }) => event.type)
    .filter((type) => type.startsWith("journal."));

const started = (config = {}): HostWorld => {
  const world = new HostWorld({ config: { ...reserving, ...config } }).start();
  return world.advance(100_000);
};

/** What so many starts leave that nothing is deleted of, each drained at once. */
function afterStarts(count: number): HostWorld["disk"] {
  let { disk } = new HostWorld();
  for (let start = 0; start < count; start += 1) {
    const world = new HostWorld({ disk, config: { journalKeepBytes: 1e12 } }).start();
    world.host.drain();
    world.settle();
    disk = world.disk.afterCrash();
  }
  return disk;
}

describe("a full disk", () => {
  it("[JRN-10] is left to the journal: no checkpoint is written until there is room again", () => {
    const world = started({
      follower: "on",
      followAfterMs: 1,
      checkpointEveryEvents: 5,
      blockBytesMax: 1_000,
      segmentBytesMax: 2_000,
    });
    const count = (name: string): number => world.host.counters.get(name);
    const checkpoints = (): string[] =>
      [...world.disk.contents().keys()].filter((path) => path.startsWith("checkpoints/"));
    const peer = world.connect();
    const play = (echoes: number): void => {
      for (let n = 0; n < echoes; n += 1) {
        peer.echo(bytes(n));
        world.advance(20_000);
      }
    };
    play(30);
    expect(count("checkpoints_total")).toBeGreaterThan(2);
    world.disk.roomBytes = 10;
    play(10);
    expect(count("journal_low")).toBe(1);
    // The reserve would have had room for one.
    const [written, there] = [count("checkpoints_total"), checkpoints()];
    play(15);
    expect(count("journal_full")).toBe(0);
    expect(count("follower_sequence")).toBe(world.journal().length);
    expect(count("checkpoints_total")).toBe(written);
    expect(count("checkpoints_failed_total")).toBe(0);
    expect(checkpoints()).toEqual(there);
    expect(there.some((path) => path.endsWith(".unfinished"))).toBe(false);
    world.disk.roomBytes = 1_000_000;
    world.advance(6_000_000);
    expect(count("journal_low")).toBe(0);
    expect(count("checkpoints_total")).toBeGreaterThan(written);
    expect(count("checkpoint_sequence")).toBeGreaterThan(55);
  });

  it("[JRN-10] costs the reserve first: everybody is served, and nobody new is let in", () => {
    const world = started();
    const peer = world.connect();
    world.settle();
    expect(world.disk.contents().get("journal.reserve")?.length).toBe(reserveBytes);
    world.disk.roomBytes = 10;
    peer.echo(bytes(1));
    world.advance(100_000);
    expect(peer.heard).toHaveLength(1);
    expect(world.disk.contents().has("journal.reserve")).toBe(false);
    expect(eventsOf(world)).toEqual(["journal.low"]);
    expect(world.host.counters.get("journal_low")).toBe(1);
    expect(world.host.counters.get("journal_low_total")).toBe(1);
    expect(world.host.counters.get("journal_room_lacked_total")).toBe(1);
    const late = world.connect();
    world.advance(100_000);
    expect(late.closed).toBe("flush");
    world.disk.roomBytes = 1_000_000;
    world.advance(6_000_000);
    expect(world.disk.contents().get("journal.reserve")?.length).toBe(reserveBytes);
    expect(eventsOf(world)).toEqual(["journal.low", "journal.ample"]);
    expect(world.host.counters.get("journal_low")).toBe(0);
    const welcome = world.connect();
    welcome.echo(bytes(2));
    world.advance(100_000);
    expect(welcome.heard).toHaveLength(1);
  });

  it("[JRN-10] stops reading when the reserve is gone, and goes on when there is room", () => {
    const world = started();
    const peer = world.connect();
    world.settle();
    world.disk.roomBytes = -2 * reserveBytes;
    peer.echo(bytes(1)).echo(bytes(3), promptEchoType);
    world.advance(1_000_000);
    // What is prompt promises nothing.
    expect(peer.heard).toHaveLength(1);
    expect(peer.isPaused).toBe(true);
    expect(world.host.counters.get("journal_full")).toBe(1);
    const late = world.connect();
    world.settle();
    expect(late.closed).toBe("flush");
    expect(world.exited).toBeNull();
    world.disk.roomBytes = 1_000_000;
    world.advance(1_000_000);
    expect(peer.heard).toHaveLength(2);
    expect(peer.isPaused).toBe(false);
    expect(world.host.counters.get("journal_full")).toBe(0);
  });

  it("[JRN-10] cuts everybody off when it stays full, and still loses nothing", () => {
    const world = started();
    const peer = world.connect();
    world.settle();
    peer.echo(bytes(1));
    world.advance(100_000);
    world.disk.roomBytes = -2 * reserveBytes;
    peer.echo(bytes(2));
    world.advance(2_500_000);
    expect(peer.closed).toBeNull();
    world.advance(1_000_000);
    expect(peer.closed).toBe("reset");
    expect(peer.heard).toHaveLength(1);
    world.disk.roomBytes = 1_000_000;
    world.advance(7_000_000);
    const again = world.connect();
    again.echo(bytes(3));
    world.advance(100_000);
    expect(again.heard).toHaveLength(1);
    const next = new HostWorld({ disk: world.disk.afterCrash() }).start();
    const packets = next.journal().filter(({ event }) => event.type === "packet.received");
    expect(packets).toHaveLength(3);
  });

  it("[JRN-10] cuts everybody off in time also when a feature threw, and then goes on", () => {
    const world = new HostWorld({
      config: { ...reserving, reserveBytes: 0 },
      features: [...builtinFeatures, fragile],
    }).start();
    world.advance(100_000);
    const [bystander, culprit] = [world.connect(), world.connect()];
    bystander.echo(bytes(1));
    world.advance(100_000);
    world.disk.roomBytes = -1_000_000;
    culprit.packet(fragileTypes.breakNow, bytes());
    // The realm stands still until the event that is left out is on the disk.
    world.advance(2_500_000);
    expect([world.host.phase, bystander.closed]).toEqual(["recovering", null]);
    world.advance(1_500_000);
    expect(world.host.phase).toBe("recovering");
    expect([bystander.closed, culprit.closed]).toEqual(["reset", "reset"]);
    world.disk.roomBytes = 1_000_000;
    world.advance(2_000_000);
    expect([world.host.phase, world.exited]).toEqual(["serving", null]);
    expect(world.host.connectionCount()).toBe(0);
    world.advance(6_000_000);
    const welcome = world.connect();
    welcome.echo(bytes(4));
    world.advance(100_000);
    expect(welcome.heard).toHaveLength(1);
    const next = new HostWorld({
      disk: world.disk.afterCrash(),
      features: [...builtinFeatures, fragile],
    }).start();
    expect(next.exited).toBeNull();
    expect(next.host.recovered?.lastSequence).toBe(world.journal().length);
  });

  it("[JRN-10] keeps no process that must end: it waits for room, and not for ever", () => {
    const world = new HostWorld({
      config: { ...reserving, reserveBytes: 0 },
      features: [...builtinFeatures, fragile],
    }).start();
    for (let thrown = 0; thrown < 3; thrown += 1) {
      world.connect().packet(fragileTypes.breakNow, bytes());
      world.advance(1_000_000);
    }
    const culprit = world.connect();
    world.advance(100_000);
    world.disk.roomBytes = -1_000_000;
    culprit.packet(fragileTypes.breakNow, bytes());
    world.advance(2_500_000);
    expect(world.exited).toBeNull();
    world.advance(1_500_000);
    expect(world.exited?.code).toBe(70);
    expect(world.exited?.message).toMatch(/"fragile", the last of too many in a row: Err/);
  });

  it("[JRN-10] is survived without a reserve, and by a start that finds it full", () => {
    const world = started({ reserveBytes: 0 });
    const peer = world.connect();
    world.settle();
    world.disk.roomBytes = 0;
    peer.echo(bytes(1));
    world.advance(500_000);
    expect(peer.heard).toHaveLength(0);
    const disk = world.disk.afterCrash();
    disk.roomBytes = 0;
    const next = new HostWorld({ disk, config: reserving }).start();
    next.advance(1_000_000);
    expect([next.isListening, next.exited]).toEqual([false, null]);
    disk.roomBytes = 100_000;
    next.advance(6_000_000);
    expect(next.isListening).toBe(true);
    expect(eventsOf(next)).toContain("journal.ample");
  });
});

describe("an orderly end on a full disk", () => {
  const checkpointsOf = (world: HostWorld): string[] =>
    [...world.disk.contents().keys()].filter((path) => path.startsWith("checkpoints/"));

  const refusing =
    (type: FileOperation["type"], code: string) =>
    (operation: FileOperation): string | null =>
      operation.type === type && "path" in operation && operation.path.startsWith("checkpoints/")
        ? code
        : null;

  it("[JRN-20] without room for its checkpoint is one all the same, and says so", () => {
    const world = started();
    world.connect().echo(bytes(1));
    world.settle();
    // For the last events there is room, and for no file more.
    world.disk.refusal = refusing("write", "EDQUOT");
    world.host.drain();
    world.settle();
    expect(world.exited).toEqual({
      code: 0,
      message: expect.stringMatching(
        /^ended without a checkpoint, for which the disk has no room; everything up to event \d+ /,
      ) as string,
    });
    expect(world.host.phase).toBe("drained");
    const message = "it ends without a checkpoint, for which the disk has no room; nothing is lost";
    expect(world.logs).toContainEqual(expect.objectContaining({ level: "warn", message }));
    expect(checkpointsOf(world)).toEqual([]);
    const last = world.journal().length;
    const next = new HostWorld({ disk: world.disk.afterPowerLoss(() => 0) }).start();
    expect(next.host.recovered).toMatchObject({ events: last, lastSequence: last });
    expect(next.host.counters.get("checkpoint_sequence")).toBe(0);
  });

  it("[JRN-20] deletes what may go, and then finds room for its checkpoint", () => {
    const disk = afterStarts(4);
    const world = new HostWorld({ disk, config: { ...reserving, journalKeepBytes: 1 } }).start();
    const before = checkpointsOf(world).length;
    const noRoom = refusing("write", "ENOSPC");
    disk.refusal = (operation) => (checkpointsOf(world).length < before ? null : noRoom(operation));
    world.host.drain();
    world.settle();
    expect(world.exited?.message).toMatch(/^drained; /);
    expect(checkpointsOf(world).length).toBeLessThanOrEqual(before);
  });

  it("[JRN-20] finds room also when all that goes is a checkpoint that was never finished", () => {
    const left = "checkpoints/0000000000000001.checkpoint.unfinished";
    const world = started();
    world.connect().echo(bytes(1));
    world.settle();
    world.disk.put(left, new Uint8Array(100_000));
    const noRoom = refusing("write", "ENOSPC");
    world.disk.refusal = (operation) =>
      world.disk.contents().has(left) ? noRoom(operation) : null;
    world.host.drain();
    world.settle();
    expect(world.exited?.message).toMatch(/^drained; /);
    expect(checkpointsOf(world)).toHaveLength(1);
  });

  it.each(["list", "read"] as const)(
    "[JRN-21] is one as well when what is too old cannot be found out (%s)",
    (type) => {
      const world = started();
      world.connect().echo(bytes(1));
      world.settle();
      world.disk.refusal = (operation) => (operation.type === type ? "EIO" : null);
      world.host.drain();
      world.settle();
      expect(world.exited?.message).toMatch(/^drained; /);
      const message = "what is too old could not be deleted; the next start tries it again";
      expect(world.logs).toContainEqual(expect.objectContaining({ level: "warn", message }));
    },
  );

  it("[JRN-21] is one as well when what is too old cannot be deleted", () => {
    const disk = afterStarts(4);
    const paths = [...disk.contents().keys()];
    const world = new HostWorld({ disk, config: { journalKeepBytes: 1 } }).start();
    disk.refusal = (operation) => (operation.type === "remove" ? "EBUSY" : null);
    world.host.drain();
    world.settle();
    expect(world.exited?.message).toMatch(/^drained; /);
    expect([...disk.contents().keys()]).toEqual(expect.arrayContaining(paths));
    const message = "what is too old could not be deleted; the next start tries it again";
    expect(world.logs).toContainEqual(expect.objectContaining({ level: "warn", message }));
  });

  it("[JRN-20] does not wait for ever for what is not on the disk yet", () => {
    const world = started({ reserveBytes: 0 });
    const peer = world.connect();
    world.settle();
    world.disk.roomBytes = 0;
    peer.echo(bytes(1));
    world.host.drain();
    world.advance(2_900_000);
    expect(world.exited).toBeNull();
    world.advance(30_000_000);
    expect(world.exited?.code).toBe(70);
    expect(world.exited?.message).toMatch(/failed with ENOSPC; nothing acknowledged is lost/);
    // So does a start that nobody wants any more.
    const disk = world.disk.afterCrash();
    disk.roomBytes = 0;
    const next = new HostWorld({ disk, config: { ...reserving, reserveBytes: 0 } }).start();
    next.advance(10_000_000);
    expect(next.exited).toBeNull();
    next.host.drain();
    next.advance(1_000_000);
    expect(next.exited?.code).toBe(70);
  });

  it("[JRN-06] and a sync of its checkpoint that fails is a failure, whatever it says", () => {
    const world = started();
    world.connect();
    world.settle();
    world.disk.refusal = refusing("sync", "ENOSPC");
    world.host.drain();
    world.settle();
    expect(world.exited?.code).toBe(70);
  });
});

describe("a reserve", () => {
  const ofReserve =
    (type: FileOperation["type"], code: string) =>
    (operation: FileOperation): string | null =>
      operation.type === type && "path" in operation && operation.path === "journal.reserve"
        ? code
        : null;

  it("[JRN-10] for which there is no room is given back, and made when there is", () => {
    const world = new HostWorld({ config: reserving });
    world.disk.refusal = ofReserve("write", "EDQUOT");
    world.start().advance(1_000_000);
    expect(world.exited).toBeNull();
    expect(world.host.counters.get("journal_low")).toBe(1);
    world.disk.refusal = () => null;
    world.advance(6_000_000);
    expect(world.host.counters.get("journal_low")).toBe(0);
    expect(world.disk.contents().get("journal.reserve")).toHaveLength(reserveBytes);
  });

  it.each(["ENOSPC", "EDQUOT", "EIO"])(
    "[JRN-06] ends the process when its sync fails, also with %s",
    (code) => {
      const world = new HostWorld({ config: reserving });
      world.disk.refusal = ofReserve("sync", code);
      world.start().advance(1_000_000);
      expect(world.exited?.code).toBe(70);
      expect(world.exited?.message).toContain(`sync of journal.reserve failed with ${code};`);
    },
  );
});

describe("a disk that stalls", () => {
  it("[JRN-11] is waited for without reading, while what is prompt goes on", () => {
    const world = new HostWorld({ config: { heldAgeMaxMs: 500 } }).start();
    const peer = world.connect();
    world.settle();
    peer.echo(bytes(1));
    world.turn();
    expect(world.disk.isIdle).toBe(false);
    world.sleep(400_000);
    peer.echo(bytes(2), promptEchoType);
    world.turn();
    expect([peer.isPaused, peer.heard.length]).toEqual([false, 1]);
    world.sleep(200_000);
    world.turn();
    expect(peer.isPaused).toBe(true);
    expect(world.host.counters.get("journal_held_seconds")).toBeCloseTo(0.6, 1);
    expect(world.host.counters.get("journal_held_pauses_total")).toBe(1);
    world.settle();
    expect([peer.isPaused, peer.heard.length]).toEqual([false, 2]);
  });
});
