import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { reprise as pb } from "../../../src/core/wire/gen/session.js";
import { makeCertificate } from "../../../src/io/certificate.ts";
import { readRunRecords } from "../../../src/io/run-record.ts";
import { reprise } from "../../support/command-line.ts";
import { until } from "../../support/condition.ts";
import { messageIn, PacketClient, types } from "../../support/packet-client.ts";
import { connectPlain, connectSecure } from "../../support/raw-client.ts";
import { portIn, readLog, scrape, ServerProcess, spawnServer } from "../../support/server.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

const plain = { "tls.enabled": false };

async function plainClients(port: number, count: number): Promise<PacketClient[]> {
  const clients: PacketClient[] = [];
  while (clients.length < count) {
    const batch = Array.from(
      { length: Math.min(50, count - clients.length) },
      () => new PacketClient(connectPlain(port)),
    );
    await Promise.all(batch.map(({ raw }) => raw.whenOpen()));
    clients.push(...batch);
  }
  return clients;
}

it("[NET-12] SIGTERM with 1,000 sessions: everybody told, nothing lost, exit 0 within 8 s", async () => {
  const dataDir = temporaryFolder();
  const process_ = spawnServer(dataDir, plain);
  const { urls, metricsPort } = await process_.announced();
  const port = portIn(urls["game"]);
  const clients = await plainClients(port, 1_000);
  for (const client of clients) client.echo(Uint8Array.of(1));
  await Promise.all(clients.map((client) => client.whenPackets(1)));
  const open = (await scrape(metricsPort ?? 0)).sum("reprise_connections_open");
  expect(open).toBe(1_000);
  // Requests that are under way when the signal comes get their answer, too.
  for (const client of clients) client.echo(Uint8Array.of(2));
  await Promise.all(clients.slice(0, 10).map((client) => client.whenPackets(2)));
  const before = performance.now();
  process_.child.kill("SIGTERM");
  expect(await process_.ended()).toBe(0);
  expect(performance.now() - before).toBeLessThan(8_000);
  await Promise.all(clients.map(({ raw }) => raw.whenClosed()));
  for (const { packets, raw } of clients) {
    expect(raw.code).toBeNull();
    expect(packets.filter(({ type }) => type === types.disconnect)).toHaveLength(1);
    expect(packets.at(-1)?.type).toBe(types.disconnect);
  }
  const late = connectPlain(port);
  await late.whenClosed();
  expect(late.code).toBe("ECONNREFUSED");
  expect(readRunRecords(dataDir)).toEqual([]);
});

it("[NET-12] a second signal ends the server at once", async () => {
  const process_ = spawnServer(temporaryFolder(), { ...plain, "host.drainTimeoutMs": 60_000 });
  const { urls, metricsPort } = await process_.announced();
  // It never closes, so that the drain would wait for it.
  const client = new PacketClient(connectPlain(portIn(urls["game"]), true));
  await client.raw.whenOpen();
  client.echo(Uint8Array.of(1));
  await client.whenPacket(types.echoResponse);
  client.raw.socket.pause();
  process_.child.kill("SIGINT");
  const health = `http://127.0.0.1:${metricsPort ?? 0}/health`;
  let status = 200;
  await until("the drain", () => {
    void fetch(health).then(
      (response) => (status = response.status),
      () => undefined,
    );
    return status === 503;
  });
  const before = performance.now();
  process_.child.kill("SIGTERM");
  expect(await process_.ended()).toBe(143);
  // The drain would have waited for its peer for 5 s.
  expect(performance.now() - before).toBeLessThan(4_000);
});

