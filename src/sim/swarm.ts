/**
 * What a seed draws (swarm testing): leaving most faults out of most runs finds more than a little
 * of everything everywhere, because faults hide each other.
 *
 * A new option is drawn from a stream of its own, so that old seeds stay what they are.
 */
import { RandomStream } from "../core/kernel/random.ts";
import { seedWords } from "./decisions.ts";
import { drawDisk } from "./disk-options.ts";
import { rate } from "./drawing.ts";
import { drawKeeping } from "./keeping.ts";
import { drawHandshake, drawNetwork } from "./network/options.ts";
import { calmOptions } from "./options.ts";
import type {
  CallOptions,
  ClockOptions,
  PlayersOptions,
  ServerOptions,
  SimulationOptions,
  WorkloadOptions,
} from "./options.ts";
import { drawFollower } from "./process/follower.ts";
import {
  drawClockTroubles,
  drawOutside,
  drawProcessTroubles,
  drawUpgrade,
} from "./process/troubles.ts";
import { drawStrain } from "./strain.ts";

/** The options of a seed: each kind of fault is on in about half of the seeds, at a drawn rate. */
export function drawOptions(seed: number): SimulationOptions {
  const words = seedWords(seed);
  const random = RandomStream.named(words, "options");
  // What came later has a stream of its own, so that old seeds stay what they are.
  const later = RandomStream.named(words, "options/network");
  const strain = drawStrain(seed);
  return {
    seconds: 10,
    quietSeconds: 90,
    network: drawNetwork(random, later),
    handshake: drawHandshake(random, later),
    process: { ...drawProcess(random), ...drawProcessTroubles(seed), ...strain.process },
    follower: drawFollower(seed),
    keeping: drawKeeping(seed),
    clock: { ...drawClock(random), ...drawClockTroubles(seed) },
    upgrade: drawUpgrade(seed),
    outside: drawOutside(seed),
    disk: drawDisk(random, seed),
    calls: drawCalls(random),
    workload: { ...drawWorkload(random), ...drawManners(seed) },
    players: calmOptions.players,
    server: {
      ...drawServer(random, later),
      ...drawLimits(seed),
      ...drawGathering(seed),
      ...drawTicks(seed),
      ...strain.server,
    },
  };
}

/**
 * The options of a seed whose clients are travellers: faults as above, and what only they have.
 * Drawn apart, so that the seeds of one scenario stay what they are when another grows.
 */
export function drawPlayersOptions(seed: number): SimulationOptions {
  const drawn = drawOptions(seed);
  const random = RandomStream.named(seedWords(seed), "options/players");
  const { workload, calls, server, clock } = drawn;
  const clients = random.between(2, 8);
  const troubled = {
    ...calls,
    unheardPerMillion: rate(random, 100_000),
    crashPerMillion: rate(random, 20_000),
  };
  const rudePerMillion = rate(random, 300_000);
  const players = {
    ...drawPlayers(random, clients, clock),
    ...drawTurning(seed),
    ...drawRoom(seed, clients),
    ...drawBans(seed),
    ...drawStaff(seed),
    ...drawRest(seed),
    ...drawCriers(seed),
    ...drawLeaving(seed),
  };
  return {
    ...drawn,
    ...drawHaste(seed, { clock, calls: troubled, players }),
    workload: { ...workload, clients, rudePerMillion },
    // A login server that is full keeps out those who would make room.
    server: {
      ...server,
      ...drawFailures(seed),
      connectionsMax: calmOptions.server.connectionsMax,
    },
  };
}

/** The options of a seed that is about upgrades: several servers, and most of them upgraded. */
export function drawUpgradeOptions(seed: number): SimulationOptions {
  const drawn = drawOptions(seed);
  const { upgrade, workload } = drawn;
  return {
    ...drawn,
    workload: { ...workload, clients: Math.min(workload.clients, 8) },
    upgrade: { ...upgrade, serverPerMillion: 900_000 },
  };
}

const drawProcess = (random: RandomStream) => ({
  turnDelayMicros: random.pick([5, 20, 200, 2_000]),
  stallPerMillion: rate(random, 5_000),
  stallMaxMicros: random.pick([300_000, 1_500_000, 5_000_000]),
  endsMax: random.chance(1, 2) ? 0 : random.between(1, 4),
  restartMaxMicros: random.pick([100_000, 1_000_000, 3_000_000]),
  producers: random.between(2, 4),
  mergePerMillion: rate(random, 800_000),
});

const drawClock = (random: RandomStream) => ({
  skewMaxMicros: random.chance(1, 2) ? 0 : 5_000_000,
  driftMaxPerMillion: random.chance(1, 2) ? 0 : 500,
  jumpsMax: random.chance(1, 2) ? 0 : random.between(1, 3),
  jumpMaxMicros: random.pick([500_000, 5_000_000, 3_600_000_000]),
  rightInQuiet: 0,
});

