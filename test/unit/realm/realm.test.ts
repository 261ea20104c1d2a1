import { describe, expect, it } from "vitest";
import { builtinFeatures } from "../../../src/core/features/index.ts";
import { errorTable } from "../../../src/core/kernel/errors.ts";
import { realmConfig } from "../../../src/core/realm/config.ts";
import { reprise as pb } from "../../../src/core/wire/gen/session.js";
import {
  carried,
  createRealm,
  defineContract,
  defineFeature,
  micros,
  request,
} from "../../../src/index.ts";
import { restless } from "../../../src/sim/restless.ts";
import { lamp, lampTypes } from "../../support/lamp.ts";
import { RealmDriver } from "../../support/realm-driver.ts";
import type { Sent } from "../../support/realm-driver.ts";

const second = 1_000_000;
const errorOf = (sent: readonly Sent[]): string => {
  const told = sent.find(({ type }) => type === 1_051);
  if (told === undefined) return "none";
  const { code } = pb.v1.Error.decode(told.bytes);
  return Object.entries(errorTable).find(([, entry]) => entry.code === code)?.[0] ?? "unknown";
};
const endOf = (sent: readonly Sent[]): pb.v1.Disconnect | null => {
  const told = sent.find(({ type }) => type === 1_052);
  return told === undefined ? null : pb.v1.Disconnect.decode(told.bytes);
};

describe("greeting", () => {
  it("[WIRE-14] agrees on the highest version that both sides speak", () => {
    const driver = new RealmDriver().start();
    const hello = { protocolMin: 1, protocolMax: 9, contractHash: driver.realm.contractHash };
    const { sent } = driver.message(driver.connect(), 1_050, pb.v1.Hello, hello);
    expect(sent).toHaveLength(1);
    const reply = pb.v1.Hello.decode(sent[0]?.bytes ?? new Uint8Array());
    expect(reply.protocol).toBe(1);
    expect(reply.contractHash).toBe(driver.realm.contractHash);
    expect(sent[0]).toMatchObject({ sequence: 1, inReplyTo: 1, delivery: "committed" });
  });

  it("[WIRE-14] refuses and closes a peer that speaks no common version", () => {
    const driver = new RealmDriver().start();
    const hello = { protocolMin: 2, protocolMax: 3 };
    const { sent, closed } = driver.message(driver.connect(), 1_050, pb.v1.Hello, hello);
    expect(errorOf(sent)).toBe("VERSION_MISMATCH");
    expect(endOf(sent)).toMatchObject({ mayRetry: false });
    expect(closed).toMatchObject([{ mode: "flush", code: "VERSION_MISMATCH" }]);
  });

  it("[WIRE-14] takes a peer that says no HELLO as version 1", () => {
    const driver = new RealmDriver().start();
    const connection = driver.connect();
    const { sent } = driver.packet(connection, 1_004, new Uint8Array());
    expect(sent[0]?.type).toBe(1_005);
    const again = driver.message(connection, 1_050, pb.v1.Hello, {});
    expect(errorOf(again.sent)).toBe("NOT_ALLOWED_IN_STATE");
  });

  it("[SES-16] closes a connection that never sends a complete packet", () => {
    const driver = new RealmDriver({ config: { helloTimeoutMs: 2_000 } }).start();
    driver.connect();
    expect(driver.pass(1.9 * second)).toEqual([]);
    expect(endOf(driver.pass(0.2 * second))).toMatchObject({
      code: errorTable.HELLO_TIMEOUT.code,
      mayRetry: true,
    });
  });
});

