/**
 * `npm run campaign [-- OPTIONS]`: a long run of `reprise sim` over seeds that no run had before,
 * on every core. All that can be reached must be reached; one of less than an hour may fail there.
 *
 * Options are those of `reprise sim`; what is not said is `--minutes 60 --covered` and a first seed
 * by the clock, which is printed.
 */
import { sim } from "../src/cli/commands/sim.ts";

const given = process.argv.slice(2);
const isSaid = (...names: readonly string[]): boolean =>
  given.some((word) => names.some((name) => word === name || word.startsWith(`${name}=`)));

// Seconds since a day of 2026, so that two campaigns of a thousand seeds a second do not meet.
const sinceMs = Date.UTC(2026, 0, 1);
const seed = String(Math.floor((Date.now() - sinceMs) / 1_000) * 1_000);

const usual = [
  ...(isSaid("--seed") ? [] : ["--seed", seed]),
  ...(isSaid("--seeds", "--minutes", "--until-failure") ? [] : ["--minutes", "60"]),
  ...(isSaid("--covered", "--missing") ? [] : ["--covered"]),
];
if (!isSaid("--json")) console.log(`reprise sim ${[...usual, ...given].join(" ")}`);
process.exitCode = await sim.run([...usual, ...given]);
