import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const folder = fileURLToPath(new URL("../../../src/client", import.meta.url));

/** What the file imports, and what the files of the client that it imports do. */
function importsOf(file: string, seen = new Set<string>()): readonly string[] {
  if (seen.has(file)) return [];
  seen.add(file);
  const code = readFileSync(file, "utf8");
  const own = [...code.matchAll(/(?:from|import) "([^"]+)"/g)].map(([, path]) => path ?? "");
  const within = own.filter((path) => path.startsWith("./"));
  return [...own, ...within.flatMap((path) => importsOf(join(dirname(file), path), seen))];
}

const outside = (file: string): readonly string[] =>
  importsOf(join(folder, file)).filter((path) => !/^(\.\/|\.\.\/core\/)/.test(path));

describe("the client machine", () => {
  it("stands on the core alone, so that it runs wherever the core does", () => {
    expect(importsOf(join(folder, "machine.ts")).length).toBeGreaterThan(20);
    expect(outside("machine.ts")).toEqual([]);
    expect(outside("world-view.ts")).toEqual([]);
    expect(outside("prediction.ts")).toEqual([]);
    expect(outside("node.ts")).toContain("node:net");
  });
});
