/**
 * `reprise replay`: steps a fresh realm through a journal and says in which state it ends. With
 * `--check` it compares every effect, every part of the state that the journal has a digest of, and
 * the whole state wherever a checkpoint was made.
 */
import type { Machine } from "../../core/contract.ts";
import { journalStart, Replayer, stepFailures } from "../../core/journal/index.ts";
import type {
  Checkpoint,
  Checked,
  Divergence,
  JournalBlock,
  JournalEnd,
  JournalPosition,
} from "../../core/journal/index.ts";
import { DigestingOutbox } from "../../core/kernel/effects.ts";
import { eventSequence } from "../../core/kernel/ids.ts";
import { createRealm } from "../../core/realm/index.ts";
import type { Realm } from "../../core/realm/index.ts";
import { flag, integer, readArguments } from "../arguments.ts";
import type { Command } from "../command.ts";
import {
  beginningOf,
  checkpointsOf,
  findJournal,
  scanJournal,
  soundEnd,
} from "../journal-files.ts";
import type { JournalFiles } from "../journal-files.ts";
import { featuresFor } from "../journal-role.ts";
import { grouped, printJson, ProgressLine, table } from "../output.ts";

const help = `\
Replays a journal, and says in which state it ends.

Usage: reprise replay PATH [--until SEQ] [--check] [--json]

PATH is a journal's folder, a data folder with one journal in it, or one segment.

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
  /** The last event of the journal; above `toSeq` where `--until` stopped before it. */
  readonly endSeq: number;
  /** Of the whole state after `toSeq`, eight hexadecimal digits. */
  readonly digest: string;
  readonly checked: Checked;
  readonly diverged: null | Diverged;
  readonly eventsPerSecond: number;
  /** Events left out because their first step failed. */
  readonly failedSteps: number;
  /** Bytes at the end, of a block that was not finished when the process ended. */
  readonly unfinishedTailBytes: number;
}

interface Diverged {
  readonly seq: number;
  readonly event: string | null;
  /** The table of the state, or "effects"; absent when the event could not be stepped. */
  readonly field?: string;
  readonly detail: string;
}

interface Survey {
  readonly end: JournalEnd;
  readonly tailBytes: number;
  readonly failures: ReadonlySet<number>;
}

interface Replayed {
  readonly machine: Machine;
  readonly replayer: Replayer;
  readonly diverged: Diverged | null;
  /** The event whose step threw, when that is the divergence. */
  readonly threw: number | null;
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
    const { until } = values;
    if (until !== null && result.diverged === null && until > result.endSeq) {
      console.error(`reprise replay: event ${until} is beyond the end, event ${result.endSeq}`);
    }
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
  const checkpoints = checkpointsOf(files);
  const beginning = beginningOf(files, checkpoints);
  const after = beginning?.position ?? journalStart;
  const survey = surveyOf(files, after, progress);
  const realm = createRealm({ features: featuresFor(files) });
  const order = { realm, files, beginning, checkpoints, survey, values, progress };
  let failures = survey.failures;
  let replayed = stepAll(order, failures);
  if (replayed.threw === survey.end.position.nextSequence - 1) {
    // The journal's last event: a crash kept its failure from being recorded, and a recovery
    // leaves it out, too.
    failures = new Set([...failures, replayed.threw]);
    replayed = stepAll(order, failures);
  }
  const { machine, replayer, diverged, seconds } = replayed;
  const last = replayer.lastSequence;
  return {
    events: replayer.events,
    fromSeq: last < after.nextSequence ? 0 : after.nextSequence,
    toSeq: last < after.nextSequence ? 0 : last,
    endSeq: survey.end.position.nextSequence - 1,
    digest: machine.digest().toString(16).padStart(8, "0"),
    checked: replayer.checked,
    diverged,
    eventsPerSecond: Math.round(replayer.events / Math.max(seconds, 1e-6)),
    failedSteps: [...failures].filter((sequence) => sequence <= last).length,
    unfinishedTailBytes: survey.tailBytes,
  };
}

/** Pass 1: verifies every byte and collects the failed steps. */
function surveyOf(files: JournalFiles, after: JournalPosition, progress: ProgressLine): Survey {
  const failures = new Set<number>();
  let verified = 0;
  const verdict = scanJournal(files, after, (block) => {
    for (const sequence of stepFailures([block])) failures.add(sequence);
    verified += block.payload.length;
    progress.show(() => `verifying: ${percent(verified, files.bytes)}`);
    return true;
  });
  const end = soundEnd(verdict);
  const cuts = end.type === "unfinished" ? end.cuts : [];
  return { end, tailBytes: cuts.reduce((sum, { bytes }) => sum + bytes, 0), failures };
}

interface StepOrder {
  readonly realm: Realm;
  readonly files: JournalFiles;
  /** The state to begin with; null: the first. */
  readonly beginning: Checkpoint | null;
  readonly checkpoints: ReadonlyMap<number, Checkpoint>;
  readonly survey: Survey;
  readonly values: ReplayValues;
  readonly progress: ProgressLine;
}

/** Pass 2: steps a fresh machine. */
function stepAll(order: StepOrder, skip: ReadonlySet<number>): Replayed {
  const { realm, files, beginning, checkpoints, survey, values, progress } = order;
  const { until, check } = values;
  const after = beginning?.position ?? journalStart;
  const machine = realm.create();
  if (beginning !== null) machine.restore(beginning.machine);
  const replayer = new Replayer(machine, {
    after: after.nextSequence - 1,
    until: until === null ? null : eventSequence(until),
    check,
    skip,
    outbox: () => new DigestingOutbox(),
  });
  let diverged: Diverged | null = null;
  let threw: number | null = null;
  const total = survey.end.position.nextSequence - after.nextSequence;
  const startedAt = performance.now();
  scanJournal(files, after, (block: JournalBlock) => {
    const divergence = replayer.apply(block);
    if (divergence !== null) {
      diverged = divergedBy(divergence);
      if (divergence.type === "threw" && machine.failedFeature !== null) threw = diverged.seq;
    } else if (check) {
      const checkpoint = checkpoints.get(replayer.lastSequence);
      if (checkpoint !== undefined) diverged = compare(order, machine, checkpoint, replayer, block);
    }
    progress.show(() => `replaying: ${grouped(replayer.events)} of ${grouped(total)} events`);
    return diverged === null && !replayer.isDone;
  });
  const seconds = (performance.now() - startedAt) / 1_000;
  return { machine, replayer, diverged, threw, seconds };
}

/** Compares the whole state with that of a checkpoint which the writer of the block has made. */
function compare(
  { realm }: StepOrder,
  machine: Machine,
  checkpoint: Checkpoint,
  replayer: Replayer,
  block: JournalBlock,
): Diverged | null {
  if (checkpoint.identity.build !== block.segment.build) return null;
  replayer.checked.digests += 1;
  const actual = machine.digest();
  if (actual === checkpoint.digest) return null;
  const detail = `state digest ${actual} instead of the checkpoint's ${checkpoint.digest}`;
  const field = differingTable(machine, checkpoint, realm);
  const diverged = { seq: replayer.lastSequence, event: null, detail };
  return field === null ? diverged : { ...diverged, field };
}