it("[NET-08] after 1,000 connections and a kill -9 the port is listened on again at once", async () => {
  const dataDir = temporaryFolder();
  const first = spawnServer(dataDir, plain);
  const announced = await first.announced();
  const port = portIn(announced.urls["game"]);
  for (let round = 0; round < 20; round += 1) {
    const clients = await plainClients(port, 50);
    // Half of them leave TIME_WAIT on our side, half on theirs.
    for (const [index, { raw }] of clients.entries()) {
      if (index % 2 === 0) raw.socket.end();
      else raw.socket.write(Buffer.from([0, 0, 0, 0]));
    }
    await Promise.all(clients.map(({ raw }) => raw.whenClosed()));
  }
  const survivors = await plainClients(port, 20);
  first.child.kill("SIGKILL");
  expect(await first.ended()).toBe("SIGKILL");
  const second = spawnServer(dataDir, { ...plain, "ports.game": port });
  const again = await second.announced();
  expect(portIn(again.urls["game"])).toBe(port);
  expect(again.recovered["game"]?.events).toBeGreaterThan(1_000);
  await Promise.all(survivors.map(({ raw }) => raw.whenClosed()));
  const [client] = await plainClients(port, 1);
  client?.echo(Uint8Array.of(1));
  await client?.whenPacket(types.echoResponse);
});

// Skipped on Windows, where no shell limits the descriptors of a process.
it.skipIf(process.platform === "win32")(
  "[NET-17] a process out of file descriptors goes on accepting once it has some",
  async () => {
    const process_ = spawnServer(temporaryFolder(), plain, { descriptorsMax: 80 });
    const { urls, metricsPort } = await process_.announced();
    const port = portIn(urls["game"]);
    const [served] = await plainClients(port, 1);
    const crowd = Array.from({ length: 150 }, () => connectPlain(port));
    // The kernel has no room for all of them: some are closed again.
    await until("the last descriptor", () => crowd.some(({ closed }) => closed));
    served?.echo(Uint8Array.of(1));
    await served?.whenPacket(types.echoResponse);
    for (const { socket } of crowd) socket.destroy();
    await until("room", () => crowd.every(({ closed }) => closed));
    // The server sees them go a little later than they do.
    const deadline = performance.now() + 10_000;
    let accepted: PacketClient | undefined;
    while (accepted === undefined && performance.now() < deadline) {
      const client = new PacketClient(connectPlain(port));
      client.echo(Uint8Array.of(2));
      await client.whenPackets(1);
      if (client.packets.length === 1) accepted = client;
    }
    expect(accepted?.packets[0]?.type).toBe(types.echoResponse);
    let open: number | undefined;
    while (open !== 2 && performance.now() < deadline) {
      open = (await scrape(metricsPort ?? 0)).sum("reprise_connections_open");
    }
    expect(open).toBe(2);
  },
);

// Skipped but on Linux, which reads a process's memory from a file; that wants a descriptor.
it.skipIf(process.platform !== "linux")(
  "[NET-17] a process out of file descriptors outlives its samples, and says so at the start",
  async () => {
    const dataDir = temporaryFolder();
    const process_ = spawnServer(dataDir, plain, { descriptorsMax: 200 });
    const { urls, metricsPort } = await process_.announced();
    const port = portIn(urls["game"]);
    const [served] = await plainClients(port, 1);
    // Connected before the crowd: a new one would find no descriptor.
    const asking = connectPlain(metricsPort ?? 0);
    await asking.whenOpen();
    const crowd = Array.from({ length: 260 }, () => connectPlain(port));
    await until("the last descriptor", () => crowd.some(({ closed }) => closed));
    let asked = 0;
    const skipped = /^process_memory_samples_skipped_total [1-9]/m;
    await until(
      "a sample that could not be taken",
      () => {
        if (asking.socket.writableLength === 0 && asking.receivedBytes >= asked) {
          asked = asking.receivedBytes + 1;
          asking.socket.write("GET /metrics HTTP/1.1\r\nHost: test\r\n\r\n");
        }
        return process_.exit !== null || skipped.test(asking.received.toString());
      },
      10_000,
    );
    expect(process_.exit).toBeNull();
    served?.echo(Uint8Array.of(1));
    await served?.whenPacket(types.echoResponse);
    for (const { socket } of crowd) socket.destroy();
    let answered = 0;
    const deadline = performance.now() + 10_000;
    while (answered === 0 && performance.now() < deadline) {
      const client = new PacketClient(connectPlain(port));
      client.echo(Uint8Array.of(2));
      await client.whenPackets(1);
      answered = client.packets.filter(({ type }) => type === types.echoResponse).length;
    }
    expect(answered).toBe(1);
    process_.child.kill("SIGTERM");
    expect(await process_.ended()).toBe(0);
    const warned = readLog(join(dataDir, "log.jsonl")).filter(({ level }) => level === "warn");
    expect(warned).toMatchObject([{ descriptorsMax: 200, descriptorsNeeded: 5_168 }]);
    expect(warned[0]?.["cure"]).toContain("ulimit -n 5168");
  },
);

