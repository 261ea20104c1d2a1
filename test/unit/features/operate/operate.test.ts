import { describe, expect, it } from "vitest";
import { limits } from "../../../../src/core/kernel/limits.ts";
import { playerRoles } from "../../../../src/core/kernel/roles.ts";
import type { ConnectionId } from "../../../../src/core/kernel/ids.ts";
import { reprise as pb } from "../../../../src/core/wire/gen/operate.js";
import {
  announce,
  announcementOf,
  codeIn,
  kick,
  list,
  sessionsIn,
  told,
} from "../../../support/operating.ts";
import { PlayersWorld } from "../../../support/players-world.ts";
import { playerTypes } from "../../../support/role-driver.ts";
import type { RoleDriver } from "../../../support/role-driver.ts";

const onLogin = (world: PlayersWorld): RoleDriver => world.login;
const onGame = (world: PlayersWorld): RoleDriver => world.game;
const roles = [
  ["the login server", onLogin],
  ["the game server", onGame],
] as const;

const sessionOf = (on: RoleDriver, connection: ConnectionId) =>
  on.machine.state.sessions.ofConnection(connection);
const idOf = (on: RoleDriver, connection: ConnectionId): number =>
  sessionOf(on, connection)?.id ?? 0;

describe.each(roles)("on %s", (_where, on) => {
  it.each(playerRoles)("[AUTH-21] a %s may operate, or not, without entering the world", (role) => {
    const world = new PlayersWorld();
    const driver = on(world);
    const token = world.tokenAs("Ada", role);
    const connection = driver.join();
    driver.operate(connection, token);
    driver.settleAll();
    const session = sessionOf(driver, connection);
    if (role === "player") {
      expect(codeIn(driver, connection)).toBe("NOT_PERMITTED");
      expect(session).toMatchObject({ state: "connected", player: null, role: "player" });
      expect(driver.outbox.counts.has('operators_admitted_total{role="player"}')).toBe(false);
      return;
    }
    expect(told(driver, connection, playerTypes.operates, pb.v1.OperateResponse)).toMatchObject({
      role: playerRoles.indexOf(role),
    });
    expect(session).toMatchObject({ state: "authenticated", player: 1, name: "Ada", role });
    expect(driver.outbox.counts.get(`operators_admitted_total{role="${role}"}`)).toBe(1);
    const line = { player: 1, name: "Ada", session: session?.id, remote: session?.remote };
    expect(driver.allLogged).toContainEqual({
      level: "info",
      message: `operate: ${role} came`,
      fields: line,
    });
    expect(world.violations()).toEqual([]);
  });

  it.each([
    [1_062, "sessions", ["moderator", "operator"]],
    [1_064, "kick", ["moderator", "operator"]],
    [1_066, "announce", ["operator"]],
  ] as const)("[AUTH-21] %i, %s, is for each of %s alone", (type, _name, may) => {
    for (const role of playerRoles) {
      const world = new PlayersWorld();
      const driver = on(world);
      const connection = somebody(world, driver, role);
      const bytes = pb.v1.AnnounceRequest.encode({ message: "hi" }).finish();
      driver.packet(connection, type, type === 1_066 ? bytes : kickOf(99));
      const code = codeIn(driver, connection);
      if ((may as readonly string[]).includes(role)) expect(code).not.toBe("NOT_PERMITTED");
      else expect(code).toBe("NOT_PERMITTED");
    }
  });

  it("[AUTH-21] nobody who has not come by a token lists, kicks or announces", () => {
    const world = new PlayersWorld();
    const driver = on(world);
    const connection = driver.join();
    for (const type of [1_062, 1_064, 1_066]) {
      driver.packet(connection, type, kickOf(1));
      expect(codeIn(driver, connection)).toBe("NOT_ALLOWED_IN_STATE");
    }
  });

  it("[AUTH-16] a forged, ended, expired or unheard token lets nobody operate", () => {
    const world = new PlayersWorld({ config: { tokenLifetimeMs: 5_000 } });
    const driver = on(world);
    const shows = (token: number | string, then: () => void = () => driver.settleAll()) => {
      const connection = driver.join();
      driver.operate(connection, token);
      then();
      expect(sessionOf(driver, connection)?.player).toBeNull();
      return codeIn(driver, connection);
    };
    expect(shows("4711")).toBe("INVALID_CREDENTIALS");
    expect(shows("")).toBe("INVALID_PACKET");
    const token = world.tokenAs("Ada", "operator");
    expect(shows(token, () => driver.fail("tokens.verify", "UNAVAILABLE"))).toBe("UNAVAILABLE");
    // Good when it was checked, over when the answer comes.
    const late = driver.join();
    driver.operate(late, token);
    const [call] = driver.waiting.splice(-1);
    if (call === undefined) throw new Error("nothing was asked");
    const verdict = world.desk.perform(call, driver.caller);
    world.pass(5_000);
    driver.answer(call.id, verdict);
    expect(codeIn(driver, late)).toBe("INVALID_CREDENTIALS");
    world.tokenAs("Ada", "operator");
    expect(shows(token)).toBe("INVALID_CREDENTIALS");
  });

  it("[AUTH-08] whoever comes to operate ends his older session there", () => {
    const world = new PlayersWorld();
    const driver = on(world);
    const token = world.tokenAs("Ada", "operator");
    const [first, second] = [driver.join(), driver.join()];
    for (const connection of [first, second]) {
      driver.operate(connection, token);
      driver.settleAll();
    }
    expect(driver.closedWith(first)).toBe("DUPLICATE_LOGIN");
    expect(sessionOf(driver, second)?.state).toBe("authenticated");
    driver.operate(second, token);
    expect(codeIn(driver, second)).toBe("NOT_ALLOWED_IN_STATE");
    expect(world.violations()).toEqual([]);
  });

  it("[AUTH-21] lists every session once, in pages, in the order of their ids", () => {
    const world = new PlayersWorld();
    const driver = on(world);
    const boss = world.operating("Boss", "operator", driver);
    const opened = Array.from({ length: 150 }, () => driver.join());
    const greeting = driver.connect();
    const first = list(driver, boss, {});
    expect(first.sessions).toHaveLength(limits.sessionsPageMax);
    const all = [boss, ...opened, greeting].map((each) => idOf(driver, each));
    const total = [...driver.machine.state.sessions.all()].length;
    expect(first).toMatchObject({ more: true, total });
    expect(sessionsIn(driver, boss).filter((id) => all.includes(id))).toEqual(all);
    expect(list(driver, boss, { limit: 2 }).sessions).toHaveLength(2);
    expect(list(driver, boss, { limit: 4_000_000_000 }).sessions).toHaveLength(100);
    expect(list(driver, boss, { afterSessionId: total * 2 })).toMatchObject({
      sessions: [],
      more: false,
    });
  });

  it("[AUTH-21] says of a session who it is and since when; addresses to operators only", () => {
    const world = new PlayersWorld();
    const driver = on(world);
    const boss = world.operating("Boss", "operator", driver);
    const guard = world.operating("Guard", "moderator", driver);
    const session = sessionOf(driver, guard);
    const afterSessionId = idOf(driver, guard) - 1;
    const shown = {
      sessionId: idOf(driver, guard),
      state: pb.v1.SessionState.SESSION_STATE_AUTHENTICATED,
      playerId: session?.player,
      playerName: "Guard",
      role: pb.v1.PlayerRole.PLAYER_ROLE_MODERATOR,
      secure: true,
      openedAt: Math.floor((session?.openedAt ?? 0) / 1_000),
    };
    const [seen] = list(driver, boss, { afterSessionId }).sessions;
    expect(seen).toMatchObject({ ...shown, remote: session?.remote });
    const [own] = list(driver, guard, { afterSessionId }).sessions;
    expect(own).toMatchObject({ ...shown, remote: "" });
  });

  it("[AUTH-21] a kick ends the session with KICKED and is logged with who and whom", () => {
    const world = new PlayersWorld();
    const driver = on(world);
    const guard = world.operating("Guard", "moderator", driver);
    const ann = somebody(world, driver, "player");
    const { id } = sessionOf(driver, ann) ?? {};
    const reason = "was\nrude";
    // Names that differ in the case of ASCII letters only are one account's.
    const reply = kick(driver, guard, { playerName: "ANN", reason });
    expect(reply).toMatchObject({ sessionId: id, playerName: "Ann" });
    expect(driver.closedWith(ann)).toBe("KICKED");
    expect(driver.last(ann, playerTypes.disconnect)).toBeDefined();
    expect(driver.outbox.counts.get("sessions_kicked_total")).toBe(1);
    const by = sessionOf(driver, guard)?.player;
    expect(driver.allLogged.find(({ message }) => message.endsWith("kicked"))?.fields).toEqual({
      by,
      byName: "Guard",
      session: id,
      player: reply?.playerId,
      name: "Ann",
      reason: "was\\u000arude",
    });
    // It is told once, and is found no more.
    expect(kick(driver, guard, { playerName: "Ann" })).toBeNull();
    expect(codeIn(driver, guard)).toBe("NOT_FOUND");
    expect(kick(driver, guard, { sessionId: Number(id) })).toBeNull();
    expect(driver.allClosed.filter(({ connection }) => connection === ann)).toHaveLength(1);
    expect(world.violations()).toEqual([]);
  });

  it("[AUTH-21] a kick by id ends also a session that is nobody's", () => {
    const world = new PlayersWorld();
    const driver = on(world);
    const guard = world.operating("Guard", "moderator", driver);
    const stranger = driver.connect();
    const sessionId = idOf(driver, stranger);
    expect(kick(driver, guard, { sessionId })).toMatchObject({ sessionId, playerName: "" });
    expect(driver.closedWith(stranger)).toBe("KICKED");
    expect(kick(driver, guard, { sessionId: 4_711 })).toBeNull();
    expect(codeIn(driver, guard)).toBe("NOT_FOUND");
  });

  it("[AUTH-21] an operator is kicked by an operator only", () => {
    const world = new PlayersWorld();
    const driver = on(world);
    const boss = world.operating("Boss", "operator", driver);
    const guard = world.operating("Guard", "moderator", driver);
    const other = world.operating("Other", "operator", driver);
    expect(kick(driver, guard, { playerName: "Boss" })).toBeNull();
    expect(codeIn(driver, guard)).toBe("NOT_PERMITTED");
    expect(driver.closedWith(boss)).toBeNull();
    expect(driver.outbox.counts.has("sessions_kicked_total")).toBe(false);
    expect(kick(driver, other, { playerName: "Boss" })?.playerName).toBe("Boss");
    expect(driver.closedWith(boss)).toBe("KICKED");
    // Oneself, too: the answer comes first.
    expect(kick(driver, other, { sessionId: idOf(driver, other) })?.playerName).toBe("Other");
    expect(driver.closedWith(other)).toBe("KICKED");
  });

  it("[AUTH-21] an announcement reaches everybody who has logged in, and nobody else", () => {
    const world = new PlayersWorld();
    const driver = on(world);
    const boss = world.operating("Boss", "operator", driver);
    const ann = somebody(world, driver, "player");
    const stranger = driver.join();
    const greeting = driver.connect();
    const message = "Back at ten \u{1F702}";
    expect(announce(driver, boss, message)?.receivers).toBe(2);
    for (const connection of [boss, ann]) {
      const timestamp = Math.floor(driver.at / 1_000);
      expect(announcementOf(driver, connection)).toMatchObject({ message, timestamp });
    }
    expect(driver.outbox.sent.every(({ delivery }) => delivery === "committed")).toBe(true);
    for (const connection of [stranger, greeting]) {
      expect(announcementOf(driver, connection)).toBeNull();
    }
    expect(driver.outbox.counts.get("announcements_total")).toBe(1);
    expect(driver.allLogged.find(({ message: line }) => line.endsWith("announcement"))).toEqual({
      level: "info",
      message: "operate: announcement",
      fields: { by: 1, byName: "Boss", message, receivers: 2 },
    });
  });

  it("[AUTH-21] an announcement has words, and not too many", () => {
    const world = new PlayersWorld();
    const driver = on(world);
    const boss = world.operating("Boss", "operator", driver);
    const longest = "\u{1F702}".repeat(limits.announcementBytesMax / 4);
    for (const message of ["", " \n", `${longest}.`]) {
      expect(announce(driver, boss, message)).toBeNull();
      expect(codeIn(driver, boss)).toBe("INVALID_PACKET");
    }
    expect(announce(driver, boss, longest)?.receivers).toBeGreaterThan(0);
  });
});