describe("dispatch", () => {
  it("[HND-01] answers an unknown type with NOT_SERVED and keeps the session", () => {
    const driver = new RealmDriver().start();
    const connection = driver.join();
    expect(errorOf(driver.packet(connection, 2_999, new Uint8Array()).sent)).toBe("NOT_SERVED");
    expect(driver.packet(connection, 1_004, new Uint8Array()).sent[0]?.type).toBe(1_005);
  });

  it("[HND-01] brings each type to its handler once", () => {
    const driver = new RealmDriver().start();
    const connection = driver.join();
    const bytes = new Uint8Array([1, 2, 3]);
    for (const [type, reply] of [
      [1_053, 1_054],
      [1_055, 1_056],
    ] as const) {
      const { sent } = driver.message(connection, type, pb.v1.EchoRequest, { bytes });
      expect(sent.map((one) => one.type)).toEqual([reply]);
      expect(pb.v1.EchoResponse.decode(sent[0]?.bytes ?? new Uint8Array()).bytes).toEqual(bytes);
    }
    expect(driver.machine.state.featureStates).toContainEqual({ echoes: 1, promptEchoes: 1 });
  });

  it("[HND-03] refuses a second handler for a type, before the first event", () => {
    const contract = defineContract("again", {
      echo: request(1_053, pb.v1.EchoRequest, 10_009, pb.v1.EchoResponse),
    });
    const again = defineFeature({ contract, version: 1, state: () => ({}) }).implement({
      packets: { echo: { states: ["connected"], handle() {} } },
    });
    expect(() => createRealm({ features: [...builtinFeatures, again] })).toThrow(
      /again\.echo: packet type 1053 is taken by echo\.echo/,
    );
    expect(() => createRealm({ features: [lamp, lamp] })).toThrow(/two features are named "lamp"/);
  });

  it("[NET-16] has no way to change handlers once the table is made", () => {
    const realm = createRealm({ features: builtinFeatures });
    expect(Object.keys(realm)).not.toContain("register");
    expect(realm.create().composition.routes.get(1_053)?.key).toBe("echo");
  });

  it("[SES-10] survives undecodable payloads, and closes after too many in a row", () => {
    const driver = new RealmDriver({ config: { malformedInRowMax: 3 } }).start();
    const connection = driver.join();
    const garbage = new Uint8Array([0x0a, 0xff, 0xff]);
    for (let count = 0; count < 3; count += 1) {
      expect(errorOf(driver.packet(connection, 1_053, garbage).sent)).toBe("INVALID_PACKET");
    }
    expect(driver.packet(connection, 1_004, new Uint8Array()).sent[0]?.type).toBe(1_005);
    for (let count = 0; count < 3; count += 1) driver.packet(connection, 1_053, garbage);
    const { closed } = driver.packet(connection, 1_053, garbage);
    expect(closed).toMatchObject([{ mode: "reset", code: "TOO_MANY_MALFORMED" }]);
  });

  it("[HND-01] closes a peer whose refused packets are a flood", () => {
    const driver = new RealmDriver({ config: { refusedPerWindowMax: 10 } }).start();
    const connection = driver.join();
    expect(errorOf(driver.refused(connection, 10).sent)).toBe("NOT_SERVED");
    expect(driver.refused(connection).closed).toMatchObject([{ mode: "reset", code: "FLOOD" }]);
  });

  it("[HND-01] counts malformed frames to them, also when sound packets come between", () => {
    const driver = new RealmDriver({ config: { refusedPerWindowMax: 10 } }).start();
    const connection = driver.join();
    driver.refused(connection, 5);
    const closed = Array.from({ length: 6 }, () => {
      driver.packet(connection, 1_004, new Uint8Array());
      const { at } = driver;
      return driver.step({ type: "packet.malformed", at, connection, reason: "size" }).closed;
    });
    expect(closed.slice(0, 5).flat()).toEqual([]);
    expect(closed[5]).toMatchObject([{ mode: "reset", code: "FLOOD" }]);
  });

  it("[HND-01] forgets refusals after their window", () => {
    const driver = new RealmDriver({
      config: { refusedPerWindowMax: 10, refusedWindowMs: 1_000 },
    }).start();
    const connection = driver.join();
    driver.refused(connection, 10);
    driver.pass(1.1 * second);
    expect(driver.refused(connection).closed).toEqual([]);
  });
});