it("[NET-11] a port in use: one line, exit 1", async () => {
  const blocker = createServer().listen(0, "127.0.0.1");
  onTestFinished(() => void blocker.close());
  await until("the blocker", () => blocker.listening);
  const { port } = blocker.address() as { readonly port: number };
  for (const [key, what] of [
    ["ports.game", "game"],
    ["metrics.port", "metrics"],
  ] as const) {
    const process_ = spawnServer(temporaryFolder(), { [key]: port });
    const message =
      `${what}: 127.0.0.1:${port} is already in use; ` +
      `stop what uses it or choose another port: --set ${key}=${port + 10}`;
    expect(await process_.ended()).toBe(1);
    expect(process_.err).toBe(`reprise serve: ${message}\n`);
    expect(JSON.parse(process_.out)).toEqual({ error: message });
  }
});

it("[NET-11] a locked data folder: one line, exit 1", async () => {
  const dataDir = temporaryFolder();
  const first = spawnServer(dataDir, plain);
  const { pid } = await first.announced();
  const second = spawnServer(dataDir, plain);
  expect(await second.ended()).toBe(1);
  expect(second.err).toMatch(
    /^reprise serve: data folder .* is in use by process \d+ since [^\n]+\n$/,
  );
  expect(second.err).toContain(`process ${pid} since`);
  expect(first.exit).toBeNull();
});

it("[NET-02] [TLS-02] bad configuration, bad usage, bad certificate: one line each", async () => {
  const folder = temporaryFolder();
  const [certFile, keyFile] = [join(folder, "cert.pem"), join(folder, "key.pem")];
  writeFileSync(certFile, makeCertificate(new Date()).cert);
  writeFileSync(keyFile, makeCertificate(new Date()).key);
  const wrongFile = join(folder, "wrong.yaml");
  writeFileSync(wrongFile, "ports:\n  game: x\n");
  const sets = [`tls.certFile=${certFile}`, `tls.keyFile=${keyFile}`, "metrics.port=0"];
  const withSets = ["--data-dir", folder, ...sets.flatMap((set) => ["--set", set])];
  const cases = [
    [["--set", "ports.gmae=1"], 2, "did you mean ports.game?"],
    [["--set", "ports.game=x"], 2, "ports.game must be a whole number"],
    [["--set", "foo"], 2, "write it as --set key=value"],
    [["--config", wrongFile], 1, "ports.game must be a whole number"],
    [["--config", join(folder, "none.yaml")], 1, "none.yaml cannot be read (ENOENT)"],
    [["--set", "mode=production"], 1, "production needs a certificate"],
    [["--role", "gaem"], 2, "role must be one of all, login, game, data"],
    [withSets, 1, `the key ${keyFile} does not belong to the certificate`],
    [["--port", "1"], 2, "unknown option --port"],
    [["--set"], 2, "--set needs a value"],
  ] as const;
  for (const [argv, code, message] of cases) {
    const { code: exit, out, err } = await reprise("serve", ...argv);
    expect([argv, exit, out]).toEqual([argv, code, ""]);
    expect(err).toContain(message);
    expect(err.trimEnd()).not.toContain("\n");
  }
});

