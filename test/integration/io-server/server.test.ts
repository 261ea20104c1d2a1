import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { builtinFeatures } from "../../../src/core/features/index.ts";
import { limits } from "../../../src/core/kernel/limits.ts";
import type { PlainData } from "../../../src/core/kernel/plain.ts";
import { reprise as pb } from "../../../src/core/wire/gen/session.js";
import { encodePayload } from "../../../src/core/wire/index.ts";
import { makeCertificate } from "../../../src/io/certificate.ts";
import { configOf } from "../../../src/io/config.ts";
import { readRunRecords } from "../../../src/io/run-record.ts";
import { Server, startServer } from "../../../src/io/server.ts";
import { StartError } from "../../../src/io/start-error.ts";
import { until } from "../../support/condition.ts";
import { lamp, lampTypes } from "../../support/lamp.ts";
import { messageIn, PacketClient, types } from "../../support/packet-client.ts";
import type { Packet } from "../../support/packet-client.ts";
import { connectPlain, connectSecure } from "../../support/raw-client.ts";
import { productionSettings } from "../../support/production.ts";
import type { Exposition } from "../../support/prometheus.ts";
import { startTestServer, testSettings } from "../../support/server.ts";
import type { TestServer } from "../../support/server.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

const plain = { "tls.enabled": false };

async function plainClient({ port }: TestServer): Promise<PacketClient> {
  const client = new PacketClient(connectPlain(port));
  await client.raw.whenOpen();
  return client;
}

/** Waits until one failed handshake is counted: the server hears of a close after its client. */
async function countedFailure(served: TestServer, reason: string): Promise<Exposition> {
  const deadline = performance.now() + 5_000;
  for (;;) {
    const metrics = await served.metrics();
    if (metrics.sum("reprise_handshakes_failed_total", { reason }) === 1) return metrics;
    if (performance.now() > deadline) throw new Error(`no failure counted for ${reason}`);
  }
}

async function startError(attempt: () => Promise<unknown>): Promise<StartError> {
  try {
    await attempt();
  } catch (error) {
    if (error instanceof StartError) return error;
    throw error;
  }
  throw new Error("it started");
}

it("[NET-11] [NET-14] start resolves once listening; running is false, true, false", async () => {
  const dataDir = temporaryFolder();
  const server = new Server({ config: configOf(testSettings(dataDir)) });
  expect(server.isRunning()).toBe(false);
  await server.start();
  expect(server.isRunning()).toBe(true);
  expect(server.port).toBeGreaterThan(0);
  expect(readRunRecords(dataDir)[0]).toMatchObject({
    pid: process.pid,
    ports: { game: server.port, metrics: server.metricsPort },
    fingerprint: server.fingerprint,
    urls: { game: `tls://127.0.0.1:${server.port}` },
  });
  const again = await startError(() => server.start());
  expect(again.code).toBe("ALREADY_STARTED");
  expect(server.isRunning()).toBe(true);
  expect(await server.stop()).toEqual({ code: 0, message: "" });
  expect(server.isRunning()).toBe(false);
  expect(readRunRecords(dataDir)).toEqual([]);
  expect((await startError(() => server.start())).code).toBe("ALREADY_STARTED");
});

it("[NET-11] a server that is stopped before its start never runs", async () => {
  const server = new Server({ config: configOf(testSettings(temporaryFolder())) });
  expect(await server.stop()).toEqual({ code: 0, message: "" });
  expect((await startError(() => server.start())).code).toBe("ALREADY_STARTED");
});

