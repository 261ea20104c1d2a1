import { describe, expect, it } from "vitest";
import { setHealth } from "../../../src/core/features/world/world.ts";
import type { World } from "../../../src/core/features/world/world.ts";
import { reprise as pb } from "../../../src/core/wire/gen/game.js";
import { reprise as session } from "../../../src/core/wire/gen/session.js";
import { defineContract, defineFeature, errorTable, toServer } from "../../../src/index.ts";
import type { Sent } from "../../support/realm-driver.ts";
import {
  read,
  tickMicros,
  WorldDriver,
  worldFeatures,
  worldTypes,
} from "../../support/world-driver.ts";

const near = { worldSpawnRadiusM: 1 };

const errors = (sent: readonly Sent[]): string[] =>
  sent
    .filter(({ type }) => type === 1_051)
    .map((each) => read(session.v1.Error, each).code)
    .map((code) => Object.entries(errorTable).find(([, { code: c }]) => c === code)?.[0] ?? "?");

const updates = (sent: readonly Sent[]): Sent[] =>
  sent.filter(({ type }) => type === worldTypes.update);

const worldOf = (driver: WorldDriver): World =>
  (driver.machine.state.featureStates.at(-1) as { world: World }).world;

const sound = (driver: WorldDriver): void => expect(driver.machine.violations()).toEqual([]);

describe("entering the world", () => {
  it("[GAME-01] a player enters and sees himself and who is near", () => {
    const driver = new WorldDriver(near);
    const first = driver.enter(1);
    driver.ticks();
    const second = driver.enter(2);
    driver.ticks();
    for (const { client } of [first, second]) {
      expect([...client.held.keys()].toSorted((a, b) => a - b)).toEqual([
        first.entity,
        second.entity,
      ]);
    }
    expect(second.client.held.get(second.entity)).toEqual({
      body: [second.at.x, second.at.y, second.at.z, 0, 0, 0, 0, 0, 0],
      health: [100, 100, 0],
    });
    expect(driver.outbox.counts.get("world_entered_total")).toBe(2);
    sound(driver);
  });

  it("[PKT-09] the answer says where the player is and which entity he is", () => {
    const driver = new WorldDriver({ worldSpawnRadiusM: 50 });
    driver.ask();
    const answer = driver.admit(9);
    expect(answer).toMatchObject({ success: true, errorCode: 0, mapId: 1 });
    expect(Math.abs(answer.spawnPosition?.x ?? 99)).toBeLessThanOrEqual(50);
    expect(Math.abs(answer.spawnPosition?.z ?? 99)).toBeLessThanOrEqual(50);
    expect(Number(answer.entityId)).toBeGreaterThan(0);
  });

  it("[PKT-09] a second entrance is refused, also while the first is being checked", () => {
    const driver = new WorldDriver(near);
    const connection = driver.ask();
    const [first] = driver.outbox.called;
    driver.ask(connection);
    expect(driver.admit(1).success).toBe(true);
    const verdict = { tokenId: "t1", player: 1, name: "a", role: "player" };
    const times = { issuedAtMs: 0, expiresAtMs: Math.floor(driver.at / 1_000) + 60_000 };
    const answer = { kind: "valid", ...verdict, ...times };
    const late = driver.answer(first?.id ?? (0 as never), { ok: true, answer });
    const reply = late.sent.find(({ type }) => type === worldTypes.entered);
    expect(reply && read(pb.v1.EnterWorldResponse, reply)).toMatchObject({ success: false });
    driver.ask(connection);
    expect(errors(driver.outbox.sent)).toEqual(["NOT_ALLOWED_IN_STATE"]);
    expect(worldOf(driver).store.entities.size).toBe(1);
    sound(driver);
  });

  it("[PKT-09] a bad token lets nobody in", () => {
    const driver = new WorldDriver(near);
    const connection = driver.ask();
    const answer = { kind: "invalid", reason: "expired" };
    const [call] = driver.outbox.called;
    const { sent } = driver.answer(call?.id ?? (0 as never), { ok: true, answer });
    const [reply] = sent.map((each) => read(pb.v1.EnterWorldResponse, each));
    expect(reply).toMatchObject({ success: false, errorCode: 1 });
    expect(worldOf(driver).store.entities.size).toBe(0);
    driver.message(connection, worldTypes.move, pb.v1.MovementUpdate, {
      position: { x: 0, y: 0, z: 0 },
      sequenceNumber: 1,
    });
    expect(errors(driver.outbox.sent)).toEqual(["NOT_ALLOWED_IN_STATE"]);
  });

  it("[GAME-01] a player who comes again replaces himself, and nobody sees him twice", () => {
    const driver = new WorldDriver(near);
    const watcher = driver.enter(1);
    const before = driver.enter(2);
    driver.ticks();
    const after = driver.enter(2);
    // At once, not with the tick.
    expect(worldOf(driver).store.entities.size).toBe(2);
    driver.ticks();
    expect([...watcher.client.held.keys()]).toEqual(
      expect.arrayContaining([watcher.entity, after.entity]),
    );
    expect(watcher.client.held.has(before.entity)).toBe(false);
    expect(watcher.client.held.size).toBe(2);
    expect(driver.outbox.counts.get("world_left_total")).toBe(1);
    sound(driver);
  });
});

