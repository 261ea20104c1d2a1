/**
 * What a run is made of: its size, and how likely each fault is. How a seed draws its own stands in
 * `swarm.ts`.
 *
 * Chances are whole numbers out of a million, sizes in bytes, times in microseconds.
 */
import { calmDisk } from "./disk-options.ts";
import type { DiskOptions } from "./disk-options.ts";
import { calmHandshake, calmNetwork } from "./network/options.ts";
import type { HandshakeOptions, NetworkOptions } from "./network/options.ts";
import { calmKeeping } from "./keeping.ts";
import type { KeepingOptions } from "./keeping.ts";
import { calmFollower } from "./process/follower.ts";
import type { FollowerOptions } from "./process/follower.ts";

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
  /** Of each traveller, that he is rude in the world now and then; none where nobody is rude. */
  readonly outburstPerMillion: PerMillion;
  /** How many more clients ask too much, see `clients/hogs.ts`; none where nobody is rude. */
  readonly hogs: number;
  /** How long a client stays before it leaves and comes again. */
  readonly stayMaxMicros: number;
}

/** Accounts, travellers and their world. Only the scenario `players` has any. */
export interface PlayersOptions {
  readonly gameServers: number;
  /** Of the first of them; each of the others has room for one more than the one before. */
  readonly playersMax: number;
  /** Travellers share them: with fewer accounts than clients some have several devices. */
  readonly accounts: number;
  /** Of each logout, that it is said to the login server, while the world has its player. */
  readonly elsewherePerMillion: PerMillion;
  /** How many accounts an operator bans in the run; half of the bans are lifted again. */
  readonly bans: number;
  /** Accounts that may look after servers: the first is an operator's, the next are moderators'. */
  readonly staff: number;
  /** Game servers have a feature more, which has something to do in every tick: none is idle. */
  readonly isRestless: boolean;
  /** Game servers have one by which travellers call out in the world, see `crier.ts`, or none. */
  readonly criers: "none" | "sound" | "faulty";
  /** Of each traveller, that it cheats now and then. */
  readonly cheatPerMillion: PerMillion;
  /** Of each traveller, that it looks another way with each movement. */
  readonly turningPerMillion: PerMillion;
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
  /** After a block of so many committed packets the next one waits for those who were answered. */
  readonly gatherPacketsMin: number;
  /** How much a session may get wrong. */
  readonly malformedInRowMax: number;
  readonly refusedPerWindowMax: number;
  /** How many steps within a while may throw in features before the server ends itself. */
  readonly failedStepsMax: number;
  readonly failedStepsWindowMs: number;
  /** Ticks a second. */
  readonly tickHz: number;
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
    outburstPerMillion: 0,
    hogs: 0,
    thinkMicros: 100_000,
    payloadBytesMax: 200,
    stayMaxMicros: 10_000_000,
  },
  players: {
    gameServers: 1,
    playersMax: 1_000,
    accounts: 4,
    elsewherePerMillion: 0,
    bans: 0,
    staff: 0,
    isRestless: false,
    criers: "none",
    cheatPerMillion: 0,
    turningPerMillion: 0,
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
    gatherPacketsMin: 128,
    malformedInRowMax: 8,
    refusedPerWindowMax: 1_000,
    failedStepsMax: 3,
    failedStepsWindowMs: 60_000,
    tickHz: 30,
  },
};

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
