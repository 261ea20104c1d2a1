/**
 * `npm run mutants`: plants one bug after the other in the program and has the simulator look for
 * it, with its own checkers and without knowing what the program would do without the bug.
 *
 *     npm run mutants [-- --only NAME,... --seeds N --cpu SECONDS --workers N --json
 *                         --shrink | --shrink-sample N --keep FILE --tree NAME --check]
 *
 * NAME is the id of a mutant or the beginning of some. With `--keep` each result is put down in
 * FILE, and what is in it already is not hunted again: so a long run may be interrupted and goes
 * on. `--shrink` makes every failure small, `--shrink-sample` those of so many mutants, drawn by a
 * hash of their names. `--tree` is what the page calls the tree that was hunted in, where a kept
 * FILE is of another than the commit that is checked out. `--check` hunts nothing and says which
 * mutants have no place in the source any more; it exits 1 when there are such. Otherwise it prints
 * a line a mutant, writes bench/results/mutants.json and docs/MUTANTS.md when all were planted, and
 * exits 1 when fewer than 95 % were caught.
 *
 * First the program is hunted as it is. Seeds on which it fails are left out for everybody, and
 * said so: whatever fails there proves nothing about a mutant.
 */
import { spawnSync } from "node:child_process";
import { availableParallelism } from "node:os";
import { mkdirSync, writeFileSync } from "node:fs";
import { flag, integer, readArguments, text, UsageError } from "../src/cli/arguments.ts";
import { mutants } from "./mutants/list.ts";
import { plantingProblem } from "./mutants/mutant.ts";
import { Kept } from "./mutants/kept.ts";
import { reportOf, summaryOf } from "./mutants/report.ts";
import type { Result } from "./mutants/report.ts";
import { sampleOf } from "./mutants/sample.ts";
import { orUsage } from "./script.ts";

const shareMin = 0.95;
/** Enough for all seeds: none may be looked at for a mutant only. */
const soundCpu = "200";

const { values, chosen } = orUsage(import.meta.filename, (argv) => {
  const { values } = readArguments(argv, {
    only: text(""),
    seeds: integer(250, { min: 1, max: 1_000_000 }),
    cpu: integer(80, { min: 1, max: 86_400 }),
    workers: integer(availableParallelism(), { min: 1, max: 64 }),
    shrink: flag(),
    "shrink-sample": integer(0, { min: 0, max: mutants.length }),
    json: flag(),
    keep: text(null),
    tree: text(null),
    check: flag(),
  });
  const wanted = values.only.split(",");
  const chosen = mutants.filter(({ id }) => wanted.some((name) => id.startsWith(name)));
  if (chosen.length === 0) throw new UsageError(`no mutant is called "${values.only}"`);
  return { values, chosen };
});
const isWhole = chosen.length === mutants.length;
const say = (line: string): void => {
  (values.json ? process.stderr : process.stdout).write(`${line}\n`);
};

// One that cannot be planted would end the hunt of all others when its turn has come.
const problems = chosen.flatMap((mutant) => {
  const problem = plantingProblem(mutant);
  return problem === null ? [] : [`${mutant.id}: ${problem}\n`];
});
for (const problem of problems) process.stderr.write(problem);
if (values.check || problems.length > 0) {
  say(`${String(chosen.length - problems.length)} of ${String(chosen.length)} can be planted`);
  process.exit(problems.length === 0 ? 0 : 1);
}

// What is hunted in, whatever is written or edited meanwhile.
const tree = values.tree ?? treeNow();
const kept = new Kept(values.keep);
const bounds = ["--seeds", String(values.seeds)];
const sound = await kept.hunt(null, [...bounds, "--all", "--cpu", soundCpu]);
if (sound === null) throw new Error("the program ends as it is: nothing can be said of mutants");
const { failed } = sound;
if (failed.length > 0) say(`the program fails as it is on ${failed.join(" ")}; these are left out`);

const results: Result[] = [];
const rest = [...chosen];
const skip = failed.length > 0 ? ["--skip", failed.join(",")] : [];
const shrunk = new Set(values.shrink ? mutants : sampleOf(mutants, values["shrink-sample"]));
await Promise.all(
  Array.from({ length: values.workers }, async () => {
    for (let mutant = rest.shift(); mutant !== undefined; mutant = rest.shift()) {
      const isShrunk = shrunk.has(mutant);
      const extra = [...skip, ...(isShrunk ? ["--shrink"] : [])];
      const hunted = await kept.hunt(mutant, [...bounds, "--cpu", String(values.cpu), ...extra]);
      const result = { mutant, hunted, isShrunk };
      results.push(result);
      say(`${String(results.length)}/${String(chosen.length)} ${lineOf(result)}`);
    }
  }),
);
results.sort((left, right) => chosen.indexOf(left.mutant) - chosen.indexOf(right.mutant));
const summary = summaryOf(results);
if (values.json) process.stdout.write(`${JSON.stringify(summary)}\n`);
say(`${String(summary.caught)} of ${String(summary.planted)} caught`);
if (isWhole) {
  mkdirSync("bench/results", { recursive: true });
  writeFileSync("bench/results/mutants.json", `${JSON.stringify(summary, null, 2)}\n`);
  writeFileSync("docs/MUTANTS.md", await reportOf(results, summary, tree));
}
process.exitCode = summary.caught >= shareMin * summary.planted ? 0 : 1;

/** The commit, and whether something in the tree is not part of it. */
function treeNow(): string {
  const described = spawnSync("git", ["describe", "--always", "--dirty"], { encoding: "utf8" });
  return described.stdout.trim();
}

function lineOf({ mutant, hunted }: Result): string {
  const { id, file } = mutant;
  if (hunted === null) return `${id} caught: the process ended or had to be ended (${file})`;
  const { found, seeds } = hunted;
  if (found === null) return `${id} SURVIVED ${String(seeds)} seeds (${file})`;
  const { checker, rule, seed, shrunk } = found;
  const small = shrunk === null ? "" : `, ${String(shrunk.events)} events`;
  return `${id} caught at seed ${String(seed)} by ${checker}: ${rule}${small}`;
}
