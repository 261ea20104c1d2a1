/** Deploys: a build that wrote a journal's tail, the next one, and how it comes to start. */
import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join, resolve } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { spawn } from "node:child_process";
import { echoContract } from "../../../src/core/features/contracts.ts";
import { connect } from "../../../src/client/index.ts";
import { configOf } from "../../../src/io/config.ts";
import { startServer } from "../../../src/io/server.ts";
import { reprise } from "../../support/command-line.ts";
import { features } from "../../support/fragile-features.ts";
import { until } from "../../support/condition.ts";
import { spawnServer } from "../../support/server.ts";
import type { Announced } from "../../support/server.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

const plain = { "tls.enabled": false };

/** A copy of this build whose core is another. */
function otherBuild(): string {
  const folder = temporaryFolder();
  cpSync("src", join(folder, "src"), { recursive: true });
  cpSync("package.json", join(folder, "package.json"));
  cpSync("package-lock.json", join(folder, "package-lock.json"));
  symlinkSync(resolve("node_modules"), join(folder, "node_modules"));
  const file = join(folder, "src/core/features/echo/feature.ts");
  writeFileSync(file, `${readFileSync(file, "utf8")}\n// The build before.\n`);
  return folder;
}

/** Runs the other build's server, uses it, and kills it. */
async function leaveTail(build: string, dataDir: string): Promise<void> {
  const sets = ["tls.enabled=false", "ports.game=0", "metrics.port=0"];
  const child = spawn(
    process.execPath,
    [
      join(build, "src/io/main.js"),
      ...["serve", "--json", "--role", "game", "--data-dir", dataDir],
      ...sets.flatMap((set) => ["--set", set]),
    ],
    { stdio: ["ignore", "pipe", "ignore"] },
  );
  onTestFinished(() => void child.kill("SIGKILL"));
  let out = "";
  child.stdout.on("data", (piece: Buffer) => (out += piece.toString()));
  await until("the other build to serve", () => out.includes("\n"), 20_000);
  const { urls } = JSON.parse(out) as Announced;
  const game = await connect(urls["game"] ?? "", { contracts: [echoContract] });
  for (let count = 0; count < 10; count += 1) await game.echo.echo({ bytes: Uint8Array.of(count) });
  child.kill("SIGKILL");
  await game.close();
  await until("the other build to be gone", () => child.signalCode !== null);
}

const recoverOf = (dataDir: string, ...more: readonly string[]) =>
  reprise(
    "recover",
    "--data-dir",
    dataDir,
    "--role",
    "game",
    "--set",
    "tls.enabled=false",
    ...more,
  );

it("[JRN-12] a tail of another build is ended by that build, and then this one starts from its checkpoint", async () => {
  const dataDir = temporaryFolder();
  const build = otherBuild();
  await leaveTail(build, dataDir);
  const refused = await recoverOf(dataDir);
  expect(refused.code).toBe(1);
  expect(refused.err).toMatch(
    /^reprise recover: .*only the build that wrote them.*reprise recover --build PATH[^\n]*\n$/,
  );
  const recovered = await recoverOf(dataDir, "--build", build, "--json");
  expect(recovered.err).toBe("");
  expect(recovered.code).toBe(0);
  const { events } = JSON.parse(recovered.out) as { events: { game: number } };
  expect(events.game).toBeGreaterThanOrEqual(12);
  const next = spawnServer(dataDir, plain);
  const announced = await next.announced();
  // What the other build ended is a checkpoint, with nothing behind it.
  expect(announced.recovered["game"]?.events).toBe(0);
  next.child.kill("SIGTERM");
  expect(await next.ended()).toBe(0);
}, 60_000);

it("[JRN-12] a tail is adopted when an operator says so; a build that is none, and one that did not write it, are named", async () => {
  const dataDir = temporaryFolder();
  await leaveTail(otherBuild(), dataDir);
  const none = await recoverOf(dataDir, "--build", temporaryFolder());
  expect(none.code).toBe(1);
  expect(none.err).toMatch(/^reprise recover: .* is no build of Reprise: [^\n]*\n$/);
  const wrong = await recoverOf(dataDir, "--build", resolve("."));
  expect(wrong.code).toBe(1);
  expect(wrong.err).toMatch(/^reprise recover: the build at .* did not do it: .*this is build/);
  const both = await recoverOf(dataDir, "--build", ".", "--adopt-tail");
  expect(both.code).toBe(2);
  const adopted = await recoverOf(dataDir, "--adopt-tail");
  expect(adopted.code).toBe(0);
  expect(adopted.out).toMatch(/^game: \d+ events stepped by this build/);
  const next = spawnServer(dataDir, plain);
  expect((await next.announced()).recovered["game"]?.events).toBe(0);
}, 60_000);

