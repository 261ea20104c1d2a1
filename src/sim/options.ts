/**
 * What a run is made of: its size, and how likely each fault is. A seed draws its own options
 * (swarm testing): leaving most faults out of most runs finds more than a little of everything
 * everywhere, because faults hide each other.
 *
 * Chances are whole numbers out of a million, sizes in bytes, times in microseconds.
 */
import { RandomStream } from "../core/kernel/random.ts";
import { seedWords } from "./decisions.ts";
import { calmDisk, drawDisk } from "./disk-options.ts";
import type { DiskOptions } from "./disk-options.ts";
import { rate } from "./drawing.ts";
import { calmHandshake, calmNetwork, drawHandshake, drawNetwork } from "./network/options.ts";
import type { HandshakeOptions, NetworkOptions } from "./network/options.ts";
import { calmKeeping, drawKeeping } from "./keeping.ts";
import type { KeepingOptions } from "./keeping.ts";
import { calmFollower, drawFollower } from "./process/follower.ts";
import type { FollowerOptions } from "./process/follower.ts";
import {
  drawClockTroubles,
  drawOutside,
  drawProcessTroubles,
  drawUpgrade,
} from "./process/troubles.ts";
import { drawStrain } from "./strain.ts";

export type { DiskOptions } from "./disk-options.ts";
export type { HandshakeOptions, NetworkOptions } from "./network/options.ts";

/** How likely something is, 0..1,000,000. */
type PerMillion = number;

export interface ProcessOptions {
  /** How long a thread takes to wake up: for its sockets, or for the host's next turn. */
  readonly turnDelayMicros: number;
  /** Of each turn. */
  readonly stallPerMillion: PerMillion;
  readonly stallMaxMicros: number;
  /** Whether what was read of a socket in one pass is handed over in one piece. */
  readonly joinsReads: boolean;
  /** Ends of the process in the run: drawn how many, when, and which. */
  readonly endsMax: number;
  readonly restartMaxMicros: number;
  /** How many threads read sockets, 2..16; the inbox merges what they deliver. */
  readonly producers: number;
  /** Of each choice of the inbox, that another producer than usual is taken. */
  readonly mergePerMillion: PerMillion;
  /** Besides `endsMax`: processes of a machine that die at an event or a system call. */
  readonly crashesMax: number;
  /** Of each decided death, that the next few processes die, too, as soon as they have begun. */
  readonly stormPerMillion: PerMillion;
  /** Of each restart, that it takes much longer. */
  readonly slowRestartPerMillion: PerMillion;
  readonly slowRestartMaxMicros: number;
  /** How often a machine's processes are stopped in the run, and for how long. */
  readonly pausesMax: number;
  readonly pauseMaxMicros: number;
}

/** Servers that get the next build in the middle of the run, one after the other. */
export interface UpgradeOptions {
  /** How many servers there are, where the scenario leaves it open. */
  readonly servers: number;
  /** Of each server, that it gets the next build. */
  readonly serverPerMillion: PerMillion;
  /** Of each upgrade, that the process is killed before, during or after the orderly end. */
  readonly crashPerMillion: PerMillion;
  /** Of each upgrade, that a tail that the next build refuses is adopted. */
  readonly adoptPerMillion: PerMillion;
  /** Of each upgrade, that it is taken back. */
  readonly backPerMillion: PerMillion;
}

/** Who never comes back when faults stop. */
export interface OutsideOptions {
  /** Of each client, that it is cut off for good. */
  readonly clientPerMillion: PerMillion;
  /** Of each server that is not the last of its role, that it is down for good. */
  readonly serverPerMillion: PerMillion;
}

export interface ClockOptions {
  readonly skewMaxMicros: number;
  readonly driftMaxPerMillion: PerMillion;
  readonly jumpsMax: number;
  readonly jumpMaxMicros: number;
  /** How many restarts find another wall clock, by as much as a jump. */
  readonly rebootJumpsMax: number;
  /** How often a time daemon makes both clocks run faster or slower, and by how much at most. */
  readonly slewsMax: number;
  readonly slewMaxPerMillion: number;
  /** 1: wall clocks are set right when faults stop; 0: they stay as wrong as they are. */
  readonly rightInQuiet: number;
}

export interface CallOptions {
  readonly delayMicros: number;
  readonly slowPerMillion: PerMillion;
  readonly slowMaxMicros: number;
  readonly failedPerMillion: PerMillion;
  readonly duplicatePerMillion: PerMillion;
  readonly lostPerMillion: PerMillion;
  /** Of each call that is performed, that its answer is long on its way back. */
  readonly latePerMillion: PerMillion;
  readonly lateMaxMicros: number;
  /** Of each call, that it is performed and its answer lost on the way. */
  readonly unheardPerMillion: PerMillion;
  /** Of each call that is performed, that the process is killed before the answer. */
  readonly crashPerMillion: PerMillion;
}

