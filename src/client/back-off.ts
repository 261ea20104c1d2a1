/**
 * How long a client waits before it connects again.
 *
 * The delay is drawn uniformly between a floor and a ceiling that doubles with every failure. The
 * whole span is drawn from, and not just a part on top of a fixed delay, because the aim is that a
 * thousand clients of a server that has just died do not come back in step.
 */
import { apiRule, invariant } from "../core/kernel/assert.ts";

export interface ReconnectPolicy {
  /** The floor, and half of the first ceiling. */
  readonly initialDelayMs: number;
  /** The ceiling stops growing here. */
  readonly maxDelayMs: number;
  /**
   * A link that was ready for this long was a success, and the next failure counts as the first.
   * Without it, a server that crashes after every greeting would be hammered at the floor.
   */
  readonly stableAfterMs: number;
}

/** Where the delays are drawn from, so that a run can be repeated. */
export interface BackOffRandom {
  /** A uniform integer in 0..bound-1. */
  below(bound: number): number;
}

export const defaultReconnect: ReconnectPolicy = {
  initialDelayMs: 100,
  maxDelayMs: 30_000,
  stableAfterMs: 5_000,
};

/** @throws ApiMisuseError for a policy that cannot be followed */
export function checkReconnect(policy: ReconnectPolicy): void {
  const { initialDelayMs, maxDelayMs, stableAfterMs } = policy;
  apiRule(initialDelayMs >= 1, "reconnect.initialDelayMs must be at least 1");
  apiRule(maxDelayMs >= initialDelayMs, "reconnect.maxDelayMs is below initialDelayMs");
  apiRule(stableAfterMs >= 0, "reconnect.stableAfterMs must not be negative");
}

/**
 * @param failures how many attempts in a row have failed, >= 1
 * @returns whole milliseconds, `initialDelayMs..maxDelayMs`
 */
export function backOffDelayMs(
  policy: ReconnectPolicy,
  failures: number,
  random: BackOffRandom,
): number {
  invariant(failures >= 1, "backing off after a failure", failures);
  const { initialDelayMs, maxDelayMs } = policy;
  let ceilingMs = initialDelayMs;
  for (let count = 0; count < failures && ceilingMs < maxDelayMs; count += 1) ceilingMs *= 2;
  ceilingMs = Math.min(ceilingMs, maxDelayMs);
  const delayMs = initialDelayMs + random.below(Math.floor(ceilingMs - initialDelayMs) + 1);
  invariant(delayMs >= initialDelayMs && delayMs <= maxDelayMs, "a delay of the policy", delayMs);
  return delayMs;
}
