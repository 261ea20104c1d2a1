/**
 * `node scripts/faults.ts [--seeds N] [--texts]`: one campaign over all scenarios, and the table of
 * docs/FAULTS.md with how often each fault struck in it.
 *
 *     --seeds N   the first N seeds of each scenario, 300 when left out
 *     --texts     plays nothing: brings the rows up to date and leaves what was counted
 *
 * 1. Rows are those of `src/sim/faults.ts`, in its order.
 * 2. A fault that never struck in any scenario, and a seed that fails, are errors: exit status 1,
 *    and the page stays as it was. So are a cell of coverage that was met and cannot be, and, from
 *    300 seeds on, fewer than 80 % of the cells that a campaign is held to.
 * 3. It is the campaign of `reprise sim`: each seed twice, and what it struck counted once.
 * 4. A line for each scenario says what it has met: `echo: 465 of 514 cells met by 300 seeds`.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { flag, integer } from "../src/cli/arguments.ts";
import { runCampaign, workersFor } from "../src/cli/sim/campaign.ts";
import type { CampaignTally } from "../src/cli/sim/tally.ts";
import { cellsIn, faultNames, faults, scenarioNames } from "../src/sim/index.ts";
import type { Fault, ScenarioName } from "../src/sim/index.ts";
import { scriptArguments } from "./script.ts";

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

function introOf(tallies: ReadonlyMap<ScenarioName, CampaignTally>): string {
  const parts = [...tallies].map(
    ([scenario, { seeds, events, simulatedSeconds }]) =>
      `the first ${number(seeds)} seeds of \`${scenario}\` (${number(events)} events, ` +
      `${number(simulatedSeconds)} simulated seconds)`,
  );
  const met = [...tallies].map(([scenario, { reached }]) => {
    const { size } = cellsIn(scenario).usual;
    return `${number(metIn(scenario, reached))} of ${number(size)} in \`${scenario}\``;
  });
  const [first] = tallies.values();
  const command = `node scripts/faults.ts --seeds ${String(first?.seeds ?? 0)}`;
  return wrapped(
    `The last columns count how often the fault struck in one campaign, \`${command}\`: ` +
      `${parts.slice(0, -1).join(", ")} and ${parts.at(-1) ?? ""}. Of the cells of coverage that ` +
      `a campaign is held to ([SIMULATOR.md](SIMULATOR.md)) it met ${met.join(", ")}.`,
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

const play = (scenario: ScenarioName, seeds: number): Promise<CampaignTally> =>
  runCampaign({
    firstSeed: 1,
    seeds,
    scenarios: [scenario],
    fixed: {},
    workers: workersFor(seeds),
    untilFailure: false,
    progress: () => true,
  });

const brokenIn = ({ failures }: CampaignTally): readonly string[] =>
  failures.map(
    ({ seed, scenario, message }) =>
      `${message} (npx reprise sim --scenario ${scenario} --seed ${String(seed)})`,
  );

/** Faults that no scenario was struck by. */
export const missing = (tallies: Iterable<Pick<CampaignTally, "faults">>): readonly Fault[] => {
  const all = [...tallies];
  return faultNames.filter((name) => all.every((tally) => tally.faults[name] === 0));
};

/** How many of the cells that a campaign is held to were met. */
const metIn = (scenario: ScenarioName, reached: ReadonlySet<string>): number =>
  [...cellsIn(scenario).usual].filter((cell) => reached.has(cell)).length;

/** Enough seeds to ask for a share of the cells, and the share: they meet 86 to 91 %. */
const askedSeeds = 300;
const leastShare = 0.8;

/** What is wrong with what a scenario's seeds have met. */
export function uncovered(
  scenario: ScenarioName,
  { seeds, reached }: Pick<CampaignTally, "seeds" | "reached">,
): readonly string[] {
  const { usual, never } = cellsIn(scenario);
  const wrong = [...never]
    .filter((cell) => reached.has(cell))
    .map((cell) => `${cell} was met in ${scenario}, and cannot be`);
  const met = metIn(scenario, reached);
  if (seeds < askedSeeds || met >= leastShare * usual.size) return wrong;
  return [...wrong, `only ${String(met)} of ${String(usual.size)} cells met in ${scenario}`];
}

async function main(): Promise<void> {
  const { values } = scriptArguments(import.meta.filename, {
    seeds: integer(300, { min: 1, max: 1_000_000 }),
    texts: flag(),
  });
  const text = readFileSync(page, "utf8");
  if (values.texts) {
    writeFileSync(page, withTable(text, columnsIn(text), null));
    return;
  }
  const { seeds } = values;
  const tallies = new Map<ScenarioName, CampaignTally>();
  for (const scenario of scenarioNames) tallies.set(scenario, await play(scenario, seeds));
  const wrong = [...tallies.values()].flatMap(brokenIn);
  const never = missing(tallies.values());
  if (never.length > 0) wrong.push(`never struck: ${never.join(" ")}`);
  for (const [scenario, tally] of tallies) {
    const met = `${String(metIn(scenario, tally.reached))} of ${String(cellsIn(scenario).usual.size)}`;
    console.log(`${scenario}: ${met} cells met by ${String(tally.seeds)} seeds`);
    wrong.push(...uncovered(scenario, tally));
  }
  if (wrong.length > 0) throw new Error(wrong.join("\n"));
  const columns = new Map(
    faultNames.map((name) => [
      name as string,
      [...tallies.values()].map((tally) =>
        tally.faults[name] === 0 ? "-" : number(tally.faults[name]),
      ),
    ]),
  );
  writeFileSync(page, withTable(text, columns, introOf(tallies)));
}

if (import.meta.main) {
  try {
    await main();
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  }
}
