/**
 * How many logins an address may try: a token bucket for each, kept as one number, the time at
 * which the bucket will be full again ("generic cell rate algorithm", ITU-T I.371). Whole
 * microseconds, so that nothing is lost or won by rounding but the remainder of one division,
 * which is rounded against the address.
 *
 * B1. In any span an address gets at most `burst` plus one for each whole interval of the span.
 * B2. At most `loginAddressesMax` addresses are kept. While that many have budgets that are not
 *     full, others get none: giving one up instead would give its address a new budget.
 */
import { invariant } from "../../kernel/assert.ts";
import { micros } from "../../kernel/ids.ts";
import type { Micros } from "../../kernel/ids.ts";
import { limits } from "../../kernel/limits.ts";

/** When each address's bucket is full again; in the order in which they were last heard of. */
export type LoginBudgets = Map<string, Micros>;

export interface BudgetRule {
  /** Integers, 1..1,000,000. */
  readonly perMinute: number;
  readonly burst: number;
}

/** Takes one from the bucket; false, and nothing changes, when it is empty. Cost: constant. */
export function takeLogin(
  budgets: LoginBudgets,
  key: string,
  now: Micros,
  { perMinute, burst }: BudgetRule,
): boolean {
  const interval = Math.ceil(60_000_000 / perMinute);
  invariant(interval >= 1 && burst >= 1, "a budget gives something", perMinute, burst);
  forgetFull(budgets, now);
  const known = budgets.get(key);
  if (known === undefined && budgets.size >= limits.loginAddressesMax) return false;
  const fullAt = Math.max(known ?? now, now) + interval;
  if (fullAt - now > burst * interval) return false;
  budgets.delete(key);
  budgets.set(key, micros(fullAt));
  return true;
}

/** How many are forgotten at most for each that is added: the table shrinks, in small steps. */
const forgottenMax = 8;

/**
 * Forgets addresses from the front while their buckets are full. One in front that is not hides
 * others behind it, but no longer than a bucket takes to fill.
 */
function forgetFull(budgets: LoginBudgets, now: Micros): void {
  let left = forgottenMax;
  for (const [key, fullAt] of budgets) {
    if (fullAt > now || left === 0) return;
    budgets.delete(key);
    left -= 1;
  }
}