describe("the life of a session", () => {
  it("[SMG-03] counts ids from 1 and never reuses one", () => {
    const driver = new RealmDriver().start();
    const ids: number[] = [];
    for (let round = 0; round < 3; round += 1) {
      const connection = driver.connect();
      ids.push(...Array.from(driver.machine.state.sessions.all(), ({ id }) => id));
      driver.close(connection);
    }
    expect(ids).toEqual([1, 2, 3]);
  });

  it("[SMG-03] logs id and total when a session opens and when it closes", () => {
    const driver = new RealmDriver().start();
    driver.connect();
    driver.connect();
    expect(driver.outbox.logged).toMatchObject([
      { message: "session opened", fields: { session: 2, sessions: 2 } },
    ]);
  });

  it("[SES-07] keeps the remote address in the log after the close", () => {
    const driver = new RealmDriver().start();
    const connection = driver.connect();
    expect(driver.close(connection).logged).toMatchObject([
      { message: "session closed", fields: { remote: "192.0.2.1:1", reason: "peer", sessions: 0 } },
    ]);
  });

  it("[SES-05] closes once, however often it is told to", () => {
    const driver = new RealmDriver({ config: { refusedPerWindowMax: 1 } }).start();
    const connection = driver.join();
    expect(driver.refused(connection, 5).closed).toHaveLength(1);
    expect(driver.refused(connection, 5).closed).toHaveLength(0);
    expect(driver.packet(connection, 1_053, new Uint8Array()).sent).toEqual([]);
    driver.close(connection);
    expect(driver.machine.state.sessions.size).toBe(0);
  });

  it("[SES-12] lets what was answered leave when the peer half-closes", () => {
    const driver = new RealmDriver().start();
    const connection = driver.join();
    const { closed, sent } = driver.step({ type: "connection.ended", at: driver.at, connection });
    expect(sent).toEqual([]);
    expect(closed).toEqual([{ connection, mode: "flush", code: "GOODBYE" }]);
  });

  it("[SES-16] closes a silent session between T and T plus one check", () => {
    const driver = new RealmDriver({ config: { idleTimeoutMs: 30_000 } }).start();
    driver.join();
    driver.pass(29.999 * second);
    expect(driver.outbox.closed).toEqual([]);
    expect(endOf(driver.pass(0.002 * second))?.code).toBe(errorTable.TIMEOUT.code);
  });

  it("[SES-16] is kept by any complete packet, and by a stall of our own", () => {
    const driver = new RealmDriver().start();
    const connection = driver.join();
    for (let round = 0; round < 5; round += 1) {
      driver.pass(25 * second);
      driver.packet(connection, 1_004, new Uint8Array());
    }
    driver.step({ type: "host.stalled", at: driver.at, duration: 20_000_000 as never });
    expect(driver.pass(49 * second)).toEqual([]);
    expect(endOf(driver.pass(2 * second))).not.toBeNull();
  });

  it("[NET-12] says goodbye to everybody when draining, and takes nobody new", () => {
    const driver = new RealmDriver().start();
    driver.join();
    driver.join();
    const drained = driver.step({ type: "drain.requested", at: driver.at, deadline: driver.at });
    expect(drained.closed).toHaveLength(2);
    expect(endOf(drained.sent)).toMatchObject({
      code: errorTable.MAINTENANCE.code,
      mayRetry: true,
    });
    driver.connect();
    expect(driver.outbox.closed).toMatchObject([{ code: "MAINTENANCE" }]);
  });
});

