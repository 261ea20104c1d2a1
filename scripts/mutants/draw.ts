/**
 * Draws the mutants of `drawn.json`, in rounds: in each the same number for each part of the
 * program, each operator in turn, among the code that a campaign of the simulator executes.
 *
 *     node scripts/mutants/draw.ts
 *
 * 1. A place is drawn by a hash of what it is (file, operator, line of text, occurrence), so an
 *    edit elsewhere does not change the draw.
 * 2. What was drawn and says nothing of the checkers is left out by `equivalent.ts`, which says
 *    why; the next place in the same order takes its turn.
 * 3. A further round, and an operator that comes with it, changes nothing about those before it.
 */
import { readFileSync, writeFileSync, globSync } from "node:fs";
import { Session } from "node:inspector/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { digestStart, digestString, finish } from "../../src/core/kernel/digest.ts";
import { scenarioNames, simulate } from "../../src/sim/index.ts";
import { equivalents } from "./equivalent.ts";
import { areaOf, areas, root } from "./mutant.ts";
import type { Mutant } from "./mutant.ts";
import { operatorNames, placesOf } from "./operators.ts";
import type { Operator } from "./operators.ts";

/** How many each part of the program has in each round. */
const perArea = 7;
/** So that no file has more than its share of a round. */
const perFileMax = 2;
/** The operators of each round. */
const rounds: readonly (readonly Operator[])[] = [
  operatorNames.filter((name) => name !== "dropped-return"),
  operatorNames,
];
const seed = "reprise";
const coverageSeeds = 60;

interface Candidate extends Omit<Mutant, "id"> {
  readonly operator: Operator;
  readonly rank: number;
  /** Of places of the file with the same text: which, from 0. */
  readonly occurrence: number;
}

/** Offsets of a file that were executed. */
type Executed = (offset: number) => boolean;

/** By file: what a campaign executes of it. */
async function campaignCoverage(): Promise<ReadonlyMap<string, Executed>> {
  const session = new Session();
  session.connect();
  await session.post("Profiler.enable");
  await session.post("Profiler.startPreciseCoverage", { callCount: true, detailed: true });
  for (const scenario of scenarioNames) {
    for (let at = 1; at <= coverageSeeds; at += 1) simulate({ seed: at, scenario, twice: false });
  }
  const { result } = await session.post("Profiler.takePreciseCoverage");
  session.disconnect();
  const covered = new Map<string, Executed>();
  const prefix = `${pathToFileURL(root).href}/`;
  for (const { url, functions } of result) {
    if (!url.startsWith(prefix)) continue;
    const ranges = functions
      .flatMap((one) => one.ranges)
      .map((range) => ({ ...range, length: range.endOffset - range.startOffset }));
    // The innermost range says.
    ranges.sort((left, right) => left.length - right.length);
    covered.set(url.slice(prefix.length), (offset) => {
      const inner = ranges.find((one) => one.startOffset <= offset && offset < one.endOffset);
      return (inner?.count ?? 0) > 0;
    });
  }
  return covered;
}

function candidatesOf(file: string, isExecuted: Executed): Candidate[] {
  const text = readFileSync(join(root, file), "utf8");
  const seen = new Map<string, number>();
  return placesOf(file, text).flatMap(({ operator, start, end, to }) => {
    if (!isExecuted(start)) return [];
    const lineStart = text.lastIndexOf("\n", start - 1) + 1;
    const lineEnd = (text.indexOf("\n", end) + text.length + 1) % (text.length + 1);
    const from = text.slice(lineStart, lineEnd).trim();
    const after = `${text.slice(lineStart, start)}${to}${text.slice(end, lineEnd)}`.trim();
    const what = `${seed}/${file}/${operator}/${from}/${after}`;
    const occurrence = seen.get(what) ?? 0;
    seen.set(what, occurrence + 1);
    const key = `${what}/${String(occurrence)}`;
    const line = text.slice(0, lineStart).split("\n").length;
    return [
      { file, line, operator, from: undented(from), to: after, rank: hashOf(key), occurrence },
    ];
  });
}

const hashOf = (text: string): number => finish(digestString(digestStart, text)) >>> 0;

const undented = (text: string): string =>
  text
    .split("\n")
    .map((line) => line.trim())
    .join("\n");

const isEquivalent = ({ file, from, to, occurrence }: Candidate): boolean =>
  equivalents.some(
    (one) =>
      one.file === file &&
      one.from === from &&
      one.to === to &&
      (one.occurrence ?? occurrence) === occurrence,
  );

/**
 * One round of one part of the program: each operator in turn, each time its next candidate.
 * Equivalent ones come, and do not count.
 *
 * @param candidates what earlier rounds have left
 * @param place of the part among all, from 0
 */
function drawnOf(candidates: readonly Candidate[], place: number, round: number): Candidate[] {
  const operators = rounds[round] ?? [];
  // Each part goes on with the operator at which the one before it ended.
  const first = ((round * areas.length + place) * perArea) % operators.length;
  const queues = [...operators.slice(first), ...operators.slice(0, first)].map((operator) =>
    candidates
      .filter((one) => one.operator === operator)
      .sort((left, right) => left.rank - right.rank),
  );
  const drawn: Candidate[] = [];
  const perFile = new Map<string, number>();
  let counted = 0;
  while (counted < perArea && queues.some((queue) => queue.length > 0)) {
    for (const queue of queues) {
      const next = queue.shift();
      if (next === undefined || counted >= perArea) continue;
      const count = perFile.get(next.file) ?? 0;
      if (count >= perFileMax) continue;
      perFile.set(next.file, count + 1);
      drawn.push(next);
      if (!isEquivalent(next)) counted += 1;
    }
  }
  return drawn;
}

/** All rounds of one part of the program. */
function allDrawnOf(candidates: readonly Candidate[], place: number): Candidate[] {
  const drawn = new Set<Candidate>();
  for (const round of rounds.keys()) {
    const left = candidates.filter((one) => !drawn.has(one));
    for (const one of drawnOf(left, place, round)) drawn.add(one);
  }
  return [...drawn];
}

const covered = await campaignCoverage();
const files = globSync("src/{core,client}/**/*.ts", { cwd: root, exclude: ["**/gen/**"] }).sort();
const mutants: Mutant[] = areas.flatMap((area, place) => {
  const candidates = files
    .filter((file) => areaOf(file) === area)
    .flatMap((file) => candidatesOf(file, covered.get(file) ?? (() => false)));
  process.stdout.write(`${area}: ${String(candidates.length)} places\n`);
  return allDrawnOf(candidates, place).flatMap((candidate, index) => {
    // An equivalent one keeps its number, so that the others keep theirs.
    if (isEquivalent(candidate)) return [];
    const { file, line, operator, from, to } = candidate;
    const id = `${area}-${String(index + 1).padStart(2, "0")}`;
    return [{ id, file, line, operator, from, to }];
  });
});
writeFileSync(join(import.meta.dirname, "drawn.json"), `${JSON.stringify(mutants, null, 2)}\n`);
process.stdout.write(`${String(mutants.length)} mutants drawn\n`);
