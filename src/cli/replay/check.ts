/**
 * `reprise replay PATH` as it always was: steps a fresh realm through the log and says in which
 * state it ends; with `check` it compares every digest that the log has, and the whole state
 * wherever a checkpoint was made.
 */
import type { Machine } from "../../core/contract.ts";
import { journalStart, Replayer } from "../../core/journal/index.ts";
import type { Checkpoint, Checked, Divergence, JournalBlock } from "../../core/journal/index.ts";
import { DigestingOutbox } from "../../core/kernel/effects.ts";
import { eventSequence } from "../../core/kernel/ids.ts";
import type { Realm } from "../../core/realm/index.ts";
import { scanJournal } from "../journal-files.ts";
import { grouped } from "../output.ts";
import type { ProgressLine } from "../output.ts";
import type { Log } from "./log.ts";
import { endOf } from "./log.ts";

/** Fields may be added, never renamed. */
export interface ReplayResult {
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

export interface Diverged {
  readonly seq: number;
  readonly event: string | null;
  /** The table of the state, or "effects"; absent when the event could not be stepped. */
  readonly field?: string;
  readonly detail: string;
}

export interface ReplayOrder {
  /** The last event to step; null for all. */
  readonly until: number | null;
  readonly check: boolean;
}

interface Replayed {
  readonly machine: Machine;
  readonly replayer: Replayer;
  readonly diverged: Diverged | null;
  /** The event whose step threw, when that is the divergence. */
  readonly threw: number | null;
  readonly seconds: number;
}

/** Steps the log. A divergence is a result; nothing is thrown for it. */
export function replayLog(log: Log, order: ReplayOrder, progress: ProgressLine): ReplayResult {
  const { survey, beginning } = log;
  const after = beginning?.position ?? journalStart;
  let { failures } = survey;
  let replayed = stepAll(log, order, { skip: failures, progress });
  if (replayed.threw === endOf(log)) {
    // The journal's last event: a crash kept its failure from being recorded, and a recovery
    // leaves it out, too.
    failures = new Set([...failures, replayed.threw]);
    replayed = stepAll(log, order, { skip: failures, progress });
  }
  const { machine, replayer, diverged, seconds } = replayed;
  const last = replayer.lastSequence;
  return {
    events: replayer.events,
    fromSeq: last < after.nextSequence ? 0 : after.nextSequence,
    toSeq: last < after.nextSequence ? 0 : last,
    endSeq: endOf(log),
    digest: machine.digest().toString(16).padStart(8, "0"),
    checked: replayer.checked,
    diverged,
    eventsPerSecond: Math.round(replayer.events / Math.max(seconds, 1e-6)),
    failedSteps: [...failures].filter((sequence) => sequence <= last).length,
    unfinishedTailBytes: survey.tailBytes,
  };
}

interface Stepping {
  readonly skip: ReadonlySet<number>;
  readonly progress: ProgressLine;
}

function stepAll(log: Log, { until, check }: ReplayOrder, { skip, progress }: Stepping): Replayed {
  const { realm, files, beginning, checkpoints, survey } = log;
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
      if (checkpoint !== undefined) {
        diverged = compare(realm, { machine, checkpoint, replayer, block });
      }
    }
    progress.show(() => `replaying: ${grouped(replayer.events)} of ${grouped(total)} events`);
    return diverged === null && !replayer.isDone;
  });
  const seconds = (performance.now() - startedAt) / 1_000;
  return { machine, replayer, diverged, threw, seconds };
}

interface Compared {
  readonly machine: Machine;
  readonly checkpoint: Checkpoint;
  readonly replayer: Replayer;
  readonly block: JournalBlock;
}

/** Compares the whole state with that of a checkpoint which the writer of the block has made. */
function compare(
  realm: Realm,
  { machine, checkpoint, replayer, block }: Compared,
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
