/** `reprise export`: one player's story, cut out of a log as a journal of its own. */
import { randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import { basename, dirname, relative, resolve } from "node:path";
import { readingKeys } from "../../io/journal-keys.ts";
import { decimal, flag, integer, readArguments, text, texts, UsageError } from "../arguments.ts";
import type { Values } from "../arguments.ts";
import { CommandError } from "../command-error.ts";
import type { Command } from "../command.ts";
import { grouped, printJson, ProgressLine, table } from "../output.ts";
import { exportStory } from "../replay/export.ts";
import type { Exported } from "../replay/export.ts";
import { openLog } from "../replay/log.ts";
import { givenByFile, otherContracts } from "../replay/other-contracts.ts";
import { effectsText } from "../replay/report.ts";

const help = `\
Cuts one player's story out of a journal: a journal of its own, which replays.

Usage: reprise export PATH (--session ID | --player ID) --out DIR [--pseudonyms] [OPTIONS]

PATH is a journal's folder, a data folder with one journal in it, or one segment. DIR must be empty
or not there yet. What is written is not encrypted, also where PATH is; its files can be read by
their owner and his group.

  --session ID     this session, as replay --events tells it
  --player ID      every session of this player, by number or by name
  --out DIR        where to write the journal
  --alone          leave out everybody else, also where he is then told other things
  --search S       look so many seconds for others who need not be there (default 30)
  --pseudonyms     give addresses and whatever was typed other names, of the same length and kind,
                   and players other numbers, in the same order and of the same length, as long as
                   he is then told the same. Other numbers stay, and so do times; what else had to
                   stay is named
  --keep FIELD     but not in this field, such as lantern.place.colour; may be repeated
  --features FILE  a module that exports the role's features, for logs of features of your own
  --test FILE      write a test of it, too
  --key FILE       a file with keys of an encrypted journal; may be repeated
  --json           print one JSON object

The story is what left for his connections. Alone he is tried first; where that changes what he was
told, the others come and go, and as few of them as are found play on. Digests are made anew, by the
features that step the events here. What cannot be the same is named, with the event.

Exit code 0: the story is the same. 1: it is another one; the journal is there all the same.

Examples:
  reprise export data/game/journal --session 7 --out bug
  reprise export data/game/journal --player ada --pseudonyms --out bug --test bug.test.ts`;

const sequences = { min: 1, max: Number.MAX_SAFE_INTEGER } as const;
const options = {
  session: integer(null, sequences),
  player: text(null),
  out: text(null),
  alone: flag(),
  search: decimal(30, { min: 0, max: 86_400 }),
  pseudonyms: flag(),
  keep: texts(),
  features: text(null),
  test: text(null),
  key: texts(),
  json: flag(),
};
type ExportValues = Values<typeof options>;

// `export` is a word of the language.
export const exportCommand: Command = {
  name: "export",
  summary: "cut one player's story out of a journal",
  help,
  async run(argv) {
    const { values, positionals } = readArguments(argv, options, ["PATH"]);
    const { session, player, out } = values;
    if ((session === null) === (player === null)) {
      throw new UsageError("--session or --player says whose story it is");
    }
    if (out === null) throw new UsageError("--out is missing");
    if (values.keep.length > 0 && !values.pseudonyms) {
      throw new UsageError("--keep is for --pseudonyms");
    }
    const progress = new ProgressLine();
    try {
      const source = { features: values.features, keys: readingKeys(values.key) };
      const log = await openLog(positionals[0] ?? "", source, progress);
      const result = exportStory(log, {
        ...{ session, player, folder: out, progress },
        isAlone: values.alone,
        budgetMs: values.search * 1_000,
        key: values.pseudonyms ? new Uint8Array(randomBytes(16)) : null,
        kept: new Set(values.keep),
      });
      progress.end();
      if (values.test !== null) writeTest(values.test, { out, values, result });
      if (values.json) printJson(result);
      else print(result, values);
      warn(result);
      // What he was told then is not in the log: here it is what these features tell him.
      const seq = result.other?.seq ?? result.endSeq;
      const advice = otherContracts(log, seq, givenByFile(values.features));
      if (advice !== null) console.error(`reprise export: warning: ${advice}`);
      return result.other === null ? 0 : 1;
    } finally {
      progress.end();
    }
  },
};

interface TestOrder {
  readonly out: string;
  readonly values: ExportValues;
  readonly result: Exported;
}

/** The log beside its test, by relative paths, so that both can be moved together. */
function writeTest(path: string, { out, values, result }: TestOrder): void {
  const folder = dirname(resolve(path));
  const between = (target: string): string => {
    const way = relative(folder, resolve(target)).replaceAll("\\", "/");
    return way.startsWith(".") ? way : `./${way}`;
  };
  const { features } = values;
  const imports =
    features === null ? "" : `import { features } from ${JSON.stringify(between(features))};\n`;
  const given = features === null ? "" : "features, ";
  const source = `import { fileURLToPath } from "node:url";
import { expectReplay } from "reprise/testing";
import { test } from "vitest";
${imports}
const log = fileURLToPath(new URL(${JSON.stringify(between(out))}, import.meta.url));

test("the story of session ${result.sessions.join(", ")} goes as it should", async () => {
  await expectReplay(log, { ${given}outputs: "any" });
});
`;
  try {
    writeFileSync(path, source, { flag: "wx" });
  } catch (error) {
    throw new CommandError(`${path} cannot be written: ${(error as Error).message}`);
  }
}

/** What stands in the new journal as somebody has sent it is for its reader to look at. */
function warn({ untouched }: Exported): void {
  const fields = Object.keys(untouched);
  if (fields.length === 0) return;
  console.error(
    `reprise export: warning: left as sent, look before it leaves: ${fields.join(", ")}`,
  );
}

function playersRow({ players, playersKeptSeq: seq }: Exported): [string, string] {
  if (seq === null) return ["players", `${grouped(players)} have another number`];
  return ["players", `keep their numbers: with others event ${seq} tells him something else`];
}

function print(result: Exported, { out, test, pseudonyms }: ExportValues): void {
  const { sessions, events, endSeq, whole, ends, names, shared, untouched, other, bytes } = result;
  const others = [
    ...(whole.length === 0 ? [] : [`session ${whole.join(", ")} as they were`]),
    ...(ends === 0 ? [] : [`${grouped(ends)} who only come and go`]),
  ];
  const rows: [string, string][] = [
    ["journal", `${out ?? ""}, ${grouped(bytes)} bytes, not encrypted`],
    ["story", `of session ${sessions.join(", ")}`],
    ["events", `${grouped(events)} of ${grouped(endSeq)}`],
    ["others", others.length === 0 ? "nobody" : others.join(", ")],
  ];
  if (pseudonyms) {
    rows.push(["names", `${grouped(names)} texts have another`]);
    if (shared > 0) rows.push(["shared", `${grouped(shared)} texts have that of another text`]);
    rows.push(playersRow(result), ["as it was", "other numbers, and times"]);
  }
  for (const [field, count] of Object.entries(untouched)) {
    const what = "nothing in it could be exchanged";
    rows.push(["as it was", `${field}, ${grouped(count)} times: ${what}`]);
  }
  if (test !== null) rows.push(["test", `${basename(test)}`]);
  rows.push([
    "the same",
    other === null ? "all that he was told" : `not from event ${other.seq} on`,
  ]);
  console.log(table(rows));
  if (other === null) return;
  console.log(`event ${other.seq}: ${other.event}`);
  console.log(effectsText("he was told", other.before).join("\n"));
  if (other.threw === null) console.log(effectsText("here he is told", other.now).join("\n"));
  else console.log(`here ${other.threw}`);
}
