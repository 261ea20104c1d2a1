/**
 * The house rules that no other tool knows. Each takes one file and gives back what it breaks;
 * `test/unit/tidy.test.ts` proves that each fires and applies all of them to the repository.
 *
 *     node scripts/tidy.ts     prints every finding of the repository, exits 1 when there are any
 */
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { posix } from "node:path";

export interface File {
  /** Relative to the repository, with `/`. */
  readonly path: string;
  readonly text: string;
}

/** `path:line: message` */
export type Finding = string;
type Rule = (file: File) => readonly Finding[];

/** Every file of the repository that is text: tracked, or new and not ignored. */
export function repositoryFiles(): readonly File[] {
  return listedPaths()
    .filter((path) => existsSync(path) && !isBinary(path))
    .map((path) => ({ path, text: readFileSync(path, "utf8") }));
}

export function listedPaths(): readonly string[] {
  const list = ["ls-files", "-z", "--cached", "--others", "--exclude-standard"];
  const output = execFileSync("git", list, { encoding: "utf8", maxBuffer: 64 * 1024 * 1024 });
  return output.split("\0").filter((path) => path !== "");
}

const isBinary = (path: string): boolean =>
  /\.(segment|checkpoint|bin|png|jpg|der)$/.test(path) || path.startsWith("test/replay/golden/");
const isCode = (path: string): boolean => /\.(ts|js|mjs|cjs|py|sh)$/.test(path);
const isGenerated = (path: string): boolean =>
  /^(src\/core\/wire|examples\/\w+)\/gen\//.test(path) || path.endsWith(".table.ts");

// ---------------------------------------------------------------- size

const LINES_MAX = 500;
const COLUMNS_MAX = 100;

/** A message or a title is searched for in one piece, so it may stay in one. */
const longText = /"[^"]{50,}"|`[^`]{50,}`|'[^']{50,}'/;

/** Tables that are one thing and would not gain from being two. */
const longByNature: ReadonlySet<string> = new Set([]);

export const fileLength: Rule = ({ path, text }) => {
  if (!isCode(path) || isGenerated(path) || longByNature.has(path)) return [];
  const lines = text.trimEnd().split("\n").length;
  if (lines <= LINES_MAX) return [];
  return [`${path}:${String(lines)}: more than ${String(LINES_MAX)} lines: split it by state`];
};

export const lineLength: Rule = ({ path, text }) => {
  if (!isCode(path) || isGenerated(path)) return [];
  return linesThat(text, (line) => columnsOf(line) > COLUMNS_MAX && !longText.test(line)).map(
    ([number]) => `${path}:${number}: more than ${String(COLUMNS_MAX)} columns`,
  );
};

// ---------------------------------------------------------------- words

/** Written so that this file does not break its own rules. */
const banned: readonly (readonly [RegExp, string])[] = [
  [/\bTO[D]O\b|\bFIX[M]E\b|\bXX[X]\b|\bHAC[K]\b/, "do it, or open an issue for it"],
  [/^\s*debugge[r]\b/, "remove it"],
  [/\b\w*[a-z]Mana[g]er\b/, "name what it is: table, registry, queue, machine"],
  [/\b\w*[a-z]Hel[p]ers?\b/, "name what it does"],
  [/\b\w*[a-z]Uti[l]s?\b/, "name what it does"],
  [/\bclass \w+Im[p]l\b|\bclass Ba[s]e[A-Z]|\bclass \w+Ba[s]e\b/, "name what makes it different"],
  [/\b(black|white)[l]ist/i, "deny list, allow list"],
  [/\bmaster\/sla[v]e\b/i, "primary and standby"],
  [/\btimeout(Milli|Second)s\b|\btimeoutMS\b/, "units last and short: timeoutMs"],
  [/eslint-disabl[e]/, "oxlint-disable, with the reason behind --"],
  [/@ts-ignor[e]/, "@ts-expect-error, with the reason"],
];

/** Code points: what is wider on a screen, or narrower, does not matter here. */
const columnsOf = (line: string): number => Array.from(line).length;

export const bannedWords: Rule = ({ path, text }) => {
  if (!isCode(path) || isGenerated(path)) return [];
  return banned.flatMap(([pattern, instead]) =>
    linesThat(text, (line) => pattern.test(line)).map(
      ([number, line]) => `${path}:${number}: "${pattern.exec(line)?.[0] ?? ""}": ${instead}`,
    ),
  );
};

