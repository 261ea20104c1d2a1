import { randomBytes } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { builtinFeatures } from "../../../src/core/features/index.ts";
import { reprise as pb } from "../../../src/core/wire/gen/session.js";
import { messageIn, PacketClient } from "../../support/packet-client.ts";
import { connectPlain } from "../../support/raw-client.ts";
import { safe, safeTypes } from "../../support/safe.ts";
import { startTestServer } from "../../support/server.ts";

it("a performer's secret reaches its client, and no file of the server, in any shape", async () => {
  const key = randomBytes(48);
  const hint = randomBytes(16).toString("hex");
  const performers = {
    "safe.makeKey": () => Promise.resolve({ key: { sealed: key }, hint }),
  };
  const features = [...builtinFeatures, safe];
  const settings = { "tls.enabled": false, "log.level": "debug" };
  const served = await startTestServer(settings, { features, featuresBuild: "safe", performers });
  const client = new PacketClient(connectPlain(served.port));
  await client.raw.whenOpen();
  client.send(safeTypes.get, new Uint8Array());
  const answer = messageIn(pb.v1.EchoResponse, await client.whenPacket(safeTypes.got));
  expect(Buffer.from(answer.bytes)).toEqual(key);
  expect((await served.metrics()).sum("reprise_secrets_held")).toBe(0);
  await served.server.stop();

  const files = readdirSync(served.dataDir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => ({
      name: entry.name,
      bytes: readFileSync(join(entry.parentPath, entry.name)),
    }));
  const holding = (part: Buffer | string): readonly string[] =>
    files.filter(({ bytes }) => bytes.includes(part)).map(({ name }) => name);
  for (const shape of [key.subarray(8, 24), key.toString("hex"), key.toString("base64")]) {
    expect(holding(shape)).toEqual([]);
  }
  // What was not sealed in the same answer is in the journal and in the checkpoint.
  expect(holding(hint).length).toBeGreaterThanOrEqual(2);
});