describe("features", () => {
  const started = (): RealmDriver =>
    new RealmDriver({ features: [...builtinFeatures, lamp] }).start();
  const light = (driver: RealmDriver, connection: never, burnSeconds: number) =>
    driver.message(connection, lampTypes.light, pb.v1.EchoRequest, {
      bytes: new Uint8Array(burnSeconds),
    });

  it("[HND-02] calls the outside and answers the request when the answer is there", () => {
    const driver = started();
    const connection = driver.join() as never;
    const { called, sent } = light(driver, connection, 3);
    expect(sent).toEqual([]);
    expect(called).toMatchObject([
      { operation: "data.buyOil", effect: "once", request: { session: 1, count: 3 } },
    ]);
    const answered = driver.answer(called[0]?.id as never, { ok: true, answer: 7 });
    expect(answered.sent).toMatchObject([{ type: lampTypes.lit, inReplyTo: 2 }]);
    expect(answered.called).toMatchObject([{ operation: "data.lookUp", effect: "none" }]);
    expect(driver.machine.violations()).toEqual([]);
  });

  it("[TST-13] an invariant that throws is broken, and says what it has thrown", () => {
    const { implementation } = lamp;
    const told = (thrown: unknown): readonly string[] => {
      const throws = (): boolean => {
        throw thrown;
      };
      const invariants = { ...implementation.invariants, "no lamp is blind": throws };
      const blind = { ...lamp, implementation: { ...implementation, invariants } };
      return new RealmDriver({ features: [...builtinFeatures, blind] }).machine.violations();
    };
    const rule = `${lamp.name}: no lamp is blind`;
    expect(told(new Error("dark"))).toEqual([`${rule} (throws: dark)`]);
    expect(told(new Error("dark\n  and cold"))).toEqual([`${rule} (throws: dark and cold)`]);
    expect(told("dark")).toEqual([`${rule} (throws: dark)`]);
    const silent: unknown = Object.create(null);
    expect(told(silent)).toEqual([`${rule} (throws: something that cannot be shown)`]);
  });

  it("[HND-02] answers a call by its deadline when nobody else does, and once only", () => {
    const driver = started();
    const { called } = light(driver, driver.join() as never, 3);
    const sent = driver.pass(5.1 * second);
    expect(errorOf(sent)).toBe("DEADLINE_EXCEEDED");
    expect(driver.answer(called[0]?.id as never, { ok: true, answer: 7 }).sent).toEqual([]);
    expect(driver.outbox.counts.get("calls_answered_too_late_total")).toBe(1);
  });

  it("[HND-02] parses what the outside answers", () => {
    const driver = started();
    const { called } = light(driver, driver.join() as never, 3);
    const { sent } = driver.answer(called[0]?.id as never, { ok: true, answer: "seven" });
    expect(errorOf(sent)).toBe("INTERNAL");
  });

  it("[SES-03] drops the answer to a session that is gone", () => {
    const driver = started();
    const connection = driver.join();
    const { called } = light(driver, connection as never, 3);
    driver.close(connection);
    const answered = driver.answer(called[0]?.id as never, { ok: true, answer: 7 });
    expect(answered.sent).toEqual([]);
    expect(driver.outbox.counts.get("replies_too_late_total")).toBe(1);
    expect(driver.machine.violations()).toEqual([]);
  });

  it("[HND-02] fires timers at their time and broadcasts", () => {
    const driver = started();
    const connections = [driver.join(), driver.join(), driver.join()];
    const { called } = light(driver, connections[0] as never, 2);
    driver.answer(called[0]?.id as never, { ok: true, answer: 1 });
    const sent = driver.pass(2.1 * second);
    const dark = sent.filter(({ type }) => type === lampTypes.dark);
    expect(dark.map(({ connection }) => connection)).toEqual(connections);
    expect(driver.machine.violations()).toEqual([]);
  });

  it("[TST-08] broadcasts to five sessions once each, in one encoding", () => {
    const driver = started();
    const connections = Array.from({ length: 5 }, () => driver.join());
    driver.connect(); // Not greeted yet: gets none.
    const { called } = light(driver, connections[0] as never, 1);
    driver.answer(called[0]?.id as never, { ok: true, answer: 1 });
    const dark = driver.pass(1.1 * second).filter(({ type }) => type === lampTypes.dark);
    expect(dark.map(({ connection }) => connection)).toEqual(connections);
    expect(new Set(dark.map(({ bytes }) => bytes)).size).toBe(1);
  });

  it("[HND-02] refuses a timer that is due at once: it could fire for ever in one step", () => {
    const contract = defineContract("eager", {
      now: request(10_030, pb.v1.EchoRequest, 10_031, pb.v1.EchoResponse),
    });
    const eager = defineFeature({
      contract,
      version: 1,
      state: () => ({}),
      timers: { again: carried<undefined>() },
    }).implement({
      packets: {
        now: {
          states: ["connected"],
          handle: (ctx) => ctx.timer("again", 1, micros(0)),
        },
      },
      timers: { again: () => undefined },
    });
    const driver = new RealmDriver({ features: [...builtinFeatures, eager] }).start();
    const connection = driver.join();
    expect(() => driver.message(connection, 10_030, pb.v1.EchoRequest, {})).toThrow(
      /timer "again" needs a delay of a microsecond/,
    );
    expect(driver.machine.failedFeature).toBe("eager");
  });

  it("[HND-02] takes inbox packets at the tick, one of each session a round", () => {
    const driver = started();
    const [one, two] = [driver.join(), driver.join()];
    for (const turn of [1, 2, 3]) {
      driver.message(one, lampTypes.turn, pb.v1.EchoRequest, { bytes: new Uint8Array([turn]) });
    }
    driver.message(two, lampTypes.turn, pb.v1.EchoRequest, { bytes: new Uint8Array([9]) });
    const state = driver.machine.state.featureStates.at(-1) as { turns: number[] };
    expect(state.turns).toEqual([]);
    driver.pass(0.05 * second);
    expect(state.turns).toEqual([1_001, 2_009, 1_002, 1_003]);
  });

  it("[LOOP-07] runs tick n at start + floor(n / hz) and never drifts", () => {
    const driver = started();
    driver.pass(60 * second);
    expect(driver.machine.state.kernel.tick).toBe(60 * 30 + 1);
  });

  it.each([
    [60, 30],
    [30, 60],
    [7, 1_000],
  ])("[LOOP-07] counts on where %i ticks a second become %i", (from, to) => {
    const driver = new RealmDriver({ features: [restless], config: { tickHz: from } }).start();
    driver.pass(60 * second);
    const { kernel } = driver.machine.state;
    const [before, due] = [kernel.tick, driver.machine.nextTimeout()];
    driver.step({
      type: "config.changed",
      at: driver.at,
      config: { ...realmConfig({ tickHz: to }) },
    });
    expect(driver.machine.nextTimeout()).toBe(due);
    driver.pass((due ?? 0) - driver.at + 10 * second);
    expect(kernel.tick - before).toBe(10 * to + 1);
    expect(driver.outbox.counts.get("ticks_skipped_total") ?? 0).toBe(0);
  });

  it("[LOOP-07] caps what it catches up and counts the rest", () => {
    const driver = started();
    driver.at = (driver.at + 10 * second) as never;
    driver.step({ type: "time.reached", at: driver.at });
    const { counts } = driver.outbox;
    expect(counts.get("ticks_total")).toBe(5);
    // Of the first 14 the lamps have run every third, and have no use for the others.
    expect(counts.get("ticks_idle_total")).toBe(10);
    expect(counts.get("ticks_skipped_total")).toBe(10 * 30 + 1 - 15);
    expect(driver.machine.nextTimeout()).toBeGreaterThan(driver.at);
  });

  it("[HND-02] names the feature that threw", () => {
    const driver = started();
    const connection = driver.join();
    expect(() => light(driver, connection as never, 9)).toThrow("this lamp explodes");
    expect(driver.machine.failedFeature).toBe("lamp");
  });

  it("[HND-02] fails a context that is used after its event", () => {
    let kept: { readonly state: object } | null = null;
    const contract = defineContract("keeper", {
      keep: request(10_020, pb.v1.EchoRequest, 10_021, pb.v1.EchoResponse),
    });
    const keeper = defineFeature({ contract, version: 1, state: () => ({ kept: 1 }) }).implement({
      packets: {
        keep: {
          states: ["connected"],
          handle(ctx) {
            kept = ctx;
            ctx.reply({});
            expect(() => ctx.reply({})).toThrow(/answered before/);
          },
        },
      },
    });
    const driver = new RealmDriver({ features: [...builtinFeatures, keeper] }).start();
    driver.message(driver.join(), 10_020, pb.v1.EchoRequest, {});
    expect(kept).not.toBeNull();
    expect(() => (kept as unknown as { state: object }).state).toThrow(/after its event/);
  });
});
