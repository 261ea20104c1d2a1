/**
 * Everything the realm remembers, in named tables: what a checkpoint holds and a digest covers.
 * Nothing outside this object influences a step but the event itself.
 */
import { apiRule, assertNever } from "../kernel/assert.ts";
import { digestPlain, digestStart, finish } from "../kernel/digest.ts";
import type { ErrorCode } from "../kernel/errors.ts";
import type { CallId, Micros, PlayerId, SessionId } from "../kernel/ids.ts";
import { assertPlain, decodePlain, encodePlain } from "../kernel/plain.ts";
import type { PlainData } from "../kernel/plain.ts";
import { RandomStream } from "../kernel/random.ts";
import type { Seed } from "../kernel/random.ts";
import { TimerTable } from "../kernel/timers.ts";
import { deadlineKind } from "./compose.ts";
import { defaultRealmConfig } from "./config.ts";
import type { Composition } from "./compose.ts";
import type { RealmConfig } from "./config.ts";
import { StreamStore } from "./event-store.ts";
import type { AnyEventStream, EventsReader } from "./event-store.ts";
import type { Feature } from "./feature.ts";
import type { TickScene } from "./handler-context.ts";
import { Inbox } from "./inbox.ts";
import { Sessions } from "./sessions.ts";

/** A call that waits for its answer. */
export interface PendingCall {
  readonly feature: string;
  readonly name: string;
  /** Whose event made it, 0 when nobody's. */
  readonly session: SessionId | 0;
  /** Who that was, when he was authenticated by then. */
  readonly player?: PlayerId;
  /** The sequence of the request that its answer replies to, 0 when none. */
  readonly inReplyTo: number;
  readonly carry: PlainData;
}

/** The realm's own scalars. */
export interface Kernel {
  incarnation: number;
  seed: Seed;
  now: Micros;
  config: RealmConfig;
  /** What clients are told of this server's contracts. */
  contractHash: number;
  /** Where tick numbers count from: set by every start. */
  tickStart: Micros;
  tickBase: number;
  /** The next tick's number. */
  tick: number;
  /** Calls made in this incarnation. */
  calls: number;
  /** Why no new session is taken, or null when they are. */
  closedFor: ErrorCode | null;
  /** The wall clock minus `now`, for calendar dates. */
  wallOffsetMicros: number;
  /**
   * Features whose ticks and timers wait for the next start, because one of them threw. Not there
   * when there are none: a log from before there were any has the digests that it always had.
   */
  suspended?: readonly string[];
  /** What the start has told of has suspended nobody; what is told at the same time later, does. */
  hasSpared?: true;
}

const kernelAtFirst = (): Kernel => ({
  incarnation: 0,
  seed: [0, 0, 0, 0],
  now: 0 as Micros,
  config: defaultRealmConfig,
  contractHash: 0,
  tickStart: 0 as Micros,
  tickBase: 0,
  tick: 0,
  calls: 0,
  closedFor: null,
  wallOffsetMicros: 0,
});

/** The tables that are not a feature's. */
const ownTables = ["kernel", "sessions", "timers", "calls", "streams", "inbox"] as const;

/** Functions that have made plain data once: they make the same each time. */
const soundStates = new WeakSet<() => object>();

const sceneOf = (state: RealmState): TickScene => ({
  get config() {
    return state.kernel.config;
  },
  get inWorld() {
    return state.sessions.inWorld;
  },
});

export class RealmState {
  kernel = kernelAtFirst();
  /**
   * Which keys of the configuration the journal gave. The others have their defaults, and no part
   * in digests: a log from before there was a key has the digests that it always had.
   */
  configKeys: ReadonlySet<string> = new Set(Object.keys(defaultRealmConfig));
  sessions = new Sessions();
  timers = new TimerTable();
  calls = new Map<CallId, PendingCall>();
  streams = new Map<string, RandomStream>();
  inbox = new Inbox();
  /** In the order of `features`. */
  featureStates: object[];
  /** By feature and stream, of the features that have streams, as they are declared. */
  #stores: ReadonlyMap<string, ReadonlyMap<AnyEventStream, StreamStore>>;
  /** Their names; which there are follows from the features. */
  readonly tables: readonly string[];
  readonly #features: readonly Feature[];
  /** Kinds of timers by `feature.timer`. */
  readonly #timerKinds: ReadonlyMap<string, number>;
  /** As it is at any time: asked for too often to be made anew. */
  readonly scene = sceneOf(this);

