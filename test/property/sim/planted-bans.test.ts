/**
 * Bugs in what becomes of banned accounts: each must be found, and by the checker whose rule it
 * breaks.
 */
import { afterEach, expect, it, vi } from "vitest";
import type { Machine } from "../../../src/core/contract.ts";
import type * as rows from "../../../src/core/features/accounts/login-rows.ts";
import { MemoryTables } from "../../../src/core/features/accounts/memory-store.ts";
import { DeskChecker } from "../../../src/sim/checkers/desk.ts";
import type { PartialOptions } from "../../../src/sim/index.ts";
import { firstFound } from "../../support/first-found.ts";
import { overStep } from "../../support/sabotage.ts";
import type { Sabotage } from "../../support/sabotage.ts";

/** What stands in for the rules of the accounts. */
const planted = vi.hoisted(() => ({ endsNothing: false }));

vi.mock("../../../src/core/features/accounts/login-rows.ts", async (load) => {
  const real = await load<typeof rows>();
  const loginEnded: typeof rows.loginEnded = (...given) =>
    planted.endsNothing ? null : real.loginEnded(...given);
  return { ...real, loginEnded };
});

afterEach(() => {
  vi.restoreAllMocks();
  planted.endsNothing = false;
});

const banning: PartialOptions = {
  players: { bans: 4, accounts: 4, tokenLifetimeMs: 3_600_000, loginsPerMinute: 120 },
  // Nobody logs out.
  workload: { clients: 6, rudePerMillion: 0, stayMaxMicros: 1_000_000_000 },
  follower: { everyEvents: 0 },
};

/** What is found first, `checker: rule`. */
const found = (make?: () => Sabotage): string => firstFound(banning, { seeds: 30, make });

/** A login server that hears that nobody is banned; the checkers hear the truth, or do not. */
const forgiving = (where: "realm" | "machine"): Sabotage => ({
  role: "login",
  [where]: (machine: Machine) =>
    overStep(machine, (event, outbox, go) => {
      if (event.type !== "call.completed" || !event.result.ok) return go(event, outbox);
      const { answer } = event.result;
      const isWhole = typeof answer === "object" && answer !== null && "bannedUntil" in answer;
      const heard = isWhole ? { ...answer, bannedUntil: 0 } : answer;
      go({ ...event, result: { ok: true, answer: heard } }, outbox);
    }),
});

it("[AUTH-20] the simulator finds a login server that lets the banned try", () => {
  expect(found(() => forgiving("realm"))).toBe(
    "listing: who is banned is told so, and nobody else",
  );
});

it("[AUTH-20] the simulator finds accounts that do not say who is banned", () => {
  const real = Reflect.get(MemoryTables.prototype, "accountOfName");
  vi.spyOn(MemoryTables.prototype, "accountOfName").mockImplementation(function (
    this: MemoryTables,
    key,
  ) {
    const account = real.call(this, key);
    return account === null ? null : { ...account, bannedUntilMs: 0 };
  });
  expect(found()).toBe("desk: who is banned is said to be, and nobody else");
});

it("[AUTH-20] the simulator finds accounts that open a login for who is banned", () => {
  const named = Reflect.get(MemoryTables.prototype, "accountOfName");
  const numbered = Reflect.get(MemoryTables.prototype, "accountOf");
  let isNamed = false;
  vi.spyOn(MemoryTables.prototype, "accountOfName").mockImplementation(function (
    this: MemoryTables,
    key,
  ) {
    isNamed = true;
    const account = named.call(this, key);
    isNamed = false;
    return account;
  });
  vi.spyOn(MemoryTables.prototype, "accountOf").mockImplementation(function (
    this: MemoryTables,
    player,
  ) {
    const account = numbered.call(this, player);
    return account === null || isNamed ? account : { ...account, bannedUntilMs: 0 };
  });
  expect(found(() => forgiving("machine"))).toBe("desk: who is banned gets no login");
});

it("[AUTH-20] the simulator finds a ban that changes nothing for who plays", () => {
  planted.endsNothing = true;
  vi.spyOn(MemoryTables.prototype, "putAccount").mockReturnValue();
  // Whoever knows of the ban would tell first.
  vi.spyOn(DeskChecker.prototype, "banned").mockReturnValue();
  expect(found()).toBe("journeys: whoever is banned is out");
});
