/** A real server whose journal is encrypted, under keys that change. */
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, it, vi } from "vitest";
import { startServer } from "../../../src/io/server.ts";
import { configOf } from "../../../src/io/config.ts";
import { eventually } from "../../support/condition.ts";
import { mainFile } from "../../support/served.ts";
import { PacketClient } from "../../support/packet-client.ts";
import { connectPlain } from "../../support/raw-client.ts";
import { startTestServer, testSettings } from "../../support/server.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

const word = Buffer.from("what nobody else should read");

const plain = { "tls.enabled": false, "checkpoint.follower": "on", "checkpoint.everyEvents": 100 };

function keyFile(byte: string): string {
  const file = join(temporaryFolder(), "journal.key");
  writeFileSync(file, `${byte.repeat(32)}\n`, { mode: 0o600 });
  return file;
}

function isReadable(folder: string): boolean {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  return entries.some(
    (entry) => entry.isFile() && readFileSync(join(entry.parentPath, entry.name)).includes(word),
  );
}

/** Tells a server the word, a few times, and ends it in order; returns its data folder. */
async function lived(settings: Readonly<Record<string, unknown>>): Promise<string> {
  const { server, dataDir, port } = await startTestServer({ ...plain, ...settings });
  const client = new PacketClient(connectPlain(port));
  await client.raw.whenOpen();
  for (let sent = 0; sent < 150; sent += 1) client.echo(word);
  await client.whenPackets(150);
  expect((await server.stop()).code).toBe(0);
  return dataDir;
}

const replay = (dataDir: string) =>
  spawnSync(process.execPath, [mainFile, "replay", join(dataDir, "game"), "--check", "--json"], {
    encoding: "utf8",
  });

afterEach(() => void vi.unstubAllEnvs());

it("[JRN-09] keeps what players send from the disk, and replays with the keys of all times", async () => {
  expect(isReadable(join(await lived({}), "game"))).toBe(true);
  const [first, second] = [keyFile("a1"), keyFile("b2")];
  const dataDir = await lived({ "journal.keyFile": first });
  const next = { dataDir, "journal.keyFile": second };
  await expect(
    startServer({ config: configOf(testSettings(dataDir, { ...plain, ...next })) }),
  ).rejects.toThrow(/checkpoint: it is encrypted with key [0-9a-f]{16}, and the given keys are/);
  await lived({ ...next, "journal.oldKeyFiles": [first] });
  expect(isReadable(join(dataDir, "game"))).toBe(false);
  const refused = replay(dataDir);
  expect(refused.status).toBe(1);
  expect(refused.stderr).toMatch(
    /^reprise replay: .*encrypted with key .*no key was given; [^\n]*\n$/,
  );
  vi.stubEnv("REPRISE_JOURNAL_KEY", ["a1", "b2"].map((byte) => byte.repeat(32)).join(" "));
  const replayed = replay(dataDir);
  expect(JSON.parse(replayed.stdout)).toMatchObject({ diverged: null });
  expect(replayed.status).toBe(0);
});

it("[JRN-09] reads its keys once: a key file that is gone or another one changes nothing", async () => {
  const [key, other] = [keyFile("a1"), keyFile("b2")];
  const settings = { ...plain, "journal.keyFile": key, "journal.oldKeyFiles": [key] };
  const { server, dataDir, port, metrics } = await startTestServer(settings);
  // Before the follower's thread has begun: it is handed what the server has read.
  writeFileSync(key, readFileSync(other));
  const client = new PacketClient(connectPlain(port));
  await client.raw.whenOpen();
  for (let sent = 0; sent < 150; sent += 1) client.echo(word);
  await client.whenPackets(150);
  rmSync(key);
  await eventually(
    async () => {
      const told = await metrics();
      expect(told.sum("reprise_follower_ends_total")).toBe(0);
      expect(told.sum("reprise_checkpoints_total")).toBeGreaterThan(0);
    },
    () => true,
  );
  expect((await server.stop()).code).toBe(0);
  vi.stubEnv("REPRISE_JOURNAL_KEY", "a1".repeat(32));
  expect(replay(dataDir).status).toBe(0);
  const again = await startTestServer({ ...plain, dataDir });
  expect((await again.server.stop()).code).toBe(0);
});
