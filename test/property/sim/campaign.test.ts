/**
 * One campaign for all rules: seeds that no run had before, each played twice. It must break none,
 * and it must have put every rule to the test and let every fault strike.
 *
 * `REPRISE_SIM_SEEDS` says how many of each scenario, 1,000 for all that CI asks for.
 */
import { describe, expect, it } from "vitest";
import { faultNames, simulate } from "../../../src/sim/index.ts";
import type { Fault, ScenarioName } from "../../../src/sim/index.ts";
import { chosenSeed } from "../../seed.ts";

/** Fresh ones each time, and the same again for the same `REPRISE_SEED`. */
const firstSeed = (chosenSeed() >>> 0) * 1_000;

const seedsOf = (scenario: ScenarioName): number =>
  Number(process.env["REPRISE_SIM_SEEDS"] ?? (scenario === "echo" ? "100" : "60"));

/** Faults that strike in any sixty seeds, whatever the clients do. */
const common: readonly Fault[] = [
  "network.delay",
  "network.fragment",
  "network.coalesce",
  "network.short-write",
  "network.reset",
  "network.reset-unread",
  "network.bandwidth",
  "network.partition",
  "network.partition-one-way",
  "network.clog",
  "peer.reset",
  "peer.half-close",
  "peer.vanished",
  "peer.garbage",
  "peer.trickle",
  "peer.lingers",
  "process.stall",
  "process.crash",
  "process.power-loss",
  "process.crash-in-turn",
  "clock.jump",
  "disk.slow",
  "merge.order",
];

/** And those that players bring about. */
const commonOfPlayers: readonly Fault[] = [
  "call.slow",
  "call.failed",
  "call.duplicate",
  "call.lost",
  "call.unheard",
  "call.crash",
  "cheat.movement",
  "cheat.early-move",
  "cheat.server-type",
  "cheat.forged-token",
  "cheat.wrong-password",
];

/** What all seeds of a scenario came to. */
interface Tally {
  readonly struck: ReadonlyMap<Fault, number>;
  /** By checker: in how many seeds it had something to judge. */
  readonly judged: ReadonlyMap<string, number>;
  readonly covered: ReadonlySet<string>;
}

function campaign(scenario: ScenarioName): Tally {
  const struck = new Map<Fault, number>();
  const judged = new Map<string, number>();
  const covered = new Set<string>();
  for (let seed = firstSeed; seed < firstSeed + seedsOf(scenario); seed += 1) {
    const { failure, faults, checked, determinismChecked, coverage } = simulate({ seed, scenario });
    const again = `npx reprise sim --scenario ${scenario} --seed ${String(seed)}`;
    expect(failure?.message ?? null, again).toBeNull();
    expect(determinismChecked).toBe(true);
    for (const name of faultNames) struck.set(name, (struck.get(name) ?? 0) + faults[name]);
    for (const [name, count] of Object.entries(checked)) {
      judged.set(name, (judged.get(name) ?? 0) + Math.min(count, 1));
    }
    for (const key of coverage.reached) covered.add(key);
  }
  return { struck, judged, covered };
}

/** Those of the scenario that no seed was struck by; a few are rare. */
const missedOf = ({ struck }: Tally, all: readonly Fault[]): readonly Fault[] =>
  all.filter((name) => struck.get(name) === 0);

const isOfPlayers = (fault: Fault): boolean => /^(call|cheat)\./.test(fault);

describe("whatever goes wrong, every rule holds, and every seed goes the same way twice", () => {
  it("[JRN-05] [TST-13] for a server and its clients", () => {
    const tally = campaign("echo");
    const seeds = seedsOf("echo");
    // Of a hundred seeds; a rule of all runs is judged in all, one of rare events in some.
    for (const [name, runs] of tally.judged) expect(runs, name).toBeGreaterThan(seeds / 50);
    expect(tally.judged.size).toBeGreaterThanOrEqual(11);
    for (const name of common) expect(tally.struck.get(name), name).toBeGreaterThan(0);
    const missed = missedOf(
      tally,
      faultNames.filter((name) => !isOfPlayers(name)),
    );
    expect(missed.length, missed.join(" ")).toBeLessThanOrEqual(seeds >= 1_000 ? 0 : 10);
  });

  it("[SES-08] [SMG-10] [AUTH-08] [AUTH-14] [GAME-08] [SYNC-02] for players on several servers", () => {
    const tally = campaign("players");
    const seeds = seedsOf("players");
    // Nobody is turned away for want of room here.
    const { judged } = tally;
    for (const [name, runs] of judged) {
      if (name !== "connection-cap") expect(runs, name).toBeGreaterThan(seeds / 50);
    }
    const own = ["presence", "movement", "sight", "secrecy", "journeys", "world-view"];
    expect([...judged.keys()]).toEqual(expect.arrayContaining(own));
    for (const name of [...common, ...commonOfPlayers]) {
      expect(tally.struck.get(name), name).toBeGreaterThan(0);
    }
    const missed = missedOf(tally, faultNames);
    expect(missed.length, missed.join(" ")).toBeLessThanOrEqual(seeds >= 1_000 ? 1 : 12);
    // The links of players were struck in the states that only theirs have, by what only they send.
    const keys = [...tally.covered];
    for (const about of ["2000/connected", "2002/inWorld", "1000/connected", "1002/inWorld"]) {
      const faults = keys.filter((key) => key.endsWith(`/${about}`));
      expect(faults.length, about).toBeGreaterThanOrEqual(about === "2002/inWorld" ? 6 : 1);
    }
    expect(keys.some((key) => key.endsWith("/authenticated"))).toBe(true);
  });
});
