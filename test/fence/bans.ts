/**
 * One line of code for each thing that the core may not do, and the two reports that it must
 * cause: the linter's, which an editor shows at once, and that of `scripts/fence.ts`, which works
 * with types. `null` where one of the two has no rule for it.
 */

export interface Ban {
  /** Unique; names the file, too. */
  readonly name: string;
  /** Text of a module that breaks this rule and no other. */
  readonly code: string;
  /** The rule as oxlint prints it, or null. */
  readonly lint: string | null;
  /** The rule as the fence prints it, or null. */
  readonly fence: string | null;
  /** Words that the linter's report must hold: what to use instead. */
  readonly instead?: string;
}

const global = (name: string, code: string, fence: string | null, instead: string): Ban => ({
  name: `global-${name}`,
  code: `export const x = (): unknown => ${code};`,
  lint: "no-restricted-globals",
  fence,
  instead,
});

const property = (name: string, code: string, fence: string, instead: string): Ban => ({
  name: `property-${name}`,
  code: `export const x = (a: number, s: string, e: Error): unknown => [a, s, e, ${code}];`,
  lint: "no-restricted-properties",
  fence,
  instead,
});

const inexact =
  "exp expm1 log log1p log2 log10 sin cos tan asin acos atan sinh cosh tanh asinh acosh atanh cbrt";

/** Names that only a platform brings: the type check without one refuses them as well. */
export const platformNames: readonly (readonly [string, string, string])[] = [
  ["performance", "performance.now()", "`at`"],
  ["crypto", "crypto.randomUUID()", "kernel/random"],
  ["setTimeout", "setTimeout(() => 1, 1)", "named timer"],
  ["setInterval", "setInterval(() => 1, 1)", "named timer"],
  ["setImmediate", "setImmediate(() => 1)", "named timer"],
  ["clearTimeout", "clearTimeout(1)", "named timer"],
  ["clearInterval", "clearInterval(1)", "named timer"],
  ["clearImmediate", "clearImmediate(1)", "named timer"],
  ["queueMicrotask", "queueMicrotask(() => 1)", "synchronous"],
  ["process", "process.pid", "host"],
  ["Buffer", "Buffer.from([])", "Uint8Array"],
  ["TextEncoder", "new TextEncoder()", "utf8"],
  ["TextDecoder", "new TextDecoder()", "utf8"],
  ["fetch", "fetch", "call"],
  ["structuredClone", "structuredClone(1)", "kernel/plain"],
];

