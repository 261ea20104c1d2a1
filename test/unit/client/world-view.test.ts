import { describe, expect, it } from "vitest";
import { WorldView } from "../../../src/client/world-view.ts";
import type { WorldEvent } from "../../../src/client/world-view.ts";
import { fromBigint } from "../../../src/core/wire/index.ts";
import { hasHealth, stands, worldUpdate } from "../../support/world-updates.ts";

const told = (events: readonly WorldEvent[]): readonly string[] =>
  events.map(({ type, entity }) => `${type} ${entity.id}`);

const ids = (view: WorldView): readonly number[] => [...view.entities.keys()];

describe("a view of the world", () => {
  it("[SYNC-07] shows who appears, moves and leaves", () => {
    const view = new WorldView();
    const first = view.apply(worldUpdate({ tick: 5, updates: [stands(1, 10, 20), stands(2)] }));
    expect(told(first)).toEqual(["appeared 1", "appeared 2"]);
    expect(view.entities.get(1)).toMatchObject({ position: { x: 10, y: 0, z: 20 }, tick: 5 });
    const [moved] = view.apply(worldUpdate({ tick: 6, updates: [stands(1, 11, 20)] }));
    expect(moved).toMatchObject({ type: "moved", from: { x: 10, y: 0, z: 20 } });
    expect(view.entities.get(1)?.position).toEqual({ x: 11, y: 0, z: 20 });
    const last = view.apply(worldUpdate({ tick: 7, removed: [2] }));
    expect(told(last)).toEqual(["left 2"]);
    expect(ids(view)).toEqual([1]);
  });

  it("[SYNC-07] keeps whoever is removed and told of again in one update", () => {
    const view = new WorldView();
    view.apply(worldUpdate({ tick: 1, updates: [stands(1), hasHealth(1, 90)] }));
    const entity = view.entities.get(1);
    const events = view.apply(
      worldUpdate({ tick: 2, removed: [1], updates: [stands(1, 60), hasHealth(1, 80)] }),
    );
    expect(told(events)).toEqual(["moved 1", "health 1"]);
    expect(view.entities.get(1)).toBe(entity);
    expect(entity?.health).toEqual({ current: 80, max: 100, shield: 0 });
  });

  it("[SYNC-02] keeps position and health that changed in one tick", () => {
    const view = new WorldView();
    view.apply(worldUpdate({ tick: 1, updates: [stands(1), hasHealth(1, 100)] }));
    const both = { tick: 2, updates: [hasHealth(1, 40), stands(1, 3)] };
    expect(told(view.apply(worldUpdate(both)))).toEqual(["health 1", "moved 1"]);
    expect(view.entities.get(1)).toMatchObject({ position: { x: 3 }, health: { current: 40 } });
  });

  it("takes a status in", () => {
    const view = new WorldView();
    view.apply(worldUpdate({ tick: 1, updates: [stands(1)] }));
    const status = { buffIds: [7], debuffIds: [8, 9], isStunned: true };
    const [event] = view.apply(worldUpdate({ tick: 2, updates: [{ entityId: 1, status }] }));
    expect(event).toMatchObject({ type: "status", before: null });
    expect(view.entities.get(1)?.status).toEqual({
      buffs: [7],
      debuffs: [8, 9],
      isStunned: true,
      isSilenced: false,
    });
  });

  it("knows oneself, also when the update comes before the answer", () => {
    const view = new WorldView();
    view.begin();
    view.apply(worldUpdate({ tick: 3, inputSequence: 8, updates: [stands(4, 1), stands(9)] }));
    expect([view.own, view.self, view.tick, view.inputSequence]).toEqual([null, null, 3, 8]);
    view.entered(4);
    expect(view.self).toBe(view.entities.get(4));
    expect(() => view.entered(-1)).toThrow(/no id/);
  });

  it("discards updates of older ticks, and takes several of one", () => {
    const view = new WorldView();
    view.apply(worldUpdate({ tick: 5, updates: [stands(1)] }));
    view.apply(worldUpdate({ tick: 5, updates: [stands(2)] }));
    expect(view.apply(worldUpdate({ tick: 4, updates: [stands(3)], removed: [1] }))).toEqual([]);
    expect(ids(view)).toEqual([1, 2]);
    expect(view.counters).toEqual({ applied: 2, outdated: 1, strays: 0 });
  });

  it("discards what was told of ticks after the recovered one", () => {
    const view = new WorldView();
    view.apply(worldUpdate({ tick: 5, updates: [stands(1), stands(2)] }));
    view.apply(worldUpdate({ tick: 9, updates: [stands(2, 1), stands(3)] }));
    expect(view.rewind(9)).toEqual([]);
    expect(told(view.rewind(7))).toEqual(["left 2", "left 3"]);
    expect(ids(view)).toEqual([1]);
    expect(told(view.apply(worldUpdate({ tick: 8, updates: [stands(2)] })))).toEqual([
      "appeared 2",
    ]);
  });

  it("forgets an earlier presence when it begins again, on a server that has gone back", () => {
    const view = new WorldView();
    view.begin();
    view.apply(worldUpdate({ tick: 900, inputSequence: 4, updates: [stands(1), stands(2)] }));
    view.entered(1);
    expect(told(view.begin())).toEqual(["left 1", "left 2"]);
    expect([view.own, view.tick, view.inputSequence, view.entities.size]).toEqual([null, 0, 0, 0]);
    expect(told(view.apply(worldUpdate({ tick: 700, updates: [stands(2)] })))).toEqual([
      "appeared 2",
    ]);
  });

  it("counts what names nobody, and goes on", () => {
    const view = new WorldView();
    const huge = fromBigint(1n << 60n);
    const update = worldUpdate({
      tick: 1,
      removed: [7, huge],
      updates: [hasHealth(7, 1), { entityId: huge, movement: {} }, stands(1)],
    });
    expect(told(view.apply(update))).toEqual(["appeared 1"]);
    expect(view.counters).toEqual({ applied: 1, outdated: 0, strays: 4 });
  });
});
