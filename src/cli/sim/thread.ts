/** One thread of a campaign: runs the seeds that it is told, one after the other. */
import { parentPort } from "node:worker_threads";
import { runSeed } from "./simulation.ts";
import type { SeedOrder } from "./simulation.ts";

parentPort?.on("message", (order: SeedOrder) => {
  parentPort?.postMessage(runSeed(order));
});
