/** How long nobody is served, when servers die far more often than they do. */
import { expect, it } from "vitest";
import { simulate } from "../../../src/sim/index.ts";
import type { Checker } from "../../../src/sim/index.ts";
import type { PartialOptions } from "../../../src/sim/index.ts";

type Step = Parameters<NonNullable<Checker["stepped"]>>[0];

/** From the last event before a process ended to the start that the next one has journalled. */
class Outages implements Checker {
  readonly name = "outages";
  readonly missesEncore = true;
  readonly micros: number[] = [];
  checked = 0;
  #lastAt = 0;

  stepped({ event, isReplay }: Step): void {
    if (isReplay) return;
    if (event.type === "server.started" && this.#lastAt > 0) {
      this.micros.push(event.at - this.#lastAt);
      this.checked += 1;
    }
    this.#lastAt = event.at;
  }
}

/** A supervisor who takes up to a second to start a process again. */
const deadly: PartialOptions = {
  seconds: 12,
  process: { endsMax: 6, crashesMax: 6, restartMaxMicros: 1_000_000 },
  // Outages are told by the times of events, and those by the wall clock of each start.
  clock: { jumpsMax: 0, rebootJumpsMax: 0, slewsMax: 0 },
};
const endsAYear = 365 * 24; // One an hour; weekly deploys and a crash a week are a hundred.
const yearMicros = 365 * 86_400_000_000;

it("[QLT-10] a year with a death every hour has less than 0.1 % of outages", () => {
  const micros: number[] = [];
  for (let seed = 1; seed <= 10; seed += 1) {
    const outages: Outages[] = [];
    const { failure } = simulate({
      seed,
      fixed: deadly,
      checkers: () => {
        const own = new Outages();
        outages.push(own);
        return [own];
      },
    });
    expect(failure?.message ?? null, `seed ${String(seed)}`).toBeNull();
    // Each seed is played twice, the second time the same way.
    micros.push(...(outages[0]?.micros ?? []));
  }
  expect(micros.length).toBeGreaterThan(20);
  const mean = micros.reduce((sum, one) => sum + one, 0) / micros.length;
  expect(mean).toBeGreaterThan(10_000);
  expect((mean * endsAYear) / yearMicros).toBeLessThan(0.001);
});
