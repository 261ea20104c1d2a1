/**
 * Event streams of features: what happened to each entity, in its order, as plain data, and the
 * entity's state as what its feature's reducer makes of it.
 *
 * S1. An entity's events are numbered 1, 2, 3, ... without a gap; its version is the number of the
 *     last one, 0 before the first. An append that expects another version changes nothing.
 * S2. `replay` is the fold of all events that were ever appended, whatever has been folded into the
 *     snapshot since. It is the same in every process that has stepped the same journal.
 * S3. Streams are part of the realm's state: of its checkpoints, its digest and its migrations.
 * S4. What is kept is bounded: the newest `keep` events of an entity are there to be read, at most
 *     twice as many are held, and all before them are one snapshot. Events and snapshots together
 *     are bounded in bytes, as a checkpoint has them. What would be beyond has its own entity
 *     folded first, down to the newest `keep`; what would be beyond even then is not appended. To
 *     refuse it again costs no fold: what folding comes to is known until the entity changes.
 * S5. Nothing that is stored is shared with a feature: what comes in and what goes out is a copy,
 *     and so is what the reducer is given.
 */
import { apiRule } from "../kernel/assert.ts";
import { digestPlain, digestStart, digestString, finish, mix } from "../kernel/digest.ts";
import type { Micros } from "../kernel/ids.ts";
import { limits } from "../kernel/limits.ts";
import { assertPlain, clonePlain, encodePlain } from "../kernel/plain.ts";
import type { PlainData } from "../kernel/plain.ts";

/** Brings what a build with an older version of a stream has stored to the next version. */
export interface StreamMigration {
  event(old: PlainData): PlainData;
  /** Of an entity's state, as far as it is a snapshot. */
  state(old: PlainData): PlainData;
}

/** A kind of entity with its events. Made by `eventStream`. */
export interface EventStream<E, S, Name extends string = string> {
  readonly name: Name;
  readonly version: number;
  /** Newest events of an entity that can be read. */
  readonly keep: number;
  /** Bytes that the stream may hold. */
  readonly bytesMax: number;
  readonly migrations: Readonly<Record<number, StreamMigration>>;
  initial(): S;
  apply(state: S, event: E): S;
}
export type AnyEventStream = EventStream<unknown, unknown>;

export interface EventStreamOptions<E, S, Name extends string = string> {
  /** A lower-case name, one of its feature: handlers reach the streams that it lists. */
  readonly name: Name;
  /** The state of an entity that nothing has happened to. Plain data. */
  initial(): S;
  /**
   * The reducer: the state after one more event. Plain data, of its arguments alone; it may change
   * and return the state that it is given.
   */
  apply(state: S, event: E): S;
  /** Newest events of an entity that can be read, 1..1,024. Default: 64. */
  readonly keep?: number;
  /** Bytes that all entities together may hold, 1..256 MiB. Default: 64 MiB. */
  readonly bytesMax?: number;
  /** Of the shapes of events and states, from 1, the default. */
  readonly version?: number;
  /** Key n makes what version n + 1 stores of what version n has stored. */
  readonly migrations?: Readonly<Record<number, StreamMigration>>;
}

/**
 * Declares a stream, to be listed in `events` of a feature's declaration.
 *
 * @throws ApiMisuseError for a name or a bound that cannot be
 */
export function eventStream<E, S, const Name extends string = string>(
  options: EventStreamOptions<E, S, Name>,
): EventStream<E, S, Name> {
  const { name, keep = 64, version = 1, migrations = {} } = options;
  const { bytesMax = limits.streamBytes } = options;
  apiRule(/^[a-z][A-Za-z0-9]*$/.test(name), `event stream "${name}" needs a lower-case name`);
  const isBound = Number.isSafeInteger(keep) && keep >= 1 && keep <= limits.streamKeepMax;
  apiRule(isBound, `event stream "${name}": keep is 1..${limits.streamKeepMax}`);
  const isSize =
    Number.isSafeInteger(bytesMax) && bytesMax >= 1 && bytesMax <= limits.streamBytesMax;
  apiRule(isSize, `event stream "${name}": bytesMax is 1..${limits.streamBytesMax}`);
  const isVersion = Number.isSafeInteger(version) && version >= 1;
  apiRule(isVersion, `event stream "${name}": versions count from 1`);
  return {
    name,
    version,
    keep,
    bytesMax,
    migrations,
    initial: () => options.initial(),
    apply: (state, event) => options.apply(state, event),
  };
}

