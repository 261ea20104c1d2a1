/**
 * The simulator's speed, all checkers on, faults drawn as in a campaign, each run with another
 * seed. Time is the process's CPU time, of all its threads, once its code is compiled: a campaign
 * plays thousands of seeds in a process, whose first twenty take twice as long as later ones, and
 * which goes on compiling for some two hundred. So that many are played before any are measured.
 *
 *     node bench/simulator.ts [--json]
 *
 * - echo: one server and 20 clients who ask for echoes;
 * - room: a login server, a game server and 8 players who walk about in sight of each other;
 * - crowd: the same with 200 players, about 20 of whom each sees;
 * - campaign: seeds of 30 s as a campaign plays them, 90 % of 2 to 8 players, 9 % of 9 to 30 and
 *   1 % of 200, each twice: how many a core plays in a day.
 *
 * Simulated seconds are those of the whole run. For the campaign they are only named: what counts
 * there is runs.
 */
import { simulate } from "../src/sim/index.ts";
import type { PartialOptions, ScenarioName } from "../src/sim/index.ts";

export interface SimulatorLoad {
  readonly scenario: ScenarioName;
  readonly fixed: PartialOptions;
  readonly runs: number;
  /** Runs of its own before those that count, behind those of a campaign. */
  readonly warmUp: number;
}

export interface SimulatorSpeed {
  /** Simulated seconds in a second of CPU time, each run once. */
  readonly timesRealTime: number;
  readonly eventsPerSecond: number;
  readonly simulatedSeconds: number;
  readonly cpuSeconds: number;
}

const echo: PartialOptions = { seconds: 60, workload: { clients: 20 } };
const room: PartialOptions = {
  seconds: 60,
  workload: { clients: 8 },
  players: { accounts: 8, gameServers: 1 },
};
/** Within 20 m of each of 200 in a square of 112 m are 20 others. */
const crowd: PartialOptions = {
  seconds: 20,
  workload: { clients: 200, rudePerMillion: 0 },
  players: { accounts: 200, gameServers: 1, sizeM: 112, viewDistanceM: 20, spawnRadiusM: 56 },
};

export const simulatorLoads = {
  echo: { scenario: "echo", fixed: echo, runs: 3, warmUp: 3 },
  room: { scenario: "players", fixed: room, runs: 40, warmUp: 20 },
  crowd: { scenario: "players", fixed: crowd, runs: 6, warmUp: 3 },
} as const satisfies Readonly<Record<string, SimulatorLoad>>;

const firstSeed = 1_000;
const campaignWarmUp = 200;
let isWarm = false;

export function measureSimulator(load: SimulatorLoad): SimulatorSpeed {
  const { scenario, fixed, runs, warmUp } = load;
  playCampaign();
  for (let seed = 1; seed <= warmUp; seed += 1) simulate({ seed, scenario, fixed, twice: false });
  let simulatedSeconds = 0;
  let events = 0;
  const from = process.cpuUsage();
  for (let seed = firstSeed; seed < firstSeed + runs; seed += 1) {
    const result = simulate({ seed, scenario, fixed, twice: false });
    if (result.failure !== null) throw new Error(`bench: seed ${seed}: ${result.failure.message}`);
    simulatedSeconds += result.simulatedSeconds;
    events += result.events;
  }
  const cpuSeconds = cpuSecondsSince(from);
  return {
    timesRealTime: simulatedSeconds / cpuSeconds,
    eventsPerSecond: events / cpuSeconds,
    simulatedSeconds,
    cpuSeconds,
  };
}

/** A campaign's first seeds, once in a process: what is compiled stays so. */
function playCampaign(): void {
  if (isWarm) return;
  isWarm = true;
  for (let seed = 1; seed <= campaignWarmUp; seed += 1) {
    simulate({ seed, scenario: "players", fixed: mixed(seed % 50) });
  }
}

/** How many seeds of the mix a core plays in a day, each twice. */
export function measureCampaign(seeds: number): { readonly seedsPerCoreDay: number } {
  playCampaign();
  const from = process.cpuUsage();
  for (let index = 0; index < seeds; index += 1) {
    const seed = firstSeed + index;
    const fixed = mixed(index % 100);
    const { failure } = simulate({ seed, scenario: "players", fixed });
    if (failure !== null) throw new Error(`bench: seed ${seed}: ${failure.message}`);
  }
  return { seedsPerCoreDay: Math.round((86_400 * seeds) / cpuSecondsSince(from)) };
}

/** Of a hundred seeds, one has 200 players and nine have 9 to 30; the others draw 2 to 8. */
function mixed(place: number): PartialOptions {
  if (place === 50) return { ...crowd, seconds: 30 };
  if (place % 11 !== 5) return { seconds: 30 };
  const clients = 9 + ((place * 7) % 22);
  return { seconds: 30, workload: { clients }, players: { accounts: clients } };
}

function cpuSecondsSince(from: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(from);
  return (user + system) / 1e6;
}

if (import.meta.main) {
  const loads: Readonly<Record<string, SimulatorLoad>> = simulatorLoads;
  const wanted = process.argv.slice(2);
  for (const [name, load] of Object.entries(loads)) {
    if (wanted.length > 0 && !wanted.includes(name)) continue;
    process.stdout.write(`${JSON.stringify({ load: name, ...measureSimulator(load) })}\n`);
  }
  if (wanted.length === 0 || wanted.includes("campaign")) {
    process.stdout.write(`${JSON.stringify({ load: "campaign", ...measureCampaign(100) })}\n`);
  }
}
