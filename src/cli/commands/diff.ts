/** `reprise diff`: where two journals part. */
import { readingKeys } from "../../io/journal-keys.ts";
import { flag, readArguments, text, texts } from "../arguments.ts";
import type { Command } from "../command.ts";
import { printJson, ProgressLine } from "../output.ts";
import { compareLogs } from "../replay/compare-logs.ts";
import { openLog } from "../replay/log.ts";
import { logsComparedText } from "../replay/report.ts";
import { plainJson } from "../replay/words.ts";

const help = `\
Compares two journals, and shows the first event or effect that is not the same in both.

Usage: reprise diff A B [--ignore-times] [--features FILE] [--key FILE] [--json]

A and B are journals' folders, data folders with one journal in them, or segments. Events are
compared by their numbers, from the first one that both have.

  --ignore-times   two events that differ in their times only are the same
  --features FILE  a module that exports the role's features, for logs of features of your own
  --key FILE       a file with keys of encrypted journals; may be repeated
  --json           print one JSON object

Exit code 0: they are the same. 1: they differ, or one of them is damaged.

Example:
  reprise diff data/game/journal standby/game/journal`;

const options = {
  "ignore-times": flag(),
  features: text(null),
  key: texts(),
  json: flag(),
};

export const diff: Command = {
  name: "diff",
  summary: "find where two journals part",
  help,
  async run(argv) {
    const { values, positionals } = readArguments(argv, options, ["A", "B"]);
    const progress = new ProgressLine();
    try {
      const source = { features: values.features, keys: readingKeys(values.key) };
      const [first = "", second = ""] = positionals;
      const logs = [
        await openLog(first, source, progress),
        await openLog(second, source, progress),
      ] as const;
      const order = { ignoresTimes: values["ignore-times"], progress };
      const result = compareLogs(...logs, order);
      progress.end();
      if (values.json) printJson(plainJson(result));
      else console.log(logsComparedText(result));
      return result.first === null ? 0 : 1;
    } finally {
      progress.end();
    }
  },
};
