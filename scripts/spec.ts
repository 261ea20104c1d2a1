/**
 * `node scripts/spec.ts`: docs/SPEC.md and the tests agree, both ways. A rule without a test is a
 * promise, and a test that names no rule proves something that nobody asked for.
 *
 * A rule is a list item that starts with its id: `- **SES-14** A frame of length 0 ...`. A test
 * names it at the start of its title: `it("[SES-14] closes on a frame of length 0")`, several ids
 * one after the other. Titles made from a table carry the id in the table's text. Files whose test
 * is the compiler (`test/types`) name their rules in comments.
 */
import { globSync, readFileSync } from "node:fs";
import ts from "typescript";

const ID = "[A-Z]{2,5}-\\d{2,3}";

/** Ids of the rules in the text of a specification, in their order, doubles included. */
export function rulesIn(markdown: string): readonly string[] {
  const item = new RegExp(`^- \\*\\*(${ID})\\*\\*`, "gm");
  return [...markdown.matchAll(item)].map(([, id = ""]) => id);
}

/** Ids that the tests in the text of a TypeScript file name. */
export function idsIn(path: string, text: string): ReadonlySet<string> {
  if (path.endsWith(".types.ts")) return matchedIds(text, new RegExp(`\\[(${ID})\\]`, "g"));
  const ids = new Set<string>();
  const visit = (node: ts.Node): void => {
    const isText = ts.isStringLiteralLike(node) || ts.isTemplateHead(node);
    if (isText) for (const id of titleIds(node.text)) ids.add(id);
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(path, text, ts.ScriptTarget.ESNext, true));
  return ids;
}

/** `[SES-14] [SES-09] title` gives both. */
function titleIds(title: string): ReadonlySet<string> {
  const head = new RegExp(`^(\\[${ID}\\]\\s*)+`).exec(title)?.[0] ?? "";
  return matchedIds(head, new RegExp(`\\[(${ID})\\]`, "g"));
}

const matchedIds = (text: string, pattern: RegExp): ReadonlySet<string> =>
  new Set([...text.matchAll(pattern)].map(([, id = ""]) => id));

/**
 * @param rules ids as `rulesIn` gives them
 * @param tests ids that each test file names, by path
 * @returns one line for each disagreement
 */
export function disagreements(
  rules: readonly string[],
  tests: ReadonlyMap<string, ReadonlySet<string>>,
): readonly string[] {
  const known = new Set(rules);
  const tested = new Set([...tests.values()].flatMap((ids) => [...ids]));
  return [
    ...rules
      .filter((id, index) => rules.indexOf(id) !== index)
      .map((id) => `docs/SPEC.md: ${id} is there twice`),
    ...[...known]
      .filter((id) => !tested.has(id))
      .map((id) => `docs/SPEC.md: ${id} has no test that names it`),
    ...[...tests].flatMap(([path, ids]) =>
      [...ids]
        .filter((id) => !known.has(id))
        .map((id) => `${path}: ${id} is no rule of docs/SPEC.md`),
    ),
  ];
}

function main(): void {
  const paths = globSync("test/**/*.{test,types}.ts").map((path) => path.replaceAll("\\", "/"));
  const tests = new Map(paths.sort(byText).map((path) => [path, idsIn(path, read(path))]));
  const rules = rulesIn(read("docs/SPEC.md"));
  // An empty specification agrees with everything.
  const lines = rules.length === 0 ? ["docs/SPEC.md has no rules"] : disagreements(rules, tests);
  for (const line of lines) console.error(line);
  if (lines.length > 0) process.exitCode = 1;
  else console.log(`${String(rules.length)} rules, each with a test`);
}

const read = (path: string): string => readFileSync(path, "utf8");
const byText = (a: string, b: string): number => (a < b ? -1 : 1);

if (import.meta.main) main();
