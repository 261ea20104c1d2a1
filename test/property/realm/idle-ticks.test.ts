/**
 * A server that passes the ticks it has no use for does all that one does which runs each: at the
 * same ticks, at the same times, and with a log of the latter as well.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { eventSequence, micros } from "../../../src/core/kernel/ids.ts";
import { reprise as pb } from "../../../src/core/wire/gen/session.js";
import { carried, defineContract, defineFeature, toServer } from "../../../src/index.ts";
import type { Micros } from "../../../src/index.ts";
import { RealmDriver } from "../../support/realm-driver.ts";

const types = { ring: 10_040, queue: 10_041 };

const contract = defineContract("sleeper", {
  /** Wakes the sleeper so many milliseconds from now: at once, or by a timer. */
  ring: toServer(types.ring, pb.v1.EchoRequest, ({ bytes }) => bytes),
  queue: toServer(types.queue, pb.v1.EchoRequest, ({ bytes }) => bytes),
});

interface State {
  /** When there is something to do again. */
  wakeAt: number;
  readonly done: [tick: number, now: number][];
}

interface How {
  readonly rests: boolean;
  /** Microseconds; 0 notes the number of a tick, too. */
  readonly early: number;
}

/** Does something once it is woken, and then again so long afterwards. */
const sleeper = (every: number, againMicros: number, how: How) =>
  defineFeature({
    contract,
    version: 1,
    state: (): State => ({ wakeAt: 0, done: [] }),
    timers: { alarm: carried<{ readonly at: number }>() },
  }).implement({
    packets: {
      ring: {
        states: ["connected"],
        handle(ctx, bytes) {
          const afterMicros = (bytes[0] ?? 0) * 7_000;
          if (bytes.length > 1) ctx.timer("alarm", 1, micros(afterMicros + 1), { at: 1 });
          else ctx.state.wakeAt = Math.min(ctx.state.wakeAt, ctx.now + afterMicros);
        },
      },
      queue: {
        states: ["connected"],
        inbox(ctx) {
          ctx.state.wakeAt = 0;
        },
      },
    },
    timers: {
      alarm(ctx) {
        ctx.state.wakeAt = 0;
      },
    },
    tick: {
      every,
      run(ctx) {
        const { state } = ctx;
        if (ctx.now < state.wakeAt) return;
        state.done.push([how.early === 0 ? ctx.tick : 0, ctx.now]);
        state.wakeAt = againMicros === Infinity ? Infinity : ctx.now + againMicros;
      },
      ...(how.rests ? { idleUntil: ({ wakeAt }: State) => wakeAt - how.early } : {}),
    },
  });

interface Act {
  readonly waitMicros: number;
  readonly key: "ring" | "queue";
  readonly bytes: Uint8Array;
}

const acts = fc.array(
  fc.record({
    waitMicros: fc.oneof(fc.nat(100_000), fc.nat(3_000_000)),
    key: fc.constantFrom("ring" as const, "queue" as const),
    bytes: fc.uint8Array({ minLength: 1, maxLength: 2 }),
  }),
  { maxLength: 25 },
);
const shapes = fc.record({
  every: fc.constantFrom(1, 1, 3, 7),
  againMicros: fc.constantFrom(40_000, 1_000_000, Infinity),
  tickHz: fc.constantFrom(1, 7, 30, 60, 1_000),
});

function lived(how: How, { every, againMicros, tickHz }: Shape, given: readonly Act[]) {
  const features = [sleeper(every, againMicros, how)];
  const config = { tickHz, idleTimeoutMs: 1_000_000, helloTimeoutMs: 600_000 };
  const driver = new RealmDriver({ features, config }).start();
  const connection = driver.join();
  for (const { waitMicros, key, bytes } of given) {
    driver.pass(waitMicros);
    driver.message(connection, types[key], pb.v1.EchoRequest, { bytes });
  }
  driver.pass(5_000_000);
  return driver;
}

interface Shape {
  readonly every: number;
  readonly againMicros: number;
  readonly tickHz: number;
}

const doneIn = (driver: Pick<RealmDriver, "machine">) =>
  (driver.machine.state.featureStates.at(-1) as State).done;

const ticksOf = ({ outbox }: RealmDriver): number =>
  ["ticks_total", "ticks_idle_total", "ticks_skipped_total"]
    .map((name) => outbox.counts.get(name) ?? 0)
    .reduce((sum, count) => sum + count);

