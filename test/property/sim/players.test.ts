/**
 * Single moments of players' lives, each as the few decisions that bring it about: what the
 * campaign meets by chance is met here for certain.
 */
import { describe, expect, it } from "vitest";
import { calmOptions, simulate, withOptions } from "../../../src/sim/index.ts";
import type {
  ClientScript,
  Fault,
  PartialOptions,
  Plan,
  SimulationResult,
  TravellerAction,
} from "../../../src/sim/index.ts";

type Action = TravellerAction & { readonly atMicros: number };

/** A traveller who comes at once and walks to and fro. */
const traveller = (
  name: string,
  { account = name, device = `device-${name}`, actions = [] as readonly Action[] } = {},
): ClientScript => ({
  kind: "traveller",
  name,
  account,
  device,
  actions: [
    { type: "start", atMicros: 1_500_000 },
    { type: "turn", x: 400_000, z: 0, atMicros: 2_000_000 },
    { type: "turn", x: -400_000, z: 0, atMicros: 4_000_000 },
    ...actions,
  ],
});

const play = (
  scripts: readonly ClientScript[],
  decisions: Plan["decisions"] = {},
  options: PartialOptions = {},
): SimulationResult => {
  const calm: PartialOptions = {
    seconds: 8,
    server: { security: "plain" },
    players: { spawnRadiusM: 5 },
    process: { endsMax: 1 },
  };
  const given = withOptions(withOptions(calmOptions, calm), options);
  const plan: Plan = {
    format: 1,
    scenario: "players",
    entropy: 1,
    options: given,
    scripts,
    decisions,
  };
  const result = simulate({ plan });
  expect(result.failure?.message ?? null).toBeNull();
  return result;
};

describe("a login server that dies when it has opened a login, before it hears of it,", () => {
  // Of the login server's calls the first is about the password, the second opens the login.
  const crash = { "calls/login/crash#1": true };

  it.each(["device-1", ""])("[AUTH-08] [SES-17] lets everybody in at once: %j", (device) => {
    const { faults, checked } = play([traveller("1", { device })], crash);
    expect(faults["call.crash"]).toBe(1);
    // One login that was heard of, and one entry: what the dead one had opened was ended.
    expect(checked["journeys"]).toBe(2);
  });
});

describe("a call that was performed and whose answer was lost", () => {
  it.each([
    ["login", [0, 1]],
    ["game-1", [0, 1, 2, 3, 4]],
  ])("[AUTH-08] on %s: nobody is locked out", (server, calls) => {
    for (const call of calls) {
      const unheard = { [`calls/${server}/fate#${String(call)}`]: "unheard" };
      expect(play([traveller("1")], unheard).faults["call.unheard"]).toBe(1);
    }
  });
});

describe("a game server that restarts in mid-game", () => {
  it.each(["crash", "power-loss", "drain"])(
    "[SES-17] lets everybody come back by his token: %s",
    (ending) => {
      const planned = { ending, afterMicros: 3_500_000, calls: 0 };
      const { checked } = play([traveller("1"), traveller("2")], { "node/game-1/end#0": planned });
      // Two logins, and four entries: nobody had to log in again.
      expect(checked["journeys"]).toBe(6);
      expect(checked["world-view"]).toBe(2);
    },
  );
});

describe("an account on two devices", () => {
  const second = (device: string): ClientScript => ({
    kind: "traveller",
    name: "2",
    account: "1",
    device,
    actions: [{ type: "start", atMicros: 3_500_000 }],
  });

  it("[AUTH-08] is played with on the first when they are two", () => {
    const { checked } = play([traveller("1"), second("device-2")]);
    // The second tries again and again.
    expect(checked["journeys"]).toBeGreaterThan(6);
    expect(checked["presence"]).toBe(2);
  });

  it("[AUTH-09] is played with by whoever came last when they are one", () => {
    const { checked } = play([traveller("1"), second("device-1")]);
    expect(checked["presence"]).toBe(4);
  });
});

describe("[GAME-08] [AUTH-16] whoever cheats is refused, and others do not notice:", () => {
  const cheatAt = (atMicros: number, cheat: string): Action =>
    ({ type: "cheat", cheat, atMicros }) as Action;
  const cheats: readonly (readonly [string, Fault])[] = [
    ["too-fast", "cheat.movement"],
    ["teleport", "cheat.movement"],
    ["not-a-number", "cheat.movement"],
    ["out-of-bounds", "cheat.movement"],
    ["stale", "cheat.stale-move"],
    ["other-entity", "cheat.other-entity"],
    ["early-move", "cheat.early-move"],
    ["server-type", "cheat.server-type"],
    ["forged-token", "cheat.forged-token"],
    ["wrong-password", "cheat.wrong-password"],
  ];

  it.each(cheats)("%s", (cheat, fault) => {
    const cheater = traveller("1", {
      actions: [3_000_000, 4_500_000, 6_000_000].map((at) => cheatAt(at, cheat)),
    });
    const { faults, checked } = play([cheater, traveller("2"), traveller("3")]);
    expect(faults[fault]).toBeGreaterThanOrEqual(1);
    // At the end all three see each other where they are, and nobody was thrown out for it.
    expect(checked["world-view"]).toBe(6);
  });

  it("dead-token", () => {
    const actions: readonly Action[] = [
      { type: "logout", atMicros: 3_000_000 },
      { type: "start", atMicros: 3_500_000 },
      cheatAt(5_000_000, "dead-token"),
    ];
    const { faults, checked } = play([traveller("1", { actions }), traveller("2")]);
    expect(faults["cheat.dead-token"]).toBe(1);
    expect(checked["world-view"]).toBe(2);
  });
});
