import { expect, it } from "vitest";
import { builtinFeatures } from "../../../src/core/features/index.ts";
import { reprise as pb } from "../../../src/core/wire/gen/session.js";
import { encodePayload } from "../../../src/core/wire/index.ts";
import { crowd, crowdTypes } from "../../support/crowd.ts";
import { PacketClient } from "../../support/packet-client.ts";
import { connectPlain } from "../../support/raw-client.ts";
import { startTestServer } from "../../support/server.ts";
import type { TestServer } from "../../support/server.ts";

const features = (role: string) =>
  role === "game" ? [...builtinFeatures, crowd] : builtinFeatures;
const plain = { "tls.enabled": false, role: "all" };

const get = (served: TestServer, path: string, init?: RequestInit): Promise<Response> =>
  fetch(`http://127.0.0.1:${served.server.metricsPort ?? 0}${path}`, init);

it("[VIEW-01] a view shows the state between two steps, and every answer is counted", async () => {
  const served = await startTestServer(plain, { features });
  const client = new PacketClient(connectPlain(served.server.portOf("game")));
  await client.raw.whenOpen();
  const say = (type: number, ...bytes: number[]): void =>
    client.send(type, encodePayload(pb.v1.EchoRequest, { bytes: Uint8Array.from(bytes) }));
  say(crowdTypes.login, 7);
  say(crowdTypes.enter, 3);
  await client.whenPackets(2);
  const response = await get(served, "/views/game/crowd.places");
  expect(response.status).toBe(200);
  expect(response.headers.get("content-type")).toMatch(/^application\/json/);
  expect(await response.json()).toEqual({ places: [{ id: 1, place: 3 }], sessions: 1 });
  expect(await (await get(served, "/views")).json()).toMatchObject({ game: ["crowd.places"] });
  const missing = await get(served, "/views/login/crowd.places");
  expect(missing.status).toBe(404);
  expect(await missing.text()).toMatch(/^no such view of role login; there are: [^\n]*\n$/);
  const posted = await get(served, "/views/game/crowd.places", { method: "POST" });
  expect([posted.status, posted.headers.get("allow")]).toEqual([405, "GET, HEAD"]);
  const metrics = await served.metrics();
  const counted = ["200", "404", "405"].map((status) =>
    metrics.sum("reprise_views_total", { status }),
  );
  expect(counted).toEqual([2, 1, 1]);
});

it("[VIEW-01] views are off where the setting says so", async () => {
  const served = await startTestServer({ ...plain, "metrics.views": false }, { features });
  const refused = await get(served, "/views/game/crowd.places");
  expect(refused.status).toBe(403);
  expect(await refused.text()).toContain("metrics.views=true");
  expect((await served.metrics()).sum("reprise_views_total", { status: "403" })).toBe(1);
});
