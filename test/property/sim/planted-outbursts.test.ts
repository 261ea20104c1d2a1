/**
 * Travellers who write in the world what nobody should are treated as the table of bad input says,
 * and those who see them are not harmed; servers that do otherwise are found, by these alone.
 */
import { describe, expect, it } from "vitest";
import type { ConnectionId, PacketType } from "../../../src/core/kernel/ids.ts";
import { worldContract } from "../../../src/core/features/contracts.ts";
import { calmOptions, simulate, withOptions } from "../../../src/sim/index.ts";
import type { ClientScript, SimulationResult, TravellerAction } from "../../../src/sim/index.ts";
import { overriding, overStep, sabotaged } from "../../support/sabotage.ts";
import type { Sabotage } from "../../support/sabotage.ts";

const { update } = worldContract.entries;
const stormMicros = 6_000_000;

/** A traveller who walks to and fro, and another who does, and bursts out with `cheats`. */
function play(cheats: readonly string[], sabotage: Sabotage = {}): SimulationResult {
  const walks = (atMicros: number, x: number): TravellerAction & { readonly atMicros: number } => ({
    type: "turn",
    x,
    z: 0,
    atMicros,
  });
  const script = (name: string, actions: ClientScript["actions"]): ClientScript =>
    ({
      kind: "traveller",
      name,
      account: name,
      device: `device-${name}`,
      actions: [{ type: "start", atMicros: 500_000 }, walks(1_500_000, 400_000), ...actions],
    }) as ClientScript;
  const bursts = cheats.map((cheat, index) => ({
    type: "cheat",
    cheat,
    atMicros: 2_000_000 + index * 100_000,
  }));
  const options = withOptions(calmOptions, {
    seconds: stormMicros / 1_000_000,
    server: { security: "plain", refusedPerWindowMax: 100 },
    players: { spawnRadiusM: 5, tokenLifetimeMs: 3_600_000 },
  });
  const scripts = [script("1", []), script("2", bursts as unknown as ClientScript["actions"])];
  const scenario = "players";
  const plan = { format: 1, scenario, entropy: 1, options, scripts, decisions: {} } as const;
  return simulate({ plan, twice: false, host: sabotaged(sabotage) });
}

/** What the game server's realm hears of who is in its world and is rude, and what it does. */
function recorded(): { readonly seen: Set<string>; readonly sabotage: Sabotage } {
  const seen = new Set<string>();
  let until = 0;
  const sabotage: Sabotage = {
    role: "game",
    machine: (machine) =>
      overStep(machine, (event, outbox, go) => {
        if (event.type === "server.started") until = event.at + stormMicros;
        // Afterwards everybody leaves.
        if (event.at > until) return go(event, outbox);
        if (event.type === "packet.refused") seen.add(`${event.reason}, told`);
        if (event.type === "packet.malformed") seen.add(event.reason);
        const overheard = overriding(outbox, {
          close: (connection, mode, code) => {
            seen.add(`${code}, ${mode}`);
            outbox.close(connection, mode, code);
          },
          count: (counter, by) => {
            if (counter.startsWith("packets_undecodable")) seen.add("undecodable");
            outbox.count(counter, by);
          },
        });
        go(event, overheard);
      }),
  };
  return { seen, sabotage };
}

describe("whoever is in a world and writes there what nobody should", () => {
  it.each([
    ["garbage-frame", ["envelope"]],
    ["zero-length", ["frame-length", "FRAME_LENGTH_INVALID, reset"]],
    ["huge-length", ["frame-length", "FRAME_LENGTH_INVALID, reset"]],
    ["wrong-sequence", ["sequence", "SEQUENCE_BROKEN, flush"]],
    ["unknown-type", ["NOT_SERVED, told"]],
    ["garbage-move", ["undecodable"]],
    ["flood", ["NOT_SERVED, told", "FLOOD, reset"]],
    // What is written next is swallowed, and what is behind that begins anywhere.
    ["half-header", ["frame-length", "FRAME_LENGTH_INVALID, reset"]],
    ["half-frame", ["envelope", "frame-length", "FRAME_LENGTH_INVALID, reset"]],
  ])("is treated as the table says, and nobody else is ended: %s", (word, expected) => {
    const { seen, sabotage } = recorded();
    const { failure, faults } = play([word], sabotage);
    expect(failure?.message ?? null).toBeNull();
    expect([...seen]).toEqual(expected);
    const { "peer.garbage": garbage, "peer.flood": floods, "peer.half-header": halves } = faults;
    expect(garbage + floods + halves).toBe(1);
  });
});

describe("the simulator finds, because of them alone,", () => {
  /** What is found first, `checker: rule`, where somebody bursts out; and nothing without him. */
  function found(word: string, make: () => Sabotage): string | null {
    expect(play([], make()).failure?.message ?? null).toBeNull();
    const { failure } = play([word], make());
    return failure === null ? null : `${failure.checker}: ${failure.rule}`;
  }

  const overGame = (step: Parameters<typeof overStep>[1]): Sabotage => ({
    role: "game",
    realm: (machine) => overStep(machine, step),
  });

  it("[WIRE-04] a refusal in the world that is not told", () => {
    const untold = (): Sabotage =>
      overGame((event, outbox, go) => {
        const silent = overriding(outbox, { send: () => undefined });
        go(event, event.type === "packet.refused" ? silent : outbox);
      });
    expect(found("unknown-type", untold)).toBe("answers: whoever is refused is told so");
  });

  it("[SYNC-02] neighbours who are not told what happens while somebody is rude", () => {
    const harmful = (): Sabotage => {
      let rude: ConnectionId | null = null;
      return overGame((event, outbox, go) => {
        if (event.type === "packet.malformed") rude = event.connection;
        const types: PacketType[] = [];
        const deaf = overriding(outbox, {
          payload: (type, ...given) => {
            const payload = outbox.payload(type, ...given);
            types[payload] = type;
            return payload;
          },
          send: (connection, payload, ...given) => {
            const isNews = types[payload] === update.type;
            if (isNews && rude !== null && connection !== rude) rude = null;
            else outbox.send(connection, payload, ...given);
          },
        });
        go(event, deaf);
      });
    };
    expect(found("garbage-frame", harmful)).toMatch(/^told: /);
  });

  it("[NET-21] somebody in the world who is cut off for one frame", () => {
    const harsh = (): Sabotage =>
      overGame((event, outbox, go) => {
        go(event, outbox);
        if (event.type !== "packet.malformed") return;
        outbox.close(event.connection, "reset", "TOO_MANY_MALFORMED");
      });
    expect(found("garbage-frame", harsh)).toBe("etiquette: some malformed packets are forgiven");
  });
});
