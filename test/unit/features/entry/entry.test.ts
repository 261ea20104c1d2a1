import { describe, expect, it } from "vitest";
import { serverAliveMs } from "../../../../src/core/features/accounts/index.ts";
import { errorTable } from "../../../../src/core/kernel/errors.ts";
import { incarnation, micros, playerId } from "../../../../src/core/kernel/ids.ts";
import type { ConnectionId } from "../../../../src/core/kernel/ids.ts";
import type { PlainData } from "../../../../src/core/kernel/plain.ts";
import { realmConfig } from "../../../../src/core/realm/index.ts";
import { reprise as pb } from "../../../../src/core/wire/gen/session.js";
import { PlayersWorld } from "../../../support/players-world.ts";
import type { RoleDriver } from "../../../support/role-driver.ts";

const ada = { name: "Ada", device: "phone" };
const sessionOf = (role: RoleDriver, connection: ConnectionId) =>
  role.machine.state.sessions.ofConnection(connection);
const disconnectCode = (role: RoleDriver, connection: ConnectionId): number | undefined => {
  const bytes = role.last(connection, 1_052)?.bytes;
  return bytes === undefined ? undefined : pb.v1.Disconnect.decode(bytes).code;
};
const codeOf = (role: RoleDriver, connection: ConnectionId): number | "in" | null => {
  const answer = role.enterAnswer(connection);
  if (answer === null) return null;
  return answer.success ? "in" : answer.errorCode;
};
/** The request of the report that waits. */
const waitingReport = ({ game }: PlayersWorld): PlainData => {
  const report = game.waiting.find(({ operation }) => operation === "directory.report");
  expect(report).toBeDefined();
  return report?.request;
};
/** Time up to the next report, which then waits. */
const nextReport = (world: PlayersWorld): PlainData => {
  for (const role of world.roles) role.reach(micros(world.login.at + 1_000_000));
  return waitingReport(world);
};

/** As a recovery does: the state is there, and the start is another. */
function restart(role: RoleDriver): void {
  const config = { ...realmConfig() };
  const number = incarnation(2);
  role.machine.step(
    { type: "server.started", at: role.at, incarnation: number, seed: [1, 2, 3, 4], config },
    role.outbox,
  );
}

