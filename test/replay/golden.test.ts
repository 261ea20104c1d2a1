/**
 * Golden logs: captured from real servers over real sockets, kept for ever. That one of them does
 * not replay any more means that the realm's behaviour has changed.
 */
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const folder = fileURLToPath(new URL("golden", import.meta.url));
const main = fileURLToPath(new URL("../../src/io/main.js", import.meta.url));

/** An encrypted log has its key beside it. */
const keysOf = (name: string): readonly string[] => {
  const file = join(folder, name, "journal.key");
  return existsSync(file) ? ["--key", file] : [];
};

describe("golden logs", () => {
  const names = readdirSync(folder);

  it("of every format are there", () => {
    expect(names).toEqual(expect.arrayContaining(["skeleton-v1", "skeleton-v2-encrypted"]));
    const formats = names.map((name) => {
      const command = [main, "inspect", join(folder, name), "--json", ...keysOf(name)];
      const { stdout } = spawnSync(process.execPath, command, { encoding: "utf8" });
      return (JSON.parse(stdout) as { format: number }).format;
    });
    expect(new Set(formats)).toEqual(new Set([1, 2]));
  });

  it.each(names)("[JRN-05] %s replays bit for bit to the digest it was captured with", (name) => {
    const expected: unknown = JSON.parse(readFileSync(join(folder, name, "expected.json"), "utf8"));
    const command = [main, "replay", join(folder, name), "--check", "--json", ...keysOf(name)];
    const { stdout, status } = spawnSync(process.execPath, command, { encoding: "utf8" });
    expect(JSON.parse(stdout)).toMatchObject({ ...(expected as object), diverged: null });
    expect(status).toBe(0);
  });

  it.each(names)("[JRN-05] %s replays to the same digest up to any event, twice", (name) => {
    const until = (sequence: number): unknown => {
      const command = [main, "replay", join(folder, name), "--until", String(sequence), "--json"];
      const { stdout } = spawnSync(process.execPath, [...command, ...keysOf(name)], {
        encoding: "utf8",
      });
      return (JSON.parse(stdout) as { digest: string }).digest;
    };
    expect(until(500)).toBe(until(500));
    expect(until(500)).not.toBe(until(501));
  });
});
