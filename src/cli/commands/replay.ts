/**
 * `reprise replay`: steps a log again. Alone it says in which state it ends; with `--check` whether
 * it goes as it went, with `--bisect` where something first goes wrong, with `--events` what is in
 * it, with `--against` what another build makes of it.
 */
import { keyBytesOf, readingKeys } from "../../io/journal-keys.ts";
import { flag, integer, readArguments, text, texts, UsageError } from "../arguments.ts";
import type { Values } from "../arguments.ts";
import type { Command } from "../command.ts";
import { grouped, printJson, ProgressLine, table } from "../output.ts";
import { compareGuarded } from "../replay/against-guard.ts";
import { bisect } from "../replay/bisect.ts";
import { replayLog } from "../replay/check.ts";
import { replayEdge } from "../replay/edge.ts";
import type { ReplayResult } from "../replay/check.ts";
import { tellEvents } from "../replay/events.ts";
import type { EventsOrder } from "../replay/events.ts";
import { endOf, firstOf, openLog } from "../replay/log.ts";
import type { Log } from "../replay/log.ts";
import { givenByFile, otherContracts } from "../replay/other-contracts.ts";
import { bisectedText, comparedText, toldText } from "../replay/report.ts";
import { plainJson } from "../replay/words.ts";

const help = `\
Replays a journal, and says in which state it ends.

Usage: reprise replay PATH [--until SEQ] [--check] [--features FILE] [--json]
       reprise replay PATH --bisect [--invariants] [--until SEQ] [--features FILE] [--json]
       reprise replay PATH --events [FROM..TO] [--session ID] [--type TYPE] [--effects] [--json]
       reprise replay PATH --against DIR [--until SEQ] [--patience S] [--features FILE] [--json]
       reprise replay PATH --edge [--features FILE] [--json]

PATH is a journal's folder, a data folder with one journal in it, or one segment.

  --until SEQ      stop after the event with this sequence
  --check          compare every effect and state with what the journal recorded
  --bisect         find the first event after which an invariant is broken, or which goes otherwise
                   than the journal says: decoded, with what it ordered and what it changed
  --invariants     with --bisect: what it orders may differ, as that of a mended build does
  --events [A..B]  print the events, decoded; A..B for some of them, A.. and ..B, too
  --session ID     of this session only
  --type TYPE      of this type only: an event such as call.completed, a packet such as world.move,
                   or a packet's number
  --effects        print what each of them ordered, too
  --against DIR    step it with another build, too: a checkout of Reprise, or a project that has it
                   installed; or a module with other features. Says identical, same outputs with
                   different state, changed outputs (the first one from both builds), or crash: it
                   throws where this one does not, ends the process, runs out of memory, or loops
  --patience S     with --against: give the other build so many seconds for one event (default 30)
  --edge           run the edge again on captured bytes (see reprise capture), and compare the
                   packets, refusals and malformed packets that it makes with the journal's; names
                   places where a capture is damaged
  --features FILE  a module that exports the role's features, for logs of features of your own; with
                   --against the file of the same path in DIR is the other build's
  --key FILE       a file with keys of an encrypted journal; may be repeated. REPRISE_JOURNAL_KEY
                   may hold them, too
  --json           print one JSON object; with --events one a line

Exit code 0: it replays, nothing is wrong, or both builds do the same. 1: it is damaged, replays
otherwise than it was recorded, breaks a rule, or the builds differ; the place and the event are
named.

Examples:
  reprise replay data/game/journal --check
  reprise replay data/game/journal --until 120000 --json
  reprise replay data/game/journal --bisect
  reprise replay data/game/journal --events 1000..1200 --session 7 --effects
  reprise replay data/game/journal --against ../fixed`;

const sequences = { min: 1, max: Number.MAX_SAFE_INTEGER } as const;
const options = {
  until: integer(null, sequences),
  check: flag(),
  bisect: flag(),
  invariants: flag(),
  events: text(null),
  session: integer(null, sequences),
  type: text(null),
  effects: flag(),
  against: text(null),
  patience: integer(30, { min: 1, max: 86_400 }),
  edge: flag(),
  features: text(null),
  key: texts(),
  json: flag(),
};
type ReplayValues = Values<typeof options>;

export const replay: Command = {
  name: "replay",
  summary: "replay a journal; with --check, prove that it goes as it went",
  help,
  async run(argv) {
    const { values, positionals } = readArguments(withRange(argv), options, ["PATH"]);
    checkUsage(values);
    const progress = new ProgressLine();
    try {
      const [path = ""] = positionals;
      if (values.against !== null) return await compareWith(path, values.against, values, progress);
      const source = { features: values.features, keys: readingKeys(values.key) };
      const log = await openLog(path, source, progress);
      return await workOf(values)(log, values, progress);
    } finally {
      progress.end();
    }
  },
};

type Work = (log: Log, values: ReplayValues, progress: ProgressLine) => number | Promise<number>;

function workOf({ bisect: isBisect, events, edge }: ReplayValues): Work {
  if (edge) return runEdge;
  if (isBisect) return findFirst;
  return events === null ? replayAll : printEvents;
}

/** `--events` may stand without its range. */
function withRange(argv: readonly string[]): readonly string[] {
  const at = argv.indexOf("--events");
  if (at < 0) return argv;
  const next = argv[at + 1];
  const isRange = next !== undefined && rangePattern.test(next);
  const words = [`--events=${isRange ? next : ".."}`];
  return argv.toSpliced(at, isRange ? 2 : 1, ...words);
}

const rangePattern = /^(\d*)(\.\.)?(\d*)$/;

