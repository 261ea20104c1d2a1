/**
 * The simulator's speed: simulated seconds in a second of one core, all checkers on, a single run.
 *
 *     node bench/simulator.ts [--clients 20] [--seconds 60] [--runs 3]
 *
 * Faults are drawn as in a campaign; each run has another seed. Time is the process's CPU time.
 */
import { parseArgs } from "node:util";
import { simulate } from "../src/sim/index.ts";

export interface SimulatorLoad {
  readonly clients: number;
  /** Simulated, before the faults stop and everything has to settle. */
  readonly seconds: number;
  readonly runs: number;
}

export interface SimulatorResult {
  readonly timesRealTime: number;
  readonly eventsPerSecond: number;
  readonly simulatedSeconds: number;
}

export function measureSimulator({ clients, seconds, runs }: SimulatorLoad): SimulatorResult {
  const fixed = { seconds, workload: { clients } };
  simulate({ seed: 1, fixed, twice: false }); // Warm: a campaign runs thousands in one process.
  let simulatedSeconds = 0;
  let events = 0;
  const from = process.cpuUsage();
  for (let seed = 2; seed < runs + 2; seed += 1) {
    const result = simulate({ seed, fixed, twice: false });
    if (result.failure !== null) throw new Error(`bench: seed ${seed} failed`);
    simulatedSeconds += result.simulatedSeconds;
    events += result.events;
  }
  const used = process.cpuUsage(from);
  const spent = (used.user + used.system) / 1e6;
  return {
    timesRealTime: simulatedSeconds / spent,
    eventsPerSecond: events / spent,
    simulatedSeconds,
  };
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      clients: { type: "string", default: "20" },
      seconds: { type: "string", default: "60" },
      runs: { type: "string", default: "3" },
    },
  });
  const load = {
    clients: Number(values.clients),
    seconds: Number(values.seconds),
    runs: Number(values.runs),
  };
  process.stdout.write(`${JSON.stringify({ ...load, ...measureSimulator(load) })}\n`);
}