const drawCalls = (random: RandomStream): CallOptions => ({
  delayMicros: random.pick([100, 500, 5_000]),
  slowPerMillion: rate(random, 100_000),
  slowMaxMicros: 3_000_000,
  failedPerMillion: rate(random, 100_000),
  duplicatePerMillion: rate(random, 100_000),
  lostPerMillion: rate(random, 50_000),
  latePerMillion: 0,
  lateMaxMicros: 3_000_000,
  unheardPerMillion: 0,
  crashPerMillion: 0,
});

/** How wrong and odd rude clients are, never, now and then, or always; and how many are greedy. */
function drawManners(seed: number) {
  const random = RandomStream.named(seedWords(seed), "options/manners");
  const apart = (name: string) => RandomStream.named(seedWords(seed), `options/${name}`);
  return {
    crookedPerMillion: random.pick([0, 100_000, 400_000, 1_000_000]),
    hogs: apart("hogs").pick([1, 2, 3, 3]),
    oddPerMillion: apart("oddity").pick([0, 0, 100_000, 500_000]),
    outburstPerMillion: apart("outbursts").pick([0, 200_000, 1_000_000, 1_000_000]),
  };
}

const drawWorkload = (
  random: RandomStream,
): Omit<WorkloadOptions, keyof ReturnType<typeof drawManners>> => ({
  clients: random.chance(9, 10) ? random.between(2, 8) : random.between(9, 30),
  rudePerMillion: rate(random, 600_000),
  thinkMicros: random.pick([30_000, 100_000, 400_000]),
  payloadBytesMax: random.pick([0, 40, 400, 5_000]),
  stayMaxMicros: random.pick([1_000_000, 4_000_000, 20_000_000]),
});

function drawTurning(seed: number): Pick<PlayersOptions, "turningPerMillion"> {
  const random = RandomStream.named(seedWords(seed), "options/turning");
  return { turningPerMillion: random.pick([0, 300_000, 1_000_000]) };
}

/** In a third of the seeds servers have room for fewer than there are. */
function drawRoom(seed: number, clients: number): Pick<PlayersOptions, "playersMax"> {
  const random = RandomStream.named(seedWords(seed), "options/room");
  const { playersMax } = calmOptions.players;
  return { playersMax: random.chance(1, 3) ? random.between(1, clients) : playersMax };
}

function drawBans(seed: number): Pick<PlayersOptions, "bans"> {
  const random = RandomStream.named(seedWords(seed), "options/bans");
  return { bans: random.pick([0, 0, 1, 2]) };
}

/** As with most features that users have written. */
function drawRest(seed: number): Pick<PlayersOptions, "isRestless"> {
  const random = RandomStream.named(seedWords(seed), "options/rest");
  return { isRestless: random.chance(1, 6) };
}

function drawCriers(seed: number): Pick<PlayersOptions, "criers"> {
  const random = RandomStream.named(seedWords(seed), "options/criers");
  return {
    criers: random.chance(1, 4) ? random.pick(["sound", "sound", "faulty"] as const) : "none",
  };
}

function drawStaff(seed: number): Pick<PlayersOptions, "staff"> {
  const random = RandomStream.named(seedWords(seed), "options/staff");
  return { staff: random.pick([0, 0, 0, 1, 2, 3]) };
}

function drawLeaving(seed: number): Pick<PlayersOptions, "elsewherePerMillion"> {
  const random = RandomStream.named(seedWords(seed), "options/leaving");
  return { elsewherePerMillion: random.pick([0, 0, 300_000, 1_000_000]) };
}

function drawPlayers(random: RandomStream, clients: number, clock: ClockOptions): PlayersOptions {
  const jumps = clock.jumpsMax + clock.rebootJumpsMax;
  const jumpMs = (jumps * clock.jumpMaxMicros + 2 * clock.skewMaxMicros) / 1_000;
  return {
    gameServers: random.chance(1, 4) ? 2 : 1,
    playersMax: calmOptions.players.playersMax,
    elsewherePerMillion: calmOptions.players.elsewherePerMillion,
    bans: calmOptions.players.bans,
    staff: calmOptions.players.staff,
    isRestless: calmOptions.players.isRestless,
    criers: calmOptions.players.criers,
    accounts: random.between(1, clients),
    cheatPerMillion: random.pick([0, 0, 300_000, 1_000_000]),
    turningPerMillion: calmOptions.players.turningPerMillion,
    stepMicros: random.pick([33_000, 100_000, 300_000]),
    // Whose clock is wrong by more than that can let nobody in.
    tokenLifetimeMs: Math.floor(random.pick([5_000, 3_600_000]) + jumpMs),
    loginsPerMinute: random.pick([5, 120]),
    loginsBurst: calmOptions.players.loginsBurst,
    sizeM: random.pick([60, 200, 1_000]),
    viewDistanceM: random.pick([10, 20, 50]),
    spawnRadiusM: random.pick([5, 30, 60]),
    speedMaxMmPerS: random.pick([5_000, 12_000, 40_000]),
    allowanceMs: random.pick([200, 1_000]),
  };
}

