import { describe, expect, it } from "vitest";
import { builtinFeatures } from "../../../src/core/features/index.ts";
import { ApiMisuseError } from "../../../src/core/kernel/assert.ts";
import { errorTable } from "../../../src/core/kernel/errors.ts";
import { micros } from "../../../src/core/kernel/ids.ts";
import type { ConnectionId } from "../../../src/core/kernel/ids.ts";
import { encodePayload } from "../../../src/core/wire/index.ts";
import { reprise as pb } from "../../../src/core/wire/gen/session.js";
import { createRealm, defineContract, defineFeature, playerId } from "../../../src/index.ts";
import { request, toClient } from "../../../src/index.ts";
import type { SessionContext } from "../../../src/index.ts";
import { crowd, crowdTypes } from "../../support/crowd.ts";
import { lamp } from "../../support/lamp.ts";
import { RealmDriver } from "../../support/realm-driver.ts";
import type { RecordingOutbox, Sent } from "../../support/realm-driver.ts";

const features = [...builtinFeatures, crowd];

const say = (driver: RealmDriver, by: ConnectionId, type: number, ...bytes: number[]) =>
  driver.message(by, type, pb.v1.EchoRequest, { bytes: Uint8Array.from(bytes) });
const bytesOf = (sent: Sent | undefined) => [
  ...pb.v1.EchoResponse.decode(sent?.bytes ?? new Uint8Array()).bytes,
];
const codeOf = ([sent]: readonly Sent[]) =>
  sent?.type === 1_051 ? pb.v1.Error.decode(sent.bytes).code : null;

describe("authentication", () => {
  it("[SES-08] gives a session its player, and every other context sees it", () => {
    const driver = new RealmDriver({ features }).start();
    const ada = driver.join();
    expect(bytesOf(say(driver, ada, crowdTypes.login, 7, 1).sent[0])).toEqual([1]);
    expect(driver.machine.state.sessions.ofPlayer(playerId(7))).toMatchObject({
      state: "authenticated",
      player: 7,
      name: "player 7",
      role: "moderator",
    });
  });

  it("refuses a player whom another live session holds, until that one is told to end", () => {
    const driver = new RealmDriver({ features }).start();
    const [first, second] = [driver.join(), driver.join()];
    say(driver, first, crowdTypes.login, 7);
    expect(bytesOf(say(driver, second, crowdTypes.login, 7).sent[0])).toEqual([0]);
    expect(driver.machine.state.sessions.ofConnection(second)).toMatchObject({
      state: "connected",
      player: null,
    });
    // The peer's end is enough: its link is still up.
    driver.step({ type: "connection.ended", at: driver.at, connection: first });
    expect(bytesOf(say(driver, second, crowdTypes.login, 7).sent[0])).toEqual([1]);
    const holder = driver.machine.state.sessions.ofPlayer(playerId(7));
    expect(holder?.connection).toBe(second);
    // What the first one leaves behind takes nothing from the second.
    driver.close(first);
    expect(driver.machine.state.sessions.ofPlayer(playerId(7))).toBe(holder);
    expect(driver.machine.violations()).toEqual([]);
  });

  it("leaves to `closed` whose session it was, also when it was told to end long before", () => {
    const driver = new RealmDriver({ features }).start();
    const ada = driver.join();
    say(driver, ada, crowdTypes.login, 7);
    driver.step({ type: "connection.ended", at: driver.at, connection: ada });
    driver.close(ada);
    expect(driver.machine.state.featureStates.at(-1)).toMatchObject({ left: [7] });
  });

  it("an answer knows who asked, also when that session is gone", () => {
    const driver = new RealmDriver({ features }).start();
    const ada = driver.join();
    say(driver, ada, crowdTypes.login, 7);
    const [asked] = say(driver, ada, crowdTypes.ask, 1).called;
    const restored = driver.realm.create();
    driver.close(ada);
    restored.restore(driver.machine.checkpoint());
    if (asked === undefined) throw new Error("nothing was asked");
    driver.answer(asked.id, { ok: true, answer: 1 });
    expect(driver.machine.state.featureStates.at(-1)).toMatchObject({ ruled: 7, left: [7] });
    const event = driver.events.at(-1);
    if (event !== undefined) restored.step(event, driver.outbox);
    expect(restored.digest()).toBe(driver.machine.digest());
  });

  it("an answer knows who asked, also when the session is another player's by then", () => {
    const driver = new RealmDriver({ features }).start();
    const ada = driver.join();
    say(driver, ada, crowdTypes.login, 7);
    const [asked] = say(driver, ada, crowdTypes.ask, 1).called;
    say(driver, ada, crowdTypes.logout);
    say(driver, ada, crowdTypes.login, 8);
    if (asked === undefined) throw new Error("nothing was asked");
    const { sent } = driver.answer(asked.id, { ok: true, answer: 1 });
    expect(bytesOf(sent[0])).toEqual([7]);
  });

  it("is the only way to become somebody, and nobody has no player", () => {
    const did: string[] = [];
    const contract = defineContract("rogue", {
      go: request(10_200, pb.v1.EchoRequest, 10_201, pb.v1.EchoResponse),
    });
    const attempt = (what: (ctx: SessionContext<never, object, object, object>) => unknown) => {
      const rogue = defineFeature({ contract, version: 1, state: () => ({}) }).implement({
        packets: {
          go: {
            states: ["connected"],
            handle: (ctx) => void did.push(String(what(ctx as never))),
          },
        },
      });
      const driver = new RealmDriver({ features: [...builtinFeatures, rogue] }).start();
      say(driver, driver.join(), 10_200);
    };
    expect(() => attempt((ctx) => ctx.player)).toThrow(/the session is not authenticated/);
    for (const event of ["login.accepted", "disconnect.ordered", "connection.closed"]) {
      expect(() => attempt((ctx) => ctx.advance(event as never))).toThrow(ApiMisuseError);
    }
    const nobody = { player: 0 as never, name: "", role: "player", login: "" } as const;
    expect(() => attempt((ctx) => ctx.authenticate(nobody))).toThrow(/no player has such an id/);
    expect(did).toEqual([]);
  });
});

