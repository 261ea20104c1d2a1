/**
 * `npm run accept -- NAME`: every row and every number that the work called NAME promises.
 *
 * Prints `id bound measured pass|MISS` a line, writes bench/results/NAME.json, and exits 1 on a
 * miss. Rows are proven by the tests that carry their ids, numbers by the benchmarks.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { readArguments, UsageError } from "../src/cli/arguments.ts";
import { acceptances } from "./accept/index.ts";
import type { Check } from "./accept/check.ts";
import { orUsage } from "./script.ts";

const { name, acceptance } = orUsage(import.meta.filename, (argv) => {
  const { positionals } = readArguments(argv, {}, ["NAME"]);
  const [name = ""] = positionals;
  const acceptance = acceptances[name];
  if (acceptance !== undefined) return { name, acceptance };
  throw new UsageError(`NAME is ${Object.keys(acceptances).join(", ")}, not "${name}"`);
});

const print = ({ id, bound, measured, pass }: Check): void => {
  process.stdout.write(
    `${id.padEnd(44)} ${bound.padEnd(16)} ${measured.padEnd(24)} ${pass ? "pass" : "MISS"}\n`,
  );
};

const checks: Check[] = [];
const take = (check: Check): void => {
  checks.push(check);
  print(check);
};
for (const part of acceptance) {
  try {
    for await (const check of part()) take(check);
  } catch (error) {
    // What a part could not measure is missed; the others are measured all the same.
    take({ id: part.name, bound: "to the end", measured: String(error), pass: false });
  }
}
const missed = checks.filter(({ pass }) => !pass);
mkdirSync("bench/results", { recursive: true });
const result = { name, date: new Date().toISOString(), node: process.version, checks };
writeFileSync(`bench/results/${name}.json`, `${JSON.stringify(result, null, 2)}\n`);
process.stdout.write(`${checks.length - missed.length} passed, ${missed.length} missed\n`);
process.exitCode = missed.length === 0 ? 0 : 1;
