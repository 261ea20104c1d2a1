/**
 * A short life of a world from a seed: players come, walk, cheat and go. Run as a program it prints
 * the digest after every tick, for a test that compares two processes.
 *
 *     node test/support/world-digest.ts SEED
 */
import { RandomStream } from "../../src/core/kernel/random.ts";
import { WorldDriver } from "./world-driver.ts";
import type { Walker } from "./world-driver.ts";

/** @returns the digest of the whole state and of all that was sent, after each tick */
export function liveAndDigest(seed: number, ticks: number): readonly string[] {
  const random = RandomStream.named([seed, 2, 3, 4], "life");
  const driver = new WorldDriver({ worldSpawnRadiusM: 120, worldSizeM: 400 });
  const walkers: Walker[] = [];
  const digests: string[] = [];
  for (let tick = 0; tick < ticks; tick += 1) {
    if (walkers.length < 12 && random.below(3) === 0) walkers.push(driver.enter(tick + 1));
    for (const walker of walkers) {
      if (random.below(2) === 0) driver.walk(walker, random.unit() - 0.5, random.unit() - 0.5);
      if (random.below(40) === 0) driver.tell(walker, { position: { x: 199, y: 0, z: -199 } });
    }
    if (walkers.length > 4 && random.below(10) === 0) {
      const [gone] = walkers.splice(random.below(walkers.length), 1);
      if (gone !== undefined) driver.leave(gone);
    }
    const sent = driver.ticks();
    const bytes = sent.map(({ connection, bytes: all }) => `${connection}:${all.join(" ")}`);
    digests.push(`${driver.machine.digest()} ${bytes.join(",")}`);
  }
  return digests;
}

if (import.meta.main) {
  process.stdout.write(JSON.stringify(liveAndDigest(Number(process.argv[2]), 60)));
}
