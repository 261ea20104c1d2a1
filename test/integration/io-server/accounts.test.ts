import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { enter } from "../../../src/client/index.ts";
import { clientHash, hashPassword } from "../../../src/io/accounts/argon2.ts";
import { openSqliteStore } from "../../../src/io/accounts/sqlite-store.ts";
import { configOf } from "../../../src/io/config.ts";
import { startServer } from "../../../src/io/server.ts";
import { StartError } from "../../../src/io/start-error.ts";
import { reprise } from "../../support/command-line.ts";
import { clientOf, logIn } from "../../support/log-in.ts";
import { productionSettings } from "../../support/production.ts";
import { startTestServer, testSettings } from "../../support/server.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

const cheap = { "accounts.hashMemoryKib": 8, "accounts.hashPasses": 1 };
const parameters = { memoryKib: 8, passes: 1, lanes: 1 };

it.each([["sqlite"], ["memory"]])(
  "[AUTH-04] [AUTH-16] a server on the %s store logs in, lets in and logs out",
  async (store) => {
    const served = await startTestServer({ role: "all", "accounts.store": store, ...cheap });
    const { token, player } = await logIn(served, "Ann", "secret");
    expect(player).toBe(1);
    await expect(logIn(served, "ANN", "wrong")).rejects.toMatchObject({
      code: "INVALID_CREDENTIALS",
    });
    const game = await clientOf(served, "game");
    await enter(game, { token });
    await game.account.logout({ sessionToken: token });
    const again = await clientOf(served, "game");
    await expect(enter(again, { token })).rejects.toMatchObject({ code: "INVALID_CREDENTIALS" });
    await again.close();
    expect((await logIn(served, "Ann", "secret")).player).toBe(1);
    const metrics = await served.metrics();
    expect(metrics.sum("reprise_password_hashes_total")).toBe(3);
    expect(metrics.sum("reprise_password_hashes_refused_total")).toBe(0);
    expect(metrics.sum("reprise_password_hashes_waiting")).toBe(0);
  },
);

it("[AUTH-21] a ban by the command turns a player out of a running server, and keeps him out", async () => {
  const served = await startTestServer({ role: "all", ...cheap });
  const { token } = await logIn(served, "Ann", "secret");
  const game = await clientOf(served, "game");
  await enter(game, { token });
  const closed = new Promise((resolve) => game.on("closed", resolve));
  const { code } = await reprise("accounts", "ban", "ann", "--data-dir", served.dataDir);
  expect(code).toBe(0);
  await closed;
  await expect(logIn(served, "Ann", "secret")).rejects.toMatchObject({ code: "BANNED" });
  await reprise("accounts", "unban", "Ann", "--data-dir", served.dataDir);
  expect((await logIn(served, "Ann", "secret")).player).toBe(1);
});

it("[AUTH-11] [AUTH-04] production knows only the accounts that an operator has made", async () => {
  const folder = temporaryFolder();
  const production = productionSettings(folder);
  const path = String(production["accounts.database"]);
  const { store, close } = openSqliteStore({ path, mode: "development", busyTimeoutMs: 5_000 });
  const passwordHash = hashPassword(clientHash("secret"), parameters);
  store.add({ name: "Ann", passwordHash, role: "player", origin: "operator" });
  store.add({ name: "Dev", passwordHash, role: "player", origin: "development" });
  close();
  const many = { "realm.loginsPerMinute": 1_000, "realm.loginsBurst": 1_000 };
  const served = await startTestServer({ role: "all", ...production, ...cheap, ...many });
  for (const name of ["Dev", "Nobody"]) {
    await expect(logIn(served, name, "secret")).rejects.toMatchObject({
      code: "INVALID_CREDENTIALS",
    });
  }
  const { token } = await logIn(served, "Ann", "secret");
  const game = await clientOf(served, "game");
  await enter(game, { token });
  await game.close();
});

it("[AUTH-11] production says in one line what it lacks, and starts nothing", async () => {
  const folder = temporaryFolder();
  const production = productionSettings(folder);
  writeFileSync(join(folder, "text"), "no database, no key, and no set of keys either");
  const text = join(folder, "text");
  mkdirSync(join(folder, "data"));
  const cases: readonly (readonly [Readonly<Record<string, unknown>>, string])[] = [
    [{ "accounts.database": null }, "production needs a database of accounts"],
    [{ "accounts.store": "memory" }, "--set accounts.store=sqlite"],
    [{ "accounts.database": text }, "text cannot be opened"],
    [{ "accounts.database": join(folder, "text", "below.db") }, "cannot be opened"],
    [{ "tokens.keyFile": null }, "openssl genpkey -algorithm ed25519"],
    [{ "tokens.keyFile": text }, "text is no PEM Ed25519 private key"],
    [{ role: "game", "tokens.publicKeys": null }, "the login server's public keys"],
    [{ "tokens.publicKeys": text }, "text holds no set of public Ed25519 keys"],
    [{ address: "0.0.0.0" }, "--set game.address=ADDRESS"],
    [{ "accounts.hashMemoryKib": 16, "accounts.hashLanes": 4 }, "at least 8 for each of 4 lanes"],
  ];
  for (const [change, message] of cases) {
    const settings = { role: "all", ...production, ...change };
    const config = configOf(testSettings(join(folder, "data"), settings));
    const error = await startServer({ config }).then(
      (server) => void server.stop(),
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(StartError);
    const said = (error as StartError).message;
    expect(said).toContain(message);
    expect(said).not.toContain("\n");
  }
});
