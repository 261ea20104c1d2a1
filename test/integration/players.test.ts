/** Players on real servers: log in on one port, enter on the other, log out, and come back. */
import { describe, expect, it, onTestFinished } from "vitest";
import { connect, enter, login, Refusal } from "../../src/client/index.ts";
import type { Credentials, Login, Presence } from "../../src/client/index.ts";
import {
  accountContract,
  loginContract,
  worldContract,
} from "../../src/core/features/contracts.ts";
import { eventually, until } from "../support/condition.ts";
import { portIn, spawnServer, startTestServer } from "../support/server.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const contracts = [loginContract, accountContract, worldContract] as const;
/** Hashes as cheap as they may be: what is tested here is not their cost. */
const cheap = { "accounts.hashMemoryKib": 8, "accounts.hashPasses": 1 };

async function join(port: number, trust: { ca: string } | { insecure: true }) {
  const client = await connect(`tls://127.0.0.1:${port}`, { contracts, ...trust, reconnect: null });
  onTestFinished(() => client.close());
  return client;
}
type Client = Awaited<ReturnType<typeof join>>;

/** The server's code of a refusal, or "granted". */
const codeOf = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => "granted",
    (error: unknown) => {
      if (error instanceof Refusal) return error.code;
      throw error;
    },
  );

/** Logs in; the game server may still be on its way to its first report. */
const loggedIn = (client: Client, who: Credentials): Promise<Login> =>
  eventually(
    () => login(client, who),
    (error) => error instanceof Refusal && error.code === "UNAVAILABLE",
  );

const ada: Credentials = { name: "Ada", password: "correct horse", device: "phone" };
const tablet: Credentials = { ...ada, device: "tablet" };

/** What both kinds of servers must do: one process with both roles, or one for each. */
async function playThrough(ports: { login: number; game: number }, insecure: boolean, ca: string) {
  const trust = insecure ? ({ insecure: true } as const) : { ca };
  const atLogin = await join(ports.login, trust);
  const first = await loggedIn(atLogin, ada);
  expect(first.servers.map(({ port }) => port)).toEqual([ports.game]);
  expect(await codeOf(login(await join(ports.login, trust), tablet))).toBe("DUPLICATE_LOGIN");
  const guess = { ...ada, password: "guess" };
  expect(await codeOf(login(await join(ports.login, trust), guess))).toBe("INVALID_CREDENTIALS");

  const atGame = await join(ports.game, trust);
  const forged = `${first.token.slice(0, -8)}AAAAAAAA`;
  expect(await codeOf(enter(atGame, { token: forged }))).toBe("INVALID_CREDENTIALS");
  const presence: Presence = await enter(atGame, { token: first.token });
  expect(presence.entity).toBeGreaterThan(0);

  const answer = await atGame.account.logout({ playerId: first.player });
  expect(answer.success).toBe(true);
  const replay = await join(ports.game, trust);
  expect(await codeOf(enter(replay, { token: first.token }))).toBe("INVALID_CREDENTIALS");
  const second = await login(await join(ports.login, trust), tablet);
  expect(second.player).toBe(first.player);
  await enter(replay, { token: second.token });
  return { first, second };
}

describe("one process with both roles", () => {
  it("[AUTH-16] log in, enter, log out: the token is worth nothing, the account free", async () => {
    const { server, ca, logLines } = await startTestServer({ role: "all", ...cheap });
    const ports = { login: server.portOf("login"), game: server.portOf("game") };
    await playThrough(ports, false, ca);
    const lines = logLines().filter(({ message }) => message === "login: player logged in");
    expect(lines.length).toBe(2);
    expect(lines[0]).toMatchObject({ player: 1, name: "Ada" });
  });

  it("[AUTH-09] a newer login of the same device ends the older session", async () => {
    const { server, ca } = await startTestServer({ role: "all", ...cheap });
    const atLogin = await join(server.portOf("login"), { ca });
    const older = await join(server.portOf("game"), { ca });
    await enter(older, { token: (await loggedIn(atLogin, ada)).token });
    const again = await login(await join(server.portOf("login"), { ca }), ada);
    const newer = await join(server.portOf("game"), { ca });
    await enter(newer, { token: again.token });
    await until("the older session's end", () => older.state.name === "stopped");
    expect(older.state).toMatchObject({ reason: { code: "DUPLICATE_LOGIN" } });
    expect(newer.state.name).toBe("ready");
  });
});

