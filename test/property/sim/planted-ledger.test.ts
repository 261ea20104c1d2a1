/**
 * What clients keep accounts with, and a server that is upgraded under them: each rule about it has
 * a planted bug that it finds, in the realm or in the feature.
 */
import { afterEach, describe, expect, it, vi } from "vitest";
import { builtinFeatures } from "../../../src/core/features/index.ts";
import type { PlainData } from "../../../src/core/kernel/plain.ts";
import { TimerTable } from "../../../src/core/kernel/timers.ts";
import { FeatureContext } from "../../../src/core/realm/context.ts";
import type { Feature } from "../../../src/core/realm/index.ts";
import type { PartialOptions } from "../../../src/sim/index.ts";
import { herald } from "../../../src/sim/upgrade/herald.ts";
import { firstLedger } from "../../../src/sim/upgrade/ledger.ts";
import { firstFound } from "../../support/first-found.ts";
import type { Sabotage } from "../../support/sabotage.ts";

afterEach(() => {
  vi.restoreAllMocks();
});

const calm: PartialOptions = {
  seconds: 4,
  network: { corruptPerMillion: 0 },
  workload: { clients: 4, thinkMicros: 30_000, stayMaxMicros: 20_000_000 },
};

/** What is found first, `checker: rule`. */
const found = (sabotage: Sabotage = {}, fixed: PartialOptions = calm): string =>
  firstFound(fixed, { scenario: "upgrade", seeds: 20, make: () => sabotage });

interface Account {
  balance: number;
}

interface Accounts {
  readonly accounts: ReadonlyMap<string, Account>;
}

/** Every third deposit ends as `change` has it, after it was answered. */
function everyThird(change: (account: Account) => void): Sabotage {
  const { packets } = firstLedger.implementation;
  const deposit = packets["deposit"];
  const handle = deposit?.handle;
  if (deposit === undefined || handle === undefined) throw new Error("the ledger takes deposits");
  const changed: Feature = {
    ...firstLedger,
    implementation: {
      ...firstLedger.implementation,
      // The ledger's own rules would tell first.
      invariants: {},
      packets: {
        ...packets,
        deposit: {
          ...deposit,
          handle(ctx, message) {
            handle(ctx, message);
            const { state } = ctx as { readonly state: Accounts };
            const account = state.accounts.get((message as { readonly owner: string }).owner);
            if (account !== undefined && account.balance % 3 === 0) change(account);
          },
        },
      },
    },
  };
  return { features: [...builtinFeatures, changed, herald] };
}

describe("the simulator finds a ledger", () => {
  it("[JRN-01] that forgets what it has said", () => {
    const forgetting = everyThird((account) => (account.balance -= 1_000));
    expect(found(forgetting)).toBe("ledger: a balance that was told is not lost");
  });

  it("[JRN-01] that counts a deposit twice", () => {
    const generous = everyThird((account) => (account.balance += 1));
    expect(found(generous)).toBe("ledger: a deposit counts once");
  });

  it("that throws", () => {
    const throwing = everyThird(() => {
      throw new Error("there is no fourth");
    });
    expect(found(throwing)).toBe("containment: the feature ledger never throws");
  });
});

describe("the simulator finds a realm", () => {
  it("whose contexts are of use when their handlers are over", () => {
    vi.spyOn(FeatureContext.prototype, "end").mockImplementation(() => undefined);
    expect(found()).toBe("session-index: ledger: a context is over with its handler");
  });

  /** Timers of some ids are forgotten. */
  const forgetTimers = (isForgotten: (id: number | string, data: PlainData) => boolean): void => {
    const { set } = TimerTable.prototype;
    vi.spyOn(TimerTable.prototype, "set").mockImplementation(function (
      this: TimerTable,
      kind,
      id,
      dueAt,
      data,
    ) {
      if (!isForgotten(id, data)) set.call(this, kind, id, dueAt, data);
    });
  };

  it("that forgets when a deposit is settled", () => {
    forgetTimers((id) => /^c\d:3$/.test(String(id)));
    expect(found()).toBe("session-index: ledger: what is pending has a timer");
  });

  it("that forgets when a statement is over", () => {
    forgetTimers((id, data) => id === 2 && data === null);
    const upgraded = {
      ...calm,
      process: { endsMax: 0, crashesMax: 0 },
      upgrade: { serverPerMillion: 1_000_000, crashPerMillion: 0, backPerMillion: 0 },
    };
    expect(found({}, upgraded)).toBe("session-index: statement: an open statement has a timer");
  });

  it("that throws", () => {
    const { set } = TimerTable.prototype;
    vi.spyOn(TimerTable.prototype, "set").mockImplementation(function (this: TimerTable, ...given) {
      if (this.size > 6) throw new Error("there is no room");
      set.apply(this, given);
    });
    expect(found()).toMatch(/^containment: /);
  });
});
