/**
 * The lantern of the examples, made to throw, under faults: whatever dies meanwhile, its mistake
 * costs what it may cost and nothing else.
 */
import { builtinFeatures } from "reprise";
import { describe, expect, it } from "vitest";
import { simulate } from "../../../src/sim/index.ts";
import type { PartialOptions, PlayerAction, Workload } from "../../../src/sim/index.ts";
import { brokenLantern } from "../../support/broken-lantern.ts";

const seconds = 6;

/** One player lights a lantern; others want echoes and nothing of lanterns. */
const evening: Workload = () =>
  ["ada", "bob", "cy"].map((name) => ({
    kind: "player",
    name,
    actions: [
      { atMicros: 0, type: "start" } as const,
      ...Array.from({ length: seconds * 4 }, (_, n) => ({
        atMicros: (n + 1) * 250_000,
        ...(name === "ada" && n % 6 === 5 ? place : echo),
      })),
    ],
  }));

const place: PlayerAction = {
  type: "request",
  contract: "lantern",
  key: "place",
  message: { burnSeconds: 1 },
};

const echo: PlayerAction = { type: "echo", bytes: 40, prompt: false };

describe("a lantern that throws when it should burn out", () => {
  it.each([false, true])("[JRN-16] is suspended, in every run (follower: %s)", (isFollowed) => {
    let failed = 0;
    for (let seed = 1; seed <= 12; seed += 1) {
      const fixed: PartialOptions = {
        seconds,
        // A start tries it again, and more than three throws in a minute are too many.
        process: { endsMax: seed % 3, crashesMax: 0, stormPerMillion: 0 },
        follower: { everyEvents: isFollowed ? 20 : 0, afterMicros: 1_000 },
        disk: { syncFailedPerMillion: 0, writeFailedPerMillion: 0 },
      };
      const { failure, counts } = played(seed, fixed);
      expect(failure, `seed ${String(seed)}: ${failure ?? ""}`).toBeNull();
      failed += counts;
    }
    expect(failed).toBeGreaterThan(6);
  });
});

/** Says what was broken, and how often a step was left out. */
function played(
  seed: number,
  fixed: PartialOptions,
): { readonly failure: string | null; readonly counts: number } {
  let counts = 0;
  const { failure } = simulate({
    seed,
    fixed,
    features: [...builtinFeatures, brokenLantern],
    mayThrow: ["lantern"],
    workload: evening,
    checkers: () => [
      {
        name: "suspensions",
        checked: 0,
        stepped: ({ event, isReplay }) => {
          if (event.type === "step.failed" && !isReplay) counts += 1;
        },
      },
    ],
  });
  return { failure: failure?.message ?? null, counts };
}
