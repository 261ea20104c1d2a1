/** The world inside its realm: replays, checkpoints, other processes, and the time that passes. */
import { execFileSync } from "node:child_process";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { gameFeatures } from "../../../src/core/features/index.ts";
import { limits } from "../../../src/core/kernel/limits.ts";
import { createRealm, defaultRealmConfig } from "../../../src/core/realm/index.ts";
import { Inbox } from "../../../src/core/realm/inbox.ts";
import { sessionId, packetType } from "../../../src/core/kernel/ids.ts";
import { RecordingOutbox } from "../../support/realm-driver.ts";
import { tickMicros, WorldDriver, worldTypes } from "../../support/world-driver.ts";
import type { Walker } from "../../support/world-driver.ts";
import { liveAndDigest } from "../../support/world-digest.ts";

type Act =
  | { readonly type: "enter" | "tick" | "restart" }
  | { readonly type: "leave"; readonly who: number }
  | { readonly type: "walk"; readonly who: number; readonly dx: number; readonly dz: number };

const who = fc.nat(9);
const stride = fc.double({ min: -1, max: 1, noNaN: true });
const act: fc.Arbitrary<Act> = fc.oneof(
  { weight: 3, arbitrary: fc.constant<Act>({ type: "enter" }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant("leave" as const), who }) },
  {
    weight: 8,
    arbitrary: fc.record({ type: fc.constant("walk" as const), who, dx: stride, dz: stride }),
  },
  { weight: 4, arbitrary: fc.constant<Act>({ type: "tick" }) },
  { weight: 1, arbitrary: fc.constant<Act>({ type: "restart" }) },
);

/** Lives through the acts; with `restarts`, the state is written and read again at each of them. */
function live(acts: readonly Act[], restarts: boolean): WorldDriver {
  const driver = new WorldDriver({ worldSpawnRadiusM: 5, worldSizeM: 600 });
  const walkers: Walker[] = [];
  let players = 0;
  for (const each of acts) {
    const walker = "who" in each ? walkers[each.who % walkers.length] : undefined;
    if (each.type === "enter") walkers.push(driver.enter((players += 1)));
    else if (each.type === "tick") driver.ticks();
    else if (each.type === "restart" && restarts) {
      driver.machine.restore(driver.machine.checkpoint());
    } else if (each.type === "leave" && walker !== undefined) {
      driver.leave(walker);
      walkers.splice(walkers.indexOf(walker), 1);
    } else if (each.type === "walk" && walker !== undefined) {
      driver.walk(walker, each.dx, each.dz);
    }
    const broken = driver.machine.violations();
    if (broken.length > 0) throw new Error(broken.join("; "));
  }
  driver.ticks();
  return driver;
}

