/** Plays the campfires through faults of network, clock, disk and process, and of the shop. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { builtinFeatures } from "reprise";
import { simulate } from "reprise/sim";
import type { PlayerAction, SimulatedPerformer, Workload } from "reprise/sim";
import { campfire } from "./campfire.ts";

/** Answers at once and without fail; what goes wrong on the way the simulator adds. */
const shop: SimulatedPerformer = (request) => 2 * (request as { logs: number }).logs;

const light: PlayerAction = {
  ...{ type: "request", contract: "campfire", key: "light" },
  message: { logs: 2 },
};
const feed: PlayerAction = {
  ...{ type: "tell", contract: "campfire", key: "feed" },
  message: { id: 1 },
};

/** Three players; each lights a fire every second, and feeds the first one of all. */
const players: Workload = (_seed, { seconds }) =>
  ["ada", "bob", "cy"].map((name) => ({ kind: "player", name, actions: evening(seconds) }));

const evening = (seconds: number) => [
  { atMicros: 0, type: "start" } as const,
  ...Array.from({ length: seconds }, (_, n) => [
    { atMicros: (n + 1) * 1_000_000, ...light },
    { atMicros: (n + 1) * 1_000_000 + 400_000, ...feed },
  ]).flat(),
];

test("fires burn out, whatever fails around them", () => {
  const features = [...builtinFeatures, campfire];
  const performers = { "shop.buyWood": shop };
  let answered = 0;
  for (let seed = 1; seed <= 10; seed += 1) {
    const result = simulate({ seed, features, performers, workload: players });
    assert.ok(result.failure === null, `seed ${seed}: ${result.failure?.message}`);
    answered += result.answered;
  }
  assert.ok(answered > 100);
});