export const bans: readonly Ban[] = [
  ...platformNames.map(([name, code, instead]) => global(name, code, null, instead)),
  global("Date", "new Date()", "Date", "`at`"),
  global("Date-now", "Date.now()", "Date", "`at`"),
  global("Promise", "Promise", "Promise", "call"),
  global("Intl", "Intl", "Intl", "client"),
  global("WeakRef", "WeakRef", "WeakRef", "id"),
  global("FinalizationRegistry", "FinalizationRegistry", "FinalizationRegistry", "by name"),
  global("Atomics", "Atomics", "Atomics", "Inbox"),
  global("SharedArrayBuffer", "SharedArrayBuffer", "SharedArrayBuffer", "Inbox"),
  global("globalThis", "globalThis", "globalThis", "need"),
  global("escape", 'escape("a")', "escape", "bytes"),

  property("random", "Math.random()", "Math.random", "kernel/random"),
  property("pow", "Math.pow(a, 2)", "Math.pow", "multiply"),
  property("hypot", "Math.hypot(a, a)", "Math.hypot", "squares"),
  property("atan2", "Math.atan2(a, a)", "Math.atan2", "table"),
  ...inexact.split(" ").map((name) => property(name, `Math.${name}(a)`, `Math.${name}`, "table")),
  property("localeCompare", "s.localeCompare(s)", "String.localeCompare", "< and >"),
  property("toLocaleString", "a.toLocaleString()", "Number.toLocaleString", "client"),
  property("toLocaleLowerCase", "s.toLocaleLowerCase()", "String.toLocaleLowerCase", "table"),
  property("toLocaleUpperCase", "s.toLocaleUpperCase()", "String.toLocaleUpperCase", "table"),
  property("toLowerCase", "s.toLowerCase()", "String.toLowerCase", "table"),
  property("toUpperCase", "s.toUpperCase()", "String.toUpperCase", "table"),
  property("normalize", "s.normalize()", "String.normalize", "table"),
  property("stack", "e.stack", "Error.stack", "message"),

  {
    name: "destructured-math",
    code: "export const { sin } = Math;",
    lint: "no-restricted-properties",
    fence: "Math.sin",
  },
  {
    name: "indexed-math",
    code: 'export const x = Math["sin"](1);',
    lint: "no-restricted-properties",
    fence: "Math.sin",
  },
  {
    name: "hidden-math",
    code: 'export const x = (name: "sin" | "cos"): number => Math[name](1);',
    lint: null,
    fence: "Math[]",
  },
  {
    name: "power",
    code: "export const x = (a: number): number => a ** 0.5;",
    lint: null,
    fence: "power",
  },
  {
    name: "power-assignment",
    code: "export const x = (a: number): number => { a **= 3; return a; };",
    lint: null,
    fence: "power",
  },
  {
    name: "sort",
    code: "export const x = (list: number[]): number[] => list.sort();",
    lint: "require-array-sort-compare",
    fence: "Array.sort",
  },
  {
    name: "sort-texts",
    code: "export const x = (list: string[]): string[] => list.sort();",
    lint: "require-array-sort-compare",
    fence: "Array.sort",
  },
  {
    name: "toSorted",
    code: "export const x = (list: readonly number[]): number[] => list.toSorted();",
    lint: "require-array-sort-compare",
    fence: "ReadonlyArray.toSorted",
  },
  {
    name: "for-in",
    code: "export const x = (o: object): void => { for (const key in o) { void key; } };",
    lint: "guard-for-in",
    fence: "for-in",
  },
  {
    name: "unicode-property",
    code: "export const x = /\\p{L}/u;",
    lint: null,
    fence: "unicode-property",
  },
  {
    name: "unicode-case",
    code: "export const x = /a/iu;",
    lint: null,
    fence: "unicode-case",
  },
  {
    name: "async-function",
    code: "export async function x(): Promise<void> {}",
    lint: "no-async-await",
    fence: "async",
  },
  {
    name: "await",
    code: "export const x = async (f: () => unknown): Promise<void> => { await f(); };",
    lint: "no-async-await",
    fence: "async",
  },
  {
    name: "top-level-await",
    code: "export const x = await 1;",
    lint: "await-thenable",
    fence: "async",
  },
  {
    name: "promise-type",
    code: "export const x = (p: PromiseLike<number>): unknown => p;",
    lint: null,
    fence: "PromiseLike",
  },
  {
    name: "proxy",
    code: "export const x = (o: object): object => new Proxy(o, {});",
    lint: null,
    fence: "Proxy",
  },
  {
    name: "console",
    code: 'export const x = (): void => { console.log("x"); };',
    lint: "no-console",
    fence: null,
  },
  {
    name: "any",
    code: "export const x = (value: any): unknown => value;",
    lint: "no-explicit-any",
    fence: null,
  },
  {
    name: "unsafe-any",
    code: 'export const x: number = JSON.parse("1");',
    lint: "no-unsafe-assignment",
    fence: null,
  },
  {
    name: "non-null",
    code: "export const x = (list: number[]): number => list[0]!;",
    lint: "no-non-null-assertion",
    fence: null,
  },
  {
    name: "node-import",
    code: 'export { readFileSync } from "node:fs";',
    lint: "no-restricted-imports",
    fence: null,
    instead: "port",
  },
  {
    name: "bare-node-import",
    code: 'export { createHash } from "crypto";',
    lint: "no-restricted-imports",
    fence: null,
    instead: "port",
  },
  {
    name: "threads-import",
    code: 'export { Worker } from "node:worker_threads";',
    lint: "no-restricted-imports",
    fence: null,
    instead: "port",
  },
  {
    name: "io-import",
    code: 'export { clock } from "../../io/clock.ts";',
    lint: "no-restricted-imports",
    fence: null,
    instead: "only the core",
  },
  {
    name: "xstate-import",
    code: 'export { setup } from "xstate";',
    lint: "no-restricted-imports",
    fence: null,
    instead: "table",
  },
  {
    name: "pino-import",
    code: 'export { pino } from "pino";',
    lint: "no-restricted-imports",
    fence: null,
    instead: "outbox",
  },
  {
    name: "unhandled-variant",
    code:
      'export const x = (v: "a" | "b"): number => { switch (v) { case "a": return 1; } ' +
      "return 2; };",
    lint: "switch-exhaustiveness-check",
    fence: null,
  },
];

/** What the core does all the time and what must not be reported. */
export const allowed = `/** Sound code. */
export const mask = 2 ** 32 - 1;
export const x = (list: number[], words: readonly string[], floats: Float64Array): unknown => [
  Math.sqrt(Math.abs(Math.floor(list.length / 2))),
  list.sort((a, b) => a - b),
  words.toSorted((a, b) => (a < b ? -1 : 1)),
  floats.sort(),
  new Map([[1, new Uint8Array(4)]]),
  Number.parseInt("7", 10),
  /[a-z]+/i.test("A"),
  new Error("message").message,
  JSON.stringify(words.map((word) => BigInt(word) < 2n)),
];
`;
