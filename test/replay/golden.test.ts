/**
 * Golden logs: captured from real servers over real sockets, kept for ever. That one of them does
 * not replay any more means that the realm's behaviour has changed.
 */
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const folder = fileURLToPath(new URL("golden", import.meta.url));
const main = fileURLToPath(new URL("../../src/io/main.js", import.meta.url));

describe("golden logs", () => {
  const names = readdirSync(folder);

  it("are there", () => {
    expect(names).toContain("skeleton-v1");
  });

  it.each(names)("[JRN-05] %s replays bit for bit to the digest it was captured with", (name) => {
    const expected: unknown = JSON.parse(readFileSync(join(folder, name, "expected.json"), "utf8"));
    const command = [main, "replay", join(folder, name), "--check", "--json"];
    const { stdout, status } = spawnSync(process.execPath, command, { encoding: "utf8" });
    expect(JSON.parse(stdout)).toMatchObject({ ...(expected as object), diverged: null });
    expect(status).toBe(0);
  });

  it.each(names)("[JRN-05] %s replays to the same digest up to any event, twice", (name) => {
    const until = (sequence: number): unknown => {
      const command = [main, "replay", join(folder, name), "--until", String(sequence), "--json"];
      const { stdout } = spawnSync(process.execPath, command, { encoding: "utf8" });
      return (JSON.parse(stdout) as { digest: string }).digest;
    };
    expect(until(500)).toBe(until(500));
    expect(until(500)).not.toBe(until(501));
  });
});
