/**
 * The journalled half of the configuration: what changes what the realm does, and therefore must
 * be in the log for a replay to agree. Paths, keys and addresses are the host's and never here.
 */
import { apiRule } from "../kernel/assert.ts";
import { limits } from "../kernel/limits.ts";
import type { PlainData } from "../kernel/plain.ts";

export interface RealmConfig {
  /** Silence after which a session is closed, milliseconds, >= 1. */
  readonly idleTimeoutMs: number;
  /** From the open connection to the first complete packet, milliseconds, >= 1. */
  readonly helloTimeoutMs: number;
  /** Undecodable packets in a row that a session survives. */
  readonly malformedInRowMax: number;
  /** Refused packets and malformed frames that a session survives within `refusedWindowMs`. */
  readonly refusedPerWindowMax: number;
  readonly refusedWindowMs: number;
  /** Ticks a second, 1..1,000. Ticks run only when a feature asks for them. */
  readonly tickHz: number;
  /** Ticks fired by one event at most; the rest is counted as skipped. */
  readonly ticksPerStepMax: number;
  /**
   * The oldest client that may log in, major * 1,000,000 + minor * 1,000 + patch; 0 lets in
   * whoever comes, also clients that say no version.
   */
  readonly clientVersionMin: number;
  /** Logins that one address may try a minute, and how many of them at once. */
  readonly loginsPerMinute: number;
  readonly loginsBurst: number;
  /** Lets 127.0.0.0/8 and ::1 try as often as they like: 0 or 1. For development. */
  readonly loginLoopbackExempt: number;
  /** How long a token that nobody has played with keeps other devices out, milliseconds. */
  readonly loginGraceMs: number;
  /** How long a token is good for. */
  readonly tokenLifetimeMs: number;
  /** The world is a square of this many metres a side, around the origin of x and z. */
  readonly worldSizeM: number;
  /** Who is no farther away than this is seen, metres. */
  readonly worldViewDistanceM: number;
  /** The fastest that a player moves, millimetres a second. */
  readonly worldSpeedMaxMmPerS: number;
  /** How much time at that speed can be saved up: what a network may deliver late, at once. */
  readonly worldAllowanceMs: number;
  /** Players enter in a square that reaches so far from the origin along x and z, metres. */
  readonly worldSpawnRadiusM: number;
}

export const defaultRealmConfig: RealmConfig = {
  idleTimeoutMs: limits.idleTimeoutMs,
  helloTimeoutMs: limits.helloTimeoutMs,
  malformedInRowMax: limits.malformedInRowMax,
  refusedPerWindowMax: limits.refusedPerWindowMax,
  refusedWindowMs: limits.refusedWindowMs,
  tickHz: 30,
  ticksPerStepMax: limits.ticksPerStepMax,
  clientVersionMin: 0,
  loginsPerMinute: 5,
  loginsBurst: 5,
  loginLoopbackExempt: 0,
  loginGraceMs: limits.loginGraceMs,
  tokenLifetimeMs: limits.tokenLifetimeMs,
  worldSizeM: 10_000,
  worldViewDistanceM: 100,
  worldSpeedMaxMmPerS: 12_000,
  worldAllowanceMs: 1_000,
  worldSpawnRadiusM: 300,
};

/** The keys whose least or greatest value is another than 1 or 2^31. */
const bounds: Readonly<Record<string, { readonly min?: number; readonly max?: number }>> = {
  tickHz: { max: 1_000 },
  clientVersionMin: { min: 0 },
  loginsPerMinute: { max: 1_000_000 },
  loginsBurst: { max: 1_000_000 },
  loginLoopbackExempt: { min: 0, max: 1 },
  worldSizeM: { max: 1_000_000 },
  worldViewDistanceM: { max: 1_000_000 },
  worldSpawnRadiusM: { max: 500_000 },
};

/**
 * The configuration as plain data for an event, with defaults for what is left out.
 *
 * @throws ApiMisuseError naming the key that is unknown, no integer, or out of range
 */
export function realmConfig(given: Readonly<Record<string, number>> = {}): RealmConfig {
  const config: Record<string, number> = { ...defaultRealmConfig };
  for (const [key, value] of Object.entries(given)) {
    apiRule(Object.hasOwn(defaultRealmConfig, key), `realm configuration: unknown key "${key}"`);
    const { min = 1, max = 2 ** 31 } = bounds[key] ?? {};
    apiRule(
      Number.isSafeInteger(value) && value >= min && value <= max,
      `realm configuration: ${key} must be an integer in ${min}..${max}`,
    );
    config[key] = value;
  }
  return config as unknown as RealmConfig;
}

/**
 * The configuration in `server.started`: besides the realm's own, what the server tells its clients
 * of its contracts. That is journalled because a later build, with other contracts, has to answer
 * the greetings of an old log as they were answered.
 *
 * @param role whose log it is: for those who replay it; the realm takes no notice
 */
export const startConfig = (config: PlainData, contractHash: number, role: string): PlainData => ({
  ...(config as Readonly<Record<string, PlainData>>),
  contractHash,
  role,
});

/** The role that `startConfig` was told; null in logs of builds that did not say. */
export function startRole(data: PlainData): string | null {
  const { role } = data as Readonly<Record<string, PlainData>>;
  return typeof role === "string" ? role : null;
}

/** The hash of the contracts that `startConfig` was told; null in logs of builds that say none. */
export function startContractHash(data: PlainData): number | null {
  const { contractHash } = data as Readonly<Record<string, PlainData>>;
  return typeof contractHash === "number" ? contractHash : null;
}

/** What an event says of the configuration. */
export interface JournalledConfig {
  readonly realm: RealmConfig;
  /** Those that the event gives: an older build knew fewer of them. */
  readonly keys: ReadonlySet<string>;
  readonly contractHash: number | null;
}

/** Reads what `realmConfig` or `startConfig` wrote into an event. */
export function readRealmConfig(data: PlainData): JournalledConfig {
  apiRule(typeof data === "object" && data !== null, "realm configuration: not an object");
  const { contractHash, ...rest } = data as Readonly<Record<string, number>>;
  const realm = Object.fromEntries(Object.entries(rest).filter(([key]) => key !== "role"));
  return {
    realm: realmConfig(realm),
    keys: new Set(Object.keys(realm)),
    contractHash: contractHash ?? null,
  };
}
