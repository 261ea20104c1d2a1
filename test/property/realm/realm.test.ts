import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { builtinFeatures } from "../../../src/core/features/index.ts";
import type { CallId, ConnectionId } from "../../../src/core/kernel/ids.ts";
import { reprise as pb } from "../../../src/core/wire/gen/session.js";
import { poisoned } from "../../support/poison.ts";
import { lamp, lampTypes } from "../../support/lamp.ts";
import { RealmDriver, RecordingOutbox } from "../../support/realm-driver.ts";
import type { Closed, Sent } from "../../support/realm-driver.ts";

type Move =
  | { readonly kind: "connect" }
  | { readonly kind: "close" | "end" | "malformed" | "answer"; readonly pick: number }
  | { readonly kind: "packet"; readonly pick: number; readonly type: number; readonly size: number }
  | { readonly kind: "garbage"; readonly pick: number; readonly bytes: Uint8Array }
  | { readonly kind: "refused"; readonly pick: number; readonly count: number }
  | { readonly kind: "pass"; readonly millis: number };

const pick = fc.nat(4);
// The packet that waits for a tick is the commonest: what waits is what an end can leave behind.
const packetTypes = [
  ...[1_004, 1_050, 1_053, 1_055, 1_051, 2_000],
  ...Object.values(lampTypes),
  ...Array.from({ length: 8 }, () => lampTypes.turn),
];
const move: fc.Arbitrary<Move> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("connect" as const) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constantFrom("close", "end", "malformed"), pick }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("answer" as const), pick }) },
  {
    weight: 10,
    arbitrary: fc.record({
      kind: fc.constant("packet" as const),
      pick,
      type: fc.constantFrom(...packetTypes),
      size: fc.nat(8),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("garbage" as const),
      pick,
      bytes: fc.uint8Array({ maxLength: 40 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("refused" as const),
      pick,
      count: fc.integer({ min: 1, max: 400 }),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant("pass" as const), millis: fc.nat(12_000) }),
  },
);

/** Plays moves as a host would: only open connections have events, and each closes once. */
class Play {
  readonly driver = new RealmDriver({ features: [...builtinFeatures, lamp] }).start();
  readonly open: ConnectionId[] = [];
  readonly calls: CallId[] = [];
  readonly sent: Sent[] = [];
  readonly closed: Closed[] = [];

  make(next: Move): void {
    const { driver } = this;
    const known = driver.events.length;
    if (next.kind === "connect") this.open.push(driver.connect());
    else if (next.kind === "pass") this.sent.push(...driver.pass(next.millis * 1_000));
    else if (next.kind === "answer") {
      const call = this.calls.splice(next.pick % Math.max(this.calls.length, 1), 1)[0];
      if (call !== undefined) driver.answer(call, { ok: true, answer: 1 });
    } else this.#onConnection(next);
    if (driver.events.length === known || next.kind === "pass") return;
    this.sent.push(...driver.outbox.sent);
    this.closed.push(...driver.outbox.closed);
    this.calls.push(...driver.outbox.called.map(({ id }) => id));
  }

  #onConnection(next: Extract<Move, { pick: number }>): void {
    const { driver, open } = this;
    const index = next.pick % Math.max(open.length, 1);
    const connection = open[index];
    if (connection === undefined) return;
    const { at } = driver;
    switch (next.kind) {
      case "close":
        open.splice(index, 1);
        driver.close(connection);
        return;
      case "end":
        driver.step({ type: "connection.ended", at, connection });
        return;
      case "malformed":
        driver.step({ type: "packet.malformed", at, connection, reason: "size" });
        return;
      case "packet": {
        const bytes = new Uint8Array(next.size);
        driver.message(connection, next.type, pb.v1.EchoRequest, { bytes });
        return;
      }
      case "garbage":
        driver.step({
          type: "packet.received",
          at,
          connection,
          transport: "stream",
          bytes: next.bytes,
          start: 0,
          end: next.bytes.length,
        });
        return;
      case "refused":
        driver.refused(connection, next.count);
        return;
      case "answer":
    }
  }
}