describe("ticks that nobody has any use for", () => {
  it("[LOOP-09] leave all others where they were", () => {
    fc.assert(
      fc.property(shapes, acts, (shape, given) => {
        const resting = lived({ rests: true, early: 0 }, shape, given);
        const restless = lived({ rests: false, early: 0 }, shape, given);
        expect(doneIn(resting)).toEqual(doneIn(restless));
        expect(resting.events.length).toBeLessThanOrEqual(restless.events.length);
      }),
      { numRuns: 300 },
    );
  });

  it("[LOOP-09] count as idle, so that as many ticks have come as were due", () => {
    fc.assert(
      fc.property(shapes, acts, (shape, given) => {
        const driver = lived({ rests: true, early: 0 }, shape, given);
        const { kernel } = driver.machine.state;
        expect(ticksOf(driver)).toBe(kernel.tick);
        // Whatever comes next passes the rest.
        driver.connect();
        const due = Math.floor(((driver.at - kernel.tickStart) * shape.tickHz) / 1_000_000) + 1;
        expect(Math.abs(kernel.tick - due)).toBeLessThanOrEqual(1);
        expect(ticksOf(driver)).toBe(kernel.tick);
      }),
      { numRuns: 100 },
    );
  });

  it("[LOOP-09] are passed alike by who has a log of a server that ran them, late as it was", () => {
    // In thousandths of a tick: as late as that no tick is skipped.
    const lateness = fc.array(fc.nat(3_900), { minLength: 1, maxLength: 10 });
    fc.assert(
      fc.property(shapes, acts, lateness, ({ againMicros, tickHz }, given, late) => {
        const config = { tickHz, idleTimeoutMs: 1_000_000, helloTimeoutMs: 600_000 };
        // Who is late may find his time come, so he asks for the tick before it, too.
        const early = Math.ceil(1_000_000 / tickHz);
        const made = (rests: boolean): RealmDriver => {
          const features = [sleeper(1, againMicros, { rests, early })];
          return new RealmDriver({ features, config }).start();
        };
        const [old, fresh] = [made(false), made(true)];
        const both = (step: (driver: RealmDriver) => void): void => {
          const before = old.events.length;
          step(old);
          for (const event of old.events.slice(before)) {
            fresh.machine.step(event, fresh.outbox);
          }
          expect(fresh.machine.digest()).toBe(old.machine.digest());
        };
        both((driver) => void driver.join());
        let turn = 0;
        for (const { waitMicros, key, bytes } of given) {
          const end = old.at + waitMicros;
          for (;;) {
            const due = old.machine.nextTimeout() ?? Infinity;
            if (due > end) break;
            const thousandths = late[(turn += 1) % late.length] ?? 0;
            const at = due + Math.floor((thousandths * 1_000) / tickHz);
            old.at = Math.max(old.at, Math.min(at, end)) as Micros;
            both((driver) => void driver.step({ type: "time.reached", at: driver.at }));
          }
          old.at = end as Micros;
          const [connection] = old.machine.state.sessions.all();
          if (connection === undefined) throw new Error("he is here");
          // A timer between two late ticks may do what each of them has looked for.
          const now = { bytes: bytes.slice(0, 1) };
          both((driver) => {
            driver.message(connection.connection, types[key], pb.v1.EchoRequest, now);
          });
        }
      }),
      { numRuns: 150 },
    );
  });

  it("[LOOP-09] are not passed beyond a timer that gives one of them something to do", () => {
    const done = [true, false].map((rests) => {
      const features = [sleeper(1, Infinity, { rests, early: 0 })];
      const driver = new RealmDriver({ features }).start();
      const connection = driver.join();
      driver.pass(1_000);
      // The alarm is due at 43 ms, between the ticks of 33 and 66 ms, and time comes at 90.
      const bytes = new Uint8Array([6, 0]);
      driver.message(connection, types.ring, pb.v1.EchoRequest, { bytes });
      driver.at = (driver.at + 89_000) as Micros;
      driver.step({ type: "time.reached", at: driver.at });
      return doneIn(driver);
    });
    expect(done[0]?.length).toBe(2);
    expect(done[0]).toEqual(done[1]);
  });

  it("[LOOP-09] may be late, and are not at rest any more then", () => {
    const thrower = defineFeature({
      contract: defineContract("thrower", {}),
      version: 1,
      state: () => ({}),
    }).implement({
      tick: {
        every: 1,
        run(ctx) {
          if (ctx.tick === 1) throw new Error("poisoned");
        },
      },
    });
    const features = [sleeper(1, 50_000, { rests: true, early: 0 }), thrower];
    const driver = new RealmDriver({ features }).start();
    driver.pass(1_000);
    const before = driver.machine.checkpoint();
    const at = (driver.at + 59_000) as Micros;
    expect(() => driver.step({ type: "time.reached", at })).toThrow("poisoned");
    const machine = driver.realm.create();
    machine.restore(before);
    const what = { failed: eventSequence(4), connection: null, feature: "thrower" };
    machine.step({ type: "step.failed", at, ...what }, driver.outbox);
    expect(machine.brokenRests()).toEqual([]);
  });

  it("[LOOP-09] are run by a feature that cannot say, or says what makes no sense", () => {
    for (const idleUntil of [() => NaN, () => -1, () => 0]) {
      const driver = withTick(idleUntil);
      driver.pass(1_000_000);
      expect(driver.outbox.counts.get("ticks_total")).toBe(31);
    }
    for (const idleUntil of [() => 2n ** 60n, () => Symbol("never"), () => "9e99"]) {
      const driver = withTick(idleUntil as unknown as () => number);
      driver.pass(1_000_000);
      expect(driver.outbox.counts.get("ticks_total")).toBe(31);
    }
    const thrown = withTick(() => {
      throw new Error("it cannot say");
    });
    thrown.pass(1_000_000);
    expect(thrown.outbox.counts.get("ticks_total")).toBe(31);
  });

  it("[LOOP-09] are asked for by nobody: an idle server takes no step at all", () => {
    for (const restsUntil of [Infinity, Number.MAX_VALUE]) {
      const driver = withTick(() => restsUntil);
      const before = driver.events.length;
      driver.pass(3_600_000_000);
      expect(driver.events.length).toBe(before);
      expect(driver.machine.nextTimeout()).toBeNull();
      driver.connect();
      expect(driver.outbox.counts.get("ticks_idle_total")).toBe(3_600 * 30 + 1);
    }
  });
});

function withTick(idleUntil: () => number): RealmDriver {
  const feature = defineFeature({
    contract: defineContract("still", {}),
    version: 1,
    state: () => ({}),
  }).implement({ tick: { every: 1, run() {}, idleUntil } });
  return new RealmDriver({ features: [feature] }).start();
}
