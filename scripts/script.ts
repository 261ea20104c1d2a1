/**
 * What the scripts have in common: the comment that a script begins with is its help, and an
 * argument that it does not know is told on one line.
 */
import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { readArguments, UsageError } from "../src/cli/arguments.ts";
import type { Arguments, Options } from "../src/cli/arguments.ts";

/**
 * Reads what the process was called with. `--help` prints the script's help and ends it with 0;
 * what is wrong is told on stderr, and ends it with 2.
 *
 * @param path of the script
 * @param positionals as `readArguments` has them
 */
export function scriptArguments<O extends Options>(
  path: string,
  options: O,
  positionals: readonly string[] = [],
): Arguments<O> {
  return orUsage(path, (argv) => readArguments(argv, options, positionals));
}

/** As above, for a script that reads its words by itself; it throws UsageError. */
export function orUsage<T>(path: string, read: (argv: readonly string[]) => T): T {
  const argv = process.argv.slice(2);
  if (argv.includes("--help")) {
    process.stdout.write(`${helpIn(readFileSync(path, "utf8"))}\n`);
    process.exit(0);
  }
  try {
    return read(argv);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    process.stderr.write(`${basename(path, ".ts")}: ${error.message}; --help tells more\n`);
    process.exit(2);
  }
}

/** The comment that the source begins with, as plain text. */
export function helpIn(source: string): string {
  const comment = source.slice(0, source.indexOf("*/")).replace(/^\/\*\*?\n?/, "");
  return comment
    .split("\n")
    .map((line) => line.replace(/^ \* ?/, ""))
    .join("\n")
    .trimEnd();
}
