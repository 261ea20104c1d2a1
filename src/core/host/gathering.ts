/**
 * Whether the next block waits for those who were just answered.
 *
 *     durable: answers leave --> their peers ask again --> sealed when they are all there
 *
 * While a block is on its way, who is not in it asks for the next one. So a crowd that asks again
 * as soon as it is answered falls into two halves that take turns, with twice the syncs, the turns
 * and the wake-ups that it needs. Where the next block waits a moment for the other half, the crowd
 * is one again, and is answered sooner, too. PostgreSQL's `commit_delay` is the same bargain; here
 * what is expected is known, so nobody waits for a time that was guessed.
 *
 * A1. Only a block is waited with that follows on a synced one for which many packets waited: with
 *     few, the sync is cheap beside the waiting.
 * A2. It waits until nearly as many ask as were answered or asked when the block before was
 *     durable, and never longer than three times what that one took, nor `gatherMaxMs`.
 * A3. Who asks without waiting for answers is not worth it, since many come during the sync; nor is
 *     who asks again so late that it was waited in vain. Where that goes on, blocks are not waited
 *     with for a while, a longer one each time.
 */
import type { HostConfig } from "./config.ts";

/** Of a block that has become durable. */
export interface DurableBlock {
  /** How many events of it something waited for. */
  readonly asked: number;
  /** How many it was waited for; 0 when it was not. */
  readonly expected: number;
  /** From its seal to its being durable, microseconds. */
  readonly took: number;
}

/** In tenths: some are always late, and nobody waits for them. */
const expectedTenths = 9;
/**
 * A gathered crowd waits during the sync: at most one of so many comes then. Where more come, those
 * who have come back are too few to be nine of ten of all who are expected.
 */
const restlessOneIn = 9;
/** It must fail so often before it is given up: in any crowd somebody is late now and then. */
const failuresMax = 3;
/** For so many blocks nobody is waited for then, the first time and at most. */
const restBlocksMin = 16;
const restBlocksMax = 1_024;

export class Gathering {
  /** How many should ask before the open block is sealed; 0: it is not waited with. */
  expected = 0;
  /** Monotonic time until which it is waited with. */
  until = 0;
  readonly #packetsMin: number;
  readonly #waitMaxMicros: number;
  /** Whether the open block has been waited with. */
  #isHeld = false;
  /** How often it was in vain lately: more often than not when this goes up. */
  #failures = 0;
  /** Blocks that are not to be waited with, and how many there were the last time. */
  #restLeft = 0;
  #rest = 0;

  constructor(config: Pick<HostConfig, "gatherPacketsMin" | "gatherMaxMs">) {
    this.#packetsMin = config.gatherPacketsMin;
    this.#waitMaxMicros = config.gatherMaxMs * 1_000;
  }

  /** Whether the open block, for which so many wait, is waited with. */
  holds(asked: number, now: number): boolean {
    const isHeld = asked < this.expected && now < this.until;
    if (isHeld) this.#isHeld = true;
    return isHeld;
  }

  /** The open block is sealed. Returns how many it was waited for; 0 when it was not. */
  sealed(): number {
    const expected = this.#isHeld ? this.expected : 0;
    this.#isHeld = false;
    this.expected = 0;
    return expected;
  }

  /**
   * A block has become durable.
   *
   * @param came how many wait for the open block already
   * @param now monotonic
   */
  durable({ asked, expected, took }: DurableBlock, came: number, now: number): void {
    this.expected = 0;
    if (expected > 0) this.#judge(asked, expected, came);
    if (asked < this.#packetsMin || this.#waitMaxMicros === 0) return;
    if (this.#restLeft > 0) {
      this.#restLeft -= 1;
      return;
    }
    this.expected = Math.ceil(((asked + came) * expectedTenths) / 10);
    this.until = now + Math.min(3 * took, this.#waitMaxMicros);
  }

  /** Was it worth waiting? */
  #judge(asked: number, expected: number, came: number): void {
    const areWaiting = restlessOneIn * came <= asked;
    if (asked >= expected && areWaiting) {
      this.#failures = Math.max(0, this.#failures - 1);
      if (this.#failures === 0) this.#rest = 0;
      return;
    }
    this.#failures = Math.min(this.#failures + 1, failuresMax);
    if (this.#failures < failuresMax) return;
    this.#rest = Math.min(Math.max(restBlocksMin, 2 * this.#rest), restBlocksMax);
    this.#restLeft = this.#rest;
  }
}
