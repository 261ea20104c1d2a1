import { spawn } from "node:child_process";
import { once } from "node:events";
import { expect, it, onTestFinished } from "vitest";
import { isRunning, ownIdentity } from "../../../src/io/process-identity.ts";

it("a process is itself, and not another one with its id", () => {
  const own = ownIdentity();
  expect(isRunning(own)).toBe(true);
  expect(isRunning({ pid: own.pid, birth: null })).toBe(true);
  const isTold = own.birth !== null;
  expect(isRunning({ pid: own.pid, birth: isTold ? `${own.birth}0` : null })).toBe(!isTold);
});

it("a process that has ended is not running", async () => {
  const child = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"]);
  onTestFinished(() => void child.kill("SIGKILL"));
  await once(child, "spawn");
  const identity = { pid: child.pid ?? 0, birth: null };
  expect(isRunning(identity)).toBe(true);
  child.kill("SIGKILL");
  await once(child, "exit");
  expect(isRunning(identity)).toBe(false);
});
