/**
 * What a player sees of the world, kept from the WORLD_UPDATEs of one presence in it. Without I/O:
 * updates in, events out; users, the load tool and the simulator share it.
 *
 *     begin() --> apply(update) ... --> begin() --> ...
 *       entered(id), whenever the answer to ENTER_WORLD comes
 *
 * Updates are prompt and the answer to ENTER_WORLD is committed, so updates may come before it. A
 * view therefore begins when the client asks to enter, and learns its own entity later.
 *
 * V1. Of one update what is removed goes first, then the records apply in their order. Whoever is
 *     removed and told of again in one update has only changed cells: nobody has left.
 * V2. Ticks never decrease: an update of an older tick than the last is discarded.
 * V3. A crash of the server undoes what prompt packets told. `rewind` discards what the view knows
 *     of ticks after the one that was recovered; `begin` discards everything, because a new
 *     presence is told everything anew.
 * V4. Whoever applies the events in their order to what `entities` held before holds what it holds
 *     after.
 */
import type { worldContract } from "../core/features/contracts.ts";
import { apiRule } from "../core/kernel/assert.ts";
import { toSafeNumber } from "../core/wire/index.ts";
import type { Decoded, Position } from "../core/wire/index.ts";

/** A decoded WORLD_UPDATE. */
export type WorldUpdate = Decoded<typeof worldContract.entries.update.message>;
type EntityRecord = NonNullable<WorldUpdate["updates"]>[number];

/** Points. */
export interface Health {
  readonly current: number;
  readonly max: number;
  readonly shield: number;
}

export interface Status {
  readonly buffs: readonly number[];
  readonly debuffs: readonly number[];
  readonly isStunned: boolean;
  readonly isSilenced: boolean;
}

/** The same object as long as the entity is seen; the values in it are replaced, never changed. */
export interface SeenEntity {
  readonly id: number;
  /** Metres; y is up. */
  readonly position: Position;
  /** Metres per second. */
  readonly velocity: Position;
  /** Degrees about each axis. */
  readonly rotation: Position;
  /** Null until it was told. */
  readonly health: Health | null;
  readonly status: Status | null;
  /** Of the last update that told anything of it. */
  readonly tick: number;
}

export type WorldEvent =
  | { readonly type: "appeared"; readonly entity: SeenEntity }
  /** Position, velocity or rotation is another; `from` is where it was. */
  | { readonly type: "moved"; readonly entity: SeenEntity; readonly from: Position }
  | { readonly type: "health"; readonly entity: SeenEntity; readonly before: Health | null }
  | { readonly type: "status"; readonly entity: SeenEntity; readonly before: Status | null }
  /** It is as it was last seen. */
  | { readonly type: "left"; readonly entity: SeenEntity };

/** What was of no use, since the view was made. */
export interface ViewCounters {
  /** Updates that were applied. */
  applied: number;
  /** Updates of a tick before the last: V2. */
  outdated: number;
  /** Records that name nobody: of an entity whose place was never told, or of no readable id. */
  strays: number;
}

type Entity = { -readonly [K in keyof SeenEntity]: SeenEntity[K] };

export class WorldView {
  readonly counters: ViewCounters = { applied: 0, outdated: 0, strays: 0 };
  readonly #entities = new Map<number, Entity>();
  #own: number | null = null;
  #tick = 0;
  #inputSequence = 0;

  /** Everybody who is seen, oneself among them, by id; in the order of appearance. */
  get entities(): ReadonlyMap<number, SeenEntity> {
    return this.#entities;
  }

  /** The id of one's own entity; null until it is known. */
  get own(): number | null {
    return this.#own;
  }

  /** One's own entity as the server last told it; null until it has. */
  get self(): SeenEntity | null {
    return this.#own === null ? null : (this.#entities.get(this.#own) ?? null);
  }

  /** Of the last update; 0 before the first. */
  get tick(): number {
    return this.#tick;
  }

  /** The last movement of one's own that the server has judged; 0: none. See `Prediction`. */
  get inputSequence(): number {
    return this.#inputSequence;
  }

  /** The client asks to enter: all that is known is of an earlier presence and goes. */
  begin(): readonly WorldEvent[] {
    this.#own = null;
    this.#tick = 0;
    this.#inputSequence = 0;
    return this.#forget(() => true);
  }

