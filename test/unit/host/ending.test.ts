import { describe, expect, it } from "vitest";
import { errorTable } from "../../../src/core/kernel/errors.ts";
import { reprise as pb } from "../../../src/core/wire/gen/session.js";
import { HostDisk } from "../../support/host-disk.ts";
import { HostWorld } from "../../support/host-world.ts";

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);

describe("draining", () => {
  it("[NET-12] tells everybody, flushes, checkpoints, and exits with 0", () => {
    const world = new HostWorld().start();
    const peers = [world.connect(), world.connect()];
    world.settle();
    for (const peer of peers) peer.echo(bytes(7));
    world.host.drain();
    world.turn();
    expect(world.isListening).toBe(false);
    expect(world.host.phase).toBe("draining");
    world.settle();
    for (const peer of peers) {
      expect(peer.heard.map(({ type }) => type)).toContain(1_052);
      const goodbye = peer.heard.find(({ type }) => type === 1_052)?.payload ?? bytes();
      expect(pb.v1.Disconnect.decode(goodbye)).toMatchObject({
        code: errorTable.MAINTENANCE.code,
        mayRetry: true,
      });
      expect(peer.closed).toBe("flush");
    }
    expect(world.exited?.code).toBe(0);
    expect(world.host.phase).toBe("drained");
    const left = world.disk.afterPowerLoss(() => 0);
    expect([...left.contents().keys()].filter((path) => path.endsWith(".checkpoint"))).toHaveLength(
      1,
    );
  });

  it("[NET-12] turns away who comes after, and says why", () => {
    const world = new HostWorld().start();
    const peer = world.connect();
    peer.isPolite = false;
    world.settle();
    world.host.drain();
    world.turn();
    const late = world.connect();
    world.settle();
    expect(late.closed).toBe("flush");
    expect(pb.v1.Disconnect.decode(late.heard[0]?.payload ?? bytes()).code).toBe(
      errorTable.MAINTENANCE.code,
    );
    expect(world.host.connectionCount()).toBe(1);
    const { counters } = world.host;
    expect(counters.get('connections_turned_away_total{reason="MAINTENANCE"}')).toBe(1);
    expect(counters.get("drains_total")).toBe(1);
    expect(world.exited).toBeNull();
    peer.vanish();
    world.settle();
    expect(world.exited?.code).toBe(0);
  });

  it("[NET-12] ends also when the last to go leaves nothing to commit", () => {
    const world = new HostWorld().start();
    const peer = world.connect();
    peer.isPolite = false;
    world.settle();
    world.host.drain();
    world.turn();
    const late = world.connect();
    late.isPolite = false;
    world.settle();
    peer.vanish();
    world.advance(100_000);
    expect(world.exited).toBeNull();
    late.vanish();
    world.settle();
    expect(world.exited?.code).toBe(0);
  });

  it("[NET-12] resets who has not gone by the deadline", () => {
    const world = new HostWorld({ config: { drainTimeoutMs: 3_000 } }).start();
    const stubborn = world.connect();
    stubborn.isPolite = false;
    world.settle();
    world.host.drain();
    world.advance(2_900_000);
    expect(world.exited).toBeNull();
    world.advance(200_000);
    expect(stubborn.closed).toBe("reset");
    expect(world.exited?.code).toBe(0);
    expect(world.journal().at(-1)?.event).toMatchObject({
      type: "connection.closed",
      reason: "drain",
    });
  });

  it("[NET-12] ends at once when asked twice, even while the disk does not answer", () => {
    const world = new HostWorld().start();
    world.connect();
    world.settle();
    world.host.drain();
    world.turn();
    world.turn();
    expect(world.exited).toBeNull();
    world.host.drain();
    world.turn();
    expect(world.exited?.code).toBe(1);
  });

  it("ends a recovery that is under way, with nothing lost", () => {
    const before = new HostWorld().start();
    before.connect().echo(bytes(1));
    before.settle();
    const world = new HostWorld({ disk: before.disk.afterCrash() });
    world.host.start();
    world.host.drain();
    world.turn();
    expect(world.exited?.code).toBe(0);
    const after = new HostWorld({ disk: world.disk.afterCrash() }).start();
    expect(after.host.recovered?.events).toBe(3);
  });

  it("leaves a checkpoint from which another build may start", () => {
    const first = new HostWorld({ build: "b1" }).start();
    first.connect().echo(bytes(1));
    first.settle();
    first.host.drain();
    first.settle();
    const second = new HostWorld({ build: "b2", disk: first.disk.afterPowerLoss(() => 0) }).start();
    expect(second.exited).toBeNull();
    expect(second.host.recovered).toMatchObject({ events: 0, incarnation: 2 });
    expect(second.host.machine()?.checkpoint()).toBeDefined();
    second.host.drain();
    second.settle();
    const third = new HostWorld({ build: "b2", disk: second.disk.afterCrash() }).start();
    expect(third.host.recovered).toMatchObject({ events: 0, incarnation: 3 });
  });

  it("writes a whole checkpoint over what an earlier end left unfinished", () => {
    const drained = (disk: HostDisk): HostWorld => {
      const world = new HostWorld({ disk }).start();
      world.host.drain();
      return world.settle();
    };
    const first = drained(new HostDisk());
    const [path] = [...first.disk.contents().keys()].filter((one) => one.includes("checkpoints"));
    const disk = new HostDisk();
    disk.put(`${path ?? ""}.unfinished`, new Uint8Array(100_000).fill(1));
    const second = drained(disk);
    const bytesOf = ({ disk }: HostWorld): Uint8Array => disk.contents().get(path ?? "") ?? bytes();
    expect(bytesOf(second)).toEqual(bytesOf(first));
    expect(second.disk.contents().size).toBe(first.disk.contents().size);
  });

  it("takes back the zeros that were written ahead of the blocks", () => {
    const lengthOf = (journalAheadBytes: number): number | undefined => {
      const world = new HostWorld({ config: { journalAheadBytes } }).start();
      world.host.drain();
      world.settle();
      return world.disk.contents().get("journal/0000000000000001.segment")?.length;
    };
    expect(lengthOf(100_000)).toBe(lengthOf(0));
  });

  it("keeps the newest checkpoints and no more, when space is short", () => {
    let disk = new HostWorld().disk;
    for (let start = 0; start < 4; start += 1) {
      const world = new HostWorld({ disk, config: { journalKeepBytes: 1 } }).start();
      world.host.drain();
      world.settle();
      expect(world.exited?.code).toBe(0);
      disk = world.disk.afterCrash();
    }
    const names = [...disk.contents().keys()].filter((path) => path.startsWith("checkpoints/"));
    expect(names).toHaveLength(2);
  });
});

