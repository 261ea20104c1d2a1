/** What came of planting mutants: numbers, and the page that shows them. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { format } from "prettier";
import type { Hunted } from "./hunt.ts";
import { equivalents } from "./equivalent.ts";
import { isMade, root } from "./mutant.ts";
import type { Mutant } from "./mutant.ts";
import { survivors } from "./survivors.ts";

export interface Result {
  readonly mutant: Mutant;
  /** Null: the process ended without a word. */
  readonly hunted: Hunted | null;
  /** Whether its failure was to be made small, where there is one. */
  readonly isShrunk: boolean;
}

export interface Summary {
  readonly planted: number;
  /** How many of them by operator. */
  readonly drawn: number;
  readonly caught: number;
  readonly seedsToDetect: { readonly median: number; readonly p90: number; readonly max: number };
  /** How many each checker found first. */
  readonly byChecker: Readonly<Record<string, number>>;
  readonly survivors: readonly string[];
  /** How small failures became; null when none was shrunk. */
  readonly shrinking: Shrinking | null;
  readonly mutants: readonly (Pick<Mutant, "id" | "file" | "line" | "operator"> & {
    readonly caught: boolean;
    readonly checker: string | null;
    readonly rule: string | null;
    readonly seeds: number;
    /** Null: not shrunk, for nobody asked for it, or the process ended and left no failure. */
    readonly shrunkEvents: number | null;
    /** Of processor time. */
    readonly shrinkSeconds: number | null;
  })[];
}

/** Of those that were caught and were to be made small; one that was not shrunk is not small. */
export interface Shrinking {
  /** How many have at most `smallEventsMax` events after a minute of processor time at most. */
  readonly small: number;
  readonly of: number;
  readonly events: { readonly median: number; readonly p90: number; readonly max: number };
  readonly seconds: { readonly median: number; readonly p90: number; readonly max: number };
}

export const smallEventsMax = 25;

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
      shrinkSeconds: found?.shrunk?.seconds ?? null,
    };
  });
  const caught = mutants.filter((one) => one.caught);
  const byChecker: Record<string, number> = {};
  for (const { checker } of caught) byChecker[checker ?? ""] = (byChecker[checker ?? ""] ?? 0) + 1;
  return {
    planted: mutants.length,
    drawn: results.filter(({ mutant }) => !isMade(mutant)).length,
    caught: caught.length,
    seedsToDetect: spreadOf(caught.map((one) => one.seeds)),
    byChecker,
    survivors: mutants.filter((one) => !one.caught).map(({ id }) => id),
    shrinking: shrinkingOf(mutants.filter((one, at) => one.caught && results[at]?.isShrunk)),
    mutants,
  };
}

function shrinkingOf(caught: Summary["mutants"]): Shrinking | null {
  if (caught.length === 0) return null;
  const events = caught.flatMap(({ shrunkEvents }) => shrunkEvents ?? []);
  return {
    small: events.filter((count) => count <= smallEventsMax).length,
    of: caught.length,
    events: spreadOf(events),
    seconds: spreadOf(caught.flatMap(({ shrinkSeconds }) => shrinkSeconds ?? [])),
  };
}

function spreadOf(numbers: readonly number[]): Summary["seedsToDetect"] {
  const sorted = [...numbers].sort((left, right) => left - right);
  const at = (share: number): number => sorted[Math.ceil(share * sorted.length) - 1] ?? 0;
  return { median: at(0.5), p90: at(0.9), max: at(1) };
}

/**
 * The page: `page.md` with the tables in their places.
 *
 * @param tree which one was hunted in
 */
export async function reportOf(
  results: readonly Result[],
  summary: Summary,
  tree: string,
): Promise<string> {
  const page = readFileSync(join(root, "scripts/mutants/page.md"), "utf8");
  const { median, p90, max } = summary.seedsToDetect;
  const share = percent(summary.caught, summary.planted);
  const tables: Readonly<Record<string, string>> = {
    score: `${String(summary.caught)} of ${String(summary.planted)} caught (${share}). Seeds to detect: median ${String(median)}, 90 % within ${String(p90)}, at most ${String(max)}.`,
    tree,
    drawn: `${String(summary.drawn)} of ${String(summary.planted)} are drawn`,
    shrinking: shrinkingText(summary),
    checkers: checkersTable(summary),
    survivors: survivorsTable(results, summary),
    equivalents: table(
      ["file", "line", "would become", "why nobody sees it"],
      equivalents.map(({ file, from, to, why }) => [file, code(from), code(to), why]),
    ),
    mutants: table(
      ["mutant", "kind", "place", "what", "found by", "seed", "events"],
      results.map((result, index) => rowOf(result, summary.mutants[index])),
    ),
  };
  const filled = page.replaceAll(/\{\{(\w+)\}\}/g, (_all, name: string) => tables[name] ?? "");
  return format(filled, { parser: "markdown", printWidth: 100 });
}

const percent = (part: number, whole: number): string => `${((100 * part) / whole).toFixed(1)} %`;

function shrinkingText({ shrinking, caught }: Summary): string {
  if (shrinking === null) return "No failure was shrunk in this run.";
  const { small, of, events, seconds } = shrinking;
  const share = `${String(small)} of ${String(of)} failures (${percent(small, of)})`;
  const whose = of === caught ? "" : "Not all were to be made small. ";
  return `${whose}${share} have at most ${String(smallEventsMax)} events when they are shrunk, in a minute of processor time at most; one that ended its process leaves nothing to shrink and counts as large. Events: median ${String(events.median)}, 90 % at most ${String(events.p90)}, at most ${String(events.max)}. Seconds of processor time: median ${seconds.median.toFixed(1)}, 90 % at most ${seconds.p90.toFixed(1)}, at most ${seconds.max.toFixed(1)}.`;
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
  const events = summary?.shrunkEvents ?? null;
  const small = events === null ? "" : String(events);
  return [mutant.id, mutant.operator, place, whatOf(mutant), found, seed, small];
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
