import { describe, expect, it } from "vitest";
import { errorTable } from "../../../../src/core/kernel/errors.ts";
import type { ErrorCode } from "../../../../src/core/kernel/errors.ts";
import type { ConnectionId } from "../../../../src/core/kernel/ids.ts";
import { reprise as pb } from "../../../../src/core/wire/gen/session.js";
import { PlayersWorld } from "../../../support/players-world.ts";
import { playerTypes } from "../../../support/role-driver.ts";
import type { Credentials } from "../../../support/role-driver.ts";

const ada: Credentials = { name: "Ada", device: "phone" };
const stateOf = ({ login }: PlayersWorld, connection: ConnectionId) =>
  login.machine.state.sessions.ofConnection(connection)?.state;

/** The code of a refusal, by its name. */
function refusal(world: PlayersWorld, connection: ConnectionId): ErrorCode | "success" | null {
  const answer = world.login.loginAnswer(connection);
  if (answer === null) return null;
  if (answer.success) return "success";
  const found = Object.entries(errorTable).find(([, { code }]) => code === answer.errorCode);
  expect(answer.errorMessage).not.toBe("");
  return (found?.[0] ?? "NONE") as ErrorCode;
}

describe("the login feature", () => {
  it("[AUTH-03] serves login, logout and heartbeat", () => {
    const world = new PlayersWorld();
    const connection = world.loggedIn(ada);
    expect(refusal(world, connection)).toBe("success");
    world.login.message(connection, playerTypes.heartbeat, pb.v1.HeartbeatRequest, {});
    expect(world.login.outbox.sent.map(({ type }) => type)).toEqual([1_005]);
    world.login.logout(connection);
    world.login.settleAll();
    expect(world.login.logoutAnswer(connection)?.success).toBe(true);
  });

  it("[AUTH-05] answers what does not decode with INVALID_PACKET", () => {
    const world = new PlayersWorld();
    const connection = world.login.join();
    const { sent } = world.login.packet(connection, playerTypes.login, new Uint8Array([10, 200]));
    expect(sent.map(({ type }) => type)).toEqual([1_051]);
    const error = pb.v1.Error.decode(sent[0]?.bytes ?? new Uint8Array());
    expect(error.code).toBe(errorTable.INVALID_PACKET.code);
    expect(world.login.waiting).toEqual([]);
  });

  it("[AUTH-06] answers an empty name or password with INVALID_CREDENTIALS, asking nobody", () => {
    const world = new PlayersWorld();
    for (const empty of [{ name: "" }, { name: "Ada", password: "" }]) {
      const connection = world.login.join();
      world.login.login(connection, empty);
      expect(refusal(world, connection)).toBe("INVALID_CREDENTIALS");
      expect(world.login.waiting).toEqual([]);
      expect(stateOf(world, connection)).toBe("connected");
    }
  });

  it("[AUTH-07] answers a wrong password and an unknown player alike", () => {
    const world = new PlayersWorld();
    world.loggedIn(ada);
    const wrong = world.loggedIn({ ...ada, password: "guess" });
    const unknown = world.login.join();
    world.login.login(unknown, { name: "Nobody" });
    const call = world.login.waiting.shift();
    if (call === undefined) throw new Error("nothing was asked");
    world.login.answer(call.id, { ok: true, answer: { kind: "refused" } });
    expect(refusal(world, wrong)).toBe("INVALID_CREDENTIALS");
    const [one, other] = [wrong, unknown].map((each) => world.login.last(each, 1_001)?.bytes);
    expect(one).toEqual(other);
  });

  it("[AUTH-10] turns an old client away, before its password costs anything", () => {
    const world = new PlayersWorld({ config: { clientVersionMin: 1_004_000 } });
    const old = world.login.join();
    world.login.login(old, { ...ada, version: "1.3.9" });
    expect(refusal(world, old)).toBe("VERSION_MISMATCH");
    expect(world.login.waiting).toEqual([]);
    expect(world.login.closedWith(old)).toBe("VERSION_MISMATCH");
    expect(refusal(world, world.loggedIn({ ...ada, version: "1.4" }))).toBe("success");
  });

  it("[AUTH-12] gives the session its player in the step that answers", () => {
    const world = new PlayersWorld();
    const connection = world.loggedIn(ada);
    const session = world.login.machine.state.sessions.ofConnection(connection);
    expect(session).toMatchObject({ state: "authenticated", name: "Ada", role: "player" });
    const player = session?.player ?? null;
    expect(player).not.toBeNull();
    if (player !== null) {
      expect(world.login.machine.state.sessions.ofPlayer(player)).toBe(session);
    }
    expect(Number(world.login.loginAnswer(connection)?.playerId)).toBe(player);
  });

  it("[AUTH-13] lists game servers with their numbers, by load", () => {
    const world = new PlayersWorld({ games: 2, max: 4 });
    world.entered(world.tokenOf(world.loggedIn({ name: "Eve" })), world.games[0]);
    world.pass(1_000);
    const servers = world.login.loginAnswer(world.loggedIn(ada))?.gameServers;
    expect(servers).toMatchObject([
      { serverId: 2, serverName: "Server 2", ipAddress: "127.0.0.1", port: 8_002 },
      { serverId: 1, serverName: "Server 1", currentPlayers: 1, maxPlayers: 4, loadFactor: 0.25 },
    ]);
    expect(servers?.[0]).toMatchObject({ currentPlayers: 0, maxPlayers: 4, loadFactor: 0 });
  });

  it("[AUTH-14] logs that the player logged in, his name escaped, and nothing secret", () => {
    const world = new PlayersWorld();
    const connection = world.loggedIn({ name: 'E\u202Eve\n"', device: "phone" });
    const line = world.login.allLogged.find(({ message }) => message.includes("logged in"));
    expect(line).toMatchObject({
      level: "info",
      message: "login: player logged in",
      fields: { name: "E\\u202eve\\u000a\\u0022", session: 1 },
    });
    const token = String(world.tokenOf(connection));
    const secrets = [token, ...[...world.desk.passwords.keys()].map(String)];
    const text = JSON.stringify(world.login.allLogged);
    for (const secret of secrets) expect(text).not.toContain(secret);
  });

  it("[AUTH-14] logs whose session it was that has closed, and nobody's where it was nobody's", () => {
    const world = new PlayersWorld();
    world.login.close(world.loggedIn({ name: "eve" }));
    world.login.close(world.login.join());
    const lines = world.login.allLogged.filter(({ message }) => message === "session closed");
    expect(lines.map(({ fields }) => fields?.["player"])).toEqual([1, undefined]);
  });

  it("[AUTH-15] a refusal carries code and message", () => {
    const world = new PlayersWorld();
    const connection = world.loggedIn(ada);
    const other = world.loggedIn({ name: "Ada", device: "tablet" });
    expect(refusal(world, connection)).toBe("success");
    expect(world.login.loginAnswer(other)).toMatchObject({
      success: false,
      errorCode: 8,
      errorMessage: "the account is already logged in",
    });
  });

  it("[AUTH-09] the same device takes its session over, another does not", () => {
    const world = new PlayersWorld();
    const first = world.loggedIn(ada);
    const other = world.loggedIn({ ...ada, device: "tablet" });
    expect(refusal(world, other)).toBe("DUPLICATE_LOGIN");
    expect(stateOf(world, first)).toBe("authenticated");

    const second = world.loggedIn(ada);
    expect(refusal(world, second)).toBe("success");
    expect(world.login.closedWith(first)).toBe("DUPLICATE_LOGIN");
    const goodbye = world.login.last(first, playerTypes.disconnect);
    expect(pb.v1.Disconnect.decode(goodbye?.bytes ?? new Uint8Array()).code).toBe(8);
    expect(stateOf(world, second)).toBe("authenticated");
  });

  it("[SES-08] serves one login of a session at a time", () => {
    const world = new PlayersWorld();
    const connection = world.login.join();
    world.login.login(connection, ada);
    world.login.login(connection, ada);
    expect(refusal(world, connection)).toBe("RATE_LIMITED");
    expect(world.login.waiting).toHaveLength(1);
    world.login.settleAll();
    expect(refusal(world, connection)).toBe("success");
  });

  it("[AUTH-08] opens one login of a player at a time", () => {
    const world = new PlayersWorld();
    const connections = [world.login.join(), world.login.join()] as const;
    for (const connection of connections) world.login.login(connection, ada);
    world.login.settle("accounts.verify");
    world.login.settle("accounts.verify");
    expect(world.login.waiting.map(({ operation }) => operation)).toEqual(["logins.open"]);
    expect(refusal(world, connections[1])).toBe("DUPLICATE_LOGIN");
    world.login.settleAll();
    expect(refusal(world, connections[0])).toBe("success");
  });
});

