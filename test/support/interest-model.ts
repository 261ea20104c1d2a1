/** A world beside the naive model of who sees what, and changes to make to both. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { entityIn, rowOf, storeViolations } from "../../src/core/ecs/index.ts";
import type { Movement } from "../../src/core/features/world/contract.ts";
import { geometryOf } from "../../src/core/features/world/grid.ts";
import type { Geometry } from "../../src/core/features/world/grid.ts";
import { move } from "../../src/core/features/world/movement.ts";
import { publish } from "../../src/core/features/world/publish.ts";
import { createWorld, despawn, setHealth, spawn } from "../../src/core/features/world/world.ts";
import type { World } from "../../src/core/features/world/world.ts";
import { micros, playerId, sessionId } from "../../src/core/kernel/ids.ts";
import type { SessionId } from "../../src/core/kernel/ids.ts";
import { decodePlain, encodePlain } from "../../src/core/kernel/plain.ts";
import { NaiveClient } from "./naive-view.ts";
import type { Seen } from "./naive-view.ts";

export const allowAll = { speedMax: 2_000_000_000, allowanceMax: 1_000_000_000 };

type WorldChange =
  | { readonly type: "enter"; readonly x: number; readonly z: number }
  | { readonly type: "leave" | "cheat"; readonly who: number }
  | { readonly type: "step"; readonly who: number; readonly dx: number; readonly dz: number }
  | { readonly type: "jump"; readonly who: number; readonly x: number; readonly z: number }
  | { readonly type: "hurt"; readonly who: number; readonly points: number }
  | { readonly type: "tick" | "reload" }
  | { readonly type: "relay"; readonly viewDistance: number };

export const coordinate = fc.integer({ min: -500, max: 500 });
const stride = fc.integer({ min: -60, max: 60 });
const who = fc.nat(30);
export const worldChange: fc.Arbitrary<WorldChange> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ type: fc.constant("enter" as const), x: coordinate, z: coordinate }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ type: fc.constantFrom("leave" as const, "cheat" as const), who }),
  },
  {
    weight: 8,
    arbitrary: fc.record({ type: fc.constant("step" as const), who, dx: stride, dz: stride }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      type: fc.constant("jump" as const),
      who,
      x: coordinate,
      z: coordinate,
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ type: fc.constant("hurt" as const), who, points: fc.nat(100) }),
  },
  { weight: 6, arbitrary: fc.constant<WorldChange>({ type: "tick" }) },
  { weight: 1, arbitrary: fc.constant<WorldChange>({ type: "reload" }) },
  {
    weight: 1,
    arbitrary: fc.record({
      type: fc.constant("relay" as const),
      viewDistance: fc.constantFrom(60, 100, 300),
    }),
  },
);

/** What the model knows of one entity, which is also a viewer. */
interface Person {
  readonly id: number;
  readonly session: SessionId;
  seen: Seen;
  sequence: number;
  /** His cell and what he sees, as of the last tick: [low, high] along x and z. */
  cell: readonly [number, number] | null;
  sight: readonly [readonly [number, number], readonly [number, number]] | null;
}

export class WorldAndModel {
  readonly people: Person[] = [];
  /** All that was told, in order. */
  readonly packets: Uint8Array[] = [];
  readonly clients = new Map<SessionId, NaiveClient>();
  world: World = createWorld(geometryOf(1_000, 100));
  geometry: Geometry = this.world.geometry;
  #tick = 0;
  #sessions = 0;

  take(what: WorldChange): void {
    const person = "who" in what ? this.people[what.who % this.people.length] : undefined;
    if (what.type === "enter") return this.#enter(what.x, what.z);
    if (what.type === "tick") return this.#pass();
    if (what.type === "reload") {
      this.world = decodePlain(encodePlain(this.world as never)) as never;
    }
    if (what.type === "relay") this.#relay(what.viewDistance);
    if (person === undefined) return;
    if (what.type === "leave") {
      despawn(this.world, person.session);
      this.people.splice(this.people.indexOf(person), 1);
      this.clients.delete(person.session);
    } else if (what.type === "step") {
      const [x = 0, , z = 0] = person.seen.body;
      this.#move(person, clamp(x + what.dx), clamp(z + what.dz));
    } else if (what.type === "jump") this.#move(person, what.x, what.z);
    else if (what.type === "cheat") this.#cheat(person);
    else if (what.type === "hurt") {
      const health = { current: what.points, max: 100, shield: what.points % 7 };
      assert.equal(setHealth(this.world, person.id, health), true);
      person.seen = { ...person.seen, health: [health.current, health.max, health.shield] };
    }
  }

