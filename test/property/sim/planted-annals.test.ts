/**
 * Event streams that are not what was appended to them, or do not survive: planted bugs that the
 * simulator's annalist finds, and books that an upgrade brings into another shape.
 */
import { afterEach, describe, expect, it, vi } from "vitest";
import { micros } from "../../../src/core/kernel/ids.ts";
import type { PlainData } from "../../../src/core/kernel/plain.ts";
import { StreamStore } from "../../../src/core/realm/event-store.ts";
import type { AnyEventStream, Appended } from "../../../src/core/realm/event-store.ts";
import type { PartialOptions } from "../../../src/sim/index.ts";
import { firstFound } from "../../support/first-found.ts";

afterEach(() => void vi.restoreAllMocks());

const square: PartialOptions = {
  seconds: 8,
  workload: { clients: 5, rudePerMillion: 0 },
  players: { accounts: 5, gameServers: 1, isRestless: false, criers: "sound" },
};

const found = (): string => firstFound(square, { seeds: 30 });

const annalsBroken = "session-index: simulatedCrier: the annals are what was cried";

/** The crier says at once what cannot be. */
const recordBroken = "containment: the feature simulatedCrier never throws";

interface Table {
  readonly entities: Map<string, unknown>;
}

/** What a checkpoint says of a stream is changed before it is restored. */
function restoring(change: (table: Table, stream: AnyEventStream) => AnyEventStream): void {
  const restore = StreamStore.restore.bind(StreamStore);
  vi.spyOn(StreamStore, "restore").mockImplementation((stream, table) =>
    restore(change(table as unknown as Table, stream), table),
  );
}

type Append = StreamStore["append"];
type Read = StreamStore["events"];

/** Every store appends otherwise. */
function appending(change: (append: Append, ...given: Parameters<Append>) => Appended): void {
  const append = StreamStore.prototype.append;
  vi.spyOn(StreamStore.prototype, "append").mockImplementation(function (
    this: StreamStore,
    ...given
  ) {
    return change(append.bind(this), ...given);
  });
}

/** What is read of any store is other than what is there. */
function reading(change: (read: ReturnType<Read>) => ReturnType<Read>): void {
  const events = StreamStore.prototype.events;
  vi.spyOn(StreamStore.prototype, "events").mockImplementation(function (
    this: StreamStore,
    ...given
  ) {
    return change(events.apply(this, given));
  });
}

describe("the simulator finds, of an event stream,", () => {
  it("[DIST-03] nothing, when it is what was appended to it", () => {
    expect(found).toThrow("no seed has failed");
  });

  it("[DIST-03] that an older version is as good as the last", () => {
    appending((append, id, _, ...rest) => append(id, "any", ...rest));
    expect(found()).toBe(recordBroken);
  });

  it("[DIST-03] that what is folded is not replayed", () => {
    const { replay, events } = StreamStore.prototype;
    vi.spyOn(StreamStore.prototype, "replay").mockImplementation(function (this: StreamStore, id) {
      const { events: kept } = events.call(this, id, 1);
      return kept[0]?.version === 1 || kept.length === 0 ? replay.call(this, id) : { cries: 0 };
    });
    expect(found()).toBe(annalsBroken);
  });

  it("[DIST-03] that what is forgotten is still there", () => {
    vi.spyOn(StreamStore.prototype, "forget").mockReturnValue(true);
    expect(found()).toBe(recordBroken);
  });

  it("[DIST-03] that the newest is not read", () => {
    reading((read) => ({ ...read, events: read.events.slice(0, -1) }));
    expect(found()).toBe(annalsBroken);
  });

  it("[DIST-03] that what is folded is read as if it were there", () => {
    reading(({ events }) => ({ ok: true, events }));
    expect(found()).toBe(annalsBroken);
  });

  it("[DIST-03] that all has happened at once", () => {
    appending((append, id, version, added) => append(id, version, added, micros(1)));
    expect(found()).toBe(annalsBroken);
  });

  it("[DIST-03] that it holds more than it may", () => {
    vi.spyOn(StreamStore.prototype, "bytes", "get").mockReturnValue(1_000);
    expect(found()).toBe(annalsBroken);
  });

  it("[DIST-03] that it refuses what there is room for", () => {
    appending((append, ...given) => {
      const appended = append(...given);
      if (!appended.ok || appended.version < 3) return appended;
      return { ok: false, code: "LIMIT_REACHED", version: appended.version - 1, limit: "bytes" };
    });
    expect(found()).toBe(recordBroken);
  });

  it("[DIST-03] that a checkpoint has none of it", () => {
    restoring(({ entities }, stream) => {
      entities.clear();
      return stream;
    });
    expect(found()).toBe("follower: a checkpoint is restored to the state that it is of");
  });

  it("[DIST-03] that a checkpoint has entities in another order", () => {
    restoring(({ entities }, stream) => {
      const all = [...entities].toReversed();
      entities.clear();
      for (const [id, entity] of all) entities.set(id, entity);
      return stream;
    });
    expect(found()).toBe("follower: a checkpoint is restored to the state that it is of");
  });
});

describe("the simulator finds, of a stream that an upgrade brings into another shape,", () => {
  const upgrades: PartialOptions = {
    seconds: 4,
    network: { corruptPerMillion: 0 },
    workload: { clients: 4, thinkMicros: 30_000, stayMaxMicros: 20_000_000 },
  };

  it.each([
    ["event", (old: PlainData) => old],
    ["state", () => [0, 0]],
  ] as const)("[DIST-03] that its %s is another one there", (part, change) => {
    restoring((_, stream) => ({
      ...stream,
      migrations: Object.fromEntries(
        Object.entries(stream.migrations).map(([from, step]) => [
          from,
          { ...step, [part]: change },
        ]),
      ),
    }));
    expect(firstFound(upgrades, { scenario: "upgrade", seeds: 20 })).toBe(
      "session-index: ledger: what is deposited is in the book",
    );
  });
});
