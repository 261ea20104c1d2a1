/** What `reprise sim` says: of one seed's options, of the way, and of the end of a campaign. */
import { calmOptions, cellsIn } from "../../sim/index.ts";
import type { CoverageKey, ScenarioName, SimulationOptions } from "../../sim/index.ts";
import { grouped, table } from "../output.ts";
import { replayCommand } from "./failure-files.ts";
import type { LeftFile } from "./failure-files.ts";
import { shrunkText } from "./shrink.ts";
import type { CampaignTally } from "./tally.ts";

/** Fields may be added, never renamed. */
export interface SimulationReport {
  readonly seeds: number;
  readonly failures: readonly {
    readonly seed: number | null;
    readonly scenario: ScenarioName;
    readonly fingerprint: string;
    /** Empty for a seed that took its thread with it. */
    readonly file: string;
    /** Decisions and actions that are left in the file; null where there is none. */
    readonly fileEvents: number | null;
    readonly message: string;
  }[];
  readonly simulatedSeconds: number;
  readonly wallSeconds: number;
  readonly events: number;
  /** How many seeds were played twice and compared. */
  readonly determinismChecked: number;
  readonly faults: Readonly<Record<string, number>>;
  readonly coverage: {
    readonly reached: number;
    /** Of what a campaign is held to. */
    readonly total: number;
    /** What can be met, and seldom is: by fewer than one seed in a thousand. */
    readonly seldom: number;
    readonly seldomReached: number;
    /** What cannot be met. */
    readonly unreachable: number;
    /** What was not reached, and what seldom is, where somebody wants to know. */
    readonly missing?: readonly CoverageKey[];
    readonly seldomCells?: readonly CoverageKey[];
  };
  /** Ctrl-C has ended it. */
  readonly interrupted: boolean;
}

export interface ReportParts {
  /** By fingerprint. */
  readonly files: ReadonlyMap<string, LeftFile>;
  readonly wallSeconds: number;
  readonly interrupted: boolean;
  readonly scenarios: readonly ScenarioName[];
  readonly listsMissing: boolean;
}

export const reportOfCampaign = (
  tally: CampaignTally,
  { files, wallSeconds, interrupted, scenarios, listsMissing }: ReportParts,
): SimulationReport => ({
  seeds: tally.seeds,
  failures: tally.failures.map(({ seed, scenario, fingerprint, message }) => ({
    seed,
    scenario,
    fingerprint,
    file: files.get(fingerprint)?.path ?? "",
    fileEvents: files.get(fingerprint)?.file.shrunk?.events ?? null,
    message,
  })),
  simulatedSeconds: tally.simulatedSeconds,
  wallSeconds,
  events: tally.events,
  determinismChecked: tally.seeds,
  faults: tally.faults,
  coverage: coverageOf(tally, scenarios, listsMissing),
  interrupted,
});

function coverageOf(
  { reached }: CampaignTally,
  scenarios: readonly ScenarioName[],
  listsMissing: boolean,
): SimulationReport["coverage"] {
  const cells = scenarios.map(cellsIn);
  const usual = new Set(cells.flatMap((of) => [...of.usual]));
  // What one scenario meets all the time is not seldom, whatever it is in another one.
  const others = (keys: ReadonlySet<CoverageKey>, ...known: ReadonlySet<CoverageKey>[]) =>
    [...keys].filter((key) => !known.some((set) => set.has(key)));
  const seldom = new Set(cells.flatMap((of) => others(of.seldom, usual)));
  const never = new Set(cells.flatMap((of) => others(of.never, usual, seldom)));
  const missing = others(usual, reached);
  const found = {
    reached: usual.size - missing.length,
    total: usual.size,
    seldom: seldom.size,
    seldomReached: [...seldom].filter((key) => reached.has(key)).length,
    unreachable: never.size,
  };
  return listsMissing ? { ...found, missing, seldomCells: [...seldom] } : found;
}

/** By fault, a line each: in which situations it has not struck yet, or seldom does. */
function missingLines({
  missing = [],
  seldomCells = [],
}: SimulationReport["coverage"]): readonly string[] {
  return [
    ...cellLines("Not reached, by packet type and state of the link:", missing),
    ...cellLines("Too seldom to be asked for:", seldomCells),
  ];
}

function cellLines(title: string, cells: readonly CoverageKey[]): readonly string[] {
  if (cells.length === 0) return [];
  const byFault = new Map<string, string[]>();
  for (const key of cells) {
    const [fault = "", type = "", state = ""] = key.split("/");
    const known = byFault.get(fault) ?? [];
    byFault.set(fault, [...known, state === "-" ? "at all" : `${type}/${state}`]);
  }
  const rows = [...byFault].map(([fault, where]): [string, string] => [fault, where.join(" ")]);
  return [`\n${title}`, table(rows)];
}