  /** @param id `entity_id` of ENTER_WORLD_RESPONSE */
  entered(id: number): void {
    apiRule(Number.isSafeInteger(id) && id >= 0, `an entity has no id like ${id}`);
    this.#own = id;
  }

  /** Takes an update in, and says what has changed by it. */
  apply(update: WorldUpdate): readonly WorldEvent[] {
    const tick = toSafeNumber(update.tick);
    if (tick === null || tick < this.#tick) {
      this.counters.outdated += 1;
      return [];
    }
    this.counters.applied += 1;
    this.#tick = tick;
    this.#inputSequence = update.inputSequence;
    const gone = this.#remove(update.removed);
    const events: WorldEvent[] = [];
    for (const record of update.updates) this.#record(record, gone, events);
    if (gone.size === 0) return events;
    return [...[...gone.values()].map((entity) => ({ type: "left", entity }) as const), ...events];
  }

  /**
   * The server has come back to an earlier tick and goes on from there: what was told of later ones
   * is discarded. Of who was told of since, nothing is known until he is told of again.
   *
   * @param tick the last one that the server has recovered
   */
  rewind(tick: number): readonly WorldEvent[] {
    if (tick >= this.#tick) return [];
    this.#tick = tick;
    return this.#forget((entity) => entity.tick > tick);
  }

  #forget(isForgotten: (entity: Entity) => boolean): readonly WorldEvent[] {
    const events: WorldEvent[] = [];
    for (const entity of this.#entities.values()) {
      if (!isForgotten(entity)) continue;
      this.#entities.delete(entity.id);
      events.push({ type: "left", entity });
    }
    return events;
  }

  #remove(ids: WorldUpdate["removed"]): Map<number, Entity> {
    const gone = new Map<number, Entity>();
    for (const long of ids) {
      const id = toSafeNumber(long);
      const entity = id === null ? undefined : this.#entities.get(id);
      if (entity === undefined) {
        this.counters.strays += 1;
        continue;
      }
      this.#entities.delete(entity.id);
      gone.set(entity.id, entity);
    }
    return gone;
  }

  #record(record: EntityRecord, gone: Map<number, Entity>, events: WorldEvent[]): void {
    const id = toSafeNumber(record.entityId ?? 0);
    const { movement, health, status } = record;
    const hasMoved = movement !== null && movement !== undefined;
    const known = id === null ? undefined : (this.#entities.get(id) ?? gone.get(id));
    if (id === null || (known === undefined && !hasMoved)) {
      this.counters.strays += 1;
      return;
    }
    const entity = known ?? newEntity(id);
    if (gone.delete(id) || known === undefined) this.#entities.set(id, entity);
    entity.tick = this.#tick;
    if (hasMoved) {
      const from = entity.position;
      entity.position = vectorOf(movement.position);
      entity.velocity = vectorOf(movement.velocity);
      entity.rotation = vectorOf(movement.rotation);
      if (known === undefined) events.push({ type: "appeared", entity });
      else events.push({ type: "moved", entity, from });
    }
    if (health !== null && health !== undefined) {
      const before = entity.health;
      entity.health = {
        current: health.currentHp ?? 0,
        max: health.maxHp ?? 0,
        shield: health.shield ?? 0,
      };
      events.push({ type: "health", entity, before });
    }
    if (status !== null && status !== undefined) {
      const before = entity.status;
      entity.status = {
        buffs: status.buffIds ?? [],
        debuffs: status.debuffIds ?? [],
        isStunned: status.isStunned ?? false,
        isSilenced: status.isSilenced ?? false,
      };
      events.push({ type: "status", entity, before });
    }
  }
}

const nowhere: Position = { x: 0, y: 0, z: 0 };

const newEntity = (id: number): Entity => ({
  id,
  position: nowhere,
  velocity: nowhere,
  rotation: nowhere,
  health: null,
  status: null,
  tick: 0,
});

type Vector = NonNullable<NonNullable<EntityRecord["movement"]>["position"]>;

const vectorOf = (vector: Vector | null | undefined): Position =>
  vector === null || vector === undefined
    ? nowhere
    : { x: vector.x ?? 0, y: vector.y ?? 0, z: vector.z ?? 0 };