/** The first table that is another in the checkpoint; null when the checkpoint does not tell. */
function differingTable(machine: Machine, checkpoint: Checkpoint, realm: Realm): string | null {
  const recorded = realm.create();
  try {
    recorded.restore(checkpoint.machine);
  } catch {
    return null; // of a state that this build does not have
  }
  const index = machine.tables.findIndex(
    (_name, at) => machine.tableDigest(at) !== recorded.tableDigest(at),
  );
  return machine.tables[index] ?? null;
}

function divergedBy(divergence: Divergence): Diverged {
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
    const event = `event ${diverged.seq}${diverged.event === null ? "" : ` (${diverged.event})`}`;
    console.error(`reprise replay: it diverges at ${event}${what}: ${diverged.detail}`);
    return;
  }
  const rows: [string, string][] = [
    ["events", `${grouped(result.events)} (${result.fromSeq} to ${result.toSeq})`],
    ["digest", result.digest],
    ["speed", `${grouped(result.eventsPerSecond)} events/s`],
  ];
  if (failedSteps > 0) rows.push(["left out", `${failedSteps}, whose steps failed`]);
  if (tail > 0) {
    const what = "of a block that was not finished when the process ended";
    rows.push(["unfinished", `${grouped(tail)} bytes at the end, ${what}`]);
  }
  if (check) {
    const { blocks, digests } = result.checked;
    rows.push(["checked", `${grouped(blocks)} blocks, ${grouped(digests)} digests`]);
  }
  console.log(table(rows));
  if (check) console.log("every state and every effect agree");
}

const percent = (part: number, whole: number): string =>
  `${String(Math.min(100, Math.floor((100 * part) / Math.max(whole, 1))))} %`;
