/** `reprise sessions` and `reprise announce` on real servers. */
import { join } from "node:path";
import { expect, it } from "vitest";
import { connect, enter } from "../../../src/client/index.ts";
import {
  loginContract,
  operateContract,
  worldContract,
} from "../../../src/core/features/contracts.ts";
import { playerId } from "../../../src/core/kernel/ids.ts";
import type { PlayerRole } from "../../../src/core/kernel/roles.ts";
import { clientHash, hashPassword } from "../../../src/io/accounts/argon2.ts";
import { openSqliteStore } from "../../../src/io/accounts/sqlite-store.ts";
import { reprise } from "../../support/command-line.ts";
import type { CommandRun } from "../../support/command-line.ts";
import { until } from "../../support/condition.ts";
import { logIn } from "../../support/log-in.ts";
import { productionSettings } from "../../support/production.ts";
import { startTestServer } from "../../support/server.ts";
import type { TestServer } from "../../support/server.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

const cheap = { "accounts.hashMemoryKib": 8, "accounts.hashPasses": 1 };
const parameters = { memoryKib: 8, passes: 1, lanes: 1 };
const passwordHash = hashPassword(clientHash("secret"), parameters);
const people = { Boss: "operator", Guard: "moderator", Ann: "player" } as const;

function addPeople(path: string): void {
  const { store, close } = openSqliteStore({ path, mode: "development", busyTimeoutMs: 5_000 });
  for (const [name, role] of Object.entries<PlayerRole>(people)) {
    store.add({ name, passwordHash, role, origin: "operator" });
  }
  close();
}

async function served(): Promise<TestServer> {
  const dataDir = temporaryFolder();
  addPeople(join(dataDir, "reprise.db"));
  return startTestServer({ role: "all", dataDir, ...cheap });
}

const contracts = [loginContract, operateContract, worldContract] as const;
const clientOf = ({ server, ca }: TestServer, role: "login" | "game") =>
  connect(`tls://127.0.0.1:${server.portOf(role)}`, { contracts, ca, reconnect: null });

/** The command on the server's data folder. */
const on =
  ({ dataDir }: TestServer) =>
  (...words: readonly string[]): Promise<CommandRun> =>
    reprise(...words, "--data-dir", dataDir);

const jsonOf = (run: CommandRun): Record<string, unknown> =>
  JSON.parse(run.out) as Record<string, unknown>;

/** Ann in the world, and what she hears. */
async function annIn(server: TestServer) {
  const { token } = await logIn(server, "Ann", "secret");
  const game = await clientOf(server, "game");
  const heard: string[] = [];
  game.operate.on("announcement", ({ message }) => heard.push(message));
  const closed = new Promise<string>((resolve) => game.on("closed", ({ code }) => resolve(code)));
  await enter(game, { token });
  return { game, heard, closed, token };
}

it("[AUTH-21] lists the sessions of a running server, and kicks by id and by name", async () => {
  const server = await served();
  const run = on(server);
  const ann = await annIn(server);
  const listed = jsonOf(await run("sessions", "list", "--as", "Boss", "--json"));
  expect(listed).toMatchObject({ role: "game" });
  const sessions = listed["sessions"] as Record<string, unknown>[];
  expect(sessions).toHaveLength(2);
  const [hers, own] = sessions;
  expect(hers).toMatchObject({ name: "Ann", role: "player", state: "inWorld", secure: true });
  expect(hers?.["remote"]).toMatch(/^127\.0\.0\.1:\d+$/);
  expect(own).toMatchObject({ name: "Boss", role: "operator", state: "authenticated" });
  const text = await run("sessions", "list", "--as", "guard");
  expect(text).toMatchObject({ code: 0, err: "" });
  expect(text.out).toMatch(/^ +\d+ {2}Ann {2}\(player 3, player, inWorld, since [^,]+Z\)$/m);
  expect(text.out).not.toContain("127.0.0.1");

  const id = String(hers?.["session"]);
  expect(await run("sessions", "kick", id, "--as", "Guard", "--reason", "rude")).toEqual({
    code: 0,
    out: `kicked session ${id} of Ann\n`,
    err: "",
  });
  expect(await ann.closed).toBe("KICKED");
  const again = await annIn(server);
  const kicked = await run("sessions", "kick", "ann", "--as", "Boss", "--json");
  expect(jsonOf(kicked)).toMatchObject({ role: "game", player: 3, name: "Ann" });
  expect(await again.closed).toBe("KICKED");
  const absent = await run("sessions", "kick", "ann", "--as", "Boss");
  expect(absent).toMatchObject({ code: 1, out: "" });
  expect(absent.err).toContain('nobody called "ann" is there');

  const lines = server.logLines().filter(({ message }) => message === "operate: session kicked");
  expect(lines[0]).toMatchObject({ byName: "Guard", name: "Ann", reason: "rude" });
  const metrics = await server.metrics();
  expect(metrics.sum("reprise_sessions_kicked_total")).toBe(2);
  expect(metrics.sum("reprise_operators_admitted_total")).toBe(5);
});