it("[MON-01] without --json a development server prints where it is and what to type next", async () => {
  const dataDir = temporaryFolder();
  const sets = ["ports.login=0", "ports.game=0", "metrics.port=0"];
  const process_ = new ServerProcess([
    "--data-dir",
    dataDir,
    ...sets.flatMap((set) => ["--set", set]),
  ]);
  await until("the text", () => process_.out.includes("npx reprise load"), 20_000);
  const [record] = readRunRecords(dataDir);
  expect(record?.role).toBe("all");
  for (const part of [
    `process ${process_.child.pid ?? 0}`,
    "development",
    record?.urls["login"] ?? "no url",
    record?.urls["game"] ?? "no url",
    `http://127.0.0.1:${record?.ports["metrics"] ?? 0}/metrics`,
    record?.fingerprint ?? "no fingerprint",
    "a new journal",
    `--data-dir ${dataDir}`,
  ]) {
    expect(process_.out).toContain(part);
  }
  process_.child.kill("SIGTERM");
  expect(await process_.ended()).toBe(0);
  // Standard error has the log, and nothing but JSON lines.
  for (const line of process_.err.split("\n").filter((each) => each !== "")) {
    expect(JSON.parse(line)).toMatchObject({ level: "info", message: expect.any(String) });
  }
});

it("[NET-08] kill ends the very process on record, and the next start goes on from its journal", async () => {
  const dataDir = temporaryFolder();
  expect(await reprise("kill", "--data-dir", dataDir)).toMatchObject({
    code: 1,
    err: `reprise kill: no server is running on data folder ${dataDir}\n`,
  });
  const first = spawnServer(dataDir);
  const { urls, pid, certFile } = await first.announced();
  const ca = readFileSync(certFile ?? "", "utf8");
  const client = new PacketClient(connectSecure(portIn(urls["game"]), { ca }));
  await client.raw.whenOpen();
  client.hello();
  for (let round = 0; round < 20; round += 1) client.echo(Uint8Array.of(round));
  await client.whenPackets(21);
  const killed = await reprise("kill", "--data-dir", dataDir, "--role", "game", "--json");
  expect(killed).toMatchObject({ code: 0, err: "" });
  expect(JSON.parse(killed.out)).toEqual({ killed: pid, role: "game" });
  expect(await first.ended()).toBe("SIGKILL");
  // Its record is still there, and is not believed.
  expect(existsSync(join(dataDir, "game", "run.json"))).toBe(true);
  expect((await reprise("kill", "--data-dir", dataDir)).code).toBe(1);
  const second = spawnServer(dataDir);
  const again = await second.announced();
  // At least the start, the connection and the 21 packets that were answered.
  expect(again.recovered["game"]?.events).toBeGreaterThanOrEqual(23);
  expect(again.fingerprint).toMatch(/^[0-9A-F:]{95}$/);
});

it("[NET-12] two processes of one role each share a data folder and end apart", async () => {
  const dataDir = temporaryFolder();
  mkdirSync(join(dataDir, "logs"));
  const logOf = (role: string): string => join(dataDir, "logs", `${role}.jsonl`);
  const [login, game] = ["login", "game"].map((role) =>
    spawnServer(dataDir, { ...plain, role, "log.destination": logOf(role) }),
  ) as [ServerProcess, ServerProcess];
  const [atLogin, atGame] = await Promise.all([login.announced(), game.announced()]);
  expect(Object.keys(atLogin.urls)).toEqual(["login"]);
  expect(Object.keys(atGame.urls)).toEqual(["game"]);
  expect(readRunRecords(dataDir).map(({ role }) => role)).toEqual(["login", "game"]);
  const several = await reprise("kill", "--data-dir", dataDir);
  expect(several.err).toContain("say --role login or --role game");
  login.child.kill("SIGTERM");
  expect(await login.ended()).toBe(0);
  expect(game.exit).toBeNull();
  const client = new PacketClient(connectPlain(portIn(atGame.urls["game"])));
  await client.raw.whenOpen();
  client.echo(Uint8Array.of(1));
  const answer = await client.whenPacket(types.echoResponse);
  expect([...messageIn(pb.v1.EchoResponse, answer).bytes]).toEqual([1]);
  expect(readLog(logOf("login")).some(({ message }) => message === "serving")).toBe(true);
});

