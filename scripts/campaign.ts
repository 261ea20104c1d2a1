/**
 * `npm run campaign [-- OPTIONS]`: a long run of `reprise sim` over seeds that no run had before,
 * on every core. All that can be reached must be reached; one of less than an hour may fail there.
 *
 * Options are those of `reprise sim`; what is not said is `--minutes 60 --covered` and a first seed
 * by the clock, which is printed. `npx reprise sim --help` has them all.
 */
import { main } from "../src/cli/main.ts";
import { orUsage } from "./script.ts";

const given = orUsage(import.meta.filename, (argv) => argv);
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
process.exitCode = await main(["sim", ...usual, ...given]);