describe("entering the world", () => {
  it("[AUTH-16] lets in who has a good token, as the token's player", () => {
    const world = new PlayersWorld();
    const token = world.tokenOf(world.loggedIn(ada));
    const connection = world.entered(token);
    expect(codeOf(world.game, connection)).toBe("in");
    expect(sessionOf(world.game, connection)).toMatchObject({
      state: "inWorld",
      name: "Ada",
      role: "player",
      login: world.desk.tokens.get(token)?.tokenId,
    });
    expect(world.violations()).toEqual([]);
  });

  it("[AUTH-16] refuses a forged token", () => {
    const world = new PlayersWorld();
    const connection = world.entered(4_711);
    expect(codeOf(world.game, connection)).toBe(errorTable.INVALID_CREDENTIALS.code);
    expect(sessionOf(world.game, connection)).toMatchObject({ state: "connected", player: null });
  });

  it("[PKT-05] refuses a token whose login has ended", () => {
    const world = new PlayersWorld();
    const login = world.loggedIn(ada);
    const token = world.tokenOf(login);
    world.login.logout(login);
    world.login.settleAll();
    const connection = world.entered(token);
    expect(codeOf(world.game, connection)).toBe(errorTable.INVALID_CREDENTIALS.code);
  });

  it("[AUTH-16] refuses a token from its last millisecond on, by the wall clock", () => {
    const world = new PlayersWorld({ config: { tokenLifetimeMs: 60_000 } });
    const token = world.tokenOf(world.loggedIn(ada));
    const [grant] = world.desk.tokens.values();
    const leftMicros = (grant?.expiresAtMs ?? 0) * 1_000 - world.game.at;
    const enters = (offsetMicros: number): number | "in" | null => {
      world.game.step({ type: "clock.corrected", at: world.game.at, offsetMicros });
      return codeOf(world.game, world.entered(token));
    };
    expect(enters(leftMicros)).toBe(errorTable.INVALID_CREDENTIALS.code);
    expect(enters(leftMicros - 1)).toBe("in");
  });

  it("[AUTH-08] ends the player's older session before the newer one is in", () => {
    const world = new PlayersWorld();
    const token = world.tokenOf(world.loggedIn(ada));
    const older = world.entered(token);
    const newer = world.entered(token);
    expect(codeOf(world.game, newer)).toBe("in");
    expect(world.game.closedWith(older)).toBe("DUPLICATE_LOGIN");
    expect(disconnectCode(world.game, older)).toBe(errorTable.DUPLICATE_LOGIN.code);
    expect(sessionOf(world.game, older)?.state).toBe("disconnecting");
    expect(world.violations()).toEqual([]);
    const { sent } = world.game.outbox;
    const order = sent.filter(({ connection }) => connection === older || connection === newer);
    expect(order.map(({ type }) => type)).toEqual([1_052, 2_001]);
  });

  it("[PKT-09] a second enter of a session is refused, also while the first is checked", () => {
    const world = new PlayersWorld();
    const token = world.tokenOf(world.loggedIn(ada));
    const connection = world.game.join();
    world.game.enter(connection, token);
    world.game.enter(connection, token);
    world.game.settle("tokens.verify");
    expect(codeOf(world.game, connection)).toBe("in");
    world.game.settle("tokens.verify");
    expect(codeOf(world.game, connection)).toBe(errorTable.NOT_ALLOWED_IN_STATE.code);
    world.game.enter(connection, token);
    expect(world.game.waiting.filter(({ operation }) => operation === "tokens.verify")).toEqual([]);
    expect(sessionOf(world.game, connection)?.state).toBe("inWorld");
  });

  it("[AUTH-20] says when the token could not be checked, and lets try again", () => {
    const world = new PlayersWorld();
    const token = world.tokenOf(world.loggedIn(ada));
    const connection = world.game.join();
    world.game.enter(connection, token);
    world.game.fail("tokens.verify", "UNAVAILABLE");
    expect(codeOf(world.game, connection)).toBe(errorTable.UNAVAILABLE.code);
    world.game.enter(connection, token);
    world.game.settleAll();
    expect(codeOf(world.game, connection)).toBe("in");
  });

  it("[AUTH-08] waits while another server still has the player", () => {
    const world = new PlayersWorld({ games: 2 });
    const [one, two] = world.games;
    if (one === undefined || two === undefined) throw new Error("two servers were asked for");
    const token = world.tokenOf(world.loggedIn(ada));
    const there = world.entered(token, one);
    world.pass(1_000);
    const again = world.entered(token, two);
    expect(codeOf(two, again)).toBe(errorTable.DUPLICATE_LOGIN.code);
    one.close(there);
    world.pass(1_000);
    expect(codeOf(two, world.entered(token, two))).toBe("in");
  });
});

describe("two game servers of one number", () => {
  const twins = () => {
    const world = new PlayersWorld({ games: 2, areTwins: true });
    const [one, two] = world.games;
    if (one === undefined || two === undefined) throw new Error("two servers were asked for");
    return { world, one, two, token: world.tokenOf(world.loggedIn(ada)) };
  };
  const supplanted = ({ outbox }: RoleDriver): number =>
    outbox.counts.get('directory_reports_total{outcome="supplanted"}') ?? 0;

  it("[AUTH-08] the second lets nobody in, wherever he is", () => {
    const { world, one, two, token } = twins();
    expect(codeOf(two, world.entered(token, two))).toBe(errorTable.DUPLICATE_LOGIN.code);
    const there = world.entered(token, one);
    expect(codeOf(one, there)).toBe("in");
    world.pass(10_000);
    expect(codeOf(two, world.entered(token, two))).toBe(errorTable.DUPLICATE_LOGIN.code);
    expect(one.closedWith(there)).toBeNull();
    expect([supplanted(one), supplanted(two) > 9]).toEqual([0, true]);
    expect(world.violations()).toEqual([]);
  });

  it("[AUTH-08] one that was silent and lost its number ends the sessions of all its players", () => {
    const { world, one, two, token } = twins();
    const there = world.entered(token, one);
    world.pass(1_000);
    const silence = one.at + serverAliveMs * 1_000 + 1_000_000;
    while (one.at < silence) {
      for (const role of world.roles) role.reach(micros(role.at + 250_000));
      while (two.waiting.length > 0) two.settle("directory.report");
    }
    expect(codeOf(two, world.entered(token, two))).toBe("in");
    // Its own report comes too late, and it hears that he may be elsewhere.
    expect(one.closedWith(there)).toBeNull();
    while (one.waiting.length > 0) one.settle("directory.report");
    expect(one.closedWith(there)).toBe("DUPLICATE_LOGIN");
    expect(codeOf(one, world.entered(token, one))).toBe(errorTable.DUPLICATE_LOGIN.code);
    // Nothing that it said counts any more: when it is back it says so.
    one.reach(micros(one.at + 1_000_000));
    const anew = { players: 0, entered: [], left: [], reset: true, evicted: [] };
    expect(one.waiting.map(({ request }) => request)).toEqual([anew]);
    expect(world.violations()).toEqual([]);
  });

  it("[SES-17] a server that starts again lets its players in before its first report", () => {
    const { world, one, token } = twins();
    const there = world.entered(token, one);
    world.pass(1_000);
    restart(one);
    expect(codeOf(one, world.entered(token, one))).toBe("in");
    expect(one.closedWith(there)).toBe("DUPLICATE_LOGIN");
  });
});

