/**
 * Rules about the sources themselves, each applied to a text that breaks it and then to the
 * repository.
 */
import ts from "typescript";
import { describe, expect, it } from "vitest";
import { builtinFeatures } from "../../src/core/features/index.ts";
import { importsOf, nodesOf, parsed, placeOf, sourcesOf } from "../support/sources.ts";
import type { Source } from "../support/sources.ts";

const core = sourcesOf("src/core/**/*.{ts,js}");
const isGenerated = ({ path }: Source): boolean => path.includes("/wire/gen/");
const handWritten = core.filter((source) => !isGenerated(source));
const under = (...folders: readonly string[]): readonly Source[] =>
  core.filter(({ path }) => folders.some((folder) => path.startsWith(`src/core/${folder}`)));
const broken = (text: string): Source => parsed("src/core/kernel/broken.ts", text);

/** Places of the nodes that `isFound` finds. */
const places = (source: Source, isFound: (node: ts.Node) => boolean): readonly string[] =>
  Array.from(nodesOf(source.syntax))
    .filter(isFound)
    .map((node) => placeOf(source, node));

/** `path: import` for each import that is not `allowed`. */
const imports = (source: Source, allowed: (target: string) => boolean): readonly string[] =>
  importsOf(source)
    .filter((target) => !allowed(target))
    .map((target) => `${source.path}: ${target}`);

describe("any", () => {
  const anys = (source: Source): readonly string[] =>
    places(source, ({ kind }) => kind === ts.SyntaxKind.AnyKeyword);

  it.each([
    "export const x: any = 1;",
    "export const x = JSON.parse('1') as any;",
    "export function x(list: Map<string, any[]>): void { list.clear(); }",
    "export type X<T = any> = T;",
    "/** A comment about any. */\nexport class X { [key: string]: (any | null); }",
  ])("is found in %s", (text) => {
    expect(anys(broken(text))).toHaveLength(1);
  });

  it("[QLT-16] does not occur in the core", () => {
    expect(handWritten.flatMap(anys)).toEqual([]);
  });

  it("[QLT-16] is not brought in by files without types", () => {
    expect(handWritten.filter(({ path }) => !/(?<!\.d)\.ts$/.test(path))).toEqual([]);
  });
});

describe("the platform", () => {
  /** They are pure; `long` is where the declarations of protobufjs have their 64-bit integers. */
  const packages = new Set(["@msgpack/msgpack", "protobufjs/minimal.js", "protobufjs/minimal"]);
  const isPure = (target: string): boolean =>
    target.startsWith("src/core/") || packages.has(target) || target === "long";
  const outside = (source: Source): readonly string[] => imports(source, isPure);

  it.each([
    'import { connect } from "node:net";',
    'import type { TLSSocket } from "node:tls";',
    'export * from "dgram";',
    'export const x = (): unknown => import("node:fs");',
    'import fs = require("node:fs");',
    'export const x = require("node:worker_threads");',
    "export const x = (name: string): unknown => import(name);",
    'export type X = import("node:net").Socket;',
    'import { clock } from "../../io/clock.ts";',
  ])("is found in %s", (text) => {
    expect(outside(broken(text))).toHaveLength(1);
  });

  it("[NET-01] is not imported by the core, nor is anything that could bring it", () => {
    expect(core.flatMap(outside)).toEqual([]);
    // That something was looked at: the core does import.
    expect(core.flatMap((source) => importsOf(source)).length).toBeGreaterThan(core.length);
  });
});

describe("threads", () => {
  /** Everything by which two threads could reach one object. */
  const sharing = new Set(
    (
      "SharedArrayBuffer Atomics Worker SharedWorker MessageChannel MessagePort BroadcastChannel " +
      "parentPort workerData postMessage receiveMessageOnPort structuredClone"
    ).split(" "),
  );
  const shared = (source: Source): readonly string[] => [
    ...places(source, (node) => ts.isIdentifier(node) && sharing.has(node.text)),
    ...imports(source, (target) => !/worker_threads|cluster|child_process/.test(target)),
  ];

  it.each([
    "export const x = new SharedArrayBuffer(8);",
    "export const x = (list: Int32Array): number => Atomics.load(list, 0);",
    'import "node:worker_threads";',
    'import * as cluster from "cluster";',
    "export const x = (port: { postMessage(y: object): void }): void => void port;",
  ])("are found in %s", (text) => {
    expect(shared(broken(text))).toHaveLength(1);
  });

  it("[SMG-02] share no memory and no object with the core: it has one writer", () => {
    expect(core.flatMap(shared)).toEqual([]);
  });
});

