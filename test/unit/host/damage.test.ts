import { describe, expect, it } from "vitest";
import { builtinFeatures } from "../../../src/core/features/index.ts";
import { reprise as pb } from "../../../src/core/wire/gen/session.js";
import { encodePayload } from "../../../src/core/wire/index.ts";
import { HostDisk } from "../../support/host-disk.ts";
import { HostWorld } from "../../support/host-world.ts";
import { lamp, lampTypes } from "../../support/lamp.ts";

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);

const segmentOf = (disk: HostDisk, index: number): [string, Uint8Array] => {
  const segments = [...disk.contents()].filter(([path]) => path.endsWith(".segment"));
  const found = segments.toSorted(([a], [b]) => (a < b ? -1 : 1))[index];
  if (found === undefined) throw new Error("no such segment");
  return found;
};

describe("a start on a damaged journal", () => {
  /** Ends by drains, so that each start has a segment and a checkpoint; a damaged byte in one. */
  const damagedStart = (index: number): { disk: HostDisk; path: string; name: string } => {
    let disk = new HostDisk();
    for (let start = 0; start < 3; start += 1) {
      const world = new HostWorld({ disk }).start();
      world.connect().echo(bytes(start));
      world.settle();
      // The last start is killed instead.
      if (start < 2) world.host.drain();
      world.settle();
      world.connect().echo(bytes(start));
      world.settle();
      disk = world.disk.afterCrash();
    }
    const [path, whole] = segmentOf(disk, index);
    const damaged = whole.slice();
    const at = index === 2 ? 500 : damaged.length - 3;
    damaged[at] = (damaged[at] ?? 0) ^ 1;
    disk.put(path, damaged);
    const name = [...disk.contents().keys()].filter((one) => one.startsWith("checkp")).toSorted();
    return { disk, path, name: name.at(-1) ?? "" };
  };

  it("advises what works, and says what it costs: a segment behind the checkpoint", () => {
    const { disk, path, name } = damagedStart(2);
    const { exited } = new HostWorld({ disk, config: { folder: "data/game" } }).start();
    const first = Number(/(\d+)\.segment/.exec(path)?.[1]);
    expect(exited?.message).toContain(
      'copy data/game first, then look with "reprise inspect data/game/journal" and ' +
        '"reprise replay data/game/journal"; put the file back from a copy, or move ' +
        `this segment and all later ones away: ${name} remains, and everything from event ` +
        `${first} on is lost`,
    );
    disk.remove(path);
    const world = new HostWorld({ disk }).start();
    expect(world.host.recovered?.lastSequence).toBe(first - 1);
  });

  it("[JRN-19] goes on from the checkpoint when only what is before it is damaged, and says so", () => {
    const { disk, path, name } = damagedStart(1);
    const checkpoint = Number(/(\d+)\.checkpoint/.exec(name)?.[1]);
    const world = new HostWorld({ disk }).start();
    expect(world.exited).toBeNull();
    expect(world.host.recovered).toMatchObject({ damagedPlaces: 1 });
    expect(world.host.recovered?.lastSequence).toBeGreaterThan(checkpoint);
    expect(world.host.counters.get("journal_damage_passed_total")).toBe(1);
    expect(world.logs).toContainEqual(
      expect.objectContaining({
        level: "warn",
        message: "the journal is damaged before the checkpoint; it goes on from there",
        fields: expect.objectContaining({ path, checkpoint }),
      }),
    );
  });

  it("[JRN-19] goes on from the checkpoint of an orderly end whose own block is damaged", () => {
    const { disk, path, name } = damagedStart(1);
    disk.remove(segmentOf(disk, 2)[0]);
    const checkpoint = Number(/(\d+)\.checkpoint/.exec(name)?.[1]);
    const written: string[] = [];
    disk.refusal = (operation) => {
      if (operation.type === "write") written.push(operation.path);
      return null;
    };
    const world = new HostWorld({ disk }).start();
    expect(world.exited).toBeNull();
    // What is damaged is an operator's to look at.
    expect(written.length).toBeGreaterThan(0);
    expect(written).not.toContain(path);
    expect(world.host.recovered).toMatchObject({ lastSequence: checkpoint, damagedPlaces: 1 });
    expect(world.host.counters.get("checkpoint_sequence")).toBe(checkpoint);
    world.connect().echo(bytes(1));
    world.settle();
    const next = new HostWorld({ disk: world.disk.afterPowerLoss(() => 0) }).start();
    expect(next.host.recovered?.lastSequence).toBeGreaterThan(checkpoint);
  });

  it("advises what works, and says what it costs: the middle of what is behind the checkpoint", () => {
    const world = new HostWorld().start();
    const peer = world.connect();
    for (let round = 0; round < 20; round += 1) {
      peer.echo(bytes(round));
      world.settle();
    }
    const disk = world.disk.afterCrash();
    const [path, whole] = segmentOf(disk, 0);
    const damaged = whole.slice();
    const at = Math.floor(whole.length / 2);
    damaged[at] = (damaged[at] ?? 0) ^ 1;
    disk.put(path, damaged);
    const { exited } = new HostWorld({ disk, config: { folder: "data/game" } }).start();
    const [, byte, event] =
      /"truncate -s (\d+) data\/game\/journal\/\d+\.segment" and move all later segments away: everything from event (\d+) on is lost$/.exec(
        exited?.message ?? "",
      ) ?? [];
    disk.put(path, damaged.slice(0, Number(byte)));
    const next = new HostWorld({ disk }).start();
    expect(next.exited).toBeNull();
    expect(next.host.recovered?.lastSequence).toBe(Number(event) - 1);
    expect(Number(event)).toBeGreaterThan(8);
  });

  it("advises what works, and says what it costs: a segment that the checkpoint has seen", () => {
    const { disk, name } = damagedStart(1);
    const third = segmentOf(disk, 2)[0];
    const last = Number(/(\d+)\.checkpoint/.exec(name)?.[1]);
    disk.remove(third);
    // As in a checkpoint that does not say where its block ends.
    const file = segmentOf(disk, 1)[0];
    disk.put(file, segmentOf(disk, 1)[1].slice(0, -1));
    const refused = new HostWorld({ disk }).start();
    expect(refused.exited?.message).toMatch(
      new RegExp(`: it ends within a block, and the checkpoint of event ${last} shows`),
    );
    expect(refused.exited?.message).toContain(
      `move all segments away: ${name} remains, and everything from event ${last + 1} on is lost`,
    );
    for (const index of [1, 0]) disk.remove(segmentOf(disk, index)[0]);
    const world = new HostWorld({ disk }).start();
    expect(world.host.recovered?.lastSequence).toBe(last);
  });
});

