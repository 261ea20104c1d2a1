/** The thread on which a log is stepped with another build: see `against-guard.ts`. */
import { parentPort, workerData } from "node:worker_threads";
import { keysOfBytes } from "../../io/journal-keys.ts";
import { CommandError } from "../command-error.ts";
import { ProgressLine } from "../output.ts";
import { compareBuilds } from "./against.ts";
import type { GuardOrder, GuardReport } from "./against-guard.ts";
import { phases, Whereabouts } from "./against-whereabouts.ts";
import { openLog } from "./log.ts";
import { loadBuild } from "./other-build.ts";

const { order, memory } = workerData as {
  readonly order: GuardOrder;
  readonly memory: Float64Array<SharedArrayBuffer>;
};

parentPort?.postMessage(await compare());

async function compare(): Promise<GuardReport> {
  const { path, features, keys, against, until } = order;
  const whereabouts = new Whereabouts(memory);
  // A thread has no terminal.
  const progress = new ProgressLine();
  try {
    const log = await openLog(path, { features, keys: keysOfBytes(keys) }, progress);
    whereabouts.enter(phases.loading);
    const other = await loadBuild(against, { role: log.role, features });
    whereabouts.enter(phases.stepping);
    const result = compareBuilds(log, other, { until, progress, whereabouts });
    return { type: "compared", result };
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    const { message, details } = error;
    return { type: "refused", message, details };
  }
}
