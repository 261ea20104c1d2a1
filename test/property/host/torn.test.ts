/**
 * Every way in which the last write of a small journal can be left by a crash, and every byte of it
 * that can be damaged: a start has all that was acknowledged, or says what is wrong and where.
 */
import { describe, expect, it } from "vitest";
import type { FileOperation } from "../../../src/core/contract.ts";
import { contentLength } from "../../../src/core/kernel/bytes.ts";
import { HostDisk } from "../../support/host-disk.ts";
import { HostWorld } from "../../support/host-world.ts";

type Write = Extract<FileOperation, { type: "write" }>;

interface Left {
  /** The disk before the last write, which nobody was told of. */
  readonly before: ReadonlyMap<string, Uint8Array>;
  readonly last: Write;
  /** Of events, without and with the last write. */
  readonly acknowledged: number;
  readonly all: number;
  /** Writes of the journal, in order. */
  readonly writes: readonly Write[];
}

const isJournal = (operation: FileOperation): operation is Write =>
  operation.type === "write" && operation.path.startsWith("journal/");

/** Two starts with a few echoes each, and one more of so many bytes. */
function left(lastBytes: number): Left {
  let disk = new HostDisk();
  const writes: Write[] = [];
  let world = new HostWorld({ disk });
  for (let start = 0; start < 2; start += 1) {
    world = new HostWorld({ disk }).start();
    const peer = world.connect();
    for (let echo = 0; echo < 3; echo += 1) {
      peer.echo(new Uint8Array(40).fill(echo));
      world.advance(10_000);
    }
    if (start === 0) {
      writes.push(...world.ordered.filter(isJournal));
      disk = world.disk.afterCrash();
    }
  }
  const before = new Map([...world.disk.contents()].map(([path, held]) => [path, held.slice()]));
  const acknowledged = world.journal().length;
  world.connect().echo(new Uint8Array(lastBytes).fill(7));
  world.advance(10_000);
  // What a recovery writes again is no new block.
  for (const write of world.ordered.filter(isJournal)) {
    const isKnown = writes.some(
      ({ path, offset }) => path === write.path && offset === write.offset,
    );
    if (!isKnown) writes.push(write);
  }
  const last = writes.at(-1);
  if (last === undefined) throw new Error("nothing was written");
  // Connection and echo came in one block.
  expect(last.offset).toBe(contentLength(before.get(last.path) ?? new Uint8Array(0)));
  return { before, last, acknowledged, all: world.journal().length, writes };
}

const diskOf = (files: ReadonlyMap<string, Uint8Array>): HostDisk => {
  const disk = new HostDisk();
  for (const [path, bytes] of files) disk.put(path, bytes.slice());
  return disk;
};

/** What is there when `bytes` of the write, of which some may be older ones, are. */
function imageOf(
  files: ReadonlyMap<string, Uint8Array>,
  { path, offset }: Write,
  bytes: Uint8Array,
): ReadonlyMap<string, Uint8Array> {
  const old = files.get(path) ?? new Uint8Array(0);
  if (bytes.length === 0) return files;
  const image = new Uint8Array(Math.max(old.length, offset + bytes.length));
  image.set(old);
  image.set(bytes, offset);
  return new Map(files).set(path, image);
}

/** Events that a start on these files recovers; null when it refuses. */
function recovered(files: ReadonlyMap<string, Uint8Array>): number | null {
  const world = new HostWorld({ disk: diskOf(files) }).start();
  if (world.exited !== null) return null;
  return world.host.recovered?.lastSequence ?? 0;
}

describe("[JRN-02] a start on what a crash has left of the last write", () => {
  it("has everything acknowledged, wherever the write ends", () => {
    const { before, last, acknowledged, all } = left(40);
    for (let length = 0; length <= last.bytes.length; length += 1) {
      const files = imageOf(before, last, last.bytes.subarray(0, length));
      const expected = length === last.bytes.length ? all : acknowledged;
      expect([length, recovered(files)]).toEqual([length, expected]);
    }
  });

  it("has everything acknowledged, whichever sectors of it are there", () => {
    const { before, last, acknowledged, all } = left(3_000);
    const sectors = Math.ceil(last.bytes.length / 512);
    expect(sectors).toBeGreaterThanOrEqual(6);
    for (let kept = 0; kept < 1 << sectors; kept += 1) {
      const bytes = last.bytes.map((byte, at) => (((kept >> (at >> 9)) & 1) === 1 ? byte : 0));
      const isWhole = bytes.every((byte, at) => byte === last.bytes[at]);
      const files = imageOf(before, last, bytes);
      expect([kept, recovered(files)]).toEqual([kept, isWhole ? all : acknowledged]);
    }
  });

  it("has it also when it dies itself, at any operation, with the power or without", () => {
    const { before, last, acknowledged } = left(40);
    const torn = imageOf(before, last, last.bytes.subarray(0, 100));
    for (let operations = 0; ; operations += 1) {
      const world = new HostWorld({ disk: diskOf(torn) });
      world.host.start();
      for (let done = 0; done < operations; done += 1) {
        world.turn();
        const [order] = world.disk.ready;
        if (order !== undefined) world.complete(order);
      }
      if (world.isListening) break;
      for (const disk of [
        world.disk.afterPowerLoss(() => 0),
        world.disk.afterPowerLoss((unsynced) => unsynced),
        world.disk.afterPowerLoss((unsynced) => unsynced >> 1),
        world.disk.afterCrash(1),
      ]) {
        const next = new HostWorld({ disk }).start();
        expect(next.exited).toBeNull();
        expect(next.host.recovered?.lastSequence).toBeGreaterThanOrEqual(acknowledged);
      }
    }
  });
});

describe("[JRN-03] a start on a journal of which a byte is damaged", () => {
  it("names the block, or tells of the last one that it cuts it", () => {
    const { before, last, all, writes } = left(40);
    const whole = imageOf(before, last, last.bytes);
    for (const write of writes) {
      for (let at = 0; at < write.bytes.length; at += 1) {
        const files = new Map(whole);
        const bytes = (files.get(write.path) ?? new Uint8Array(0)).slice();
        const place = write.offset + at;
        bytes[place] = (bytes[place] ?? 0) ^ 0x10;
        files.set(write.path, bytes);
        const world = new HostWorld({ disk: diskOf(files) }).start();
        const { exited } = world;
        if (write === last) {
          expect([at, world.host.recovered?.cutBytes]).toEqual([at, last.bytes.length]);
          expect(world.host.recovered?.lastSequence).toBeLessThan(all);
          continue;
        }
        const said = /: (\S+), byte (\d+)/.exec(exited?.message ?? "");
        expect([at, exited?.code, said?.[1]]).toEqual([at, 1, write.path]);
        const told = Number(said?.[2]);
        expect(told >= write.offset && told <= place).toBe(true);
      }
    }
  });
});
