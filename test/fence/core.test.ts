import { afterAll, describe, expect, it } from "vitest";
import { checkFence } from "../../scripts/fence.ts";
import type { Ban } from "./bans.ts";
import { allowed, bans, platformNames } from "./bans.ts";
import { createProject } from "./project.ts";

const pathOf = (ban: Pick<Ban, "name">): string => `src/core/kernel/${ban.name}.ts`;

// One project with all the offenders, so that each tool runs once.
const project = createProject({
  "src/core/kernel/allowed.ts": allowed,
  "src/io/clock.ts": "export const clock = 1;\n",
  ...filesOf(bans),
});
// One import of a package that is written for Node brings Node's types with it, so the type check
// has a project without those: that a core file imports none is for the linter and the graph.
const isPlatform = ({ name }: Ban): boolean => /^(global-|console|.*node-import)/.test(name);
const unplatformed = createProject({
  "src/core/kernel/allowed.ts": allowed,
  ...filesOf(bans.filter(isPlatform)),
});
afterAll(() => {
  project[Symbol.dispose]();
  unplatformed[Symbol.dispose]();
});

function filesOf(offenders: readonly Ban[]): Record<string, string> {
  return Object.fromEntries(
    offenders.map((ban) => [pathOf(ban), `/** Breaks one rule. */\n${ban.code}\n`]),
  );
}

interface LintReport {
  readonly diagnostics: readonly {
    readonly code: string;
    readonly filename: string;
    readonly message: string;
    readonly help?: string;
  }[];
}

const lint = project.run("oxlint", "-f", "json", "src");
const { diagnostics } = JSON.parse(lint.output) as LintReport;
const fence = checkFence(project.folder);
const types = unplatformed.run("tsc", "-p", "src/core/tsconfig.json", "--pretty", "false");

const lintOf = (path: string): LintReport["diagnostics"] =>
  diagnostics.filter(({ filename }) => filename === path);

describe("the linter", () => {
  it.each(bans.filter((ban) => ban.lint !== null))("[QLT-14] reports $name", (ban) => {
    const found = lintOf(pathOf(ban)).filter(({ code }) => code.endsWith(`(${ban.lint ?? ""})`));
    expect(found.length).toBeGreaterThan(0);
    const text = found.map(({ message, help }) => `${message} ${help ?? ""}`).join("\n");
    expect(text).toContain(ban.instead ?? "");
  });

  it("[QLT-16] lets no `any` into the core, neither written nor handed in", () => {
    for (const name of ["any", "unsafe-any"]) expect(lintOf(pathOf({ name }))).not.toEqual([]);
  });

  it("[SMG-02] lets no memory be shared between threads", () => {
    for (const name of ["global-Atomics", "global-SharedArrayBuffer", "threads-import"]) {
      expect(lintOf(pathOf({ name }))).not.toEqual([]);
    }
  });

  it("lets sound code pass, and fails for the rest", () => {
    expect(lintOf("src/core/kernel/allowed.ts")).toEqual([]);
    expect(lint.code).toBe(1);
  });
});

describe("the fence", () => {
  it.each(bans.filter((ban) => ban.fence !== null))("[QLT-14] reports $name", (ban) => {
    const rules = fence.filter(({ file }) => file === pathOf(ban)).map(({ rule }) => rule);
    expect(rules).toContain(ban.fence);
  });

  it("lets sound code pass", () => {
    expect(fence.filter(({ file }) => file === "src/core/kernel/allowed.ts")).toEqual([]);
  });

  it("reports nothing where only the linter has a rule", () => {
    const paths = new Set(bans.filter((ban) => ban.fence === null).map(pathOf));
    expect(fence.filter(({ file }) => paths.has(file))).toEqual([]);
  });

  it("fails loudly when it sees no sources", () => {
    using empty = createProject({});
    expect(() => checkFence(empty.folder)).toThrow(/no sources|No inputs/);
  });
});

describe("the type check of the core", () => {
  it.each(platformNames)("knows no %s", (name) => {
    const path = pathOf({ name: `global-${name}` });
    expect(types.output).toMatch(new RegExp(`^${path}\\(\\d+,\\d+\\): error TS`, "m"));
  });

  it("knows no console and no node modules", () => {
    for (const name of ["console", "node-import", "bare-node-import"]) {
      expect(types.output).toContain(`${pathOf({ name })}(`);
    }
  });

  it("lets sound code pass, and fails for the rest", () => {
    expect(types.output).not.toContain("allowed.ts");
    expect(types.code).not.toBe(0);
  });

  it("knows no platform beside the packages that the core may use either", () => {
    using packages = createProject({
      "src/core/kernel/packages.ts":
        'export { Encoder } from "@msgpack/msgpack";\n' +
        'export { default } from "protobufjs/minimal.js";\n' +
        "export const x = (): unknown => [process, Buffer, setTimeout];\n",
    });
    const { output } = packages.run("tsc", "-p", "src/core/tsconfig.json", "--pretty", "false");
    for (const name of ["process", "Buffer", "setTimeout"]) {
      expect(output).toContain(`Cannot find name '${name}'`);
    }
  });
});
