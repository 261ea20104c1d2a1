/** The replay tools on what a real server leaves: both its logs of players who enter and walk. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expectReplay } from "reprise/testing";
import { describe, expect, it } from "vitest";
import { connect, enter, login, Refusal } from "../../../src/client/index.ts";
import {
  accountContract,
  loginContract,
  worldContract,
} from "../../../src/core/features/contracts.ts";
import { eventually } from "../../support/condition.ts";
import { reprise } from "../../support/command-line.ts";
import { startTestServer } from "../../support/server.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

const contracts = [loginContract, accountContract, worldContract] as const;
const cheap = { "accounts.hashMemoryKib": 8, "accounts.hashPasses": 1 };
const names = ["Adelaide", "Bartholomew", "Cassiopeia"] as const;
const read = (out: string): Record<string, unknown> => JSON.parse(out) as Record<string, unknown>;
const roles = ["login", "game"] as const;
const root = fileURLToPath(new URL("../../..", import.meta.url));

/** Logs in, enters, takes a few steps, and leaves without a word. */
async function evening(name: string, ports: { login: number; game: number }): Promise<void> {
  const options = { contracts, insecure: true, reconnect: null } as const;
  const atLogin = await connect(`tls://127.0.0.1:${ports.login}`, options);
  const { token } = await eventually(
    () => login(atLogin, { name, password: `${name}'s secret word`, device: "phone" }),
    (error) => error instanceof Refusal && error.code === "UNAVAILABLE",
  );
  await atLogin.close();
  const atGame = await connect(`tls://127.0.0.1:${ports.game}`, options);
  const presence = await enter(atGame, { token });
  const { x, y, z } = presence.spawn;
  const updated = new Promise((resolve) => void atGame.world.on("update", resolve));
  for (let step = 1; step <= 3; step += 1) presence.move({ position: { x: x + step / 10, y, z } });
  await updated;
  await atGame.close();
}

/** Everything in the files of an exported journal, as text. */
function contentOf(folder: string): string {
  const journal = join(folder, "journal");
  return readdirSync(journal)
    .map((name) => readFileSync(join(journal, name), "latin1"))
    .join("");
}

describe("the replay tools on the logs of a real server", () => {
  it("[RPL-05] [RPL-06] tell every player's story, with his name or another", async () => {
    const { server, dataDir } = await startTestServer({ role: "all", ...cheap });
    const ports = { login: server.portOf("login"), game: server.portOf("game") };
    await Promise.all(names.map((name) => evening(name, ports)));
    await server.stop();
    for (const role of roles) {
      const log = join(dataDir, role);
      const replayed = await expectReplay(log);
      expect(replayed.events).toBeGreaterThan(10);
      const itself = await reprise("replay", log, "--against", root, "--json");
      expect(read(itself.out)).toMatchObject({ classification: "identical" });
      for (const [index, name] of names.entries()) {
        const [own, other] = [temporaryFolder(), temporaryFolder()];
        const argv = ["export", log, "--player", name, "--json"];
        const plain = await reprise(...argv, "--out", own);
        expect(read(plain.out)).toMatchObject({ other: null });
        expect(contentOf(own)).toContain(name);
        const disguised = await reprise(...argv, "--pseudonyms", "--out", other);
        expect({ role, index, ...read(disguised.out) }).toMatchObject({ other: null });
        for (const each of names) expect(contentOf(other)).not.toContain(each);
        const ids = contentOf(own).match(/(?<=tokenId.)[\w-]{22}/g) ?? [];
        expect({ role, ids: ids.length > 0 }).toEqual({ role, ids: true });
        for (const each of ids) expect(contentOf(other)).not.toContain(each);
        await expectReplay(own);
        await expectReplay(other);
      }
      const from = await reprise("sim", "--from", log, "--seconds", "3", "--json", "--no-shrink");
      expect({ role, ...read(from.out) }).toMatchObject({ seeds: 1, failures: [] });
    }
  }, 60_000);
});