const moves = fc.array(move, { maxLength: 60 });
const play = (list: readonly Move[]): Play => {
  const game = new Play();
  for (const next of list) poisoned(() => game.make(next));
  return game;
};

describe("the realm", () => {
  it("step is a function of state and event: a replay has the same digest in every table", () => {
    fc.assert(
      fc.property(moves, (list) => {
        const { driver } = play(list);
        const replayed = driver.replay();
        const { tables } = driver.machine;
        for (const [index, table] of tables.entries()) {
          expect([table, replayed.tableDigest(index)]).toEqual([
            table,
            driver.machine.tableDigest(index),
          ]);
        }
        expect(replayed.digest()).toBe(driver.machine.digest());
      }),
      { numRuns: 300 },
    );
  });

  it("restore(checkpoint()) at any event goes on identically", () => {
    fc.assert(
      fc.property(moves, fc.nat(), (list, cut) => {
        const { driver } = play(list);
        const { events } = driver;
        const at = cut % events.length;
        const before = driver.replay(events.slice(0, at));
        const after = driver.realm.create();
        after.restore(before.checkpoint());
        expect(after.digest()).toBe(before.digest());
        const [one, two] = [new RecordingOutbox(), new RecordingOutbox()];
        for (const event of events.slice(at)) {
          before.step(event, one);
          after.step(event, two);
        }
        expect(two.sent).toEqual(one.sent);
        expect(two.closed).toEqual(one.closed);
        expect(after.digest()).toBe(driver.machine.digest());
      }),
      { numRuns: 300 },
    );
  });

  it("[SMG-04] no table holds a session that is gone, after any step", () => {
    fc.assert(
      fc.property(moves, (list) => {
        const game = new Play();
        for (const next of list) {
          game.make(next);
          expect(game.driver.machine.violations()).toEqual([]);
        }
        expect(game.driver.machine.state.sessions.size).toBe(game.open.length);
      }),
      { numRuns: 300 },
    );
  });

  it("[WIRE-05] server sequences count 1, 2, 3, ... per session and delivery", () => {
    fc.assert(
      fc.property(moves, (list) => {
        const last = new Map<string, number>();
        for (const { connection, delivery, sequence } of play(list).sent) {
          const key = `${connection} ${delivery}`;
          expect(sequence).toBe((last.get(key) ?? 0) + 1);
          last.set(key, sequence);
        }
      }),
      { numRuns: 300 },
    );
  });

  it("[SES-05] orders at most one close for a connection, and sends nothing after it", () => {
    fc.assert(
      fc.property(moves, (list) => {
        const game = new Play();
        const ended = new Set<ConnectionId>();
        for (const next of list) {
          const [sent, closed] = [game.sent.length, game.closed.length];
          game.make(next);
          for (const one of game.sent.slice(sent)) expect(ended.has(one.connection)).toBe(false);
          for (const one of game.closed.slice(closed)) {
            expect(ended.has(one.connection)).toBe(false);
            ended.add(one.connection);
          }
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe("the session register against a plain map", () => {
  it("[SMG-01] knows exactly the open connections, under ids that only grow", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.boolean(), fc.nat()), { maxLength: 80 }), (list) => {
        const driver = new RealmDriver().start();
        const model = new Map<ConnectionId, number>();
        let last = 0;
        for (const [opens, choice] of list) {
          if (opens || model.size === 0) {
            last += 1;
            model.set(driver.connect(), last);
          } else {
            const connection = [...model.keys()][choice % model.size] as ConnectionId;
            model.delete(connection);
            driver.close(connection);
          }
          const known = Array.from(driver.machine.state.sessions.all(), (session) => [
            session.connection,
            session.id,
          ]);
          expect(known).toEqual([...model]);
        }
      }),
      { numRuns: 300 },
    );
  });
});