/** How an append has ended. A conflict is no error: somebody else was first, look again. */
export type Appended =
  | { readonly ok: true; readonly version: number }
  | {
      readonly ok: false;
      /** Another version than expected. */
      readonly code: "CONFLICT";
      /** What the entity's version is. */
      readonly version: number;
    }
  | {
      readonly ok: false;
      readonly code: "LIMIT_REACHED";
      readonly version: number;
      /** This would be one entity more, or more bytes, than the stream may hold. */
      readonly limit: "entities" | "bytes";
    };

export interface StoredEvent<E> {
  readonly version: number;
  /** When it was appended: `now` of that event of the realm. */
  readonly at: Micros;
  readonly event: E;
}

export type EventsRead<E> =
  | { readonly ok: true; readonly events: readonly StoredEvent<E>[] }
  | {
      readonly ok: false;
      /** Events that were asked for are in the snapshot by now. */
      readonly code: "FOLDED";
      /** Those that can still be read, and the version of the first. */
      readonly events: readonly StoredEvent<E>[];
      readonly firstVersion: number;
    };

/** A stream, to be read. */
export interface EventsView<E, S> {
  /** How many entities there are. */
  readonly size: number;
  /** What they hold, events and snapshots, in bytes as a checkpoint has them. */
  readonly bytes: number;
  /** Their names, in the order of their first events. */
  entities(): Iterable<string>;
  /** The number of the entity's last event; 0 when there is none. */
  version(entity: string): number;
  /**
   * The entity's events from `fromVersion` (>= 1) on, in order; none when it has no such yet.
   * The newest `keep` can always be read.
   */
  events(entity: string, fromVersion: number): EventsRead<E>;
  /** The entity's state: the fold of all its events; `initial` when there are none. */
  replay(entity: string): S;
}

/** A stream in the hands of a handler. */
export interface EventsStore<E, S> extends EventsView<E, S> {
  /**
   * Appends to the entity's events if its version is the expected one (0: there is none yet), or
   * whatever it is ("any"). All or nothing.
   *
   * @throws ApiMisuseError for an event that is not plain data, or larger than 64 KiB, and for a
   *   name that cannot be
   */
  append(
    entity: string,
    expectedVersion: number | "any",
    ...events: readonly [E, ...E[]]
  ): Appended;
  /** Removes an entity with all that is known of it. False when there was none. */
  forget(entity: string): boolean;
}

/** What reads any stream of a feature, for views and invariants. */
export type EventsReader<Names extends string = string> = <E, S, Name extends Names>(
  stream: EventStream<E, S, Name>,
) => EventsView<E, S>;

/** Plain data: it is in checkpoints as it is. */
interface Entity {
  /** Events in the snapshot. */
  folded: number;
  /** The state after them; undefined when there are none. */
  snapshot: PlainData;
  /** Those after the snapshot: time and event in turns, which is small in a checkpoint. */
  tail: PlainData[];
}

/** What an entity holds, in bytes as a checkpoint has them. It follows from the entity. */
interface Weight {
  /** Of all of it. */
  total: number;
  /** 0 when there is none. */
  snapshot: number;
  /** Of each event of the tail. */
  events: number[];
  /**
   * By how many events of the tail it had: a larger snapshot, for which there was no room. Null:
   * none was tried since the entity has changed.
   */
  tried: Map<number, number> | null;
}

/** One stream's part of the state. */
export class StreamStore implements EventsView<unknown, unknown> {
  readonly #stream: AnyEventStream;
  readonly #entities: Map<string, Entity>;
  /** Of entities that have not changed since. */
  readonly #digests = new Map<string, number>();
  /** What each entity holds, and all of them; null until somebody asks. */
  #weights: Map<string, Weight> | null = null;
  #bytes = 0;

  /** @param entities as `table` gave them */
  constructor(stream: AnyEventStream, entities: Map<string, Entity> = new Map()) {
    this.#stream = stream;
    this.#entities = entities;
  }

  /** @throws ApiMisuseError for a table that is newer than the stream, or has no migration */
  static restore(stream: AnyEventStream, table: PlainData): StreamStore {
    const { version, entities } = table as unknown as {
      readonly version: number;
      readonly entities: Map<string, Entity>;
    };
    const { name } = stream;
    apiRule(
      version <= stream.version,
      `checkpoint: event stream "${name}" has version ${version}, this build knows ${stream.version}`,
    );
    for (let from = version; from < stream.version; from += 1) {
      const step = stream.migrations[from];
      apiRule(step !== undefined, `event stream "${name}" has no migration from version ${from}`);
      for (const entity of entities.values()) migrate(entity, step);
    }
    return new StreamStore(stream, entities);
  }

