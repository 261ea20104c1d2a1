import { describe, expect, it } from "vitest";
import { errorTable } from "../../../../src/core/kernel/errors.ts";
import type { ConnectionId } from "../../../../src/core/kernel/ids.ts";
import { PlayersWorld } from "../../../support/players-world.ts";
import { playerTypes } from "../../../support/role-driver.ts";
import type { RoleDriver } from "../../../support/role-driver.ts";

const ada = { name: "Ada", device: "phone" };
const tablet = { name: "Ada", device: "tablet" };

/** A session of Ada's on the login server, or in the world, and the number of her token. */
interface Somebody {
  readonly world: PlayersWorld;
  readonly role: RoleDriver;
  readonly connection: ConnectionId;
  readonly token: number;
}
const onLogin = (): Somebody => {
  const world = new PlayersWorld();
  const connection = world.loggedIn(ada);
  return { world, role: world.login, connection, token: world.tokenOf(connection) };
};
const inWorld = (): Somebody => {
  const { world, token } = onLogin();
  const connection = world.entered(token);
  world.pass(1_000);
  return { world, role: world.game, connection, token };
};
const isFree = (world: PlayersWorld): boolean =>
  world.login.loginAnswer(world.loggedIn(tablet))?.success === true;
const isGood = (world: PlayersWorld, token: number): boolean =>
  world.game.enterAnswer(world.entered(token))?.success === true;

describe.each([
  ["the login server", onLogin],
  ["the game server", inWorld],
])("a logout on %s", (_where, somebody) => {
  it("[AUTH-17] frees the account at once, for every device", () => {
    const { world, role, connection } = somebody();
    expect(isFree(world)).toBe(false);
    role.logout(connection);
    role.settleAll();
    expect(role.logoutAnswer(connection)).toMatchObject({ success: true, errorCode: 0 });
    expect(isFree(world)).toBe(true);
    expect(world.violations()).toEqual([]);
  });

  it("[PKT-05] makes the token worth nothing", () => {
    const { world, role, connection, token } = somebody();
    role.logout(connection, { sessionToken: String(token) });
    role.settleAll();
    expect(isGood(world, token)).toBe(false);
  });

  it("[PKT-06] is answered before the goodbye and the close", () => {
    const { role, connection } = somebody();
    role.logout(connection);
    role.settle("logins.end");
    const { sent, closed } = role.outbox;
    const own = sent.filter((each) => each.connection === connection);
    expect(own.map(({ type }) => type)).toEqual([playerTypes.loggedOut, playerTypes.disconnect]);
    expect(closed).toEqual([{ connection, mode: "flush", code: "GOODBYE" }]);
    const session = role.machine.state.sessions.ofConnection(connection);
    expect(session).toMatchObject({ state: "disconnecting", player: null, login: "" });
  });

  it("[AUTH-17] is idempotent: a second one changes nothing", () => {
    const { world, role, connection } = somebody();
    role.logout(connection);
    role.logout(connection);
    role.settleAll();
    expect(role.logoutAnswer(connection)?.success).toBe(true);
    expect(role.allClosed.filter((closed) => closed.connection === connection)).toHaveLength(1);
    expect(isFree(world)).toBe(true);
  });

  it("[AUTH-17] does not end a login that came after", () => {
    const { world, role, connection } = somebody();
    role.logout(connection);
    // Meanwhile the same device logs in again.
    const again = world.login.join();
    world.login.login(again, ada);
    world.login.settle("accounts.verify");
    world.login.settle("logins.open");
    role.settleAll();
    expect(isGood(world, world.tokenOf(again))).toBe(true);
  });

  it("[AUTH-20] that cannot be carried out is told, and changes nothing", () => {
    const { role, connection } = somebody();
    const before = role.machine.state.sessions.ofConnection(connection)?.state;
    role.logout(connection);
    role.fail("logins.end", "UNAVAILABLE");
    expect(role.logoutAnswer(connection)).toMatchObject({
      success: false,
      errorCode: errorTable.UNAVAILABLE.code,
    });
    expect(role.machine.state.sessions.ofConnection(connection)?.state).toBe(before);
    role.logout(connection);
    role.settleAll();
    expect(role.logoutAnswer(connection)?.success).toBe(true);
  });

  it("[AUTH-17] of another player is refused", () => {
    const { role, connection } = somebody();
    role.logout(connection, { playerId: 99 });
    expect(role.logoutAnswer(connection)?.errorCode).toBe(errorTable.INVALID_CREDENTIALS.code);
    role.logout(connection, { playerId: 1 });
    role.settleAll();
    expect(role.logoutAnswer(connection)?.success).toBe(true);
  });
});

describe("a logout of a session that is nobody's", () => {
  it("[AUTH-17] ends the login of the token that it brings", () => {
    const { world, token } = onLogin();
    const other = world.login.join();
    world.login.logout(other, { sessionToken: String(token) });
    world.login.settleAll();
    expect(world.login.logoutAnswer(other)?.success).toBe(true);
    expect(isGood(world, token)).toBe(false);
    const again = world.login.join();
    world.login.logout(again, { sessionToken: String(token) });
    world.login.settleAll();
    expect(world.login.logoutAnswer(again)?.success).toBe(true);
  });

  it.each(["the login server", "another game server"])(
    "[AUTH-17] on %s ends the login of a player who plays elsewhere, and evicts him",
    (where) => {
      const world = new PlayersWorld({ games: 2 });
      const token = world.tokenOf(world.loggedIn(ada));
      const playing = world.entered(token);
      world.pass(1_000);
      const [, second] = world.games;
      const role = where === "the login server" ? world.login : (second ?? world.login);
      const other = role.join();
      role.logout(other, { sessionToken: String(token) });
      role.settleAll();
      expect(role.logoutAnswer(other)).toMatchObject({ success: true, errorCode: 0 });
      expect(role.closedWith(other)).toBe("GOODBYE");
      expect(isFree(world)).toBe(true);
      expect(world.game.closedWith(playing)).toBeNull();
      world.pass(1_500);
      expect(world.game.closedWith(playing)).toBe("DUPLICATE_LOGIN");
      expect(isGood(world, token)).toBe(false);
      expect(world.violations()).toEqual([]);
    },
  );

  it("[AUTH-16] with a forged token ends nothing", () => {
    const { world, token } = onLogin();
    const other = world.login.join();
    world.login.logout(other, { sessionToken: "4711" });
    world.login.settleAll();
    expect(world.login.logoutAnswer(other)?.errorCode).toBe(errorTable.INVALID_CREDENTIALS.code);
    expect(isGood(world, token)).toBe(true);
  });

  it("[AUTH-17] without a token succeeds: there is nothing to end", () => {
    const world = new PlayersWorld();
    const connection = world.login.join();
    world.login.logout(connection);
    expect(world.login.logoutAnswer(connection)?.success).toBe(true);
    expect(world.login.closedWith(connection)).toBe("GOODBYE");
  });

  it("[AUTH-08] ends the login that it waits for", () => {
    const world = new PlayersWorld();
    const connection = world.login.join();
    world.login.login(connection, ada);
    world.login.settle("accounts.verify");
    world.login.logout(connection);
    world.login.settleAll();
    expect(world.login.loginAnswer(connection)).toBeNull();
    expect(isFree(world)).toBe(true);
  });
});