/** @param wanted how many seeds were asked for; null for as many as there was time for */
export function summary(report: SimulationReport, wanted: number | null): string {
  const { seeds, failures, simulatedSeconds, wallSeconds, events, faults, coverage } = report;
  const speed = (2 * simulatedSeconds) / Math.max(wallSeconds, 0.001);
  const struck = Object.entries(faults).filter(([, count]) => count > 0);
  const missed = wanted !== null && seeds < wanted ? ` of ${grouped(wanted)}` : "";
  const rows: [string, string][] = [
    ["seeds", `${grouped(seeds)}${missed}, each twice`],
    ["events", grouped(events)],
    ["simulated", `${grouped(Math.round(simulatedSeconds))} s in ${wallSeconds.toFixed(1)} s`],
    ["speed", `${grouped(Math.round(speed))} times real time`],
    ["coverage", coverageText(coverage)],
    ...struck.map(([name, count]): [string, string] => [name, grouped(count)]),
    ["failures", grouped(failures.length)],
  ];
  const missing = missingLines(coverage);
  const ended = report.interrupted ? ["\nInterrupted: the seeds after these were not played."] : [];
  return [table(rows), ...missing, ...findingLines(report), ...ended].join("\n");
}

/** Of what: faults, by what they strike. */
const coverageText = ({
  reached,
  total,
  seldom,
  seldomReached,
  unreachable,
}: SimulationReport["coverage"]): string =>
  `${grouped(reached)} of ${grouped(total)} cells met; ${grouped(seldom)} more are seldom, ` +
  `${grouped(seldomReached)} of them met (--missing lists them); ${grouped(unreachable)} ` +
  "cannot be reached";

/** One of each kind, with the command that makes it happen again. */
function findingLines({ failures }: SimulationReport): string[] {
  const kinds = new Map<string, SimulationReport["failures"][number]>();
  for (const failure of failures) {
    if (!kinds.has(failure.fingerprint)) kinds.set(failure.fingerprint, failure);
  }
  return [...kinds.values()].map(({ seed, scenario, fingerprint, file, message }) => {
    const again =
      file === ""
        ? `npx reprise sim --scenario ${scenario} --seed ${String(seed)}`
        : replayCommand(file);
    return `\n${fingerprint}, seed ${String(seed)}: ${message}\n  ${again}`;
  });
}

/** What happens in each failure that was left, told. Nothing for those that were not shrunk. */
export const storyText = (files: ReadonlyMap<string, LeftFile>): string =>
  [...files]
    .filter(([, { file }]) => file.story.length > 0)
    .map(([fingerprint, { file }]) => {
      const shrunk = shrunkText(file);
      const title = shrunk === null ? fingerprint : `${fingerprint}, ${shrunk}`;
      return ["", "", title, ...file.story.map((line) => (line === "" ? "" : `  ${line}`))].join(
        "\n",
      );
    })
    .join("\n");

/** How far a campaign has come, for the line that is written over. */
export interface Progress {
  readonly tally: CampaignTally;
  /** Null for as many as there is time for. */
  readonly wanted: number | null;
  readonly elapsedMs: number;
  /** Of the campaign; null when it ends by its seeds. */
  readonly msMax: number | null;
}

export function progressText({ tally, wanted, elapsedMs, msMax }: Progress): string {
  const { seeds, failures, events } = tally;
  const perMs = seeds / Math.max(elapsedMs, 1);
  const leftMs = Math.min(
    wanted === null ? Infinity : (wanted - seeds) / perMs,
    msMax === null ? Infinity : Math.max(0, msMax - elapsedMs),
  );
  return [
    `${grouped(seeds)}${wanted === null ? "" : ` of ${grouped(wanted)}`} seeds`,
    `${(perMs * 1_000).toFixed(1)} seeds/s`,
    `${grouped(events)} events`,
    `${grouped(failures.length)} failures`,
    ...(Number.isFinite(leftMs) ? [`${duration(leftMs)} left`] : []),
  ].join(", ");
}

const duration = (ms: number): string => {
  const seconds = Math.ceil(ms / 1_000);
  if (seconds < 60) return `${String(seconds)} s`;
  const minutes = Math.ceil(seconds / 60);
  return minutes < 60 ? `${String(minutes)} min` : `${(minutes / 60).toFixed(1)} h`;
};

/** What was drawn, where it is not as calm: hidden faults make a failure unreadable. */
export const optionLines = (scenario: ScenarioName, drawn: SimulationOptions): string =>
  `${table([["scenario", scenario], ...drawnOptions(drawn)])}\n`;

/** The same on one line, for a campaign. */
export const optionLine = (
  seed: number,
  scenario: ScenarioName,
  drawn: SimulationOptions,
): string => {
  const said = drawnOptions(drawn).map(([name, value]) => `${name}=${value}`);
  return `seed ${String(seed)} ${scenario}: ${said.join(" ")}`;
};

function drawnOptions(drawn: SimulationOptions): [string, string][] {
  const rows: [string, string][] = [];
  for (const [group, value] of Object.entries(drawn) as [keyof SimulationOptions, unknown][]) {
    const calm = calmOptions[group];
    if (typeof value !== "object" || value === null) {
      rows.push([group, String(value)]);
      continue;
    }
    for (const [name, set] of Object.entries(value as Record<string, unknown>)) {
      const usual = (calm as unknown as Record<string, unknown>)[name];
      if (set !== usual) rows.push([`${group}.${name}`, String(set)]);
    }
  }
  return rows;
}