  /** Plain data, not a copy. */
  table(): PlainData {
    const { version } = this.#stream;
    return { version, entities: this.#entities } as unknown as PlainData;
  }

  get size(): number {
    return this.#entities.size;
  }

  get bytes(): number {
    this.#weigh();
    return this.#bytes;
  }

  entities(): Iterable<string> {
    return this.#entities.keys();
  }

  version(id: string): number {
    const entity = this.#entities.get(id);
    return entity === undefined ? 0 : versionOf(entity);
  }

  append(
    id: string,
    expectedVersion: number | "any",
    events: readonly unknown[],
    at: Micros,
  ): Appended {
    const { name } = this.#stream;
    const isName = id.length >= 1 && id.length <= limits.streamEntityNameMax;
    apiRule(isName, `event stream "${name}": a name has 1..${limits.streamEntityNameMax} letters`);
    apiRule(events.length > 0, `event stream "${name}": nothing to append`);
    const known = this.#entities.get(id);
    const version = known === undefined ? 0 : versionOf(known);
    if (expectedVersion !== "any" && expectedVersion !== version) {
      return { ok: false, code: "CONFLICT", version };
    }
    if (known === undefined && this.size >= limits.streamEntitiesMax) {
      return { ok: false, code: "LIMIT_REACHED", version, limit: "entities" };
    }
    // All of them are looked at before any is stored.
    const added = events.map((event) => this.#stored(event));
    const entity = known ?? { folded: 0, snapshot: undefined, tail: [] };
    const weights = this.#weigh();
    const weight = weights.get(id) ?? { total: 0, snapshot: 0, events: [], tried: null };
    const room = this.#stream.bytesMax - this.#bytes + weight.total;
    const before = weight.total;
    if (!this.#put(entity, weight, { added, at, room })) {
      return { ok: false, code: "LIMIT_REACHED", version, limit: "bytes" };
    }
    this.#bytes += weight.total - before;
    if (known === undefined) {
      this.#entities.set(id, entity);
      weights.set(id, weight);
    }
    this.#digests.delete(id);
    return { ok: true, version: versionOf(entity) };
  }

  forget(id: string): boolean {
    this.#digests.delete(id);
    const weights = this.#weigh();
    this.#bytes -= weights.get(id)?.total ?? 0;
    weights.delete(id);
    return this.#entities.delete(id);
  }

  events(id: string, fromVersion: number): EventsRead<unknown> {
    apiRule(fromVersion >= 1, `event stream "${this.#stream.name}": events count from 1`);
    const entity = this.#entities.get(id);
    if (entity === undefined) return { ok: true, events: [] };
    const { folded, tail } = entity;
    const firstVersion = Math.max(fromVersion, folded + 1);
    const events: StoredEvent<unknown>[] = [];
    for (let index = 2 * (firstVersion - folded - 1); index < tail.length; index += 2) {
      const event = clonePlain(tail[index + 1]);
      events.push({ version: folded + index / 2 + 1, at: tail[index] as Micros, event });
    }
    if (fromVersion > folded) return { ok: true, events };
    return { ok: false, code: "FOLDED", events, firstVersion };
  }

  replay(id: string): unknown {
    const entity = this.#entities.get(id);
    if (entity === undefined) return this.#stream.initial();
    return this.#folded(entity, entity.tail.length / 2);
  }

  /** Of all entities in their order. Those that have not changed are not looked at again. */
  digest(hash: number): number {
    let all = mix(digestString(hash, this.#stream.name), this.size);
    for (const [id, entity] of this.#entities) {
      let own = this.#digests.get(id);
      if (own === undefined) {
        const { folded, snapshot, tail } = entity;
        own = finish(digestPlain(digestString(digestStart, id), [folded, snapshot, tail]));
        this.#digests.set(id, own);
      }
      all = mix(all, own);
    }
    return all;
  }

  /** Broken rules in words; empty when all hold. */
  violations(): readonly string[] {
    const { name, keep } = this.#stream;
    const found: string[] = [];
    for (const [id, { folded, tail }] of this.#entities) {
      const held = tail.length / 2;
      const isWhole = Number.isInteger(held) && held >= 1 && held <= 2 * keep;
      if (!isWhole) found.push(`S4: stream "${name}" holds ${held} events of "${id}"`);
      if (folded > 0 && held < keep) found.push(`S4: stream "${name}" keeps few of "${id}"`);
      for (let index = 2; index < tail.length; index += 2) {
        if (Number(tail[index]) < Number(tail[index - 2])) {
          found.push(`S1: stream "${name}" has "${id}" out of order`);
        }
      }
    }
    return found;
  }

  /** A copy of an event that is to be stored. */
  #stored(event: unknown): Stored {
    const { name } = this.#stream;
    assertPlain(event, `an event of "${name}"`);
    const encoded = encodePlain(event);
    const bytes = encoded.length;
    const max = limits.streamEventBytesMax;
    apiRule(bytes <= max, `event stream "${name}": an event has ${bytes} bytes, ${max} at most`);
    return { copy: clonePlain(event), bytes };
  }

  /** Looks at all entities, once: a store that was restored does not know what they hold. */
  #weigh(): Map<string, Weight> {
    if (this.#weights !== null) return this.#weights;
    this.#weights = new Map();
    for (const [id, entity] of this.#entities) {
      const weight = weightOf(entity);
      this.#bytes += weight.total;
      this.#weights.set(id, weight);
    }
    return this.#weights;
  }

  /** Appends where there is room for it. False: there is none, and nothing has changed. */
  #put(entity: Entity, weight: Weight, { added, at, room }: Addition): boolean {
    const { keep } = this.#stream;
    const news = added.flatMap(({ copy }) => [at, copy]);
    const sizes = added.map(({ bytes }) => bytes);
    const total = weight.total + sumOf(sizes);
    const held = weight.events.length + sizes.length;
    if (held <= keep || (held <= 2 * keep && total <= room)) {
      if (total > room) return false;
      entity.tail.push(...news);
      weight.events.push(...sizes);
      Object.assign(weight, { total, tried: null });
      return true;
    }
    const count = held - keep;
    const events = [...weight.events, ...sizes].slice(count);
    const rest = sumOf(events);
    // Folded to as little as can be, or to what it is known to come to, it would be too much.
    if (rest + (weight.tried?.get(count) ?? 0) > room) return false;
    const next = this.#withFold(entity, news, count);
    const snapshot = encodePlain(next.snapshot).length;
    if (rest + snapshot > room) {
      // What is in the snapshot then does not hang on what is to be appended.
      if (count <= weight.events.length) (weight.tried ??= new Map()).set(count, snapshot);
      return false;
    }
    Object.assign(entity, next);
    Object.assign(weight, { total: rest + snapshot, snapshot, events, tried: null });
    return true;
  }

  /** What it is with more events, when the first `count` of all are part of the snapshot. */
  #withFold(before: Readonly<Entity>, news: readonly PlainData[], count: number): Entity {
    const entity = { ...before, tail: [...before.tail, ...news] };
    const snapshot = this.#folded(entity, count);
    assertPlain(snapshot, `the state of an entity of "${this.#stream.name}"`);
    const tail = entity.tail.slice(2 * count);
    return { folded: entity.folded + count, snapshot, tail };
  }

  /** The state after the snapshot and the first `count` events of the tail. */
  #folded({ folded, snapshot, tail }: Entity, count: number): unknown {
    const stream = this.#stream;
    let state: unknown = folded === 0 ? stream.initial() : clonePlain(snapshot);
    for (let index = 0; index < count; index += 1) {
      state = stream.apply(state, clonePlain(tail[2 * index + 1]));
    }
    return state;
  }
}

const versionOf = ({ folded, tail }: Entity): number => folded + tail.length / 2;

/** A copy of an event, and its bytes. */
interface Stored {
  readonly copy: PlainData;
  readonly bytes: number;
}

interface Addition {
  readonly added: readonly Stored[];
  readonly at: Micros;
  /** Bytes that the entity may hold. */
  readonly room: number;
}

const sumOf = (numbers: readonly number[]): number => {
  let sum = 0;
  for (const each of numbers) sum += each;
  return sum;
};

/** Of its snapshot and of each event: the same however it came to be. */
function weightOf({ folded, snapshot: state, tail }: Entity): Weight {
  const snapshot = folded === 0 ? 0 : encodePlain(state).length;
  const events: number[] = [];
  for (let index = 1; index < tail.length; index += 2) events.push(encodePlain(tail[index]).length);
  return { total: snapshot + sumOf(events), snapshot, events, tried: null };
}

function migrate(entity: Entity, step: StreamMigration): void {
  if (entity.folded > 0) entity.snapshot = step.state(entity.snapshot);
  entity.tail = entity.tail.map((part, index) => (index % 2 === 1 ? step.event(part) : part));
}
