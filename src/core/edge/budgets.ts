/**
 * Token buckets in integer arithmetic, so that the same arrivals are judged the same everywhere and
 * no rounding adds up over the years. What is kept is how much is spent, not how much is left: then
 * a long silence needs no care, because nothing falls below "nothing spent".
 */
import { apiRule } from "../kernel/assert.ts";
import type { Micros } from "../kernel/ids.ts";

/** How often something may happen. */
export interface Budget {
  /** Refill, 0.001..1,000,000 a second. */
  readonly perSecond: number;
  /** How many may come at once after a silence, 1..9,000,000. */
  readonly burst: number;
}

/** One token in units: with it, a thousandth of a token per second is one unit per microsecond. */
const tokenUnits = 1_000_000_000;
/** 9,000,000 tokens are 9 * 10^15 units, just below 2^53. */
const burstMax = 9_000_000;
const perSecondMax = 1_000_000;

export class TokenBucket {
  private readonly unitsPerMicro: number;
  private readonly capacityUnits: number;
  private spentUnits = 0;
  private countedAt = 0;

  /**
   * A full bucket.
   *
   * @param multiplier scales both numbers of the budget; what it makes of them is kept in range
   * @throws ApiMisuseError when the budget is out of range or the multiplier is not above 0
   */
  constructor(budget: Budget, multiplier: number) {
    const { perSecond, burst } = budget;
    apiRule(perSecond >= 0.001 && perSecond <= perSecondMax, "budget: perSecond out of range");
    apiRule(burst >= 1 && burst <= burstMax, "budget: burst out of range");
    apiRule(multiplier > 0 && multiplier < Infinity, "budget: multiplier out of range");
    const rate = Math.min(perSecondMax, perSecond * multiplier);
    const size = Math.min(burstMax, Math.round(burst * multiplier));
    this.unitsPerMicro = Math.max(1, Math.round(rate * 1_000));
    this.capacityUnits = Math.max(1, size) * tokenUnits;
  }

  /** Whether a token is there. Time that goes back counts as standing still. */
  has(at: Micros): boolean {
    if (at > this.countedAt) {
      const left = this.spentUnits - (at - this.countedAt) * this.unitsPerMicro;
      this.spentUnits = left > 0 ? left : 0;
      this.countedAt = at;
    }
    return this.spentUnits + tokenUnits <= this.capacityUnits;
  }

  /** Takes the token that `has` has just found. */
  take(): void {
    this.spentUnits += tokenUnits;
  }
}