describe("two processes on one data folder", () => {
  it("[AUTH-16] one signs, the other checks: a forged or replayed token is refused", async () => {
    const dataDir = temporaryFolder();
    const game = spawnServer(dataDir, { role: "game", ...cheap, "log.destination": "stderr" });
    const portOfGame = portIn((await game.announced()).urls["game"]);
    const own = { role: "login", ...cheap, "log.destination": "stderr" };
    const loginServer = spawnServer(dataDir, own);
    const portOfLogin = portIn((await loginServer.announced()).urls["login"]);
    const ports = { login: portOfLogin, game: portOfGame };
    const { first, second } = await playThrough(ports, true, "");
    expect(second.token).not.toBe(first.token);
  }, 60_000);

  it("[SES-17] after a kill of the game server its players come back with their tokens", async () => {
    const dataDir = temporaryFolder();
    const settings = { role: "game", ...cheap, "log.destination": "stderr" };
    const killed = spawnServer(dataDir, settings);
    const port = portIn((await killed.announced()).urls["game"]);
    const own = { role: "login", ...cheap, "log.destination": "stderr" };
    const portOfLogin = portIn((await spawnServer(dataDir, own).announced()).urls["login"]);
    const { token } = await loggedIn(await join(portOfLogin, { insecure: true }), ada);
    const before = await join(port, { insecure: true });
    const { entity } = await enter(before, { token });
    killed.child.kill("SIGKILL");
    await killed.ended();
    await until("the client to hear of it", () => before.state.name === "stopped");

    const again = await spawnServer(dataDir, { ...settings, "ports.game": port }).announced();
    expect(again.recovered["game"]?.events).toBeGreaterThan(0);
    const now = await enter(await join(port, { insecure: true }), { token });
    expect(now.entity).not.toBe(entity);
  }, 60_000);
});

describe("two game servers of one number on one database", () => {
  it("[AUTH-08] [AUTH-13] the second lets nobody in, and says once which setting to change", async () => {
    const dataDir = temporaryFolder();
    const shared = {
      ...cheap,
      "accounts.database": `${dataDir}/reprise.db`,
      "log.destination": "stderr",
    };
    const started = await spawnServer(dataDir, { role: "all", ...shared }).announced();
    const urls = started.urls;
    const atLogin = await join(portIn(urls["login"]), { insecure: true });
    const { token } = await loggedIn(atLogin, ada);
    const keys = { "tokens.publicKeys": `${dataDir}/vault/token-keys.json` };
    const second = spawnServer(temporaryFolder(), { role: "game", ...shared, ...keys });
    const port = portIn((await second.announced()).urls["game"]);

    const atSecond = await join(port, { insecure: true });
    expect(await codeOf(enter(atSecond, { token }))).toBe("DUPLICATE_LOGIN");
    const atFirst = await join(portIn(urls["game"]), { insecure: true });
    await enter(atFirst, { token });
    const line = "nobody is let in: another game server runs as game.id 1; give each its own";
    await until("the log to say why", () => second.err.includes(line));
    expect(second.err).toContain("--set game.id=NUMBER");
    expect(await codeOf(enter(atSecond, { token }))).toBe("DUPLICATE_LOGIN");
    expect(atFirst.state.name).toBe("ready");
    expect(second.err.split(line)).toHaveLength(2);
  }, 60_000);
});
