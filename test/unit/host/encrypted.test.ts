/** A host whose journal and checkpoints are encrypted. */
import { describe, expect, it } from "vitest";
import { builtinFeatures } from "../../../src/core/features/index.ts";
import { HostDisk } from "../../support/host-disk.ts";
import { HostWorld } from "../../support/host-world.ts";
import type { WorldOptions } from "../../support/host-world.ts";
import { lamp } from "../../support/lamp.ts";
import { logKey, logKeys, withFormat } from "../../support/journal-log.ts";

const features = [...builtinFeatures, lamp];
const word = Uint8Array.from(Buffer.from("what nobody else should read"));

const worldOf = (options: WorldOptions): HostWorld => new HostWorld({ features, ...options });

/** A server that was told a word, and has committed it. */
function livedWorld(options: WorldOptions = { keys: logKeys() }): HostWorld {
  const world = worldOf(options).start();
  world.connect().echo(word);
  world.advance(50_000);
  return world;
}

const isOnDisk = (disk: HostDisk): boolean =>
  [...disk.contents().values()].some((bytes) => Buffer.from(bytes).includes(Buffer.from(word)));

const drained = (world: HostWorld): HostWorld => {
  world.host.drain();
  world.advance(60_000_000);
  expect(world.exited).toMatchObject({ code: 0 });
  return world;
};

const checkpointOf = (disk: HostDisk): string =>
  [...disk.contents().keys()].find((path) => path.endsWith(".checkpoint")) ?? "";

describe("a host with a key", () => {
  it("[JRN-09] goes on from its encrypted journal, and from its encrypted checkpoint", () => {
    expect(isOnDisk(livedWorld({}).disk)).toBe(true);
    const before = livedWorld();
    expect(isOnDisk(before.disk)).toBe(false);
    const digest = before.host.machine()?.digest();
    const crashed = worldOf({ keys: logKeys(), disk: before.disk.afterCrash() }).start();
    expect(crashed.host.recovered).toMatchObject({ digest, cutBytes: 0 });
    const past = drained(crashed);
    const again = worldOf({ keys: logKeys(), disk: past.disk }).start();
    expect(again.host.recovered).toMatchObject({ events: 0, incarnation: 3 });
    expect(again.journal().length).toBeGreaterThan(before.journal().length);
  });

  it("[JRN-09] says which key is missing, and cuts nothing for want of it", () => {
    const crashed = livedWorld().disk.afterCrash();
    const ended = drained(livedWorld()).disk;
    for (const [disk, path] of [
      [crashed, "journal/0000000000000001.segment"],
      [ended, checkpointOf(ended)],
    ] as const) {
      const files = disk.contents();
      for (const [keys, given] of [
        [null, "no key was given"],
        [logKeys(logKey(1)), `the given keys are ${logKey(1).id}`],
      ] as const) {
        const world = worldOf({ keys, disk }).start();
        expect(world.exited).toEqual({
          code: 1,
          message:
            `the journal cannot be read: ${path}: it is encrypted with key ${logKey().id}, and ` +
            `${given}; name the file that has it in journal.keyFile, or in journal.oldKeyFiles ` +
            "if another one is written with now",
        });
        expect(disk.contents()).toEqual(files);
      }
    }
  });

  it("[JRN-04] refuses a newer format by its number, of a segment or a checkpoint", () => {
    const ended = drained(livedWorld({})).disk;
    const segment = "journal/0000000000000001.segment";
    for (const path of [segment, checkpointOf(ended)]) {
      const disk = new HostDisk();
      for (const [name, bytes] of ended.contents()) {
        disk.put(name, name === path ? withFormat(bytes, 3) : bytes);
      }
      const world = worldOf({ disk }).start();
      expect(world.exited?.message).toBe(
        `the journal cannot be read: ${path}: it has format 3, this build reads up to 2; ` +
          "start the Reprise that wrote it",
      );
    }
  });

  it("[JRN-04] has a file moved away that never was a segment, whatever it is called", () => {
    const ended = drained(livedWorld({})).disk;
    const segment = "journal/0000000000000001.segment";
    ended.put(segment, new TextEncoder().encode("shopping list: bread, butter, a lantern\n"));
    expect(worldOf({ disk: ended }).start().exited?.message).toBe(
      `the journal cannot be read: ${segment}: it begins unlike any such file; move it away`,
    );
  });

  it("[JRN-09] goes on with another key, with none, and with one for the first time", () => {
    const disk = livedWorld({}).disk.afterCrash();
    const [first, second] = [logKey(1), logKey(2)];
    const rings = [logKeys(first), logKeys(second, first), logKeys(null, second, first)];
    let world = worldOf({});
    for (const [index, keys] of rings.entries()) {
      world = worldOf({ keys, disk: index === 0 ? disk : world.disk.afterCrash() }).start();
      expect(world.exited).toBeNull();
      world.connect().echo(word);
      world.advance(50_000);
    }
    const events = world.journal().filter(({ event }) => event.type === "packet.received");
    expect(events).toHaveLength(4);
  });

  it("has a follower that reads what is encrypted, and whose checkpoints are", () => {
    const config = { follower: "on", followAfterMs: 1, checkpointEveryEvents: 5 } as const;
    const world = worldOf({ keys: logKeys(), config }).start();
    const peer = world.connect();
    for (let sent = 0; sent < 30; sent += 1) {
      peer.echo(word);
      world.advance(100_000);
    }
    expect(world.host.counters.get("checkpoints_total")).toBeGreaterThan(0);
    expect(world.host.counters.get("follower_ends_total")).toBe(0);
    expect(isOnDisk(world.disk)).toBe(false);
    const next = worldOf({ keys: logKeys(), disk: world.disk.afterCrash() }).start();
    expect(next.exited).toBeNull();
    // From a checkpoint, and to the end: each step came out as it was journalled.
    const { events = 0, lastSequence } = next.host.recovered ?? {};
    expect(lastSequence).toBe(world.journal().length);
    expect(events).toBeLessThan(10);
  });
});
