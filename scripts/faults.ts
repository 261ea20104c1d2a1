/**
 * `node scripts/faults.ts [--seeds N] [--texts]`: one campaign over all scenarios, and the table of
 * docs/FAULTS.md with how often each fault struck in it.
 *
 *     --seeds N   the first N seeds of each scenario, 300 when left out
 *     --texts     plays nothing: brings the rows up to date and leaves what was counted
 *
 * 1. Rows are those of `src/sim/faults.ts`, in its order.
 * 2. A fault that never struck in any scenario, and a seed that fails, are errors: exit status 1,
 *    and the page stays as it was.
 * 3. Each seed is played once: that it goes the same way twice is another campaign's business.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";
import { faultNames, faults, scenarioNames, simulate } from "../src/sim/index.ts";
import type { Fault, ScenarioName } from "../src/sim/index.ts";

/** What the seeds of one scenario came to. */
export interface FaultTally {
  readonly seeds: number;
  readonly events: number;
  readonly simulatedSeconds: number;
  readonly counts: Readonly<Record<Fault, number>>;
  /** By seed that broke a rule: which, and how to see it again. */
  readonly broken: readonly string[];
}

interface Share {
  readonly scenario: ScenarioName;
  readonly firstSeed: number;
  /** From one seed of this share to its next. */
  readonly stride: number;
  readonly seeds: number;
}

const page = new URL("../docs/FAULTS.md", import.meta.url);
const begin = "<!-- counted by scripts/faults.ts -->";
const end = "<!-- counted until here -->";

/** By fault, what stands in the columns behind its text. */
export type Columns = ReadonlyMap<string, readonly string[]>;

/**
 * @param text the page
 * @param intro the sentence over the table; null leaves it
 * @returns the page with the rows of today
 * @throws Error when the page has no such part
 */
export function withTable(text: string, columns: Columns, intro: string | null): string {
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`docs/FAULTS.md lacks ${begin} or ${end}`);
  const old = text.slice(from + begin.length, to);
  const kept = old.slice(0, old.indexOf("| fault")).trim();
  const none = scenarioNames.map(() => "-");
  const rows = faultNames.map((name) => [
    `\`${name}\``,
    faults[name],
    ...(columns.get(name) ?? none),
  ]);
  const table = tableOf([["fault", "what happens", ...scenarioNames], ...rows]);
  return `${text.slice(0, from)}${begin}\n\n${intro ?? kept}\n\n${table}\n\n${text.slice(to)}`;
}

/** What the columns of the page say now. */
export function columnsIn(text: string): Columns {
  const rows = [...text.matchAll(/^\| `([^`]+)`\s+\|[^|]+\|(.+)\|$/gm)];
  return new Map(
    rows.map(([, name = "", cells = ""]) => [name, cells.split("|").map((cell) => cell.trim())]),
  );
}

/** As prettier lays a table out. */
function tableOf(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(3, ...rows.map((row) => (row[column] ?? "").length)),
  );
  const lines = rows.map(
    (row) => `| ${widths.map((width, at) => (row[at] ?? "").padEnd(width)).join(" | ")} |`,
  );
  const rule = `| ${widths.map((width) => "-".repeat(width)).join(" | ")} |`;
  return [lines[0], rule, ...lines.slice(1)].join("\n");
}

const number = (value: number): string => Math.round(value).toLocaleString("en-US");

function introOf(tallies: ReadonlyMap<ScenarioName, FaultTally>): string {
  const parts = [...tallies].map(
    ([scenario, { seeds, events, simulatedSeconds }]) =>
      `the first ${number(seeds)} seeds of \`${scenario}\` (${number(events)} events, ` +
      `${number(simulatedSeconds)} simulated seconds)`,
  );
  const [first] = tallies.values();
  const command = `node scripts/faults.ts --seeds ${String(first?.seeds ?? 0)}`;
  return wrapped(
    `The last columns count how often the fault struck in one campaign, \`${command}\`: ` +
      `${parts.slice(0, -1).join(", ")} and ${parts.at(-1) ?? ""}.`,
  );
}

function wrapped(text: string): string {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && line.length + word.length + 1 > 118) {
      lines.push(line);
      line = "";
    }
    line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line].join("\n");
}

// ---------------------------------------------------------------- the campaign

const emptyTally = (): FaultTally => ({
  seeds: 0,
  events: 0,
  simulatedSeconds: 0,
  counts: Object.fromEntries(faultNames.map((name) => [name, 0])) as Record<Fault, number>,
  broken: [],
});

const sum = (one: FaultTally, other: FaultTally): FaultTally => ({
  seeds: one.seeds + other.seeds,
  events: one.events + other.events,
  simulatedSeconds: one.simulatedSeconds + other.simulatedSeconds,
  counts: Object.fromEntries(
    faultNames.map((name) => [name, one.counts[name] + other.counts[name]]),
  ) as Record<Fault, number>,
  broken: [...one.broken, ...other.broken],
});

function play({ scenario, firstSeed, stride, seeds }: Share): FaultTally {
  let tally = emptyTally();
  for (let seed = firstSeed; seed <= seeds; seed += stride) {
    const {
      failure,
      events,
      simulatedSeconds,
      faults: counts,
    } = simulate({
      seed,
      scenario,
      twice: false,
    });
    const again = `npx reprise sim --scenario ${scenario} --seed ${String(seed)}`;
    const broken = failure === null ? [] : [`${failure.message} (${again})`];
    tally = sum(tally, { seeds: 1, events, simulatedSeconds, counts, broken });
  }
  return tally;
}

const playApart = (share: Share): Promise<FaultTally> =>
  new Promise((resolve, reject) => {
    const worker = new Worker(new URL(import.meta.url), { workerData: share });
    worker.once("message", resolve);
    worker.once("error", reject);
  });

async function tallyOf(scenario: ScenarioName, seeds: number): Promise<FaultTally> {
  const stride = availableParallelism();
  const shares = Array.from({ length: stride }, (_, index) => index + 1);
  const ends = await Promise.all(
    shares.map((firstSeed) => playApart({ scenario, firstSeed, stride, seeds })),
  );
  return ends.reduce(sum, emptyTally());
}

/** Faults that no scenario was struck by. */
export const missing = (tallies: Iterable<FaultTally>): readonly Fault[] => {
  const all = [...tallies];
  return faultNames.filter((name) => all.every(({ counts }) => counts[name] === 0));
};

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { seeds: { type: "string", default: "300" }, texts: { type: "boolean" } },
  });
  const text = readFileSync(page, "utf8");
  if (values.texts === true) {
    writeFileSync(page, withTable(text, columnsIn(text), null));
    return;
  }
  const seeds = Number(values.seeds);
  const tallies = new Map<ScenarioName, FaultTally>();
  for (const scenario of scenarioNames) tallies.set(scenario, await tallyOf(scenario, seeds));
  const wrong = [...tallies.values()].flatMap(({ broken }) => broken);
  const never = missing(tallies.values());
  if (never.length > 0) wrong.push(`never struck: ${never.join(" ")}`);
  if (wrong.length > 0) throw new Error(wrong.join("\n"));
  const columns = new Map(
    faultNames.map((name) => [
      name as string,
      [...tallies.values()].map(({ counts }) => (counts[name] === 0 ? "-" : number(counts[name]))),
    ]),
  );
  writeFileSync(page, withTable(text, columns, introOf(tallies)));
}

if (!isMainThread && parentPort !== null) parentPort.postMessage(play(workerData as Share));
else if (import.meta.main) {
  try {
    await main();
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  }
}