it("[AUTH-21] lists more sessions than its budget for asking allows at once", async () => {
  const dataDir = temporaryFolder();
  addPeople(join(dataDir, "reprise.db"));
  // A greeting, a token and a page at once; the next page after a second.
  const budget = { "edge.packetsPerSecond": 1, "edge.packetsBurst": 3 };
  const slow = { "tls.enabled": false, ...budget };
  const server = await startTestServer({ role: "game", dataDir, ...cheap, ...slow });
  const url = `tcp://127.0.0.1:${server.port}`;
  const others = await Promise.all(
    Array.from({ length: 110 }, () => connect(url, { contracts: [], reconnect: null })),
  );
  const listed = jsonOf(await on(server)("sessions", "list", "--as", "Boss", "--json"));
  expect(listed["sessions"]).toHaveLength(others.length + 1);
  await Promise.all(others.map((other) => other.close()));
});

it("[AUTH-21] announces to who is in the world, or has logged in", async () => {
  const server = await served();
  const run = on(server);
  const ann = await annIn(server);
  expect(await run("announce", "Back at ten", "--as", "Boss")).toEqual({
    code: 0,
    out: "announced to 2 sessions\n",
    err: "",
  });
  await until("the announcement", () => ann.heard.length > 0);
  expect(ann.heard).toEqual(["Back at ten"]);
  const elsewhere = await run("announce", "x", "--as", "Boss", "--role", "login", "--json");
  expect(jsonOf(elsewhere)).toEqual({ role: "login", receivers: 1 });
  expect((await server.metrics()).sum("reprise_announcements_total")).toBe(2);
  await ann.game.close();
});

it("[AUTH-21] the server decides who may: without the role nothing happens", async () => {
  const server = await served();
  const run = on(server);
  const ann = await annIn(server);
  const denied = await run("announce", "x", "--as", "Guard");
  expect(denied).toMatchObject({ code: 1, out: "" });
  expect(denied.err).toContain("Guard is a moderator, who may not do this");
  const player = await run("sessions", "list", "--as", "Ann");
  expect(player).toMatchObject({ code: 1, out: "" });
  expect(player.err).toContain("reprise accounts role Ann operator");
  // Whatever a client is written to say.
  const game = await clientOf(server, "game");
  await expect(game.operate.begin({ sessionToken: ann.token })).rejects.toMatchObject({
    code: "NOT_PERMITTED",
  });
  for (const ask of [
    () => ann.game.operate.sessions({}),
    () => ann.game.operate.kick({ playerName: "Ann" }),
    () => ann.game.operate.announce({ message: "x" }),
  ]) {
    await expect(ask()).rejects.toMatchObject({ code: "NOT_PERMITTED" });
  }
  expect(ann.heard).toEqual([]);
  await game.close();
  await ann.game.close();
});

it("[AUTH-21] leaves no login behind, and takes over what a killed command has left", async () => {
  const server = await served();
  const run = on(server);
  for (let count = 0; count < 3; count += 1) {
    expect((await run("sessions", "list", "--as", "Boss")).code).toBe(0);
  }
  const path = join(server.dataDir, "reprise.db");
  const { store, close } = openSqliteStore({ path, mode: "development", busyTimeoutMs: 5_000 });
  const boss = { player: playerId(1), passwordVersion: 0 };
  const killed = { ...boss, device: "reprise command line", needsServer: false };
  expect(store.open({ ...killed, call: "x", graceMs: 60_000, lifetimeMs: 60_000 }).kind).toBe(
    "opened",
  );
  close();
  expect((await run("sessions", "list", "--as", "Boss")).code).toBe(0);
  // Logged in by nobody: another device is let in at once.
  const { token } = await logIn(server, "Boss", "secret");
  const busy = await run("sessions", "list", "--as", "Boss");
  expect(busy).toMatchObject({ code: 1, out: "" });
  expect(busy.err).toContain("Boss is logged in elsewhere");
  const game = await clientOf(server, "game");
  await enter(game, { token });
  expect((await game.operate.sessions({})).sessions).toHaveLength(1);
  await game.close();
});

