/** What happens in each crash round, drawn from a seed; when a kill strikes is the machine's. */
import { RandomStream } from "../../src/core/kernel/random.ts";
import { seedWords } from "../../src/sim/decisions.ts";

/**
 * How a round ends: killed under load, in its first milliseconds, several times while it starts,
 * while it drains; or drained to the end, which leaves a checkpoint.
 */
export const endings = ["load", "early", "start", "drain", "orderly"] as const;
export type RoundEnding = (typeof endings)[number];

export interface RoundPlan {
  readonly ending: RoundEnding;
  /** To the kill or the order to end; from the first answers, of an early one from the start. */
  readonly loadMs: number;
  /** Kills of starts before the one that is left alone, milliseconds after each was begun. */
  readonly startKillsMs: readonly number[];
  /** From the order to end to the kill. */
  readonly drainKillMs: number;
  readonly tls: boolean;
  readonly commitWindowMs: number;
}

const shares: readonly RoundEnding[] = [
  ...Array.from({ length: 12 }, () => "load" as const),
  ...(["early", "early", "early", "start", "start", "drain", "drain", "orderly"] as const),
];

/** A server's follower begins after five seconds; some rounds are long enough to meet it. */
const longMs = 7_000;

/** @param loadMaxMs of a round's load, at least 100 */
export function drawRounds(seed: number, rounds: number, loadMaxMs: number): readonly RoundPlan[] {
  return Array.from({ length: rounds }, (_, index) => {
    const random = RandomStream.named(seedWords(seed), `crash/${String(index)}`);
    const ending = random.pick(shares);
    const kills = ending === "start" ? 1 + random.below(2) : 0;
    const shortMs = ending === "early" ? random.below(30) : 100 + random.below(loadMaxMs - 99);
    return {
      ending,
      loadMs: shortMs + (index % 20 === 19 ? longMs : 0),
      startKillsMs: Array.from({ length: kills }, () => 100 + random.below(700)),
      drainKillMs: random.below(60),
      tls: random.chance(1, 4),
      commitWindowMs: random.pick([0, 2, 2, 10, 50]),
    };
  });
}
