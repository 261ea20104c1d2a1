import { describe, expect, it } from "vitest";
import { builtinFeatures } from "../../../src/core/features/index.ts";
import { connectionId, micros, playerId, sessionId } from "../../../src/core/kernel/ids.ts";
import type { ConnectionId } from "../../../src/core/kernel/ids.ts";
import { decodePlain, encodePlain } from "../../../src/core/kernel/plain.ts";
import { Sessions } from "../../../src/core/realm/sessions.ts";
import type { Session } from "../../../src/core/realm/sessions.ts";
import { reprise as pb } from "../../../src/core/wire/gen/session.js";
import { defineContract, defineFeature, request } from "../../../src/index.ts";
import { lamp, lampTypes } from "../../support/lamp.ts";
import { RealmDriver } from "../../support/realm-driver.ts";
import { walked } from "../../support/walked.ts";

const at = micros(1_700_000_000_000_000);
const security = "tls";

const open = (sessions: Sessions, connection: number): Session =>
  sessions.open({
    connection: connectionId(connection),
    remote: `192.0.2.1:${connection}`,
    security,
    at,
  });

function close(sessions: Sessions, session: Session): void {
  sessions.advance(session, "connection.closed");
  sessions.remove(session);
}

/** As a recovery has it. */
const restored = (sessions: Sessions): Sessions =>
  Sessions.restore(decodePlain(encodePlain(sessions.checkpoint())));

describe("the register", () => {
  it("[SMG-05] finds a session by its id and by its connection, until it is removed", () => {
    const sessions = new Sessions();
    const [first, second, third] = [
      open(sessions, 70),
      open(sessions, 50),
      open(sessions, 60),
    ] as const;
    for (const session of [first, second, third]) {
      expect(sessions.get(session.id)).toBe(session);
      expect(sessions.ofConnection(session.connection)).toBe(session);
    }
    close(sessions, second);
    expect(sessions.get(second.id)).toBeUndefined();
    expect(sessions.ofConnection(second.connection)).toBeUndefined();
    expect(sessions.get(first.id)).toBe(first);
    expect(sessions.ofConnection(third.connection)).toBe(third);
    // Neither an id nor a connection that never was finds anybody.
    expect(sessions.get(sessionId(50))).toBeUndefined();
    expect(sessions.ofConnection(connectionId(1))).toBeUndefined();
  });

  it("[SMG-05] finds the same ones after a restore", () => {
    const sessions = new Sessions();
    const opened = [open(sessions, 70), open(sessions, 50), open(sessions, 60)];
    close(sessions, opened[0] as Session);
    const again = restored(sessions);
    expect(again.get(sessionId(1))).toBeUndefined();
    for (const { id, connection } of opened.slice(1)) {
      expect(again.get(id)).toMatchObject({ id, connection });
      expect(again.ofConnection(connection)).toBe(again.get(id));
    }
    expect(open(again, 80).id).toBe(4);
  });

  it("[SMG-08] has as many sessions as are open, also after a restore and a close in it", () => {
    const sessions = new Sessions();
    expect(sessions.size).toBe(0);
    const opened = [1, 2, 3, 4].map((connection) => open(sessions, connection));
    expect(sessions.size).toBe(4);
    close(sessions, opened[1] as Session);
    expect(sessions.size).toBe(3);
    const again = restored(sessions);
    expect(again.size).toBe(3);
    close(again, again.get(sessionId(1)) as Session);
    expect([again.size, sessions.size]).toEqual([2, 3]);
    // An end that was ordered is none yet: the link is still there.
    sessions.advance(opened[0] as Session, "disconnect.ordered");
    expect(sessions.size).toBe(3);
  });

  it("counts those in the world, also after a restore", () => {
    const sessions = new Sessions();
    const opened = [1, 2, 3].map((connection) => open(sessions, connection));
    for (const [index, session] of opened.entries()) {
      sessions.advance(session, "hello.accepted");
      const who = { player: playerId(index + 1), name: "one", role: "player", login: "l" } as const;
      expect(sessions.authenticate(session, who)).toBe(true);
      expect(sessions.inWorld).toBe(index);
      expect(sessions.advance(session, "world.entered")).toBe(true);
      expect(sessions.inWorld).toBe(index + 1);
    }
    const [first, second] = opened as [Session, Session];
    sessions.advance(first, "disconnect.ordered");
    expect([sessions.inWorld, restored(sessions).inWorld]).toEqual([2, 2]);
    close(sessions, first);
    close(sessions, second);
    expect([sessions.inWorld, restored(sessions).inWorld]).toEqual([1, 1]);
    expect(restored(sessions).violations()).toEqual([]);
  });
});

