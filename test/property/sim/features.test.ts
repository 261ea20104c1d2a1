/**
 * A feature that uses every part of the feature API, played through all faults: its calls are lost,
 * slow and answered twice, its ticks come late, it throws, and the server dies under it.
 */
import { describe, expect, it } from "vitest";
import { builtinFeatures } from "../../../src/core/features/index.ts";
import { RandomStream } from "../../../src/core/kernel/random.ts";
import { simulate } from "../../../src/sim/index.ts";
import type { ClientScript, Fault, Workload } from "../../../src/sim/index.ts";
import { lamp } from "../../support/lamp.ts";

const seeds = 40;
const seconds = 6;

/** Players who light lamps and turn them; now and then one asks for the lamp that explodes. */
const lamplighters: Workload = (seed) =>
  Array.from({ length: 4 }, (_, index): ClientScript => {
    const name = String(index + 1);
    const random = RandomStream.named([seed, 0, 0, 1], `lamplighter/${name}`);
    const actions: ClientScript["actions"][number][] = [{ type: "start", atMicros: 0 }];
    for (let at = 100_000; at < seconds * 1_000_000; at += random.between(50_000, 600_000)) {
      // Three of them a minute are contained; the seed's first player has one.
      const explodes = index === 0 && at > 2_000_000 && at < 2_600_000 && random.chance(1, 4);
      const bytes = new Uint8Array(explodes ? 9 : random.below(5));
      const light = { contract: "lamp", key: "light", message: { bytes } };
      const turn = { contract: "lamp", key: "turn", message: { bytes: bytes.subarray(0, 1) } };
      actions.push(
        random.chance(2, 3)
          ? { type: "request", atMicros: at, ...light }
          : { type: "tell", atMicros: at, ...turn },
      );
    }
    return { kind: "player", name, actions } as ClientScript;
  });

describe("a feature with calls, ticks, timers and a bug", () => {
  it("[JRN-05] keeps every rule, and goes the same way twice", () => {
    const faults = new Map<string, number>();
    let events = 0;
    for (let seed = 1; seed <= seeds; seed += 1) {
      const result = simulate({
        seed,
        fixed: { seconds },
        features: [...builtinFeatures, lamp],
        mayThrow: ["lamp"],
        workload: lamplighters,
        performers: {
          "data.buyOil": (request) => (request as { count: number }).count,
          "data.lookUp": (request) => `seen ${(request as { key: string }).key}`,
        },
      });
      expect(result.failure, `seed ${String(seed)}: ${result.failure?.message ?? ""}`).toBeNull();
      events += result.events;
      for (const [name, count] of Object.entries(result.faults)) {
        faults.set(name, (faults.get(name) ?? 0) + count);
      }
    }
    const wanted: Fault[] = ["call.slow", "call.failed", "call.duplicate", "call.lost"];
    for (const name of wanted) expect(faults.get(name), name).toBeGreaterThan(0);
    expect(events).toBeGreaterThan(seeds * 20);
  });
});
