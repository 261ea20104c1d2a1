/**
 * The production host in simulated surroundings: its configuration is what the run's options say.
 */
import type { Machine } from "../core/contract.ts";
import { createHost, Follower, hostConfig } from "../core/host/index.ts";
import type { Host, HostConfig } from "../core/host/index.ts";
import { crc32 } from "../core/journal/index.ts";
import { realmConfig } from "../core/realm/index.ts";
import type { Realm, RealmMachine } from "../core/realm/index.ts";
import type { DiskOptions, ServerOptions, SimulationOptions } from "./options.ts";
import type { HostOrder, RunningHost } from "./site.ts";

/** What a planted bug may change of the configuration, against what the checkers believe. */
export interface HostVariation {
  readonly host?: Partial<HostConfig>;
  readonly realm?: Readonly<Record<string, number>>;
}

const identity = { node: "26", v8: "none", protocol: 1 };

/**
 * Makes hosts.
 *
 * @param variation for tests that plant a bug; empty otherwise
 */
export function simulatedHost(variation: HostVariation = {}): (order: HostOrder) => RunningHost {
  return ({ syscalls, mergeOrder, producers, options, observe, role, realm, build, ...order }) => {
    const { thread, observeFollower, keys } = order;
    const given = { ...realmPart(options.server), ...order.realmConfig, ...variation.realm };
    const config = hostConfig({
      role,
      adoptTail: build.adoptsTail,
      ...hostPart(options.server),
      ...diskPart(options.disk),
      ...followerPart(options.follower),
      ...keepingPart(options.keeping),
      ...variation.host,
    });
    const follower = thread.port(
      (ports) =>
        new Follower({
          config,
          create: () => observeFollower(() => realm.create()),
          build: build.name,
          checksum: crc32,
          keys,
          log: (level, message, fields) => syscalls.log(level, message, fields),
          ...ports,
        }),
      (report) => host.followed(report),
    );
    const host: Host = createHost({
      config,
      keys,
      follower,
      realmConfig: { ...realmConfig(given) },
      realm: observed(realm, observe),
      syscalls,
      identity: { ...identity, build: build.name },
      producers,
      mergeOrder,
    });
    return {
      host,
      metrics: () => host.counters.totals(),
      figure: (name) => host.counters.get(name),
      phase: () => host.phase,
    };
  };
}

const hostPart = ({
  connectionsMax,
  segmentBytesMax,
  outboundBytesMax,
  heldBytesMax,
  packetsPerRoundMax,
  packetsPerTurnMax,
  gatherPacketsMin,
  failedStepsMax,
  failedStepsWindowMs,
}: ServerOptions): Partial<HostConfig> => ({
  packetsPerRoundMax,
  packetsPerTurnMax,
  gatherPacketsMin,
  failedStepsMax,
  failedStepsWindowMs,
  connectionsMax,
  // In the proportions of production.
  outboundBytesMax,
  outboundHighBytes: outboundBytesMax >> 2,
  outboundLowBytes: outboundBytesMax >> 4,
  heldBytesMax,
  segmentBytesMax,
  blockBytesMax: Math.min(1_048_576, segmentBytesMax >> 2),
  // A run writes so much that this is used up often. What lies ahead is read at each start.
  journalAheadBytes: 65_536,
});

const followerPart = (given: SimulationOptions["follower"]): Partial<HostConfig> => ({
  follower: given.everyEvents > 0 ? "on" : "off",
  followAfterMs: Math.ceil(given.afterMicros / 1_000),
  checkpointEveryEvents: Math.max(1, given.everyEvents),
  checkpointEveryMs: Math.ceil(given.everyMicros / 1_000),
  journalKeepMs: Math.ceil(given.keepMicros / 1_000),
  journalKeepBytes: given.keepBytes,
});

const diskPart = ({ reserveBytes, fullTimeoutMicros }: DiskOptions): Partial<HostConfig> => ({
  reserveBytes,
  fullTimeoutMs: Math.ceil(fullTimeoutMicros / 1_000),
});

const keepingPart = ({ captureBytes }: SimulationOptions["keeping"]): Partial<HostConfig> =>
  captureBytes === 0 ? {} : { captureOf: "all", captureBytes };

const realmPart = ({
  idleTimeoutMicros,
  helloTimeoutMicros,
  malformedInRowMax,
  refusedPerWindowMax,
  tickHz,
}: ServerOptions) => ({
  tickHz,
  malformedInRowMax,
  refusedPerWindowMax,
  idleTimeoutMs: Math.floor(idleTimeoutMicros / 1_000),
  helloTimeoutMs: Math.floor(helloTimeoutMicros / 1_000),
});

/** The same realm; whatever it makes is looked at. */
const observed = (realm: Realm, observe: (machine: Machine) => Machine): Realm => ({
  ...realm,
  // The host takes a machine and nothing more from `create`: see `RecoveryOptions` there.
  create: () => observe(realm.create()) as RealmMachine,
});