it("[JRN-12] tells of a damaged checkpoint and of what is cut; a folder without a journal is refused", async () => {
  const dataDir = temporaryFolder();
  const first = spawnServer(dataDir, plain);
  await first.announced();
  first.child.kill("SIGTERM");
  expect(await first.ended()).toBe(0);
  const [checkpoint = ""] = readdirSync(join(dataDir, "game/checkpoints"));
  const file = join(dataDir, "game/checkpoints", checkpoint);
  const bytes = readFileSync(file);
  writeFileSync(file, bytes.with(-1, (bytes.at(-1) ?? 0) ^ 0xff));
  const [segment = ""] = readdirSync(join(dataDir, "game/journal"));
  appendFileSync(join(dataDir, "game/journal", segment), "0123456789");
  const told = await recoverOf(dataDir, "--json");
  expect(told.code).toBe(0);
  expect(JSON.parse(told.out)).toMatchObject({
    cutBytes: { game: 10 },
    damagedCheckpoints: { game: 1 },
  });

  const typo = join(dataDir, "typo");
  const none = await recoverOf(typo);
  expect(none).toMatchObject({ code: 1, out: "" });
  expect(none.err).toBe(`reprise recover: the data folder ${typo} does not exist\n`);
  expect(existsSync(typo)).toBe(false);
  mkdirSync(typo);
  const empty = await recoverOf(typo);
  expect(empty.code).toBe(1);
  expect(empty.err).toMatch(/^reprise recover: .* holds no journal of the role game: [^\n]*\n$/);
  expect(readdirSync(typo)).toEqual([]);
}, 60_000);

it("[JRN-12] a tail of a server with features of its own is ended with them", async () => {
  const dataDir = temporaryFolder();
  const config = configOf({
    ...{ role: "game", dataDir, "ports.game": 0, "metrics.enabled": false, "tls.enabled": false },
    "log.destination": join(dataDir, "server.log"),
  });
  const server = await startServer({ config, features, featuresBuild: "fragile-1" });
  onTestFinished(async () => void (await server.stop()));
  const game = await connect(server.urls.game ?? "", { contracts: [echoContract] });
  await game.echo.echo({ bytes: Uint8Array.of(1) });
  // As a crash would leave it.
  const left = temporaryFolder();
  cpSync(join(dataDir, "game"), join(left, "game"), { recursive: true });
  await game.close();
  const given = ["--features", "test/support/fragile-features.ts"];
  const builtin = await recoverOf(left);
  expect(builtin.err).toMatch(/only the build that wrote them/);
  const other = await recoverOf(left, ...given, "--features-build", "fragile-2");
  expect(other.err).toMatch(/only the build that wrote them/);
  const recovered = await recoverOf(left, ...given, "--features-build", "fragile-1");
  expect(recovered).toMatchObject({ code: 0, err: "" });
  expect(recovered.out).toMatch(
    /^game: [1-9]\d* events stepped by this build; there is a checkpoint/,
  );
  expect((await recoverOf(left, "--build", ".", ...given)).code).toBe(2);
  expect((await recoverOf(left, "--features-build", "fragile-1")).code).toBe(2);
}, 60_000);

it("names a build that says something else than a server does", async () => {
  const dataDir = temporaryFolder();
  mkdirSync(join(dataDir, "game/journal"), { recursive: true });
  writeFileSync(join(dataDir, "game/journal/0000000000000001.segment"), "");
  const program = join(temporaryFolder(), "other.js");
  // It waits for the signal: one that ends by itself may be met by it on its way out.
  const waits = "setInterval(() => undefined, 1_000);";
  const ends = 'process.on("SIGTERM", () => process.exit(0));';
  for (const said of ["hello", '{"recovered":null}', '{"recovered":{},"dataDir":5}', "null"]) {
    writeFileSync(program, `${ends}\n${waits}\nconsole.log(${JSON.stringify(said)});\n`);
    const other = await recoverOf(dataDir, "--build", program);
    expect(other.code).toBe(1);
    expect(other.err).toMatch(/^reprise recover: the build at .* its first line is ".*"\n$/);
    expect(other.err).toContain(JSON.stringify(said));
  }
}, 60_000);

it("[JRN-12] looks for the checkpoint that another build has left, wherever that build says", async () => {
  const dataDir = temporaryFolder();
  mkdirSync(join(dataDir, "game/journal"), { recursive: true });
  writeFileSync(join(dataDir, "game/journal/0000000000000005.segment"), "");
  const program = join(temporaryFolder(), "other.js");
  const recovered = { game: { events: 4 } };
  const says = (announced: object): void => {
    const line = JSON.stringify(JSON.stringify(announced));
    const ends = 'process.on("SIGTERM", () => process.exit(0));';
    writeFileSync(
      program,
      `${ends}\nsetInterval(() => undefined, 1_000);\nconsole.log(${line});\n`,
    );
  };
  const recoverBy = (...more: readonly string[]) => reprise("recover", "--build", program, ...more);
  says({ recovered, dataDir });
  const without = await recoverBy();
  expect(without).toMatchObject({ code: 1, out: "" });
  expect(without.err).toMatch(/^reprise recover: game was recovered, and the disk has no room for/);
  mkdirSync(join(dataDir, "game/checkpoints"));
  writeFileSync(join(dataDir, "game/checkpoints/0000000000000009.checkpoint"), "");
  expect((await recoverBy()).out).toMatch(/^game: 4 events .*; there is a checkpoint, and another/);
  expect(JSON.parse((await recoverBy("--json")).out)).toMatchObject({ dataDir });
  // A build of before does not say it.
  says({ recovered });
  const silent = await recoverBy();
  expect(silent.code).toBe(0);
  expect(silent.out).toMatch(
    /^game: 4 events .*; its checkpoint was not looked for: .*--data-dir\n$/,
  );
  expect(silent.out).not.toContain("there is a checkpoint");
  expect(JSON.parse((await recoverBy("--json")).out)).toMatchObject({ dataDir: null });
  expect((await recoverBy("--data-dir", dataDir)).out).toContain("there is a checkpoint");
}, 60_000);
