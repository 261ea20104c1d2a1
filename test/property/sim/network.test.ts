/**
 * Single moments of networks, each brought about for certain: what the campaign meets by chance.
 */
import { describe, expect, it } from "vitest";
import { calmOptions, simulate, withOptions } from "../../../src/sim/index.ts";
import type {
  Checker,
  ClientScript,
  PartialOptions,
  Plan,
  ScenarioName,
  SimulationResult,
} from "../../../src/sim/index.ts";

const echoes = (name: string, bytes: number): ClientScript => ({
  kind: "player",
  name,
  actions: [
    { type: "start", atMicros: 100_000 },
    ...Array.from({ length: 60 }, (_, index) => ({
      type: "echo" as const,
      prompt: false,
      bytes,
      atMicros: 1_000_000 + 50_000 * index,
    })),
  ],
});

const traveller = (name: string): ClientScript => ({
  kind: "traveller",
  name,
  account: name,
  device: `device-${name}`,
  actions: [
    { type: "start", atMicros: 1_500_000 },
    { type: "turn", x: 400_000, z: 0, atMicros: 2_500_000 },
    { type: "turn", x: -400_000, z: 0, atMicros: 4_500_000 },
  ],
});

interface Moment {
  readonly scenario?: ScenarioName;
  readonly scripts: readonly ClientScript[];
  readonly decisions: Plan["decisions"];
  readonly options?: PartialOptions;
}

/** Plays it, and counts on the first server: by name, what its last process has counted. */
function play({ scenario = "echo", scripts, decisions, options = {} }: Moment) {
  const calm: PartialOptions = { seconds: 8, server: { security: "plain" } };
  const given = withOptions(withOptions(calmOptions, calm), options);
  const plan: Plan = { format: 1, scenario, entropy: 1, options: given, scripts, decisions };
  const counted = new Map<string, number>();
  const counter: Checker = {
    name: "counter",
    checked: 0,
    emptied: ({ metrics }) => {
      for (const [name, value] of metrics) counted.set(name, value);
    },
  };
  const result: SimulationResult = simulate({ plan, checkers: () => [counter] });
  expect(result.failure?.message ?? null).toBeNull();
  return { ...result, counted };
}

describe("a client with a tiny window that reads slowly", () => {
  it("is cut when too much waits for it, and nobody else notices", () => {
    const { faults, counted, checked } = play({
      scripts: [echoes("1", 4_000), echoes("2", 4_000)],
      decisions: { "network/1.1/trickle#0": 7 },
      options: {
        network: { sendBufferBytes: 2_048 },
        server: { security: "plain", outboundBytesMax: 32_768 },
      },
    });
    expect(faults["peer.trickle"]).toBe(1);
    expect(counted.get("connections_slow_readers_total")).toBe(1);
    expect(checked["tagged-payload"]).toBeGreaterThanOrEqual(60);
  });
});

describe("a byte that is changed on the way", () => {
  it("costs its own link at most, in clear and over TLS, wherever it was", () => {
    for (const security of ["plain", "tls"] as const) {
      const seen = new Set<string>();
      for (let write = 0; write < 8; write += 1) {
        for (const direction of ["toServer", "toClient"]) {
          const { faults, counted } = play({
            scripts: [echoes("1", 40), echoes("2", 40)],
            decisions: { [`network/1.1/${direction}/corrupt#${String(write)}`]: 37 + 64 * write },
            options: { server: { security } },
          });
          expect(faults["network.corrupt"]).toBe(1);
          if (faults["tls.bad-record"] > 0) seen.add("bad record");
          if ((counted.get("handshakes_failed_total") ?? 0) > 0) seen.add("handshake");
        }
      }
      expect([...seen].sort()).toEqual(security === "tls" ? ["bad record", "handshake"] : []);
    }
  });

  it("is never the end of the server, however many there are", () => {
    for (let seed = 1; seed <= 12; seed += 1) {
      const fixed: PartialOptions = {
        network: { corruptPerMillion: 150_000 },
        disk: calmOptions.disk,
        server: { security: seed % 2 === 0 ? "tls" : "plain" },
        workload: { clients: 6 },
      };
      const scenario = seed % 3 === 0 ? "players" : "echo";
      const { failure, faults } = simulate({ seed, scenario, fixed, twice: false });
      expect(failure?.message ?? null, `seed ${String(seed)}`).toBeNull();
      expect(faults["network.corrupt"]).toBeGreaterThan(10);
    }
  });
});

describe("a partition", () => {
  const partition = (hosts: readonly string[], way: string) => ({
    "weather/partition#0": { hosts, way, atMicros: 2_000_000, forMicros: 3_000_000 },
  });
  const options: PartialOptions = { network: { partitionsMax: 1 } };

  it("between a client and its server costs no echo, whichever way it is", () => {
    for (const way of ["both", "in", "out"]) {
      const decisions = partition(["client/1"], way);
      const { faults, checked } = play({ scripts: [echoes("1", 40)], decisions, options });
      expect(faults["network.partition"] + faults["network.partition-one-way"]).toBe(1);
      expect(checked["tagged-payload"], way).toBe(60);
    }
  });

  it("between a server and the accounts keeps back those who come, and nobody who plays", () => {
    for (const way of ["both", "in", "out"]) {
      const { faults, checked } = play({
        scenario: "players",
        scripts: [traveller("1"), traveller("2")],
        decisions: partition(["accounts"], way),
        options: { ...options, players: { spawnRadiusM: 5 } },
      });
      expect(faults["call.cut"], way).toBeGreaterThan(0);
      // Everybody logs in and enters once, and sees the other.
      expect(checked["journeys"], way).toBe(4);
      expect(checked["world-view"], way).toBe(2);
    }
  });
});

describe("a crowd", () => {
  it("that begins handshakes and finishes none keeps nobody out", () => {
    const { faults, counted, checked } = play({
      scripts: [echoes("1", 40)],
      decisions: {
        "weather/crowd#0": {
          server: "server",
          connections: 150,
          saysHello: true,
          atMicros: 50_000,
          forMicros: 7_000_000,
        },
      },
      options: { network: { floodsMax: 1 }, server: { security: "tls" } },
    });
    expect(faults["tls.flood"]).toBe(1);
    expect(counted.get("handshakes_failed_total")).toBeGreaterThan(90);
    expect(checked["tagged-payload"]).toBe(60);
  });
});