describe("a login whose session is gone", () => {
  it("[AUTH-08] is ended as soon as it is opened, so that the account is free at once", () => {
    const world = new PlayersWorld();
    const connection = world.login.join();
    world.login.login(connection, ada);
    world.login.settle("accounts.verify");
    world.login.close(connection);
    world.login.settle("logins.open");
    expect(world.login.outbox.counts.get("logins_abandoned_total")).toBe(1);
    world.login.settle("logins.end");
    expect(refusal(world, world.loggedIn({ ...ada, device: "tablet" }))).toBe("success");
    expect(world.violations()).toEqual([]);
  });

  it("[AUTH-08] is ended, too, when the session was told to end", () => {
    const world = new PlayersWorld();
    const connection = world.login.join();
    world.login.login(connection, ada);
    world.login.settle("accounts.verify");
    world.login.step({ type: "connection.ended", at: world.login.at, connection });
    world.login.settleAll();
    expect(refusal(world, connection)).toBeNull();
    expect(refusal(world, world.loggedIn({ ...ada, device: "tablet" }))).toBe("success");
  });

  it("[SES-03] is not opened when it went before the password was checked", () => {
    const world = new PlayersWorld();
    const connection = world.login.join();
    world.login.login(connection, ada);
    world.login.close(connection);
    world.login.settle("accounts.verify");
    expect(world.login.waiting).toEqual([]);
    expect(world.violations()).toEqual([]);
  });

  it("counts an end that did not succeed", () => {
    const world = new PlayersWorld();
    const connection = world.login.join();
    world.login.login(connection, ada);
    world.login.settle("accounts.verify");
    world.login.close(connection);
    world.login.settle("logins.open");
    world.login.fail("logins.end", "UNAVAILABLE");
    expect(world.login.outbox.counts.get("logins_not_ended_total")).toBe(1);
  });
});