describe("the reports to the directory", () => {
  it("[AUTH-13] come once a second, and say who has come and gone", () => {
    const world = new PlayersWorld();
    const token = world.tokenOf(world.loggedIn(ada));
    const connection = world.entered(token);
    const key = [1, "login 1"];
    const quiet = { players: 1, entered: [], left: [], reset: false, evicted: [] };
    expect(nextReport(world)).toEqual({ ...quiet, entered: [key] });
    world.game.settle("directory.report");
    expect(nextReport(world)).toEqual(quiet);
    world.game.settle("directory.report");
    world.game.close(connection);
    expect(nextReport(world)).toEqual({ ...quiet, players: 0, left: [key] });
  });

  it("[AUTH-13] a failed report is made up for by the next one", () => {
    const world = new PlayersWorld();
    const connection = world.entered(world.tokenOf(world.loggedIn(ada)));
    const first = nextReport(world);
    world.game.fail("directory.report", "UNAVAILABLE");
    expect(world.game.outbox.counts.get('directory_reports_total{outcome="failed"}')).toBe(1);
    expect(nextReport(world)).toEqual(first);
    world.game.fail("directory.report", "UNAVAILABLE");
    world.game.close(connection);
    // He came and went, and whether the directory knows of it nobody can say.
    const key = [1, "login 1"];
    expect(nextReport(world)).toMatchObject({ entered: [], left: [key] });
    world.game.fail("directory.report", "UNAVAILABLE");
    expect(nextReport(world)).toMatchObject({ entered: [], left: [key] });
    world.game.settle("directory.report");
    expect(nextReport(world)).toMatchObject({ entered: [], left: [] });
  });

  it("[AUTH-13] a report that failed and was believed keeps nobody out", () => {
    const world = new PlayersWorld();
    const login = world.loggedIn(ada);
    const connection = world.entered(world.tokenOf(login));
    // It is performed, and its answer is lost on the way.
    nextReport(world);
    for (const call of world.game.waiting) world.desk.perform(call, world.game.caller);
    world.game.fail("directory.report", "UNAVAILABLE");
    world.game.close(connection);
    world.pass(realmConfig().idleTimeoutMs);
    const tablet = world.loggedIn({ name: "Ada", device: "tablet" });
    expect(world.login.loginAnswer(tablet)?.success).toBe(true);
  });

  it("[AUTH-13] one is under way at a time, and one that is not answered does not stop them", () => {
    const world = new PlayersWorld();
    nextReport(world);
    world.game.pass(4_000_000);
    expect(world.game.waiting).toHaveLength(1);
    world.game.pass(2_000_000);
    expect(world.game.waiting).toHaveLength(2);
    expect(world.game.outbox.counts.get('calls_answered_total{outcome="deadline"}')).toBe(1);
  });

  it("[SES-17] the first one of a start takes back what earlier starts have said", () => {
    const world = new PlayersWorld();
    const { game } = world;
    const connection = world.entered(world.tokenOf(world.loggedIn(ada)));
    world.pass(1_000);
    restart(game);
    game.close(connection);
    const anew = { players: 0, entered: [], left: [], reset: true, evicted: [] };
    expect(nextReport(world)).toEqual(anew);
    game.fail("directory.report", "UNAVAILABLE");
    expect(nextReport(world)).toEqual(anew);
    game.settle("directory.report");
    expect(nextReport(world)).toEqual({ ...anew, reset: false });
  });

  it("[SES-17] the answer to a report of an earlier start takes nothing back", () => {
    const world = new PlayersWorld();
    const { game } = world;
    nextReport(world);
    restart(game);
    // A start performs again what the one before it was not answered.
    game.settle("directory.report");
    expect(nextReport(world)).toMatchObject({ reset: true });
  });

  it("[AUTH-08] end the sessions whose login is void, and say so once", () => {
    const world = new PlayersWorld();
    const login = world.loggedIn(ada);
    const connection = world.entered(world.tokenOf(login));
    world.pass(1_000);
    world.login.logout(login);
    world.login.settleAll();
    nextReport(world);
    world.game.settle("directory.report");
    expect(world.game.closedWith(connection)).toBe("DUPLICATE_LOGIN");
    expect(world.game.outbox.counts.get("sessions_evicted_total")).toBe(1);
    const key = [1, "login 1"];
    expect(nextReport(world)).toMatchObject({ left: [key], evicted: [key] });
    world.game.settle("directory.report");
    expect(nextReport(world)).toMatchObject({ left: [], evicted: [] });
  });

  it("[AUTH-08] an eviction of an older login leaves the player's newer session alone", () => {
    const world = new PlayersWorld();
    const older = world.entered(world.tokenOf(world.loggedIn(ada)));
    world.pass(1_000);
    const newer = world.entered(world.tokenOf(world.loggedIn(ada)));
    expect(world.game.closedWith(older)).toBe("DUPLICATE_LOGIN");
    world.pass(3_000);
    expect(sessionOf(world.game, newer)?.state).toBe("inWorld");
  });
});