describe("a feature", () => {
  const contract = defineContract("whoIs", {
    /** Answers with the remote address of the session whose id is the request's first byte. */
    whoIs: request(10_030, pb.v1.EchoRequest, 10_031, pb.v1.EchoResponse, ({ bytes }) =>
      sessionId(bytes[0] ?? 0),
    ),
  });
  const whoIs = defineFeature({ contract, version: 1, state: () => ({}) }).implement({
    packets: {
      whoIs: {
        states: ["connected"],
        handle(ctx, id) {
          const found = ctx.sessions.get(id);
          const said = found === undefined ? "nobody" : `${found.id} at ${found.remote}`;
          ctx.reply({ bytes: new TextEncoder().encode(`${said} of ${ctx.sessions.size}`) });
        },
      },
    },
  });
  const asked = (driver: RealmDriver, by: ConnectionId, id: number): string => {
    const bytes = Uint8Array.of(id);
    const [answer] = driver.message(by, 10_030, pb.v1.EchoRequest, { bytes }).sent;
    const { bytes: said } = pb.v1.EchoResponse.decode(answer?.bytes ?? new Uint8Array());
    return new TextDecoder().decode(said);
  };

  it("[SMG-05] [SMG-08] gets a session by its id, and the number of them", () => {
    const driver = new RealmDriver({ features: [...builtinFeatures, whoIs] }).start();
    const [first, second] = [driver.join(), driver.join()];
    expect(asked(driver, first, 2)).toBe("2 at 192.0.2.1:2 of 2");
    expect(asked(driver, first, 3)).toBe("nobody of 2");
    driver.close(second);
    expect(asked(driver, first, 2)).toBe("nobody of 1");
    expect(asked(driver, first, 1)).toBe("1 at 192.0.2.1:1 of 1");
  });

  it("[NMT-04] keeps nothing outside its machine's state", () => {
    const features = [...builtinFeatures, lamp];
    const fresh = new RealmDriver({ features }).start().machine.digest();
    const lived = new RealmDriver({ features }).start();
    const connection = lived.join();
    const bytes = new Uint8Array(3);
    const { called } = lived.message(connection, lampTypes.light, pb.v1.EchoRequest, { bytes });
    for (const { id } of called) lived.answer(id, { ok: true, answer: 1 });
    lived.message(connection, 1_053, pb.v1.EchoRequest, { bytes });
    lived.pass(1_000_000);
    expect(lived.machine.digest()).not.toBe(fresh);
    // What that machine has lived through is in no other one.
    expect(new RealmDriver({ features }).start().machine.digest()).toBe(fresh);
    expect(lived.replay().digest()).toBe(lived.machine.digest());
  });
});

describe("100,000 sessions", () => {
  const count = 100_000;

  it("[SMG-11] are opened, found and closed like one", () => {
    const sessions = new Sessions();
    const opened = Array.from({ length: count }, (_, index) => open(sessions, count - index));
    expect(sessions.size).toBe(count);
    // Every third goes, from the middle of the register.
    const gone = opened.filter((_, index) => index % 3 === 1);
    for (const session of gone) close(sessions, session);
    expect(sessions.size).toBe(count - gone.length);
    const wrong = opened.filter((session, index) => {
      const expected = index % 3 === 1 ? undefined : session;
      const { id, connection } = session;
      return sessions.get(id) !== expected || sessions.ofConnection(connection) !== expected;
    });
    expect(wrong).toEqual([]);
    expect(sessions.violations()).toEqual([]);
    // Ids go on where they were.
    expect(open(sessions, 1_000_000).id).toBe(count + 1);
  });

  it("[SMG-11] make neither an opening nor a closing walk further than one does", () => {
    const driver = new RealmDriver({ features: [...builtinFeatures, lamp] }).start();
    const cycle = (): number => {
      let connection = connectionId(0);
      const toOpen = walked(() => (connection = driver.connect()));
      return toOpen + walked(() => driver.close(connection));
    };
    const alone = cycle();
    for (let index = 0; index < count; index += 1) driver.connect();
    expect(driver.machine.state.sessions.size).toBe(count);
    expect(alone).toBeGreaterThan(0);
    expect(cycle()).toBeLessThanOrEqual(alone);
    // That it would be noticed.
    expect(walked(() => driver.machine.violations())).toBeGreaterThan(count);
  });
});