describe("a server that reads its journal back while it runs", () => {
  /** A feature throws, and before the journal is read its last segment is made another. */
  const readBack = (made: (segment: Uint8Array, lastBlockAt: number) => Uint8Array): HostWorld => {
    const world = new HostWorld({ features: [...builtinFeatures, lamp] }).start();
    const [ada, bob] = [world.connect(), world.connect()];
    world.settle();
    ada.echo(bytes(1));
    world.settle();
    bob.packet(lampTypes.light, encodePayload(pb.v1.EchoRequest, { bytes: new Uint8Array(9) }));
    for (;;) {
      world.turn();
      const [order] = world.disk.ready;
      if (order === undefined || order.operation.type === "list") break;
      world.complete(order);
    }
    const last = world.ordered.findLast(({ type }) => type === "write");
    if (last?.type !== "write") throw new Error("the event was written");
    const [path, segment] = segmentOf(world.disk, 0);
    world.disk.put(path, made(segment, last.offset));
    world.settle();
    return world;
  };

  const less =
    /^the journal ends with event \d+ when it is read back, and more was written; nothing /;
  const more = /^the journal has more than event \d+ when it is read back, and less was written; /;

  it.each([
    ["ends in the middle of a block", less, (all: Uint8Array, at: number) => all.slice(0, at + 20)],
    ["ends between two blocks", less, (all: Uint8Array, at: number) => all.slice(0, at)],
    ["goes on", more, (all: Uint8Array) => Uint8Array.of(...all, ...bytes(0, 0, 0, 0, 0, 0, 0, 7))],
  ])("[JRN-01] ends when that %s: it was written whole", (_, words, made) => {
    const { exited, ordered } = readBack(made);
    expect(exited?.code).toBe(70);
    expect(exited?.message).toMatch(words);
    expect(ordered.filter(({ type }) => type === "truncate")).toEqual([]);
  });
});
