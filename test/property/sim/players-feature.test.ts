/** A feature for players in the world: game servers have it, and travellers are its clients. */
import { builtinFeatures } from "reprise";
import { CheckFailure, drawTravellers, simulate } from "reprise/sim";
import type { Checker, ClientPacket, TravellerAction, Workload } from "reprise/sim";
import { describe, expect, it } from "vitest";
import { lantern } from "../../../examples/lantern/lantern.ts";
import { brokenLantern, lanternTypes } from "../../support/broken-lantern.ts";

/** Lanterns of those who are in the world, and of nobody else. */
const inWorld = (feature: typeof lantern): typeof lantern => {
  const { place: placing } = feature.implementation.packets;
  if (placing === undefined) throw new Error("the lantern has another contract");
  const packets = { place: { ...placing, states: ["inWorld" as const] } };
  return { ...feature, implementation: { ...feature.implementation, packets } };
};

const place: TravellerAction = {
  type: "request",
  contract: "lantern",
  key: "place",
  message: { burnSeconds: 1 },
};

/** Travellers as they always are, who light a lantern every 700 ms besides. */
const lamplighters: Workload = (seed, options) =>
  drawTravellers(seed, options).map((script) => {
    if (script.kind !== "traveller") return script;
    const lanterns = Array.from({ length: options.seconds }, (_, n) => ({
      atMicros: (n + 1) * 700_000,
      ...place,
    }));
    return { ...script, actions: [...script.actions, ...lanterns] };
  });

/** Counts the lanterns that were lit. */
class PlacedChecker implements Checker {
  readonly name = "placed";
  checked = 0;

  clientReceived({ type, payload }: ClientPacket): void {
    if (type !== lanternTypes.placed) return;
    this.checked += 1;
    if (payload.length === 0) throw new CheckFailure(this.name, "a lantern has an id", "none");
  }
}

const fixed = { seconds: 6, players: { gameServers: 1 } };
const base = { scenario: "players", workload: lamplighters, fixed } as const;

describe("a feature for players in the world", () => {
  it("keeps every rule, its own checker looks on, and all goes the same way twice", () => {
    let placed = 0;
    for (let seed = 1; seed <= 4; seed += 1) {
      const features = [...builtinFeatures, inWorld(lantern)];
      const checkers = () => [new PlacedChecker()];
      const { failure, checked } = simulate({ ...base, seed, features, checkers });
      expect(failure?.message, `seed ${String(seed)}`).toBeUndefined();
      placed += checked["placed"] ?? 0;
    }
    expect(placed).toBeGreaterThan(4);
  });

  it("fails where it throws, and its plan fails again", () => {
    const features = [inWorld(brokenLantern)];
    const found = [1, 2, 3, 4].map((seed) => simulate({ ...base, seed, features, twice: false }));
    const failure = found.find((result) => result.failure !== null)?.failure ?? null;
    if (failure === null) throw new Error("nobody has noticed");
    expect(failure.message).toMatch(/^the feature lantern never throws: time\.reached: Error: /);
    const again = simulate({ plan: failure.plan, features, twice: false });
    expect(again.failure?.message).toBe(failure.message);
  });

  it("is asked nothing before a traveller is in the world", () => {
    const at = (actions: readonly TravellerAction[]): ReturnType<Workload> => [
      {
        kind: "traveller",
        name: "1",
        account: "1",
        device: "",
        actions: actions.map((action, index) => ({ atMicros: index, ...action })),
      },
    ];
    const play = (workload: Workload) =>
      simulate({ ...base, seed: 1, workload, features: [inWorld(lantern)], twice: false });
    const without = play(() => at([{ type: "start" }]));
    const early = play(() => at([{ type: "start" }, place]));
    expect(early.failure?.message).toBeUndefined();
    expect(without.asked).toBeGreaterThan(1);
    expect(early.asked).toBe(without.asked);
  });
});
