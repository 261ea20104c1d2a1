/**
 * Captures a golden log: a real server on real sockets, and clients that do one of everything.
 *
 *     node scripts/capture-golden.ts NAME [--encrypted]
 *
 * Writes test/replay/golden/NAME with the journal, the checkpoint of the clean drain, and
 * `expected.json`; encrypted, with the key beside it. A golden log is never edited and never
 * captured again under its name: an intended change of behaviour gets a new name, and the old log
 * goes with the reason in the commit.
 */
import { spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { flag, readArguments, UsageError } from "../src/cli/arguments.ts";
import { reprise as pb } from "../src/core/wire/gen/session.js";
import { encodePayload } from "../src/core/wire/index.ts";
import { configOf } from "../src/io/config.ts";
import { startServer } from "../src/io/server.ts";
import { packetFrame, PacketClient, types } from "../test/support/packet-client.ts";
import { connectPlain } from "../test/support/raw-client.ts";
import { orUsage } from "./script.ts";

const { name, isEncrypted } = orUsage(import.meta.filename, (argv) => {
  const { values, positionals } = readArguments(argv, { encrypted: flag() }, ["NAME"]);
  const [name = ""] = positionals;
  if (/^[a-z0-9][a-z0-9-]*$/.test(name)) return { name, isEncrypted: values.encrypted };
  throw new UsageError(`NAME has small letters, digits and dashes, not "${name}"`);
});
const target = join("test/replay/golden", name);
if (existsSync(target)) {
  process.stderr.write(`capture-golden: ${target} exists; a golden log is never written over\n`);
  process.exit(1);
}

/** Short enough that the capture need not wait long for every kind of timeout. */
const settings = {
  "realm.idleTimeoutMs": 1_500,
  "realm.helloTimeoutMs": 400,
  "realm.malformedInRowMax": 4,
  "realm.refusedPerWindowMax": 60,
  "edge.packetsPerSecond": 400,
  "edge.packetsBurst": 800,
};

let port = 0;
const open = async (): Promise<PacketClient> => {
  const client = new PacketClient(connectPlain(port));
  await client.raw.whenOpen();
  return client;
};
const bytes = (length: number, value: number): Uint8Array => new Uint8Array(length).fill(value);
const hello = (client: PacketClient, message: pb.v1.Hello.$Properties): void =>
  client.send(types.hello, encodePayload(pb.v1.Hello, message));
const beat = (client: PacketClient, timestamp: number): void =>
  client.send(types.heartbeat, encodePayload(pb.v1.HeartbeatRequest, { timestamp }));

/** Greets in every way there is, then echoes of many sizes, both deliveries, and heartbeats. */
async function talk(index: number): Promise<void> {
  const client = await open();
  if (index % 4 === 0) hello(client, { protocolMin: 1, protocolMax: 1 + index });
  if (index % 4 === 1) hello(client, {});
  if (index % 4 === 2) hello(client, { protocolMin: 1, protocolMax: 1, contractHash: index });
  if (index % 4 !== 3) await client.whenPacket(types.hello);
  for (let round = 0; round < 40; round += 1) {
    client.echo(bytes((index * 37 + round * round) % 2_000, round));
    client.promptEcho(bytes(round, index));
    if (round % 5 === 0) beat(client, round === 0 ? 0 : Date.now() + round * 1_000 - 20_000);
    if (round % 10 === 9) await client.whenPackets(round);
  }
  await client.whenPackets(88);
  client.raw.socket.end();
  await client.raw.whenClosed();
}

/** One client for each thing that is refused, and for each thing that ends a session. */
async function misbehave(): Promise<void> {
  const [old, late, silent, gap, giant, garbler, flooder, wild, resetter] = await Promise.all(
    Array.from({ length: 9 }, open),
  );
  if (!old || !late || !silent || !gap || !giant || !garbler || !flooder || !wild || !resetter)
    return;
  await setTimeout(50); // So that none was heard at the instant at which it connected.
  hello(old, { protocolMin: 7, protocolMax: 9 });
  late.raw.socket.write(packetFrame(types.heartbeat, bytes(0, 0), 1).subarray(0, 3));
  hello(silent, { protocolMin: 1, protocolMax: 1 });
  gap.send(types.heartbeat, bytes(0, 0), 5);
  giant.raw.socket.write(new Uint8Array([1, 0, 1, 0, 9]));
  for (let round = 0; round < 3; round += 1) garbler.send(types.echo, bytes(5, 0xff));
  beat(garbler, 1);
  for (let round = 0; round < 6; round += 1) garbler.send(types.echo, bytes(5, 0xff));
  beat(flooder, 1);
  for (let round = 0; round < 100; round += 1) flooder.send(2_999, bytes(3, 1));
  beat(wild, 1);
  for (const type of [0, 999, 2_998, types.error, types.hello, types.disconnect]) {
    wild.send(type, bytes(2, 0));
  }
  wild.raw.socket.write(packetFrame(types.echo, bytes(4, 0), wild.sentPackets + 1).with(6, 77));
  beat(resetter, 2);
  await resetter.whenPackets(1);
  resetter.raw.socket.resetAndDestroy();
  await setTimeout(1_200); // The flood's second report, and the hello time of whoever was late.
  wild.raw.socket.end();
  await Promise.all(
    [old, late, silent, gap, giant, garbler, flooder, wild].map(({ raw }) => raw.whenClosed()),
  );
}

const folder = mkdtempSync(join(tmpdir(), "reprise-golden-"));
const keyFile = join(folder, "journal.key");
if (isEncrypted) writeFileSync(keyFile, `${randomBytes(32).toString("hex")}\n`);
try {
  const server = await startServer({
    config: configOf({
      role: "game",
      dataDir: folder,
      "ports.game": 0,
      "metrics.enabled": false,
      "tls.enabled": false,
      "log.destination": join(folder, "log"),
      "journal.keyFile": isEncrypted ? keyFile : null,
      ...settings,
    }),
  });
  port = Number(new URL(server.urls.game ?? "").port);
  await Promise.all(Array.from({ length: 12 }, (_, index) => talk(index)));
  await misbehave();
  // Whoever is still there when the server drains is told so.
  const last = await open();
  beat(last, 3);
  await last.whenPackets(1);
  await server.stop();
  mkdirSync(target, { recursive: true });
  for (const part of ["journal", "checkpoints"]) {
    cpSync(join(folder, "game", part), join(target, part), { recursive: true });
  }
  if (isEncrypted) cpSync(keyFile, join(target, "journal.key"));
  const keys = isEncrypted ? ["--key", keyFile] : [];
  const replayed = spawnSync(
    process.execPath,
    ["src/io/main.js", "replay", target, "--check", "--json", ...keys],
    {
      encoding: "utf8",
    },
  );
  if (replayed.status !== 0)
    throw new Error(`the log does not replay: ${replayed.stdout}${replayed.stderr}`);
  const { events, digest } = JSON.parse(replayed.stdout) as { events: number; digest: string };
  writeFileSync(join(target, "expected.json"), `${JSON.stringify({ events, digest }, null, 2)}\n`);
  process.stdout.write(`${target}: ${events} events, digest ${digest}\n`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