  constructor({ features, timerKinds }: Pick<Composition, "features" | "timerKinds">) {
    this.#features = features;
    this.#timerKinds = timerKinds;
    this.featureStates = features.map((feature) => {
      const { state: first } = feature.declaration;
      const state = first();
      if (!soundStates.has(first)) assertPlain(state, `state of feature "${feature.name}"`);
      soundStates.add(first);
      return state;
    });
    this.#stores = storesOf(features, () => undefined);
    this.tables = [
      ...ownTables,
      ...features.map((feature) => `feature:${feature.name}`),
      ...Array.from(this.#stores.keys(), (feature) => `events:${feature}`),
    ];
  }

  /** The feature's stream. */
  store(feature: string, stream: AnyEventStream): StreamStore {
    const store = this.#stores.get(feature)?.get(stream);
    apiRule(
      store !== undefined,
      `feature "${feature}": event stream "${stream.name}" is not declared`,
    );
    return store;
  }

  /** The feature's streams, for its views and invariants. */
  reader(feature: string): EventsReader {
    return ((stream: AnyEventStream): unknown => this.store(feature, stream)) as EventsReader;
  }

  /** All streams of all features. */
  *stores(): Iterable<StreamStore> {
    for (const stores of this.#stores.values()) yield* stores.values();
  }

  /** Of the feature's own stream `name`; made from the seed when first asked for. */
  stream(feature: string, name: string): RandomStream {
    const key = `${feature}.${name}`;
    const known = this.streams.get(key);
    if (known !== undefined) return known;
    const stream = RandomStream.named(this.kernel.seed, key);
    this.streams.set(key, stream);
    return stream;
  }

  /** The plain data of one table. */
  table(index: number): PlainData {
    const own = ownTables[index];
    switch (own) {
      case "kernel":
        return { ...this.kernel, config: this.#journalledConfig() };
      case "sessions":
        return this.sessions.checkpoint();
      case "timers":
        return this.timers.checkpoint();
      case "calls":
        return this.calls as unknown as PlainData;
      case "streams":
        return new Map(Array.from(this.streams, ([name, stream]) => [name, stream.state()]));
      case "inbox":
        return this.inbox.checkpoint();
      case undefined:
        return this.#featureTable(index - ownTables.length);
      default:
        return assertNever(own);
    }
  }

  #featureTable(index: number): PlainData {
    if (index < this.#features.length) return this.featureStates[index] as unknown as PlainData;
    const stores = this.#storesAt(index - this.#features.length);
    return new Map(Array.from(stores, ([{ name }, store]) => [name, store.table()]));
  }

  #storesAt(index: number): ReadonlyMap<AnyEventStream, StreamStore> {
    return [...this.#stores.values()][index] ?? new Map();
  }

  #journalledConfig(): PlainData {
    const entries = Object.entries(this.kernel.config) as [string, number][];
    return Object.fromEntries(entries.filter(([key]) => this.configKeys.has(key)));
  }

  tableDigest(index: number): number {
    if (ownTables[index] === "timers") return this.timers.digest();
    const first = ownTables.length + this.#features.length;
    if (index >= first) {
      let hash = digestStart;
      for (const store of this.#storesAt(index - first).values()) hash = store.digest(hash);
      return finish(hash);
    }
    return finish(digestPlain(digestStart, this.table(index)));
  }

  checkpoint(): Uint8Array {
    const tables = this.tables.map((name, index) => [name, this.table(index)] as const);
    const versions = this.#features.map(({ name, declaration }) => [name, declaration.version]);
    return encodePlain([versions, new Map(tables), [...this.#timerKinds.keys()]]);
  }

  /**
   * Takes over the state of a checkpoint, which an older build may have written: what its features
   * remember is migrated, its timers keep their names, and what belongs to a timer, a call or a
   * feature that this build has no more is dropped.
   *
   * @throws ApiMisuseError for a state that is newer than this build, or has no migration
   */
  restore(bytes: Uint8Array): void {
    // Checkpoints from before timers had names in them have the kinds of the build that wrote them.
    const [versions, tables, timers = [...this.#timerKinds.keys()]] = decodePlain(
      bytes,
    ) as CheckpointContent;
    const of = (name: string): PlainData => {
      apiRule(tables.has(name), `checkpoint: table "${name}" is missing`);
      return tables.get(name);
    };
    const kernel = of("kernel") as unknown as Kernel;
    this.kernel = { ...kernel, config: { ...defaultRealmConfig, ...kernel.config } };
    this.configKeys = new Set(Object.keys(kernel.config));
    this.sessions = Sessions.restore(of("sessions"));
    this.timers = TimerTable.restore(of("timers"), (kind) => this.#kindOf(kind, timers));
    this.calls = this.#callsLeft(of("calls") as unknown as ReadonlyMap<CallId, PendingCall>);
    const streams = of("streams") as ReadonlyMap<string, Seed>;
    this.streams = new Map(Array.from(streams, ([name, seed]) => [name, RandomStream.from(seed)]));
    this.inbox = Inbox.restore(of("inbox"));
    const written = new Map(versions);
    this.featureStates = this.#features.map((feature) =>
      migrated(feature, written.get(feature.name), () => of(`feature:${feature.name}`)),
    );
    this.#stores = storesOf(this.#features, (feature, stream) => {
      const streams = tables.get(`events:${feature}`) as ReadonlyMap<string, PlainData> | undefined;
      return streams?.get(stream);
    });
  }

  /** What a kind of the checkpoint's build is here; null when this build has no such timer. */
  #kindOf(kind: number, names: readonly string[]): number | null {
    if (kind === deadlineKind) return kind;
    const name = names[kind - 1];
    apiRule(name !== undefined, `checkpoint: a timer is of kind ${kind}, which has no name`);
    return this.#timerKinds.get(name) ?? null;
  }

  /** Those that this build can take an answer to. */
  #callsLeft(calls: ReadonlyMap<CallId, PendingCall>): Map<CallId, PendingCall> {
    const declared = new Map(this.#features.map(({ name, declaration }) => [name, declaration]));
    return new Map(
      [...calls].filter(([, { feature, name }]) =>
        Object.hasOwn(declared.get(feature)?.calls ?? {}, name),
      ),
    );
  }
}

/** Versions of the features' states, the tables, and the names of the kinds of timers, from 1. */
type CheckpointContent = [[string, number][], Map<string, PlainData>, string[]?];

/** @param tableOf what a checkpoint has of a stream; undefined begins it anew */
function storesOf(
  features: readonly Feature[],
  tableOf: (feature: string, stream: string) => PlainData,
): ReadonlyMap<string, ReadonlyMap<AnyEventStream, StreamStore>> {
  const stores = new Map<string, ReadonlyMap<AnyEventStream, StreamStore>>();
  for (const { name, declaration } of features) {
    if (declaration.events === undefined || declaration.events.length === 0) continue;
    const own = declaration.events.map((stream) => {
      const table = tableOf(name, stream.name);
      const store =
        table === undefined ? new StreamStore(stream) : StreamStore.restore(stream, table);
      return [stream, store] as const;
    });
    stores.set(name, new Map(own));
  }
  return stores;
}

/** The state that was written by `version`, brought to the feature's own version. */
function migrated(feature: Feature, version: number | undefined, data: () => PlainData): object {
  const { declaration, name } = feature;
  if (version === undefined) return declaration.state();
  apiRule(
    version <= declaration.version,
    `checkpoint: feature "${name}" has state version ${version}, this build knows ${declaration.version}`,
  );
  let state = data();
  for (let from = version; from < declaration.version; from += 1) {
    const step = declaration.migrations?.[from];
    apiRule(step !== undefined, `feature "${name}" has no migration from state version ${from}`);
    state = step(state);
  }
  return state as object;
}
