/** Plans that mean nothing are told apart from failures that are gone. */
import { describe, expect, it } from "vitest";
import { ApiMisuseError } from "../../../src/core/kernel/assert.ts";
import {
  calmOptions,
  failureFile,
  failureText,
  readFailureFile,
  readPlan,
  simulate,
} from "../../../src/sim/index.ts";
import type { Plan } from "../../../src/sim/index.ts";

const player = {
  kind: "player",
  name: "1",
  actions: [{ atMicros: 0, type: "start" }],
} as const;

const plan: Plan = {
  format: 1,
  scenario: "echo",
  entropy: 1,
  options: { ...calmOptions, seconds: 1 },
  scripts: [player],
  decisions: {},
};

/** The plan with one thing else, as JSON has it. */
const damaged = (changes: object): unknown => JSON.parse(JSON.stringify({ ...plan, ...changes }));

const acting = (action: object) => ({ scripts: [{ ...player, actions: [action] }] });
const options = (changes: object) => ({ options: { ...plan.options, ...changes } });

describe("a damaged plan", () => {
  it.each([
    [options({ seconds: -3 }), "options.seconds is a whole number from 1 to 3600, not -3"],
    [options({ seconds: 1e9 }), "options.seconds is a whole number from 1 to 3600, not 1000000000"],
    [options({ seconds: {} }), "options.seconds is a number, not {}"],
    [options({ network: 3 }), "options.network is a group of options, not 3"],
    [
      options({ network: { resetPerMillion: "x" } }),
      'options.network.resetPerMillion is a whole number from 0 to 1000000, not "x"',
    ],
    [{ entropy: 0.5 }, "the plan's entropy is no whole number from 0 on"],
    [{ features: [1] }, "the plan's features are no list of names"],
    [
      acting({ atMicros: 0, type: "echo", prompt: true, bytes: 65_483 }),
      "scripts[0].actions[0].bytes is a whole number from 0 to 65482, not 65483",
    ],
    [{ fork: {} }, "the plan's fork is no state to begin with"],
    [{ scripts: {} }, "the plan has no scripts"],
    [{ scripts: [player, player] }, 'scripts: two clients are called "1"'],
    [
      { scripts: [{ ...player, kind: "robot" }] },
      'scripts[0].kind is one of player, traveller, rude, not "robot"',
    ],
    [{ scripts: [{ ...player, name: 1 }] }, "scripts[0].name is a text, not 1"],
    [{ scripts: [{ ...player, kind: "traveller" }] }, "scripts[0].account is a text, not nothing"],
    [acting({ atMicros: 0, type: "dance" }), "scripts[0].actions[0].type is one of start, stop,"],
    [acting({ atMicros: 0, type: "toString" }), "scripts[0].actions[0].type is one of start,"],
    [
      acting({ atMicros: -1, type: "start" }),
      "scripts[0].actions[0].atMicros is microseconds from 0 on, not -1",
    ],
    [
      acting({ atMicros: 0, type: "echo", prompt: false, bytes: "many" }),
      'scripts[0].actions[0].bytes is a whole number from 0 to 65482, not "many"',
    ],
    [{ decisions: { banana: 1 } }, 'decisions["banana"]: a key is a name, # and a number'],
    [
      { decisions: { "node/server/end#0": "banana" } },
      'decisions["node/server/end#0"] is an object, not "banana"',
    ],
    [{ decisions: { "weather/clogs#0": 1 } }, 'decisions["weather/clogs#0"] is a list, not 1'],
    [
      { decisions: { "node/game-1/pause#0": { afterMicros: "x", forMicros: 1, isCounted: true } } },
      'decisions["node/game-1/pause#0"].afterMicros is microseconds from 0 on, not "x"',
    ],
    [
      { decisions: { "node/game-1/end#0": { ending: "foo", afterMicros: 1, calls: 0 } } },
      'decisions["node/game-1/end#0"].ending is one of crash, crash-in-turn, ',
    ],
    [
      { decisions: { "disk/server/stall#0": { afterMicros: 1 } } },
      'decisions["disk/server/stall#0"].forMicros is microseconds from 0 on, not nothing',
    ],
    [
      { decisions: { "clock/server/jump#0": { afterMicros: 1, byMicros: 0.5 } } },
      'decisions["clock/server/jump#0"].byMicros is a whole number, not 0.5',
    ],
    [
      { decisions: { "upgrade/server#0": { afterMicros: 1, way: "up", killAfterMicros: 1 } } },
      'decisions["upgrade/server#0"].way is one of drain, ',
    ],
  ])("is refused with its place: %j", (changes, message) => {
    expect(() => readPlan(damaged(changes))).toThrow(ApiMisuseError);
    expect(() => readPlan(damaged(changes))).toThrow(message);
  });

  it("is refused by its run, where only that knows of which kind a decision is", () => {
    const key = "clock/server/skew#0";
    const read = readPlan(damaged({ decisions: { [key]: "banana" } }));
    expect(() => simulate({ plan: read })).toThrow(`decisions["${key}"] is a number, not "banana"`);
    expect(simulate({ plan: { ...read, decisions: { [key]: 5 } } }).failure).toBeNull();
  });

  it("is refused without a feature that it was played with", () => {
    const read = readPlan(damaged({ features: ["lantern"] }));
    const missing =
      'the plan was played with the feature "lantern"; give it again (--features FILE)';
    expect(() => simulate({ plan: read })).toThrow(missing);
  });

  it("is read when it is whole, and of options that only another build has", () => {
    const newer = { options: { ...plan.options, moon: 1, network: { tide: 2 } } };
    expect(readPlan(damaged(newer)).options.seconds).toBe(1);
    for (const scenario of ["echo", "players", "upgrade"] as const) {
      for (let seed = 1; seed <= 8; seed += 1) {
        const drawn = simulate({
          seed,
          scenario,
          fixed: { seconds: 1 },
          keepPlan: true,
          twice: false,
        });
        expect(readPlan(damaged(drawn.plan ?? {}))).toEqual(drawn.plan);
      }
    }
  });
});

describe("a damaged failure file", () => {
  const { seed } = { seed: 1 };
  const failure = {
    ...{ checker: "liveness", rule: "a", message: "a: b", atMicros: 1, steps: 1 },
    ...{ fingerprint: "00000000", plan, log: [] },
  };
  const file = (changes: object): unknown => ({
    ...(JSON.parse(failureText(failureFile({ seed }, failure, "x.json"))) as object),
    ...changes,
  });

  it.each([
    [{ message: 5 }, "message is no text"],
    [{ atSeconds: "soon" }, "atSeconds is no number from 0 on"],
    [{ log: [1] }, "log is no list of lines"],
    [{ story: "once" }, "story is no list of lines"],
  ])("is refused: %j", (changes, message) => {
    expect(readFailureFile(file({})).message).toBe("a: b");
    expect(() => readFailureFile(file(changes))).toThrow(message);
  });
});
