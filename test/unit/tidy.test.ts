import { globSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { File } from "../../scripts/tidy.ts";
import { listedPaths, repositoryFiles, rules, tidy } from "../../scripts/tidy.ts";

const file = (path: string, text: string): File => ({ path, text });
const source = (text: string): File => file("src/io/a.ts", `/** What it is for. */\n${text}\n`);
const test = (text: string): File => file("test/unit/a.test.ts", `${text}\n`);
const lines = (count: number): string => "export {};\n".repeat(count);

// Joined here, so that this file breaks none of the rules itself.
const joined = (...parts: string[]): string => parts.join("");

/** `[what, file, what the one finding says]` */
const offenders: readonly (readonly [string, File, RegExp])[] = [
  ["a file of 501 lines", source(lines(500)), /more than 500 lines/],
  ["a line of 101 columns", source(`// ${"x".repeat(98)}`), /:2: more than 100 columns/],
  ["a leftover", source(joined("// TO", "DO: later")), /do it/],
  ["another leftover", source(joined("// FIX", "ME later")), /do it/],
  ["a debugger", source(joined("debug", "ger;")), /remove it/],
  ["a manager", source(joined("export class SessionMan", "ager {}")), /name what it is/],
  ["a helper", source(joined("export const timeHel", "pers = 1;")), /name what it does/],
  ["a base", source(joined("export class Ba", "seSession {}")), /what makes it different/],
  ["a unit spelled out", source(joined("const timeoutMill", "is = 1;")), /timeoutMs/],
  ["a foreign directive", source(joined("// eslint-dis", "able-next-line")), /oxlint-disable/],
  ["a silenced compiler", source(joined("// @ts-ig", "nore")), /ts-expect-error/],
  ["no module comment", file("src/io/a.ts", "export {};\n"), /opens without a comment/],
  [
    "a private key",
    file("data.pem", joined("-----BEGIN EC PRIVATE ", "KEY-----\nAAAA\n")),
    /private key/,
  ],
  ["an access key", file("a.md", joined("AKI", "A0123456789ABCDEF")), /access key/],
  ["a home folder", file("docs/A.md", joined("see `/ho", "me/me/reprise/a`")), /path of one/],
  ["a work folder", file("a.json", joined('"/wo', 'rk/main/src"')), /path of one/],
  ["a registry", file("a.json", joined("https://regi", "stry.npmjs.org/x")), /registry/],
  [
    "a resolved package",
    file("package-lock.json", joined('"resol', 'ved": "https://x"')),
    /registry/,
  ],
  ["a misplaced test", file("test/sessions/a.test.ts", "export {};\n"), /never runs/],
  ["a silent skip", test(joined("it.sk", 'ip("x", () => {});')), /says why/],
  ["a silent condition", test(joined("it.sk", 'ipIf(windows)("x", () => {});')), /says why/],
  [
    "a fixed sleep",
    test(joined("await new Promise((resolve) => setTime", "out(resolve, 50));")),
    /condition/,
  ],
  ["a dead link", file("docs/A.md", "see [it](../NOWHERE.md)"), /:1: links to \.\.\/NOWHERE\.md/],
  ["a dead anchor", file("docs/A.md", "# Here\n[it](SPEC.md#no-such)"), /:2: links to SPEC/],
  ["a dead anchor of its own", file("docs/A.md", "# Here\n[it](#there)"), /links to #there/],
];

const innocent: readonly (readonly [string, File])[] = [
  ["500 lines", source(lines(498))],
  ["100 columns", source(`// ${"é".repeat(97)}`)],
  ["a long message", source(`export const x = "${"x".repeat(120)}";`)],
  ["generated code of any size", file("src/core/wire/gen/a.js", lines(900))],
  ["long lines in documents", file("docs/A.md", "x".repeat(300))],
  ["a skip with its reason", test('// Skipped where there is no Python.\nit.skip("x", () => {});')],
  ["links", file("docs/A.md", "# It is, here\n[](#it-is-here) [](SPEC.md#words) [](https://a.b)")],
  ["a relative path", file("docs/A.md", "src/work/main and ./home/x/y")],
];

describe("the house rules", () => {
  it.each(offenders)("report %s", (_, offender, message) => {
    const findings = tidy(offender);
    expect(findings).toHaveLength(1);
    expect(findings[0]).toMatch(message);
  });

  it.each(innocent)("let pass: %s", (_, innocentFile) => {
    expect(tidy(innocentFile)).toEqual([]);
  });

  it("are all among the offenders", () => {
    const fired = rules.filter((rule) => offenders.some(([, each]) => rule(each).length > 0));
    expect(fired).toHaveLength(rules.length);
  });
});

describe("the repository", () => {
  it("[TST-10] keeps the house rules, and skips no test without saying why", () => {
    const files = repositoryFiles();
    expect(files.length).toBeGreaterThan(50);
    expect(files.flatMap(tidy)).toEqual([]);
  });

  it("ignores nothing that belongs to it", () => {
    // A `core` in somebody's ignore file would hide the core.
    const onDisk = globSync(["{src,test,scripts,bench,docs,proto}/**/*", ".ci/*"], {
      withFileTypes: true,
    })
      .filter((entry) => entry.isFile() && !entry.name.endsWith(".log"))
      .filter(({ parentPath }) => !parentPath.includes("node_modules"))
      .map((entry) => `${entry.parentPath}/${entry.name}`.replaceAll("\\", "/"));
    expect(onDisk.some((path) => path.endsWith("src/core/contract.ts"))).toBe(true);
    const listed = new Set(listedPaths());
    const root = process.cwd().replaceAll("\\", "/");
    const hidden = onDisk.map((path) => path.replace(`${root}/`, "")).filter((p) => !listed.has(p));
    expect(hidden).toEqual([]);
  });

  it("installs quietly, and its lockfile names no host", () => {
    expect(readFileSync(".npmrc", "utf8")).toContain("omit-lockfile-registry-resolved=true");
    // A package of this repository is resolved to its folder, which is no host.
    expect(readFileSync("package-lock.json", "utf8")).not.toMatch(/"resolved": "[^"]*:/);
  });
});