it("[AUTH-21] operates a login server on which no game server has reported", async () => {
  const dataDir = temporaryFolder();
  addPeople(join(dataDir, "reprise.db"));
  const server = await startTestServer({ role: "login", dataDir, ...cheap });
  const run = on(server);
  const list = await run("sessions", "list", "--as", "Boss", "--role", "login", "--json");
  expect(list.err).toBe("");
  expect(jsonOf(list)["sessions"]).toHaveLength(1);
  const none = await run("sessions", "list", "--as", "Boss");
  expect(none).toMatchObject({ code: 1, out: "" });
  expect(none.err).toContain("no game server is running on data folder");
});

it("[AUTH-21] in production needs the settings of the server, and says so", async () => {
  const folder = temporaryFolder();
  const production = productionSettings(folder);
  addPeople(String(production["accounts.database"]));
  const server = await startTestServer({ role: "all", ...production, ...cheap });
  const run = on(server);
  const without = await run("sessions", "list", "--as", "Boss");
  expect(without).toMatchObject({ code: 1, out: "" });
  expect(without.err).toContain("the server runs in production");
  const settings = { ...production, ...cheap };
  const sets = (changed: object): string[] =>
    Object.entries({ ...settings, ...changed }).flatMap(([key, value]) => [
      "--set",
      `${key}=${String(value)}`,
    ]);
  const listed = await run("sessions", "list", "--as", "Boss", ...sets({}));
  expect(listed).toMatchObject({ code: 0, err: "" });
  const other = productionSettings(temporaryFolder());
  const keyFile = { "tokens.keyFile": other["tokens.keyFile"] };
  const forged = await run("sessions", "list", "--as", "Boss", ...sets(keyFile));
  expect(forged).toMatchObject({ code: 1, out: "" });
  expect(forged.err).toContain("the server does not believe this login");
});

it("[AUTH-21] says in one line what is wrong: 2 for bad usage, 1 for what cannot be done", async () => {
  const dataDir = temporaryFolder();
  const cases: readonly (readonly [readonly string[], number, string])[] = [
    [["sessions"], 2, "say what to do: list, kick"],
    [["sessions", "lists"], 2, 'unknown action "lists"'],
    [["sessions", "list"], 2, "--as NAME is missing"],
    [["sessions", "list", "x", "--as", "Boss"], 2, 'unexpected argument "x"'],
    [["sessions", "list", "--reason", "x", "--as", "Boss"], 2, "list takes no --reason"],
    [["sessions", "list", "--as", "Boss", "--role", "data"], 2, "--role is game or login"],
    [["sessions", "kick", "--as", "Boss"], 2, "ID|NAME is missing"],
    [["sessions", "kick", "", "--as", "Boss"], 2, "a session's id or a player's name"],
    [["sessions", "kick", "x", "--as", "B", "--reason", "r".repeat(257)], 2, "--reason is longer"],
    [["announce", "--as", "Boss"], 2, "TEXT is missing"],
    [["announce", " ", "--as", "Boss"], 2, "TEXT is empty"],
    [["announce", "x".repeat(513), "--as", "Boss"], 2, "TEXT is longer than 512 bytes"],
    [["announce", "x", "--as", "Boss"], 1, "no game server is running"],
  ];
  for (const [words, code, message] of cases) {
    const result = await reprise(...words, "--data-dir", dataDir);
    expect([words, result.code, result.out]).toEqual([words, code, ""]);
    expect(result.err).toContain(message);
    expect(result.err.trimEnd().split("\n")).toHaveLength(1);
  }
  const server = await served();
  const run = on(server);
  const nobody = await run("announce", "x", "--as", "Nobody", "--json");
  expect(jsonOf(nobody)["error"]).toContain('no account is called "Nobody"');
  await reprise("accounts", "ban", "Boss", "--data-dir", server.dataDir);
  expect((await run("announce", "x", "--as", "Boss")).err).toContain("Boss is banned");
  for (const command of ["sessions", "announce"]) {
    expect((await reprise(command, "--help")).out).toContain("--as NAME");
  }
});
