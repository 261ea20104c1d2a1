/** Event streams: what is appended, folded, stored and restored comes to the fold of all of it. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { wallet, walletContract, wallets } from "../../../examples/wallet/wallet.ts";
import type { Event } from "../../../src/core/contract.ts";
import { builtinFeatures } from "../../../src/core/features/index.ts";
import { digestStart } from "../../../src/core/kernel/digest.ts";
import { micros } from "../../../src/core/kernel/ids.ts";
import { decodePlain, encodePlain } from "../../../src/core/kernel/plain.ts";
import { eventStream } from "../../../src/core/realm/index.ts";
import { StreamStore } from "../../../src/core/realm/event-store.ts";
import { RealmDriver } from "../../support/realm-driver.ts";

/** What happens is a list of things; the state is all of them, by way of what can be changed. */
interface Thing {
  readonly name: string;
  readonly parts: number[];
}
const stream = (keep: number) =>
  eventStream({
    name: "things",
    keep,
    initial: (): { all: Thing[] } => ({ all: [] }),
    apply(state: { all: Thing[] }, event: Thing) {
      // A reducer that keeps what it is given and changes it later must harm nobody.
      state.all.at(-1)?.parts.push(state.all.length);
      state.all.push(event);
      return state;
    },
  });

function folded(things: readonly Thing[]): { all: Thing[] } {
  const all = things.map(({ name, parts }, index) => {
    const isLast = index === things.length - 1;
    return { name, parts: isLast ? [...parts] : [...parts, index + 1] };
  });
  return { all };
}

type Move =
  | {
      readonly type: "append";
      readonly entity: string;
      /** What is added to the true version; null: any. */
      readonly off: number | null;
      readonly things: readonly Thing[];
    }
  | { readonly type: "forget"; readonly entity: string }
  | { readonly type: "restore" };

const entity = fc.constantFrom("a", "b", "c");
const thing = fc.record(
  { name: fc.string(), parts: fc.array(fc.nat(9), { maxLength: 2 }) },
  { noNullPrototype: true },
);
const move: fc.Arbitrary<Move> = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.record({
      type: fc.constant("append" as const),
      entity,
      off: fc.constantFrom(0, 0, 0, 0, 1, -1, null),
      things: fc.array(thing, { minLength: 1, maxLength: 4 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ type: fc.constant("forget" as const), entity }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant("restore" as const) }) },
);

const reread = (store: StreamStore, keep: number): StreamStore =>
  StreamStore.restore(stream(keep), decodePlain(encodePlain(store.table())));

function check(store: StreamStore, model: ReadonlyMap<string, readonly Thing[]>, keep: number) {
  expect([...store.entities()]).toEqual([...model.keys()]);
  expect(store.violations()).toEqual([]);
  for (const [id, things] of model) {
    expect(store.version(id)).toBe(things.length);
    expect(store.replay(id)).toEqual(folded(things));
    const from = Math.max(1, things.length - keep + 1);
    const read = store.events(id, from);
    expect(read.ok).toBe(true);
    expect(read.events.map(({ event }) => event)).toEqual(things.slice(from - 1));
    expect(read.events.map(({ version }) => version)).toEqual(
      things.slice(from - 1).map((_, index) => from + index),
    );
  }
}

