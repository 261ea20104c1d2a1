/**
 * The checkers of what servers ask of the outside, and of what the outside grants, meet planted
 * bugs and must be the ones that find them.
 */
import { afterEach, describe, expect, it, vi } from "vitest";
import { MemoryTables } from "../../../src/core/features/accounts/memory-store.ts";
import type * as rows from "../../../src/core/features/accounts/login-rows.ts";
import type { PartialOptions, ScenarioName, SimulationFailure } from "../../../src/sim/index.ts";
import { firstFailure } from "../../support/first-found.ts";
import { overriding, overStep } from "../../support/sabotage.ts";
import type { Sabotage } from "../../support/sabotage.ts";

type Rows = Pick<typeof rows, "decideLogin" | "loginLeft" | "tokenStanding">;

/** What stands in for the rules on logins; null where the real ones are used. */
const planted = vi.hoisted(() => ({ rules: null as ((real: Rows) => Partial<Rows>) | null }));

vi.mock("../../../src/core/features/accounts/login-rows.ts", async (load) => {
  const real = await load<typeof rows>();
  const chosen = (): Rows => ({ ...real, ...planted.rules?.(real) });
  const decideLogin: Rows["decideLogin"] = (...given) => chosen().decideLogin(...given);
  const tokenStanding: Rows["tokenStanding"] = (...given) => chosen().tokenStanding(...given);
  const loginLeft: Rows["loginLeft"] = (...given) => chosen().loginLeft(...given);
  return { ...real, decideLogin, loginLeft, tokenStanding };
});

afterEach(() => {
  vi.restoreAllMocks();
  planted.rules = null;
});

const oneAccount: PartialOptions = { players: { accounts: 1, tokenLifetimeMs: 3_600_000 } };

/** Whose logout was carried out and not heard of asks again, with a token that is void. */
const forgetful: PartialOptions = {
  calls: { unheardPerMillion: 300_000, latePerMillion: 0 },
  workload: { clients: 6, rudePerMillion: 0, stayMaxMicros: 1_500_000 },
  players: { accounts: 6, tokenLifetimeMs: 3_600_000, loginsPerMinute: 120 },
};

/** The first failure among some seeds. */
const firstFailureIn = (
  scenario: ScenarioName,
  fixed: PartialOptions,
  make?: () => Sabotage,
): SimulationFailure => firstFailure(fixed, { scenario, seeds: 30, make });

const deadly: PartialOptions = {
  process: { endsMax: 4, crashesMax: 3, restartMaxMicros: 100_000 },
};

describe("the simulator finds", () => {
  it("a call that is made before its step is durable", () => {
    const { checker, rule } = firstFailureIn("upgrade", deadly, () => ({
      machine: (machine) =>
        overStep(machine, (event, outbox, go) => {
          const call: typeof outbox.call = (id, operation, request, _effect, asker) =>
            outbox.call(id, operation, request, "none", asker);
          go(event, overriding(outbox, { call }));
        }),
    }));
    expect([checker, rule]).toEqual([
      "calls",
      "what is done once is not forgotten once it may have been done",
    ]);
  });

  it("a call that a restart forgets", () => {
    const { checker, rule } = firstFailureIn("players", deadly, () => ({
      syscalls: (syscalls) => {
        // What the last process has left unanswered is asked before anybody may come in.
        let isOpen = false;
        return overriding(syscalls, {
          listen: () => {
            isOpen = true;
            syscalls.listen();
          },
          perform: (...call) => {
            if (isOpen) syscalls.perform(...call);
          },
        });
      },
    }));
    expect([checker, rule]).toEqual([
      "calls",
      "what had no answer is asked again by the next process",
    ]);
  });

  it("[AUTH-09] an account that is opened from anywhere", () => {
    planted.rules = ({ decideLogin }) => ({
      decideLogin: (row, attempt, seen) =>
        decideLogin(row, { ...attempt, device: row?.device ?? "any" }, seen),
    });
    const { checker, rule } = firstFailureIn("players", oneAccount);
    expect([checker, rule]).toEqual([
      "desk",
      "who is alive on one device is not let in from another",
    ]);
  });

  it("[AUTH-16] a token that outlives its login", () => {
    planted.rules = ({ tokenStanding }) => ({
      tokenStanding: (row, at, seen) =>
        tokenStanding(row === null ? null : { ...row, state: "issued" }, at, seen),
    });
    const { checker, rule } = firstFailureIn("players", forgetful);
    expect([checker, rule]).toEqual(["desk", "a token is good until its login ends"]);
  });

  it("[AUTH-16] a token whose time was over when the answer came", () => {
    const hasty: PartialOptions = {
      players: { tokenLifetimeMs: 1_000 },
      clock: { rightInQuiet: 1 },
      calls: { latePerMillion: 500_000, lateMaxMicros: 4_000_000 },
    };
    const { checker, rule } = firstFailureIn("players", hasty, () => ({
      realm: (machine) =>
        overStep(machine, (event, outbox, go) => {
          if (event.type !== "call.completed" || !event.result.ok) return go(event, outbox);
          const { answer } = event.result;
          const isToken = typeof answer === "object" && answer !== null && "issuedAtMs" in answer;
          const later = isToken ? { ...answer, expiresAtMs: Number.MAX_SAFE_INTEGER } : answer;
          go({ ...event, result: { ok: true, answer: later } }, outbox);
        }),
    }));
    expect([checker, rule]).toEqual(["presence", "a token is worth nothing when its time is over"]);
  });

  it("[AUTH-16] a logout that is refused to who asks again", () => {
    vi.spyOn(MemoryTables.prototype, "answer").mockReturnValue(null);
    const doubled: PartialOptions = { ...forgetful, calls: { duplicatePerMillion: 300_000 } };
    const { checker, rule } = firstFailureIn("players", doubled);
    expect([checker, rule]).toEqual(["desk", "whoever asks again is told what he was told"]);
  });

  it("[AUTH-16] a token that is void before its time", () => {
    planted.rules = ({ tokenStanding }) => ({
      tokenStanding: (row, at, seen) =>
        at.server === null ? "revoked" : tokenStanding(row, at, seen),
    });
    const { checker, rule } = firstFailureIn("players", oneAccount);
    expect([checker, rule]).toEqual(["desk", "a token is good until its login ends"]);
  });

  it("[AUTH-09] a grace that begins with the login, and not when its player has left", () => {
    planted.rules = (real) => ({
      loginLeft: (row, at) => ({ ...real.loginLeft(row, at), seenAtMs: row.seenAtMs }),
    });
    const devices: PartialOptions = {
      seconds: 20,
      workload: { clients: 4, rudePerMillion: 0, stayMaxMicros: 8_000_000 },
      players: { accounts: 1, tokenLifetimeMs: 3_600_000, loginsPerMinute: 120, bans: 0 },
    };
    const { checker, rule } = firstFailureIn("players", devices);
    expect([checker, rule]).toEqual([
      "desk",
      "who is alive on one device is not let in from another",
    ]);
  });
});