it("[AUTH-08] a login under way on a session that has come to operate is answered, and makes nobody", () => {
  for (const until of ["accounts.verify", "logins.open"]) {
    const world = new PlayersWorld();
    const { login } = world;
    const token = world.tokenAs("Boss", "operator");
    const connection = login.join();
    login.login(connection, { name: "Ann", device: "phone" });
    if (until === "logins.open") login.settle("accounts.verify");
    login.operate(connection, token);
    login.settle("tokens.verify");
    expect(sessionOf(login, connection)).toMatchObject({ name: "Boss", state: "authenticated" });
    login.settleAll();
    expect(login.loginAnswer(connection)?.success).toBe(false);
    expect(sessionOf(login, connection)).toMatchObject({ name: "Boss", state: "authenticated" });
    // And keeps nothing: another device is let in at once.
    const other = world.loggedIn({ name: "Ann", device: "tablet" });
    expect(login.loginAnswer(other)?.success).toBe(true);
    expect(world.violations()).toEqual([]);
  }
});

it("[AUTH-21] moderators in the world look after it as those outside of it do", () => {
  const world = new PlayersWorld();
  const guard = world.entered(world.tokenAs("Guard", "moderator"));
  const ann = world.entered(world.tokenAs("Ann", "player"));
  expect(sessionsIn(world.game, guard)).toHaveLength(2);
  expect(kick(world.game, guard, { playerName: "Ann" })?.playerName).toBe("Ann");
  expect(world.game.closedWith(ann)).toBe("KICKED");
  world.pass(1_000);
  expect(world.violations()).toEqual([]);
});

/** A session of Ann's with that role, as far as she gets: in the world, or logged in. */
function somebody(
  world: PlayersWorld,
  driver: RoleDriver,
  role: (typeof playerRoles)[number],
): ConnectionId {
  if (role !== "player") return world.operating("Ann", role, driver);
  if (driver !== world.login) return world.entered(world.tokenAs("Ann", role));
  return world.loggedIn({ name: "Ann", device: "desk" });
}

const kickOf = (sessionId: number): Uint8Array => pb.v1.KickRequest.encode({ sessionId }).finish();
