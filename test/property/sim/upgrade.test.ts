/**
 * Servers are brought to the next build while clients use them and while everything else goes
 * wrong, too; and bugs planted where one build takes over from another are found.
 */
import { describe, expect, it } from "vitest";
import type { Machine } from "../../../src/core/contract.ts";
import { builtinFeatures } from "../../../src/core/features/index.ts";
import { decodePlain, encodePlain } from "../../../src/core/kernel/plain.ts";
import type { PlainData } from "../../../src/core/kernel/plain.ts";
import { simulatedHost } from "../../../src/sim/host.ts";
import { simulate } from "../../../src/sim/index.ts";
import type { Fault, PartialOptions, SimulationFailure } from "../../../src/sim/index.ts";
import type { HostOrder, RunningHost } from "../../../src/sim/site.ts";
import { firstLedger, secondLedger, statements } from "../../../src/sim/upgrade/ledger.ts";
import { buildNames } from "../../../src/sim/upgrade/rollout.ts";
import { chosenSeed } from "../../seed.ts";
import { overriding } from "../../support/sabotage.ts";

const seeds = 12;
const firstSeed = (chosenSeed() >>> 0) * 1_000;

/** Nothing but upgrades goes wrong. */
const still: PartialOptions = {
  seconds: 6,
  process: { endsMax: 0, crashesMax: 0, pausesMax: 0, stallPerMillion: 0 },
  // A disk that ends a process in the middle of its orderly end leaves a tail.
  disk: {
    ...{ syncFailedPerMillion: 0, writeFailedPerMillion: 0, readFailedPerMillion: 0 },
    ...{
      entryFailedPerMillion: 0,
      removalFailedPerMillion: 0,
      rotPerMillion: 0,
      misreadPerMillion: 0,
    },
    ...{ misdirectedPerMillion: 0, stallsMax: 0, fullsMax: 0, readOnlysMax: 0 },
  },
  network: { cutPerMillion: 0, resetPerMillion: 0, corruptPerMillion: 0 },
  workload: { clients: 4, thinkMicros: 30_000, stayMaxMicros: 20_000_000 },
  upgrade: { servers: 1, serverPerMillion: 1_000_000, crashPerMillion: 0, backPerMillion: 0 },
};

it("[JRN-01] [JRN-05] an upgrade loses nothing that was acknowledged, however it goes", () => {
  const faults = new Map<string, number>();
  for (let seed = firstSeed; seed < firstSeed + seeds; seed += 1) {
    const result = simulate({
      seed,
      scenario: "upgrade",
      fixed: {
        network: { corruptPerMillion: 0 },
        upgrade: { crashPerMillion: 500_000, adoptPerMillion: 500_000 },
      },
    });
    expect(result.failure, `seed ${String(seed)}: ${result.failure?.message ?? ""}`).toBeNull();
    for (const [name, count] of Object.entries(result.faults)) {
      faults.set(name, (faults.get(name) ?? 0) + count);
    }
  }
  const wanted: Fault[] = ["upgrade.done", "upgrade.killed", "upgrade.refused", "upgrade.adopted"];
  for (const name of wanted) expect(faults.get(name), name).toBeGreaterThan(0);
});

it("an upgrade whose states are the same can be taken back", () => {
  const faults = new Map<string, number>();
  const upgrade = { serverPerMillion: 1_000_000, backPerMillion: 1_000_000, crashPerMillion: 0 };
  for (let seed = firstSeed; seed < firstSeed + 6; seed += 1) {
    const result = simulate({ seed, fixed: { ...still, upgrade } });
    expect(result.failure?.message ?? null, `seed ${String(seed)}`).toBeNull();
    for (const [name, count] of Object.entries(result.faults)) {
      faults.set(name, (faults.get(name) ?? 0) + count);
    }
  }
  expect(faults.get("upgrade.taken-back")).toBeGreaterThan(0);
  expect(faults.get("upgrade.back-refused")).toBe(0);
});

