/**
 * The half of the configuration that is not journalled: what it says decides what a packet costs
 * and how long it waits, and never what the realm answers. Plain data, so that it can be printed.
 */
import { apiRule } from "../kernel/assert.ts";
import { limits } from "../kernel/limits.ts";

/**
 * When an event counts as durable: `none` at once, `written` when the operating system has its
 * block (survives the process), `fsync` when the disk has it (survives the machine).
 */
export type Durability = "none" | "written" | "fsync";

/** Packets a second, and how many at once. */
export interface PacketBudget {
  readonly perSecond: number;
  readonly burst: number;
}

export interface HostConfig {
  /** What this process is, for its log lines: `login`, `game`, `data`. */
  readonly role: string;
  /** Connections at one time, >= 1. */
  readonly connectionsMax: number;
  /** Byte order of the frame's length. `big` is the published original's. */
  readonly lengthEndian: "little" | "big";
  /** Over all packet types of one connection. */
  readonly session: PacketBudget;
  /** Multiplies every budget; for load tests. */
  readonly budgetMultiplier: number;
  readonly durability: Durability;
  /** The longest that an event waits for its block when nobody waits for the event. */
  readonly commitWindowMs: number;
  /** After a block of so many committed packets the next may wait, so long: see `gathering.ts`. */
  readonly gatherPacketsMin: number;
  readonly gatherMaxMs: number;
  readonly blockBytesMax: number;
  readonly segmentBytesMax: number;
  /** Zeros written ahead of the blocks where every block is synced; 0 for none. */
  readonly journalAheadBytes: number;
  readonly inboundBytesMax: number;
  readonly packetsPerRoundMax: number;
  readonly packetsPerTurnMax: number;
  readonly outboundBytesMax: number;
  readonly outboundHighBytes: number;
  readonly outboundLowBytes: number;
  /** What may wait for the disk, and for how long, before nobody is read any more. */
  readonly heldBytesMax: number;
  readonly heldAgeMaxMs: number;
  /** Space that is kept for the journal on a full disk; 0: none. See `space.ts`. */
  readonly reserveBytes: number;
  /** How long a full disk may keep connections waiting. */
  readonly fullTimeoutMs: number;
  readonly stallMaxMs: number;
  readonly drainTimeoutMs: number;
  readonly closeTimeoutMs: number;
  readonly failedStepsMax: number;
  readonly failedStepsWindowMs: number;
  /**
   * Whether somebody follows the journal: `on` all the time, `rotation` when a segment is full, for
   * a machine without a spare core.
   */
  readonly follower: "on" | "rotation" | "off";
  /**
   * From the start to the follower's: a server that lives shorter needs none, unless enough for a
   * checkpoint happens in it.
   */
  readonly followAfterMs: number;
  /** A checkpoint follows on the one before after so many events, or this long, by their times. */
  readonly checkpointEveryEvents: number;
  readonly checkpointEveryMs: number;
  /** What is older goes, and the oldest while there is more; see `retention.ts`. */
  readonly journalKeepMs: number;
  readonly journalKeepBytes: number;
  /** Whose bytes are captured from the start: `off`, `all`, or addresses with commas between. */
  readonly captureOf: string;
  /** Until when, and how many. */
  readonly captureSeconds: number;
  readonly captureBytes: number;
  /** Steps a tail that another build wrote, without looking at its digests. */
  readonly adoptTail: boolean;
  /** The role's data folder as one types it in a shell, for the advice in messages. */
  readonly folder: string;
}

export const defaultHostConfig: Omit<HostConfig, "role"> = {
  connectionsMax: limits.connectionsMax,
  lengthEndian: "little",
  session: { perSecond: limits.packetsPerSecond, burst: limits.packetsBurst },
  budgetMultiplier: 1,
  durability: "fsync",
  commitWindowMs: limits.commitWindowMs,
  gatherPacketsMin: limits.gatherPacketsMin,
  gatherMaxMs: limits.gatherMaxMs,
  blockBytesMax: limits.blockBytesMax,
  segmentBytesMax: limits.segmentBytesMax,
  journalAheadBytes: limits.journalAheadBytes,
  inboundBytesMax: limits.inboundBytesMax,
  packetsPerRoundMax: limits.packetsPerRoundMax,
  packetsPerTurnMax: limits.packetsPerTurnMax,
  outboundBytesMax: limits.outboundBytesMax,
  outboundHighBytes: limits.outboundHighBytes,
  outboundLowBytes: limits.outboundLowBytes,
  heldBytesMax: limits.heldBytesMax,
  heldAgeMaxMs: limits.heldAgeMaxMs,
  reserveBytes: 0,
  fullTimeoutMs: limits.fullTimeoutMs,
  stallMaxMs: limits.stallMaxMs,
  drainTimeoutMs: limits.drainTimeoutMs,
  closeTimeoutMs: limits.closeTimeoutMs,
  failedStepsMax: limits.failedStepsMax,
  failedStepsWindowMs: limits.failedStepsWindowMs,
  follower: "off",
  followAfterMs: limits.followAfterMs,
  checkpointEveryEvents: limits.checkpointEveryEvents,
  checkpointEveryMs: limits.checkpointEveryMs,
  journalKeepMs: limits.journalKeepMs,
  journalKeepBytes: limits.journalKeepBytes,
  captureOf: "off",
  captureSeconds: limits.captureSeconds,
  captureBytes: limits.captureBytes,
  adoptTail: false,
  folder: ".",
};

const mayBeZero: ReadonlySet<string> = new Set([
  "commitWindowMs",
  "gatherMaxMs",
  "journalAheadBytes",
  "reserveBytes",
]);

/**
 * A whole configuration with defaults for what is left out.
 *
 * @throws ApiMisuseError naming the key that is out of range or at odds with another
 */
export function hostConfig(given: Partial<HostConfig> & { readonly role: string }): HostConfig {
  const config: HostConfig = { ...defaultHostConfig, ...given };
  for (const [key, value] of Object.entries(config)) {
    if (typeof value !== "number") continue;
    const least = mayBeZero.has(key) ? 0 : 1;
    apiRule(
      Number.isFinite(value) && value >= least,
      `host configuration: ${key} must be a number >= ${least}`,
    );
  }
  apiRule(
    config.outboundLowBytes < config.outboundHighBytes &&
      config.outboundHighBytes < config.outboundBytesMax,
    "host configuration: outboundLowBytes < outboundHighBytes < outboundBytesMax must hold",
  );
  apiRule(
    config.blockBytesMax < config.segmentBytesMax,
    "host configuration: blockBytesMax must be below segmentBytesMax",
  );
  // A connection is read again below half of it: a frame whose end has not come must be less.
  apiRule(
    config.inboundBytesMax >= 2 * (limits.frameBytesMax + limits.framePrefixBytes),
    "host configuration: inboundBytesMax must hold two of the largest frames",
  );
  return config;
}
