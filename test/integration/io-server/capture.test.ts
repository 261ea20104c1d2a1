/** Byte capture of real servers, begun by configuration and by an operator's command. */
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { connectPlain } from "../../support/raw-client.ts";
import { PacketClient } from "../../support/packet-client.ts";
import { mainFile, serve } from "../../support/served.ts";
import { portIn, startTestServer } from "../../support/server.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

const word = Buffer.from("what nobody else should read");

/** Of a capture that is whole and agrees with the journal. */
const sound = { damaged: [], unfinished: [], differs: null };

const run = (...argv: readonly string[]) =>
  spawnSync(process.execPath, [mainFile, ...argv], { encoding: "utf8" });

const capturesOf = (folder: string): readonly string[] =>
  readdirSync(folder).map((name) => join(folder, name));

async function play(client: PacketClient, echoes: number): Promise<void> {
  for (let sent = 0; sent < echoes; sent += 1) client.echo(word);
  await client.whenPackets(echoes);
}

it("[CAP-01] replay --edge makes of a real server's capture what its journal has", async () => {
  const settings = { "tls.enabled": false, "capture.of": "127.0.0.1" };
  const { server, dataDir, port, metrics } = await startTestServer(settings);
  const client = new PacketClient(connectPlain(port));
  await client.raw.whenOpen();
  await play(client, 20);
  client.send(2_999, Uint8Array.of(1));
  client.raw.socket.end();
  await client.raw.whenClosed();
  const { sum } = await metrics();
  expect(sum("reprise_capture_connections_total")).toBe(1);
  expect(sum("reprise_capture_bytes_total")).toBeGreaterThan(0);
  expect((await server.stop()).code).toBe(0);
  const game = join(dataDir, "game");
  const [file = ""] = capturesOf(join(game, "capture"));
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(readFileSync(file).includes(word)).toBe(true);
  const same = run("replay", game, "--edge", "--json");
  expect(same.stderr).toBe("");
  expect(JSON.parse(same.stdout)).toEqual({ ...sound, files: 1, connections: 1, events: 21 });
  // One byte of what was sent was another one: the last echo's.
  const changed = readFileSync(file);
  const at = changed.lastIndexOf(word);
  changed[at] = 0x57;
  writeFileSync(file, changed);
  expect(run("replay", game, "--edge").stdout).not.toMatch(/^21 /);
  expect(run("replay", join(dataDir, "game"), "--edge", "--check").status).toBe(2);
});

// Skipped on Windows, which has no signal to tell the server by.
it.skipIf(process.platform === "win32")(
  "[CAP-02] reprise capture begins and ends one beside a running server",
  async () => {
    const dataDir = temporaryFolder();
    const served = await serve(dataDir, 0, ["tls.enabled=false"]);
    const port = portIn(served.url);
    const early = new PacketClient(connectPlain(port));
    await early.raw.whenOpen();
    const on = run("capture", "on", "--data-dir", dataDir, "--seconds", "60");
    expect(on).toMatchObject({ stdout: "capturing all for 60 s at most\n", status: 0 });
    const late = new PacketClient(connectPlain(port));
    await late.raw.whenOpen();
    await play(late, 5);
    const off = () => run("capture", "off", "--data-dir", dataDir).stdout;
    // Also when it has ended by itself: what there was to end is not known here.
    expect([off(), off()]).toEqual(["capture is off\n", "capture is off\n"]);
    const last = new PacketClient(connectPlain(port));
    await last.raw.whenOpen();
    await play(last, 5);
    await served.kill();
    const game = join(dataDir, "game");
    const { stdout } = run("replay", game, "--edge", "--json");
    expect(JSON.parse(stdout)).toEqual({ ...sound, files: 1, connections: 1, events: 5 });
    const gone = run("capture", "on", "--data-dir", dataDir);
    expect(gone.stderr).toContain("no server of role game is running on data folder");
    expect(run("capture", "sometimes").status).toBe(2);
  },
);