it("a user's own features are upgraded to his next ones", () => {
  const { failure, faults } = simulate({
    seed: 1,
    features: [...builtinFeatures, firstLedger],
    nextFeatures: [...builtinFeatures, statements, secondLedger],
    fixed: still,
  });
  expect(failure?.message ?? null).toBeNull();
  expect(faults["upgrade.done"]).toBe(1);
});

describe("the simulator finds", () => {
  const firstFailure = (
    host: (order: HostOrder) => RunningHost,
    fixed: PartialOptions = still,
  ): SimulationFailure => {
    for (let seed = 1; seed <= 30; seed += 1) {
      const { failure } = simulate({ seed, scenario: "upgrade", fixed, twice: false, host });
      if (failure !== null) return failure;
    }
    throw new Error("no seed has failed");
  };
  const make = simulatedHost();
  const isNext = ({ build }: HostOrder): boolean => build.name === buildNames[1];
  /** The next build's machine, changed. */
  const overNext =
    (change: (machine: Machine) => Machine) =>
    (order: HostOrder): RunningHost => {
      const { observe } = order;
      if (!isNext(order)) return make(order);
      return make({ ...order, observe: (machine) => observe(change(machine)) });
    };

  it("a migration that forgets what is pending", () => {
    const forgetful = overNext((machine) =>
      overriding(machine, {
        restore: (bytes) => machine.restore(edited(bytes, (account) => (account["pending"] = 0))),
      }),
    );
    const { checker } = firstFailure(forgetful);
    expect(["session-index", "replay-equality"]).toContain(checker);
  });

  it("a migration that loses a deposit", () => {
    const thievish = overNext((machine) =>
      overriding(machine, {
        restore: (bytes) =>
          machine.restore(
            edited(bytes, (account) => (account["balance"] = Number(account["balance"]) - 1)),
          ),
      }),
    );
    const { checker, rule } = firstFailure(thievish);
    expect([checker, rule]).toEqual([
      "replay-equality",
      "a new build shows what the old one showed",
    ]);
  });

  it("[JRN-05] timers that are told apart by their places", () => {
    const unnamed = (order: HostOrder): RunningHost => {
      const { observe } = order;
      const nameless = (machine: Machine): Machine =>
        overriding(machine, {
          restore: (bytes) => {
            const [versions, tables] = decodePlain(bytes) as PlainData[];
            machine.restore(encodePlain([versions, tables]));
          },
        });
      return make({ ...order, observe: (machine) => observe(nameless(machine)) });
    };
    const { checker } = firstFailure(unnamed);
    expect(checker).toBe("session-index");
  });

  it("[JRN-05] a build that steps another's tail", () => {
    const careless = simulatedHost({ host: { adoptTail: true } });
    const crashing: PartialOptions = {
      ...still,
      upgrade: { ...still.upgrade, crashPerMillion: 1_000_000, adoptPerMillion: 0 },
    };
    const { checker, rule } = firstFailure(careless, crashing);
    expect([checker, rule]).toEqual(["upgrade", "only the build that wrote a tail steps it"]);
  });

  it("a build that refuses what it could take over", () => {
    const proud = overNext((machine) =>
      overriding(machine, {
        restore: () => {
          throw new Error("not made by me");
        },
      }),
    );
    const { checker, rule } = firstFailure(proud);
    expect([checker, rule]).toEqual(["upgrade", "a build refuses only what another has left"]);
  });
});

/** The bytes of a checkpoint of the first build with its accounts changed. */
function edited(
  bytes: Uint8Array,
  change: (account: Record<string, PlainData>) => void,
): Uint8Array {
  const [versions, tables, ...rest] = decodePlain(bytes) as [
    [string, number][],
    ReadonlyMap<string, unknown>,
    ...PlainData[],
  ];
  const ledger = tables.get("feature:ledger") as {
    accounts?: ReadonlyMap<string, Record<string, PlainData>>;
  };
  for (const account of ledger.accounts?.values() ?? []) change(account);
  return encodePlain([versions, tables as unknown as PlainData, ...rest]);
}