describe("a stream of events", () => {
  it("[DIST-03] a replay is the fold of all events at every prefix, snapshot and tail or not, and survives a checkpoint", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 4 }),
        fc.array(move, { maxLength: 60 }),
        (keep, moves) => {
          let store = new StreamStore(stream(keep));
          const model = new Map<string, readonly Thing[]>();
          for (const [at, next] of moves.entries()) {
            if (next.type === "append") {
              const known = model.get(next.entity) ?? [];
              const expected = next.off === null ? "any" : known.length + next.off;
              const before = store.digest(digestStart);
              const appended = store.append(next.entity, expected, next.things, micros(at));
              if (next.off === 0 || next.off === null) {
                model.set(next.entity, [...known, ...next.things]);
                expect(appended).toEqual({ ok: true, version: known.length + next.things.length });
              } else {
                const conflict = { ok: false, code: "CONFLICT", version: known.length };
                expect(appended).toEqual(conflict);
                expect(store.digest(digestStart)).toBe(before);
              }
            } else if (next.type === "forget") {
              expect(store.forget(next.entity)).toBe(model.delete(next.entity));
            } else {
              store = reread(store, keep);
            }
            check(store, model, keep);
            // What is remembered of digests is what they are.
            expect(store.digest(digestStart)).toBe(reread(store, keep).digest(digestStart));
            expect(store.bytes).toBe(reread(store, keep).bytes);
          }
        },
      ),
    );
  });

  it("[DIST-03] what a feature does with what it was given changes nothing that is stored", () => {
    const store = new StreamStore(stream(8));
    const own: Thing = { name: "mine", parts: [1] };
    store.append("a", 0, [own], micros(1));
    own.parts.push(2);
    const [read] = store.events("a", 1).events;
    if (read !== undefined) (read.event as Thing).parts.push(3);
    (store.replay("a") as { all: Thing[] }).all[0]?.parts.push(4);
    expect(store.replay("a")).toEqual({ all: [{ name: "mine", parts: [1] }] });
  });

  it("[DIST-03] events that are in the snapshot are said to be, and what is left is given", () => {
    const store = new StreamStore(stream(2));
    for (let version = 0; version < 5; version += 1) {
      store.append("a", version, [{ name: String(version + 1), parts: [] }], micros(version));
    }
    const read = store.events("a", 1);
    expect(read).toMatchObject({ ok: false, code: "FOLDED", firstVersion: 4 });
    expect(read.events).toMatchObject([
      { version: 4, at: 3, event: { name: "4" } },
      { version: 5, at: 4, event: { name: "5" } },
    ]);
    expect(store.events("a", 6)).toEqual({ ok: true, events: [] });
    expect(store.events("nobody", 1)).toEqual({ ok: true, events: [] });
    expect(store.replay("nobody")).toEqual({ all: [] });
  });

  it("[DIST-03] an event that is no plain data is refused, and none of its append is there", () => {
    const store = new StreamStore(stream(2));
    const bad = [{ name: "good", parts: [] }, { name: () => "bad" }];
    expect(() => store.append("a", 0, bad, micros(1))).toThrow(/event of "things"\.name/);
    expect(store.version("a")).toBe(0);
    expect(() => store.append("", 0, [1], micros(1))).toThrow(/1\.\.128 letters/);
    expect(() => eventStream({ name: "no name", initial: () => 0, apply: () => 0 })).toThrow(
      /lower-case/,
    );
  });

  it("[DIST-03] a stream holds no more bytes than it may, and has room again when it has folded", () => {
    const texts = eventStream({
      name: "texts",
      keep: 2,
      bytesMax: 1_000,
      initial: () => 0,
      apply: (letters: number, text: string) => letters + text.length,
    });
    const store = new StreamStore(texts);
    const text = "x".repeat(195);
    const append = (entity: string): unknown => store.append(entity, "any", [text], micros(1));
    for (let count = 1; count <= 2; count += 1) append("a");
    for (const entity of ["b", "c"]) expect(append(entity)).toEqual({ ok: true, version: 1 });
    expect(append("c")).toEqual({ ok: true, version: 2 });
    expect(store.bytes).toBeGreaterThan(980);
    const before = store.digest(digestStart);
    const full = { ok: false, code: "LIMIT_REACHED", limit: "bytes" };
    // Who has no more than can always be read has nothing to fold.
    expect(append("d")).toEqual({ ...full, version: 0 });
    expect(append("b")).toEqual({ ...full, version: 1 });
    expect([store.size, store.version("b"), store.digest(digestStart)]).toEqual([3, 1, before]);
    // Each could hold four, and there is no room for that: what is old is folded before its time.
    expect(append("a")).toEqual({ ok: true, version: 3 });
    expect(append("a")).toEqual({ ok: true, version: 4 });
    expect(store.events("a", 3)).toMatchObject({ ok: true, events: [{}, {}] });
    expect(store.events("a", 2)).toMatchObject({ ok: false, code: "FOLDED", firstVersion: 3 });
    expect(store.replay("a")).toBe(4 * 195);
    expect(store.violations()).toEqual([]);
    expect(store.bytes).toBeLessThanOrEqual(1_000);
    expect(append("d")).toEqual({ ...full, version: 0 });
    expect(store.forget("c")).toBe(true);
    expect(append("d")).toMatchObject({ ok: true });
    const large = "x".repeat(65_536);
    expect(() => store.append("a", "any", [large], micros(1))).toThrow(
      /"texts": an event has 655\d\d bytes, 65536 at most/,
    );
    expect(() => eventStream({ ...texts, bytesMax: 0 })).toThrow(/bytesMax is 1\.\.268435456/);
  });

  it("[DIST-03] a stream whose snapshots only grow is never beyond its bytes, and refuses", () => {
    const kept = eventStream({
      name: "kept",
      keep: 2,
      bytesMax: 1_000,
      initial: () => "",
      apply: (all: string, text: string) => all + text,
    });
    const store = new StreamStore(kept);
    let appended = 0;
    for (let count = 0; count < 20; count += 1) {
      const before = store.digest(digestStart);
      const { ok, version } = store.append("a", "any", ["x".repeat(98)], micros(count));
      if (ok) appended += 1;
      else expect(store.digest(digestStart)).toBe(before);
      expect(version).toBe(appended);
      expect(store.bytes).toBeLessThanOrEqual(1_000);
      expect(store.replay("a")).toHaveLength(98 * appended);
      expect(store.violations()).toEqual([]);
    }
    expect(appended).toBe(10);
  });

  it("[DIST-03] a stream that is full refuses the same again without folding anything", () => {
    let applied = 0;
    const kept = eventStream({
      name: "kept",
      keep: 8,
      bytesMax: 2_000,
      initial: () => "",
      apply(all: string, text: string) {
        applied += 1;
        return all + text;
      },
    });
    const store = new StreamStore(kept);
    const append = (...texts: readonly string[]): boolean =>
      store.append("a", "any", texts, micros(1)).ok;
    const text = "x".repeat(98);
    while (append(text));
    // With one more event the oldest of the tail is folded, and then it knows.
    for (const sizes of [[98], [400], [98, 98], [98, 98]])
      append(...sizes.map((n) => "y".repeat(n)));
    const [before, digest] = [applied, store.digest(digestStart)];
    for (let count = 0; count < 100; count += 1) {
      expect(append(text)).toBe(false);
      expect(append(text, text)).toBe(false);
      expect(store.append("b", "any", [text], micros(1)).ok).toBe(false);
    }
    expect(applied).toBe(before);
    expect(store.digest(digestStart)).toBe(digest);
    // What it knows is of what it holds: less finds room, and so does the same when others go.
    const other = new StreamStore(kept);
    const ballast = ["z".repeat(98), "z".repeat(98), "z".repeat(98)];
    other.append("b", "any", ballast, micros(1));
    while (other.append("a", "any", [text], micros(1)).ok);
    const version = other.version("a");
    expect(other.append("a", "any", [text], micros(1)).ok).toBe(false);
    expect(other.append("a", "any", ["y"], micros(1))).toEqual({ ok: true, version: version + 1 });
    expect(other.append("a", "any", [text], micros(1)).ok).toBe(false);
    other.forget("b");
    expect(other.append("a", "any", [text], micros(1))).toEqual({ ok: true, version: version + 2 });
    expect(other.replay("a")).toBe(`${text.repeat(version)}y${text}`);
    expect(other.violations()).toEqual([]);
  });

  it("[DIST-03] a full stream appends and refuses alike, restored or not", () => {
    /** What shrinks when it is folded, and what does not, at the borders of the room. */
    const tight = (keep: number) =>
      eventStream({
        name: "tight",
        keep,
        bytesMax: 400,
        initial: () => "",
        apply: (all: string, text: string) => (text.startsWith("-") ? "" : all + text),
      });
    const text = fc
      .tuple(fc.constantFrom("-", "+"), fc.nat(120))
      .map(([sign, n]) => sign.padEnd(n + 1, "x"));
    const step = fc.record({
      entity,
      texts: fc.array(text, { minLength: 1, maxLength: 3 }),
      isForgotten: fc.constantFrom(false, false, false, false, true),
    });
    const steps = fc.array(step, { minLength: 20, maxLength: 60 });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 3 }), steps, (keep, all) => {
        const [store, model] = [new StreamStore(tight(keep)), new Map<string, string>()];
        for (const { entity: id, texts, isForgotten } of all) {
          if (isForgotten) {
            expect(store.forget(id)).toBe(model.delete(id));
            continue;
          }
          // One that has just been restored remembers nothing.
          const fresh = StreamStore.restore(tight(keep), decodePlain(encodePlain(store.table())));
          const [appended, digest] = [store.append(id, "any", texts, micros(1)), digestStart];
          expect(fresh.append(id, "any", texts, micros(1))).toEqual(appended);
          expect(fresh.digest(digest)).toBe(store.digest(digest));
          expect(fresh.bytes).toBe(store.bytes);
          expect(store.bytes).toBeLessThanOrEqual(400);
          expect(store.violations()).toEqual([]);
          if (!appended.ok) continue;
          const was = model.get(id) ?? "";
          model.set(
            id,
            texts.reduce((sum, each) => (each.startsWith("-") ? "" : sum + each), was),
          );
          expect(store.replay(id)).toBe(model.get(id));
        }
      }),
    );
  });

  it("[DIST-03] what an older build stored is migrated, what a newer one stored is refused", () => {
    const old = eventStream({
      name: "sums",
      keep: 1,
      initial: () => 0,
      apply: (sum: number, event: number) => sum + event,
    });
    const next = eventStream({
      name: "sums",
      keep: 1,
      version: 2,
      initial: () => ({ sum: 0 }),
      apply: ({ sum }: { sum: number }, event: { by: number }) => ({ sum: sum + event.by }),
      migrations: { 1: { event: (by) => ({ by }), state: (sum) => ({ sum }) } },
    });
    const store = new StreamStore(old);
    for (let version = 0; version < 4; version += 1) store.append("a", version, [10], micros(1));
    const migrated = StreamStore.restore(next, decodePlain(encodePlain(store.table())));
    expect(migrated.replay("a")).toEqual({ sum: 40 });
    expect(migrated.events("a", 4).events).toEqual([{ version: 4, at: 1, event: { by: 10 } }]);
    const back = (): unknown => StreamStore.restore(old, migrated.table());
    expect(back).toThrow('event stream "sums" has version 2, this build knows 1');
    const gap = { ...next, version: 3 };
    expect(() => StreamStore.restore(gap, migrated.table())).toThrow(/no migration from version 2/);
  });
});

