/**
 * docs/FEATURES.md holds: its TypeScript stands in the example, which is type-checked and played by
 * the simulator, or here, where the example is served over a real socket.
 */
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { createRealm } from "reprise";
import { expect, it } from "vitest";
import { campfire, campfireContract } from "../../examples/campfire/campfire.ts";
import { features } from "../../examples/campfire/features.ts";
import { connect } from "../../src/client/index.ts";
import type { CallId } from "../../src/core/kernel/ids.ts";
import { configOf } from "../../src/io/config.ts";
import type { Performer } from "../../src/io/performers.ts";
import { startServer } from "../../src/io/server.ts";
import { reprise } from "../support/command-line.ts";
import { until } from "../support/condition.ts";
import { scrape, testSettings } from "../support/server.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const root = join(import.meta.dirname, "../..");
const page = readFileSync(join(root, "docs/FEATURES.md"), "utf8");
const blocksIn = (language: string): readonly string[] =>
  [...page.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].flatMap(([, kind, text = ""]) =>
    kind === language ? [text.trimEnd()] : [],
  );

/** Without the indentation, which a block of the page has less of. */
const flush = (source: string): string => source.replaceAll(/^ +/gm, "");

const sold = new Map<CallId, number>();
const sell: Performer = (request, call) => {
  const price = sold.get(call) ?? 2 * (request as { logs: number }).logs;
  sold.set(call, price);
  return Promise.resolve(price);
};

it("takes its TypeScript from files that are type-checked and run", () => {
  const example = join(root, "examples/campfire");
  const sources = ["campfire.ts", "campfire-test.ts", "features.ts"]
    .map((name) => join(example, name))
    .concat(import.meta.filename)
    .map((path) => flush(readFileSync(path, "utf8")));
  expect(blocksIn("ts").length).toBeGreaterThan(10);
  for (const block of blocksIn("ts")) {
    expect(
      sources.some((source) => source.includes(`\n${flush(block)}\n`)),
      block,
    ).toBe(true);
  }
});

it("shows a test that passes", async () => {
  const [command = ""] = blocksIn("sh");
  expect(command).toBe("npx node --test examples/campfire/campfire-test.ts");
  const argv = command.split(" ").slice(2);
  const { stdout } = await promisify(execFile)(process.execPath, argv, { cwd: root });
  expect(stdout).toMatch(/pass 1\n[^]*fail 0\n/);
}, 60_000);

it("shows a server of campfires, whose log replays with them", async () => {
  const dataDir = temporaryFolder();
  const settings = { ...testSettings(dataDir), "checkpoint.follower": "on" };
  const server = await startServer({
    config: configOf(settings),
    features,
    featuresModule: new URL("../../examples/campfire/features.ts", import.meta.url).href,
    featuresBuild: "campfire-1",
    performers: { "shop.buyWood": sell },
  });
  try {
    const heard = { crackles: 0, out: 0 };
    const url = `tls://127.0.0.1:${server.portOf("game")}`;
    const client = await connect(url, { contracts: [campfireContract], insecure: true });
    client.campfire.on("crackle", () => (heard.crackles += 1));
    client.campfire.on("out", () => (heard.out += 1));
    expect(await client.campfire.light({ logs: 1 })).toMatchObject({ id: 1 });
    client.campfire.feed({ id: 1 });
    await expect(client.campfire.light({ logs: 6 })).rejects.toMatchObject({
      code: "INVALID_PACKET",
    });
    const metrics = server.metricsPort ?? 0;
    const view = async (): Promise<unknown> =>
      (await fetch(`http://127.0.0.1:${metrics}/views/game/campfire.fires`)).json();
    const fed = { fires: [{ id: 1, logs: 2 }], spent: 2 };
    await expect.poll(view, { timeout: 5_000 }).toEqual(fed);
    await until("the fire to go out", () => heard.out === 1 && heard.crackles > 0);
    const counted = await scrape(metrics);
    expect(counted.sum("reprise_campfires_lit_total")).toBe(1);
    const followed = async () => (await scrape(metrics)).sum("reprise_follower_sequence");
    await expect.poll(followed, { timeout: 15_000 }).toBeGreaterThan(0);
    await client.close();
  } finally {
    await server.stop();
  }
  const own = ["--features", "examples/campfire/features.ts"];
  expect(blocksIn("sh").join("\n")).toContain(`replay data/game --check ${own.join(" ")}`);
  expect(blocksIn("sh").join("\n")).toContain(`inspect data/game ${own.join(" ")}`);
  own[1] = join(root, own[1] ?? "");
  const log = join(dataDir, "game");
  expect(await reprise("replay", log, "--check", ...own)).toMatchObject({ code: 0, err: "" });
  expect((await reprise("inspect", log, ...own)).out).toContain("campfire.feed 10023");
  const without = await reprise("replay", log, "--check");
  expect(without.code).toBe(1);
  expect(without.err).toContain("this log was written with other features");
}, 30_000);

it("shows a migration that makes the new shape of the old one", () => {
  const declaration = {
    ...campfire.declaration,
    version: 1,
    migrations: {},
    state: () => ({ lastId: 7, fires: new Map() }),
  };
  const before = createRealm({ features: [{ ...campfire, declaration }] }).create();
  const after = createRealm({ features: [campfire] }).create();
  after.restore(before.checkpoint());
  expect(after.view("campfire.fires")).toEqual({ fires: [], spent: 0 });
});
