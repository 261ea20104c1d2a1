import { readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { lantern as pb } from "../../../examples/lantern/gen/lantern.js";
import { encodePayload } from "../../../src/core/wire/index.ts";
import { brokenLantern, lanternTypes } from "../../support/broken-lantern.ts";
import { eventually } from "../../support/condition.ts";
import type { Exposition } from "../../support/prometheus.ts";
import { features } from "../../support/fragile-features.ts";
import { fragileTypes } from "../../support/fragile.ts";
import { PacketClient, types } from "../../support/packet-client.ts";
import { connectPlain } from "../../support/raw-client.ts";
import { startTestServer } from "../../support/server.ts";
import type { TestServer } from "../../support/server.ts";

const featuresModule = new URL("../../support/fragile-features.ts", import.meta.url).href;

const settings = {
  "tls.enabled": false,
  "checkpoint.follower": "on",
  "checkpoint.everyEvents": 200,
  "edge.budgetMultiplier": 1_000,
};

const start = (more: Readonly<Record<string, unknown>> = {}): Promise<TestServer> =>
  startTestServer({ ...settings, ...more }, { features, featuresModule });

async function connected({ port }: TestServer): Promise<PacketClient> {
  const client = new PacketClient(connectPlain(port));
  await client.raw.whenOpen();
  return client;
}

/** Sends so many packets and waits for their answers. */
async function play(client: PacketClient, packets: number): Promise<void> {
  const before = client.packets.length;
  for (let sent = 0; sent < packets; sent += 1) client.echo(Uint8Array.of(sent & 0xff));
  await client.whenPackets(before + packets);
}

/** Resolves with the metrics once they hold what is wanted. */
function metricsWhen(
  server: TestServer,
  holds: (metrics: Exposition) => boolean,
): Promise<Exposition> {
  const attempt = async (): Promise<Exposition> => {
    const metrics = await server.metrics();
    if (holds(metrics)) return metrics;
    const own = metrics.samples.filter(({ name }) => /follower|checkpoint|replay/.test(name));
    throw new NotYet(JSON.stringify(own));
  };
  return eventually(attempt, (error) => error instanceof NotYet, 15_000);
}

class NotYet extends Error {}

const caughtUp = (metrics: Exposition): boolean =>
  (metrics.sum("reprise_follower_sequence") ?? 0) >= 500 &&
  (metrics.sum("reprise_checkpoints_total") ?? 0) > 0;

it("[JRN-13] [JRN-14] follows on a thread of its own, writes checkpoints, and a restart begins with one", async () => {
  const first = await start();
  await play(await connected(first), 600);
  const metrics = await metricsWhen(first, caughtUp);
  expect(metrics.sum("reprise_replay_divergences_total")).toBe(0);
  expect(metrics.sum("reprise_follower_ends_total")).toBe(0);
  const names = readdirSync(join(first.dataDir, "game", "checkpoints"));
  expect(names.some((name) => name.endsWith(".checkpoint"))).toBe(true);
  expect((await first.server.stop()).code).toBe(0);
  const second = await start({ dataDir: first.dataDir });
  expect(second.server.recovered.game).toMatchObject({ events: 0 });
});

it("[JRN-07] gives its state to a server whose own was spoilt by a feature that throws", async () => {
  const server = await start();
  const bystander = await connected(server);
  await play(bystander, 600);
  await metricsWhen(server, caughtUp);
  const culprit = await connected(server);
  culprit.send(fragileTypes.breakNow, new Uint8Array(0));
  await culprit.raw.whenClosed();
  await play(bystander, 10);
  const metrics = await server.metrics();
  expect(metrics.sum("reprise_rebuilds_total", { from: "follower" })).toBe(1);
  expect(metrics.sum("reprise_rebuild_max_micros")).toBeLessThan(1_000_000);
  expect(bystander.packets.some(({ type }) => type === fragileTypes.noise)).toBe(false);
});

it("does without one where nobody can tell its thread the features", async () => {
  const server = await startTestServer(settings, { features });
  await play(await connected(server), 300);
  expect(server.logLines().some(({ message }) => message.startsWith("no follower"))).toBe(true);
  expect((await server.metrics()).sum("reprise_checkpoints_total")).toBe(0);
});

it("[JRN-16] suspends a lantern that throws when it should burn out, and serves on", async () => {
  const server = await startTestServer(settings, { features: [...features, brokenLantern] });
  const ada = await connected(server);
  const place = encodePayload(pb.v1.Place, { burnSeconds: 1 });
  ada.send(lanternTypes.place, place);
  await ada.whenPacket(lanternTypes.placed);
  await metricsWhen(server, (metrics) => metrics.sum("reprise_features_suspended_total") === 1);
  ada.send(lanternTypes.place, place);
  await ada.whenPacket(types.error);
  await play(ada, 10);
  expect((await server.metrics()).sum("reprise_steps_failed_total")).toBe(1);
});
