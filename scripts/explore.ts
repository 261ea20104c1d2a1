/**
 * `node scripts/explore.ts [CORNER...] [--full] [--most N]`: plays every order of the events of a
 * corner, all corners by default, and prints its figures; on a broken rule a short order that
 * breaks it, and exits 1. `--full` plays every state and tests what the reduction takes for
 * granted; `--most` gives up beyond so many states.
 */
import { flag, integer, readArguments, UsageError } from "../src/cli/arguments.ts";
import {
  cornerNamed,
  corners,
  countCommuting,
  countInequivalent,
  countOrders,
  explore,
  longestOrder,
  orderText,
  untrueClaims,
} from "../src/sim/explore/index.ts";
import type { Corner, Exploration } from "../src/sim/explore/index.ts";
import { orUsage } from "./script.ts";

/** Beyond it the classes of orders take more memory than they are worth. */
const pairsMax = 3_000_000;

function main(): void {
  const { values, chosen } = orUsage(import.meta.filename, (argv) => {
    const options = { full: flag(), most: integer(null, { min: 1, max: 1_000_000_000 }) };
    const { values, positionals } = readArguments(
      argv,
      options,
      corners.map(() => "[CORNER]"),
    );
    return { values, chosen: positionals.length === 0 ? corners : positionals.map(found) };
  });
  for (const corner of chosen) {
    const from = performance.now();
    const isReduced = !values.full;
    const bound = values.most === null ? {} : { statesMax: values.most };
    const exploration = explore({ corner, isReduced, ...bound });
    const seconds = ((performance.now() - from) / 1_000).toFixed(1);
    console.log(`${corner.name}: ${corner.about}`);
    console.log(`  ${figures(exploration)}, ${seconds} s`);
    if (exploration.isComplete) console.log(`  ${ordersText(exploration, values.full)}`);
    if (exploration.broken !== null) {
      console.log(orderText(exploration.broken));
      process.exitCode = 1;
    }
  }
}

function found(name: string): Corner {
  const corner = cornerNamed(name);
  if (corner !== undefined) return corner;
  const known = corners.map((one) => one.name).join(", ");
  throw new UsageError(`no corner is called "${name}"; there are ${known}`);
}

function figures({ graph, transitions, ends, realmSteps, isComplete }: Exploration): string {
  const states = graph.states.toLocaleString("en");
  const steps = realmSteps.toLocaleString("en");
  return (
    `${isComplete ? "" : "INCOMPLETE: "}${states} states, ${transitions.toLocaleString("en")} ` +
    `transitions, ${ends.toLocaleString("en")} ends, ${steps} steps of realms`
  );
}

function ordersText({ graph }: Exploration, isFull: boolean): string {
  const orders = `${countOrders(graph).toLocaleString("en")} orders`;
  const longest = `at most ${String(longestOrder(graph))} events`;
  if (!isFull) return `${orders} are left of ${longest}`;
  const { pairs, commuting } = countCommuting(graph);
  const share = ((100 * commuting) / pairs).toFixed(1);
  const classes = countInequivalent(graph, pairsMax)?.toLocaleString("en") ?? "more than counted";
  const { tested, untrue } = untrueClaims(graph);
  return (
    `${orders} of ${longest}; ${share} % of ${pairs.toLocaleString("en")} pairs of events commute, ` +
    `which leaves ${classes} orders; ${String(untrue.length)} of ` +
    `${tested.toLocaleString("en")} claims of the reduction untrue`
  );
}

main();
