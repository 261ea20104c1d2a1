/** Real servers whose journal has lost its end by hand. */
import { cpSync, readdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { enter } from "../../../src/client/index.ts";
import { reprise } from "../../support/command-line.ts";
import { clientOf, logIn } from "../../support/log-in.ts";
import { startTestServer } from "../../support/server.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

const settings = { role: "all", "accounts.hashMemoryKib": 8, "accounts.hashPasses": 1 };
const start = (dataDir: string) => startTestServer({ ...settings, dataDir });

/** As an operator does who follows the advice on a damaged segment. */
function moveAway(login: string, copy: string): void {
  for (const folder of ["journal", "checkpoints"]) {
    const kept = new Set(readdirSync(join(copy, folder)));
    const later = readdirSync(join(login, folder)).filter((name) => !kept.has(name));
    expect(later.length).toBeGreaterThan(0);
    for (const name of later) rmSync(join(login, folder, name));
  }
}

function putBack(login: string, copy: string): void {
  renameSync(login, `${login}.damaged`);
  cpSync(copy, login, { recursive: true });
}

it.each([
  ["was moved away", moveAway],
  ["is that of an older copy", putBack],
])("[AUTH-08] [JRN-22] logs everybody in after the journal's end %s", async (_case, lose) => {
  const dataDir = temporaryFolder();
  const [login, copy] = [join(dataDir, "login"), join(dataDir, "copy")];
  expect((await (await start(dataDir)).server.stop()).code).toBe(0);
  cpSync(login, copy, { recursive: true });
  const second = await start(dataDir);
  for (const name of ["Ann", "Bea", "Cid"]) await logIn(second, name, "secret");
  expect((await second.server.stop()).code).toBe(0);
  lose(login, copy);
  const third = await start(dataDir);
  for (const name of ["Dan", "Eve", "Fay"]) {
    const { token } = await logIn(third, name, "secret");
    const game = await clientOf(third, "game");
    // Refused where the store has answered with another player's login.
    await enter(game, { token });
    await game.close();
  }
  const lost = third.logLines().filter(({ message }) => message.includes("has lost its end"));
  expect(lost).toMatchObject([{ role: "login", lastStart: 2, lastStartKept: 1 }]);
  expect((await third.metrics()).sum("reprise_journal_starts_lost_total")).toBe(1);
});

it("[JRN-23] says that a journal is gone of which a checkpoint is left, and recover says so too", async () => {
  const dataDir = temporaryFolder();
  const plain = { "tls.enabled": false };
  expect((await (await startTestServer({ ...plain, dataDir })).server.stop()).code).toBe(0);
  rmSync(join(dataDir, "game", "journal"), { recursive: true });
  const where = ["--data-dir", dataDir, "--role", "game", "--set", "tls.enabled=false"];
  const { code, out } = await reprise("recover", ...where);
  expect(code).toBe(0);
  expect(out).toContain(
    "game: its journal is gone: nothing behind the checkpoint's event is there",
  );
  rmSync(join(dataDir, "game", "journal"), { recursive: true });
  const served = await startTestServer({ ...plain, dataDir });
  const told = served.logLines().filter(({ message }) => message.startsWith("the journal is gone"));
  expect(told).toMatchObject([{ level: "warn", role: "game" }]);
  expect((await served.metrics()).sum("reprise_journal_missing_total")).toBe(1);
});