function rangeOf(range: string, log: Log): { readonly from: number; readonly to: number } {
  const [, from = "", dots, to = ""] = rangePattern.exec(range) ?? [];
  if (dots === undefined && from === "") {
    throw new UsageError(`--events takes sequences such as 100..200, not "${range}"`);
  }
  if (from !== "" && to !== "" && Number(from) > Number(to)) {
    throw new UsageError(`--events takes the smaller sequence first, not "${range}"`);
  }
  const first = from === "" ? firstOf(log) : Number(from);
  if (dots === undefined) return { from: first, to: first };
  return { from: first, to: to === "" ? endOf(log) : Number(to) };
}

/** @throws UsageError for two works at once, or a filter of none */
function checkUsage({ check, bisect, events, against, edge, ...filters }: ReplayValues): void {
  const works = [check, bisect, events !== null, against !== null, edge].filter(Boolean);
  if (works.length > 1) {
    throw new UsageError("--check, --bisect, --events, --against and --edge are one at a time");
  }
  const { session, type, effects, invariants } = filters;
  if (invariants && !bisect) throw new UsageError("--invariants is for --bisect");
  if (events === null && (session !== null || type !== null || effects)) {
    throw new UsageError("--session, --type and --effects are for --events");
  }
}

function replayAll(log: Log, values: ReplayValues, progress: ProgressLine): number {
  const result = replayLog(log, values, progress);
  progress.end();
  if (values.json) printJson(result);
  else print(result, values.check);
  // Without --check nothing would show that the state is nobody's.
  const { diverged } = result;
  if (diverged !== null) adviseOnContracts(log, diverged.seq, values);
  else if (!values.check && result.toSeq > 0) adviseOnContracts(log, result.toSeq, values);
  const { until } = values;
  if (until !== null && diverged === null && until > result.endSeq) {
    console.error(`reprise replay: event ${until} is beyond the end, event ${result.endSeq}`);
  }
  return diverged === null ? 0 : 1;
}

function findFirst(log: Log, values: ReplayValues, progress: ProgressLine): number {
  const { until, invariants: isFree } = values;
  const result = bisect(log, { until, isFree }, progress);
  progress.end();
  if (values.json) printJson(plainJson(result));
  else console.log(bisectedText(result));
  if (result.found === null) return 0;
  const { seq, message, kind } = result.found;
  console.error(`reprise replay: event ${seq}: ${message}`);
  // Of a rule that is broken, no other features are the cause.
  if (kind !== "invariant") adviseOnContracts(log, seq, values);
  return 1;
}

/** Beside what goes otherwise: that it was to be expected, with these features. */
function adviseOnContracts(log: Log, seq: number, { features }: ReplayValues): void {
  const advice = otherContracts(log, seq, givenByFile(features));
  if (advice !== null) console.error(`reprise replay: ${advice}`);
}

function runEdge(log: Log, values: ReplayValues, progress: ProgressLine): number {
  const result = replayEdge(log);
  progress.end();
  const { connections, events, damaged, unfinished, differs } = result;
  if (values.json) printJson(result);
  else {
    console.log(`${grouped(events)} events of ${grouped(connections)} captured connections`);
    for (const { path, at, bytes } of unfinished) {
      const what = "of a part that was not finished when the process ended";
      console.log(`${path}, byte ${at}: ${grouped(bytes)} bytes at the end, ${what}`);
    }
  }
  for (const { path, at, bytes, what } of damaged) {
    const unread = `${grouped(bytes)} bytes were not compared`;
    console.error(`reprise replay: ${path}, byte ${at}: ${what}; ${unread}`);
  }
  if (differs === null) return damaged.length === 0 ? 0 : 1;
  const where = differs.seq === null ? "" : `event ${differs.seq}, `;
  console.error(`reprise replay: ${where}connection ${differs.connection}: ${differs.message}`);
  return 1;
}

async function printEvents(
  log: Log,
  values: ReplayValues,
  progress: ProgressLine,
): Promise<number> {
  const { session, type, effects, until, json } = values;
  const range = rangeOf(values.events ?? "..", log);
  const to = until === null ? range.to : Math.min(range.to, until);
  const order: EventsOrder = { from: range.from, to, session, type, effects };
  const events = tellEvents(log, order, progress);
  // Whoever reads the first lines only, such as `head`, closes the pipe.
  const closed = new AbortController();
  process.stdout.once("error", () => closed.abort());
  let next = events.next();
  const isEmpty = next.done === true;
  for (
    let count = 1;
    next.done !== true && !closed.signal.aborted;
    count += 1, next = events.next()
  ) {
    progress.end();
    if (json) printJson(plainJson(next.value));
    else console.log(toldText(next.value));
    // What was printed leaves, and is not kept until the end.
    if (count % 256 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  progress.end();
  const trouble = next.done === true ? next.value : null;
  if (trouble === null && isEmpty) {
    const there = `the log has events ${firstOf(log)} to ${endOf(log)}`;
    console.error(`reprise replay: none of the events is one that was asked for; ${there}`);
  }
  if (trouble === null) return 0;
  console.error(`reprise replay: ${trouble.message}`);
  adviseOnContracts(log, trouble.seq, values);
  return 1;
}

async function compareWith(
  path: string,
  against: string,
  values: ReplayValues,
  progress: ProgressLine,
): Promise<number> {
  const { features, key, until, patience, json } = values;
  const order = { path, features, keys: keyBytesOf(readingKeys(key)), against, until };
  const result = await compareGuarded(order, { patienceMs: patience * 1_000, progress });
  progress.end();
  if (json) printJson(plainJson(result));
  else console.log(comparedText(result));
  if (result.divergedSeq !== null) {
    const log = await openLog(path, { features, keys: readingKeys(key) }, progress);
    progress.end();
    adviseOnContracts(log, result.divergedSeq, values);
  }
  return result.classification === "identical" ? 0 : 1;
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