describe("a disk that fails", () => {
  it.each(["write", "sync"] as const)(
    "[JRN-06] makes a failed %s the end, and says what to do",
    (type) => {
      const world = new HostWorld().start();
      const peer = world.connect();
      world.settle();
      world.disk.fails = { type, code: "EIO" };
      peer.echo(bytes(1));
      world.settle();
      expect(world.exited?.code).toBe(70);
      expect(world.exited?.message).toMatch(
        new RegExp(`^${type} of journal/.*EIO.*check the disk of the data folder and start again$`),
      );
      expect(peer.heard).toHaveLength(0);
      expect(world.host.phase).toBe("failed");
      // Never tried again: the disk heard of it once.
      const orders = world.ordered.length;
      world.disk.fails = null;
      world.advance(10_000_000);
      expect(world.ordered.length).toBe(orders);
    },
  );

  it("says so when a sync finds the disk full, and does not try again", () => {
    const world = new HostWorld().start();
    world.connect();
    world.disk.fails = { type: "sync", code: "ENOSPC" };
    world.advance(10_000);
    expect(world.exited?.message).toMatch(/ENOSPC.*free space/);
  });

  it("ends a start whose journal cannot be read", () => {
    const world = new HostWorld();
    world.disk.fails = { type: "list", code: "EACCES" };
    world.start();
    expect(world.exited).toMatchObject({ code: 70 });
    expect(world.exited?.message).toContain("list of folder checkpoints failed with EACCES");
  });
});