describe("leaving the world by another feature", () => {
  const door = defineFeature({
    contract: defineContract("door", {
      out: toServer(10_200, session.v1.HeartbeatRequest, () => true),
    }),
    version: 1,
    state: () => ({}),
  }).implement({
    packets: {
      out: { states: ["inWorld"], handle: (ctx) => void ctx.advance("logout.accepted") },
    },
  });

  it("[GAME-01] takes the entity away, also when its player comes back before the next tick", () => {
    const driver = new WorldDriver(near, [door, ...worldFeatures]);
    const [watcher, leaver] = [driver.enter(1), driver.enter(2)];
    driver.ticks();
    driver.packet(leaver.connection, 10_200, new Uint8Array());
    driver.ask(leaver.connection);
    const { entityId } = driver.admit(2);
    expect(worldOf(driver).store.entities.size).toBe(2);
    driver.ticks();
    expect([...watcher.client.held.keys()]).toContain(Number(entityId));
    expect(watcher.client.held.has(leaver.entity)).toBe(false);
    driver.packet(leaver.connection, 10_200, new Uint8Array());
    driver.ticks();
    expect([...watcher.client.held.keys()]).toEqual([watcher.entity]);
    expect(driver.outbox.counts.get("world_left_total")).toBe(2);
    sound(driver);
  });
});