describe("the world in its realm", () => {
  const acts = fc.array(act, { maxLength: 60, size: "max" });

  it("[GAME-01] [LOOP-08] keeps its rules, and whoever is near is seen, whatever happens", () => {
    fc.assert(
      fc.property(acts, (lived) => {
        const driver = live(lived, false);
        // All of them are within one another's view: everybody sees everybody.
        const entities = Array.from(driver.walkers.values(), ({ entity }) => entity);
        for (const { client } of driver.walkers.values()) {
          expect([...client.held.keys()].toSorted((a, b) => a - b)).toEqual(
            entities.toSorted((a, b) => a - b),
          );
        }
      }),
      { numRuns: 300 },
    );
  });

  it("[LOOP-03] [LOOP-06] the same events give the same state, also across a checkpoint", () => {
    fc.assert(
      fc.property(acts, (lived) => {
        const driver = live(lived, false);
        const digest = driver.machine.digest();
        expect(driver.replay().digest()).toBe(digest);
        const restarted = live(lived, true);
        expect(restarted.machine.digest()).toBe(digest);
        expect(restarted.machine.checkpoint()).toEqual(driver.machine.checkpoint());
      }),
      { numRuns: 150 },
    );
  });

  it("[LOOP-06] another process has the same digest and sends the same bytes after every tick", () => {
    const here = liveAndDigest(42, 60);
    const program = "test/support/world-digest.ts";
    const there = execFileSync(process.execPath, [program, "42"], { encoding: "utf8" });
    expect(JSON.parse(there)).toEqual(here);
    expect(new Set(here).size).toBe(60);
    expect(liveAndDigest(43, 60)).not.toEqual(here);
  });

  it("[LOOP-03] time passes by events alone: a movement is told by the tick and by nothing else", () => {
    const driver = new WorldDriver({ worldSpawnRadiusM: 1 });
    const walker = driver.enter(1);
    driver.ticks();
    const before = driver.machine.state.kernel.tick;
    for (let each = 0; each < 20; each += 1) {
      expect(driver.walk(walker, 0.1, 0).sent).toEqual([]);
    }
    expect(driver.machine.state.kernel.tick).toBe(before);
    const told = driver.ticks().filter(({ type }) => type === worldTypes.update);
    expect(told).toHaveLength(1);
    expect(walker.client.inputSequence).toBe(20);
    expect(driver.machine.state.kernel.tick).toBe(before + 1);
  });

  it("[LOOP-07] after t seconds the world has run 30 t ticks, and updates carry their numbers", () => {
    const driver = new WorldDriver({ worldSpawnRadiusM: 1, idleTimeoutMs: 1_000_000 });
    const walker = driver.enter(1);
    // Of ticks in which he moves, and of those that have nothing to tell.
    for (let each = 0; each < 30; each += 1) {
      driver.pass(1_000_000);
      driver.walk(walker, 0.1, 0);
    }
    driver.pass(30_000_000);
    driver.walk(walker, 0.1, 0);
    const { counts } = driver.outbox;
    expect(counts.get("ticks_total")).toBeGreaterThanOrEqual(31);
    // Tick 0 is due at the start itself.
    const idle = counts.get("ticks_idle_total") ?? 0;
    expect((counts.get("ticks_total") ?? 0) + idle).toBe(60 * 30 + 1);
    const from = driver.machine.state.kernel.tick;
    driver.ticks();
    expect(walker.client.tick).toBe(from);
  });

  it("[LOOP-09] an idle world wakes for its report to the directory and for nothing else", () => {
    const driver = new WorldDriver({ idleTimeoutMs: 1_000_000 });
    const walker = driver.enter(1);
    driver.ticks();
    const before = driver.events.length;
    driver.pass(10_000_000);
    // A tick that asks, the one before it, which may be late, and a deadline.
    expect(driver.events.length - before).toBeLessThanOrEqual(30);
    // Who has something to be told wakes it at the next tick.
    driver.walk(walker, 0.1, 0);
    const due = driver.machine.nextTimeout();
    expect((due ?? 0) - driver.at).toBeLessThanOrEqual(tickMicros);
    expect((due ?? 0) - driver.at).toBeGreaterThan(0);
  });

  it("[LOOP-01] the game role has a world, which is set by its configuration", () => {
    expect(gameFeatures.map(({ name }) => name)).toContain("world");
    const settings = Object.keys(defaultRealmConfig).filter((key) => key.startsWith("world"));
    expect(settings).toEqual([
      ...["worldSizeM", "worldViewDistanceM", "worldSpeedMaxMmPerS", "worldAllowanceMs"],
      "worldSpawnRadiusM",
    ]);
    const driver = new WorldDriver({
      worldSizeM: 500,
      worldViewDistanceM: 40,
      worldSpawnRadiusM: 9,
    });
    const walker = driver.enter(1);
    driver.ticks();
    expect(Math.max(Math.abs(walker.at.x), Math.abs(walker.at.z))).toBeLessThanOrEqual(9);
    expect(driver.machine.view("world.players")).toMatchObject({ size: 500, cell: 20, cells: 25 });
  });

  it("[LOOP-02] one composition orchestrates all systems: each event goes through it once", () => {
    const machine = createRealm({ features: gameFeatures }).create();
    expect(machine.tables.filter((table) => table === "feature:world")).toHaveLength(1);
    expect(machine.nextTimeout()).toBeNull();
    const outbox = new RecordingOutbox();
    const driver = new WorldDriver({}, gameFeatures);
    for (const event of driver.events) machine.step(event, outbox);
    expect(machine.nextTimeout()).not.toBeNull();
  });
});

describe("packets that wait for a tick", () => {
  const arrivals = fc.array(fc.integer({ min: 1, max: 8 }), { maxLength: 300, size: "max" });

  it("[LOOP-05] are taken fairly: nobody twice while another waits, and each session's in order", () => {
    fc.assert(
      fc.property(arrivals, fc.integer({ min: 1, max: 40 }), (sessions, budget) => {
        const inbox = new Inbox();
        const waiting = new Map<number, number[]>();
        for (const [at, session] of sessions.entries()) {
          const packet = { session: sessionId(session), type: packetType(2_002), sequence: at };
          const queue = waiting.get(session) ?? [];
          const isTaken = inbox.add({ ...packet, payload: new Uint8Array() });
          expect(isTaken).toBe(queue.length < limits.inboxPerSessionMax);
          if (isTaken) queue.push(at);
          waiting.set(session, queue);
        }
        const served = new Map<number, number>();
        while (inbox.size > 0) {
          // One tick's share; what it does not reach keeps its order.
          for (let taken = 0; taken < budget && inbox.size > 0; taken += 1) {
            const next = inbox.take();
            const session = next?.session ?? 0;
            expect(next?.sequence).toBe(waiting.get(session)?.shift());
            served.set(session, (served.get(session) ?? 0) + 1);
            for (const [other, queue] of waiting) {
              if (queue.length === 0) continue;
              const lead = (served.get(session) ?? 0) - (served.get(other) ?? 0);
              expect(lead).toBeLessThanOrEqual(1);
            }
          }
        }
        expect([...waiting.values()].every((queue) => queue.length === 0)).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  it("[LOOP-05] a flood of movements costs a tick nothing: it is told once an entity", () => {
    const driver = new WorldDriver({ worldSpawnRadiusM: 1, worldSizeM: 50 });
    const [mover, watcher] = [driver.enter(1), driver.enter(2)];
    driver.ticks();
    const { packets, records } = watcher.client;
    for (let each = 0; each < 1_000; each += 1) driver.walk(mover, 0.001, 0);
    driver.ticks();
    expect(watcher.client.packets).toBe(packets + 1);
    expect(watcher.client.records).toBe(records + 1);
  });
});
