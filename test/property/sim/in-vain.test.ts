/** A run in which nothing was asked, or not what was meant, is an error and not green. */
import { builtinFeatures } from "reprise";
import { describe, expect, it } from "vitest";
import { ApiMisuseError } from "../../../src/core/kernel/assert.ts";
import { LiveSimulation, simulate } from "../../../src/sim/index.ts";
import type { PartialOptions, SimulateOptions, Workload } from "../../../src/sim/index.ts";
import { lantern } from "../../../examples/lantern/lantern.ts";

const features = [...builtinFeatures, lantern];

/** One player, who does this a second after he has come. */
const asking =
  (
    contract: string,
    key: string,
    message: unknown,
    type: "request" | "tell" = "request",
  ): Workload =>
  () => [
    {
      kind: "player",
      name: "ada",
      actions: [
        { atMicros: 0, type: "start" },
        { atMicros: 1_000_000, type, contract, key, message },
      ],
    },
  ];

const calm: PartialOptions = {
  seconds: 3,
  network: { resetPerMillion: 0 },
  process: { endsMax: 0, crashesMax: 0 },
  outside: { clientPerMillion: 0 },
};

const played = (given: SimulateOptions) => simulate({ seed: 1, features, fixed: calm, ...given });

describe("a workload in vain", () => {
  it("is refused when nobody comes, or too late", () => {
    const late: Workload = () => [
      { kind: "player", name: "ada", actions: [{ atMicros: 3_000_000, type: "start" }] },
    ];
    const nobody = /^no client of the workload starts within the run's 3 s: give it an action \{/;
    expect(() => played({ workload: late })).toThrow(nobody);
    expect(() => played({ workload: () => [] })).toThrow(nobody);
    expect(played({ workload: late, fixed: { ...calm, seconds: 4 } }).failure).toBeNull();
  });

  it("is refused with a time before the run, and with two clients of one name", () => {
    const start = { atMicros: -2, type: "start" } as const;
    const early: Workload = () => [{ kind: "player", name: "ada", actions: [start] }];
    expect(() => played({ workload: early })).toThrow(
      "scripts[0].actions[0].atMicros is microseconds from 0 on, not -2",
    );
    const ada = { kind: "player", name: "ada", actions: [{ ...start, atMicros: 0 }] } as const;
    const twice = 'scripts: two clients are called "ada"';
    expect(() => played({ workload: () => [ada, ada] })).toThrow(twice);
    expect(() => played({ seed: 1.5 })).toThrow("the seed is a whole number from 0 on, not 1.5");
  });

  it.each([
    ["lamp", "place", {}, "the features of the run have no request of that name"],
    ["lantern", "plaice", {}, "the features of the run have no request of that name"],
    ["lantern", "dark", {}, "the features of the run have no request of that name"],
    ["lantern", "place", null, "the message is no object"],
    ["lantern", "place", { burnSecs: 1 }, 'the message has no field "burnSecs"'],
    ["lantern", "place", { burnSeconds: "1" }, 'the field "burnSeconds" is a number, not "1"'],
  ])("is refused when %s.%s %j cannot be said", (contract, key, message, words) => {
    const workload = asking(contract, key, message);
    expect(() => played({ workload })).toThrow(ApiMisuseError);
    expect(() => played({ workload })).toThrow(`client ada: request ${contract}.${key}: ${words}`);
  });

  it("is refused when a plan says what its features do not know", () => {
    const workload = asking("lantern", "place", { burnSeconds: 1 });
    const { plan } = played({ workload, keepPlan: true });
    if (plan === null) throw new Error("it was to be kept");
    expect(plan.features).toEqual(["lantern"]);
    expect(() => simulate({ plan })).toThrow('the plan was played with the feature "lantern"');
    const nameless = { ...plan, features: [] };
    expect(() => simulate({ plan: nameless })).toThrow("client ada: request lantern.place");
    expect(simulate({ plan, features }).failure).toBeNull();
  });

  it("says how much was asked, and how much of it was answered", () => {
    const well = played({ workload: asking("lantern", "place", { burnSeconds: 1 }) });
    expect([well.asked, well.answered]).toEqual([1, 1]);
    // The contract refuses to let a lantern burn so long, which may be what is tested.
    const refused = played({ workload: asking("lantern", "place", { burnSeconds: 61 }) });
    expect([refused.failure, refused.asked, refused.answered]).toEqual([null, 1, 0]);
    const { asked, answered } = simulate({ seed: 1, scenario: "players", fixed: { seconds: 4 } });
    expect(answered).toBeGreaterThan(0);
    expect(asked).toBeGreaterThanOrEqual(answered);
  });
});

describe("an option that nobody knows", () => {
  it.each([
    [
      { network: { resetPerMilion: 5 } },
      'unknown option "network.resetPerMilion"; did you mean network.resetPerMillion?',
    ],
    [{ networks: {}, secconds: 4 }, 'unknown option "secconds"; did you mean seconds?'],
    [{ network: 5 }, 'unknown option "network"'],
    [{ network: { resetPerMillion: "5" } }, 'network.resetPerMillion is a number, not "5"'],
    [{ seconds: NaN }, "seconds is a number"],
  ])("is refused: %j", (fixed, words) => {
    const given = fixed as PartialOptions;
    expect(() => simulate({ seed: 1, fixed: given })).toThrow(words);
    expect(() => new LiveSimulation({ seed: 1, clients: [], options: given })).toThrow(words);
  });
});

describe("what a scenario has no use for", () => {
  it("is refused, and not left out", () => {
    const upgrade = { seed: 1, scenario: "upgrade" } as const;
    const own = "the scenario upgrade plays features of its own";
    expect(() => simulate({ ...upgrade, features })).toThrow(own);
    expect(() => simulate({ ...upgrade, performers: {} })).toThrow(own);
    const players = { seed: 1, scenario: "players" } as const;
    expect(() => simulate({ ...players, nextFeatures: features })).toThrow("no next build");
  });
});