/**
 * Whether answers come when what they say may not be so any more, and whether tokens are soon over,
 * where clocks that are wrong are set right in the end: one that is wrong by more than a token
 * lives lets nobody in.
 */
function drawHaste(seed: number, { clock, calls, players }: Hasty): Hasty {
  const random = RandomStream.named(seedWords(seed), "options/haste");
  const isHasty = random.chance(2, 5);
  const tokenLifetimeMs = random.pick([1_000, 3_000]);
  // One at a time, where the next one's time comes soon.
  const isSingle = random.chance(1, 4) && players.loginsPerMinute > 60;
  const logins = { loginsBurst: isSingle ? 1 : players.loginsBurst };
  const late = {
    latePerMillion: random.chance(1, 3) ? 0 : random.pick([30_000, 300_000]),
    lateMaxMicros: random.pick([300_000, 4_000_000]),
  };
  return {
    clock: isHasty ? { ...clock, rightInQuiet: 1 } : clock,
    calls: { ...calls, ...late },
    players: { ...players, ...logins, ...(isHasty ? { tokenLifetimeMs } : {}) },
  };
}

type Hasty = Pick<SimulationOptions, "clock" | "calls" | "players">;

/** Small limits are met; in half of the seeds they are production's. */
function drawLimits(seed: number) {
  const random = RandomStream.named(seedWords(seed), "options/limits");
  const { server } = calmOptions;
  const isUsual = random.chance(1, 2);
  const drawn = {
    packetsPerRoundMax: random.pick([1, 2, 8, 64]),
    packetsPerTurnMax: random.pick([2, 16, 256, 16_384]),
    malformedInRowMax: random.pick([1, 3, 8]),
    refusedPerWindowMax: random.pick([20, 100, 1_000]),
  };
  const { packetsPerRoundMax, packetsPerTurnMax, malformedInRowMax, refusedPerWindowMax } = server;
  return isUsual
    ? { packetsPerRoundMax, packetsPerTurnMax, malformedInRowMax, refusedPerWindowMax }
    : drawn;
}

/** How often features may throw: only some runs have one that does. */
function drawFailures(seed: number) {
  const random = RandomStream.named(seedWords(seed), "options/failures");
  return {
    failedStepsMax: random.pick([1, 3]),
    failedStepsWindowMs: random.pick([500, 3_000, 60_000]),
  };
}

/** In half of the seeds a block of few packets is a dense one already. */
function drawGathering(seed: number) {
  const random = RandomStream.named(seedWords(seed), "options/gathering");
  const { gatherPacketsMin } = calmOptions.server;
  return { gatherPacketsMin: random.pick([gatherPacketsMin, gatherPacketsMin, 4, 1]) };
}

/** In half of the seeds ticks are production's; others are rarer, mostly, or do not divide. */
function drawTicks(seed: number) {
  const random = RandomStream.named(seedWords(seed), "options/ticks");
  const { tickHz } = calmOptions.server;
  return { tickHz: random.pick([tickHz, tickHz, tickHz, tickHz, 20, 10, 7, 60]) };
}

/** What is drawn from streams of its own. */
type Drawn = keyof (ReturnType<typeof drawLimits> &
  ReturnType<typeof drawGathering> &
  ReturnType<typeof drawTicks>);

const drawServer = (
  random: RandomStream,
  later: RandomStream,
): Omit<ServerOptions, Drawn | "heldBytesMax"> => {
  const idleTimeoutMicros = random.pick([1_500_000, 3_000_000, 5_000_000, 30_000_000]);
  const { failedStepsMax, failedStepsWindowMs } = calmOptions.server;
  return {
    failedStepsMax,
    failedStepsWindowMs,
    security: random.chance(2, 3) ? "tls" : "plain",
    connectionsMax: random.chance(1, 4) ? random.between(1, 6) : 5_000,
    idleTimeoutMicros,
    helloTimeoutMicros: Math.min(10_000_000, Math.floor(idleTimeoutMicros / 2)),
    segmentBytesMax: random.pick([32_768, 262_144, 67_108_864]),
    outboundBytesMax: later.pick([1_048_576, 1_048_576, 131_072, 32_768]),
  };
};
