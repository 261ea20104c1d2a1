/** Who writes what while the simulated disk is full. */
import { describe, expect, it, vi } from "vitest";
import type * as checkpoints from "../../../src/core/host/checkpoints.ts";
import type { FileScript } from "../../../src/core/host/files.ts";
import { simulate } from "../../../src/sim/index.ts";
import type { PartialOptions } from "../../../src/sim/index.ts";

/** Checkpoints that were begun while the realm knew of a full disk, and otherwise. */
const begun = vi.hoisted(() => ({ isLow: false, low: 0, ample: 0 }));

vi.mock("../../../src/core/host/checkpoints.ts", async (load) => {
  const real = await load<typeof checkpoints>();
  function* writeCheckpoint(...given: Parameters<typeof real.writeCheckpoint>): FileScript<string> {
    begun[begun.isLow ? "low" : "ample"] += 1;
    return yield* real.writeCheckpoint(...given);
  }
  return { ...real, writeCheckpoint };
});

const fixed: PartialOptions = {
  seconds: 12,
  workload: { clients: 4, rudePerMillion: 0, thinkMicros: 30_000 },
  process: { endsMax: 0, crashesMax: 0, stormPerMillion: 0 },
  follower: { everyEvents: 5, afterMicros: 1_000, deathPerMillion: 100_000, slowPerMillion: 0 },
  disk: {
    ...{ slowPerMillion: 0, syncFailedPerMillion: 0, writeFailedPerMillion: 0 },
    ...{ readFailedPerMillion: 0, entryFailedPerMillion: 0, misreadPerMillion: 0 },
    ...{ removalFailedPerMillion: 0, misdirectedPerMillion: 0, stallsMax: 0, readOnlysMax: 0 },
    ...{ fullsMax: 2, spellMaxMicros: 6_000_000, reserveBytes: 65_536 },
  },
};

describe("a simulated disk that is full", () => {
  it("[JRN-10] has no checkpoints written to it, and some again when there is room", () => {
    Object.assign(begun, { low: 0, ample: 0 });
    let [lows, after] = [0, 0];
    for (let seed = 1; seed <= 12; seed += 1) {
      let before = begun.ample;
      const { failure } = simulate({
        seed,
        fixed,
        twice: false,
        checkers: () => [
          {
            name: "room",
            checked: 0,
            stepped: ({ event: { type }, isReplay }) => {
              // The checkpoint of an orderly end is the server's own.
              if (isReplay || !/^(journal|server|drain)\./.test(type)) return;
              begun.isLow = type === "journal.low";
              if (begun.isLow) lows += 1;
              if (type === "journal.ample") before = begun.ample;
            },
          },
        ],
      });
      begun.isLow = false;
      expect(failure?.message ?? null, `seed ${String(seed)}`).toBeNull();
      after += begun.ample - before;
    }
    expect(lows).toBeGreaterThan(3);
    expect(after).toBeGreaterThan(0);
    expect(begun.low).toBe(0);
  });

  it("[JRN-20] fails no orderly end, and loses nothing with one", () => {
    const ends: string[] = [];
    for (const seed of [2, 4, 8]) {
      const { failure } = simulate({
        seed,
        fixed: {
          ...fixed,
          process: { ...fixed.process, endsMax: 8, restartMaxMicros: 200_000 },
          // Room for a few more events, and not for a checkpoint.
          disk: { ...fixed.disk, fullsMax: 6, reserveBytes: 512 },
        },
        twice: false,
        checkers: () => [
          {
            name: "orderly",
            checked: 0,
            processEnded: (end) => {
              if (end.type === "exit") ends.push(`${String(end.code)} ${end.message}`);
            },
          },
        ],
      });
      expect(failure?.message ?? null, `seed ${String(seed)}`).toBeNull();
    }
    expect(ends.some((end) => end.startsWith("0 ended without a checkpoint"))).toBe(true);
  });
});