describe("roles", () => {
  const permitted = (driver: RealmDriver, outbox: RecordingOutbox, role: string) => [
    codeOf(outbox.sent),
    driver.outbox.counts.get(`packets_refused_for_role_total{role="${role}"}`) ?? 0,
  ];
  const refused = errorTable.NOT_PERMITTED.code;

  it("[AUTH-21] refuses with NOT_PERMITTED, counts it, and the session goes on", () => {
    const driver = new RealmDriver({ features }).start();
    const [ada, bob] = [driver.join(), driver.join()];
    say(driver, ada, crowdTypes.login, 1, 0);
    say(driver, bob, crowdTypes.login, 2, 1);
    const byAda = say(driver, ada, crowdTypes.rule);
    expect(permitted(driver, byAda, "player")).toEqual([refused, 1]);
    expect(permitted(driver, say(driver, bob, crowdTypes.rule), "moderator")).toEqual([null, 0]);
    const byBob = say(driver, bob, crowdTypes.reign);
    expect(permitted(driver, byBob, "moderator")).toEqual([refused, 1]);
    expect(driver.machine.state.featureStates.at(-1)).toMatchObject({ ruled: 1, reigned: 0 });
    expect(driver.realm.counters["packets_refused_for_role_total"]).toMatch(/role/);
    expect(say(driver, ada, crowdTypes.logout).sent[0]?.type).toBe(crowdTypes.logout + 1);
  });

  it("[AUTH-21] looks again when the packet's tick has come", () => {
    const driver = new RealmDriver({ features }).start();
    const ada = driver.join();
    say(driver, ada, crowdTypes.login, 1, 2);
    expect(say(driver, ada, crowdTypes.reign).sent).toEqual([]);
    say(driver, ada, crowdTypes.logout);
    expect(codeOf(driver.pass(40_000))).toBe(refused);
    expect(driver.machine.state.featureStates.at(-1)).toMatchObject({ reigned: 0 });
  });

  it("[AUTH-21] a packet that nobody may send is an error before the first event", () => {
    const contract = defineContract("idle", {
      go: request(10_200, pb.v1.EchoRequest, 10_201, pb.v1.EchoResponse),
    });
    const idle = defineFeature({ contract, version: 1, state: () => ({}) }).implement({
      packets: { go: { states: ["connected"], roles: [], handle() {} } },
    });
    expect(() => createRealm({ features: [idle] })).toThrow(/"go" is allowed to nobody/);
  });
});

describe("an encoded message", () => {
  const contract = defineContract("crier", {
    cry: request(10_200, pb.v1.EchoRequest, 10_201, pb.v1.EchoResponse, ({ bytes }) => bytes),
    cried: toClient(10_202, pb.v1.EchoResponse, { delivery: "prompt" }),
  });
  const crier = (size = 0) =>
    defineFeature({ contract, version: 1, state: () => ({}) }).implement({
      packets: {
        cry: {
          states: ["connected"],
          handle(ctx, bytes) {
            const to = [...ctx.sessions].map(({ id }) => id);
            if (size > 0) return void ctx.publishEncoded(to, "cried", new Uint8Array(size));
            ctx.publish(to, "cried", { bytes });
            const encoded = encodePayload(pb.v1.EchoResponse, { bytes });
            ctx.publishEncoded(to, "cried", encoded);
            encoded.fill(0xff); // The arena is written again.
          },
        },
      },
    });

  it("is sent as what it says, to the same and in the same way as a message", () => {
    const driver = new RealmDriver({ features: [...builtinFeatures, crier()] }).start();
    const [ada, bob] = [driver.join(), driver.join()];
    const { sent } = say(driver, ada, 10_200, 1, 2, 3);
    const bare = sent.map(({ sequence: _, ...rest }) => rest);
    expect(bare.slice(2)).toEqual(bare.slice(0, 2));
    expect(sent.map(({ connection }) => connection)).toEqual([ada, bob, ada, bob]);
    expect(bytesOf(sent[3])).toEqual([1, 2, 3]);
  });

  it("is refused when it is longer than a packet may be", () => {
    const driver = new RealmDriver({ features: [...builtinFeatures, crier(65_536)] }).start();
    expect(() => say(driver, driver.join(), 10_200)).toThrow(/"cried" is longer than/);
  });
});