describe("moving", () => {
  it("[GAME-02] a movement is seen by all who are near at the next tick, and acknowledged", () => {
    const driver = new WorldDriver(near);
    const [mover, watcher] = [driver.enter(1), driver.enter(2)];
    driver.ticks();
    const velocity = { x: 3, y: 0, z: 4 };
    const rotation = { x: 0, y: 90, z: 0 };
    expect(driver.walk(mover, 0.3, 0.4, { velocity, rotation }).sent).toEqual([]);
    driver.ticks();
    const expected = [mover.at.x, 0, mover.at.z, 3, 0, 4, 0, 90, 0];
    expect(mover.client.held.get(mover.entity)?.body).toEqual(expected);
    expect(watcher.client.held.get(mover.entity)?.body).toEqual(expected);
    expect(mover.client.inputSequence).toBe(1);
    expect(watcher.client.inputSequence).toBe(0);
    expect(driver.outbox.counts.get("world_moves_total")).toBe(1);
    expect(driver.outbox.counts.get("world_updates_total")).toBe(4);
  });

  it("[PKT-10] a movement that a later one has overtaken is dropped and counted", () => {
    const driver = new WorldDriver(near);
    const mover = driver.enter(1);
    driver.walk(mover, 1, 0, { sequenceNumber: 5 });
    const { x, z } = mover.at;
    for (const sequenceNumber of [5, 4, 0]) driver.walk(mover, 1, 1, { sequenceNumber });
    driver.ticks();
    expect(mover.client.held.get(mover.entity)?.body.slice(0, 3)).toEqual([x, 0, z]);
    expect(mover.client.inputSequence).toBe(5);
    expect(driver.outbox.counts.get("world_moves_stale_total")).toBe(3);
  });

  it("[PKT-10] a movement without a position, or with one that is not finite, is refused", () => {
    const driver = new WorldDriver(near);
    const mover = driver.enter(1);
    const bad = [
      {},
      { position: { x: Number.NaN, y: 0, z: 0 } },
      { position: { x: 0, y: Infinity, z: 0 } },
      { position: { x: 0, y: 0, z: 0 }, velocity: { x: 0, y: 0, z: -Infinity } },
      { position: { x: 0, y: 0, z: 0 }, rotation: { x: Number.NaN, y: 0, z: 0 } },
    ];
    for (const each of bad)
      expect(errors(driver.tell(mover, each).sent)).toEqual(["INVALID_PACKET"]);
    expect(driver.outbox.counts.get("packets_undecodable_total")).toBe(bad.length);
    sound(driver);
  });

  it("[SYNC-03] only the owner's movements move an entity", () => {
    const driver = new WorldDriver(near);
    const [thief, victim] = [driver.enter(1), driver.enter(2)];
    driver.ticks();
    const { at } = thief;
    for (const entityId of [victim.entity, 12_345, Number.MAX_SAFE_INTEGER]) {
      const { sent } = driver.tell(thief, { entityId, position: at });
      expect(errors(sent)).toEqual(["NOT_PERMITTED"]);
    }
    expect(updates(driver.ticks())).toEqual([]);
    expect(driver.outbox.counts.get("world_moves_foreign_total")).toBe(3);
    driver.walk(thief, 0.1, 0, { entityId: thief.entity });
    driver.ticks();
    expect(victim.client.held.get(thief.entity)?.body[0]).toBe(thief.at.x);
  });

  it("[GAME-08] [GAME-02] impossible movements are put right, acknowledged and seen by nobody", () => {
    const driver = new WorldDriver({ ...near, worldSizeM: 1_000 });
    const [cheat, watcher] = [driver.enter(1), driver.enter(2)];
    driver.ticks();
    const { x, y, z } = cheat.at;
    const tricks = [
      ["speed", { position: { x: x + 100, y, z } }],
      ["speed", { position: { x, y: y + 13, z } }],
      ["bounds", { position: { x: 501, y, z } }],
      ["bounds", { position: { x: 3e38, y: -3e38, z } }],
      ["velocity", { position: { x, y, z }, velocity: { x: 13, y: 0, z: 0 } }],
    ] as const;
    for (const [reason, movement] of tricks) {
      const before = driver.outbox.counts.get(`world_corrections_total{reason="${reason}"}`) ?? 0;
      expect(driver.tell(cheat, movement).sent).toEqual([]);
      expect(driver.outbox.counts.get(`world_corrections_total{reason="${reason}"}`)).toBe(
        before + 1,
      );
      const told = updates(driver.ticks());
      expect(told.map(({ connection }) => connection)).toEqual([cheat.connection]);
      // He is told where he really is, and nothing else.
      const correction = told.map((each) => read(pb.v1.WorldUpdate, each).updates);
      expect(correction).toMatchObject([[{ movement: { position: { x, z } } }]]);
      expect(cheat.client.held.get(cheat.entity)?.body.slice(0, 3)).toEqual([x, y, z]);
      expect(cheat.client.inputSequence).toBe(cheat.sequence);
    }
    expect(watcher.client.held.get(cheat.entity)?.body.slice(0, 3)).toEqual([x, y, z]);
    sound(driver);
  });

  it("[GAME-08] nobody is faster than the speed limit over a second, however he cuts it", () => {
    for (const perSecond of [5, 10, 30, 60]) {
      const driver = new WorldDriver({ ...near, worldAllowanceMs: 100 });
      const mover = driver.enter(1);
      const start = { ...mover.at };
      const wanted = { ...mover.at };
      for (let step = 0; step < perSecond * 3; step += 1) {
        wanted.x += 20 / perSecond; // 20 m/s where 12 are allowed.
        driver.tell(mover, { position: wanted });
        driver.ticks(Math.max(1, Math.round(30 / perSecond)));
        const held = mover.client.held.get(mover.entity)?.body ?? [];
        wanted.x = Math.max(held[0] ?? 0, wanted.x - 20 / perSecond);
      }
      const covered = (mover.client.held.get(mover.entity)?.body[0] ?? 0) - start.x;
      const elapsed = (Math.max(1, Math.round(30 / perSecond)) * perSecond * 3 * tickMicros) / 1e6;
      expect(covered).toBeLessThanOrEqual(12 * 1.01 * (elapsed + 0.1));
    }
  });

  it("[GAME-08] a network that delivers late and at once is no cheat", () => {
    const driver = new WorldDriver(near);
    const mover = driver.enter(1);
    driver.ticks(30);
    for (let step = 0; step < 9; step += 1) driver.walk(mover, 1.2, 0);
    driver.ticks();
    expect(mover.client.held.get(mover.entity)?.body[0]).toBe(mover.at.x);
    expect([...driver.outbox.counts.keys()].some((key) => key.includes("corrections"))).toBe(false);
  });
});

