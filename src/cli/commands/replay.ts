/**
 * `reprise replay`: steps a fresh realm through a journal and says in which state it ends. With
 * `--check` every effect and every recorded part of the state is compared with the journal's.
 */
import { builtinFeatures } from "../../core/features/index.ts";
import type { Machine } from "../../core/contract.ts";
import { journalStart, Replayer, stepFailures } from "../../core/journal/index.ts";
import type {
  Checkpoint,
  Checked,
  Divergence,
  JournalBlock,
  JournalEnd,
  ScanVerdict,
} from "../../core/journal/index.ts";
import { DigestingOutbox } from "../../core/kernel/effects.ts";
import { eventSequence } from "../../core/kernel/ids.ts";
import { createRealm } from "../../core/realm/index.ts";
import { flag, integer, readArguments } from "../arguments.ts";
import { CommandError } from "../command-error.ts";
import type { Command } from "../command.ts";
import { checkpointBefore, findJournal, scanJournal } from "../journal-files.ts";
import type { JournalFiles } from "../journal-files.ts";
import { grouped, printJson, ProgressLine, table } from "../output.ts";

const help = `\
Replays a journal, and says in which state it ends.

Usage: reprise replay PATH [--until SEQ] [--check] [--json]

PATH is a journal's folder, a role's data folder, or one segment.

  --until SEQ   stop after the event with this sequence
  --check       compare every effect and state with what the journal recorded
  --json        print one JSON object

Exit code 0: it replays. 1: it is damaged, or replays otherwise than it was recorded; the place
and the event are named.

Examples:
  reprise replay data/game/journal --check
  reprise replay data/game/journal --until 120000 --json`;

const options = {
  until: integer(null, { min: 1, max: Number.MAX_SAFE_INTEGER }),
  check: flag(),
  json: flag(),
};

/** Fields may be added, never renamed. */
interface ReplayResult {
  /** Events stepped. */
  readonly events: number;
  /** The first and the last event of the journal that the state contains; 0 when it is empty. */
  readonly fromSeq: number;
  readonly toSeq: number;
  /** Of the whole state after `toSeq`, eight hexadecimal digits. */
  readonly digest: string;
  readonly checked: Checked;
  readonly diverged: null | {
    readonly seq: number;
    readonly event: string | null;
    /** The table of the state, or "effects"; absent when the event could not be stepped. */
    readonly field?: string;
    readonly detail: string;
  };
  readonly eventsPerSecond: number;
  /** Events left out because their first step failed. */
  readonly failedSteps: number;
  /** Bytes at the end that a crash left behind and that were never acknowledged. */
  readonly unfinishedTailBytes: number;
}

interface Survey {
  readonly end: JournalEnd;
  readonly tailBytes: number;
  readonly failures: ReadonlySet<number>;
}

interface Replayed {
  readonly machine: Machine;
  readonly replayer: Replayer;
  readonly divergence: Divergence | null;
  readonly seconds: number;
}

export const replay: Command = {
  name: "replay",
  summary: "replay a journal; with --check, prove that it goes as it went",
  help,
  run(argv) {
    const { values, positionals } = readArguments(argv, options, ["PATH"]);
    const files = findJournal(positionals[0] ?? "");
    const progress = new ProgressLine();
    let result: ReplayResult;
    try {
      result = replayJournal(files, values, progress);
    } finally {
      progress.end();
    }
    if (values.json) printJson(result);
    else print(result, values.check);
    return Promise.resolve(result.diverged === null ? 0 : 1);
  },
};

interface ReplayValues {
  readonly until: number | null;
  readonly check: boolean;
}

function replayJournal(
  files: JournalFiles,
  values: ReplayValues,
  progress: ProgressLine,
): ReplayResult {
  const checkpoint = beginning(files);
  const after = checkpoint?.position ?? journalStart;
  const survey = surveyOf(files, checkpoint, progress);
  const order = { files, checkpoint, survey, values, progress };
  let replayed = step(order, survey.failures);
  const threw = threwLast(replayed, survey.end);
  // A crash kept it from being recorded as failed; a recovery leaves it out too.
  const failures = threw === null ? survey.failures : new Set([...survey.failures, threw]);
  if (threw !== null) replayed = step(order, failures);
  const { machine, replayer, divergence, seconds } = replayed;
  const last = replayer.lastSequence;
  return {
    events: replayer.events,
    fromSeq: last < after.nextSequence ? 0 : after.nextSequence,
    toSeq: last < after.nextSequence ? 0 : last,
    digest: machine.digest().toString(16).padStart(8, "0"),
    checked: replayer.checked,
    diverged: divergence === null ? null : showDivergence(divergence),
    eventsPerSecond: Math.round(replayer.events / Math.max(seconds, 1e-6)),
    failedSteps: [...failures].filter((sequence) => sequence <= last).length,
    unfinishedTailBytes: survey.tailBytes,
  };
}

