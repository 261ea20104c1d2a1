/** `reprise inspect`: what is in a journal, without stepping anything. */
import type { PacketReceived } from "../../core/contract.ts";
import { publishedContracts } from "../../core/features/contracts.ts";
import { JournalInspector } from "../../core/journal/index.ts";
import type { JournalProblem, JournalSummary } from "../../core/journal/index.ts";
import type { PacketType } from "../../core/kernel/ids.ts";
import { EnvelopeReader, packetRules } from "../../core/wire/index.ts";
import type { PacketRules } from "../../core/wire/index.ts";
import { readingKeys } from "../../io/journal-keys.ts";
import { flag, readArguments, text, texts } from "../arguments.ts";
import type { Command } from "../command.ts";
import { findJournal, scanJournal } from "../journal-files.ts";
import type { JournalFiles } from "../journal-files.ts";
import { builtinFor, roleOf } from "../journal-role.ts";
import { grouped, printJson, ProgressLine, table } from "../output.ts";
import { loadFeatures } from "../replay/features-file.ts";

const help = `\
Says what is in a journal: who wrote it, which events and packets, and whether it is whole.

Usage: reprise inspect PATH [--features FILE] [--key FILE] [--json]

PATH is a journal's folder, a data folder with one journal in it, or one segment.

  --features FILE  a module that exports features of your own, whose packets get their names
  --key FILE       a file with keys of an encrypted journal; may be repeated. REPRISE_JOURNAL_KEY
                   may hold them, too
  --json           print one JSON object

Exit code 0: it is whole, or ends with an unfinished tail. 1: it is corrupt, or of a newer format.

Examples:
  reprise inspect data/game/journal
  reprise inspect data/game/journal/0000000000000001.segment --json`;

const options = { features: text(null), key: texts(), json: flag() };

export const inspect: Command = {
  name: "inspect",
  summary: "say what is in a journal",
  help,
  async run(argv) {
    const { values, positionals } = readArguments(argv, options, ["PATH"]);
    const files = findJournal(positionals[0] ?? "", readingKeys(values.key));
    const summary = summaryOf(files, await rulesOf(files, values.features));
    if (values.json) printJson(summary);
    else console.log(table(rowsOf(summary)));
    if (summary.problem === null) return 0;
    console.error(`reprise inspect: ${summary.problem}`);
    return 1;
  },
};

/**
 * What packets are called: as Reprise itself defines them, which is the same in every role, and as
 * the features of that module do.
 */
async function rulesOf(files: JournalFiles, features: string | null): Promise<PacketRules> {
  const own = packetRules(publishedContracts);
  if (features === null) return own;
  const role = roleOf(files);
  const given = await loadFeatures(features, role, builtinFor(role));
  return new Map([...own, ...packetRules(given.map(({ declaration }) => declaration.contract))]);
}

/** Fields may be added, never renamed. */
interface Inspected extends JournalSummary {
  /** The role that wrote it; null when neither the log nor its folder tells. */
  readonly role: string | null;
}

function summaryOf(files: JournalFiles, rules: PacketRules): Inspected {
  const inspector = new JournalInspector((packet) => packetName(packet, rules));
  const progress = new ProgressLine();
  let read = 0;
  let unreadable: JournalProblem | null = null;
  const verdict = scanJournal(files, "anything", (block) => {
    unreadable ??= inspector.add(block);
    read += block.payload.length;
    progress.show(() => `reading: ${grouped(read)} of ${grouped(files.bytes)} bytes`);
    return true;
  });
  progress.end();
  // Stopping early is up to the callback above, which never does.
  if (verdict === null) throw new Error("the scan was not finished");
  const summary = inspector.summary(verdict);
  const problem = summary.problem ?? (unreadable as JournalProblem | null)?.detail ?? null;
  return { ...summary, role: roleOf(files), problem };
}

const envelope = new EnvelopeReader();

/** The contract's name for the packet, with its number. */
function packetName({ bytes, start, end }: PacketReceived, rules: PacketRules): string {
  if (!envelope.read(bytes, start, end)) return "malformed";
  const rule = rules.get(envelope.type as PacketType);
  return rule === undefined ? `unknown ${envelope.type}` : `${rule.name} ${envelope.type}`;
}

function rowsOf(summary: Inspected): (readonly [string, string])[] {
  const { build, node, protocol, incarnation, unfinishedTail: tail, format } = summary;
  const unwritten = format === null ? "unknown" : "nobody yet";
  const rows: [string, string][] = [
    ["format", formatOf(summary)],
    ["written by", build === null ? unwritten : `build ${build} on Node ${node ?? "unknown"}`],
    ["role", summary.role ?? "unknown"],
    ["protocol", String(protocol ?? "unknown")],
    ["starts", format === null ? "unknown" : String(incarnation ?? 0)],
    [
      "size",
      `${summary.segments} segments, ${grouped(summary.blocks)} blocks, ${grouped(summary.bytes)} bytes`,
    ],
    ["events", rangeOf(summary)],
    ["sessions", grouped(summary.sessions)],
  ];
  for (const [event, count] of byCount(summary.events)) rows.push([`  ${event}`, grouped(count)]);
  rows.push(["packets", ""]);
  for (const [packet, count] of byCount(summary.packets))
    rows.push([`  ${packet}`, grouped(count)]);
  rows.push([
    "unfinished",
    tail === null
      ? "nothing"
      : `${tail.bytes} bytes at byte ${tail.offset} of ${tail.path}, of a block that was not ` +
        `finished when the process ended`,
  ]);
  return rows;
}

const formatOf = ({ format, keys }: JournalSummary): string =>
  keys.length === 0
    ? String(format ?? "unknown")
    : `${format}, encrypted with key ${keys.join(", ")}`;

function rangeOf({ from, to, fromAt, toAt }: JournalSummary): string {
  if (from === null || to === null || fromAt === null || toAt === null) return "none";
  const time = (micros: number): string => new Date(micros / 1_000).toISOString();
  return `${grouped(to - from + 1)} (${from} to ${to}), ${time(fromAt)} to ${time(toAt)}`;
}

const byCount = (counts: Readonly<Record<string, number>>): [string, number][] =>
  Object.entries(counts).toSorted(([, left], [, right]) => right - left);