const { change, list } = walletContract.entries;

/** A realm with wallets, and changes made to them. */
class Wallets {
  readonly driver = new RealmDriver({ features: [...builtinFeatures, wallet] }).start();
  readonly #connection = this.driver.join();

  change(owner: string, amount: number, version: number) {
    const sent = this.driver.message(this.#connection, change.type, change.message, {
      owner,
      amount,
      version,
    }).sent[0];
    if (sent?.type !== change.replyType) return null;
    return change.reply.decode(sent.bytes);
  }

  list(owner: string, fromVersion: number) {
    const asked = { owner, fromVersion };
    const [sent] = this.driver.message(this.#connection, list.type, list.message, asked).sent;
    return list.reply.decode(sent?.bytes ?? new Uint8Array());
  }
}

describe("a feature that keeps its events", () => {
  it("[DIST-03] a conflict is an answer, and the one who looks again succeeds", () => {
    const world = new Wallets();
    expect(world.change("ada", 10, 0)).toMatchObject({ version: 1, balance: 10 });
    expect(world.change("ada", 5, 0)).toMatchObject({ conflict: true, version: 1, balance: 10 });
    expect(world.change("ada", 5, 1)).toMatchObject({ version: 2, balance: 15 });
    expect(world.change("ada", -20, 2)).toBeNull();
    expect(world.list("ada", 1)).toMatchObject({ fromVersion: 1, amounts: [10, 5] });
    const { counts } = world.driver.outbox;
    expect(counts.get("events_appended_total")).toBe(2);
    expect(counts.get("events_conflicts_total")).toBe(1);
  });

  it("[DIST-03] the live state is that of a replay of the log at every prefix, and of a checkpoint with the tail", () => {
    const world = new Wallets();
    const { driver } = world;
    const digests: number[] = [];
    let at: { readonly bytes: Uint8Array; readonly events: number } | null = null;
    for (let round = 0; round < 80; round += 1) {
      world.change(round % 3 === 0 ? "bob" : "ada", 1 + (round % 5), Math.floor(round / 2));
      digests[driver.events.length] = driver.machine.digest();
      expect(driver.machine.violations()).toEqual([]);
      if (round === 50) at = { bytes: driver.machine.checkpoint(), events: driver.events.length };
    }
    for (const [length, digest] of digests.entries()) {
      if (digest === undefined || length % 7 !== 0) continue;
      expect(driver.replay(driver.events.slice(0, length)).digest()).toBe(digest);
    }
    const restored = driver.realm.create();
    restored.restore(at?.bytes ?? new Uint8Array());
    const tail: Event[] = driver.events.slice(at?.events);
    for (const event of tail) restored.step(event, driver.outbox);
    expect(restored.digest()).toBe(driver.machine.digest());
    expect(restored.tables).toContain("events:wallet");
    expect(wallets.keep).toBeLessThan(50 / 3);
  });

  it("[DIST-03] a checkpoint from before a feature had streams restores with none", () => {
    const { events: _events, ...declaration } = wallet.declaration;
    const before = new RealmDriver({
      features: [...builtinFeatures, { ...wallet, declaration }],
    }).start();
    const { driver } = new Wallets();
    driver.machine.restore(before.machine.checkpoint());
    expect(driver.machine.violations()).toEqual([]);
  });
});