/** The checkpoint that a journal goes on from whose first segments are gone; null at event 1. */
function beginning(files: JournalFiles): Checkpoint | null {
  const first = files.segments[0]?.firstSequence ?? 1;
  if (first === 1) return null;
  const checkpoint = checkpointBefore(files);
  if (checkpoint !== null && checkpoint.position.nextSequence >= first) return checkpoint;
  throw new CommandError(
    `the journal begins with event ${first}, and ${files.checkpoints} has no checkpoint of the ` +
      `state before it`,
  );
}

/** Pass 1: verifies every byte and collects the failed steps. */
function surveyOf(
  files: JournalFiles,
  checkpoint: Checkpoint | null,
  progress: ProgressLine,
): Survey {
  const failures = new Set<number>();
  let verified = 0;
  const verdict = scanJournal(files, checkpoint?.position ?? journalStart, (block) => {
    for (const sequence of stepFailures([block])) failures.add(sequence);
    verified += block.payload.length;
    progress.show(() => `verifying: ${percent(verified, files.bytes)}`);
    return true;
  });
  const end = soundEnd(verdict);
  const cuts = end.type === "unfinished" ? end.cuts : [];
  return { end, tailBytes: cuts.reduce((sum, { bytes }) => sum + bytes, 0), failures };
}

function soundEnd(
  verdict: ScanVerdict | null,
): Extract<ScanVerdict, { readonly type: "clean" | "unfinished" }> {
  if (verdict?.type === "clean" || verdict?.type === "unfinished") return verdict;
  if (verdict?.type === "corrupt") {
    const { path, offset, sequence: seq, problem } = verdict;
    throw new CommandError(`corrupt: ${verdict.message}`, { path, offset, seq, ...problem });
  }
  throw new CommandError(`refused: ${verdict?.message ?? "the journal was not read to its end"}`);
}

interface StepOrder {
  readonly files: JournalFiles;
  readonly checkpoint: Checkpoint | null;
  readonly survey: Survey;
  readonly values: ReplayValues;
  readonly progress: ProgressLine;
}

/** Pass 2: steps a fresh machine. */
function step(order: StepOrder, skip: ReadonlySet<number>): Replayed {
  const { files, checkpoint, survey, values, progress } = order;
  const { until, check } = values;
  const after = checkpoint?.position ?? journalStart;
  const machine = createRealm({ features: builtinFeatures }).create();
  if (checkpoint !== null) machine.restore(checkpoint.machine);
  const replayer = new Replayer(machine, {
    after: after.nextSequence - 1,
    until: until === null ? null : eventSequence(until),
    check,
    skip,
    outbox: () => new DigestingOutbox(),
  });
  let divergence: Divergence | null = null;
  const total = survey.end.position.nextSequence - after.nextSequence;
  const startedAt = performance.now();
  scanJournal(files, after, (block: JournalBlock) => {
    divergence = replayer.apply(block);
    progress.show(() => `replaying: ${grouped(replayer.events)} of ${grouped(total)} events`);
    return divergence === null && !replayer.isDone;
  });
  return { machine, replayer, divergence, seconds: (performance.now() - startedAt) / 1_000 };
}

/** The journal's last event, when a feature threw on it. */
function threwLast({ divergence, machine }: Replayed, { position }: JournalEnd): number | null {
  if (divergence?.type !== "threw" || machine.failedFeature === null) return null;
  return divergence.sequence === position.nextSequence - 1 ? divergence.sequence : null;
}

function showDivergence(divergence: Divergence): NonNullable<ReplayResult["diverged"]> {
  const { sequence: seq, event } = divergence;
  if (divergence.type === "threw" || divergence.type === "unreadable") {
    return { seq, event, detail: divergence.message };
  }
  const { expected, actual } = divergence;
  const field = divergence.type === "state" ? divergence.table : "effects";
  return { seq, event, field, detail: `digest ${actual} instead of ${expected}` };
}

function print(result: ReplayResult, check: boolean): void {
  const { diverged, failedSteps, unfinishedTailBytes: tail } = result;
  if (diverged !== null) {
    const what = diverged.field === undefined ? "" : `, ${diverged.field}`;
    const event = `event ${diverged.seq} (${diverged.event ?? "unreadable"})`;
    console.error(`reprise replay: it diverges at ${event}${what}: ${diverged.detail}`);
    return;
  }
  const rows: [string, string][] = [
    ["events", `${grouped(result.events)} (${result.fromSeq} to ${result.toSeq})`],
    ["digest", result.digest],
    ["speed", `${grouped(result.eventsPerSecond)} events/s`],
  ];
  if (failedSteps > 0) rows.push(["left out", `${failedSteps}, whose steps failed`]);
  if (tail > 0) rows.push(["unfinished", `${grouped(tail)} bytes at the end, never acknowledged`]);
  if (check) {
    const { blocks, digests } = result.checked;
    rows.push(["checked", `${grouped(blocks)} blocks, ${grouped(digests)} digests`]);
  }
  console.log(table(rows));
  if (check) console.log("every state and every effect agree");
}

const percent = (part: number, whole: number): string =>
  `${String(Math.min(100, Math.floor((100 * part) / Math.max(whole, 1))))} %`;
