/**
 * Draws the options of what happens to processes and clocks besides what `options.ts` draws of
 * them, and of upgrades. Each group has a stream of its own, so that the others' seeds stay what
 * they are.
 */
import { RandomStream } from "../../core/kernel/random.ts";
import { seedWords } from "../decisions.ts";
import { rate } from "../drawing.ts";

/** Deaths at an exact place, restarts that go wrong, and pauses. */
export function drawProcessTroubles(seed: number) {
  const random = RandomStream.named(seedWords(seed), "options/process");
  return {
    crashesMax: random.chance(1, 2) ? 0 : random.between(1, 3),
    stormPerMillion: rate(random, 500_000),
    slowRestartPerMillion: rate(random, 500_000),
    slowRestartMaxMicros: random.pick([2_000_000, 6_000_000]),
    pausesMax: random.chance(1, 2) ? 0 : random.between(1, 3),
    // Shorter and longer than what a server takes for a stall, and than its clients wait.
    pauseMaxMicros: random.pick([300_000, 1_500_000, 6_000_000]),
  };
}

/** What happens to clocks while nobody looks, and what a time daemon does to them. */
export function drawClockTroubles(seed: number) {
  const random = RandomStream.named(seedWords(seed), "options/clock");
  return {
    rebootJumpsMax: random.chance(1, 2) ? 0 : random.between(1, 2),
    slewsMax: random.chance(1, 2) ? 0 : random.between(1, 3),
    // What ntpd and chronyd do at most.
    slewMaxPerMillion: random.pick([500, 83_333]),
  };
}

/** Whether servers get the next build in the run, and what goes wrong with it. */
export function drawUpgrade(seed: number) {
  const random = RandomStream.named(seedWords(seed), "options/upgrade");
  return {
    servers: random.between(1, 3),
    serverPerMillion: random.chance(3, 4) ? 0 : 700_000,
    crashPerMillion: random.pick([0, 500_000]),
    adoptPerMillion: random.pick([0, 500_000, 1_000_000]),
    backPerMillion: random.pick([0, 0, 500_000]),
  };
}

/** Whether somebody never comes back when faults stop. */
export function drawOutside(seed: number) {
  const random = RandomStream.named(seedWords(seed), "options/outside");
  return {
    clientPerMillion: random.chance(1, 2) ? 0 : random.pick([100_000, 400_000]),
    serverPerMillion: random.chance(1, 2) ? 0 : 500_000,
  };
}
