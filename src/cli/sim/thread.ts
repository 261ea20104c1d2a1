/** One thread of a campaign: runs the seeds that it is told, one after the other. */
import { parentPort, workerData } from "node:worker_threads";
import { runSeed } from "./tally.ts";
import type { SeedOrder } from "./tally.ts";
import type { Whereabouts } from "./threads.ts";

const whereabouts = workerData as Whereabouts;

parentPort?.on("message", (order: SeedOrder) => {
  const report = runSeed(order, (scenario) => {
    whereabouts[0] = order.scenarios.indexOf(scenario) + 1;
  });
  whereabouts[0] = 0;
  parentPort?.postMessage(report);
});
