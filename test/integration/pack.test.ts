import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { checkOut } from "../support/newcomer.ts";

// The real thing: `npm pack` of a copy of the repository, installed into an empty project.

const repository = join(import.meta.dirname, "../..");
const scratch = mkdtempSync(join(tmpdir(), "reprise-pack-"));
const copy = join(scratch, "repository");
const project = join(scratch, "project");

afterAll(() => {
  rmSync(scratch, { recursive: true, force: true });
});

function run(folder: string, command: string, ...args: string[]): string {
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    cwd: folder,
    encoding: "utf8",
    // The Node that runs this test, in front of the machine's own; npm's settings of the run that
    // this test is part of must not reach the npm of the empty project.
    env: {
      ...Object.fromEntries(
        Object.entries(process.env).filter(([name]) => !name.toLowerCase().startsWith("npm_")),
      ),
      PATH: dirname(process.execPath) + delimiter + (process.env["PATH"] ?? ""),
    },
    shell: process.platform === "win32",
  });
  if (error !== undefined) throw error;
  if (status !== 0) throw new Error(`${command} ${args.join(" ")}: ${stdout}${stderr}`);
  return stdout;
}

/** What a careful user has. Nothing of it skips our declarations. */
const compilerOptions = {
  target: "es2024",
  module: "nodenext",
  lib: ["es2024", "esnext.disposable"],
  types: ["node"],
  strict: true,
  noUncheckedIndexedAccess: true,
  exactOptionalPropertyTypes: true,
  allowImportingTsExtensions: true,
  noEmit: true,
};

const tool = (name: string): string => join(repository, "node_modules/.bin", name);
const read = (path: string): string => readFileSync(path, "utf8");

interface Packed {
  readonly filename: string;
  readonly files: readonly { readonly path: string }[];
}

let packed: Packed;
let manifestBefore: string;

beforeAll(() => {
  checkOut(copy);
  manifestBefore = read(join(copy, "package.json"));
  [packed] = JSON.parse(run(copy, "npm", "pack", "--json", "--pack-destination", scratch)) as [
    Packed,
  ];
  cpSync(join(repository, "examples/lantern"), project, { recursive: true });
  const manifest = { name: "project", private: true, type: "module" };
  writeFileSync(join(project, "package.json"), JSON.stringify(manifest));
  writeFileSync(join(project, "tsconfig.json"), JSON.stringify({ compilerOptions }));
  const tarball = join(scratch, packed.filename);
  // The packages that Reprise needs are in npm's cache since `npm ci`.
  const quiet = ["--prefer-offline", "--no-audit", "--no-fund", "--loglevel=error"];
  const { devDependencies } = JSON.parse(read(join(repository, "package.json"))) as {
    devDependencies: Record<string, string>;
  };
  const types = `@types/node@${devDependencies["@types/node"] ?? ""}`;
  run(project, "npm", "install", ...quiet, tarball, types);
});

describe("the packed package", () => {
  it("holds what is needed to run it and nothing else", () => {
    const paths = packed.files.map(({ path }) => path);
    for (const path of ["dist/io/main.js", "dist/io/launch.js", "dist/io/start.js", "LICENSE"]) {
      expect(paths).toContain(path);
    }
    expect(paths).toContain("dist/core/wire/gen/session.js");
    expect(paths.filter((path) => /^(src|test|scripts|bench)\//.test(path))).toEqual([]);
    expect(paths.filter((path) => /(?<!\.d)\.ts$/.test(path))).toEqual([]);
  });

  it("brings no Node of its own", () => {
    const manifest = JSON.parse(read(join(project, "node_modules/reprise/package.json"))) as object;
    for (const field of ["optionalDependencies", "devDependencies", "scripts", "private"]) {
      expect(manifest).not.toHaveProperty(field);
    }
  });

  it("leaves the repository's package.json as it was", () => {
    expect(read(join(copy, "package.json"))).toBe(manifestBefore);
  });
});

describe("an empty project with the package", () => {
  it("has the command", () => {
    expect(run(project, "npx", "--no-install", "reprise", "--help")).toContain("Usage: reprise");
    expect(run(project, "npx", "--no-install", "reprise", "--version")).toMatch(/^reprise \d/);
  });

  it("finds every entry of the package", () => {
    const entries = ["contract", "client", "sim", "testing"];
    const names = ["reprise", ...entries.map((entry) => `reprise/${entry}`)];
    const script = names.map((name) => `console.log(typeof await import("${name}"));`).join("");
    const output = run(project, process.execPath, "--input-type=module", "--eval", script);
    expect(output.trim().split("\n")).toEqual(names.map(() => "object"));
  });

  it("compiles the example feature against the declarations, strictly", () => {
    expect(run(project, process.execPath, tool("tsc"), "-p", ".")).toBe("");
  });

  it("replays a log with features of its own, and against itself", () => {
    cpSync(join(repository, "test/fixtures/bugs/town"), join(project, "town"), { recursive: true });
    const source = `import { builtinFeatures } from "reprise";
      import { lantern } from "./lantern.ts";
      export const features = [...builtinFeatures, lantern];`;
    writeFileSync(join(project, "features.ts"), source);
    const replay = ["--no-install", "reprise", "replay", "town", "--features", "features.ts"];
    expect(run(project, "npx", ...replay, "--events", "8")).toContain("lantern.place #2");
    expect(run(project, "npx", ...replay, "--against", ".")).toContain("identical");
  });

  it("plays the example feature through the simulator", () => {
    const output = run(project, process.execPath, "--test", "lantern-test.ts");
    expect(output).toMatch(/\bpass 1$/m);
  });
});
