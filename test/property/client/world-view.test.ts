/** The view against the naive way: one map, rebuilt by the rule of the protocol. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Prediction } from "../../../src/client/prediction.ts";
import { WorldView } from "../../../src/client/world-view.ts";
import type { SeenEntity, WorldEvent } from "../../../src/client/world-view.ts";
import { hasHealth, stands, worldUpdate } from "../../support/world-updates.ts";
import type { GivenRecord } from "../../support/world-updates.ts";

const id = fc.integer({ min: 1, max: 6 });
const record: fc.Arbitrary<GivenRecord> = fc.oneof(
  fc.tuple(id, fc.nat({ max: 50 }), fc.nat({ max: 50 })).map((values) => stands(...values)),
  fc.tuple(id, fc.nat({ max: 100 })).map((values) => hasHealth(...values)),
);

type Input =
  | { readonly type: "begin" }
  | { readonly type: "rewind"; readonly by: number }
  | {
      readonly type: "update";
      /** Ticks after the last; below 0 for one that is late. */
      readonly after: number;
      readonly removed: readonly number[];
      readonly updates: readonly GivenRecord[];
    };

const input: fc.Arbitrary<Input> = fc.oneof(
  { weight: 1, arbitrary: fc.constant({ type: "begin" } as const) },
  {
    weight: 1,
    arbitrary: fc.record({ type: fc.constant("rewind" as const), by: fc.nat({ max: 4 }) }),
  },
  {
    weight: 12,
    arbitrary: fc.record({
      type: fc.constant("update" as const),
      after: fc.integer({ min: -1, max: 2 }),
      removed: fc.uniqueArray(id, { maxLength: 3 }),
      updates: fc.array(record, { maxLength: 6 }),
    }),
  },
);

interface Known {
  x: number;
  z: number;
  hp: number | null;
  tick: number;
}

/** What the rules say a client holds. */
class NaiveView {
  known = new Map<number, Known>();
  tick = 0;

  take(given: Input): void {
    if (given.type === "begin") {
      this.known = new Map();
      this.tick = 0;
    } else if (given.type === "rewind") {
      const to = Math.max(0, this.tick - given.by);
      this.known = new Map([...this.known].filter(([, { tick }]) => tick <= to));
      this.tick = to;
    } else if (given.after >= 0) {
      this.tick += given.after;
      this.#update(given);
    }
  }

  #update({ removed, updates }: Extract<Input, { readonly type: "update" }>): void {
    const before = this.known;
    this.known = new Map([...before].filter(([key]) => !removed.includes(key)));
    for (const { entityId, movement, health } of updates) {
      const key = Number(entityId);
      const old = this.known.get(key) ?? before.get(key);
      if (movement?.position) {
        const { x, z } = movement.position;
        this.known.set(key, { x: x ?? 0, z: z ?? 0, hp: old?.hp ?? null, tick: this.tick });
      } else if (old !== undefined) {
        this.known.set(key, { ...old, hp: health?.currentHp ?? 0, tick: this.tick });
      }
    }
  }
}

const shown = ({ position: { x, z }, health, tick }: SeenEntity): Known => ({
  x,
  z,
  hp: health?.current ?? null,
  tick,
});

function feed(view: WorldView, given: Input): readonly WorldEvent[] {
  if (given.type === "begin") return view.begin();
  if (given.type === "rewind") return view.rewind(Math.max(0, view.tick - given.by));
  const tick = view.tick + given.after;
  if (tick < 0) return [];
  const { removed, updates } = given;
  return view.apply(worldUpdate({ tick, removed: [...removed], updates: [...updates] }));
}

describe("a view of the world", () => {
  it("[SYNC-02] holds what the naive model holds after any updates", () => {
    fc.assert(
      fc.property(fc.array(input, { maxLength: 30 }), (inputs) => {
        const view = new WorldView();
        const naive = new NaiveView();
        for (const given of inputs) {
          feed(view, given);
          naive.take(given);
          const held = new Map([...view.entities].map(([key, seen]) => [key, shown(seen)]));
          expect(held).toEqual(naive.known);
          expect(view.tick).toBe(naive.tick);
        }
      }),
      { numRuns: 1_000 },
    );
  });

  it("says by its events exactly who came and went, and nothing of anybody else", () => {
    fc.assert(
      fc.property(fc.array(input, { maxLength: 30 }), (inputs) => {
        const view = new WorldView();
        const present = new Set<number>();
        const places = new Map<number, string>();
        for (const given of inputs) {
          for (const { type, entity } of feed(view, given)) {
            if (type === "appeared") expect(present.has(entity.id)).toBe(false);
            else expect(present.has(entity.id)).toBe(true);
            if (type === "left") present.delete(entity.id);
            else present.add(entity.id);
            if (type !== "health") places.set(entity.id, JSON.stringify(entity.position));
          }
          expect(present).toEqual(new Set(view.entities.keys()));
          for (const [key, { position }] of view.entities) {
            expect(places.get(key)).toBe(JSON.stringify(position));
          }
        }
      }),
      { numRuns: 1_000 },
    );
  });
});

describe("a prediction", () => {
  const turn = fc.record({
    inputs: fc.array(fc.integer({ min: -5, max: 5 }), { maxLength: 5 }),
    /** How many of the inputs that it has not judged the server judges, and which it refuses. */
    judged: fc.nat({ max: 6 }),
    refused: fc.nat({ max: 3 }),
  });

  it("is the server's state with the inputs that it has not judged applied", () => {
    fc.assert(
      fc.property(fc.array(turn, { maxLength: 20 }), (turns) => {
        const walk = new Prediction({ state: 0, step: (at: number, by: number) => at + by });
        const waiting: { sequence: number; by: number }[] = [];
        let server = 0;
        let judgedLast = 0;
        for (const { inputs, judged, refused } of turns) {
          for (const by of inputs) {
            const sequence = walk.act(by);
            if (sequence !== null) waiting.push({ sequence, by });
          }
          for (const [index, { sequence, by }] of waiting.splice(0, judged).entries()) {
            if (index !== refused) server += by;
            judgedLast = sequence;
          }
          const expected = waiting.reduce((at, { by }) => at + by, server);
          expect(walk.reconcile(server, judgedLast)).toBe(expected);
          expect(walk.pending).toBe(waiting.length);
        }
      }),
      { numRuns: 1_000 },
    );
  });
});
