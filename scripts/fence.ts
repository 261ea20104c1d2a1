/**
 * `node scripts/fence.ts [FOLDER]`: the fence around the core and the rules of `src/io` that no
 * linter has. Prints one line a finding and exits 1 when there are any. `test/fence` proves that
 * every rule fires.
 */
import { globSync, readFileSync } from "node:fs";
import { relative, resolve } from "node:path";
import { checkCore } from "./fence/core.ts";
import type { Finding } from "./fence/finding.ts";
import { checkSyntax } from "./fence/syntax.ts";

/**
 * @param root a folder laid out as the repository: `src/core/tsconfig.json`, `src/io`, ...
 * @returns everything that was found; `file` is relative to `root`
 */
export function checkFence(root: string): readonly Finding[] {
  const typed = checkCore(resolve(root, "src/core/tsconfig.json"));
  const paths = globSync("src/**/*.ts", { cwd: root }).map((path) => path.replaceAll("\\", "/"));
  const untyped = paths
    .filter((path) => !path.endsWith(".d.ts"))
    .flatMap((path) => checkSyntax(path, readFileSync(resolve(root, path), "utf8")));
  return [
    ...typed.map((finding) => ({ ...finding, file: relative(root, finding.file) })),
    ...untyped,
  ];
}

function main(): void {
  const findings = checkFence(resolve(process.argv[2] ?? "."));
  for (const { file, line, rule, message } of findings) {
    console.error(`${file}:${String(line)}: ${rule}: ${message}`);
  }
  if (findings.length > 0) process.exitCode = 1;
}

if (import.meta.main) main();
