/**
 * Faults stop, and some of them do not: clients that are cut off for good and servers that never
 * come back must keep nobody else from what he wants.
 */
import { describe, expect, it } from "vitest";
import { calmOptions, simulate, withOptions } from "../../../src/sim/index.ts";
import type { ClientScript, PartialOptions, Plan, ScenarioName } from "../../../src/sim/index.ts";
import { chosenSeed } from "../../seed.ts";
import { sabotaged } from "../../support/sabotage.ts";

const firstSeed = (chosenSeed() >>> 0) * 1_000;

const outside = { clientPerMillion: 400_000, serverPerMillion: 700_000 };
/** By scenario: what makes room for a server to be missed. */
const casts: Readonly<Record<ScenarioName, PartialOptions>> = {
  echo: { outside, server: { connectionsMax: 2 } },
  players: { outside, players: { gameServers: 2 } },
  upgrade: { outside, upgrade: { servers: 3 } },
};

describe("whoever is not outside settles, whatever becomes of the others", () => {
  it.each<[ScenarioName, number]>([
    ["echo", 10],
    ["players", 6],
    ["upgrade", 6],
  ])("%s", (scenario, seeds) => {
    const struck = { clients: 0, servers: 0 };
    for (let seed = firstSeed; seed < firstSeed + seeds; seed += 1) {
      const fixed = casts[scenario];
      const { failure, faults } = simulate({ seed, scenario, fixed, twice: false });
      expect(failure?.message ?? null, `seed ${String(seed)}`).toBeNull();
      struck.clients += faults["outside.cut-off"];
      struck.servers += faults["outside.down"];
    }
    expect(struck.clients).toBeGreaterThan(0);
    if (scenario !== "echo") expect(struck.servers).toBeGreaterThan(0);
  });
});

const visitor = (name: string): ClientScript => ({
  kind: "traveller",
  name,
  account: name,
  device: "",
  actions: [{ type: "start", atMicros: 100_000 }],
});

it("who played on a server that never comes back plays on another one", () => {
  const options = withOptions(calmOptions, { seconds: 5, players: { gameServers: 2 } });
  for (const isSilent of [true, false]) {
    const plan: Plan = {
      format: 1,
      scenario: "players",
      entropy: 1,
      options,
      scripts: [visitor("1"), visitor("2"), visitor("3")],
      decisions: { "outside#0": { clients: ["3"], servers: ["game-1"], isSilent } },
    };
    const { failure, faults } = simulate({ plan });
    expect(failure?.message ?? null).toBeNull();
    expect([faults["outside.cut-off"], faults["outside.down"]]).toEqual([1, 1]);
  }
});

it("finds a server that says it is full, and is not", () => {
  const host = sabotaged({ variation: { host: { connectionsMax: 2 } } });
  const fixed: PartialOptions = {
    seconds: 3,
    server: { connectionsMax: 3 },
    workload: { clients: 5, rudePerMillion: 0, stayMaxMicros: 20_000_000 },
  };
  for (let seed = 1; seed <= 10; seed += 1) {
    const { failure } = simulate({ seed, fixed, twice: false, host });
    if (failure === null) continue;
    expect(failure.checker).toBe("liveness");
    return expect(failure.message).toMatch(/server-full.*is not full: 2 of 3 places are taken/);
  }
  throw new Error("no seed has failed");
});
