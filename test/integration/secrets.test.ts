/** No password, hash or token is in any file of a run: journal, checkpoint, log, failure file. */
import { createPrivateKey, randomBytes } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { connect, enter, hashPassword, login, Refusal } from "../../src/client/index.ts";
import {
  accountContract,
  echoContract,
  loginContract,
  worldContract,
} from "../../src/core/features/contracts.ts";
import { featuresOf } from "../../src/core/features/index.ts";
import { toServer, defineContract } from "../../src/core/wire/index.ts";
import { openSqliteStore } from "../../src/io/accounts/sqlite-store.ts";
import type { Login } from "../../src/client/index.ts";
import { eventually, until } from "../support/condition.ts";
import { fragile, fragileTypes } from "../support/fragile.ts";
import { filesBelow, secretsIn, shapesOf } from "../support/secret-scan.ts";
import type { Secret } from "../support/secret-scan.ts";
import { startTestServer } from "../support/server.ts";
import type { TestServer } from "../support/server.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const breaking = defineContract("fragile", {
  breakNow: toServer(fragileTypes.breakNow, echoContract.entries.echo.message),
});
const contracts = [loginContract, accountContract, worldContract, breaking] as const;

const start = (dataDir: string): Promise<TestServer> =>
  startTestServer(
    {
      ...{ role: "all", dataDir, "log.level": "debug" },
      ...{ "accounts.hashMemoryKib": 8, "accounts.hashPasses": 1 },
    },
    { features: (role) => [...featuresOf(role), fragile], featuresBuild: "fragile" },
  );

const client = (port: number, { ca }: TestServer) =>
  connect(`tls://127.0.0.1:${port}`, { contracts, ca, reconnect: null });

type Client = Awaited<ReturnType<typeof client>>;

/** Logs in; the game server may still be on its way to its first report. */
const loggedIn = (on: Client, password: string): Promise<Login> =>
  eventually(
    () => login(on, { name: "Ada", password, device: "phone" }),
    (error) => error instanceof Refusal && error.code === "UNAVAILABLE",
  );

/** Everything that is done with a password and a token; gives the token. */
async function play(served: TestServer, password: string): Promise<string> {
  const { server } = served;
  const atLogin = await client(server.portOf("login"), served);
  const { token } = await loggedIn(atLogin, password);
  const wrong = await client(server.portOf("login"), served);
  await expect(login(wrong, { name: "Ada", password: `${password}?` })).rejects.toThrow("login");
  const game = await client(server.portOf("game"), served);
  await enter(game, { token });
  await atLogin.account.logout({ sessionToken: token });
  const replay = await client(server.portOf("game"), served);
  await expect(enter(replay, { token })).rejects.toThrow("INVALID_CREDENTIALS");
  for (const each of [atLogin, wrong, game, replay]) await each.close();
  return token;
}

/** Makes the login server fail until it stops, with a password on its way. */
async function breakDown(served: TestServer, password: string): Promise<void> {
  for (let times = 0; times < 4; times += 1) {
    const broken = await client(served.server.portOf("login"), served).catch(() => null);
    if (broken === null) return;
    const pending = login(broken, { name: "Ada", password, device: "phone" }).catch(() => null);
    broken.fragile.breakNow({ bytes: Uint8Array.of(1) });
    await pending;
    await broken.close();
  }
}

const text = (name: string, value: string): Secret => ({ name, bytes: Buffer.from(value) });

async function secretsOf(password: string, tokens: readonly string[]): Promise<readonly Secret[]> {
  const sent = await hashPassword(password);
  return [
    text("the password", password),
    text("its hash as it is sent", sent),
    { name: "its hash", bytes: Buffer.from(sent, "hex") },
    text("a wrong password's hash", await hashPassword(`${password}?`)),
    ...tokens.flatMap((token, index) => {
      const [, claims = "", signature = ""] = token.split(".");
      return [
        text(`token ${index}`, token),
        text(`claims ${index}`, claims),
        text(`signature ${index}`, signature),
        { name: `signature ${index} in bytes`, bytes: Buffer.from(signature, "base64url") },
      ];
    }),
  ];
}

/** What the accounts' database keeps, and nothing else may. */
function keptHash(dataDir: string): Secret {
  const path = join(dataDir, "reprise.db");
  const { store, close } = openSqliteStore({ path, mode: "development", busyTimeoutMs: 5_000 });
  const phc = store.find("Ada")?.passwordHash ?? "";
  close();
  expect(phc).toMatch(/^\$argon2id\$/);
  return { name: "the stored hash", bytes: Buffer.from(phc.split("$").at(-1) ?? "", "base64") };
}

function signingKey(dataDir: string): Secret {
  const pem = readFileSync(join(dataDir, "vault", "token-key.pem"));
  const { d = "" } = createPrivateKey(pem).export({ format: "jwk" });
  return { name: "the signing key", bytes: Buffer.from(d, "base64url") };
}

it("[AUTH-14] no password, hash, token or key is in any file of a run, in any shape", async () => {
  const dataDir = temporaryFolder();
  const password = randomBytes(12).toString("base64url");
  const first = await start(dataDir);
  const tokens = [await play(first, password)];
  await first.server.stop();
  const second = await start(dataDir);
  tokens.push(await play(second, password));
  await breakDown(second, password);
  await until("the server to stop", () => !second.server.isRunning());

  const files = filesBelow(dataDir);
  for (const kind of [
    /^login\/journal\/.+\.segment$/,
    /^login\/checkpoints\/.+/,
    /^game\/journal\/.+\.segment$/,
    /^game\/checkpoints\/.+/,
    /^login\/failures\/.+/,
    /^log\.jsonl$/,
  ]) {
    expect(files.some((file) => kind.test(file))).toBe(true);
  }
  const secrets = await secretsOf(password, tokens);
  expect(secretsIn(dataDir, secrets)).toEqual([]);
  const isStore = (file: string): boolean => file.startsWith("reprise.db");
  expect(secretsIn(dataDir, [keptHash(dataDir)], isStore)).toEqual([]);
  const isVault = (file: string): boolean => file.startsWith("vault/");
  expect(secretsIn(dataDir, [signingKey(dataDir)], isVault)).toEqual([]);
}, 60_000);

it("[AUTH-14] would find each of them in each shape, wherever it stands", () => {
  const folder = temporaryFolder();
  const secret = { name: "it", bytes: randomBytes(24) };
  const raw = Buffer.from(secret.bytes);
  const around = (before: number): Buffer =>
    Buffer.concat([randomBytes(before), raw, randomBytes(5)]);
  const written = [
    around(7),
    Buffer.from(raw.toString("hex")),
    Buffer.from(raw.toString("hex").toUpperCase()),
    ...[3, 4, 5].flatMap((before) => [
      Buffer.from(around(before).toString("base64")),
      Buffer.from(around(before).toString("base64url")),
    ]),
  ];
  for (const [index, bytes] of written.entries()) writeFileSync(join(folder, `${index}`), bytes);
  expect(secretsIn(folder, [secret])).toHaveLength(written.length);
  expect(secretsIn(folder, [{ name: "another", bytes: randomBytes(24) }])).toEqual([]);
  expect(() => shapesOf({ name: "short", bytes: randomBytes(8) })).toThrow("by accident");
});
