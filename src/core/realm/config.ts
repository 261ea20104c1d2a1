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
  /** Refused packets that a session survives within `refusedWindowMs`. */
  readonly refusedPerWindowMax: number;
  readonly refusedWindowMs: number;
  /** Ticks a second, 1..1,000. Ticks run only when a feature asks for them. */
  readonly tickHz: number;
  /** Ticks fired by one event at most; the rest is counted as skipped. */
  readonly ticksPerStepMax: number;
}

export const defaultRealmConfig: RealmConfig = {
  idleTimeoutMs: limits.idleTimeoutMs,
  helloTimeoutMs: limits.helloTimeoutMs,
  malformedInRowMax: limits.malformedInRowMax,
  refusedPerWindowMax: limits.refusedPerWindowMax,
  refusedWindowMs: limits.refusedWindowMs,
  tickHz: 30,
  ticksPerStepMax: limits.ticksPerStepMax,
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
    const max = key === "tickHz" ? 1_000 : 2 ** 31;
    apiRule(
      Number.isSafeInteger(value) && value >= 1 && value <= max,
      `realm configuration: ${key} must be an integer in 1..${max}`,
    );
    config[key] = value;
  }
  return config as unknown as RealmConfig;
}

/**
 * The configuration in `server.started`: besides the realm's own, what the server tells its clients
 * of its contracts. That is journalled because a later build, with other contracts, has to answer
 * the greetings of an old log as they were answered.
 */
export const startConfig = (config: PlainData, contractHash: number): PlainData => ({
  ...(config as Readonly<Record<string, PlainData>>),
  contractHash,
});

/** Reads what `startConfig` made. */
export function readStartConfig(data: PlainData): {
  readonly realm: RealmConfig;
  readonly contractHash: number | null;
} {
  apiRule(typeof data === "object" && data !== null, "realm configuration: not an object");
  const { contractHash, ...realm } = data as Readonly<Record<string, number>>;
  return {
    realm: realmConfig(realm),
    contractHash: contractHash ?? null,
  };
}

/** Reads what `realmConfig` wrote into an event. */
export function readRealmConfig(data: PlainData): RealmConfig {
  apiRule(typeof data === "object" && data !== null, "realm configuration: not an object");
  return realmConfig(data as Readonly<Record<string, number>>);
}