describe("areas of interest", () => {
  it("are known by one feature at most", () => {
    const other = defineFeature({
      contract: defineContract("other", {}),
      version: 1,
      state: () => ({}),
    }).implement({ near: () => [] });
    expect(() => createRealm({ features: [crowd, other] })).toThrow(
      /feature "other": areas of interest are known by "crowd" already/,
    );
  });

  it("of nobody reach nobody, and a fault in them is their own feature's", () => {
    const contract = defineContract("caller", {
      call: request(10_200, pb.v1.EchoRequest, 10_201, pb.v1.EchoResponse),
      called: toClient(10_202, pb.v1.EchoResponse),
    });
    const caller = defineFeature({ contract, version: 1, state: () => ({}) }).implement({
      packets: {
        call: {
          states: ["connected"],
          handle(ctx) {
            ctx.reply({
              bytes: Uint8Array.of(ctx.near({ x: 0, y: 0, z: 0 }).send("called", {})),
            });
          },
        },
      },
    });
    const driver = new RealmDriver({ features: [...builtinFeatures, caller] }).start();
    const { sent } = say(driver, driver.join(), 10_200);
    expect(sent.map(bytesOf)).toEqual([[0]]);
    const broken = defineFeature({
      contract: defineContract("broken", {}),
      version: 1,
      state: () => ({}),
    }).implement({
      near() {
        throw new Error("lost the map");
      },
    });
    const second = new RealmDriver({ features: [...builtinFeatures, caller, broken] }).start();
    expect(() => say(second, second.join(), 10_200)).toThrow("lost the map");
    expect(second.machine.failedFeature).toBe("broken");
  });
});

describe("views", () => {
  it("show what a feature lets see, by feature and name, and change nothing", () => {
    const driver = new RealmDriver({ features: [...features, lamp] }).start();
    const ada = driver.join();
    say(driver, ada, crowdTypes.login, 7);
    say(driver, ada, crowdTypes.enter, 3);
    const before = driver.machine.digest();
    expect(driver.machine.views).toEqual(["crowd.places"]);
    const places = [{ id: 1, place: 3 }];
    expect(driver.machine.view("crowd.places")).toEqual({ places, sessions: 1 });
    expect(driver.machine.digest()).toBe(before);
    for (const name of ["crowd", "places", "crowd.other", "lamp.places", ""]) {
      expect(() => driver.machine.view(name)).toThrow(ApiMisuseError);
    }
  });

  it("have names that stand in an address", () => {
    const odd = defineFeature({
      contract: defineContract("odd", {}),
      version: 1,
      state: () => ({}),
    }).implement({ views: { "a/b": () => 1 } });
    expect(() => createRealm({ features: [odd] })).toThrow(/view "a\/b" is not a lower-case name/);
  });
});

describe("the wall clock", () => {
  const contract = defineContract("calendar", {
    ask: request(10_200, pb.v1.EchoRequest, 10_201, pb.v1.HeartbeatResponse),
  });
  const calendar = defineFeature({ contract, version: 1, state: () => ({}) }).implement({
    packets: {
      ask: {
        states: ["connected"],
        handle: (ctx) => ctx.reply({ serverTimestamp: ctx.wallNow, latencyMs: 0 }),
      },
    },
  });
  const asked = (driver: RealmDriver, by: ConnectionId): number => {
    const [answer] = say(driver, by, 10_200).sent;
    const { serverTimestamp } = pb.v1.HeartbeatResponse.decode(answer?.bytes ?? new Uint8Array());
    return Number(serverTimestamp);
  };

  it("is `now` until a correction, from then on apart by it, and `now` again after a start", () => {
    const driver = new RealmDriver({ features: [...builtinFeatures, calendar] }).start();
    const ada = driver.join();
    expect(asked(driver, ada)).toBe(driver.at);
    const correct = (offsetMicros: number) =>
      driver.step({ type: "clock.corrected", at: driver.at, offsetMicros });
    correct(-3_600_000_000);
    driver.at = micros(driver.at + 5);
    expect(asked(driver, ada)).toBe(driver.at - 3_600_000_000);
    correct(-2 * driver.at);
    expect(asked(driver, ada)).toBe(0);
    driver.start(2);
    expect(asked(driver, ada)).toBe(driver.at);
  });
});