describe("what is told", () => {
  it("[PKT-11] position and health of one tick both arrive", () => {
    const driver = new WorldDriver(near);
    const [mover, watcher] = [driver.enter(1), driver.enter(2)];
    driver.ticks();
    driver.walk(mover, 0.1, 0);
    expect(setHealth(worldOf(driver), mover.entity, { current: 40, max: 90, shield: 5 })).toBe(
      true,
    );
    const told = updates(driver.ticks()).map((each) => read(pb.v1.WorldUpdate, each));
    expect(told.map((each) => each.updates.map(({ update }) => update))).toEqual([
      ["movement", "health"],
      ["movement", "health"],
    ]);
    expect(watcher.client.held.get(mover.entity)).toEqual({
      body: [mover.at.x, 0, mover.at.z, 0, 0, 0, 0, 0, 0],
      health: [40, 90, 5],
    });
  });

  it("[SYNC-04] only what has changed is told: position, health, everything, or removal", () => {
    const driver = new WorldDriver(near);
    const [mover, watcher] = [driver.enter(1), driver.enter(2)];
    const news = () => {
      const mine = updates(driver.ticks()).filter((s) => s.connection === watcher.connection);
      return mine.map((each) => {
        const update = read(pb.v1.WorldUpdate, each);
        return [...update.updates.map((u) => u.update), ...update.removed.map(() => "removed")];
      });
    };
    // Two entities, in full.
    expect(news()).toEqual([["movement", "health", "movement", "health"]]);
    driver.walk(mover, 0.1, 0);
    expect(news()).toEqual([["movement"]]);
    setHealth(worldOf(driver), mover.entity, { current: 1, max: 100, shield: 0 });
    // A feature would have done that in a step, which is when the next tick is asked for.
    driver.walk(mover, 0, 0);
    expect(news()).toEqual([["health"]]);
    // Nothing is news that was said before.
    setHealth(worldOf(driver), mover.entity, { current: 1, max: 100, shield: 0 });
    driver.walk(mover, 0, 0);
    expect(news()).toEqual([]);
    driver.leave(mover);
    expect(news()).toEqual([["removed"]]);
    expect(setHealth(worldOf(driver), mover.entity, { current: 1, max: 1, shield: 0 })).toBe(false);
  });

  it("[SYNC-08] who has left is removed for all who saw him, whichever way he went", () => {
    const driver = new WorldDriver(near);
    const watcher = driver.enter(1);
    const others = [2, 3, 4].map((player) => driver.enter(player));
    driver.ticks();
    expect(watcher.client.held.size).toBe(4);
    const [cut, ended, ordered] = others;
    if (cut === undefined || ended === undefined || ordered === undefined) return;
    driver.leave(cut);
    driver.step({ type: "connection.ended", at: driver.at, connection: ended.connection });
    driver.ticks();
    expect([...watcher.client.held.keys()].toSorted((a, b) => a - b)).toEqual(
      [watcher.entity, ordered.entity].toSorted((a, b) => a - b),
    );
    // His connection closes afterwards: nothing is left to be removed.
    driver.leave(ended);
    expect(updates(driver.ticks())).toEqual([]);
    expect(driver.outbox.counts.get("world_left_total")).toBe(2);
    sound(driver);
  });

  it("[SYNC-05] a thousand idle entities send nothing", () => {
    const driver = new WorldDriver({ worldSpawnRadiusM: 1_000 });
    for (let player = 1; player <= 1_000; player += 1) driver.enter(player);
    driver.ticks();
    const before = driver.outbox.counts.get("world_updates_total");
    expect(before).toBe(1_000);
    const sent = driver.ticks(90);
    expect(updates(sent)).toEqual([]);
    expect(driver.outbox.counts.get("world_updates_total")).toBe(before);
    // Nor does the world run: what ticks there are ask for reports to the directory.
    expect(driver.outbox.counts.get("ticks_total")).toBeLessThan(12);
  });

  it("[SYNC-07] a message to who is near reaches those whose cells cover the place", () => {
    const driver = new WorldDriver(near);
    const walker = driver.enter(1);
    const feature = driver.machine.composition.features.at(-1)?.implementation;
    const at = (x: number, z: number) => [
      ...(feature?.near?.(driver.machine.state.featureStates.at(-1), { x, y: 0, z }) ?? []),
    ];
    expect(at(0, 0)).toEqual([]);
    driver.ticks();
    const cell = (along: number) => Math.floor((along + 5_000) / 50);
    for (let x = -275; x <= 275; x += 50) {
      for (let z = -275; z <= 275; z += 50) {
        const away = [cell(x) - cell(walker.at.x), cell(z) - cell(walker.at.z)];
        expect(at(x, z)).toHaveLength(away.every((cells) => Math.abs(cells) <= 2) ? 1 : 0);
      }
    }
    expect(at(1e30, 0)).toEqual([]);
  });

  it("shows tools who is where and who sees whom", () => {
    const driver = new WorldDriver(near);
    const walker = driver.enter(7);
    driver.ticks();
    const view = driver.machine.view("world.players") as Record<string, never>;
    expect(view).toMatchObject({ size: 10_000, viewDistance: 100, cell: 50, cells: 200 });
    expect(view["entities"]).toMatchObject([
      { id: walker.entity, player: 7, name: "player 7", x: walker.at.x, y: 0, z: walker.at.z },
    ]);
    expect(view["viewers"]).toMatchObject([{ id: walker.entity, session: 1 }]);
  });
});
