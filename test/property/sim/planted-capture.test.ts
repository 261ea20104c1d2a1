/** Planted bugs for who looks at captures: each must be caught, and none without a bug. */
import { afterEach, expect, it, vi } from "vitest";
import type * as tapped from "../../../src/core/edge/tapped.ts";
import { simulate } from "../../../src/sim/index.ts";
import type { PartialOptions } from "../../../src/sim/index.ts";

const planted = vi.hoisted(() => ({ gap: false, time: false }));

vi.mock("../../../src/core/edge/tapped.ts", async (load) => {
  const real = await load<typeof tapped>();
  class Planted extends real.TappedEdge {
    constructor(...[config, vault, tap]: ConstructorParameters<typeof real.TappedEdge>) {
      let chunks = 0;
      const { gap, time } = planted;
      super(config, vault, {
        received: (chunk) => {
          chunks += 1;
          if (!gap || chunks !== 3) tap.received(chunk);
        },
        polled: (at, result) => tap.polled((time ? at + 1 : at) as typeof at, result),
        reported: (due) => tap.reported(due),
        sealed: (ref) => tap.sealed(ref),
        ended: () => tap.ended(),
      });
    }
  }
  return { ...real, TappedEdge: Planted };
});

afterEach(() => Object.assign(planted, { gap: false, time: false }));

const options: PartialOptions = {
  seconds: 4,
  process: { endsMax: 4, restartMaxMicros: 100_000, crashesMax: 0, stormPerMillion: 0 },
  disk: { writeFailedPerMillion: 0, syncFailedPerMillion: 0 },
  workload: { clients: 4, rudePerMillion: 400_000 },
  keeping: { captureBytes: 1_000_000, keys: 2 },
};

/** A capture is looked at when its process ends: in these runs one does in time. */
const seeds = [1, 2];

const failures = (): (string | null)[] =>
  seeds.map((seed) => {
    const { failure } = simulate({ seed, scenario: "echo", fixed: options, twice: false });
    return failure === null ? null : `${failure.checker}: ${failure.rule}`;
  });

const rule = "capture: captured bytes give the events that the realm was told";

it("[CAP-01] a capture without a bug is what happened", () => {
  const result = simulate({ seed: 2, scenario: "echo", fixed: options, twice: false });
  expect(result.failure).toBeNull();
  expect(result.checked["capture"]).toBeGreaterThan(0);
});

it.each(["gap", "time"] as const)("[CAP-01] the checker finds a %s in a capture", (bug) => {
  planted[bug] = true;
  expect(failures()).toContain(rule);
});
