/** Plays the lanterns through faults of network, clock, disk and process. `node --test` runs it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { builtinFeatures } from "reprise";
import { simulate } from "reprise/sim";
import type { PlayerAction, Workload } from "reprise/sim";
import { lantern } from "./lantern.ts";

/** Three players; each lights a lantern every 700 ms. */
const players: Workload = (_seed, { seconds }) =>
  ["ada", "bob", "cy"].map((name) => ({ kind: "player", name, actions: evening(seconds) }));

const place: PlayerAction = {
  type: "request",
  contract: "lantern",
  key: "place",
  message: { burnSeconds: 2 },
};

const evening = (seconds: number) => [
  { atMicros: 0, type: "start" } as const,
  ...Array.from({ length: seconds }, (_, n) => ({ atMicros: (n + 1) * 700_000, ...place })),
];

test("lanterns burn out, whatever fails around them", () => {
  for (let seed = 1; seed <= 20; seed += 1) {
    const features = [...builtinFeatures, lantern];
    const { failure } = simulate({ seed, features, workload: players });
    assert.ok(failure === null, `seed ${seed}: ${failure?.message}`);
  }
});
