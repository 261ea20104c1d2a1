/** `npm run demo`, shortened. */
import { spawn } from "node:child_process";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";

const script = join(import.meta.dirname, "../../scripts/demo.ts");

interface Ran {
  readonly code: number | null;
  readonly lines: readonly string[];
  readonly err: string;
}

async function demo(...words: readonly string[]): Promise<Ran> {
  const child = spawn(process.execPath, [script, ...words], { stdio: ["ignore", "pipe", "pipe"] });
  onTestFinished(() => void child.kill("SIGTERM"));
  let [out, err] = ["", ""];
  child.stdout.on("data", (text: Buffer) => (out += text.toString()));
  child.stderr.on("data", (text: Buffer) => (err += text.toString()));
  const code = await new Promise<number | null>((resolve) => child.on("close", resolve));
  return { code, lines: out.trimEnd().split("\n"), err };
}

const stepsIn = (lines: readonly string[]): readonly string[] =>
  lines.filter((_line, index) => lines[index + 1]?.startsWith("  $ ") === true);

describe("the demo", () => {
  it("[LOOP-06] starts, walks, kills, restarts and replays to an equal digest", async () => {
    const { code, lines, err } = await demo("--clients", "6", "--seconds", "1");
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(lines.at(-1)).toMatch(/^recovered [1-9]\d* events, digest equal$/);
    expect(stepsIn(lines)).toEqual([
      ...["start", "walk", "walk again", "watch", "kill"],
      ...["replay", "restart", "stop", "replay", "replay"],
    ]);
    expect(lines.join("\n")).toContain("6 players, 60 of 60 moves answered");
  });

  it("says what went wrong, and ends with exit code 1", async () => {
    const { code, lines, err } = await demo("--clients", "0");
    expect(code).toBe(1);
    expect(err).toContain("demo: the walk failed");
    expect(lines.at(-1)).not.toContain("digest equal");
  });
});
