/**
 * `npm run crash -- --rounds N`: a real server is killed under load, again and again, and started
 * again; what it recovers must hold every committed answer that its clients saw.
 */
import { flag, integer, readArguments, texts, UsageError } from "../src/cli/arguments.ts";
import { printJson, ProgressLine } from "../src/cli/output.ts";
import { Tally, tell } from "./crash/report.ts";
import { crashRounds } from "./crash/rounds.ts";

const help = `\
Usage: npm run crash -- [--rounds N] [--seed S] [--clients N] [--load-ms N] [--per-journal N]
                        [--set KEY=VALUE ...] [--json]

Plays crash rounds: starts a server, loads it with clients who remember every answer, ends it (most
often by SIGKILL), starts it again and compares. Calls to the outside that were in flight must take
effect once.

  --rounds N        how many rounds; default 20
  --seed S          how rounds are drawn; default: by the clock, and printed
  --clients N       accounts, each with four deposits in flight; default 12
  --load-ms N       the longest load of a round; default 600. Every twentieth has 7 s more, so that
                    the next start finds a checkpoint of the journal's follower
  --per-journal N   rounds over one journal before a new one is begun; default 25
  --set KEY=VALUE   a setting of the server
  --json            print one JSON object

Exit code 0: nothing was lost. 1: something was; the data folder is kept. 2: bad usage.`;

const options = {
  rounds: integer(20, { min: 1, max: 1_000_000 }),
  seed: integer(null, { min: 0, max: Number.MAX_SAFE_INTEGER }),
  clients: integer(12, { min: 1, max: 1_000 }),
  "load-ms": integer(600, { min: 100, max: 600_000 }),
  "per-journal": integer(25, { min: 1, max: 1_000_000 }),
  set: texts(),
  json: flag(),
  help: flag(),
};

async function main(argv: readonly string[]): Promise<number> {
  const { values } = readArguments(argv, options);
  if (values.help) {
    console.log(help);
    return 0;
  }
  const seed = values.seed ?? Date.now() % 1_000_000_000;
  const since = performance.now();
  const tally = new Tally();
  const progress = new ProgressLine();
  try {
    const rounds = crashRounds({
      rounds: values.rounds,
      seed,
      clients: values.clients,
      loadMaxMs: values["load-ms"],
      roundsPerJournal: values["per-journal"],
      settings: Object.fromEntries(values.set.map((word) => settingOf(word))),
    });
    for await (const news of rounds) {
      tally.take(news);
      progress.show(() => tally.line);
    }
  } catch (error) {
    tally.failed(error);
  }
  progress.end();
  const report = tally.report(seed, (performance.now() - since) / 1_000);
  if (values.json) printJson(report);
  else console.log(tell(report));
  return report.broken.length === 0 && report.lost === 0 ? 0 : 1;
}

/** A value is a number, true, false or null where it reads as one, else a text. */
function settingOf(word: string): readonly [string, unknown] {
  const at = word.indexOf("=");
  if (at < 1) throw new UsageError(`--set ${word}: write it as --set key=value`);
  const text = word.slice(at + 1);
  const isPlain = /^(-?\d+(\.\d+)?|true|false|null)$/.test(text);
  return [word.slice(0, at), isPlain ? JSON.parse(text) : text];
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  console.error(`crash: ${error.message}; see npm run crash -- --help`);
  process.exitCode = 2;
}
