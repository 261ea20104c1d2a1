import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { Log } from "../../../src/io/log.ts";
import type { LogOptions } from "../../../src/io/log.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

interface Line {
  readonly level: string;
  readonly time: string;
  readonly message: string;
  readonly [field: string]: unknown;
}

/** A log to a file, and what stands in the file once the log is flushed. */
function logToFile(options: Partial<LogOptions> = {}): { readonly log: Log; lines(): Line[] } {
  const destination = join(temporaryFolder(), "log.jsonl");
  const log = Log.open({ level: "debug", linesPerSecondMax: 10, destination, ...options });
  return {
    log,
    lines: () => {
      const text = readFileSync(destination, "utf8");
      expect(text === "" || text.endsWith("\n")).toBe(true);
      return text
        .split("\n")
        .filter((line) => line !== "")
        .map((line) => JSON.parse(line) as Line);
    },
  };
}

beforeEach(() => void vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] }));
afterEach(() => void vi.useRealTimers());

it("[MON-01] every line is JSON with level, time, message and the fields", async () => {
  const { log, lines } = logToFile();
  log.write("info", "session closed", { session: 7, remote: "127.0.0.1:1", reason: 'a "b"\n' });
  log.write("error", "no fields");
  await log.close();
  const [first, second] = lines();
  expect(first).toEqual({
    level: "info",
    time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
    message: "session closed",
    session: 7,
    remote: "127.0.0.1:1",
    reason: 'a "b"\n',
  });
  expect(second).toMatchObject({ level: "error", message: "no fields" });
});

it("[MON-01] a field called as one of the line's own loses neither itself nor the line's", async () => {
  const { log, lines } = logToFile();
  const fields = { level: "high", time: "noon", message: "hello", role: "moderator", by: 7 };
  log.write("info", "announcement", fields, "game");
  log.write("warn", "of the whole process", { role: "none" });
  await log.close();
  const [first, second] = lines();
  expect(first).toMatchObject({
    level: "info",
    time: expect.stringMatching(/^\d{4}-/),
    role: "game",
    message: "announcement",
    level_: "high",
    time_: "noon",
    message_: "hello",
    role_: "moderator",
    by: 7,
  });
  expect(second).toMatchObject({ message: "of the whole process", role_: "none" });
  expect(second).not.toHaveProperty("role");
});

it("[MON-01] each role has its own limit, and is named where lines were left out", async () => {
  const { log, lines } = logToFile({ linesPerSecondMax: 2 });
  for (let line = 0; line < 5; line += 1) log.write("info", "flood", {}, "login");
  log.write("info", "flood", {}, "game");
  await log.close();
  const told = lines().map(({ role, suppressed = 0 }) => [role, suppressed]);
  expect(told).toEqual([
    ["login", 0],
    ["login", 0],
    ["game", 0],
    ["login", 3],
  ]);
  expect(log.counters.suppressed).toBe(3);
});

it("[MON-01] writes nothing below its level", async () => {
  const { log, lines } = logToFile({ level: "warn" });
  for (const level of ["debug", "info", "warn", "error"] as const) log.write(level, level);
  await log.close();
  expect(lines().map(({ message }) => message)).toEqual(["warn", "error"]);
});

it("[MON-01] [NMT-19] a message that floods is cut to its lines a second and counted, others are not", async () => {
  const { log, lines } = logToFile({ linesPerSecondMax: 10 });
  for (let index = 0; index < 5_000; index += 1) log.write("warn", "flood", { index });
  log.write("info", "quiet");
  vi.advanceTimersByTime(1_000);
  for (let index = 0; index < 12; index += 1) log.write("warn", "flood", { index });
  vi.advanceTimersByTime(1_000);
  await log.close();
  const flood = lines().filter(({ message }) => message === "flood");
  const suppressed = flood.map((line) => line["suppressed"]).filter((count) => count !== undefined);
  expect(suppressed).toEqual([4_990, 2]);
  expect(flood).toHaveLength(10 + 1 + 10 + 1);
  expect(flood.every(({ level }) => level === "warn")).toBe(true);
  expect(lines().filter(({ message }) => message === "quiet")).toHaveLength(1);
  expect(log.counters).toEqual({ suppressed: 4_992, dropped: 0 });
});

it("[MON-01] what was left out is told at the end, too", async () => {
  const { log, lines } = logToFile({ linesPerSecondMax: 1 });
  for (let index = 0; index < 4; index += 1) log.write("info", "once");
  await log.close();
  expect(lines().map((line) => line["suppressed"])).toEqual([undefined, 3]);
});

it("[MON-01] messages that are no constants share one budget instead of all memory", async () => {
  const { log, lines } = logToFile({ linesPerSecondMax: 2 });
  for (let index = 0; index < 3_000; index += 1) log.write("info", `message ${index}`);
  await log.close();
  expect(lines()).toHaveLength(1_000 + 2 + 1);
  expect(lines().at(-1)).toMatchObject({ message: "other messages", suppressed: 1_998 });
});

it("[MON-01] is quiet again after a second of silence", async () => {
  const { log, lines } = logToFile({ linesPerSecondMax: 1 });
  for (let second = 0; second < 3; second += 1) {
    log.write("info", "once a second");
    vi.advanceTimersByTime(1_000);
  }
  await log.close();
  expect(lines().map((line) => line["suppressed"])).toEqual([undefined, undefined, undefined]);
  expect(vi.getTimerCount()).toBe(0);
});

it("a file that cannot be opened throws at once", () => {
  expect(() => logToFile({ destination: join(temporaryFolder(), "no", "such", "folder") })).toThrow(
    "ENOENT",
  );
});