it("[NET-11] a stop during the start ends it in STOPPED, whenever it comes", async () => {
  for (let passes = 0; passes < 12; passes += 1) {
    const dataDir = temporaryFolder();
    const settings = testSettings(dataDir, { ...plain, role: "all" });
    const server = new Server({ config: configOf(settings) });
    const starting = server.start().then(
      () => null,
      (error: unknown) => error,
    );
    for (let pass = 0; pass < passes; pass += 1) {
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(await server.stop()).toEqual({ code: 0, message: "" });
    const error = await starting;
    if (passes === 0) expect(error).toMatchObject({ code: "STOPPED", exitCode: 0 });
    else if (error !== null) expect(error).toMatchObject({ code: "STOPPED", exitCode: 0 });
    expect(server.isRunning()).toBe(false);
    expect(readRunRecords(dataDir)).toEqual([]);
  }
});

it("[JRN-08] what ends a role names the role and its folder", async () => {
  const first = await startTestServer(plain);
  const client = await plainClient(first);
  client.echo(Uint8Array.of(1));
  await client.whenPacket(types.echoResponse);
  const { dataDir } = first;
  await first.server.stop();
  const journal = join(dataDir, "game", "journal");
  for (const name of readdirSync(journal)) {
    const bytes = readFileSync(join(journal, name));
    bytes.fill(0x5a, 0, 200);
    writeFileSync(join(journal, name), bytes);
  }
  const config = configOf(testSettings(dataDir, plain));
  const error = await startError(() => startServer({ config }));
  expect(error.code).toBe("RECOVERY_FAILED");
  expect(error.message.startsWith(`game (${join(dataDir, "game")}): `)).toBe(true);
  expect(error.message).not.toContain("\n");
});

it("[NET-11] a second server on the same data folder is refused and disturbs nobody", async () => {
  const first = await startTestServer(plain);
  const { dataDir } = first;
  const error = await startError(() => startServer({ config: configOf(testSettings(dataDir)) }));
  expect(error.code).toBe("DATA_FOLDER_LOCKED");
  expect(error.message).toContain(join(dataDir, "game"));
  expect(readRunRecords(dataDir)).toHaveLength(1);
  const client = await plainClient(first);
  client.echo(Uint8Array.of(1));
  await client.whenPacket(types.echoResponse);
});

it("[NET-11] a port in use ends the start with one line, and everything is undone", async () => {
  const first = await startTestServer({ ...plain, role: "all" });
  const dataDir = temporaryFolder();
  const taken = first.server.portOf("game");
  const settings = testSettings(dataDir, { ...plain, role: "all", "ports.game": taken });
  const error = await startError(() => startServer({ config: configOf(settings) }));
  expect(error.code).toBe("PORT_UNAVAILABLE");
  expect(error.message).toBe(
    `game: 127.0.0.1:${taken} is already in use; stop what uses it or choose another port: ` +
      `--set ports.game=${taken + 10}`,
  );
  // The login server had started, and has given up its folder and its port.
  const second = await startTestServer({ ...plain, role: "all", dataDir });
  expect(second.server.isRunning()).toBe(true);
});

it("[NET-04] all roles are two servers with ports and folders of their own", async () => {
  const { server } = await startTestServer({ role: "all" });
  const [login, game] = [server.portOf("login"), server.portOf("game")];
  expect(login).not.toBe(game);
  expect(server.urls).toEqual({
    login: `tls://127.0.0.1:${login}`,
    game: `tls://127.0.0.1:${game}`,
  });
  for (const port of [login, game]) {
    const raw = await connectSecure(port, { ca: server.certificate?.cert ?? "" }).whenOpen();
    const client = new PacketClient(raw);
    client.echo(Uint8Array.of(7));
    await client.whenPacket(types.echoResponse);
    raw.socket.destroy();
  }
});

it("[NET-04] the role data says that it serves nothing yet", async () => {
  const settings = testSettings(temporaryFolder(), { role: "data" });
  const error = await startError(() => startServer({ config: configOf(settings) }));
  expect(error.code).toBe("ROLE_NOT_SERVED");
  expect(error.message).toContain("run login, game or all");
});

it("[NET-06] the connection above the cap is told SERVER_FULL within 100 ms, the others go on", async () => {
  const cap = 200;
  const served = await startTestServer({ ...plain, "host.connectionsMax": cap });
  const clients: PacketClient[] = [];
  while (clients.length < cap) clients.push(await plainClient(served));
  await until("all of them", () => served.server.connectionCount() === cap);
  const turnedAwayMs: number[] = [];
  for (let round = 0; round < 5; round += 1) {
    const before = performance.now();
    const late = await plainClient(served);
    const told = await late.whenPacket(types.disconnect);
    await late.raw.whenClosed();
    turnedAwayMs.push(performance.now() - before);
    expect(messageIn(pb.v1.Disconnect, told)).toMatchObject({ code: 2, mayRetry: true });
    expect(late.raw.code).toBeNull();
    expect(served.server.connectionCount()).toBe(cap);
  }
  // Whoever shares the cores can only make it slower, so the quickest counts.
  expect(Math.min(...turnedAwayMs)).toBeLessThan(100);
  for (const client of clients) client.echo(Uint8Array.of(1));
  await Promise.all(clients.map((client) => client.whenPacket(types.echoResponse)));
  clients.pop()?.raw.socket.destroy();
  await until("a free place", () => served.server.connectionCount() === cap - 1);
  const next = await plainClient(served);
  next.echo(Uint8Array.of(1));
  await next.whenPacket(types.echoResponse);
});

it("[NET-15] [TST-03] the connection count follows connect, close and reset within 100 ms", async () => {
  const served = await startTestServer(plain);
  const followedMs: Record<string, number[]> = { connect: [], end: [], reset: [], destroy: [] };
  const counted = async (what: string, expected: number): Promise<void> => {
    const before = performance.now();
    await until(`${expected} connections`, () => served.server.connectionCount() === expected);
    followedMs[what]?.push(performance.now() - before);
    const metrics = await served.metrics();
    expect(metrics.sum("reprise_connections_open", { role: "game" })).toBe(expected);
  };
  for (let round = 0; round < 4; round += 1) {
    const clients: PacketClient[] = [];
    for (let index = 1; index <= 3; index += 1) {
      clients.push(await plainClient(served));
      await counted("connect", index);
    }
    clients[0]?.raw.socket.end();
    await counted("end", 2);
    clients[1]?.raw.socket.resetAndDestroy();
    await counted("reset", 1);
    clients[2]?.raw.socket.destroy();
    await counted("destroy", 0);
  }
  // Whoever shares the cores can only make it slower, so the quickest of each kind counts.
  for (const times of Object.values(followedMs)) expect(Math.min(...times)).toBeLessThan(100);
});

it("[NET-16] the handlers are those of the features given, and fixed from then on", async () => {
  const features = builtinFeatures.filter(({ name }) => name !== "echo");
  const without = await startTestServer(plain, { features });
  // What the caller does with its own list afterwards changes nothing.
  features.push(...builtinFeatures.filter(({ name }) => name === "echo"));
  const refused = await plainClient(without);
  refused.echo(Uint8Array.of(1));
  const error = messageIn(pb.v1.Error, await refused.whenPacket(types.error));
  expect(error.code).toBe(100);
  const withEcho = await startTestServer(plain, { features });
  const served = await plainClient(withEcho);
  served.echo(Uint8Array.of(9));
  const answer = messageIn(pb.v1.EchoResponse, await served.whenPacket(types.echoResponse));
  expect([...answer.bytes]).toEqual([9]);
});

it("[NMT-04] each role serves its own features, and no other's", async () => {
  const features = (role: string) =>
    role === "game" ? [...builtinFeatures, lamp] : builtinFeatures;
  const { server } = await startTestServer({ ...plain, role: "all" }, { features });
  const codeFrom = async (role: "login" | "game"): Promise<number> => {
    const client = new PacketClient(connectPlain(server.portOf(role)));
    await client.raw.whenOpen();
    client.send(lampTypes.light, encodePayload(pb.v1.EchoRequest, { bytes: new Uint8Array(3) }));
    return messageIn(pb.v1.Error, (await client.whenPackets(1))[0] as Packet).code;
  };
  // UNAVAILABLE: the lamp asked for oil, which nobody sells here.
  expect([await codeFrom("login"), await codeFrom("game")]).toEqual([100, 102]);
});

it("calls of a feature are answered by its performer, or as unavailable without one", async () => {
  const features = [...builtinFeatures, lamp];
  const requests: PlainData[] = [];
  const performers = {
    "data.buyOil": (request: PlainData) => {
      requests.push(request);
      return Promise.resolve(3);
    },
  };
  const light = async (served: TestServer): Promise<Packet> => {
    const client = await plainClient(served);
    const request = encodePayload(pb.v1.EchoRequest, { bytes: new Uint8Array(3) });
    client.send(lampTypes.light, request);
    return (await client.whenPackets(1))[0] as Packet;
  };
  const options = { features, featuresBuild: "lamp" };
  const lit = await light(await startTestServer(plain, { ...options, performers }));
  expect([lit.type, lit.inReplyTo]).toEqual([lampTypes.lit, 1]);
  expect(requests).toEqual([{ session: 1, count: 3 }]);
  const refused = await light(await startTestServer(plain, options));
  expect(messageIn(pb.v1.Error, refused).code).toBe(102);
});

it("[NET-21] lost framing is reset; a timeout is told and closed in order", async () => {
  const served = await startTestServer({ ...plain, "realm.helloTimeoutMs": 1_000 });
  const abusive = await plainClient(served);
  abusive.raw.socket.write(Buffer.from([0, 0, 0, 0]));
  const silent = await plainClient(served);
  await abusive.raw.whenClosed();
  expect(abusive.raw.code).toBe("ECONNRESET");
  const told = messageIn(pb.v1.Disconnect, await silent.whenPacket(types.disconnect));
  expect(told.code).toBe(108);
  await silent.raw.whenClosed();
  expect([silent.raw.code, silent.raw.ended]).toEqual([null, true]);
});

it("[SES-16] [TST-07] a silent session is closed between 500 ms and 500 ms plus one check", async () => {
  const served = await startTestServer({ ...plain, "realm.idleTimeoutMs": 500 });
  const client = await plainClient(served);
  client.echo(Uint8Array.of(1));
  const sent = performance.now();
  await client.whenPacket(types.echoResponse);
  const told = messageIn(pb.v1.Disconnect, await client.whenPacket(types.disconnect));
  const silence = performance.now() - sent;
  expect(told.code).toBe(7);
  expect(silence).toBeGreaterThanOrEqual(499);
  // Its exact bound is held in simulated time; here a busy machine has its say.
  expect(silence).toBeLessThan(3_000);
});

it("[TLS-01] [TLS-06] [TST-01] [TST-04] hello and echo over TLS 1.2 and 1.3, 64 KiB each way", async () => {
  const { port, ca } = await startTestServer();
  for (const version of ["TLSv1.2", "TLSv1.3"] as const) {
    const options = { ca, minVersion: version, maxVersion: version };
    const client = new PacketClient(await connectSecure(port, options).whenOpen());
    client.hello();
    await client.whenPacket(types.hello);
    const bytes = new Uint8Array(limits.frameBytesMax - 100).map((_, index) => index % 251);
    client.echo(bytes);
    const answer = messageIn(pb.v1.EchoResponse, await client.whenPacket(types.echoResponse));
    expect(Buffer.from(answer.bytes).equals(Buffer.from(bytes))).toBe(true);
    client.raw.socket.destroy();
  }
});

it("[TLS-05] a handshake that takes too long is closed and counted, and opens no session", async () => {
  const served = await startTestServer({ "host.handshakeTimeoutMs": 200 });
  const stalled = await connectPlain(served.port).whenOpen();
  stalled.socket.write(Buffer.from([0x16, 0x03, 0x01]));
  await stalled.whenClosed();
  const metrics = await countedFailure(served, "timeout");
  expect(metrics.sum("reprise_connections_accepted_total")).toBe(0);
  expect(metrics.sum("reprise_handshakes_pending")).toBe(0);
});

it("[WIRE-01] a plain client on the TLS port is told WRONG_TRANSPORT in clear", async () => {
  const served = await startTestServer();
  const client = new PacketClient(await connectPlain(served.port).whenOpen());
  client.hello();
  const told = messageIn(pb.v1.Disconnect, await client.whenPacket(types.disconnect));
  expect(told).toMatchObject({ code: 113, mayRetry: false });
  await client.raw.whenClosed();
  expect(client.raw.code).toBeNull();
  const metrics = await countedFailure(served, "plaintext");
  expect(metrics.sum("reprise_wrong_transport_total")).toBe(1);
});

it("[TLS-02] a key that does not fit its certificate ends the start, naming the file", async () => {
  const folder = temporaryFolder();
  const [certFile, keyFile] = [join(folder, "cert.pem"), join(folder, "key.pem")];
  writeFileSync(certFile, makeCertificate(new Date()).cert);
  writeFileSync(keyFile, makeCertificate(new Date()).key);
  const files = { "tls.certFile": certFile, "tls.keyFile": keyFile };
  const config = configOf(testSettings(folder, files));
  const error = await startError(() => startServer({ config }));
  expect(error.code).toBe("CERTIFICATE_UNUSABLE");
  expect(error.message).toContain(keyFile);
});

it("[TLS-08] production refuses a self-signed certificate unless told otherwise", async () => {
  const folder = temporaryFolder();
  const insisted = productionSettings(folder);
  const settings = { ...insisted, "tls.allowSelfSigned": false };
  const dataDir = join(folder, "data");
  mkdirSync(dataDir);
  const config = configOf(testSettings(dataDir, settings));
  const error = await startError(() => startServer({ config }));
  expect(error.code).toBe("CERTIFICATE_UNUSABLE");
  expect(error.message).toContain("--set tls.allowSelfSigned=true");
  const { port, ca } = await startTestServer({ ...insisted, dataDir });
  const client = new PacketClient(await connectSecure(port, { ca }).whenOpen());
  client.echo(Uint8Array.of(1));
  await client.whenPacket(types.echoResponse);
});

it("[TLS-09] ciphers and curves that OpenSSL does not know end the start, naming the key", async () => {
  for (const key of ["tls.ciphers", "tls.curves"]) {
    const config = configOf(testSettings(temporaryFolder(), { [key]: "NO-SUCH-THING" }));
    const error = await startError(() => startServer({ config }));
    expect(error.code).toBe("CONFIG_INVALID");
    expect(error.message).toContain(`${key}: OpenSSL does not know any of "NO-SUCH-THING"`);
  }
});

it("[MON-01] under attack the log stays bounded, and every line of it is JSON", async () => {
  const served = await startTestServer(plain);
  for (let batch = 0; batch < 10; batch += 1) {
    const attackers = await Promise.all(Array.from({ length: 50 }, () => plainClient(served)));
    for (const { raw } of attackers) raw.socket.write(Buffer.from([255, 255, 255, 255]));
    await Promise.all(attackers.map(({ raw }) => raw.whenClosed()));
  }
  const metrics = await served.metrics();
  expect(metrics.sum("reprise_connections_closed_total")).toBe(500);
  await served.server.stop();
  const lines = served.logLines();
  for (const line of lines) {
    expect(line.level).toMatch(/^(debug|info|warn|error)$/);
    expect(line.time).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    expect(line.message).not.toBe("");
  }
  const perMessage = new Map<string, number>();
  for (const { message } of lines) perMessage.set(message, (perMessage.get(message) ?? 0) + 1);
  // Ten a second and their summary, over the few seconds that this has taken.
  expect(Math.max(...perMessage.values())).toBeLessThan(150);
  expect(lines.length).toBeGreaterThan(3);
});

it("[MON-03] /health is 200 while serving and 503 while draining", async () => {
  const served = await startTestServer({ ...plain, "host.drainTimeoutMs": 5_000 });
  const url = `http://127.0.0.1:${served.server.metricsPort ?? 0}/health`;
  expect((await fetch(url)).status).toBe(200);
  // A client that does not close keeps the drain waiting.
  const client = new PacketClient(await connectPlain(served.port, true).whenOpen());
  client.echo(Uint8Array.of(1));
  await client.whenPacket(types.echoResponse);
  const ended = served.server.stop();
  const response = await fetch(url);
  expect(response.status).toBe(503);
  expect(await response.json()).toEqual({ status: "unavailable", roles: { game: "draining" } });
  client.raw.socket.end();
  expect((await ended).code).toBe(0);
});

it("[MON-04] counters equal what the clients sent and saw, exactly", async () => {
  const served = await startTestServer({ ...plain, "edge.budgetMultiplier": 1_000 });
  const clients = await Promise.all(Array.from({ length: 20 }, () => plainClient(served)));
  for (const [index, client] of clients.entries()) {
    client.hello();
    for (let round = 0; round < 50; round += 1) {
      client.echo(new Uint8Array(round * index));
      client.promptEcho(new Uint8Array(round));
    }
  }
  await Promise.all(clients.map((client) => client.whenPackets(101)));
  const sum = (of: (client: PacketClient) => number): number =>
    clients.reduce((total, client) => total + of(client), 0);
  const metrics = await served.metrics();
  expect(metrics.sum("reprise_packets_received_total")).toBe(20 * 101);
  expect(metrics.sum("reprise_packets_sent_total")).toBe(20 * 101);
  expect(metrics.sum("reprise_bytes_received_total")).toBe(sum(({ sentBytes }) => sentBytes));
  expect(metrics.sum("reprise_bytes_sent_total")).toBe(sum(({ raw }) => raw.receivedBytes));
  expect(metrics.sum("reprise_connections_accepted_total")).toBe(20);
  for (const { raw } of clients) raw.socket.end();
  await until("all gone", () => served.server.connectionCount() === 0);
  const after = await served.metrics();
  expect(after.sum("reprise_connections_closed_total")).toBe(20);
  expect(after.sum("reprise_connections_open")).toBe(0);
});

it("[TST-02] [NET-12] [TST-05] a stop tells each of fifty sessions, loses no answer and ends in order", async () => {
  const served = await startTestServer({ "edge.budgetMultiplier": 1_000 });
  const raws = Array.from({ length: 50 }, () => connectSecure(served.port, { ca: served.ca }));
  const clients = await Promise.all(
    raws.map(async (raw) => new PacketClient(await raw.whenOpen())),
  );
  for (const client of clients) {
    for (let round = 0; round < 20; round += 1) client.echo(Uint8Array.of(round));
  }
  await Promise.all(clients.map((client) => client.whenPackets(20)));
  const end = await served.server.stop();
  expect(end).toEqual({ code: 0, message: "" });
  for (const client of clients) {
    await client.raw.whenClosed();
    const told = messageIn(pb.v1.Disconnect, await client.whenPacket(types.disconnect));
    expect(told.mayRetry).toBe(true);
    expect([client.packets.length, client.raw.code, client.raw.ended]).toEqual([21, null, true]);
  }
});