describe("coming back", () => {
  it("[SES-17] after a cut the same device logs in again at once, and the old session is gone", () => {
    const world = new PlayersWorld();
    const before = world.entered(world.tokenOf(world.loggedIn(ada)));
    world.pass(1_000);
    // The server has not heard of the cut.
    const login = world.loggedIn(ada);
    const now = world.entered(world.tokenOf(login));
    expect(codeOf(world.game, now)).toBe("in");
    world.game.reap();
    expect(sessionOf(world.game, before)).toBeUndefined();
    expect(world.game.machine.state.sessions.ofPlayer(playerId(1))?.id).toBe(
      sessionOf(world.game, now)?.id,
    );
    world.pass(2_000);
    expect(sessionOf(world.game, now)?.state).toBe("inWorld");
    expect(world.violations()).toEqual([]);
  });

  it("[SES-17] after a cut that was noticed the token lets in again, without a login", () => {
    const world = new PlayersWorld();
    const token = world.tokenOf(world.loggedIn(ada));
    const before = world.entered(token);
    world.pass(1_000);
    world.game.close(before);
    world.pass(1_000);
    expect(codeOf(world.game, world.entered(token))).toBe("in");
  });

  it("[AUTH-08] after a cut another device waits no longer than the idle timeout", () => {
    const world = new PlayersWorld();
    const connection = world.entered(world.tokenOf(world.loggedIn(ada)));
    world.pass(1_000);
    world.game.close(connection);
    world.pass(1_000);
    const tablet = { name: "Ada", device: "tablet" };
    expect(world.login.loginAnswer(world.loggedIn(tablet))?.success).toBe(false);
    world.pass(realmConfig().idleTimeoutMs - 1_000);
    expect(world.login.loginAnswer(world.loggedIn(tablet))?.success).toBe(true);
  });

  it("[AUTH-18] a heartbeat keeps the session, and so the account, alive", () => {
    const world = new PlayersWorld();
    const connection = world.entered(world.tokenOf(world.loggedIn(ada)));
    for (let beat = 0; beat < 4; beat += 1) {
      world.pass(20_000);
      world.game.message(connection, 1_004, pb.v1.HeartbeatRequest, {});
    }
    const tablet = world.loggedIn({ name: "Ada", device: "tablet" });
    expect(world.login.loginAnswer(tablet)?.errorCode).toBe(errorTable.DUPLICATE_LOGIN.code);
    world.pass(31_000);
    expect(world.game.closedWith(connection)).toBe("TIMEOUT");
  });
});