describe("logins that cannot be", () => {
  it("[AUTH-20] banned: for ever, or until its time by the wall clock", () => {
    const world = new PlayersWorld();
    world.loggedIn(ada);
    world.desk.store.ban("Ada", -1, "cheating");
    const banned = world.loggedIn(ada);
    expect(refusal(world, banned)).toBe("BANNED");
    expect(world.login.closedWith(banned)).toBe("BANNED");

    world.desk.store.ban("Ada", world.nowMs + 60_000, "rude");
    expect(refusal(world, world.loggedIn(ada))).toBe("BANNED");
    // The wall clock was an hour slow: it is later than it seemed.
    const offsetMicros = 3_600_000_000;
    world.login.step({ type: "clock.corrected", at: world.login.at, offsetMicros });
    const connection = world.login.join();
    world.login.login(connection, ada);
    world.login.settle("accounts.verify");
    expect(world.login.waiting.map(({ operation }) => operation)).toEqual(["logins.open"]);
  });

  it("[AUTH-16] by a password that is changed before the login is opened", () => {
    const world = new PlayersWorld();
    const first = world.loggedIn(ada);
    const connection = world.login.join();
    world.login.login(connection, ada);
    world.login.settle("accounts.verify");
    world.desk.store.setPassword("Ada", "changed");
    world.login.settleAll();
    expect(refusal(world, connection)).toBe("INVALID_CREDENTIALS");
    expect(stateOf(world, connection)).toBe("connected");
    expect(world.game.enterAnswer(world.entered(world.tokenOf(first)))?.success).toBe(false);
    // Whoever knows the new one finds the account free, on every device.
    const newer = { ...ada, device: "tablet", password: "changed" };
    expect(refusal(world, world.loggedIn(newer))).toBe("success");
    expect(world.violations()).toEqual([]);
  });

  it("[AUTH-20] full: every server that is up has no place; none up: unavailable", () => {
    const world = new PlayersWorld({ max: 1 });
    world.entered(world.tokenOf(world.loggedIn({ name: "Eve" })));
    world.pass(1_000);
    const full = world.loggedIn(ada);
    expect(refusal(world, full)).toBe("SERVER_FULL");
    expect(world.login.closedWith(full)).toBe("SERVER_FULL");

    const empty = new PlayersWorld({ games: 0 });
    expect(refusal(empty, empty.loggedIn(ada))).toBe("UNAVAILABLE");
  });

  it("[AUTH-20] maintenance: who is there when the server drains, and who comes then", () => {
    const world = new PlayersWorld();
    const connection = world.login.join();
    world.login.login(connection, ada);
    world.login.settle("accounts.verify");
    const deadline = world.login.at;
    world.login.step({ type: "drain.requested", at: world.login.at, deadline });
    expect(world.login.closedWith(connection)).toBe("MAINTENANCE");
    expect(world.login.closedWith(world.login.connect())).toBe("MAINTENANCE");
    world.login.settleAll();
    expect(refusal(world, connection)).toBeNull();
  });

  it("[AUTH-20] rate limited: the sixth of an address within a minute, and it may retry", () => {
    const world = new PlayersWorld();
    const tries = Array.from({ length: 6 }, (_, index) =>
      refusal(world, world.loggedIn({ name: `Player ${index}` })),
    );
    expect(tries).toEqual([...Array.from({ length: 5 }, () => "success"), "RATE_LIMITED"]);
    expect(errorTable.RATE_LIMITED.retryable).toBe(true);
    world.pass(12_000);
    expect(refusal(world, world.loggedIn({ name: "Player 6" }))).toBe("success");
    expect(refusal(world, world.loggedIn({ name: "Player 7" }))).toBe("RATE_LIMITED");
  });

  it("[AUTH-01] answers a full line of passwords with LIMIT_REACHED, which may be retried", () => {
    const world = new PlayersWorld();
    const connection = world.login.join();
    world.login.login(connection, ada);
    world.login.fail("accounts.verify", "LIMIT_REACHED");
    expect(refusal(world, connection)).toBe("LIMIT_REACHED");
    expect(errorTable.LIMIT_REACHED.retryable).toBe(true);
    expect(stateOf(world, connection)).toBe("connected");
    world.login.login(connection, ada);
    world.login.settleAll();
    expect(refusal(world, connection)).toBe("success");
  });

  it.each(["accounts.verify", "logins.open"])(
    "[AUTH-20] answers a failed %s with UNAVAILABLE or INTERNAL, and may be tried again",
    (operation) => {
      for (const code of ["UNAVAILABLE", "SEALED_LOST", "INTERNAL"] as const) {
        const world = new PlayersWorld();
        const connection = world.login.join();
        world.login.login(connection, ada);
        if (operation === "logins.open") world.login.settle("accounts.verify");
        world.login.fail(operation, code);
        const answered = code === "INTERNAL" ? "INTERNAL" : "UNAVAILABLE";
        expect(refusal(world, connection)).toBe(answered);
        expect(errorTable[answered].retryable).toBe(true);
        world.login.login(connection, ada);
        world.login.settleAll();
        expect(refusal(world, connection)).toBe("success");
      }
    },
  );

  it("[AUTH-20] counts every answer by its code", () => {
    const world = new PlayersWorld();
    world.loggedIn(ada);
    world.loggedIn({ ...ada, password: "guess" });
    const { counts } = world.login.outbox;
    expect(counts.get('logins_answered_total{code="NONE"}')).toBe(1);
    expect(counts.get('logins_answered_total{code="INVALID_CREDENTIALS"}')).toBe(1);
  });
});
