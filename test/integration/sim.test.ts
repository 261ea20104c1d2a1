/** `reprise sim` as whoever types it sees it: a process, its signals and its exit codes. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { expect, it } from "vitest";
import { until } from "../support/condition.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const main = join(import.meta.dirname, "../../src/io/main.js");

it.each([
  ["on threads", "2"],
  ["on its own thread", "0"],
])("[TST-13] Ctrl-C ends a campaign %s with what it has, and exit code 130", async (_, workers) => {
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
  child.kill("SIGINT");
  const [code] = (await once(child, "exit")) as [number | null];
  expect(out).toMatch(/^seeds +\d+, each twice$/m);
  expect(out).toMatch(/^failures +0$/m);
  expect(out).toContain("Interrupted: the seeds after these were not played.");
  expect(code).toBe(130);
});