export interface WorkloadOptions {
  readonly clients: number;
  /** Of each client, that it misbehaves in one of the ways of `clients/script.ts`. */
  readonly rudePerMillion: PerMillion;
  /** Between two packets of a client, on average. */
  readonly thinkMicros: number;
  readonly payloadBytesMax: number;
  /** Of each packet of a rude one, that its header or its greeting is wrong. */
  readonly crookedPerMillion: PerMillion;
  /** And that it is right, and not written as others write it; or of a number that nobody has. */
  readonly oddPerMillion: PerMillion;
  /** How many more clients ask too much, see `clients/hogs.ts`; none where nobody is rude. */
  readonly hogs: number;
  /** How long a client stays before it leaves and comes again. */
  readonly stayMaxMicros: number;
}

/** Accounts, travellers and their world. Only the scenario `players` has any. */
export interface PlayersOptions {
  readonly gameServers: number;
  /** Travellers share them: with fewer accounts than clients some have several devices. */
  readonly accounts: number;
  /** Of each traveller, that it cheats now and then. */
  readonly cheatPerMillion: PerMillion;
  /** Between two movements of a traveller who walks. */
  readonly stepMicros: number;
  readonly tokenLifetimeMs: number;
  readonly loginsPerMinute: number;
  readonly loginsBurst: number;
  /** Metres: a small world has people come and go at its cells' borders. */
  readonly sizeM: number;
  readonly viewDistanceM: number;
  readonly spawnRadiusM: number;
  readonly speedMaxMmPerS: number;
  readonly allowanceMs: number;
}

/** The host's configuration, as far as a run varies it. */
export interface ServerOptions {
  readonly security: "tls" | "plain";
  readonly connectionsMax: number;
  readonly idleTimeoutMicros: number;
  readonly helloTimeoutMicros: number;
  /** A journal of small segments rotates within a run. */
  readonly segmentBytesMax: number;
  /** What may wait for one connection before it is cut as a slow reader's. */
  readonly outboundBytesMax: number;
  /** What may wait for the disk, of all connections together, before nobody is read. */
  readonly heldBytesMax: number;
  /** How much of one connection is served before others have their turn, and in a turn. */
  readonly packetsPerRoundMax: number;
  readonly packetsPerTurnMax: number;
  /** How much a session may get wrong. */
  readonly malformedInRowMax: number;
  readonly refusedPerWindowMax: number;
}

export interface SimulationOptions {
  /** Faults and workload for so long ... */
  readonly seconds: number;
  /** ... and then quiet, in which everything must settle. */
  readonly quietSeconds: number;
  readonly network: NetworkOptions;
  readonly handshake: HandshakeOptions;
  readonly process: ProcessOptions;
  readonly follower: FollowerOptions;
  readonly keeping: KeepingOptions;
  readonly clock: ClockOptions;
  readonly upgrade: UpgradeOptions;
  readonly outside: OutsideOptions;
  readonly disk: DiskOptions;
  readonly calls: CallOptions;
  readonly workload: WorkloadOptions;
  readonly players: PlayersOptions;
  readonly server: ServerOptions;
}

/** Options of which some parts are fixed by the caller and the others drawn or calm. */
export type PartialOptions = {
  readonly [Group in keyof SimulationOptions]?: SimulationOptions[Group] extends number
    ? number
    : Partial<SimulationOptions[Group]>;
};