it("[AUTH-02] the login server logs its start with its port and its stop; broken settings: exit 1", async () => {
  const dataDir = temporaryFolder();
  const log = join(dataDir, "log.jsonl");
  const server = spawnServer(dataDir, { ...plain, role: "login", "log.destination": log });
  const { urls, pid } = await server.announced();
  const started = () => readLog(log).find(({ message }) => message === "serving");
  await until("the line", () => started() !== undefined);
  expect(started()).toMatchObject({ level: "info", pid, login: urls["login"] });
  server.child.kill("SIGTERM");
  expect(await server.ended()).toBe(0);
  const [stopped] = readLog(log).slice(-1);
  expect(stopped).toMatchObject({ level: "info", message: "stopped", code: 0 });
  const broken = join(dataDir, "broken.yaml");
  writeFileSync(broken, "role: login\naccounts:\n  file: 7\n");
  const { code, err } = await reprise("serve", "--config", broken);
  expect(code).toBe(1);
  expect(err).toMatch(/^reprise serve: [^\n]*accounts[^\n]*\n$/);
});

it("[TLS-08] cert makes the certificate that the server then uses", async () => {
  const dataDir = temporaryFolder();
  const made = JSON.parse((await reprise("cert", "--data-dir", dataDir, "--json")).out);
  expect(made).toMatchObject({ made: true });
  const shown = await reprise("cert", "--data-dir", dataDir);
  expect(shown.out).toContain(made.fingerprint);
  expect(shown.out).toContain(made.certFile);
  const process_ = spawnServer(dataDir);
  expect((await process_.announced()).fingerprint).toBe(made.fingerprint);
});

// Skipped but on Linux: only there is a folder that exists and takes no entry.
it.skipIf(process.platform !== "linux")(
  "[TLS-08] a folder that cannot be made: one line, exit 1, at once",
  async () => {
    const process_ = new ServerProcess(["cert", "--data-dir", "/proc/nope"]);
    expect(await process_.ended(5_000)).toBe(1);
    expect(process_.err).toMatch(/^reprise cert: .*\/proc\/nope\/tls \(ENOENT\); [^\n]+\n$/);
  },
);

it("[NET-02] config print shows every value with where it comes from", async () => {
  const folder = temporaryFolder();
  const file = join(folder, "server.yaml");
  writeFileSync(file, "host:\n  backlog: 7\n");
  const argv = ["config", "print", "--config", file, "--set", "ports.game=9000", "--role", "game"];
  const printed = await reprise(...argv);
  expect(printed.code).toBe(0);
  const lines = printed.out.split("\n");
  const lineOf = (key: string): string => lines.find((line) => line.startsWith(`${key} `)) ?? "";
  expect(lineOf("host.backlog")).toMatch(new RegExp(`^host.backlog +7 +# ${file}:2$`));
  expect(lineOf("ports.game")).toMatch(/^ports.game +9000 +# --set$/);
  expect(lineOf("role")).toMatch(/^role +"game" +# --role$/);
  expect(lineOf("address")).toMatch(/# default; development binds 127\.0\.0\.1$/);
  expect(lineOf("mode")).toMatch(/^mode +"development" +# default$/);
  expect(printed.out).toContain("# game: at most 5000 connections, durability fsync");
  const json = JSON.parse((await reprise(...argv, "--json")).out);
  expect(json.settings["host.backlog"]).toEqual({ value: 7, origin: `${file}:2` });
  expect(json.effective).toEqual({
    address: "127.0.0.1",
    roles: { game: { connectionsMax: 5000, durability: "fsync" } },
  });
  const keys = JSON.parse((await reprise("config", "keys", "--json")).out);
  expect(keys["ports.game"]).toEqual({
    default: 8081,
    expected: "a whole number from 0 to 65535",
    about: "the game server's port; 0 takes a free one",
  });
  expect((await reprise("config", "prnt")).code).toBe(2);
  expect((await reprise("config")).code).toBe(2);
});

it("[NMT-18] every command of the server has a help text", async () => {
  for (const name of ["serve", "cert", "config", "kill"]) {
    const { code, out, err } = await reprise(name, "--help");
    expect([code, err]).toEqual([0, ""]);
    expect(out).toMatch(new RegExp(`^Usage: reprise ${name}`));
  }
});
