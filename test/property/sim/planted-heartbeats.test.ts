/**
 * Answers to heartbeats that say what is not so: a planted bug that the checker of it must find.
 */
import { expect, it } from "vitest";
import { featuresOf } from "../../../src/core/features/index.ts";
import { simulate } from "../../../src/sim/index.ts";
import { sabotaged } from "../../support/sabotage.ts";

interface Beaten {
  reply(message: object): void;
}

it("the simulator finds heartbeats whose latency is always none", () => {
  const features = featuresOf("game").map((feature) => {
    const { implementation } = feature;
    const beat = implementation.packets["beat"];
    if (feature.name !== "heartbeat" || beat === undefined) return feature;
    const handle = (ctx: unknown, message: unknown): void => {
      const hasty = new Proxy(ctx as Beaten, {
        get(target, key): unknown {
          const value: unknown = Reflect.get(target, key, target);
          if (key === "reply") return (told: object) => target.reply({ ...told, latencyMs: 0 });
          return typeof value === "function" ? (value as () => unknown).bind(target) : value;
        },
      });
      beat.handle?.(hasty, message);
    };
    const packets = { ...implementation.packets, beat: { ...beat, handle } };
    return { ...feature, implementation: { ...implementation, packets } };
  });
  let found = "";
  for (let seed = 1; seed <= 20 && found === ""; seed += 1) {
    const host = sabotaged({ role: "game", features });
    const fixed = { follower: { everyEvents: 0 } };
    const { failure } = simulate({ seed, scenario: "players", twice: false, fixed, host });
    if (failure !== null) found = `${failure.checker}: ${failure.rule}`;
  }
  expect(found).toBe("heartbeats: a heartbeat's answer says how long it took");
});
