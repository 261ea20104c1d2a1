/** Draws what puts servers under strain, from a stream of its own. */
import { RandomStream } from "../core/kernel/random.ts";
import { seedWords } from "./decisions.ts";

/** Long turns, and short stalls in one of fifty. */
const slowness = { turnDelayMicros: 2_000, stallPerMillion: 20_000, stallMaxMicros: 50_000 };

/**
 * In some seeds a little that waits for the disk is too much, and some servers are slow: they serve
 * a little at a time, take long from turn to turn, and bear few bytes of those who do not read.
 */
export function drawStrain(seed: number) {
  const random = RandomStream.named(seedWords(seed), "options/pressure");
  const heldBytesMax = random.pick([67_108_864, 67_108_864, 65_536, 4_096]);
  const reads = RandomStream.named(seedWords(seed), "options/reads");
  const joinsReads = reads.chance(1, 2);
  if (!random.chance(1, 3)) return { server: { heldBytesMax }, process: { joinsReads } };
  const packetsPerTurnMax = random.pick([1, 4]);
  const outboundBytesMax = random.pick([32_768, 131_072]);
  return {
    server: { heldBytesMax, packetsPerRoundMax: 1, packetsPerTurnMax, outboundBytesMax },
    process: { joinsReads, ...slowness },
  };
}