/** A file of `src` opens with what it is for. */
export const moduleComment: Rule = ({ path, text }) => {
  if (!/^src\/.*\.(ts|js)$/.test(path) || isGenerated(path)) return [];
  const body = text.replace(/^#!.*\n/, "").replace(/^\/\/ @ts-check\n/, "");
  return body.startsWith("/**") ? [] : [`${path}:1: opens without a comment on what it is for`];
};

// ---------------------------------------------------------------- what must not be published

const secrets: readonly (readonly [RegExp, string])[] = [
  [/-----BEGIN [A-Z ]*PRIVATE KE[Y]-----/, "a private key"],
  [/\bAKI[A][0-9A-Z]{16}\b/, "an access key"],
  [/\bgh[pousr]_[A-Za-z0-9]{36}\b/, "an access token"],
  [/\bnpm_[A-Za-z0-9]{36}\b/, "an access token"],
];

export const secretScan: Rule = ({ path, text }) =>
  secrets.flatMap(([pattern, what]) =>
    linesThat(text, (line) => pattern.test(line)).map(
      ([number]) => `${path}:${number}: holds ${what}: revoke it, and take it out of the history`,
    ),
  );

const machines: readonly (readonly [RegExp, string])[] = [
  [/(^|[\s"'`(=:])\/(home|Users)\/\w+\/|(^|[\s"'`(=:])\/(work|root)\//, "a path of one machine"],
  [/\b[A-Z]:\\Users\\/, "a path of one machine"],
  [/registr[y]\.(npmjs|yarnpkg)\.\w+|npm\.pkg\.github\.\w+/, "a registry's host"],
  [/"resolve[d]": "http/, "a registry's host"],
];

export const machineNames: Rule = ({ path, text }) =>
  machines.flatMap(([pattern, what]) =>
    linesThat(text, (line) => pattern.test(line)).map(
      ([number]) => `${path}:${number}: names ${what}`,
    ),
  );

// ---------------------------------------------------------------- tests

const folders = "unit|property|conformance|replay|fence|integration";

/** Vitest would never run it, and nobody would notice. */
export const testPlace: Rule = ({ path }) => {
  if (!path.endsWith(".test.ts") || new RegExp(`^test/(${folders})/`).test(path)) return [];
  return [`${path}:1: is in no folder of vitest.config.ts, so it never runs`];
};

/** A skipped test says why, in a comment `// Skipped ...` above it or in the call itself. */
export const skippedTests: Rule = ({ path, text }) => {
  if (!/^test\/.*\.ts$/.test(path)) return [];
  const lines = text.split("\n");
  const isSkip = (line: string): boolean =>
    /\b(it|test|describe)\.(skip|todo|skipIf|runIf)\b/.test(line);
  return linesThat(text, isSkip)
    .filter(
      ([number]) => !/\/\/ Skipped /.test(lines.slice(Math.max(0, number - 3), number).join("\n")),
    )
    .map(([number]) => `${path}:${number}: skips without a comment "// Skipped ..." that says why`);
};

/** Waiting for a length of time is either too short or too long: wait for a condition. */
export const fixedSleeps: Rule = ({ path, text }) => {
  if (!/^test\/.*\.test\.ts$/.test(path)) return [];
  const sleeps = /setTimeout\((\w*resolve\w*|done|r), *[\d_]+\)|\bawait (sleep|delay|setTimeout)\(/;
  return linesThat(text, (line) => sleeps.test(line)).map(
    ([number]) => `${path}:${number}: sleeps for a fixed time: wait for a condition`,
  );
};

// ---------------------------------------------------------------- documents

/** A link to another file of the repository leads to a file, and one to a heading to a heading. */
export const deadLinks: Rule = ({ path, text }) => {
  if (!path.endsWith(".md")) return [];
  return linesThat(text, (line) => line.includes("](")).flatMap(([number, line]) =>
    [...line.matchAll(/\]\(([^)\s]+)\)/g)]
      .map(([, target = ""]) => target)
      .filter((target) => !/^[a-z]+:/.test(target) && !leadsSomewhere(path, text, target))
      .map((target) => `${path}:${number}: links to ${target}, which is not there`),
  );
};

function leadsSomewhere(path: string, text: string, target: string): boolean {
  const [name = "", heading] = target.split("#");
  const linked = name === "" ? path : posix.join(posix.dirname(path), name);
  if (name !== "" && !existsSync(linked)) return false;
  if (heading === undefined) return true;
  const page = name === "" ? text : readFileSync(linked, "utf8");
  return [...page.matchAll(/^#+ +(.*)$/gm)].some(([, title = ""]) => anchorOf(title) === heading);
}

/** As the forges make them: lower case, spaces as dashes, everything else gone. */
const anchorOf = (title: string): string =>
  title
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N} _-]/gu, "")
    .replaceAll(" ", "-");

// ---------------------------------------------------------------- all of them

export const rules: readonly Rule[] = [
  fileLength,
  lineLength,
  bannedWords,
  moduleComment,
  secretScan,
  machineNames,
  testPlace,
  skippedTests,
  fixedSleeps,
  deadLinks,
];

export const tidy = (file: File): readonly Finding[] => rules.flatMap((rule) => rule(file));

function linesThat(
  text: string,
  matches: (line: string) => boolean,
): readonly (readonly [line: number, text: string])[] {
  const lines = text.split("\n").map((line, index) => [index + 1, line] as const);
  return lines.filter(([, line]) => matches(line));
}

function main(): void {
  const findings = repositoryFiles().flatMap(tidy);
  for (const finding of findings) console.error(finding);
  if (findings.length > 0) process.exitCode = 1;
}

if (import.meta.main) main();
