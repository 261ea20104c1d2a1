/** Draws the options that put servers under strain, each group from a stream of its own. */
import { RandomStream } from "../core/kernel/random.ts";
import { seedWords } from "./decisions.ts";

/** In some seeds a little that waits for the disk is too much; some serve a little at a time. */
export function drawPressure(seed: number) {
  const random = RandomStream.named(seedWords(seed), "options/pressure");
  const heldBytesMax = random.pick([67_108_864, 67_108_864, 65_536, 4_096]);
  const isSlow = random.chance(1, 3);
  return isSlow
    ? { heldBytesMax, packetsPerRoundMax: 1, packetsPerTurnMax: random.pick([1, 4]) }
    : { heldBytesMax };
}
