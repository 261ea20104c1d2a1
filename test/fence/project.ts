/**
 * A project for one test: the repository's own configuration of every tool around a few files that
 * break its rules. A tool that is silent about them is broken, whatever it says of our own code.
 */
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

const repository = join(import.meta.dirname, "../..");

const configuration = [
  "package.json",
  ".oxlintrc.json",
  ".dependency-cruiser.mjs",
  "tsconfig.base.json",
  "tsconfig.json",
  "src/core/tsconfig.json",
];

export interface Project {
  readonly folder: string;
  /** Runs a tool of `node_modules/.bin` in the project. */
  run(tool: string, ...args: string[]): { readonly code: number | null; readonly output: string };
  [Symbol.dispose](): void;
}

/** @param files text by path, relative to the project's folder, with `/` */
export function createProject(files: Readonly<Record<string, string>>): Project {
  const folder = mkdtempSync(join(tmpdir(), "reprise-fence-"));
  for (const path of configuration) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    cpSync(join(repository, path), join(folder, path));
  }
  symlinkSync(join(repository, "node_modules"), join(folder, "node_modules"), "junction");
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return {
    folder,
    run: (tool, ...args) => runTool(folder, tool, args),
    [Symbol.dispose]: () => {
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The package's own script on this very Node: no shell, no search path. */
function runTool(
  folder: string,
  tool: string,
  args: readonly string[],
): ReturnType<Project["run"]> {
  const script = join(repository, "node_modules/.bin", tool);
  const { status, stdout, stderr, error } = spawnSync(process.execPath, [script, ...args], {
    cwd: folder,
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
  });
  if (error !== undefined) throw error;
  return { code: status, output: stdout + stderr };
}