  #enter(x: number, z: number): void {
    this.#sessions += 1;
    const session = sessionId(this.#sessions);
    const player = playerId(this.#sessions);
    const newcomer = { session, player, at: { x, y: 0, z }, now: micros(0), allowance: 1e9 };
    const id = entityIn(this.world.store, spawn(this.world, newcomer));
    const seen = { body: [x, 0, z, 0, 0, 0, 0, 0, 0], health: [100, 100, 0] };
    this.people.push({ id, session, seen, sequence: 0, cell: null, sight: null });
    this.clients.set(session, new NaiveClient());
  }

  #move(person: Person, x: number, z: number): void {
    person.sequence += 1;
    const body = [x, 1, z, 3, 0, 4, 0, x % 360, 0];
    assert.equal(this.#ask(person, body), "accepted");
    // -0 comes out as 0.
    person.seen = { ...person.seen, body: body.map((value) => value + 0) };
  }

  /** A movement out of the world: he is put right, and nobody sees anything of it. */
  #cheat(person: Person): void {
    person.sequence += 1;
    assert.equal(this.#ask(person, [501, 0, 0, 0, 0, 0, 0, 0, 0]), "bounds");
  }

  #ask({ id, sequence }: Person, body: readonly number[]) {
    const vector = (at: number) => ({
      x: body[at] ?? 0,
      y: body[at + 1] ?? 0,
      z: body[at + 2] ?? 0,
    });
    const wanted: Movement = {
      entity: 0,
      position: vector(0),
      velocity: vector(3),
      rotation: vector(6),
      sequence,
    };
    const row = rowOf(this.world.store.entities, id);
    return move(this.world, row, wanted, micros(1_000_000_000), allowAll);
  }

  #relay(viewDistance: number): void {
    this.geometry = geometryOf(1_000, viewDistance);
  }

  /** The rule of sight, written down once more, and naively. */
  #pass(): void {
    const { cell: side, cells } = this.geometry;
    const cellOf = (along: number) => Math.min(Math.floor((along + 500) / side), cells - 1);
    const isRelaid = this.geometry.viewDistance !== this.world.geometry.viewDistance;
    for (const person of this.people) {
      if (isRelaid) person.sight = null;
      const [x = 0, , z = 0] = person.seen.body;
      const cell = [cellOf(x), cellOf(z)] as const;
      const { sight } = person;
      if (sight === null || cell[0] !== person.cell?.[0] || cell[1] !== person.cell[1]) {
        const axis = (at: number, before: readonly [number, number] | undefined) => {
          const wanted: number[] = [];
          for (let c = at - 3; c <= at + 3; c += 1) {
            const isKept = before !== undefined && c >= before[0] && c <= before[1];
            const isNear = Math.abs(c - at) <= 2;
            if (c >= 0 && c < cells && (isKept || isNear)) wanted.push(c);
          }
          return [Math.min(...wanted), Math.max(...wanted)] as const;
        };
        person.sight = [axis(cell[0], sight?.[0]), axis(cell[1], sight?.[1])];
      }
      person.cell = cell;
    }
    this.#tick += 1;
    publish(this.world, this.geometry, this.#tick, (session, arena, start, end) => {
      const bytes = arena.slice(start, end);
      const client = this.clients.get(session);
      assert.ok(client !== undefined);
      client.apply(bytes);
      this.packets.push(bytes);
    });
    this.#compare();
  }

  #compare(): void {
    for (const viewer of this.people) {
      const client = this.clients.get(viewer.session);
      const expected = new Map<number, Seen>();
      for (const other of this.people) {
        const [x, z] = other.cell ?? [-1, -1];
        const [[x0, x1], [z0, z1]] = viewer.sight ?? [[0, -1] as const, [0, -1] as const];
        if (x >= x0 && x <= x1 && z >= z0 && z <= z1) expected.set(other.id, other.seen);
      }
      const byId = (held: ReadonlyMap<number, Seen>) => [...held].toSorted(([a], [b]) => a - b);
      assert.deepEqual(byId(client?.held ?? new Map()), byId(expected));
      // Whatever was asked has been acknowledged, also what was refused.
      assert.equal(client?.inputSequence, viewer.sequence);
      assert.equal((client?.entered ?? 0) - (client?.left ?? 0), client?.held.size);
    }
    assert.deepEqual(storeViolations(this.world.store), []);
  }
}

const clamp = (along: number): number => Math.max(-500, Math.min(500, along));
