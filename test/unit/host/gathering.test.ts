import { describe, expect, it } from "vitest";
import { Gathering } from "../../../src/core/host/gathering.ts";
import type { HostConfig } from "../../../src/core/host/index.ts";
import { HostWorld, promptEchoType } from "../../support/host-world.ts";
import type { Peer } from "../../support/host-world.ts";

const gathering = (): Gathering => new Gathering({ gatherPacketsMin: 128, gatherMaxMs: 4 });

describe("the rule", () => {
  it("[JRN-24] waits for nine of ten of those who were answered or asked already", () => {
    const rule = gathering();
    rule.durable({ asked: 400, expected: 0, took: 900 }, 400, 10_000);
    expect(rule.expected).toBe(720);
    expect(rule.holds(719, 10_000)).toBe(true);
    expect(rule.holds(720, 10_000)).toBe(false);
  });

  it("[JRN-24] waits for three times the block's time at most, and for the longest that is allowed", () => {
    const rule = gathering();
    rule.durable({ asked: 400, expected: 0, took: 900 }, 0, 10_000);
    expect(rule.until).toBe(12_700);
    expect(rule.holds(0, 12_699)).toBe(true);
    expect(rule.holds(0, 12_700)).toBe(false);
    rule.durable({ asked: 400, expected: 0, took: 90_000 }, 0, 200_000);
    expect(rule.until).toBe(204_000);
  });

  it("[JRN-24] waits for nobody after a block of few", () => {
    const rule = gathering();
    rule.durable({ asked: 127, expected: 0, took: 900 }, 100, 10_000);
    expect(rule.holds(0, 10_000)).toBe(false);
    rule.durable({ asked: 128, expected: 0, took: 900 }, 0, 10_000);
    expect(rule.holds(0, 10_000)).toBe(true);
  });

  it("[JRN-24] bears a crowd that is late once, and gives up one that never waits", () => {
    const rule = gathering();
    /** How many of so many blocks are waited with, when so many come during each sync. */
    const waitedWith = (blocks: number, came: number): number => {
      let count = 0;
      for (let block = 0; block < blocks; block += 1) {
        if (rule.expected > 0) count += 1;
        rule.durable({ asked: 800, expected: rule.expected, took: 900 }, came, 0);
      }
      return count;
    };
    waitedWith(1, 0);
    expect(waitedWith(1, 400)).toBe(1);
    expect(waitedWith(10, 0)).toBe(10);
    // Three in vain, then one after each rest of 16, 32, ..., 1,024, 1,024 blocks.
    expect(waitedWith(3, 400)).toBe(3);
    expect(waitedWith(16, 400)).toBe(0);
    expect(waitedWith(33, 400)).toBe(1);
    expect(waitedWith(10_000, 400)).toBe(13);
    // It is tried again, and again good.
    waitedWith(1_025, 0);
    expect(waitedWith(100, 0)).toBe(100);
  });

  it("[JRN-24] gives up those who come too late", () => {
    const rule = gathering();
    for (let block = 0; block < 4; block += 1) {
      rule.durable({ asked: 300, expected: rule.expected === 0 ? 0 : 301, took: 900 }, 0, 0);
    }
    expect(rule.expected).toBe(0);
  });
});

