/** What came of planting mutants: numbers, and the page that shows them. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { format } from "prettier";
import type { Hunted } from "./hunt.ts";
import { equivalents } from "./equivalent.ts";
import { root } from "./mutant.ts";
import type { Mutant } from "./mutant.ts";
import { survivors } from "./survivors.ts";

export interface Result {
  readonly mutant: Mutant;
  /** Null: the process ended without a word. */
  readonly hunted: Hunted | null;
}

export interface Summary {
  readonly planted: number;
  readonly caught: number;
  readonly seedsToDetect: { readonly median: number; readonly p90: number; readonly max: number };
  /** How many each checker found first. */
  readonly byChecker: Readonly<Record<string, number>>;
  readonly survivors: readonly string[];
  readonly mutants: readonly (Pick<Mutant, "id" | "file" | "line" | "operator"> & {
    readonly caught: boolean;
    readonly checker: string | null;
    readonly rule: string | null;
    readonly seeds: number;
    readonly shrunkEvents: number | null;
  })[];
}

export function summaryOf(results: readonly Result[]): Summary {
  const mutants = results.map(({ mutant, hunted }) => {
    const { id, file, line, operator } = mutant;
    const found = hunted?.found ?? null;
    return {
      id,
      file,
      line,
      operator,
      caught: hunted === null || found !== null,
      checker: hunted === null ? "ended" : (found?.checker ?? null),
      rule: hunted === null ? "a run ends, and its process does not" : (found?.rule ?? null),
      seeds: found?.seed ?? hunted?.seeds ?? 1,
      shrunkEvents: found?.shrunk?.events ?? null,
    };
  });
  const caught = mutants.filter((one) => one.caught);
  const seeds = caught.map((one) => one.seeds).sort((left, right) => left - right);
  const at = (share: number): number => seeds[Math.ceil(share * seeds.length) - 1] ?? 0;
  const byChecker: Record<string, number> = {};
  for (const { checker } of caught) byChecker[checker ?? ""] = (byChecker[checker ?? ""] ?? 0) + 1;
  return {
    planted: mutants.length,
    caught: caught.length,
    seedsToDetect: { median: at(0.5), p90: at(0.9), max: at(1) },
    byChecker,
    survivors: mutants.filter((one) => !one.caught).map(({ id }) => id),
    mutants,
  };
}

/** The page: `page.md` with the tables in their places. */
export async function reportOf(results: readonly Result[], summary: Summary): Promise<string> {
  const page = readFileSync(join(root, "scripts/mutants/page.md"), "utf8");
  const { median, p90, max } = summary.seedsToDetect;
  const share = ((100 * summary.caught) / summary.planted).toFixed(1);
  const tables: Readonly<Record<string, string>> = {
    score: `${String(summary.caught)} of ${String(summary.planted)} caught (${share} %). Seeds to detect: median ${String(median)}, 90 % within ${String(p90)}, at most ${String(max)}.`,
    checkers: checkersTable(summary),
    survivors: survivorsTable(results, summary),
    equivalents: table(
      ["file", "line", "would become", "why nobody sees it"],
      equivalents.map(({ file, from, to, why }) => [file, code(from), code(to), why]),
    ),
    mutants: table(
      ["mutant", "kind", "place", "what", "found by", "seed"],
      results.map((result, index) => rowOf(result, summary.mutants[index])),
    ),
  };
  const filled = page.replaceAll(/\{\{(\w+)\}\}/g, (_all, name: string) => tables[name] ?? "");
  return format(filled, { parser: "markdown", printWidth: 100 });
}

const checkersTable = ({ byChecker }: Summary): string =>
  table(
    ["checker", "found first"],
    Object.entries(byChecker)
      .sort((left, right) => right[1] - left[1])
      .map(([checker, count]) => [checker, String(count)]),
  );

const survivorsTable = (results: readonly Result[], summary: Summary): string =>
  table(
    ["mutant", "what", "why it is not seen"],
    results
      .filter(({ mutant }) => summary.survivors.includes(mutant.id))
      .map(({ mutant }) => [
        mutant.id,
        whatOf(mutant),
        survivors[mutant.id] ?? "not looked into yet",
      ]),
  );

function rowOf({ mutant }: Result, summary: Summary["mutants"][number] | undefined): string[] {
  const place = `${mutant.file.replace(/^src\//, "")}:${String(mutant.line)}`;
  const found =
    summary?.caught === true ? `${String(summary.checker)}: ${String(summary.rule)}` : "";
  const seed = summary?.caught === true ? String(summary.seeds) : "survived";
  return [mutant.id, mutant.operator, place, whatOf(mutant), found, seed];
}

const whatOf = ({ about, from, to }: Mutant): string =>
  about ?? `${code(from)} becomes ${code(to)}`;

const code = (text: string): string => {
  const line = text.split("\n").join(" ");
  const short = line.length > 90 ? `${line.slice(0, 87)}...` : line;
  return `\`${short.replaceAll("`", "'").replaceAll("|", "\\|")}\``;
};

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => "---"), ...rows].map((row) => `| ${row.join(" | ")} |`).join("\n");
