/** What scripts say when they are called wrongly, or asked what they do. */
import { spawnSync } from "node:child_process";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { helpIn } from "../../scripts/script.ts";

const root = join(import.meta.dirname, "../..");
/** Those that read arguments of this kind. */
const scripts = globSync("scripts/*.ts", { cwd: root }).filter((path) =>
  /from "\.\/script\.ts"/.test(readFileSync(join(root, path), "utf8")),
);

function call(path: string, ...args: readonly string[]) {
  const given = { cwd: root, encoding: "utf8", timeout: 30_000 } as const;
  const { status, stdout, stderr } = spawnSync(process.execPath, [path, ...args], given);
  return { status, stdout, stderr };
}

describe("a script", () => {
  it("has its first comment as its help", () => {
    expect(helpIn("/**\n * One.\n *\n *     two\n */\nimport x;")).toBe("One.\n\n    two");
  });

  it.each(scripts)("%s tells what it does, and what it does not know, on one line", (path) => {
    const help = call(path, "--help");
    expect(help).toMatchObject({ status: 0, stderr: "" });
    expect(help.stdout).toContain(helpIn(readFileSync(join(root, path), "utf8")));
    const wrong = call(path, "--banana");
    expect(wrong.status).toBe(2);
    expect(wrong.stderr).toMatch(/^[a-z -]+: unknown option --banana; .*--help.*\n$/);
  });
});
