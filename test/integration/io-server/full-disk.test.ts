/** A real server on a file system of its own that runs full, and gets room again. */
import { execFileSync } from "node:child_process";
import { closeSync, existsSync, openSync, readdirSync, rmSync, statSync, writeSync } from "node:fs";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { eventually, until } from "../../support/condition.ts";
import { PacketClient } from "../../support/packet-client.ts";
import { connectPlain } from "../../support/raw-client.ts";
import { startTestServer } from "../../support/server.ts";
import type { TestServer } from "../../support/server.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

const mebibyte = 1_048_576;

/** A small file system; null where this user may not mount one. */
function smallDisk(): string | null {
  const folder = temporaryFolder();
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=16m", "tmpfs", folder], { stdio: "ignore" });
  } catch {
    return null;
  }
  onTestFinished(() => void execFileSync("umount", ["-l", folder]));
  return folder;
}

/** Takes all the room there is. */
function fill(file: string): void {
  const descriptor = openSync(file, "w");
  try {
    for (const size of [mebibyte, 4_096]) {
      const piece = Buffer.alloc(size, 1);
      try {
        while (writeSync(descriptor, piece) > 0);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "ENOSPC") throw error;
      }
    }
  } finally {
    closeSync(descriptor);
  }
}

const figureOf = async (server: TestServer, name: string): Promise<number | undefined> =>
  (await server.metrics()).samples.find((sample) => sample.name === name)?.value;

/** Resolves when a figure of the server is so. */
const whenFigure = (server: TestServer, name: string, value: number): Promise<void> =>
  eventually(
    async () => {
      const found = await figureOf(server, name);
      if (found !== value) throw new NotYet(`${name} is ${String(found)}`);
    },
    (error) => error instanceof NotYet,
    20_000,
  );

class NotYet extends Error {}

it("[JRN-10] a full disk costs nothing that was acknowledged, and the server goes on", async ({
  skip,
}) => {
  const dataDir = smallDisk();
  // Skipped where file systems are the administrator's: only root may mount one.
  if (dataDir === null) return skip("this user may not mount a file system");
  const server = await startTestServer({
    dataDir,
    "log.destination": join(temporaryFolder(), "log.jsonl"),
    "tls.enabled": false,
    "checkpoint.follower": "off",
    "journal.reserveBytes": 2 * mebibyte,
    "journal.segmentBytesMax": 2 * mebibyte,
    "edge.budgetMultiplier": 1_000,
  });
  const client = new PacketClient(connectPlain(server.port));
  await client.raw.whenOpen();
  let said = 0;
  /** Less than what may wait for a slow reader. Resolves when it is answered, or cannot be. */
  const say = async (): Promise<boolean> => {
    for (let count = 0; count < 40; count += 1) client.echo(Buffer.alloc(8_192, count));
    said += 40;
    for (;;) {
      if (client.packets.length >= said) return true;
      if ((await figureOf(server, "reprise_journal_full")) === 1) return false;
    }
  };
  const reserve = join(dataDir, "game", "journal.reserve");
  await until("a reserve", () => existsSync(reserve) && statSync(reserve).size === 2 * mebibyte);
  await say();
  fill(join(dataDir, "filler"));

  // What was reserved in front of the blocks is used up, then the reserve is.
  let wasLow = false;
  for (let round = 0; round < 40 && (await say()); round += 1) {
    wasLow ||= (await figureOf(server, "reprise_journal_low")) === 1;
  }
  expect(wasLow).toBe(true);
  expect(existsSync(reserve)).toBe(false);
  expect(await figureOf(server, "reprise_journal_full")).toBe(1);
  expect(client.packets.length).toBeLessThan(said);

  rmSync(join(dataDir, "filler"));
  await client.whenPackets(said);
  await whenFigure(server, "reprise_journal_full", 0);
  await whenFigure(server, "reprise_journal_low", 0);
  const late = new PacketClient(connectPlain(server.port));
  await late.raw.whenOpen();
  late.echo(Buffer.from("late"));
  await late.whenPackets(1);
});

it("[JRN-10] a start on a full disk serves with its reserve, or says to free space", async ({
  skip,
}) => {
  const dataDir = smallDisk();
  if (dataDir === null) return skip("this user may not mount a file system");
  const settings = {
    dataDir,
    "log.destination": join(temporaryFolder(), "log.jsonl"),
    "checkpoint.follower": "off",
    "accounts.store": "memory",
    "journal.reserveBytes": 2 * mebibyte,
    "journal.segmentBytesMax": 2 * mebibyte,
  };
  const first = await startTestServer(settings);
  const reserve = join(dataDir, "game", "journal.reserve");
  await until("a reserve", () => existsSync(reserve) && statSync(reserve).size === 2 * mebibyte);
  expect((await first.server.stop()).code).toBe(0);
  fill(join(dataDir, "filler"));

  const second = await startTestServer(settings);
  expect(second.server.isRunning()).toBe(true);
  expect((await second.server.stop()).code).toBe(0);
  rmSync(join(dataDir, "filler"));
  fill(join(dataDir, "filler"));

  const { "accounts.store": _, ...inFile } = settings;
  const database = await startTestServer(inFile).catch(String);
  expect(database).toContain("the disk is full: free space there, or set another one");
  const fresh = { ...settings, dataDir: join(dataDir, "fresh") };
  const failed = await startTestServer(fresh).catch(String);
  expect(failed).toMatch(/\(ENOSPC\); free space there or choose another: --data-dir DIR$/);
  const files = readdirSync(dataDir, { recursive: true });
  expect(files.filter((name) => String(name).endsWith(".new"))).toEqual([]);
});
