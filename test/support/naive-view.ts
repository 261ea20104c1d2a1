/**
 * What a client holds of the world after every update, and what it should hold, both the naive way:
 * Maps, loops over everybody, and protobufjs.
 */
import assert from "node:assert/strict";
import { reprise as pb } from "../../src/core/wire/gen/game.js";
import { toSafeNumber } from "../../src/core/wire/index.ts";

export interface Seen {
  body: readonly number[];
  health: readonly number[];
}

/** A client's map of entities, kept by the rule of the protocol: removals first, then updates. */
export class NaiveClient {
  readonly held = new Map<number, Seen>();
  /** Of the last update. */
  tick = 0;
  inputSequence = 0;
  packets = 0;
  records = 0;
  entered = 0;
  left = 0;
  #removedInTick = new Set<number>();

  apply(bytes: Uint8Array): void {
    const update = pb.v1.WorldUpdate.decode(bytes);
    const tick = toSafeNumber(update.tick) ?? -1;
    assert.ok(tick >= this.tick);
    if (tick > this.tick) this.#removedInTick.clear();
    this.tick = tick;
    this.inputSequence = update.inputSequence;
    this.packets += 1;
    this.records += update.updates.length;
    const before = new Set(this.held.keys());
    for (const removed of update.removed) {
      const id = toSafeNumber(removed) ?? -1;
      // Balanced: nobody is removed twice, or without having been seen.
      assert.equal(this.held.delete(id), true);
      this.#removedInTick.add(id);
    }
    for (const each of update.updates) this.#update(each);
    for (const id of this.held.keys()) if (!before.has(id)) this.entered += 1;
    for (const id of before) if (!this.held.has(id)) this.left += 1;
  }

  #update({ entityId, movement, health }: pb.v1.EntityUpdate.$Properties): void {
    const id = toSafeNumber(entityId ?? 0) ?? -1;
    const seen = this.held.get(id) ?? { body: [], health: [] };
    if (movement !== null && movement !== undefined) {
      const { position, velocity, rotation } = movement;
      seen.body = [position, velocity, rotation].flatMap((v) => [v?.x ?? 0, v?.y ?? 0, v?.z ?? 0]);
    } else {
      // Nobody is seen for the first time without being somewhere.
      assert.equal(seen.body.length, 9);
    }
    if (health !== null && health !== undefined) {
      seen.health = [health.currentHp ?? 0, health.maxHp ?? 0, health.shield ?? 0];
    }
    this.held.set(id, seen);
  }
}