describe("the engine", () => {
  const engine = under(
    ...["kernel/", "wire/", "ecs/", "edge/", "realm/", "host/", "journal/", "contract.ts"],
  );
  const features = under("features/");
  const isFeature = (target: string): boolean => target.includes("/features/");
  const games = (source: Source): readonly string[] =>
    imports(source, (target) => !isFeature(target));

  it("[NMT-04] imports no feature", () => {
    expect(games(broken('import { echo } from "../features/echo/feature.ts";'))).toHaveLength(1);
    expect(engine.length + features.length).toBe(core.length);
    expect(engine.flatMap(games)).toEqual([]);
  });

  it("[NMT-04] on its platform knows features as what is composed when nothing else is said", () => {
    const performers = (line: string): boolean => line.startsWith("src/io/accounts/");
    const known = sourcesOf("src/io/**/*.ts").flatMap(games);
    // Who performs a feature's calls knows that feature's border, and none else.
    expect(new Set(known.filter(performers).map((line) => line.split(": ")[1]))).toEqual(
      new Set(["src/core/features/accounts/index.ts"]),
    );
    // A thread that follows the journal composes for itself: functions go to no other thread.
    expect(known.filter((line) => !performers(line))).toEqual([
      "src/io/follower/follower-thread.ts: src/core/features/contracts.ts",
      "src/io/follower/follower-thread.ts: src/core/features/index.ts",
      "src/io/role-server.ts: src/core/features/contracts.ts",
      "src/io/server.ts: src/core/features/contracts.ts",
      "src/io/server.ts: src/core/features/index.ts",
    ]);
  });

  it.each([
    "let count = 0;",
    "var count = 0;",
    "const seen = new Map<number, number>();",
    "const seen: number[] = [];",
    "export const seen = { count: 0 };",
    "class Table { static seen = 0; }",
  ])("would find state beside a feature's declared state: %s", (text) => {
    expect(hiddenState(broken(text))).toHaveLength(1);
  });

  it("[NMT-04] is given all of a feature's state by its declaration", () => {
    expect(features.flatMap(hiddenState)).toEqual([]);
    for (const { declaration } of builtinFeatures) {
      // Two machines never get one object.
      expect(declaration.state()).not.toBe(declaration.state());
      expect(declaration.state()).toEqual(declaration.state());
    }
  });

  it("[NMT-04] makes an echo server of less than 60 lines", () => {
    const lines = under("features/echo/").map(({ syntax }) => syntax.getLineStarts().length);
    expect(lines).toHaveLength(2);
    expect(lines.reduce((sum, count) => sum + count, 0)).toBeLessThan(60);
  });
});

/**
 * What is written anew before it is read, in every step. The property tests of the world step two
 * of them in turns, and one alone, and compare what they send.
 */
const scratch = new Set(["src/core/features/world/publish.ts tables"]);

/** Variables of a module that could hold something from one event to the next. */
function hiddenState(source: Source): readonly string[] {
  const found: ts.Node[] = [];
  for (const statement of source.syntax.statements) {
    if (ts.isClassDeclaration(statement)) {
      found.push(...statement.members.filter(isStaticField));
    }
    if (!ts.isVariableStatement(statement)) continue;
    const { declarationList } = statement;
    const isConst = (declarationList.flags & ts.NodeFlags.Const) !== 0;
    const variables = declarationList.declarations;
    const hidden = variables.filter((variable) => !isConst || holdsState(variable));
    found.push(...hidden.filter(({ name }) => !scratch.has(`${source.path} ${name.getText()}`)));
  }
  return found.map((node) => placeOf(source, node));
}

const isStaticField = (member: ts.ClassElement): boolean =>
  ts.isPropertyDeclaration(member) &&
  member.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.StaticKeyword) === true;

/** A table or an object that is not declared constant. */
function holdsState({ type, initializer: value }: ts.VariableDeclaration): boolean {
  if (type !== undefined && /^readonly |^Readonly(Map|Set|Array)?</.test(type.getText()))
    return false;
  return (
    value === undefined ||
    ts.isNewExpression(value) ||
    ts.isObjectLiteralExpression(value) ||
    ts.isArrayLiteralExpression(value)
  );
}