describe("a host", () => {
  const eager: Partial<HostConfig> = { gatherPacketsMin: 2, commitWindowMs: 50 };
  const four = (config: Partial<HostConfig>): { world: HostWorld; peers: readonly Peer[] } => {
    const world = new HostWorld({ config: { ...eager, ...config } }).start();
    const peers = [1, 2, 3, 4].map(() => world.connect());
    world.advance(100_000);
    return { world, peers };
  };
  const ask = (world: HostWorld, peers: readonly Peer[]): void => {
    for (const peer of peers) peer.echo(Uint8Array.of(1));
    world.turn();
  };
  /** Lets a block be durable that takes a millisecond. */
  const sync = (world: HostWorld): void => {
    world.sleep(1_000);
    while (!world.disk.isIdle) {
      for (const order of world.disk.ready) world.complete(order);
    }
    world.turn();
  };
  /** One half was answered when the other one had asked. */
  const halved = (config: Partial<HostConfig>): ReturnType<typeof four> => {
    const { world, peers } = four(config);
    ask(world, peers.slice(0, 2));
    ask(world, peers.slice(2));
    sync(world);
    return { world, peers };
  };
  const blocksOf = (world: HostWorld): number => world.host.counters.get("journal_blocks_total");
  const heard = (peers: readonly Peer[]): number[] => peers.map((peer) => peer.heard.length);

  it("[JRN-24] makes one block of a crowd that has fallen into two halves", () => {
    const { world, peers } = halved({});
    expect(heard(peers)).toEqual([1, 1, 0, 0]);
    expect(world.disk.isIdle).toBe(true);
    const blocks = blocksOf(world);
    ask(world, peers.slice(0, 2));
    expect(world.disk.isIdle).toBe(false);
    sync(world);
    expect(heard(peers)).toEqual([2, 2, 1, 1]);
    expect(blocksOf(world) - blocks).toBe(1);
    expect(world.host.counters.get("journal_blocks_gathered_total")).toBe(1);
  });

  it("[JRN-24] asks for a turn when it has waited for long enough", () => {
    const { world, peers } = halved({});
    expect(world.host.nextTurn()).toBe(world.nowMicros + 3_000);
    peers[0]?.echo(Uint8Array.of(1), promptEchoType);
    world.turn();
    expect(heard(peers)).toEqual([2, 1, 0, 0]);
    expect(world.disk.isIdle).toBe(true);
    world.sleep(3_000);
    world.turn();
    expect(world.disk.isIdle).toBe(false);
    sync(world);
    expect(heard(peers)).toEqual([2, 1, 1, 1]);
  });

  it("[JRN-24] waits no longer than a window, with nobody, and never when told so", () => {
    const short = halved({ commitWindowMs: 1 });
    expect(short.world.disk.isIdle).toBe(false);
    for (const config of [{ gatherMaxMs: 0 }, { durability: "written" as const }]) {
      const { world, peers } = halved(config);
      expect(world.disk.isIdle).toBe(false);
      world.settle();
      expect(heard(peers)).toEqual([1, 1, 1, 1]);
      expect(world.host.counters.get("journal_blocks_gathered_total")).toBe(0);
    }
  });

  it("[JRN-24] keeps nobody waiting who asks later", () => {
    const { world, peers } = four({});
    ask(world, peers);
    sync(world);
    expect(heard(peers)).toEqual([1, 1, 1, 1]);
    for (let round = 0; round < 3; round += 1) {
      world.sleep(10_000);
      ask(world, peers.slice(0, 1));
      expect(world.disk.isIdle).toBe(false);
      sync(world);
      ask(world, peers);
      sync(world);
    }
    expect(world.host.counters.get("journal_blocks_gathered_total")).toBe(0);
  });

  it("[JRN-24] ends in order while it waits", () => {
    const { world, peers } = halved({});
    expect(world.disk.isIdle).toBe(true);
    world.host.drain();
    world.advance(5_000);
    // The answer, and the goodbye.
    expect(heard(peers)).toEqual([2, 2, 2, 2]);
    world.settle();
    expect(world.exited?.code).toBe(0);
  });

  /** What peers in a closed loop get in 0.2 s, while one of the others asks each `gapMicros`. */
  const mixed = (gatherMaxMs: number, closed: number, gapMicros: number) => {
    const config = { gatherMaxMs, budgetMultiplier: 100_000, commitWindowMs: 50 };
    const world = new HostWorld({ config }).start();
    const peers = Array.from({ length: closed }, () => world.connect());
    const others = Array.from({ length: 50 }, () => world.connect());
    world.advance(100_000);
    for (const peer of peers) peer.echo(Uint8Array.of(1));
    const answered = new Map(peers.map((peer) => [peer, 0]));
    const end = world.nowMicros + 200_000;
    let [count, durableAt] = [0, Infinity];
    for (let [next, turn] = [world.nowMicros, 0]; world.nowMicros < end; turn += 1) {
      if (world.nowMicros >= next) {
        others[turn % others.length]?.echo(Uint8Array.of(2));
        next += gapMicros;
      }
      if (!world.disk.isIdle) durableAt = Math.min(durableAt, world.nowMicros + 1_000);
      if (world.nowMicros >= durableAt) {
        while (!world.disk.isIdle) for (const order of world.disk.ready) world.complete(order);
        durableAt = Infinity;
      }
      world.turn();
      for (const [peer, before] of answered) {
        if (peer.heard.length === before) continue;
        answered.set(peer, peer.heard.length);
        count += 1;
        peer.echo(Uint8Array.of(1));
      }
      world.sleep(20);
    }
    return count;
  };

  it.each([
    [110, 40],
    [150, 25],
    [250, 20],
  ])("[JRN-24] slows nobody down where %i wait and others do not", (closed, gapMicros) => {
    expect(mixed(4, closed, gapMicros)).toBeGreaterThan(0.95 * mixed(0, closed, gapMicros));
  });

  it("[JRN-24] answers nearly twice as often where nearly all wait", () => {
    expect(mixed(4, 400, 40)).toBeGreaterThan(1.8 * mixed(0, 400, 40));
  });
});