/** No faults at all: a quick local network, perfect clocks, an honest disk, polite clients. */
export const calmOptions: SimulationOptions = {
  seconds: 10,
  quietSeconds: 60,
  network: calmNetwork,
  handshake: calmHandshake,
  process: {
    turnDelayMicros: 20,
    stallPerMillion: 0,
    stallMaxMicros: 3_000_000,
    joinsReads: false,
    endsMax: 0,
    restartMaxMicros: 2_000_000,
    producers: 2,
    mergePerMillion: 0,
    crashesMax: 0,
    stormPerMillion: 0,
    slowRestartPerMillion: 0,
    slowRestartMaxMicros: 6_000_000,
    pausesMax: 0,
    pauseMaxMicros: 3_000_000,
  },
  follower: calmFollower,
  keeping: calmKeeping,
  clock: {
    skewMaxMicros: 0,
    driftMaxPerMillion: 0,
    jumpsMax: 0,
    jumpMaxMicros: 3_600_000_000,
    rebootJumpsMax: 0,
    slewsMax: 0,
    slewMaxPerMillion: 500,
    rightInQuiet: 0,
  },
  upgrade: {
    servers: 2,
    serverPerMillion: 0,
    crashPerMillion: 0,
    adoptPerMillion: 0,
    backPerMillion: 0,
  },
  outside: { clientPerMillion: 0, serverPerMillion: 0 },
  disk: calmDisk,
  calls: {
    delayMicros: 500,
    slowPerMillion: 0,
    slowMaxMicros: 3_000_000,
    failedPerMillion: 0,
    duplicatePerMillion: 0,
    lostPerMillion: 0,
    latePerMillion: 0,
    lateMaxMicros: 3_000_000,
    unheardPerMillion: 0,
    crashPerMillion: 0,
  },
  workload: {
    clients: 4,
    rudePerMillion: 0,
    crookedPerMillion: 0,
    oddPerMillion: 0,
    hogs: 0,
    thinkMicros: 100_000,
    payloadBytesMax: 200,
    stayMaxMicros: 10_000_000,
  },
  players: {
    gameServers: 1,
    accounts: 4,
    cheatPerMillion: 0,
    stepMicros: 100_000,
    tokenLifetimeMs: 3_600_000,
    loginsPerMinute: 120,
    loginsBurst: 5,
    sizeM: 200,
    viewDistanceM: 20,
    spawnRadiusM: 30,
    speedMaxMmPerS: 12_000,
    allowanceMs: 1_000,
  },
  server: {
    security: "tls",
    connectionsMax: 5_000,
    idleTimeoutMicros: 30_000_000,
    helloTimeoutMicros: 10_000_000,
    segmentBytesMax: 67_108_864,
    outboundBytesMax: 1_048_576,
    heldBytesMax: 67_108_864,
    packetsPerRoundMax: 64,
    packetsPerTurnMax: 16_384,
    malformedInRowMax: 8,
    refusedPerWindowMax: 1_000,
  },
};

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
    server: { ...drawServer(random, later), ...drawLimits(seed), ...strain.server },
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
  const players = drawPlayers(random, clients, clock);
  return {
    ...drawn,
    ...drawHaste(seed, { clock, calls: troubled, players }),
    workload: { ...workload, clients, rudePerMillion },
    // A login server that is full keeps out those who would make room.
    server: { ...server, connectionsMax: calmOptions.server.connectionsMax },
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

/** Puts what is given over `base`, group by group. */
export function withOptions(base: SimulationOptions, given: PartialOptions): SimulationOptions {
  return {
    seconds: given.seconds ?? base.seconds,
    quietSeconds: given.quietSeconds ?? base.quietSeconds,
    network: { ...base.network, ...given.network },
    handshake: { ...base.handshake, ...given.handshake },
    process: { ...base.process, ...given.process },
    follower: { ...base.follower, ...given.follower },
    keeping: { ...base.keeping, ...given.keeping },
    clock: { ...base.clock, ...given.clock },
    upgrade: { ...base.upgrade, ...given.upgrade },
    outside: { ...base.outside, ...given.outside },
    disk: { ...base.disk, ...given.disk },
    calls: { ...base.calls, ...given.calls },
    workload: { ...base.workload, ...given.workload },
    players: { ...base.players, ...given.players },
    server: { ...base.server, ...given.server },
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

function drawPlayers(random: RandomStream, clients: number, clock: ClockOptions): PlayersOptions {
  const jumps = clock.jumpsMax + clock.rebootJumpsMax;
  const jumpMs = (jumps * clock.jumpMaxMicros + 2 * clock.skewMaxMicros) / 1_000;
  return {
    gameServers: random.chance(1, 4) ? 2 : 1,
    accounts: random.between(1, clients),
    cheatPerMillion: random.pick([0, 0, 300_000, 1_000_000]),
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

const drawServer = (
  random: RandomStream,
  later: RandomStream,
): Omit<ServerOptions, keyof ReturnType<typeof drawLimits> | "heldBytesMax"> => {
  const idleTimeoutMicros = random.pick([1_500_000, 3_000_000, 5_000_000, 30_000_000]);
  return {
    security: random.chance(2, 3) ? "tls" : "plain",
    connectionsMax: random.chance(1, 4) ? random.between(1, 6) : 5_000,
    idleTimeoutMicros,
    helloTimeoutMicros: Math.min(10_000_000, Math.floor(idleTimeoutMicros / 2)),
    segmentBytesMax: random.pick([32_768, 262_144, 67_108_864]),
    outboundBytesMax: later.pick([1_048_576, 1_048_576, 131_072, 32_768]),
  };
};
