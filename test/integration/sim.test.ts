/** `reprise sim` as whoever types it sees it: a process, its signals and its exit codes. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { readFailureFile } from "../../src/sim/index.ts";
import { until } from "../support/condition.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const main = join(import.meta.dirname, "../../src/io/main.js");

it.each([
  ["Ctrl-C", "on threads", "2", "SIGINT"],
  ["Ctrl-C", "on its own thread", "0", "SIGINT"],
  ["SIGTERM", "on threads", "2", "SIGTERM"],
] as const)("[TST-13] %s ends a campaign %s with what it has", async (_, _on, workers, signal) => {
  const child = spawn(
    process.execPath,
    [main, "sim", "--minutes", "5", "--seconds", "1", "--verbose", "--workers", workers],
    { cwd: temporaryFolder(), stdio: ["ignore", "pipe", "inherit"] },
  );
  let out = "";
  child.stdout.on("data", (chunk: Buffer) => {
    out += chunk.toString();
  });
  await until("two seeds were played", () => /^seed 2 players: seconds=1 /m.test(out), 30_000);
  child.kill(signal);
  const [code] = (await once(child, "exit")) as [number | null];
  expect(out).toMatch(/^seeds +\d+, each twice$/m);
  expect(out).toMatch(/^failures +0$/m);
  expect(out).toContain("Interrupted: the seeds after these were not played.");
  expect(code).toBe(130);
});

it("[TST-13] a failure has its file as soon as it is found", async () => {
  const folder = temporaryFolder();
  // Nobody starts the server again within the run, where its process has ended.
  const dead = ["process.endsMax=2", "process.restartMaxMicros=1000000000"];
  const words = ["--minutes", "5", "--seconds", "2", "--scenario", "echo", "--workers", "0"];
  const child = spawn(
    process.execPath,
    [main, "sim", ...words, ...dead.flatMap((set) => ["--set", set])],
    { cwd: folder, stdio: "ignore" },
  );
  const files = (): string[] => readdirSync(folder).filter((name) => name.startsWith("failure-"));
  await until("a file was left", () => files().length > 0, 30_000);
  expect(child.exitCode).toBeNull();
  // Not even this loses it.
  child.kill("SIGKILL");
  await once(child, "exit");
  const [name = ""] = files();
  const file = readFailureFile(JSON.parse(readFileSync(join(folder, name), "utf8")));
  expect(file.message).toContain("the server serves when faults have stopped");
  expect(file.replay).toBe(`npx reprise sim --failure ${name}`);
});
